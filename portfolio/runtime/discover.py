"""Finding the services that a running `make run` keeps under DATA_DIR."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

from portfolio.runtime.processes import Identity

STATE_FILE = "run/services.json"
SIGNING_FILE = "secret_key"
NOT_RUNNING = "The database does not answer. Start it with `make run`, or set DATABASE_URL to a PostgreSQL server."


class State(TypedDict):
    """What `serve` writes once its services answer. processes: role → (pid, start time)."""

    supervisor: tuple[int, str]
    token: str
    address: str
    database_url: str
    redis_url: str
    processes: dict[str, tuple[int, str]]


def service_urls(data_dir: Path) -> dict[str, str]:
    """`database_url` and `redis_url` of the server running on this folder, and `secret_key` once one was made.

    A key is absent when there is nothing to name: no server running, no secret made yet, or not ours to read.
    """
    found: dict[str, str] = {}
    state = read_state(data_dir)
    if state and Identity(*state["supervisor"]).is_running():
        found = {"database_url": state["database_url"], "redis_url": state["redis_url"]}
    try:
        secret = (data_dir / SIGNING_FILE).read_text().strip()
    except OSError:
        secret = ""
    if secret:
        found["secret_key"] = secret
    return found


def read_state(data_dir: Path) -> State | None:
    """The state last written, by a server that may no longer be alive; None when missing or half-written."""
    try:
        state: State = json.loads((data_dir / STATE_FILE).read_text())
        state["supervisor"], state["processes"], state["token"]  # a file of another shape is as good as none
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return state
