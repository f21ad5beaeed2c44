"""What of a forecast may come out otherwise, as `simulation` draws it: deals, renewals and what history leaves open.

Source: docs/definitions.md#band
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

import numpy as np

from common.money import quantise, to_minor
from common.periods import Month, month_add, month_index
from financials.calc.forecast import (
    Reading,
    carried_until,
    delivery_span,
    implicit_renewals,
    left_out_reason,
    read,
    schedules,
    unsigned,
)
from financials.calc.forecast_records import ForecastInputs, ForecastResult, Opportunity
from financials.calc.residual import History
from financials.calc.runrate import pack, run_rate_with_bands
from financials.calc.schedule import straight_line
from financials.calc.seasonality import Floats
from financials.calc.simulation import MEAN_SLIP, SLIPS, Event, Uncertain, deal_event, renewal_event
from financials.calc.unopened import Coming, coming

EIGHTY: Final = 1.2816
"""Standard deviations from the middle to the edge of an 80% band."""
WIDTH: Final = 0.6
"""Times the band of the run-rate, so that over a back-test 80% of months fall inside."""
UNKNOWN_SHARE: Final = 0.15
"""Of what is signed and renewed, for a client whose own history is too short to say how far it strays."""
MOST: Final = 0.9
"""Chance at most that work of deals not opened yet begins in a month."""
SURE: Final = frozenset({"contracted", "run_rate", "override"})
"""Layers that no event decides."""


def uncertain(inputs: ForecastInputs, result: ForecastResult, reading: Reading | None = None) -> list[Uncertain]:
    """One for each client with something ahead, in the currency most of it is in. A client with money in a currency
    without a rate to that one is left out: its band is unknown. reading: of these inputs, where it has been made."""
    engaged, beyond, _ = reading or read(inputs)
    ahead = [month_add(inputs.last_open, step) for step in range(1, inputs.horizon)]
    money = _Money(inputs, result)
    events: dict[str, list[Event]] = defaultdict(list)
    for deal in unsigned(inputs):
        event = _of_deal(deal, ahead, money)
        if event is not None:
            events[deal.client].append(event)
    for contract, terms in implicit_renewals(engaged, inputs):
        amounts = []
        for term in terms:
            lines = straight_line(term.amount, term.first, term.last, contract.terms.currency)
            amounts.append(_row(dict(lines), ahead, contract.client, contract.terms.currency, money))
        if terms and contract.client in money.currency:
            events[contract.client].append(renewal_event([float(term.chance) for term in terms], amounts))
    fresh = {one.usual.client: one for one in coming(schedules(engaged), inputs)}
    spreads, until = _spreads(beyond, inputs, ahead, money), carried_until(engaged, inputs)
    made = []
    for client, currency in sorted(money.currency.items()):
        expected, certain = np.zeros(len(ahead)), np.zeros(len(ahead))
        signed = np.zeros(len(ahead))
        for (month, layer), units in money.layers[client].items():
            step = month_index(month) - month_index(ahead[0])
            if 0 <= step < len(ahead):
                expected[step] += units
                certain[step] += units if layer in SURE else 0
                signed[step] += units if layer in ("contracted", "renewal") else 0
        unopened = _unopened(fresh[client], ahead, money) if client in fresh else []
        for event in unopened:  # their mean is in the run-rate layer, which is sure but for them
            certain -= event.chances[0] * event.amounts[0]
        spread = spreads.get(client)
        if spread is None:
            spread = UNKNOWN_SHARE * np.maximum(signed, 0.0)
        if client in until:  # nothing is left to stray once its last signed work is done
            spread = np.where([month <= until[client] for month in ahead], spread, 0.0)
        made.append(Uncertain(client, currency, ahead[0], expected, certain, (*events[client], *unopened), spread))
    return made


class _Money:
    """Minor units of the one currency each client is simulated in."""

    def __init__(self, inputs: ForecastInputs, result: ForecastResult) -> None:
        self._rates: Mapping[tuple[str, str], Decimal] = inputs.rates
        weights: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for row in result.rows:
            if row.month > inputs.last_open:
                weights[row.client][row.currency] += abs(row.amount)
        self.currency = {
            client: max(sorted(of), key=lambda currency: of[currency])
            for client, of in weights.items()
            if self._reach(of)
        }
        self.layers: dict[str, dict[tuple[Month, str], int]] = defaultdict(lambda: defaultdict(int))
        for row in result.rows:
            if row.month > inputs.last_open and row.client in self.currency:
                self.layers[row.client][row.month, row.layer] += self.units(row.client, row.amount, row.currency)

    def _reach(self, weights: Mapping[str, Decimal]) -> bool:
        main = max(sorted(weights), key=lambda currency: weights[currency])
        return all(currency == main or (currency, main) in self._rates for currency in weights)

    def rate(self, client: str, currency: str) -> Decimal | None:
        own = self.currency.get(client)
        if own is None:
            return None
        return Decimal(1) if currency == own else self._rates.get((currency, own))

    def units(self, client: str, amount: Decimal, currency: str) -> int:
        own, rate = self.currency[client], self.rate(client, currency)
        return to_minor(quantise(amount * (rate or 0), own), own)


def _row(lines: Mapping[Month, Decimal], months: Iterable[Month], client: str, currency: str, money: _Money) -> Floats:
    if client not in money.currency:
        return np.zeros(0)
    return np.array([float(money.units(client, lines[month], currency)) if month in lines else 0.0 for month in months])


def _of_deal(deal: Opportunity, ahead: list[Month], money: _Money) -> Event | None:
    span = delivery_span(deal)
    chance = deal.chance
    if left_out_reason(deal) is not None or span is None or deal.amount is None or chance is None:
        return None
    if money.rate(deal.client, deal.currency) is None or chance == 0:
        return None
    lines = dict(straight_line(quantise(deal.amount, deal.currency), *span, deal.currency))
    # Months before the first one forecast come into it when the deal slips.
    months = [month_add(ahead[0], step) for step in range(-SLIPS, len(ahead))]
    profile = _row(lines, months, deal.client, deal.currency, money)
    if not profile.any():
        return None
    # A renewal begins when the term before it ends, whenever it is signed.
    slip = 0.0 if deal.renews else MEAN_SLIP
    return deal_event(float(chance), profile, slice(SLIPS, None), mean_slip=slip)


def _unopened(one: Coming, ahead: list[Month], money: _Money) -> list[Event]:
    """For each month, the chance that work as large and long as is usual begins in it: such that with what began before
    and still runs it makes what is expected of the month."""
    client, currency = one.usual.client, one.usual.currency
    if money.rate(client, currency) is None:
        return []
    size = float(money.units(client, one.usual.size, currency))
    expected = [float(money.units(client, amount, currency)) for amount in one.amounts]
    if size <= 0:
        return []
    events, chances, months = [], [0.0] * len(ahead), np.arange(len(ahead))
    for begins in range(len(ahead)):
        running = sum(chances[max(0, begins + 1 - one.usual.length) : begins])
        chances[begins] = min(MOST, max(0.0, expected[begins] / size - running))
        if chances[begins] > 0:
            lasts = (months >= begins) & (months < begins + one.usual.length)
            events.append(Event((chances[begins],), np.where(lasts, size, 0.0)[None, :]))
    return events


def _spreads(found: list[History], inputs: ForecastInputs, ahead: list[Month], money: _Money) -> dict[str, Floats]:
    """Standard deviation by month of what history leaves unexplained, in the client's currency. Histories in several
    currencies stray by themselves: their squares add up."""
    if not found:
        return {}
    skipped = month_index(ahead[0]) - month_index(inputs.open_month)
    told = run_rate_with_bands(_packed(found), skipped + len(ahead))
    reach = (told.bands[0.8].upper - told.point)[:, skipped:] / EIGHTY * WIDTH
    squares: dict[str, Floats] = {}
    for history, spread in zip(found, reach, strict=True):
        rate = money.rate(history.client, history.currency)
        if rate is not None:
            own = squares.get(history.client, np.zeros(len(ahead)))
            squares[history.client] = own + (spread * float(rate)) ** 2
    return {client: np.sqrt(total) for client, total in squares.items()}


def _packed(found: list[History]) -> Floats:
    return pack([[float(units) for units in history.beyond] for history in found])
