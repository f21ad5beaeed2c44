"""Forecasting a past month again: what each method sees, what is held against it, and what nobody knew then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from common.periods import Month
from financials.calc.accuracy import Score
from financials.calc.backtest import (
    LAST_TWELVE,
    OURS,
    PIPELINE,
    RUN_RATE,
    SEASONAL,
    Cell,
    Tally,
    as_of_past,
    history_of,
    in_currency,
    ratios_of,
    tallies,
    trial,
)
from financials.calc.forecast import Contract, ForecastInputs, LedgerCell, Opportunity
from financials.calc.schedule import Milestone, Move, Terms
from financials.calc.seeded_proof import HELD_OUT, TUNING, prove

OPEN = date(2026, 1, 1)
YEAR = [date(2025, month, 1) for month in range(1, 13)]


def sow(number: str, amount: str, start: date, end: date, **kw: object) -> Contract:
    told = {name: kw.pop(name) for name in ("status", "ended_on", "moves", "milestones") if name in kw}
    terms = Terms("sow", "active", "retainer", "USD", Decimal(amount), start, end)
    return Contract("A", number, replace(terms, **told), **kw)  # type: ignore[arg-type]  # fields of the two records


def cells(amounts: dict[Month, str], client: str = "A") -> list[LedgerCell]:
    return [LedgerCell(client, "", month, "USD", Decimal(amount)) for month, amount in amounts.items()]


@pytest.fixture
def inputs() -> ForecastInputs:
    """A earns 100 a month in 2025, 40 more each December; from February it is signed for 300 over three months, and a
    deal of 120 at 50% would deliver in March and April."""
    ledger = cells({month: "140" if month.month == 12 else "100" for month in YEAR})
    signed = sow("S1", "300", date(2026, 2, 1), date(2026, 4, 30))
    deal = Opportunity(
        "A", "D1", "propose", "commit", Decimal(120), "USD", Decimal("0.5"), date(2026, 2, 9), date(2026, 3, 1), 2
    )
    return ForecastInputs(ledger, [signed], [deal], OPEN, OPEN, horizon=4)


def test_every_method_sees_the_same_months(inputs: ForecastInputs) -> None:
    """Leads are February, March and April; 300 over 89 days, 60 over 61."""
    one = trial(inputs, ["A"], np.array([[100.0, 130.0, 130.0]]))
    assert one.methods[PIPELINE][0] == pytest.approx([94.38, 104.50 + 30.49, 101.12 + 29.51])
    assert one.methods[SEASONAL][0].tolist() == [100, 100, 100]
    assert one.methods[LAST_TWELVE][0] == pytest.approx([1240 / 12] * 3)
    assert one.methods[RUN_RATE].shape == (1, 3)
    assert one.layers["contracted"][0] == pytest.approx([94.38, 104.50, 101.12])
    assert one.layers["pipeline"][0] == pytest.approx(one.methods[PIPELINE][0])
    assert one.layers["run_rate"] == pytest.approx(one.methods[OURS])
    assert one.inside(RUN_RATE, 0.8) is not None
    assert one.inside(SEASONAL, 0.8) is None


def test_a_month_without_a_posting_is_nothing_earned_and_before_the_first_not_known() -> None:
    ledger = cells({date(2025, 10, 1): "10", date(2025, 12, 1): "30"}) + cells({date(2025, 11, 1): "5"}, "B")
    table = history_of(ForecastInputs(ledger, [], [], OPEN), ["A", "B"])
    assert table[0].tolist() == [10, 0, 30]
    assert np.isnan(table[1, 0])
    assert table[1, 1:].tolist() == [5, 0]


def test_sums_add_up_over_clients_and_leave_unknown_months_out(inputs: ForecastInputs) -> None:
    one = trial(inputs, ["A"], np.array([[100.0, np.nan, 150.0]]))
    found = tallies([one])
    assert found[Cell("A", SEASONAL, "", 1)] == Tally(1, 0.0, 0.0, 100.0, 100.0)
    assert found[Cell("A", SEASONAL, "", 3)] == Tally(1, 50.0, -50.0, 150.0, 150.0)
    assert Cell("A", SEASONAL, "", 2) not in found
    both = found[Cell("A", SEASONAL, "", 1)].plus(found[Cell("A", SEASONAL, "", 3)])
    assert ratios_of(both) == Score(Decimal("0.200000"), Decimal("-0.200000"), None, 2)
    assert both.mae == 25.0
    assert found[Cell("A", RUN_RATE, "", 1)].banded == 1
    assert ("", "contracted") in {(cell.method, cell.layer) for cell in found}


def test_a_past_month_knows_no_later_ledger_contract_end_or_deal(inputs: ForecastInputs) -> None:
    contracts = [
        sow("OLD", "90", date(2025, 1, 1), date(2025, 12, 31), status="terminated", ended_on=date(2025, 9, 30)),
        sow("LATE", "90", date(2025, 10, 1), date(2025, 12, 31)),
        sow("SIGNED", "90", date(2025, 10, 1), date(2025, 12, 31), opportunity="D1"),
        sow("MOVED", "90", date(2025, 2, 1), date(2025, 5, 31), successor="LATE", status="completed",
            moves=(Move(date(2025, 3, 1), date(2025, 8, 31)), Move(date(2025, 7, 1), date(2026, 8, 31)))),
        sow("DRAFT", "90", date(2025, 1, 1), date(2025, 12, 31), status="draft"),
        sow("PARTS", "90", date(2025, 1, 1), date(2025, 12, 31),
            milestones=(Milestone(date(2025, 8, 1), Decimal(9), date(2025, 8, 9)),)),
    ]  # fmt: skip
    then = as_of_past(replace(inputs, contracts=contracts), date(2025, 6, 1), {"SIGNED": date(2025, 6, 30)})
    known = {one.number: one for one in then.contracts}
    assert max(cell.month for cell in then.ledger) == date(2025, 6, 1)
    assert (then.open_month, then.last_open, list(then.opportunities)) == (date(2025, 7, 1), date(2025, 7, 1), [])
    assert set(known) == {"OLD", "SIGNED", "MOVED", "DRAFT", "PARTS"}
    assert (known["OLD"].terms.status, known["OLD"].terms.ended_on) == ("active", None)
    assert known["SIGNED"].opportunity == ""
    assert known["MOVED"].terms.moves == (Move(date(2025, 3, 1), date(2025, 8, 31)),)
    assert known["MOVED"].successor == ""
    assert known["DRAFT"].terms.status == "draft"
    assert known["PARTS"].terms.milestones[0].accepted_on is None
    later = as_of_past(replace(inputs, contracts=contracts), date(2025, 9, 1), {})
    assert {one.number: one.terms.status for one in later.contracts}["OLD"] == "terminated"


def test_amounts_come_into_one_currency_at_one_rate(inputs: ForecastInputs) -> None:
    euro = replace(
        inputs, ledger=[LedgerCell("A", "", OPEN, "EUR", Decimal(100)), LedgerCell("A", "", OPEN, "CHF", Decimal(1))]
    )
    found = in_currency(euro, "USD", {"USD": Decimal(1), "EUR": Decimal("1.1")})
    assert [(cell.currency, cell.net_revenue) for cell in found.ledger] == [("USD", Decimal("110.00"))]
    assert found.contracts[0].terms.amount == Decimal("300.00")


def test_on_a_small_seeded_book_ours_comes_nearer_than_either_naive_one() -> None:
    """The proof at full size, ten seeds that nothing was tuned on, is `manage.py backtest --seeded 10`."""
    assert not set(HELD_OUT) & set(TUNING)
    found = prove(TUNING[0], clients=60)
    assert found.month_to_run_rate < 1
    assert found.month_to_naive < 0.8
    assert found.year_to_run_rate < 0.9
    assert prove(TUNING[0], clients=60) == found
