"""Demand and capacity, worked by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import holidays
import pytest

from financials.calc.capacity import (
    Away,
    Cell,
    Demand,
    Hours,
    Part,
    Row,
    Worker,
    free_of,
    hours_of,
    lasting_gap,
    overload_of,
    parts_of,
    quantiles,
)

MONDAY = date(2026, 12, 7)
CHRISTMAS = date(2026, 12, 21)
"""Its Friday is 25 December; the Monday after stands in for Boxing Day, a Saturday."""
DEC = date(2026, 12, 1)


def week(worker: Worker, monday: date = MONDAY) -> Hours:
    found = hours_of(worker, parts_of(monday, monday))
    assert found is not None
    whole = Hours()
    for hours in found.values():
        whole.add(hours)
    return whole


def english() -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=[2026]))


def test_a_week_is_five_days() -> None:
    assert week(Worker(1, "Designer", D("37.5"))) == Hours(D("37.5"))


def test_holidays_and_leave_come_off() -> None:
    """Four days' leave of 7.5 and Christmas Day leave nothing; of the next week Boxing Day's Monday is off."""
    worker = Worker(
        1, "Designer", D("37.5"), holidays=english(), leave=(Away(date(2026, 12, 21), date(2026, 12, 25), None),)
    )
    assert week(worker, CHRISTMAS) == Hours(D("37.5"), D("7.5"), D("30.0"))
    assert week(worker, CHRISTMAS).capacity == 0
    assert week(worker, CHRISTMAS + timedelta(days=7)).capacity == D("30.0")


def test_scotland_keeps_another_day() -> None:
    """30 November is a holiday in Scotland and not in England."""
    scottish = frozenset(holidays.country_holidays("GB", subdiv="SCT", years=[2026]))
    monday = date(2026, 11, 30)
    assert week(Worker(1, "", D(40), holidays=scottish), monday).capacity == D(32)
    assert week(Worker(1, "", D(40), holidays=english()), monday).capacity == D(40)


def test_leave_in_hours_is_spread_and_never_more_than_the_day() -> None:
    half = Worker(1, "", D(40), leave=(Away(date(2026, 12, 8), date(2026, 12, 9), D(8)),))
    assert week(half) == Hours(D(40), D(0), D(8))
    double = Worker(
        1, "", D(40), leave=(Away(MONDAY, MONDAY, D(6)), Away(date(2026, 12, 7), date(2026, 12, 11), D(40)))
    )
    assert week(double) == Hours(D(40), D(0), D(40))
    across = Worker(1, "", D(40), leave=(Away(date(2026, 12, 11), date(2026, 12, 15), D(12)),))
    assert week(across).leave == D(4)  # Friday; Monday and Tuesday have the other eight


def test_people_count_from_their_first_to_their_last_day() -> None:
    begins = Worker(1, "", D(40), starts=date(2026, 12, 9))
    leaves = Worker(1, "", D(40), ends=date(2026, 12, 8))
    assert (week(begins).capacity, week(leaves).capacity) == (D(24), D(16))


def test_unknown_weekly_hours_are_no_capacity() -> None:
    assert hours_of(Worker(1, "", None), parts_of(MONDAY, MONDAY)) is None


def test_a_week_across_two_months_has_two_parts() -> None:
    parts = parts_of(date(2026, 11, 30), date(2026, 12, 7))
    assert parts == [
        Part(date(2026, 11, 30), date(2026, 11, 1)),
        Part(date(2026, 11, 30), DEC),
        Part(date(2026, 12, 7), DEC),
    ]
    assert [part.share(D(40)) for part in parts] == [D(8), D(32), D(40)]


def demand(*rows: tuple[str, bool, int | None, str | None]) -> Demand:
    made = Demand()
    for hours, firm, deal, chance in rows:
        made.take(Row(MONDAY, 1, "Designer", D(hours), firm, deal, None if chance is None else D(chance)), D(hours))
    return made


def test_demand_is_firm_and_soft_as_likely_as_the_deal() -> None:
    made = demand(("40", True, None, "1"), ("40", False, 7, "0.25"), ("12", False, 8, None))
    assert (made.firm, made.weighted, made.unweighted, made.total) == (D(40), D(10), D(12), D(50))


def test_the_gap_and_utilisation_of_the_definitions() -> None:
    cell = Cell()
    cell.take_person(Hours(D("37.5"), D("7.5"), D(0)), demand(("40", True, None, "1"), ("40", False, 7, "0.25")))
    assert (cell.capacity, cell.gap) == (D(30), D(20))
    assert cell.utilisation == D(40) / D(30)
    assert Cell().utilisation is None


def test_an_unknown_persons_hours_make_no_gap() -> None:
    cell = Cell()
    cell.take_person(Hours(D(40)), demand(("30", True, None, "1")))
    cell.take_person(None, demand(("40", True, None, "1")))
    assert (cell.demand.firm, cell.capacity, cell.gap, cell.utilisation) == (D(70), D(40), D(-10), D("0.75"))
    alone = Cell()
    alone.take_person(None, demand(("40", True, None, "1")))
    assert (alone.capacity, alone.gap, alone.utilisation) == (None, None, None)


def test_a_role_nobody_is_named_for_is_all_gap() -> None:
    cell = Cell()
    cell.take_role(demand(("24", True, None, "1")))
    assert (cell.capacity, cell.gap, cell.utilisation) == (D(0), D(24), None)


def test_hours_for_other_clients_leave_less_for_this_one() -> None:
    made = demand(("10", True, None, "1"))
    made.take(Row(MONDAY, 1, "", D(28), True, None, D(1), elsewhere=True), D(28))
    made.take(Row(MONDAY, 1, "", D(9), False, 5, D("0.5"), elsewhere=True), D(9))
    cell = Cell()
    cell.take_person(Hours(D(40)), made)
    assert (cell.capacity, cell.gap, cell.utilisation) == (D(12), D(-2), D("0.25"))


@pytest.mark.parametrize(
    ("soft", "low", "high"),
    [
        ([], "0", "0"),
        ([(1, "0.25", "40")], "0", "40"),  # nothing in 75 of 100 cases
        ([(1, "0.05", "40")], "0", "0"),
        ([(1, "0.95", "40")], "40", "40"),
        # 0: 0.25, 10: 0.25, 20: 0.25, 30: 0.25
        ([(1, "0.5", "10"), (2, "0.5", "20")], "0", "30"),
        # 0: 0.08, 10: 0.12, 20: 0.32, 30: 0.48
        ([(1, "0.6", "10"), (2, "0.8", "20")], "10", "30"),
    ],
)
def test_the_range_of_soft_hours_is_exact(soft: list[tuple[int, str, str]], low: str, high: str) -> None:
    found = quantiles({(deal, D(chance)): D(hours) for deal, chance, hours in soft}, (0.1, 0.9))
    assert found == [D(low), D(high)]


def test_rows_of_one_deal_are_won_together() -> None:
    """Two people on one deal at 50%: nothing or both, never one."""
    cell = Cell()
    for person_hours in ("10", "30"):
        cell.take_person(Hours(D(40)), demand((person_hours, False, 7, "0.5")))
    assert cell.band() == (D(0), D(40))


def test_many_deals_keep_their_range() -> None:
    """Forty deals of 10 h at 50% are binomial: P10 of 40 trials is 16, P90 24. With odd hours the totals are too many
    to tell apart, and each deal counts as its whole hours."""
    even = {(deal, D("0.5")): D(10) for deal in range(40)}
    assert quantiles(even, (0.1, 0.9)) == [D(160), D(240)]
    odd = {(deal, D("0.5")): D(10) + D(deal) / 100 for deal in range(40)}
    assert quantiles(odd, (0.1, 0.9)) == [D(160), D(240)]


def gaps(*hours: str | None) -> list[tuple[date, D | None]]:
    return [(MONDAY + timedelta(weeks=n), None if h is None else D(h)) for n, h in enumerate(hours)]


def test_hire_by_is_the_first_lasting_gap_less_the_lead_time() -> None:
    found = lasting_gap(gaps("10", "0", "10", "20", "30", "-5", "40", "40", "40"), lead_weeks=8)
    assert found is not None
    assert (found.week, found.weeks, found.hours) == (date(2026, 12, 21), 3, D(20))
    assert found.hire_by == date(2026, 10, 26)


def test_short_gaps_narrow_gaps_and_unknown_weeks_do_not_last() -> None:
    assert lasting_gap(gaps("10", "10", "0", "10", "10"), lead_weeks=8) is None
    assert lasting_gap(gaps("8", "8", "8"), lead_weeks=8, least=D(8)) is None
    assert lasting_gap(gaps("10", "10", None, "10", "10"), lead_weeks=8) is None
    assert lasting_gap([], lead_weeks=8) is None
    at_the_end = lasting_gap(gaps("0", "10", "10"), lead_weeks=0, weeks=2)
    assert at_the_end is not None
    assert (at_the_end.week, at_the_end.hire_by) == (date(2026, 12, 14), date(2026, 12, 14))


def person(capacity: str, *rows: tuple[str, bool, int | None, str | None]) -> Cell:
    cell = Cell()
    cell.take_person(Hours(D(capacity)), demand(*rows))
    return cell


def test_the_bench_is_what_no_plan_has() -> None:
    free = free_of([person("40", ("10", True, None, "1")), person("40", ("20", False, 7, "0.5"))])
    assert free is not None
    assert (free.capacity, free.planned, free.free, free.share) == (D(80), D(20), D(60), D("0.75"))
    assert free_of([person("0")]) is None


def test_over_allocation_counts_firm_hours_alone() -> None:
    weeks = [
        (MONDAY, person("40", ("44", True, None, "1"))),
        (MONDAY + timedelta(weeks=1), person("40", ("36", True, None, "1"), ("40", False, 7, "0.9"))),
        (MONDAY + timedelta(weeks=2), person("32", ("44", True, None, "1"))),
    ]
    found = overload_of(weeks)
    assert found is not None
    assert (found.first, found.weeks, found.worst, found.excess) == (MONDAY, 2, date(2026, 12, 21), D(12))
    assert overload_of(weeks[1:2]) is None
