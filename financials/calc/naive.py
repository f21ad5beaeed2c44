"""The forecast a spreadsheet makes: signed schedules, and every open deal at its stated probability.

No renewals, no history, no correction of what people state. It stands beside ours wherever accuracy is told.
Source: docs/definitions.md#naive-weighted-pipeline
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from common.periods import Month
from financials.calc.forecast import ForecastInputs, delivery_span, is_closed, weighted
from financials.calc.schedule import contract_schedule, straight_line


def weighted_pipeline(inputs: ForecastInputs) -> dict[tuple[str, Month], Decimal]:
    """Net revenue by client and month after the last open one. Amounts keep their currency: give it one currency."""
    found: dict[tuple[str, Month], Decimal] = defaultdict(Decimal)
    first, last = inputs.last_open, inputs.last_month
    for contract in inputs.contracts:
        for month, amount in contract_schedule(contract.terms, horizon=last):
            if first < month <= last:
                found[contract.client, month] += amount
    for deal in inputs.opportunities:
        span = delivery_span(deal)
        if is_closed(deal.stage) or span is None or deal.amount is None or deal.probability is None:
            continue
        for month, amount in straight_line(
            weighted(deal.amount, deal.probability, deal.currency), *span, deal.currency
        ):
            if first < month <= last:
                found[deal.client, month] += amount
    return dict(found)
