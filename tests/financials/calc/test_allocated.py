"""Cost of planned hours, worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

from financials.calc.allocated import Planned, PlannedCell, chance_of, planned_cost
from financials.calc.rates import RateRow

NOV, DEC = date(2026, 11, 1), date(2026, 12, 1)
ANA, BEN, ACME, BOLT, SOW = 1, 2, 10, 11, 100
MONDAY = date(2026, 11, 30)
"""Its Monday lies in November, Tuesday to Friday in December."""


def rate(amount: str, starts: date, *, person: int | None = None, role: str = "", client: int | None = None) -> RateRow:
    return RateRow("cost", person, role, client, None, D(amount), "USD", starts)


def row(hours: str, *, person: int | None = ANA, role: str = "Designer", week: date = MONDAY, client: int = ACME,
        firm: bool = True, chance: D | None = D(1)) -> Planned:  # fmt: skip
    return Planned(client, None, person, role, week, D(hours), firm, chance)


def test_a_week_across_two_months_is_split_by_its_working_days() -> None:
    cells = planned_cost([row("40")], [rate("60", date(2026, 1, 1), person=ANA)], NOV, DEC)
    november, december = (cells[PlannedCell(ACME, None, month, "USD")] for month in (NOV, DEC))
    assert (november.firm_hours, november.firm_cost) == (D(8), D(480))
    assert (december.firm_hours, december.firm_cost) == (D(32), D(1920))


def test_months_outside_the_window_are_left_out() -> None:
    cells = planned_cost([row("40")], [rate("60", date(2026, 1, 1), person=ANA)], DEC, DEC)
    assert [(cell.month, sums.firm_hours) for cell, sums in cells.items()] == [(DEC, D(32))]


def test_the_rate_of_the_day_holds_by_precedence() -> None:
    """Wednesday 2 December a new rate of Ana's begins; at Bolt her rate for Bolt goes before; a role's is the last."""
    rates = [
        rate("60", date(2026, 1, 1), person=ANA),
        rate("70", date(2026, 12, 2), person=ANA),
        rate("90", date(2026, 1, 1), person=ANA, client=BOLT),
        rate("50", date(2026, 1, 1), role="Designer"),
    ]
    planned = [row("40"), row("10", client=BOLT), row("5", person=BEN), row("15", person=None)]
    cells = planned_cost(planned, rates, NOV, DEC)
    # Ana: Monday 8 × 60; Tuesday 8 × 60, then 24 × 70. Ben 5 × 50 and the placeholder 15 × 50 by their role.
    assert cells[PlannedCell(ACME, None, NOV, "USD")].firm_cost == D(480) + D(50) + D(150)
    assert cells[PlannedCell(ACME, None, DEC, "USD")].firm_cost == D(480) + D(1680) + D(200) + D(600)
    assert cells[PlannedCell(BOLT, None, NOV, "USD")].firm_cost == D(180)
    assert cells[PlannedCell(ACME, None, DEC, "USD")].firm_people == {ANA, BEN}


def test_soft_hours_weigh_as_much_as_their_deal_is_likely() -> None:
    soft = row("40", week=date(2026, 12, 7), firm=False, chance=D("0.25"))
    unknown = row("12", week=date(2026, 12, 7), firm=False, chance=None)
    lost = row("8", week=date(2026, 12, 7), person=BEN, firm=False, chance=D(0))
    cells = planned_cost([soft, unknown, lost], [rate("60", date(2026, 1, 1), role="Designer")], DEC, DEC)
    sums = cells[PlannedCell(ACME, None, DEC, "USD")]
    assert (sums.firm_hours, sums.weighted_hours, sums.unweighted_hours) == (D(0), D(10), D(12))
    assert (sums.weighted_cost, sums.weighted_people) == (D(600), {ANA})


def test_hours_before_any_rate_have_no_currency() -> None:
    cells = planned_cost([row("40")], [rate("60", date(2026, 12, 3), person=ANA)], NOV, DEC)
    assert cells[PlannedCell(ACME, None, DEC, "")].firm_hours == D(16)
    assert cells[PlannedCell(ACME, None, DEC, "USD")].firm_cost == D(16) * 60
    assert cells[PlannedCell(ACME, None, NOV, "")].firm_hours == D(8)


def test_what_a_deal_says_of_its_hours() -> None:
    p = D("0.4")
    assert chance_of(firm=True, outcome="", category="", probability=None) == 1
    assert chance_of(firm=True, outcome="lost", category="", probability=p) == 1
    assert chance_of(firm=False, outcome="open", category="commit", probability=p) == p
    assert chance_of(firm=False, outcome="open", category="omitted", probability=p) == 0
    # At 50% stated where deals like it carried 50% and 40% of them were won.
    half, own = D("0.5"), D("0.4")
    assert chance_of(firm=False, outcome="open", category="", probability=half, odds=(own, half)) == own
    assert chance_of(firm=False, outcome="won", category="", probability=half, odds=(own, half)) == 1
    assert chance_of(firm=False, outcome="won", category="", probability=p) == 1
    assert chance_of(firm=False, outcome="lost", category="", probability=p) == 0
    assert chance_of(firm=False, outcome="open", category="", probability=None) is None
    assert chance_of(firm=False, outcome="", category="", probability=None) is None
