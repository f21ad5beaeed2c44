"""Notice dates and checkpoints on the list of things to do, and the debts of clients that were lost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from accounts.models import Client
from common.attention import TODAY, WEEK
from financials.queries.attention import money_items
from financials.queries.renewal_attention import renewal_items
from financials.queries.renewals import RenewalRow
from people.models import User
from tests.financials.test_receivables import invoice
from tests.makers import make_client

TODAY_IS = date(2026, 11, 26)


def row(days: int, *, notice: bool = True, kind: str = "fixed") -> RenewalRow:
    due = TODAY_IS + timedelta(days=days)
    return RenewalRow(
        number="S1", title="Media", client_key="K", client_name="Kestrel", renewal="Fixed term",
        ends_on=due + timedelta(days=30) if notice else due, notice_on=due if notice else None, days_left=days,
        amount=D(1), currency="USD", amount_reporting=D(1), status="active", kind=kind,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "shape", "group", "lead"),
    [
        (row(-3), "at_risk", TODAY, "the notice date of S1 passed on 23 Nov"),
        (row(0), "at_risk", TODAY, "last day for notice on S1 today"),
        (row(1), "at_risk", WEEK, "last day for notice on S1 in 1 day"),
        (row(14), "watch", "Before 10 Dec", "last day for notice on S1 in 14 days"),
        (row(9, notice=False), "watch", "Before 10 Dec", "S1 ends in 9 days"),
        (row(30), "watch", WEEK, "S1 reached its checkpoint of 30 days before notice date"),
        (row(174), "watch", WEEK, "S1 reached its checkpoint of 180 days before notice date"),
        (row(84, notice=False), "watch", WEEK, "S1 reached its checkpoint of 90 days before end of term"),
    ],
)
def test_what_is_told_of_a_renewal(found: RenewalRow, shape: str, group: str, lead: str) -> None:
    (item,) = renewal_items([found], TODAY_IS)
    assert (item.shape, item.group, item.lead) == (shape, group, lead)


@pytest.mark.parametrize("days", [15, 23, 31, 83, 100, 173])
def test_between_checkpoints_nothing_is_told(days: int) -> None:
    assert renewal_items([row(days)], TODAY_IS) == []


def test_a_passed_notice_says_what_happens_next() -> None:
    (fixed,), (auto,) = renewal_items([row(-3)], TODAY_IS), renewal_items([row(-3, kind="auto")], TODAY_IS)
    assert fixed.why.startswith("Its term ends")
    assert auto.why.startswith("It renews by itself after")


@pytest.mark.django_db
def test_a_lost_client_still_owes(owner: User) -> None:
    client = make_client("GONE", owner=owner, status="lost")
    assert Client.objects.filter(status="lost").exists()
    invoice(client, "I-1", "900", "2026-06-01", "2026-07-01")
    (item,) = [item for item in money_items(owner, TODAY_IS) if item.client_key == "GONE"]
    assert "The client is lost; what it owes is not." in item.why
