"""What falls due within 120 days, with notice counted by each contract's own rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from financials.queries.renewals import renewals_ahead
from people.models import User
from tests.makers import make_client, make_contract

TODAY = date(2026, 11, 23)


def test_notice_deadlines_decide_what_is_listed_and_in_which_order(owner: User, outsider: User) -> None:
    client = make_client("A", owner=owner)
    make_contract(client, number="S1", end=date(2026, 12, 31), notice_days=90, notice_rule="calendar")
    make_contract(client, number="S2", end=date(2027, 2, 28), notice_days=60)
    make_contract(client, number="S3", end=date(2026, 12, 31), notice_days=30, notice_rule="business", country="GB-ENG")
    make_contract(client, number="S4", end=date(2027, 3, 1))
    make_contract(client, number="FAR", end=date(2028, 3, 1), notice_days=30)
    make_contract(client, number="DRAFT", end=date(2026, 12, 31), status="draft")
    make_contract(client, number="EVER", end=None, renewal="evergreen")
    make_contract(make_client("B", owner=outsider), number="HIDDEN", end=date(2026, 12, 31))
    rows = renewals_ahead(owner, today=TODAY)
    assert [(row.number, row.due_on, row.days_left, row.shape) for row in rows] == [
        ("S1", date(2026, 10, 2), -52, "at_risk"),
        ("S3", date(2026, 11, 17), -6, "at_risk"),
        ("S2", date(2026, 12, 30), 37, "on_track"),
        ("S4", date(2027, 3, 1), 98, "on_track"),
    ]
    assert [row.next_label for row in rows[:1]] == ["Notice 2 Oct"]
    assert rows[0].amount == Decimal("120000")
