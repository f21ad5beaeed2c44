"""A lost client: nothing is carried on beyond its signed work, nothing renews, and what is signed stands."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from common.periods import Month, month_add
from financials.calc.backtest import as_of_past
from financials.calc.forecast import Contract, ForecastInputs, LedgerCell, Opportunity, compute
from financials.calc.forecast_file import merged, read_inputs, write_inputs
from financials.calc.forecast_records import Usual
from financials.calc.schedule import Terms
from financials.calc.uncertainty import uncertain

NOV, DEC, JAN = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
LOST = frozenset({"1"})


def inputs(*, departed: frozenset[str] = LOST, end: date | None = date(2026, 12, 31)) -> ForecastInputs:
    """4,000 a month beyond a contract of 1,000 a month that renews by itself; an open deal, and work not opened yet.

    end: of the contract; None: there is none.
    """
    earned = [LedgerCell("1", "", month_add(NOV, -back), "USD", D(5000)) for back in range(1, 25)]
    terms = Terms("sow", "active", "milestone", "USD", D(1000), date(2024, 1, 1), end)
    contracts = [Contract("1", "S-1", terms, renewal="auto")] if end else []
    deal = Opportunity(
        "1", "D-1", "Proposal", "commit", D(1200), "USD", D("0.5"), date(2027, 1, 15), date(2027, 3, 1), 1
    )
    usual = Usual("1", "USD", D(375), D(9999), (D(0), D(1)), D(1000), 2, D(0))
    return ForecastInputs(earned, contracts, [deal], NOV, unopened=[usual], departed=departed)


def months(given: ForecastInputs, layer: str) -> list[Month]:
    return sorted({row.month for row in compute(given).rows if row.layer == layer})


def test_a_run_rate_reaches_as_far_as_signed_work() -> None:
    assert months(inputs(), "run_rate") == [DEC]
    assert months(inputs(end=None), "run_rate") == []
    assert months(inputs(departed=frozenset()), "run_rate")[-1] == date(2028, 4, 1)
    (row,) = (row for row in compute(inputs()).rows if row.layer == "run_rate")
    (alike,) = (
        row
        for row in compute(inputs(departed=frozenset())).rows
        if row.layer == "run_rate" and not row.unopened and row.month == DEC
    )
    assert (row.amount, row.unopened) == (alike.amount, False)


def test_nothing_renews_and_what_is_signed_or_open_stands() -> None:
    assert months(inputs(), "renewal") == []
    assert months(inputs(departed=frozenset()), "renewal")[0] == JAN
    assert months(inputs(), "contracted") == [NOV, DEC]
    assert [(row.month, row.amount) for row in compute(inputs()).rows if row.layer == "commit"] == [
        (date(2027, 3, 1), D("600.00"))
    ]


def test_another_client_is_as_it_was() -> None:
    both = inputs()
    other = [replace_client(cell) for cell in both.ledger]
    whole = replace(both, ledger=[*both.ledger, *other])
    alone = replace(both, ledger=other, contracts=[], opportunities=[], departed=frozenset())
    assert [row for row in compute(whole).rows if row.client == "2"] == compute(alone).rows


def replace_client(cell: LedgerCell) -> LedgerCell:
    return cell._replace(client="2")


def test_a_short_history_is_not_unknown_but_over() -> None:
    brief = replace(inputs(departed=frozenset()), ledger=inputs().ledger[:3])
    assert compute(brief).short == ("1",)
    assert compute(replace(brief, departed=LOST)).short == ()


def test_no_band_strays_after_the_last_signed_month() -> None:
    (one,) = uncertain(inputs(), compute(inputs()))
    assert one.spread[0] > 0
    assert not one.spread[1:].any()
    assert len(one.events) == 1  # the deal; neither a renewal nor work not opened yet
    assert [step for step, units in enumerate(one.expected) if units] == [0, 3]


def test_a_run_keeps_that_the_client_had_left() -> None:
    (text,) = write_inputs(inputs()).values()
    assert json.loads(text)["departed"] is True
    assert compute(read_inputs(text)).rows == compute(inputs()).rows
    (before,) = write_inputs(inputs(departed=frozenset())).values()
    assert "departed" not in json.loads(before)  # a run of before there was the word replays as it was
    assert months(read_inputs(before), "run_rate")[-1] == date(2028, 4, 1)
    stays = replace(inputs(departed=frozenset()), fiscal_starts={"1": 1})
    (together,) = merged([read_inputs(text), read_inputs(write_inputs(stays)["1"])])
    assert together.departed == LOST


@pytest.mark.parametrize("origin", [date(2026, 5, 1), date(2026, 9, 1)])
def test_the_past_knows_of_nobody_who_will_leave(origin: date) -> None:
    assert as_of_past(inputs(), origin, {}).departed == frozenset()
