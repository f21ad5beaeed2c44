"""A served installation for browser tests: committed rows, a real server, all of it gone when the module is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import Client as Browser
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from people.models import User
from tests.sweeps.world import BACKEND

_KEPT = ("django_migrations", "django_content_type", "auth_permission")


@contextmanager
def served(blocker: Any, build: Callable[[], Any]) -> Iterator[tuple[str, Any]]:
    """The address, and what `build` made."""
    with blocker.unblock():
        made = build()
        server = LiveServer("127.0.0.1")
        try:
            yield server.url, made
        finally:
            server.stop()
            _empty()


def _empty() -> None:
    with connection.cursor() as cursor:
        # The server's threads kept their connections for a next request that never comes.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = ", ".join(f'"{name}"' for (name,) in cursor.fetchall() if name not in _KEPT)
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    connection.close()


def session_of(user: User) -> str:
    """Committed: made before a test's own transaction begins, or the server would not know it."""
    browser = Browser()
    browser.force_login(user, backend=BACKEND)
    return browser.cookies["sessionid"].value


def give_session(context: BrowserContext, address: str, session: str) -> None:
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
