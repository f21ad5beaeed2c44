"""What may come out otherwise: deals slip, renewals of a contract do not, and what is signed is certain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import numpy as np
import pytest

from common.periods import month_add
from financials.calc.forecast import Contract, ForecastInputs, LedgerCell, Opportunity, compute
from financials.calc.forecast_records import Usual
from financials.calc.schedule import Terms
from financials.calc.simulation import Uncertain, draw
from financials.calc.uncertainty import uncertain

NOV = date(2026, 11, 1)


def deal(**changes: Any) -> Opportunity:
    """1,000 in January 2027 and nothing after it."""
    values: dict[str, Any] = {
        "client": "1", "key": "D", "stage": "Proposal", "category": "commit", "amount": D(1000), "currency": "USD",
        "probability": D(1), "close_on": date(2026, 12, 20), "delivery_start": date(2027, 1, 1), "delivery_months": 1,
    }  # fmt: skip
    return Opportunity(**values | changes)


def of(*deals: Opportunity, contracts: tuple[Contract, ...] = (), **more: Any) -> list[Uncertain]:
    inputs = ForecastInputs([], list(contracts), list(deals), NOV, **more)
    return uncertain(inputs, compute(inputs))


def test_a_sure_deal_may_start_later() -> None:
    (one,) = of(deal())
    drawn = draw(one)
    assert one.expected[:3].tolist() == [0, 100000, 0]
    assert (drawn[1] == 100000).mean() == pytest.approx(0.4348, abs=0.015)  # 1 ÷ 2.3
    assert (drawn.sum(axis=0) == 100000).all()


def test_a_renewal_begins_when_the_term_before_it_ends() -> None:
    (one,) = of(deal(renews="S-1"))
    assert (draw(one)[1] == 100000).all()


def test_what_is_signed_and_has_no_history_strays_by_a_share() -> None:
    signed = Contract(
        "1", "S", Terms("sow", "active", "retainer", "USD", D(31000), date(2026, 12, 1), date(2026, 12, 31))
    )
    (one,) = of(contracts=(signed,))
    assert (one.certain[0], one.spread[0], one.spread[1]) == (3100000.0, 465000.0, 0.0)


def test_a_client_whose_currencies_have_no_rate_between_them_is_unknown() -> None:
    both = (deal(), deal(key="E", currency="EUR", amount=D(500)))
    assert of(*both) == []
    (one,) = of(*both, rates={("EUR", "USD"): D("1.1")})
    assert (one.currency, one.expected[1]) == ("USD", 155000.0)


def test_history_says_how_far_it_strays() -> None:
    ledger = [
        LedgerCell("1", "", date(2025 + n // 12, n % 12 + 1, 1), "USD", D(9000 + 2000 * (n % 2))) for n in range(22)
    ]
    inputs = ForecastInputs(ledger, [], [], NOV)
    (one,) = uncertain(inputs, compute(inputs))
    assert np.isfinite(one.spread).all()
    assert 50000 < one.spread[0] < 400000  # months swing by 1,000 about 10,000


def test_work_of_deals_not_opened_yet_begins_or_does_not() -> None:
    """375 a month from the month after the next on, each contract 1,000 a month for two months."""
    earned = [LedgerCell("1", "", month_add(NOV, -back), "USD", D(5000)) for back in range(1, 25)]
    usual = Usual("1", "USD", D(375), D(9999), (D(0), D(1)), D(1000), 2, D(0))
    inputs = ForecastInputs(earned, [], [], NOV, unopened=[usual])
    (one,) = uncertain(inputs, compute(inputs))
    # Of deals opened in December some begin in January: 0.3741, as 24 months of its own without any count as well. In
    # February they still run, and from March on others do.
    begun = [event.amounts[0].nonzero()[0].tolist() for event in one.events]
    assert begun[:2] == [[1, 2], [3, 4]]
    assert [event.chances[0] for event in one.events[:2]] == pytest.approx([0.3741, 0.3741])
    # No middle moves: certain and events together come to what the layers do.
    whole = one.certain + sum(event.chances[0] * event.amounts[0] for event in one.events)
    assert whole == pytest.approx(one.expected)
