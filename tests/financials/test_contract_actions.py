"""Writing contracts: the schedule, the trail and the forecast move with the record or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from common.models import AuditEntry, Job
from common.records import StaleRecord
from financials.actions.contracts import add_contract, change_contract, rebuild_schedules
from financials.models import Contract, ScheduleLine
from people.models import User
from tests.financials.books import NOW
from tests.makers import make_client, make_contract

pytestmark = pytest.mark.django_db
ACTOR = "fay@example.com"


@pytest.fixture
def halden(owner: User) -> Client:
    return make_client("HALDEN", owner=owner)


def schedule(contract: Contract) -> list[tuple[str, D]]:
    return [(f"{line.month:%Y-%m}", line.amount) for line in ScheduleLine.objects.filter(contract=contract)]


def test_the_worked_schedule(halden: Client) -> None:
    contract = make_contract(halden, start=date(2026, 1, 15), end=date(2026, 4, 10), amount=D("100000.00"))
    assert rebuild_schedules([contract.pk], now=NOW) == 4
    assert schedule(contract) == [
        ("2026-01", D("19767.44")),
        ("2026-02", D("32558.14")),
        ("2026-03", D("36046.51")),
        ("2026-04", D("11627.91")),
    ]


def test_a_negative_change_order_with_an_odd_cent(halden: Client) -> None:
    work = make_contract(halden)
    order = make_contract(
        halden,
        kind="change_order",
        parent=work,
        start=date(2024, 2, 28),
        end=date(2024, 3, 2),
        amount=D("-1000.01"),
    )
    rebuild_schedules([order.pk], now=NOW)
    assert schedule(order) == [("2024-02", D("-500.00")), ("2024-03", D("-500.01"))]


@pytest.mark.parametrize(
    "terms", [{"kind": "msa"}, {"status": "draft"}, {"status": "negotiation"}, {"status": "expired"}, {"amount": None}]
)
def test_what_has_no_schedule(halden: Client, terms: dict[str, str]) -> None:
    contract = make_contract(halden, **terms)
    ScheduleLine.objects.create(contract=contract, month=date(2026, 1, 1), amount=D("1"))
    assert rebuild_schedules([contract.pk], now=NOW) == 0
    assert schedule(contract) == []


def test_rebuilding_costs_the_same_for_many(halden: Client) -> None:
    several = [make_contract(halden).pk for _ in range(30)]
    with CaptureQueriesContext(connection) as one:
        rebuild_schedules(several[:1], now=NOW)
    with CaptureQueriesContext(connection) as many:
        rebuild_schedules(several, now=NOW)
    assert len(one) == len(many)
    assert ScheduleLine.objects.count() == 360


def test_a_change_moves_everything_at_once(halden: Client) -> None:
    contract = make_contract(halden, amount=D("120000"))
    fresh = change_contract(contract=contract, changes={"amount": D("240000")}, expected=1, actor=ACTOR, now=NOW)
    assert (fresh.amount, fresh.version) == (D("240000"), 2)
    assert sum(amount for _, amount in schedule(fresh)) == D("240000")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.client_id) == (ACTOR, "changed", halden.pk)
    assert list(entry.changes) == ["amount"]
    assert Job.objects.get().object_ref == f"client:{halden.pk}"


def test_saving_what_stands_already_changes_nothing(halden: Client) -> None:
    contract = make_contract(halden, amount=D("120000"))
    change_contract(contract=contract, changes={"amount": D("120000.00")}, expected=1, actor=ACTOR, now=NOW)
    contract.refresh_from_db()
    assert contract.version == 1
    assert not AuditEntry.objects.exists()
    assert not Job.objects.exists()


def test_a_stale_version_changes_nothing(halden: Client) -> None:
    contract = make_contract(halden)
    change_contract(contract=contract, changes={"title": "First"}, expected=1, actor=ACTOR, now=NOW)
    with pytest.raises(StaleRecord) as stale:
        change_contract(contract=contract, changes={"title": "Second"}, expected=1, actor=ACTOR, now=NOW)
    assert stale.value.current.version == 2
    assert Contract.objects.get(pk=contract.pk).title == "First"
    assert AuditEntry.objects.count() == 1


def test_a_refused_row_leaves_no_trace(halden: Client) -> None:
    contract = make_contract(halden)
    rebuild_schedules([contract.pk], now=NOW)
    with pytest.raises(IntegrityError):
        change_contract(contract=contract, changes={"end": date(2020, 1, 1)}, expected=1, actor=ACTOR, now=NOW)
    assert len(schedule(contract)) == 12
    assert not AuditEntry.objects.exists()
    assert not Job.objects.exists()


def test_adding(halden: Client) -> None:
    fields = {
        "number": "H-9",
        "kind": "sow",
        "client": halden,
        "title": "New work",
        "start": date(2026, 1, 1),
        "end": date(2026, 12, 31),
        "amount": D("365"),
        "currency": "USD",
        "status": "signed",
    }
    contract = add_contract(fields=fields, actor=ACTOR, now=NOW)
    assert schedule(contract)[0] == ("2026-01", D("31"))
    assert AuditEntry.objects.get().changes["client"] == [None, "Halden Ltd"]
    assert Job.objects.filter(kind="recompute").count() == 1
