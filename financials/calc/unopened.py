"""Work from deals that nobody has opened yet: in no layer, but part of how far net revenue may go beyond them.

Source: docs/definitions.md#band
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from common.money import ZERO
from common.periods import Month, month_add, month_count, month_of
from financials.calc.forecast import Engagement
from financials.calc.forecast_records import ForecastInputs

WINDOW: Final = 36
"""Closed months in which a client's new contracts are counted."""
LEAST_MONTHS: Final = 12
LEAST_CONTRACTS: Final = 2
"""Fewer say nothing of how often there will be another."""
TO_BEGIN: Final = 6
"""Months from opening a deal until its work begins: what begins sooner is in the pipeline already."""
MOST: Final = 0.9


@dataclass(frozen=True, slots=True)
class NewWork:
    """chance: that such work begins in any one month. amount: what it brings a month, for so many months."""

    currency: str
    chance: float
    amount: Decimal
    months: int


def new_work(engaged: Iterable[Engagement], inputs: ForecastInputs) -> dict[str, NewWork]:
    """By client: what the contracts that came of deals in the last closed months were like, and how often they came.

    Contracts that renewed others are left out: a renewal is a layer of its own.
    """
    opens = inputs.open_month
    renewals = {deal.key for deal in inputs.opportunities if deal.renews}
    begins: dict[str, Month] = {}
    for client, _, month, _, _ in inputs.ledger:
        begins[client] = min(month, begins.get(client, month))
    found: dict[tuple[str, str], list[tuple[Decimal, int]]] = defaultdict(list)
    first = month_add(opens, -WINDOW)
    for contract, _, then, _ in engaged:
        of_a_deal = contract.opportunity and contract.opportunity not in renewals
        if of_a_deal and then and first <= month_of(contract.terms.start) < opens:
            found[contract.client, contract.terms.currency].append((sum(then.values(), ZERO), len(then)))
    return _usual(found, begins, inputs)


def _usual(
    found: Mapping[tuple[str, str], list[tuple[Decimal, int]]], begins: Mapping[str, Month], inputs: ForecastInputs
) -> dict[str, NewWork]:
    usual: dict[str, NewWork] = {}
    for (client, currency), several in sorted(found.items()):
        last = month_add(inputs.open_month, -1)
        known = min(WINDOW, month_count(begins.get(client, inputs.open_month), last))
        if known < LEAST_MONTHS or len(several) < LEAST_CONTRACTS:
            continue
        months = sum(length for _, length in several)
        amount = sum((whole for whole, _ in several), ZERO) / months
        one = NewWork(currency, min(len(several) / known, MOST), amount, round(months / len(several)))
        if client not in usual or one.chance > usual[client].chance:  # of the currency it mostly comes in
            usual[client] = one
    return usual
