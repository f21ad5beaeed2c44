"""A contract's way from draft to its end: which steps there are, what each leaves behind, what the calendar does."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest

from accounts.models import Client
from common.models import AuditEntry, Job
from common.records import StaleRecord
from financials.actions.contracts import add_contract, change_contract, rebuild_schedules
from financials.actions.status import CALENDAR, MoveRefused, follow_calendar, move_contract
from financials.calc.status import MOVES
from financials.models import Contract, ContractStatus, ScheduleLine, StatusChange
from people.models import User
from tests.financials.books import NOW
from tests.makers import make_client, make_contract

pytestmark = pytest.mark.django_db
ACTOR = "fay@example.com"


@pytest.fixture
def halden(owner: User) -> Client:
    return make_client("HALDEN", owner=owner)


def move(contract: Contract, to: str, **kw: Any) -> Contract:
    return move_contract(**{"contract": contract, "to": to, "expected": None, "actor": ACTOR, "now": NOW, **kw})


def total(contract: Contract) -> D:
    return sum((line.amount for line in ScheduleLine.objects.filter(contract=contract)), D(0))


def steps(contract: Contract) -> list[tuple[str, str, str]]:
    return list(StatusChange.objects.filter(contract=contract).values_list("before", "after", "by"))


def test_the_whole_way_with_who_and_when(halden: Client) -> None:
    contract = make_contract(halden, status="draft")
    for to in ("review", "negotiation"):
        contract = move(contract, to)
    contract = move(contract, "signed", signed_on=date(2025, 12, 18))
    assert (contract.signed_on, total(contract)) == (date(2025, 12, 18), D("120000"))
    contract = move(contract, "active")
    contract = move(contract, "completed")
    assert steps(contract) == [
        ("draft", "review", ACTOR),
        ("review", "negotiation", ACTOR),
        ("negotiation", "signed", ACTOR),
        ("signed", "active", ACTOR),
        ("active", "completed", ACTOR),
    ]
    assert set(StatusChange.objects.values_list("at", flat=True)) == {NOW}
    assert AuditEntry.objects.filter(object_kind="contract").count() == 5


def test_only_the_steps_of_the_table_are_taken(halden: Client) -> None:
    assert set(MOVES) == set(ContractStatus.values)
    for before in ContractStatus.values:
        for after in ContractStatus.values:
            contract = make_contract(halden, status=before, signed_on=date(2025, 12, 1))
            if after in MOVES[before]:
                move(contract, after, reason="agreed", ended_on=date(2026, 6, 30))
                continue
            with pytest.raises(MoveRefused):
                move(contract, after, reason="agreed", ended_on=date(2026, 6, 30))
            contract.refresh_from_db()
            assert (contract.status, contract.version) == (before, 1)


def test_terminating_cuts_the_schedule_from_the_next_day(halden: Client) -> None:
    # 36,500 over 2026 is 100 a day; 181 days to 30 June.
    contract = make_contract(halden, amount=D("36500"))
    order = make_contract(halden, kind="change_order", parent=contract, amount=D("3650"))
    ahead = make_contract(halden, kind="change_order", parent=contract, start=date(2026, 9, 1), status="signed")
    rebuild_schedules([contract.pk, order.pk, ahead.pk], now=NOW)
    ended = move(contract, "terminated", reason="Client insourced", ended_on=date(2026, 6, 30))
    assert (ended.status, ended.ended_on) == ("terminated", date(2026, 6, 30))
    assert [total(one) for one in (contract, order, ahead)] == [D("18100.00"), D("1810.00"), D(0)]
    assert max(ScheduleLine.objects.values_list("month", flat=True)) == date(2026, 6, 1)
    assert list(StatusChange.objects.order_by("pk").values_list("contract__number", "note")) == [
        (contract.number, "Client insourced"),
        (order.number, f"with {contract.number}"),
        (ahead.number, f"with {contract.number}"),
    ]
    entry = AuditEntry.objects.get(object_id=str(contract.pk))
    assert entry.changes["reason"] == [None, "Client insourced"]
    assert Job.objects.get().object_ref == f"client:{halden.pk}"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ended_on": date(2026, 6, 30)}, "Say why"),
        ({"reason": "x"}, "which day is the last"),
        ({"reason": "x", "ended_on": date(2025, 12, 31)}, "comes before the start"),
        ({"reason": "x", "ended_on": date(2027, 1, 1)}, "ends on 2026-12-31 anyway"),
    ],
)
def test_a_termination_says_why_and_when(halden: Client, given: dict[str, Any], said: str) -> None:
    with pytest.raises(MoveRefused, match=said):
        move(make_contract(halden), "terminated", **given)
    assert not StatusChange.objects.exists()


def test_signing_needs_its_day(halden: Client) -> None:
    with pytest.raises(MoveRefused, match="which day it was signed"):
        move(make_contract(halden, status="negotiation"), "signed")


@pytest.mark.parametrize("over", ["terminated", "expired", "completed"])
def test_a_change_order_to_what_is_over_is_refused(halden: Client, over: str) -> None:
    work = make_contract(halden, number="H-1", status=over)
    order = make_contract(halden, kind="change_order", parent=work, status="negotiation")
    with pytest.raises(MoveRefused, match=f"H-1 is {over}: a change order to it changes nothing"):
        move(order, "signed", signed_on=date(2026, 6, 1))


def test_two_people_cannot_both_move_it(halden: Client) -> None:
    contract = make_contract(halden, status="draft")
    move(contract, "review", expected=1)
    with pytest.raises(StaleRecord):
        move(contract, "review", expected=1)


def test_a_change_order_moves_the_end_of_its_contract(halden: Client) -> None:
    # 90 days at 100 a day; from 1 March the last 31 of them run to 30 April.
    work = make_contract(halden, amount=D("9000"), end=date(2026, 3, 31))
    order = make_contract(
        halden, kind="change_order", parent=work, status="negotiation", amount=None, start=date(2026, 3, 1),
        end=date(2026, 4, 30), new_end=date(2026, 4, 30),
    )  # fmt: skip
    rebuild_schedules([work.pk], now=NOW)
    assert ScheduleLine.objects.count() == 3
    move(order, "signed", signed_on=date(2026, 2, 20))
    assert [line.amount for line in ScheduleLine.objects.filter(contract=work)] == [
        D("3100.00"), D("2800.00"), D("1575.41"), D("1524.59"),
    ]  # fmt: skip


# --- the calendar -----------------------------------------------------------------------------------------------------


def test_the_calendar_takes_the_steps_that_fell_due(halden: Client) -> None:
    begun = make_contract(halden, status="signed", start=date(2026, 11, 23))
    ahead = make_contract(halden, status="signed", start=date(2026, 11, 24))
    done = make_contract(halden, status="signed", end=date(2026, 11, 22))
    last_day = make_contract(halden, end=date(2026, 11, 23))
    frame = make_contract(halden, kind="msa", amount=None, end=date(2026, 11, 22))
    rolling = make_contract(halden, renewal="auto", end=date(2026, 11, 22))
    longer = make_contract(halden, end=date(2026, 10, 31))
    make_contract(
        halden, kind="change_order", parent=longer, start=date(2026, 10, 1), end=date(2026, 12, 31),
        new_end=date(2026, 12, 31),
    )  # fmt: skip
    assert follow_calendar(now=NOW, chunk=3) == 3
    everyone = (begun, ahead, done, last_day, frame, rolling, longer)
    for one in everyone:
        one.refresh_from_db()
    assert [one.status for one in everyone] == [
        "active", "signed", "completed", "active", "expired", "active", "active",
    ]  # fmt: skip
    assert steps(done) == [("signed", "active", CALENDAR), ("active", "completed", CALENDAR)]
    assert set(AuditEntry.objects.values_list("actor", flat=True)) == {CALENDAR}
    assert follow_calendar(now=NOW) == 0


def test_the_day_is_the_clients_own(owner: User) -> None:
    sydney = make_client("SYD", owner=owner, timezone="Australia/Sydney")
    contract = make_contract(sydney, status="signed", start=date(2026, 11, 24))
    assert follow_calendar(now=datetime(2026, 11, 23, 12, 59, tzinfo=UTC)) == 0
    assert follow_calendar(now=datetime(2026, 11, 23, 13, 1, tzinfo=UTC)) == 1
    contract.refresh_from_db()
    assert contract.status == "active"


def test_a_status_from_a_form_or_a_new_record_leaves_its_step(halden: Client) -> None:
    fields = {
        "number": "H-9", "kind": "sow", "client": halden, "title": "New", "start": date(2026, 1, 1), "currency": "USD",
        "status": "signed",
    }  # fmt: skip
    contract = add_contract(fields=fields, actor=ACTOR, now=NOW)
    change_contract(contract=contract, changes={"status": "active"}, expected=1, actor=ACTOR, now=NOW)
    assert steps(contract) == [("", "signed", ACTOR), ("signed", "active", ACTOR)]
