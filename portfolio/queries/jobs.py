"""Background work as its reader may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, QuerySet
from django.db.models.functions import Cast, Substr

from accounts.models import Client
from common.jobs import kinds
from common.models import Job, JobState
from common.policies import ADMINISTRATOR, FINANCE
from people.models import User

OPEN = (JobState.READY, JobState.LEASED, JobState.FAILED)
SHAPES = {JobState.DONE: "on_track", JobState.DEAD: "at_risk", JobState.FAILED: "watch"}
CLIENT_REF = "client:"


@dataclass(frozen=True, slots=True)
class JobRow:
    pk: int
    label: str
    about: str
    state: str
    word: str
    shape: str
    doing: str
    done_steps: int
    total_steps: int
    tries: int
    error: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def can_retry(self) -> bool:
        return self.state == JobState.DEAD


def jobs_for(user: User) -> QuerySet[Job]:
    """Finance and administrators see all; others those of clients in sight and those they asked for."""
    if user.role in (FINANCE, ADMINISTRATOR):
        return Job.objects.all()
    seen = Client.objects.visible_to(user).values("pk")
    of_clients = (
        Job.objects.filter(object_ref__startswith=CLIENT_REF)
        .annotate(about=Cast(Substr("object_ref", len(CLIENT_REF) + 1), BigIntegerField()))
        .filter(about__in=seen)
        .values("pk")
    )
    return Job.objects.filter(asked_by=user.email) | Job.objects.filter(pk__in=of_clients)


def job_rows(user: User, *, state: str = "", limit: int = 100) -> list[JobRow]:
    """The newest jobs; two queries."""
    rows = jobs_for(user).order_by("-pk")
    if state == "open":
        rows = rows.filter(state__in=OPEN)
    elif state in JobState.values:
        rows = rows.filter(state=state)
    jobs = list(rows[:limit])
    named = {job.object_ref.removeprefix(CLIENT_REF) for job in jobs if job.object_ref.startswith(CLIENT_REF)}
    numbers = [int(text) for text in named if text.isdigit()]
    names: dict[str, str] = {}
    if user.role != ADMINISTRATOR:
        names = {
            f"{CLIENT_REF}{pk}": name
            for pk, name in Client.objects.visible_to(user).filter(pk__in=numbers).values_list("pk", "name")
        }
    return [_row(job, names.get(job.object_ref, "")) for job in jobs]


def _row(job: Job, about: str) -> JobRow:
    kind = kinds.get(job.kind)
    return JobRow(
        pk=job.pk,
        label=kind.label if kind else job.kind,
        about=about,
        state=job.state,
        word=job.get_state_display(),
        shape=SHAPES.get(JobState(job.state), "unknown"),
        doing=job.doing,
        done_steps=job.done_steps,
        total_steps=job.total_steps,
        tries=job.tries,
        error=job.error,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )
