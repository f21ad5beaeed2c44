"""A real PostgreSQL and a real Valkey for one test run, shared by its xdist workers.

Imported at the top of tests/conftest.py, before anything reads the settings. DATABASE_URL and REDIS_URL of the
environment are respected: then nothing is started for that one.
"""

from __future__ import annotations

import atexit
import os
import shutil
from pathlib import Path

from portfolio.runtime.folders import prepare
from portfolio.runtime.postgres import Postgres, stop_leftover
from portfolio.runtime.processes import Identity, stop_group
from portfolio.runtime.valkey import Valkey

RUNS = Path(__file__).resolve().parent.parent / "var" / "tests"
PASSWORD = "only-for-tests"  # on 127.0.0.1, for the length of one run


def start() -> None:
    """Start what the environment does not name and put it there; workers inherit it from the process that did."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        _sweep_killed_runs()
        _start_in(RUNS / _own_name())
    if worker.startswith("gw"):
        # A message of one worker must never reach another's: each has a database number of its own.
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{int(worker[2:]) + 1}"
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps an event loop in the test's thread


def _own_name() -> str:
    own = Identity.of(os.getpid())
    return f"{own.pid}-{own.started}"


def _start_in(folder: Path) -> None:
    started: list[Postgres | Valkey] = []

    def stop() -> None:
        for service in started:
            service.stop()
        shutil.rmtree(folder, ignore_errors=True)

    prepare(folder)
    atexit.register(stop)
    os.environ["DATA_DIR"] = str(folder)
    if "DATABASE_URL" not in os.environ:
        postgres = Postgres(folder / "postgres", log=folder / "log/postgres.log", password=PASSWORD, durable=False)
        started.append(postgres)
        postgres.start()
        os.environ["DATABASE_URL"] = postgres.url
    if "REDIS_URL" not in os.environ:
        valkey = Valkey(folder / "valkey", log=folder / "log/valkey.log", password=PASSWORD, databases=64)
        started.append(valkey)
        (folder / "run/valkey.pid").write_text("{0.pid} {0.started}".format(valkey.start()))
        os.environ["REDIS_URL"] = valkey.url


def _sweep_killed_runs() -> None:
    """A run that was killed could not stop its servers; the next one does."""
    for folder in RUNS.glob("*-*"):
        pid, _, started = folder.name.partition("-")
        if not pid.isdigit() or Identity(int(pid), started).is_running():
            continue
        stop_leftover(folder / "postgres")
        try:
            valkey_pid, valkey_started = (folder / "run/valkey.pid").read_text().split()
            stop_group(Identity(int(valkey_pid), valkey_started))
        except (OSError, ValueError):
            pass
        shutil.rmtree(folder, ignore_errors=True)
