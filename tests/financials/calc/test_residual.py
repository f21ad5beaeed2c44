"""The run-rate layer: what closed months show beyond contracts."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.periods import month_add
from financials.calc.forecast import Contract, ForecastInputs, ForecastResult, LedgerCell, compute
from financials.calc.residual import steadied
from financials.calc.schedule import Terms

NOV = date(2026, 11, 1)


def history(*amounts: str | int, client: str = "HALDEN", currency: str = "USD") -> list[LedgerCell]:
    """The closed months to October 2026, the last amount October's."""
    first = month_add(NOV, -len(amounts))
    return [LedgerCell(client, "", month_add(first, n), currency, D(amount)) for n, amount in enumerate(amounts)]


def run(ledger: list[LedgerCell], contracts: list[Contract] | None = None) -> ForecastResult:
    return compute(ForecastInputs(ledger, contracts or [], [], NOV))


def rates(result: ForecastResult) -> list[D]:
    return [row.amount for row in result.rows if row.layer == "run_rate"]


def retainer(amount: int) -> Contract:
    terms = Terms("sow", "active", "retainer", "USD", D(amount), date(2025, 11, 1), date(2026, 10, 31))
    return Contract("HALDEN", "S-1", terms)


def test_a_level_history_goes_on_at_its_level() -> None:
    told = rates(run(history(*[5000] * 24)))
    assert told == [D("5000.00")] * 17


def test_only_what_contracts_did_not_schedule_goes_on() -> None:
    """1,000 a day contracted and billed to the end of October, 2,500 a month beside it: the 2,500 goes on."""
    days = [30, 31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31]
    told = rates(run(history(*[1000 * count + 2500 for count in days]), [retainer(365000)]))
    assert told == [D("2500.00")] * 17


def test_too_short_a_history_is_unknown_not_zero() -> None:
    result = run(history(*[5000] * 5))
    assert (rates(result), result.short) == ([], ("HALDEN",))
    assert run(history(*[5000] * 6)).short == ()


def test_no_history_at_all_is_not_called_short() -> None:
    assert run([]).short == ()


def test_open_months_are_no_history_and_hold_no_run_rate() -> None:
    result = run([*history(*[5000] * 12), LedgerCell("HALDEN", "", NOV, "USD", D(900000))])
    assert next(row.month for row in result.rows if row.layer == "run_rate") == date(2026, 12, 1)
    assert set(rates(result)) == {D("5000.00")}


def test_a_lasting_shift_is_followed() -> None:
    told = rates(run(history(*[5000] * 24, *[9000] * 12)))
    assert 8000 < told[0] < 9800


def test_a_client_that_stopped_fades() -> None:
    told = rates(run(history(*[5000] * 24, *[0] * 12)))
    assert sum(told) < 17 * 700


def test_never_less_than_makes_the_month_nothing() -> None:
    """Contracts bring 10,000 and the ledger showed 2,000 of it: the months ahead are never below zero."""
    terms = Terms("sow", "active", "retainer", "USD", D(365000), date(2025, 11, 1), date(2026, 12, 31))
    result = run(history(*[2000] * 12), [Contract("HALDEN", "S-1", terms)])
    by_month: dict[date, D] = {}
    for row in result.rows:
        by_month[row.month] = by_month.get(row.month, D(0)) + row.amount
    assert rates(result)
    assert all(amount >= 0 for month, amount in by_month.items() if month > NOV)


def test_two_currencies_have_two_histories() -> None:
    result = run([*history(*[5000] * 12), *history(*[700] * 12, currency="EUR")])
    december = {row.currency: row.amount for row in result.rows if row.month == date(2026, 12, 1)}
    assert december == {"USD": D("5000.00"), "EUR": D("700.00")}


def test_a_month_billed_late_is_shared_with_its_catch_up() -> None:
    values = [100_00, 101_00, 99_00, 100_00, 0, 200_00, 100_00, 101_00, 99_00, 100_00, 101_00, 99_00]
    assert steadied([values])[0][4:6].tolist() == [100_00, 100_00]


def test_a_one_off_is_brought_back_and_a_shift_is_not() -> None:
    values = [100, 102, 98, 101, 99, 900, 100, 102, 98, 101, 99, 100]
    assert max(steadied([values])[0]) < 120
    shifted = [100, 102, 98, 101, 99, 100, 101, 200, 202, 198, 201, 199, 200, 201]
    assert steadied([shifted])[0][-6:].tolist() == [202, 198, 201, 199, 200, 201]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-(10**9), 10**9), max_size=60), min_size=1, max_size=8))
def test_histories_are_steadied_as_each_by_itself(several: list[list[int]]) -> None:
    together = [series.tolist() for series in steadied(several)]
    assert together == [steadied([values])[0].tolist() for values in several]


HOSTILE = {
    "zeros": [0] * 24,
    "one": [1],
    "negative": [-5000] * 24,
    "huge": [10**13] * 24,
    "spike": [0] * 23 + [10**12],
    "alternating": [10**9, -(10**9)] * 12,
    "gaps": [5000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5000] * 2,
    "growing": [2**n for n in range(36)],
    "tiny": [D("0.01")] * 24,
}


@pytest.mark.parametrize("amounts", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_histories(amounts: list[int]) -> None:
    told = rates(run(history(*amounts)))
    furthest = max(abs(D(amount)) for amount in amounts)
    assert all(math.isfinite(amount) and 0 <= amount <= 5 * furthest for amount in told)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-(10**7), 10**8), min_size=1, max_size=60),
    st.integers(0, 10**7),
    st.sampled_from(["USD", "JPY"]),
)
def test_any_history_is_finite_and_no_total_below_zero(amounts: list[int], fee: int, currency: str) -> None:
    terms = Terms("sow", "active", "retainer", currency, D(fee), date(2026, 1, 1), date(2027, 6, 30))
    result = run(history(*amounts, currency=currency), [Contract("HALDEN", "S-1", terms)])
    months: dict[date, D] = {}
    for row in result.rows:
        assert row.amount.is_finite()
        if row.month > NOV:
            months[row.month] = months.get(row.month, D(0)) + row.amount
    assert all(amount >= 0 for amount in months.values())
