"""Celery's side of the roof: the daily reminders."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from portfolio.pack_mail import queue_due
from portfolio.reminders import send_digests


@shared_task(name="portfolio.tasks.remind")
def remind(**_future: object) -> int:
    """Mail what is due. At most once a person and day: each mail is claimed before it is sent."""
    return send_digests(timezone.now(), settings.PUBLIC_URL)


@shared_task(name="portfolio.tasks.send_packs")
def send_packs(**_future: object) -> int:
    """Queue the leadership packs that are due. Safe to run twice or late: a day's pack is one row of its owner."""
    return queue_due(now=timezone.now())
