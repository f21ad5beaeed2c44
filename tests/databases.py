"""One run of the migrations for all workers: the first migrates its database, the others get copies of it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases
from psycopg2 import sql


@contextmanager
def _maintenance() -> Iterator[Any]:
    """A cursor outside any transaction, on the database that the run's address names."""
    held = psycopg2.connect(os.environ["DATABASE_URL"])
    held.autocommit = True
    try:
        with held.cursor() as cursor:
            yield cursor
    finally:
        held.close()


def _exists(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


def _copy(cursor: Any, source: str, name: str) -> None:
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source)))


def make() -> Any:
    """The worker's own database, migrated or copied; what `teardown_databases` wants to know."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
    if not run:
        return setup_databases(verbosity=0, interactive=False)
    migrated = f"test_migrated_{run}"
    own = str(connection.settings_dict["TEST"]["NAME"])
    with (Path(settings.DATA_DIR) / "databases.lock").open("w") as lock, _maintenance() as cursor:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copied = _exists(cursor, migrated)
        if copied:
            _copy(cursor, migrated, own)
        made = setup_databases(verbosity=0, interactive=False, keepdb=copied)
        if not copied:
            connection.close()
            _copy(cursor, own, migrated)
            cursor.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(migrated)))
    return made


def forget() -> None:
    """The copies are made within the first minute; a later worker would migrate anew."""
    if run := os.environ.get("PYTEST_XDIST_TESTRUNUID", ""):
        with _maintenance() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(f"test_migrated_{run}")))
