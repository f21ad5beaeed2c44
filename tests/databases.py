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
from django.test.utils import setup_databases, teardown_databases
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


def forget(made: Any) -> None:
    """Drop them. The copies are made within the first minute; a later worker would migrate anew.

    A server's thread may still hold a connection of its own when the last test has ended: it is sent away.
    """
    with _maintenance() as cursor:
        own = str(connection.settings_dict["NAME"])
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [own])
        if run := os.environ.get("PYTEST_XDIST_TESTRUNUID", ""):
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(f"test_migrated_{run}")))
    connection.close()
    teardown_databases(made, verbosity=0)


def settle() -> None:
    """For rows that a whole module's tests see and only its transaction: their keys are checked and they are counted.

    A key is checked at the end of the transaction. Django asks for that at the end of each test too, which is rolled
    back, the checking with it: a thousand tests would check all rows a thousand times. Counting is what autovacuum does
    by itself a minute after a load. Our tables only: the catalogue that all databases of a server share would stay
    locked to the transaction's end, and the tests of other workers would wait for it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'")
        cursor.execute(f"ANALYZE {cursor.fetchone()[0]}")
