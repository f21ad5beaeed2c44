"""/healthz and /readyz."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Client as ClientRecord
from common.models import Heartbeat, Job, JobState
from people.models import User
from portfolio.runtime import probe


def checks(client: Client) -> tuple[int, dict[str, bool]]:
    answer = client.get("/readyz")
    body: dict[str, Any] = answer.json()
    return answer.status_code, {name: check["ok"] for name, check in body["checks"].items()}


def see_worker(seconds_ago: float) -> None:
    Heartbeat.objects.create(name="worker", seen_at=timezone.now() - timedelta(seconds=seconds_ago))


def lease_job(seconds_left: float) -> None:
    until = timezone.now() + timedelta(seconds=seconds_left)
    Job.objects.create(kind="test", object_ref="test:1", input_version=1, state=JobState.LEASED, lease_until=until)


def test_healthz_needs_no_database(client: Client) -> None:
    """Without the db fixture, pytest-django refuses any query."""
    assert client.get("/healthz").json() == {"alive": True}


@pytest.mark.django_db
def test_ready_when_everything_answers(client: Client) -> None:
    see_worker(5)

    assert checks(client) == (200, {"database": True, "migrations": True, "worker": True, "broker": True})


@pytest.mark.django_db
def test_not_ready_before_a_worker_was_seen(client: Client) -> None:
    assert checks(client) == (503, {"database": True, "migrations": True, "worker": False, "broker": True})


@pytest.mark.django_db
def test_not_ready_when_the_worker_fell_silent(client: Client) -> None:
    see_worker(31)

    assert checks(client) == (503, {"database": True, "migrations": True, "worker": False, "broker": True})


@pytest.mark.django_db
def test_a_worker_busy_with_a_long_job_is_alive(client: Client) -> None:
    see_worker(300)
    lease_job(10)

    assert checks(client)[0] == 200


@pytest.mark.django_db
def test_a_lease_that_ran_out_long_ago_is_no_sign_of_life(client: Client) -> None:
    see_worker(300)
    lease_job(-60)

    assert checks(client)[0] == 503


@pytest.mark.django_db
def test_not_ready_without_a_broker(client: Client, settings: Settings) -> None:
    see_worker(5)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert checks(client) == (503, {"database": True, "migrations": True, "worker": True, "broker": False})


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    see_worker(5)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")

    assert checks(client) == (503, {"database": True, "migrations": False, "worker": True, "broker": True})


@pytest.mark.django_db
def test_readyz_tells_strangers_nothing_about_addresses(client: Client) -> None:
    text = client.get("/readyz").content.decode()

    assert project.REDIS_URL not in text
    assert "127.0.0.1" not in text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_pages_are_read_only(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_the_tables_the_supervisor_reads_are_the_models() -> None:
    assert Heartbeat._meta.db_table == probe.HEARTBEAT_TABLE
    assert Job._meta.db_table == probe.JOB_TABLE
    assert ClientRecord._meta.db_table == probe.CLIENT_TABLE
    assert User._meta.db_table == probe.USER_TABLE
