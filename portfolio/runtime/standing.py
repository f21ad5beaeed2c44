"""The database a command works on when no server may be up: named from outside, a running server's, or our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portfolio.runtime.discover import service_urls
from portfolio.runtime.folders import FolderLock, prepare, secret
from portfolio.runtime.postgres import Postgres
from portfolio.runtime.problems import RuntimeProblem
from portfolio.runtime.server import already_running


@contextmanager
def database_in_use(data_dir: Path, given: str) -> Iterator[str]:
    """Its address, whether or not a server runs on the folder. RuntimeProblem when there is none yet."""
    url = given or service_urls(data_dir).get("database_url", "")
    if url:
        yield url
        return
    if not (data_dir / "postgres" / "PG_VERSION").exists():
        raise RuntimeProblem(f"There is no database in {data_dir} yet, and DATABASE_URL names none.")
    with database_at_rest(data_dir, given) as url:
        yield url


@contextmanager
def database_at_rest(data_dir: Path, given: str) -> Iterator[str]:
    """The address of a database that no server of this folder uses meanwhile; ours is started for as long, and made
    if need be. RuntimeProblem while a server runs on the folder."""
    if given:
        yield given
        return
    prepare(data_dir)
    lock = FolderLock(data_dir)
    if not lock.acquire():
        raise RuntimeProblem(already_running(data_dir))
    password = secret(data_dir, "database_password", size=24)
    postgres = Postgres(data_dir / "postgres", log=data_dir / "log/postgresql.log", password=password)
    try:
        postgres.start()
        yield postgres.url
    finally:
        postgres.stop()
        lock.release()
