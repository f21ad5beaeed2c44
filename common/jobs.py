"""Background work. The database is the queue of record; a broker message only wakes a worker.

An edit calls `mark_dirty` (or `enqueue`) inside its own transaction. A worker takes a lease with a fencing token,
computes, and writes results and "done" in one transaction through `finish`, which refuses when the lease was lost or
a newer version of the inputs has been computed. So a lost, doubled or late message changes nothing.

A lease ends with the database session that took it: a worker that was killed hands its jobs back at once. lease_until
is for what a session does not tell: a worker that hangs, a machine that lost its power or its network.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import BooleanField, F, Func, Q
from django.utils import timezone
from kombu.exceptions import OperationalError
from kombu.pools import producers

from common import audit
from common.models import Job, JobState
from common.registry import Registry

log = logging.getLogger(__name__)
WAKE_TASK = "common.tasks.work"
# A wake-up is worth little: an edit never waits long for the broker, and not again soon after it was found away.
PATIENT = 6
"""The priority of what nobody waits for, and the least of those that are told apart."""
_HASTE = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry_on_timeout": False, "max_retries": 0}
_LEAVE_ALONE = 5.0  # seconds, the sweeper's own pace
_found_away: list[float] = []  # the last moment, by the monotonic clock


# A pid alone comes back: with the moment it began, a session is told apart from every other. One role reads them all.
_SESSIONS = (
    "SELECT pid || '@' || extract(epoch FROM backend_start) FROM pg_stat_activity WHERE backend_start IS NOT NULL"
)


class _HasEnded(Func):
    """Whether the session is over; never true of a lease without one."""

    template = f"(%(expressions)s <> '' AND %(expressions)s NOT IN ({_SESSIONS}))"
    output_field = BooleanField()


class LeaseLost(Exception):
    """Another worker holds the job now: this one's results are thrown away."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """How jobs of a kind are done.

    run: takes leases and does them, calling `finish` for each. batch: how many it takes at once.
    latest_only: a newer version of the same object makes older ones pointless.
    patient: its jobs have the priority PATIENT, and none is begun while somebody waits for another. A message does one
    batch and asks for the next, so that other kinds' messages come in between; `hand_back` ends a batch early.
    """

    name: str
    label: str
    run: Callable[[Sequence[Lease]], None]
    batch: int = 1
    latest_only: bool = False
    patient: bool = False
    lease_seconds: int | None = None


kinds: Registry[JobKind] = Registry("job kinds")


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one job until lease_until, proved by token."""

    job_id: int
    token: int
    kind: str
    object_ref: str
    input_version: int
    params: dict[str, Any]

    @property
    def object_id(self) -> str:
        return self.object_ref.partition(":")[2]

    def progress(self, done: int, total: int, doing: str) -> None:
        """Say how far it is, and hold the lease for longer. Raises LeaseLost. Call outside the result's transaction."""
        held = Job.objects.filter(pk=self.job_id, token=self.token, state=JobState.LEASED).update(
            done_steps=done, total_steps=total, doing=doing[:200], lease_until=_until(self.kind)
        )
        if not held:
            raise LeaseLost(str(self))

    @contextmanager
    def finish(self, result: dict[str, Any] | None = None) -> Iterator[None]:
        """One transaction for the results and "done". Raises LeaseLost, undoing the results, if the lease is gone."""
        with transaction.atomic():
            held = Job.objects.select_for_update().filter(pk=self.job_id, token=self.token, state=JobState.LEASED)
            if not held.exists():
                raise LeaseLost(str(self))
            yield
            Job.objects.filter(pk=self.job_id).update(
                state=JobState.DONE,
                lease_until=None,
                finished_at=timezone.now(),
                done_steps=F("total_steps"),
                doing="",
                error="",
                result=result or {},
            )


# Rows are locked in the order of their ids, as finish_all does: two workers with the same jobs wait, never deadlock.
_PROGRESS = """
UPDATE common_job j SET done_steps = %s, total_steps = %s, doing = %s, lease_until = %s
FROM (SELECT k.id FROM common_job k JOIN unnest(%s::bigint[], %s::bigint[]) AS held(id, token)
      ON k.id = held.id AND k.token = held.token WHERE k.state = 'leased' ORDER BY k.id FOR UPDATE OF k) AS mine
WHERE j.id = mine.id RETURNING j.id
"""
_SUPERSEDE = """
UPDATE common_job j SET state = 'superseded', lease_until = NULL, finished_at = %s
FROM (SELECT k.id FROM common_job k JOIN unnest(%s::bigint[], %s::bigint[]) AS held(id, token)
      ON k.id = held.id AND k.token = held.token WHERE k.state = 'leased' ORDER BY k.id FOR UPDATE OF k) AS mine
WHERE j.id = mine.id
"""
_VERSIONS = "SELECT object_ref, value FROM common_inputversion WHERE object_ref = ANY(%s)"
_HOLD = "SELECT id, token FROM common_job WHERE id = ANY(%s) AND state = 'leased' ORDER BY id FOR UPDATE"

