"""Celery's side of the money pages: what the calendar does by itself."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from financials.actions.status import follow_calendar


@shared_task(name="financials.tasks.follow_calendar")
def advance_contracts(**_future: object) -> int:
    """Move contracts into force and to their end. Safe to run twice or late: the dates decide, not the run."""
    return follow_calendar(now=timezone.now())
