"""Celery's side of accounts: what the clock asks for."""

from __future__ import annotations

from celery import shared_task

from accounts.actions.health import ALL
from accounts.actions.surveys import HEALTH
from common import jobs


@shared_task(name="accounts.tasks.read_health")
def read_health(**_future: object) -> None:
    """Queue a reading of all clients. Safe to run twice or late: a day has one reading, and one like it is not kept."""
    jobs.mark_dirty(HEALTH, [ALL], priority=7)
