"""The company's own history forecast again: what the forecast would have said at past months, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import numpy as np
from django.conf import settings
from django.db.models import Max

from common.fx import MissingRate, RateRow, Rates
from common.models import ClosedPeriod, FxRate
from common.periods import Month, month_add
from financials.calc.backtest import Cell, Tally, Trial, as_of_past, history_of, in_currency, tallies, trial
from financials.calc.forecast import ForecastInputs
from financials.models import Contract
from financials.queries.backtest_cost import cost_backtest
from financials.queries.inputs import load_book

LEADS: Final = 12
LEAST_HISTORY: Final = 12
"""Closed months before the first origin."""
STEP: Final = 3
MOST_ORIGINS: Final = 8


def last_closed() -> Month | None:
    month: Month | None = ClosedPeriod.objects.aggregate(last=Max("month"))["last"]
    return month


def backtest(client_ids: Sequence[int], *, now: datetime) -> dict[Cell, Tally]:
    """Sums by client (its id as text), method or layer, and lead; empty while too few months are closed.

    Every third month back from the last closed one is an origin, as long as a year of history lies before it. The
    rates of cost are taken again beside it. Fifteen queries, whatever the number of clients.
    """
    trials = load_trials(client_ids, now=now)
    closed = last_closed()
    if not trials or closed is None:
        return tallies(trials)
    origins = [back for back, _ in zip(_backs(), trials, strict=False)]
    return tallies(trials) | cost_backtest(client_ids, closed, rates_to_firm(closed), origins, LEADS)


def _backs() -> range:
    """Origins, in months back from the last closed one."""
    return range(2, 2 + STEP * MOST_ORIGINS, STEP)


def load_trials(client_ids: Sequence[int], *, now: datetime) -> list[Trial]:
    closed = last_closed()
    if closed is None or not client_ids:
        return []
    book = load_book(client_ids, now=now)
    signed = _signed(client_ids)
    rates = rates_to_firm(closed)
    found: list[Trial] = []
    for batch in book.batches:
        inputs = in_currency(batch.inputs, settings.REPORTING_CURRENCY, rates)
        found += _trials(inputs, [str(pk) for pk in batch.client_ids], closed, signed)
    return found


def _trials(inputs: ForecastInputs, clients: list[str], closed: Month, signed: dict[str, date]) -> list[Trial]:
    """The open month of an origin is the one after it; leads begin with the month after that."""
    until = replace(inputs, open_month=month_add(closed, 1), through=month_add(closed, 1))
    table = history_of(until, clients)
    months = table.shape[1]
    found = []
    for back in _backs():
        origin = month_add(closed, -back)
        at = months - 1 - back
        if at + 1 < LEAST_HISTORY:
            break
        actual = np.full((len(clients), LEADS), np.nan)
        known = table[:, at + 2 : at + 2 + LEADS]
        actual[:, : known.shape[1]] = known
        begun = ~np.isnan(table[:, at + 1 - LEAST_HISTORY])
        rows = np.flatnonzero(begun)
        if not len(rows):
            continue
        names = [clients[row] for row in rows]
        mine = set(names)
        then = as_of_past(inputs, origin, signed)
        own = replace(
            then,
            ledger=[cell for cell in then.ledger if cell.client in mine],
            contracts=[one for one in then.contracts if one.client in mine],
            horizon=LEADS + 1,
        )
        found.append(trial(own, names, actual[rows]))
    return found


def _signed(client_ids: Sequence[int]) -> dict[str, date]:
    """The day a contract was known: when it was signed, else its start. One query."""
    rows = Contract.objects.filter(client__in=client_ids).values_list("number", "signed_on")
    return {number: signed_on for number, signed_on in rows if signed_on is not None}


def rates_to_firm(month: Month) -> dict[str, Decimal]:
    """One rate for each currency, that of the last closed month. One query."""
    firm = settings.REPORTING_CURRENCY
    rows = list(FxRate.objects.values_list("month", "base", "quote", "average", "closing"))
    rates = Rates(RateRow(*row) for row in rows)
    found = {firm: Decimal(1)}
    for code in {row[1] for row in rows} | {row[2] for row in rows}:
        try:
            found[code] = rates.rate(code, firm, month, via=firm).value
        except MissingRate:
            continue
    return found