_WAITS = """
SELECT FROM common_job
WHERE state = 'ready' AND priority < %(patient)s AND run_after <= %(now)s AND kind <> %(kind)s LIMIT 1
"""
_HAND_BACK = """
UPDATE common_job j SET state = 'ready', lease_until = NULL, tries = j.tries - 1, holder = ''
FROM (SELECT k.id FROM common_job k JOIN unnest(%s::bigint[], %s::bigint[]) AS held(id, token)
      ON k.id = held.id AND k.token = held.token WHERE k.state = 'leased' ORDER BY k.id FOR UPDATE OF k) AS mine
WHERE j.id = mine.id
"""


def progress_all(leases: Sequence[Lease], done: int, total: int, doing: str) -> list[Lease]:
    """`Lease.progress` for a batch, in one statement; returns the leases still held."""
    if not leases:  # every one was lost at the step before
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, [done, total, doing[:200], _until(leases[0].kind), *_held(leases)])
        kept = {row[0] for row in cursor.fetchall()}
    return [lease for lease in leases if lease.job_id in kept]


@contextmanager
def finish_all(leases: Sequence[Lease], results: dict[int, dict[str, Any]] | None = None) -> Iterator[list[Lease]]:
    """`Lease.finish` for a batch: one transaction. Yields the leases still held: write the results of these only.

    results: filled by the caller inside the block, by job id.
    """
    results = {} if results is None else results
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [[lease.job_id for lease in leases]])
            tokens = dict(cursor.fetchall())
        held = [lease for lease in leases if tokens.get(lease.job_id) == lease.token]
        yield held
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE common_job j SET state = 'done', lease_until = NULL, finished_at = %s, doing = '', error = '', "
                "done_steps = total_steps, result = d.result::jsonb "
                "FROM unnest(%s::bigint[], %s::text[]) AS d(id, result) WHERE j.id = d.id",
                [
                    timezone.now(),
                    [lease.job_id for lease in held],
                    [json.dumps(results.get(lease.job_id, {}), cls=DjangoJSONEncoder) for lease in held],
                ],
            )


def _held(leases: Sequence[Lease]) -> tuple[list[int], list[int]]:
    return [lease.job_id for lease in leases], [lease.token for lease in leases]


@contextmanager
def one_snapshot() -> Iterator[None]:
    """What is read inside is of one moment, however many queries it takes; in a transaction already begun, as it is."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def bump(object_ref: str) -> int:
    """The next version of an object's inputs. Call inside the edit's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO common_inputversion (object_ref, value) VALUES (%s, 1) "
            "ON CONFLICT (object_ref) DO UPDATE SET value = common_inputversion.value + 1 RETURNING value",
            [object_ref],
        )
        return int(cursor.fetchone()[0])


def bump_many(object_refs: Sequence[str]) -> dict[str, int]:
    """`bump` for many at once, in one statement and a fixed order so that two edits never deadlock."""
    refs = sorted(set(object_refs))
    if not refs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO common_inputversion (object_ref, value) SELECT ref, 1 FROM unnest(%s::text[]) AS ref "
            "ORDER BY ref ON CONFLICT (object_ref) DO UPDATE SET value = common_inputversion.value + 1 "
            "RETURNING object_ref, value",
            [refs],
        )
        return dict(cursor.fetchall())


def current_versions(object_refs: Sequence[str]) -> dict[str, int]:
    """The version each object's inputs stand at; absent when never edited."""
    with connection.cursor() as cursor:  # asked once a job: not written anew each time
        cursor.execute(_VERSIONS, [list(object_refs)])
        return dict(cursor.fetchall())


def mark_dirty(kind: str, object_refs: Sequence[str], *, asked_by: str = "", priority: int = 5) -> None:
    """The inputs of these objects changed: bump their versions and queue one job each. In the edit's transaction."""
    queue_versions(kind, bump_many(object_refs), asked_by=asked_by, priority=priority)


