"""Celery's side of background work: thin, and harmless to run twice, late or never."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from common import audit, jobs
from common.models import Heartbeat, IdempotencyKey


@shared_task(name=jobs.WAKE_TASK)
def work(*, kind: str, **_future: object) -> int:
    """Do the waiting jobs of a kind. At least once: jobs are leased and fenced in the database."""
    if kind not in jobs.kinds:
        return 0
    return jobs.work(kind, rounds=1) if jobs.kinds[kind].patient else jobs.work(kind)


@shared_task(name="common.tasks.sweep")
def sweep(**_future: object) -> list[str]:
    """Wake workers for whatever waits: lost messages and leases that ran out."""
    due = jobs.due_kinds()
    for kind in due:
        jobs.wake(kind)
    return due


@shared_task(name="common.tasks.heartbeat")
def heartbeat(**_future: object) -> None:
    """Proof that a worker takes messages and reaches the database."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"seen_at": timezone.now()})


@shared_task(name="common.tasks.seal_audit")
def seal_audit(**_future: object) -> int:
    """Chain new audit entries. Runs alone by the chain's lock."""
    return audit.seal()


@shared_task(name="common.tasks.forget_answers")
def forget_answers(**_future: object) -> int:
    """Drop remembered answers of REST writes older than IDEMPOTENCY_HOURS; returns how many. Safe to run twice.

    What is younger stays, a request in flight above all: without its row it could be done a second time.
    """
    limit = timezone.now() - timedelta(hours=max(24, settings.IDEMPOTENCY_HOURS))
    forgotten, chunk = 0, 5000
    while True:  # in pieces, so that no lock is held for long
        old = IdempotencyKey.objects.filter(created_at__lt=limit).order_by("pk").values_list("pk", flat=True)[:chunk]
        count, _ = IdempotencyKey.objects.filter(pk__in=list(old)).delete()
        forgotten += count
        if count < chunk:
            return forgotten
