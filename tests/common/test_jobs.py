"""The queue of record: leases, fencing, superseding, set-aside. Real PostgreSQL; threads stand for workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from common import jobs, tasks
from common.models import AuditEntry, Job, JobState
from common.registry import Registry


class Ledger:
    """What the test's own job kind does: adds the object's name to a list in the database (audit rows)."""

    def __init__(self) -> None:
        self.fail: set[str] = set()

    def run(self, leases: Sequence[jobs.Lease]) -> None:
        for lease in leases:
            if lease.object_ref in self.fail:
                raise RuntimeError("poison")
            with lease.finish({"ok": True}):
                AuditEntry.objects.create(actor="t", verb="did", object_kind="x", object_id=lease.object_ref)


@pytest.fixture
def work(db: None) -> Iterator[Ledger]:
    ledger = Ledger()
    kept, jobs.kinds._entries = dict(jobs.kinds._entries), dict(jobs.kinds._entries)
    jobs.kinds.register("t", jobs.JobKind("t", "Test", ledger.run, batch=10, latest_only=True))
    yield ledger
    jobs.kinds._entries = kept


def done() -> list[str]:
    return list(AuditEntry.objects.filter(verb="did").order_by("id").values_list("object_id", flat=True))


def states() -> list[str]:
    return list(Job.objects.order_by("id").values_list("state", flat=True))


def test_an_edit_and_its_job_are_one_transaction(work: Ledger) -> None:
    def broken_edit() -> None:
        with transaction.atomic():
            jobs.mark_dirty("t", ["x:1"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_edit()
    assert not Job.objects.exists()
    jobs.mark_dirty("t", ["x:1", "x:2", "x:1"])
    assert list(Job.objects.order_by("object_ref").values_list("object_ref", "input_version")) == [
        ("x:1", 1),
        ("x:2", 1),
    ]


def test_work_is_done_once_however_often_it_is_called(work: Ledger) -> None:
    jobs.mark_dirty("t", ["x:1"])
    assert [jobs.work("t"), jobs.work("t"), jobs.work("t")] == [1, 0, 0]
    assert (done(), states()) == (["x:1"], [JobState.DONE])


def test_newer_inputs_make_older_jobs_pointless(work: Ledger) -> None:
    for _ in range(3):
        jobs.mark_dirty("t", ["x:1"])
    jobs.work("t")
    assert done() == ["x:1"]
    assert states() == [JobState.SUPERSEDED, JobState.SUPERSEDED, JobState.DONE]


def test_a_lost_lease_loses_its_results(work: Ledger) -> None:
    jobs.mark_dirty("t", ["x:1"])
    [slow] = jobs.take("t", limit=1)
    later = timezone.now() + timedelta(minutes=1)
    [fast] = jobs.take("t", limit=1, now=later)
    assert fast.token == slow.token + 1
    with pytest.raises(jobs.LeaseLost), slow.finish():
        AuditEntry.objects.create(actor="t", verb="did", object_kind="x", object_id="late")
    with pytest.raises(jobs.LeaseLost):
        slow.progress(1, 2, "half")
    with fast.finish():
        pass
    assert (done(), states()) == ([], [JobState.DONE])


def test_failure_waits_longer_each_time_and_is_set_aside_in_the_end(work: Ledger) -> None:
    work.fail = {"x:1"}
    jobs.mark_dirty("t", ["x:1"])
    for attempt in range(5):
        jobs.work("t")
        job = Job.objects.get()
        assert job.error == "RuntimeError: poison"
        assert job.tries == attempt + 1
        assert jobs.due_kinds() == []
        Job.objects.update(run_after=timezone.now())
    assert states() == [JobState.DEAD]
    assert jobs.work("t") == 0


def test_a_bad_job_does_not_take_its_neighbours_down(work: Ledger) -> None:
    work.fail = {"x:2"}
    jobs.mark_dirty("t", ["x:1", "x:2", "x:3"])
    jobs.work("t")
    assert sorted(done()) == ["x:1", "x:3"]
    assert sorted(states()) == [JobState.DONE, JobState.DONE, JobState.FAILED]


def test_the_sweeper_finds_waiting_work_and_leases_that_ran_out(work: Ledger) -> None:
    jobs.mark_dirty("t", ["x:1"])
    assert jobs.due_kinds() == ["t"]
    jobs.take("t", limit=1)
    assert jobs.due_kinds() == []
    assert jobs.due_kinds(timezone.now() + timedelta(minutes=1)) == ["t"]


def test_a_name_is_registered_once() -> None:
    registry: Registry[object] = Registry("things")
    registry.register("a", 1)
    with pytest.raises(Exception, match="things: a"):
        registry.register("a", 2)


def test_a_message_of_a_patient_kind_does_one_batch(work: Ledger) -> None:
    jobs.kinds._entries["t"] = jobs.JobKind("t", "Test", work.run, batch=2, latest_only=True, patient=True)
    jobs.mark_dirty("t", ["x:1", "x:2", "x:3"])
    assert [tasks.work(kind="t") for _ in range(3)] == [2, 1, 0]
    assert tasks.work(kind="no such kind") == 0


def test_a_patient_kind_waits_for_what_somebody_waits_for(work: Ledger) -> None:
    jobs.kinds._entries["p"] = jobs.JobKind("p", "Patient", work.run, batch=2, patient=True)
    jobs.queue_versions("p", jobs.bump_many(["y:1"]), priority=jobs.PATIENT)
    jobs.mark_dirty("t", ["x:1"])
    assert tasks.work(kind="p") == 0
    assert tasks.work(kind="t") == 1
    assert tasks.work(kind="p") == 1
    assert done() == ["x:1", "y:1"]


def test_what_was_handed_back_is_as_it_was(work: Ledger) -> None:
    jobs.mark_dirty("t", ["x:1", "x:2"])
    first, second = jobs.take("t", limit=5)
    Job.objects.filter(pk=first.job_id).update(token=9)  # lost meanwhile: another's by now
    jobs.hand_back([first, second])
    assert states() == ["leased", "ready"]
    assert list(Job.objects.order_by("id").values_list("tries", flat=True)) == [1, 0]
    assert [lease.object_ref for lease in jobs.take("t", limit=5)] == ["x:2"]
