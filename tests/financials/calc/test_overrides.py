"""What people change: override = their figure − the system's, on the months not closed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from financials.calc.forecast import Contract, ForecastInputs, ForecastResult, LedgerCell, Override, compute
from financials.calc.schedule import Terms

NOV, DEC, JAN = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


def override(key: str = "1", **changes: Any) -> Override:
    values: dict[str, Any] = {
        "client": "HALDEN",
        "level": "director",
        "first": date(2026, 10, 1),
        "last": DEC,
        "currency": "USD",
    }
    return Override(key=key, **values | changes)


def contract(currency: str = "USD") -> Contract:
    """30,000 in November, 31,000 in December, 31,000 in January."""
    return Contract(
        "HALDEN", f"S-{currency}", Terms("sow", "active", "retainer", currency, D(92000), NOV, date(2027, 1, 31))
    )


def run(*overrides: Override, contracts: list[Contract] | None = None, **more: Any) -> ForecastResult:
    ledger = [LedgerCell("HALDEN", "", date(2026, 10, 1), "USD", D(10000))]
    return compute(ForecastInputs(ledger, contracts or [contract()], [], NOV, overrides=overrides, **more))


def changed(result: ForecastResult) -> list[tuple[date, str, D]]:
    return [(row.month, row.override, row.amount) for row in result.rows if row.layer == "override"]


def test_a_figure_for_a_span_is_held_against_all_of_it_and_falls_on_open_months() -> None:
    """October 10,000 recognised, November 30,000 and December 31,000 contracted: 71,000. Called at 77,100: 6,100 more,
    on November and December as 30 to 31."""
    assert changed(run(override(amount=D(77100)))) == [(NOV, "1", D("3000.00")), (DEC, "1", D("3100.00"))]


def test_a_delta_is_added() -> None:
    assert changed(run(override(delta=D("-610"), first=NOV))) == [(NOV, "1", D("-300.00")), (DEC, "1", D("-310.00"))]


def test_the_director_has_the_last_word() -> None:
    manager = override("2", level="manager", first=DEC, amount=D(40000))
    director = override("1", first=DEC, amount=D(35000))
    assert changed(run(director, manager)) == [(DEC, "1", D("-5000.00")), (DEC, "2", D("9000.00"))]


def test_months_without_anything_share_alike() -> None:
    far = override(first=date(2027, 2, 1), last=date(2027, 4, 1), amount=D("100.00"))
    assert [amount for _, _, amount in changed(run(far))] == [D("33.33"), D("33.34"), D("33.33")]


def test_closed_months_do_not_move() -> None:
    late = override(first=date(2026, 9, 1), last=date(2026, 10, 1), amount=D(5))
    assert (changed(run(late)), run(late).unapplied) == ([], ("1",))


def test_money_in_two_currencies_needs_a_rate() -> None:
    both = [contract(), contract("EUR")]
    ask = override(first=DEC, amount=D(70000))
    assert run(ask, contracts=both).unapplied == ("1",)
    # 31,000 + 31,000 × 1.1 = 65,100; 4,900 to 70,000.
    told = run(ask, contracts=both, rates={("EUR", "USD"): D("1.1")})
    assert changed(told) == [(DEC, "1", D("4900.00"))]


@settings(max_examples=80, deadline=None)
@given(
    amounts=st.lists(st.decimals(0, 10**7, places=2), min_size=1, max_size=4),
    spans=st.lists(st.tuples(st.integers(0, 15), st.integers(0, 6)), min_size=4, max_size=4),
)
def test_after_the_last_override_the_span_is_what_it_says(amounts: list[D], spans: list[tuple[int, int]]) -> None:
    several = []
    for number, amount in enumerate(amounts):
        start, length = spans[number]
        months = [date(2026 + (10 + start + n) // 12, (10 + start + n) % 12 + 1, 1) for n in (0, length)]
        several.append(override(str(number), first=months[0], last=months[1], amount=amount))
    result = run(*several)
    last = several[-1]
    if last.last > date(2028, 4, 1):
        return
    held = sum((row.amount for row in result.rows if last.first <= row.month <= last.last), D(0))
    assert held == last.amount
