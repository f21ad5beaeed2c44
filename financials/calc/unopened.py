"""Business that nobody has opened yet: what deals opened after today are expected to bring, as a part of the run-rate.

The run-rate carries on what history holds beyond contracts, so it knows nothing of work that came with one: a deal won
is in history as its contract, and the open deals run dry within the horizon. How much of a month's contracted revenue
came of deals opened less than so many months before is told by the company's closed months; that, and nothing of deals
already open, is what is added. Source: docs/definitions.md#not-opened-yet
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from common.money import ZERO, quantise
from common.periods import Month, month_add, month_index, month_of
from financials.calc.forecast_records import Contract, ForecastInputs, ForecastRow, Usual

WINDOW: Final = 36
"""Closed months that tell."""
YEAR: Final = 12
AGES: Final = 24
"""Months since its deal was opened up to which revenue counts: the furthest that a forecast reaches."""
LEAST_CONTRACTS: Final = 20
"""Contracts out of deals, of all clients of a group, under which nothing is told."""
LEAST_MONTHS: Final = 6
"""Closed months from which a client is known at all, as for the run-rate."""
PLACES: Final = Decimal("0.000001")
ENDLESS: Final = Decimal(9_999)
"""Months of the group's weight where clients differ by chance alone: a client's own history then says nothing."""

Schedules: TypeAlias = Iterable[tuple[Contract, Mapping[Month, Decimal]]]
"""Each contract with what it scheduled by month."""


class Aged(NamedTuple):
    """What a client's contracts out of deals scheduled for one closed month, by how old the deal then was."""

    client: str
    month: Month
    age: int
    amount: Decimal
    contract: str


@dataclass(frozen=True, slots=True)
class Group:
    """Clients taken together. monthly: what one of them earns a month of deals up to AGES old. weight: months of a
    client's own history that count as much as the group's. shares: of `monthly`, what comes of deals no older than
    0, 1, 2… months. size, length: of one contract, a month and in months."""

    clients: int
    contracts: int
    monthly: Decimal
    weight: Decimal
    shares: tuple[Decimal, ...]
    size: Decimal
    length: int


