"""Questions the supervisor and /readyz ask: does the broker answer, is a worker working, is there anything loaded.

`python -m portfolio.runtime.probe web|worker|scheduler` is the health check of a container: exit 0 when all is well.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import psycopg2
import redis

WORKER_SILENCE_LIMIT = 30.0
"""Seconds without a sign of life after which a worker counts as stuck."""

# Tables are named here because the supervisor runs without Django; a test compares them with the models.
HEARTBEAT_TABLE = "common_heartbeat"
JOB_TABLE = "common_job"
CLIENT_TABLE = "accounts_client"
USER_TABLE = "people_user"

# A worker busy with long jobs cannot run the heartbeat task, but it renews their leases: either is a sign of life.
_SILENCE = f"""
SELECT EXTRACT(EPOCH FROM clock_timestamp() - GREATEST(
    (SELECT seen_at FROM {HEARTBEAT_TABLE} WHERE name = 'worker'),
    (SELECT max(LEAST(lease_until, clock_timestamp())) FROM {JOB_TABLE} WHERE state = 'leased')
))::double precision
"""  # noqa: S608  # the table names are the constants above


class Cursor(Protocol):
    def execute(self, query: str, /) -> Any: ...
    def fetchone(self) -> Any: ...


def worker_silence(cursor: Cursor) -> float | None:
    """Seconds since a worker last gave a sign of life; None if none ever did. One query."""
    cursor.execute(_SILENCE)
    silence = cursor.fetchone()[0]
    return None if silence is None else float(silence)


def ask(database_url: str, question: str) -> Any:
    """The one value of a query, on a connection of its own; None if the database or the table is not there."""
    try:
        connection = psycopg2.connect(database_url, connect_timeout=3)
    except psycopg2.OperationalError:
        return None
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '5s'")
            cursor.execute(question)
            row = cursor.fetchone()
    except psycopg2.Error:
        return None
    finally:
        connection.close()
    return row[0] if row else None


def silence_of_worker(database_url: str) -> float:
    """As `worker_silence`, but 0 while the database does not answer (nothing can be said), endless if none came."""
    silence = ask(database_url, f"SELECT COALESCE(({_SILENCE}), 'Infinity')")
    return 0.0 if silence is None else float(silence)


def has_clients(database_url: str) -> bool:
    return bool(ask(database_url, f"SELECT EXISTS (SELECT FROM {CLIENT_TABLE})"))  # noqa: S608  # a constant


def has_demo(database_url: str) -> bool:
    return bool(
        ask(database_url, f"SELECT EXISTS (SELECT FROM {USER_TABLE} WHERE email = 'director@demo.example')")  # noqa: S608  # a constant
    )


def broker_answers(redis_url: str) -> bool:
    client = redis.Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def status(address: str, *, timeout: float) -> int:
    """The HTTP status of a page of this very machine; 0 when nothing answers in time."""
    opener = build_opener(ProxyHandler({}))  # a proxy of the environment has no business with 127.0.0.1
    # In production the site answers to its own names only: call it by the first of them.
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    request = Request(address, headers={"Host": name} if name and name != "*" else {})  # noqa: S310  # http, and ours
    try:
        with opener.open(request, timeout=timeout) as response:
            return int(response.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return 0


def main(role: str) -> int:
    if role == "web":
        return int(status(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz", timeout=5) != 200)
    # The heartbeat needs both: the scheduler asks for it, the worker answers.
    return int(silence_of_worker(os.environ["DATABASE_URL"]) > WORKER_SILENCE_LIMIT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
