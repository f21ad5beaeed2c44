"""Celery's side of the money pages: what the calendar does by itself."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from financials.actions.overrides import forget_expired
from financials.actions.status import follow_calendar


@shared_task(name="financials.tasks.follow_calendar")
def advance_contracts(**_future: object) -> int:
    """Move contracts into force and to their end. Safe to run twice or late: the dates decide, not the run."""
    return follow_calendar(now=timezone.now())


@shared_task(name="financials.tasks.forget_expired")
def refresh_forecasts(**_future: object) -> int:
    """Queue forecasts that time alone has changed: an override expired, a month began. Safe to run twice or late."""
    return forget_expired(now=timezone.now())
