"""Which rate holds: the table of precedence, worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from financials.calc.rates import Cell, RateRow, Sums, Worked, rate_on, time_months

ANA, BEN = 1, 2
ACME, HALDEN = 10, 20
SOW, OTHER = 100, 200
JAN, JUL, SEP = date(2026, 1, 1), date(2026, 7, 1), date(2026, 9, 1)


def card(rate: str, *, person: int | None = None, role: str = "", client: int | None = None, **kw: object) -> RateRow:
    given: dict[str, object] = {"kind": "bill", "contract": None, "currency": "USD", "starts": JAN, **kw}
    return RateRow(person=person, role=role, client=client, rate=Decimal(rate), **given)  # type: ignore[arg-type]


CARDS = (
    card("100", role="Designer"),
    card("110", role="Designer", client=ACME),
    card("120", role="Designer", client=ACME, contract=SOW),
    card("115", role="Designer", starts=SEP),
    card("200", person=ANA),
    card("210", person=ANA, starts=JUL),
    card("220", person=ANA, client=ACME),
    card("230", person=ANA, client=ACME, contract=SOW, starts=JUL),
    card("60", person=ANA, kind="cost"),
)


@pytest.mark.parametrize(
    ("person", "role", "client", "contract", "day", "expected"),
    [
        (BEN, "Designer", HALDEN, None, date(2026, 3, 2), "100"),  # the role's, for all
        (BEN, "Designer", HALDEN, None, date(2026, 9, 1), "115"),  # from the day it begins
        (BEN, "Designer", HALDEN, None, date(2026, 8, 31), "100"),  # not a day sooner
        (BEN, "Designer", ACME, None, date(2026, 9, 1), "110"),  # the client's before one for all, though older
        (BEN, "Designer", ACME, OTHER, date(2026, 9, 1), "110"),  # another contract's card is not this one's
        (BEN, "Designer", ACME, SOW, date(2026, 9, 1), "120"),  # the contract's before the client's
        (ANA, "Designer", HALDEN, None, date(2026, 3, 2), "200"),  # the person's before the role's
        (ANA, "Designer", HALDEN, None, date(2026, 7, 1), "210"),
        (ANA, "Designer", ACME, None, date(2026, 7, 1), "220"),
        (ANA, "Designer", ACME, SOW, date(2026, 6, 30), "220"),  # the person's before the role's, contract or not
        (ANA, "Designer", ACME, SOW, date(2026, 7, 1), "230"),
        (BEN, "", HALDEN, None, date(2026, 3, 2), None),  # hours without a role have no role's rate
        (BEN, "Writer", HALDEN, None, date(2026, 3, 2), None),
        (ANA, "Designer", ACME, SOW, date(2025, 12, 31), None),  # before every card
    ],
)
def test_precedence(person: int, role: str, client: int, contract: int | None, day: date, expected: str | None) -> None:
    work = Worked(person, role, client, contract, day, day.replace(day=1), Decimal(1), True)
    found = rate_on(CARDS, kind="bill", work=work)
    assert (found and str(found.rate)) == expected


def test_kinds_are_apart() -> None:
    work = Worked(ANA, "Designer", ACME, SOW, SEP, SEP, Decimal(1), True)
    cost = rate_on(CARDS, kind="cost", work=work)
    assert cost is not None
    assert cost.rate == Decimal(60)


def test_a_month_by_hand() -> None:
    """Ana 7.5 h and 2.25 h at cost 60.5050, carded 100; one billable of them. Ben has no cost rate."""
    rates = [card("60.5050", person=ANA, kind="cost", currency="EUR"), card("100", role="Designer")]
    day = date(2026, 9, 3)
    worked = [
        Worked(ANA, "Designer", ACME, SOW, day, SEP, Decimal("7.5"), True),
        Worked(ANA, "Designer", ACME, SOW, day, SEP, Decimal("2.25"), False),
        Worked(BEN, "", ACME, None, day, SEP, Decimal(4), True),
        Worked(BEN, "", ACME, None, day, SEP, Decimal(9), True, counts=False),
    ]
    assert time_months(worked, rates) == {
        Cell(ACME, SOW, ANA, "Designer", SEP, "EUR", "USD"): Sums(
            hours=Decimal("7.5"),
            billable_hours=Decimal("7.5"),
            cost=Decimal("453.7875"),
            value=Decimal("750.0000"),
            entries=1,
        ),
        Cell(ACME, SOW, ANA, "Designer", SEP, "EUR", ""): Sums(
            hours=Decimal("2.25"), cost=Decimal("136.1362"), entries=1
        ),
        Cell(ACME, None, BEN, "", SEP, "", ""): Sums(
            hours=Decimal(4),
            billable_hours=Decimal(4),
            unpriced_hours=Decimal(4),
            uncarded_hours=Decimal(4),
            cost=Decimal("0.0000"),
            value=Decimal("0.0000"),
            entries=1,
        ),
    }
