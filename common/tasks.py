"""Celery's side of background work: thin, and harmless to run twice, late or never."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from common import audit, jobs
from common.models import Heartbeat


@shared_task(name=jobs.WAKE_TASK)
def work(*, kind: str, **_future: object) -> int:
    """Do the waiting jobs of a kind. At least once: jobs are leased and fenced in the database."""
    return jobs.work(kind) if kind in jobs.kinds else 0


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
