"""A whole database out to a file and back in, by PostgreSQL's own programs, and databases put in each other's place."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from portfolio.runtime.postgres import SYSTEM_FOLDERS, package_folder
from portfolio.runtime.problems import RuntimeProblem, last_lines

PROGRAMS = ("pg_dump", "pg_restore")
TIMEOUT_SETTING = 17
"""From this major on pg_restore sets a parameter that older servers do not know."""

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Programs:
    folder: Path
    major: int


def programs(server: int, *, archive: int = 0) -> Programs:
    """The programs for a server of that major version, and for an archive that others of major `archive` wrote.

    Those of the server's own version if they are here, else the oldest that know it. RuntimeProblem when none do.
    """
    folders = [Path(name) for pattern in SYSTEM_FOLDERS for name in glob.glob(pattern)]
    folders += [Path(found).resolve().parent for found in [shutil.which("pg_restore")] if found]
    folders += [folder for folder in [package_folder()] if folder]
    known = {Programs(folder, major) for folder in folders if (major := _major(folder))}
    fit = [found for found in known if found.major >= max(server, archive)]
    if server < TIMEOUT_SETTING and archive:
        fit = [found for found in fit if found.major < TIMEOUT_SETTING]
    if not fit:
        here = ", ".join(str(major) for major in sorted({found.major for found in known})) or "none"
        raise RuntimeProblem(
            f"The database is a PostgreSQL {server}: its own pg_dump and pg_restore are needed, here are {here}.\n"
            f"Install them (Debian: apt-get install postgresql-client-{max(server, archive)})."
        )
    return min(fit, key=lambda found: (found.major, str(found.folder)))


def _major(folder: Path) -> int:
    """The version of the programs in a folder; 0 if they are not all there or do not run."""
    if not all((folder / name).exists() for name in PROGRAMS):
        return 0
    told = subprocess.run([folder / "pg_restore", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\) (\d+)", told.stdout)
    return int(found[1]) if told.returncode == 0 and found else 0


def named(url: str, database: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def name_of(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/"))


def server_major(url: str) -> int:
    with open_database(url) as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


@contextmanager
def open_database(url: str, *, autocommit: bool = True) -> Iterator[Any]:
    """A cursor; RuntimeProblem when the server does not answer or has no such database."""
    try:
        connection = psycopg2.connect(url, connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise RuntimeProblem(f"The database does not answer: {str(error).strip()}") from error
    connection.autocommit = autocommit
    try:
        with connection.cursor() as cursor:
            yield cursor
        if not autocommit:
            connection.commit()
    finally:
        connection.close()


def count_rows(cursor: Any) -> Counts:
    """Rows by table of the public schema, as the cursor's transaction sees them."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    counts = {}
    for (table,) in cursor.fetchall():
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        counts[table] = int(cursor.fetchone()[0])
    return counts


def dump(url: str, file: Path, *, snapshot: str) -> Programs:
    """Everything in that database as it stood at an exported snapshot; which programs wrote it."""
    chosen = programs(server_major(url))
    _run(
        [chosen.folder / "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
         f"--file={file}"],
        url, "The database could not be written out",
    )  # fmt: skip
    return chosen


def load(url: str, file: Path, *, archive: int) -> None:
    """Everything of a dump into an empty database, or nothing of it."""
    chosen = programs(server_major(url), archive=archive)
    _run(
        [chosen.folder / "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
         "--no-comments", f"--dbname={name_of(url)}", file],
        url, "The backup could not be read in",
    )  # fmt: skip


def _run(command: list[str | Path], url: str, failed: str) -> None:
    done = subprocess.run(
        command, env={**os.environ, **_environment(url)}, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise RuntimeProblem(f"{failed}:\n{last_lines(done.stderr)}")


def _environment(url: str) -> dict[str, str]:
    """The address in variables: a password on a command line is there for every user of the machine to read."""
    parts = urlsplit(url)
    found = {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": name_of(url),
    }
    found |= {f"PG{name.upper()}": values[-1] for name, values in parse_qs(parts.query).items()}
    return {name: value for name, value in found.items() if value}


def exists(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


def create(cursor: Any, name: str) -> None:
    try:
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg2.errors.InsufficientPrivilege as error:
        raise RuntimeProblem(
            "This role may not make a database beside the present one, which a restore needs until it is checked.\n"
            "Let it: ALTER ROLE … CREATEDB (and take it back afterwards). Nothing was changed."
        ) from error


def drop(cursor: Any, name: str) -> None:
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def sessions(cursor: Any, name: str) -> int:
    """How many connections use that database."""
    cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name])
    return int(cursor.fetchone()[0])


def put_in_place(url: str, *, new: str, live: str, aside: str) -> None:
    """`new` takes the name `live`, and what had it becomes `aside`: both or neither."""
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with open_database(url, autocommit=False) as cursor:
        if exists(cursor, live):
            cursor.execute(rename.format(sql.Identifier(live), sql.Identifier(aside)))
        cursor.execute(rename.format(sql.Identifier(new), sql.Identifier(live)))