_QUEUE = """
INSERT INTO common_job (kind, object_ref, input_version, priority, asked_by, state, params, result, token, tries,
  done_steps, total_steps, doing, error, created_at)
SELECT %s, object_ref, version, %s, %s, 'ready', '{}', '{}', 0, 0, 0, 0, '', '', %s
FROM unnest(%s::text[], %s::bigint[]) AS due(object_ref, version) ORDER BY object_ref ON CONFLICT DO NOTHING
"""


def queue_versions(kind: str, versions: Mapping[str, int], *, asked_by: str = "", priority: int = 5) -> None:
    """One job for each of these versions of their objects, unless there is one. In the transaction that made them.

    versions: object ref → input version.
    """
    if versions:
        with connection.cursor() as cursor:
            cursor.execute(_QUEUE, [kind, priority, asked_by, timezone.now(), list(versions), list(versions.values())])
        wake_after_commit(kind)


def enqueue(
    kind: str,
    object_ref: str,
    *,
    input_version: int,
    params: dict[str, Any] | None = None,
    asked_by: str = "",
    priority: int = 3,
) -> Job:
    """Queue one job; asking again for the same kind, object and version gives the job there is."""
    with transaction.atomic():
        job, _ = Job.objects.get_or_create(
            kind=kind,
            object_ref=object_ref,
            input_version=input_version,
            defaults={"params": params or {}, "asked_by": asked_by, "priority": priority},
        )
        wake_after_commit(kind)
    return job


def wake_after_commit(kind: str) -> None:
    transaction.on_commit(lambda: wake(kind), robust=True)


def wake(kind: str) -> None:
    """Tell the workers. A broker that is away is no error: the sweeper wakes them when it is back."""
    if _found_away and time.monotonic() - _found_away[0] < _LEAVE_ALONE:
        return
    try:
        with producers[current_app.connection_for_write(transport_options=_HASTE)].acquire() as producer:
            current_app.send_task(WAKE_TASK, kwargs={"kind": kind}, expires=300, producer=producer)
        _found_away.clear()
    except (OperationalError, OSError) as error:
        _found_away[:] = [time.monotonic()]
        log.warning("broker away, %s waits for the sweeper: %s", kind, error)


def _until(kind: str, now: datetime | None = None) -> datetime:
    seconds = kinds[kind].lease_seconds or settings.JOB_LEASE_SECONDS
    return (now or timezone.now()) + timedelta(seconds=seconds)


def _takeable(now: datetime) -> Q:
    waiting = Q(state__in=[JobState.READY, JobState.FAILED], run_after__lte=now)
    return waiting | Q(state=JobState.LEASED) & (Q(lease_until__lt=now) | Q(_HasEnded("holder")))


# The same rule as `_takeable`, in the one statement that every wake-up begins with. A job whose worker died may have
# been an innocent bystander: more patience than with one that raised.
_TAKE = f"""
WITH picked AS (
  SELECT id, priority, tries - failures >= %(crashes)s AS dead FROM common_job
  WHERE kind = %(kind)s AND (
    state IN ('ready', 'failed') AND run_after <= %(now)s
    OR state = 'leased' AND (lease_until < %(now)s OR holder <> '' AND holder NOT IN ({_SESSIONS}))
  )
  ORDER BY priority, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
),
taken AS (
  UPDATE common_job j SET
    state = CASE WHEN p.dead THEN 'dead' ELSE 'leased' END,
    lease_until = CASE WHEN NOT p.dead THEN %(until)s::timestamptz END,
    finished_at = CASE WHEN p.dead THEN %(now)s::timestamptz ELSE j.finished_at END,
    token = j.token + (NOT p.dead)::int,
    tries = j.tries + (NOT p.dead)::int,
    holder = CASE WHEN p.dead THEN j.holder ELSE ({_SESSIONS} AND pid = pg_backend_pid()) END,
    doing = CASE WHEN p.dead THEN j.doing ELSE '' END
  FROM picked p WHERE j.id = p.id
  RETURNING j.id, j.token, j.object_ref, j.input_version, j.params::text, p.dead, p.priority
)
SELECT id, token, object_ref, input_version, params, dead FROM taken ORDER BY priority, id
"""  # noqa: S608  # this module's own words


def take(kind: str, *, limit: int, now: datetime | None = None) -> list[Lease]:
    """Lease up to `limit` jobs of a kind. Jobs leased too often without an end are set aside, visibly."""
    return _taken(kind, limit=limit, now=now)[0]