def group_of(cells: Iterable[Aged], known: Mapping[str, int], last: Month) -> Group | None:
    """known: each client's closed months, at most WINDOW of them, up to the last; None where they tell too little.

    The amounts are of one currency. Clients differ by more than chance as far as the variance between their means goes
    beyond that within their years (Bühlmann and Straub).
    """
    ages = [ZERO] * AGES
    years: dict[str, list[Decimal]] = {client: [ZERO] * -(-months // YEAR) for client, months in known.items()}
    lengths: dict[str, int] = defaultdict(int)
    whole = ZERO
    for client, month, old, amount, contract in cells:
        back = month_index(last) - month_index(month)
        if client in known and 0 <= back < known[client] and 0 <= old < AGES:
            ages[old] += amount
            years[client][back // YEAR] += amount
            lengths[contract] += 1
            whole += amount
    if len(lengths) < LEAST_CONTRACTS or whole <= 0:
        return None
    shares, so_far = [], ZERO
    for age in ages:
        so_far += age
        shares.append((so_far / whole).quantize(PLACES))
    scheduled = sum(lengths.values())
    return Group(
        len(known),
        len(lengths),
        whole / sum(known.values()),
        _weight([(several, known[client]) for client, several in years.items()]),
        tuple(shares),
        whole / scheduled,
        max(1, round(scheduled / len(lengths))),
    )


def _weight(clients: Sequence[tuple[list[Decimal], int]]) -> Decimal:
    """In months: variance within clients' years ÷ that between clients. Only whole years are compared."""
    several = [[float(year) for year in years[: months // YEAR]] for years, months in clients if months >= 2 * YEAR]
    if len(several) < 2:
        return ENDLESS
    means = [sum(years) / len(years) for years in several]
    within = sum(
        sum((year - mean) ** 2 for year in years) / (len(years) - 1) for years, mean in zip(several, means, strict=True)
    ) / len(several)
    middle = sum(means) / len(means)
    by_chance = within * sum(1 / len(years) for years in several) / len(several)
    between = sum((mean - middle) ** 2 for mean in means) / (len(means) - 1) - by_chance
    if between <= 0:
        return ENDLESS
    return min(ENDLESS, Decimal(round(YEAR * within / between)))


class Coming(NamedTuple):
    """One client's. first: the month after the last open one; amounts: of it and those after it; own: what its own
    months brought on average; monthly: the two weighed."""

    usual: Usual
    first: Month
    known: int
    own: Decimal
    monthly: Decimal
    amounts: tuple[Decimal, ...]


def coming(schedules: Schedules, inputs: ForecastInputs) -> list[Coming]:
    """For every client that has a `Usual`, has not left, earned something within the last year and is known for
    LEAST_MONTHS."""
    if not inputs.unopened:
        return []
    known = known_months(((cell.client, cell.month) for cell in inputs.ledger), inputs.open_month)
    own = _own(schedules, inputs, known)
    return [
        _coming(usual, known[usual.client], own.get(usual.client, ZERO), inputs)
        for usual in sorted(inputs.unopened)
        if usual.client in known and usual.client not in inputs.departed
    ]


def known_months(seen: Iterable[tuple[str, Month]], open_month: Month) -> dict[str, int]:
    """Closed months by client since its first revenue, at most WINDOW; without those of short history, and those that
    earned nothing within the last year. seen: clients and months with revenue."""
    first: dict[str, Month] = {}
    newest: dict[str, Month] = {}
    for client, month in seen:
        if month < open_month:
            first[client] = min(month, first.get(client, month))
            newest[client] = max(month, newest.get(client, month))
    recent = month_add(open_month, -YEAR)
    months = {client: month_index(open_month) - month_index(month) for client, month in first.items()}
    return {
        client: min(WINDOW, count)
        for client, count in months.items()
        if count >= LEAST_MONTHS and newest[client] >= recent
    }


def _own(schedules: Schedules, inputs: ForecastInputs, known: Mapping[str, int]) -> dict[str, Decimal]:
    """By client: the average closed month's schedule of contracts out of deals up to AGES old, in its currency."""
    currency = {usual.client: usual.currency for usual in inputs.unopened}
    total: dict[str, Decimal] = defaultdict(Decimal)
    for contract, opened, lines in _out_of_deals(schedules, inputs):
        client, code = contract
        own = currency.get(client)
        if own is None or client not in known:
            continue
        rate = Decimal(1) if code == own else inputs.rates.get((code, own))
        if rate is None:
            continue
        for month, amount in lines.items():
            back = month_index(inputs.open_month) - month_index(month) - 1
            if 0 <= back < known[client] and 0 <= month_index(month) - month_index(opened) < AGES:
                total[client] += amount * rate
    return {client: amount / known[client] for client, amount in total.items()}


def _out_of_deals(
    schedules: Schedules, inputs: ForecastInputs
) -> Iterable[tuple[tuple[str, str], Month, Mapping[Month, Decimal]]]:
    """(client, currency), the month its deal was opened, and lines of each contract that came of one. Renewals are a
    layer of their own; a deal whose opening nobody noted tells nothing."""
    deals = [deal for deal in inputs.opportunities if deal.opened is not None and not deal.renews]
    by_key = {deal.key: deal.opened for deal in deals}
    by_number = {deal.contract: deal.opened for deal in deals if deal.contract}
    for contract, lines in schedules:
        opened = by_key.get(contract.opportunity) or by_number.get(contract.number)
        if opened is not None:
            yield (contract.client, contract.terms.currency), month_of(opened), lines


def _coming(usual: Usual, known: int, own: Decimal, inputs: ForecastInputs) -> Coming:
    monthly = (known * own + usual.weight * usual.monthly) / (known + usual.weight)
    amounts = []
    for lead in range(1, inputs.horizon):
        whole, begun = share_of(usual.shares, lead - 1), share_of(usual.shares, lead)
        amounts.append(quantise(monthly * (whole + usual.left * (begun - whole)), usual.currency))
    return Coming(usual, month_add(inputs.last_open, 1), known, own, monthly, tuple(amounts))


def share_of(shares: Sequence[Decimal], age: int) -> Decimal:
    """Of deals no older than this."""
    return shares[min(age, len(shares) - 1)] if shares and age >= 0 else ZERO


def unopened_rows(several: Iterable[Coming]) -> list[ForecastRow]:
    return [
        ForecastRow(
            one.usual.client, "", "", month_add(one.first, step), "run_rate", one.usual.currency, amount,
            unopened=True,
        )
        for one in several
        for step, amount in enumerate(one.amounts)
        if amount > 0
    ]  # fmt: skip
