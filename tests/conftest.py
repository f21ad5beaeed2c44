"""Shared fixtures. The services come first: the settings read their addresses when they are first imported."""

# ruff: noqa: E402  # services.start() must run before anything below imports the settings
from __future__ import annotations

from tests import services

services.start()

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "portfolio.settings"
django.setup()
if "PYTEST_XDIST_WORKER" not in os.environ:
    # Inherited, it would have the workers read the settings before their own services.start().
    del os.environ["DJANGO_SETTINGS_MODULE"]

import gc
import shutil
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings

from tests import databases

# No example fails for being slow on a busy machine, and the same ones are tried each time; `make soak` tries others.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    derandomize=not os.environ.get("PRINCIPAL_SOAK"),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")

settings.WHITENOISE_AUTOREFRESH = True  # else every test client lists all static files anew, 30 ms each


LONG = (
    "test_query_counts.py", "test_query_counts_api.py", "test_broker.py", "test_serve.py", "test_kills.py",
    "test_demo_command.py", "test_journeys.py", "test_access_matrix.py", "test_mass_assignment.py",
    "test_field_classes.py", "test_aggregates_generated.py", "test_odd_input.py",
)  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest are begun first, so that in the end no worker waits for another's."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


def pytest_collection_finish() -> None:
    """What is loaded by now lives to the end: to look through it at every full collection is work for nothing."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A failure is told at once: a run that is stopped before its end has then said what it knew."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\n{report.outcome.upper()} {report.nodeid} ({report.when})\n{report.longreprtext[-3000:]}", flush=True)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """In the place of pytest-django's: the workers share one run of the migrations."""
    with django_db_blocker.unblock():
        made = databases.make()
    yield
    with django_db_blocker.unblock():
        databases.forget(made)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's binary: CHROMIUM, else the first one on the PATH."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), "")
    assert found, "no Chromium: `make test` installs it, or names the line that does"
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium: str) -> dict[str, Any]:
    """Playwright drives the system's Chromium; its sandbox does not work as root."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium, "args": arguments}


# --- people: the owner of a client, a team-mate, and the roles; `outsider` is a director of another portfolio ---------
from django.test import Client as Browser

from people.models import User
from tests.makers import make_user


@pytest.fixture
def owner(db: None) -> User:
    return make_user("director", email="owner@example.com", name="Amara Reyes")


@pytest.fixture
def outsider(db: None) -> User:
    return make_user("director", email="outsider@example.com", name="Otto Outsider")


@pytest.fixture
def manager(db: None, owner: User) -> User:
    return make_user("account_manager", email="manager@example.com", name="Jon Park", manager=owner)


@pytest.fixture
def finance(db: None) -> User:
    return make_user("finance", email="finance@example.com", name="Fay Nance")


@pytest.fixture
def legal(db: None) -> User:
    return make_user("legal", email="legal@example.com", name="Lee Gale")


@pytest.fixture
def leadership(db: None) -> User:
    return make_user("leadership", email="lead@example.com", name="Lena Ship")


@pytest.fixture
def delivery(db: None) -> User:
    return make_user("delivery", email="delivery@example.com", name="Del Ivers")


@pytest.fixture
def administrator(db: None) -> User:
    return make_user("administrator", email="admin@example.com", name="Ada Min")


@pytest.fixture
def sign_in() -> Any:
    """`sign_in(user)` gives a Django test client signed in as that person."""

    def go(user: User | None) -> Browser:
        browser = Browser()
        if user is not None:
            browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return go