def _taken(kind: str, *, limit: int, now: datetime | None = None) -> tuple[list[Lease], bool]:
    """And whether there may be more. One statement, so a transaction of its own."""
    now = now or timezone.now()
    told = {"kind": kind, "now": now, "until": _until(kind, now), "limit": limit, "crashes": settings.JOB_MAX_CRASHES}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, told)
        rows = cursor.fetchall()
    leases = [
        Lease(pk, token, kind, ref, version, json.loads(params)) for pk, token, ref, version, params, dead in rows
        if not dead
    ]  # fmt: skip
    return leases, len(rows) == limit


def fail(lease: Lease, error: Exception, *, now: datetime | None = None) -> None:
    """Put a job back with growing delay, or set it aside after too many tries. Does nothing if the lease is gone."""
    now = now or timezone.now()
    job = Job.objects.filter(pk=lease.job_id, token=lease.token, state=JobState.LEASED).first()
    if job is None:
        return
    failures = job.failures + 1
    spent = failures >= settings.JOB_MAX_TRIES
    Job.objects.filter(pk=lease.job_id, token=lease.token, state=JobState.LEASED).update(
        state=JobState.DEAD if spent else JobState.FAILED,
        failures=failures,
        run_after=now + timedelta(seconds=2**failures),
        lease_until=None,
        error=f"{type(error).__name__}: {error}"[:2000],
        finished_at=now if spent else None,
    )


def supersede(leases: Sequence[Lease]) -> list[Lease]:
    """Drop leases whose object has newer inputs (their job is queued too); returns those still worth doing."""
    versions = current_versions([lease.object_ref for lease in leases])
    stale = [lease for lease in leases if versions.get(lease.object_ref, 0) > lease.input_version]
    if not stale:
        return list(leases)
    with connection.cursor() as cursor:
        cursor.execute(_SUPERSEDE, [timezone.now(), *_held(stale)])
    overtaken = {lease.job_id for lease in stale}
    return [lease for lease in leases if lease.job_id not in overtaken]


def somebody_waits(kind: str) -> bool:
    """Whether a job is ready that goes before those of this patient kind. One look into an index."""
    with connection.cursor() as cursor:  # asked many times a second: not written anew each time
        cursor.execute(_WAITS, {"kind": kind, "patient": PATIENT, "now": timezone.now()})
        return cursor.fetchone() is not None


def hand_back(leases: Sequence[Lease]) -> None:
    """Put jobs that were not begun back as they were, for a patient kind that gives way; the lease does not count."""
    if leases:
        with connection.cursor() as cursor:
            cursor.execute(_HAND_BACK, _held(leases))
        wake(leases[0].kind)


def work(kind: str, *, rounds: int = 1000) -> int:
    """Do jobs of a kind until none is takeable; returns how many were taken."""
    spec, taken = kinds[kind], 0
    for _ in range(rounds):
        if spec.patient and somebody_waits(kind):
            break  # whoever does those wakes this kind again, or the sweeper does
        leases, more = _taken(kind, limit=spec.batch)
        taken += len(leases)
        if more and spec.batch > 1:
            wake(kind)  # one edit of many objects sends one message; what is left may be another worker's
        if spec.latest_only:
            leases = supersede(leases)
        if leases:
            _run(spec, leases)
        if not more:
            break  # whatever was queued meanwhile sent a message of its own
    return taken


def _run(spec: JobKind, leases: Sequence[Lease]) -> None:
    try:
        spec.run(leases)
    except LeaseLost as lost:
        log.warning("lease lost: %s", lost)
    except Exception as error:  # a job's failure is recorded on its row and shown; the worker goes on
        log.exception("job failed: %s", spec.name)
        if len(leases) > 1:  # one bad row must not set its neighbours aside: try them one by one
            for lease in leases:
                _run(spec, [lease])
        else:
            fail(leases[0], error)


def due_kinds(now: datetime | None = None) -> list[str]:
    """Kinds with work waiting, a lease run out or its worker gone: what the sweeper wakes."""
    now = now or timezone.now()
    names = Job.objects.filter(_takeable(now)).values_list("kind", flat=True)
    return sorted(set(names.distinct()) & set(kinds.names()))


def retry(job_id: int, *, actor: str, now: datetime) -> bool:
    """Put a job that was set aside back in the queue, with its tries counted anew. False if it is not set aside."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, state=JobState.DEAD).first()
        if job is None:
            return False
        Job.objects.filter(pk=job_id).update(
            state=JobState.READY, tries=0, failures=0, error="", run_after=now, finished_at=None, token=F("token") + 1
        )
        audit.record(actor=actor, verb="retried", kind="job", object_id=job_id, label=str(job))
        wake_after_commit(job.kind)
    return True
