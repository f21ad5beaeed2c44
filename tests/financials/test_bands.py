"""The bands of a run: simulated after it, from what it read, and never for a run that no longer stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from accounts.models import Client
from common import jobs
from common.models import Job, JobState
from common.periods import month_add
from financials.models import ForecastBand, ForecastRun
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, post
from tests.financials.test_recompute import dirty
from tests.makers import make_client, make_contract

pytestmark = pytest.mark.django_db

DEC = date(2026, 12, 1)


@pytest.fixture
def halden(owner: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """10,000 a month for two years, and a contract of 365,000 a year that renews at 0.70 from 2027 on."""
    monkeypatch.setattr("financials.jobs.utc_now", lambda: NOW)
    close_through(OCTOBER)
    client = make_client("HALDEN", owner=owner)
    make_contract(client, number="H-1", amount=D(365000), renewal="fixed")
    for back in range(24):
        post(client, "gross_revenue", "41000", month=month_add(OCTOBER, -back))
    return client


def bands(client: Client) -> list[tuple[date, date, D, D, D]]:
    rows = ForecastBand.objects.filter(run__client=client, run__is_current=True).order_by("first_month", "last_month")
    return list(rows.values_list("first_month", "last_month", "low", "mid", "high"))


def test_a_run_gets_its_bands_after_it(halden: Client) -> None:
    dirty(halden)
    jobs.work("recompute")
    assert ForecastRun.objects.get(client=halden).bands_at is None
    assert jobs.work("bands") == 1
    run = ForecastRun.objects.get(client=halden)
    assert run.bands_at is not None
    found = bands(halden)
    assert found[0][:2] == (DEC, DEC)
    # 31,000 at 0.70 in January: renewed 9,300 above what the layers hold, or 21,700 below.
    january = next(one for one in found if one[:2] == (date(2027, 1, 1), date(2027, 1, 1)))
    assert D(-31000) < january[2] < D(-21700)
    assert january[4] > D(9300)


def test_again_from_the_same_inputs_the_same_cents(halden: Client) -> None:
    dirty(halden)
    jobs.work("recompute")
    jobs.work("bands")
    before = bands(halden)
    Job.objects.filter(kind="bands").update(state=JobState.READY)
    jobs.work("bands")
    assert bands(halden) == before
    dirty(halden)
    jobs.work("recompute")
    jobs.work("bands")
    assert bands(halden) == before
    assert ForecastRun.objects.filter(client=halden, bands_at__isnull=False).count() == 2


def test_in_company_the_same_cents(halden: Client, owner: User) -> None:
    dirty(halden)
    jobs.work("recompute")
    jobs.work("bands")
    before = bands(halden)
    other = make_client("OTHER", owner=owner)
    make_contract(other)
    post(other, "gross_revenue", "900", month=month_add(OCTOBER, -20))
    dirty(other, halden)
    jobs.work("recompute")
    jobs.work("bands")
    assert bands(halden) == before
    assert bands(other)


def test_an_overtaken_run_gets_none(halden: Client) -> None:
    dirty(halden)
    jobs.work("recompute")
    (lease,) = jobs.take("bands", limit=5)
    dirty(halden)
    jobs.work("recompute")
    jobs.kinds["bands"].run([lease])
    assert not ForecastBand.objects.exists()
    assert Job.objects.get(pk=lease.job_id).result == {"overtaken": True}
    assert jobs.work("bands") == 1
    assert ForecastBand.objects.filter(run__is_current=True).exists()


def test_bands_give_way_to_an_edit(halden: Client, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clients' bands are under way when a third is edited: one is kept, the other waits as if not begun."""
    other, third = make_client("OTHER", owner=owner), make_client("THIRD", owner=owner)
    for client in (other, third):
        make_contract(client, number=f"{client.key}-1")
    dirty(halden, other)
    jobs.work("recompute")
    leases = jobs.take("bands", limit=5)
    dirty(third)
    monkeypatch.setattr("financials.jobs._LOOK_EVERY", 0.0)
    jobs.kinds["bands"].run(leases)
    assert sorted(Job.objects.filter(kind="bands").values_list("state", "tries")) == [("done", 1), ("ready", 0)]
    assert jobs.work("bands") == 0
    jobs.work("recompute")
    assert jobs.work("bands") == 2
    assert ForecastRun.objects.filter(is_current=True, bands_at__isnull=False).count() == 3
