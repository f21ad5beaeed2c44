"""Net revenue by client, month and layer: recognised, contracted and weighted pipeline.

Closed months hold what the ledger says. Open months hold the ledger to date, and as contracted what the schedule has
beyond it. Later months hold schedules and pipeline. Each amount stays in its own currency. Any number of clients at
once; the result does not depend on the order of the inputs. Source: docs/definitions.md#forecast
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, NamedTuple, TypeAlias

from common.money import ZERO, allocate, quantise
from common.periods import Month, fiscal_year_start, month_add, month_of
from financials.calc.schedule import Terms, contract_schedule, straight_line

CATEGORIES: Final = ("commit", "best_case", "pipeline")
LAYERS: Final = ("recognised", "contracted", *CATEGORIES)
"""From certain to uncertain; rows are in this order within a month."""
CLOSED_STAGES: Final = frozenset({"won", "lost"})
SIGNED_STATUSES: Final = frozenset({"signed", "active", "completed", "terminated", "expired"})
"""Statuses of a contract that was signed once: its opportunity has left the pipeline."""
DEFAULT_DELIVERY_MONTHS: Final = 12
HORIZON_MONTHS: Final = 18

Reason: TypeAlias = Literal["unpriced", "undated", "won without contract"]


class LedgerCell(NamedTuple):
    """Net revenue (gross revenue − pass-through) of one cell; contract is empty where the entry names none."""

    client: str
    contract: str
    month: Month
    currency: str
    net_revenue: Decimal


@dataclass(frozen=True, slots=True)
class Contract:
    """parent: the number of the contract above it. opportunity: the key of the deal it came from. Empty for none."""

    client: str
    number: str
    terms: Terms
    parent: str = ""
    opportunity: str = ""


@dataclass(frozen=True, slots=True)
class Opportunity:
    """amount and probability (a fraction) are None where unknown. contract: the number it became, empty for none."""

    client: str
    key: str
    stage: str
    category: str
    amount: Decimal | None
    currency: str
    probability: Decimal | None
    close_on: date | None
    delivery_start: date | None = None
    delivery_months: int | None = None
    contract: str = ""


@dataclass(frozen=True, slots=True)
class ForecastInputs:
    """Everything a run reads.

    open_month: the first month not closed. through: the month of the as-of day where that is later, when several
    months are open. horizon: months forecast, counted from the last open one. fiscal_starts: 1–12 by client, January
    unless given; the ledger is read back to the start of the open month's year, fiscal or calendar, as is earlier.
    """

    ledger: Sequence[LedgerCell]
    contracts: Sequence[Contract]
    opportunities: Sequence[Opportunity]
    open_month: Month
    through: Month | None = None
    fiscal_starts: Mapping[str, int] = field(default_factory=dict)
    horizon: int = HORIZON_MONTHS

    @property
    def last_open(self) -> Month:
        return max(self.open_month, self.through or self.open_month)

    @property
    def last_month(self) -> Month:
        return month_add(self.last_open, self.horizon - 1)

    def first_month(self, client: str) -> Month:
        return min(
            date(self.open_month.year, 1, 1), fiscal_year_start(self.open_month, self.fiscal_starts.get(client, 1))
        )


class ForecastRow(NamedTuple):
    """amount: net revenue in `currency`, never zero. contract and opportunity are empty where they do not apply."""

    client: str
    contract: str
    opportunity: str
    month: Month
    layer: str
    currency: str
    amount: Decimal


class LeftOut(NamedTuple):
    """An open or won deal that no layer holds, and why: counted beside the forecast, never summed."""

    client: str
    opportunity: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class ForecastResult:
    """rows by client, month, layer, contract, opportunity, currency; left_out by client, opportunity."""

    rows: list[ForecastRow]
    left_out: list[LeftOut]


def compute(inputs: ForecastInputs) -> ForecastResult:
    recognised = _recognised(inputs)
    rows = [
        *(ForecastRow(client, contract, "", month, "recognised", currency, amount)
          for (client, contract, month, currency), amount in recognised.items()),
        *_contracted(inputs, recognised),
    ]  # fmt: skip
    left_out: list[LeftOut] = []
    for deal in _unsigned(inputs):
        reason = left_out_reason(deal)
        if reason is None:
            rows.extend(_phased(deal, after=inputs.last_open, last=inputs.last_month))
        else:
            left_out.append(LeftOut(deal.client, deal.key, reason))
    order = {layer: place for place, layer in enumerate(LAYERS)}
    return ForecastResult(
        rows=sorted(
            (row for row in rows if row.amount),
            key=lambda row: (row.client, row.month, order[row.layer], row.contract, row.opportunity, row.currency),
        ),
        left_out=sorted(left_out),
    )


def is_closed(stage: str) -> bool:
    return stage.strip().casefold() in CLOSED_STAGES


def left_out_reason(deal: Opportunity) -> Reason | None:
    """Why an unsigned deal cannot be forecast; None when it can."""
    if is_closed(deal.stage):
        return "won without contract"
    if deal.amount is None or deal.probability is None:
        return "unpriced"
    if deal.delivery_start is None and deal.close_on is None:
        return "undated"
    return None


def weighted(amount: Decimal, probability: Decimal, currency: str) -> Decimal:
    return quantise(amount * probability, currency)


def delivery_span(deal: Opportunity) -> tuple[date, date] | None:
    """First and last day of the expected delivery, None when undated.

    No start: the first of the month after closing; no length: twelve months.
    """
    start = deal.delivery_start
    if start is None:
        if deal.close_on is None:
            return None
        start = month_add(deal.close_on, 1)
    beyond = month_add(start, deal.delivery_months or DEFAULT_DELIVERY_MONTHS)
    day = min(start.day, calendar.monthrange(beyond.year, beyond.month)[1])
    return start, beyond.replace(day=day) - timedelta(days=1)


_Cell: TypeAlias = tuple[str, str, Month, str]


def _recognised(inputs: ForecastInputs) -> dict[_Cell, Decimal]:
    """The ledger by cell, from the start of the client's year to the last open month."""
    sums: dict[_Cell, Decimal] = defaultdict(Decimal)
    firsts: dict[str, Month] = {}
    for client, contract, month, currency, net_revenue in inputs.ledger:
        if client not in firsts:
            firsts[client] = inputs.first_month(client)
        if firsts[client] <= month <= inputs.last_open:
            sums[client, contract, month, currency] += net_revenue
    return sums


def _contracted(inputs: ForecastInputs, recognised: Mapping[_Cell, Decimal]) -> Iterator[ForecastRow]:
    roots = _engagements(inputs.contracts)
    first_open, last_open, last = inputs.open_month, inputs.last_open, inputs.last_month
    scheduled: dict[_Cell, Decimal] = defaultdict(Decimal)
    for contract in inputs.contracts:
        currency = contract.terms.currency
        for month, amount in contract_schedule(contract.terms, horizon=last):
            if last_open < month <= last:
                yield ForecastRow(contract.client, contract.number, "", month, "contracted", currency, amount)
            elif first_open <= month <= last_open:
                scheduled[contract.client, roots[contract.number], month, currency] += amount
    for (client, number, month, currency), amount in _still_to_come(scheduled, recognised, roots).items():
        yield ForecastRow(client, number, "", month, "contracted", currency, amount)


def _engagements(contracts: Iterable[Contract]) -> dict[str, str]:
    """The SOW that each SOW and change order belongs to. The ledger names the SOW, so the two are compared together."""
    by_number = {contract.number: contract for contract in contracts if contract.terms.kind != "msa"}
    roots = {}
    for number in by_number:
        root, seen = number, {number}
        while by_number[root].terms.kind == "change_order" and by_number[root].parent in by_number.keys() - seen:
            root = by_number[root].parent
            seen.add(root)
        roots[number] = root
    return roots


def _still_to_come(
    scheduled: Mapping[_Cell, Decimal], recognised: Mapping[_Cell, Decimal], roots: Mapping[str, str]
) -> dict[_Cell, Decimal]:
    """max(0, schedule − recognised) of the open months, by engagement and currency.

    Revenue that names no contract may well bill one of the client's: it is set against what is left, shared by size.
    """
    billed: dict[_Cell, Decimal] = defaultdict(Decimal)
    loose: dict[tuple[str, Month, str], Decimal] = defaultdict(Decimal)
    open_months = {month for _, _, month, _ in scheduled}
    for (client, contract, month, currency), amount in recognised.items():
        if month not in open_months:
            continue
        if contract in roots:
            billed[client, roots[contract], month, currency] += amount
        else:
            loose[client, month, currency] += amount
    rest: dict[tuple[str, Month, str], dict[str, Decimal]] = defaultdict(dict)
    for (client, root, month, currency), amount in sorted(scheduled.items()):
        left = quantise(amount - billed.get((client, root, month, currency), ZERO), currency)
        if left > 0:
            rest[client, month, currency][root] = left
    cells: dict[_Cell, Decimal] = {}
    for (client, month, currency), by_root in rest.items():
        covered = min(max(loose.get((client, month, currency), ZERO), ZERO), sum(by_root.values(), ZERO))
        shares = allocate(covered, list(by_root.values()), currency)
        for (root, left), share in zip(by_root.items(), shares, strict=True):
            cells[client, root, month, currency] = left - share
    return cells


def _unsigned(inputs: ForecastInputs) -> Iterator[Opportunity]:
    """Deals neither lost, omitted nor signed; a won one is among them until its contract is signed."""
    signed = [contract for contract in inputs.contracts if contract.terms.status in SIGNED_STATUSES]
    numbers = {contract.number for contract in signed}
    keys = {contract.opportunity for contract in signed}
    for deal in inputs.opportunities:
        lost = deal.stage.strip().casefold() == "lost"
        if not lost and deal.category != "omitted" and deal.contract not in numbers and deal.key not in keys:
            yield deal


def _phased(deal: Opportunity, *, after: Month, last: Month) -> Iterator[ForecastRow]:
    """The deal's weighted amount, straight line over its delivery; only months after the open ones are forecast."""
    span = delivery_span(deal)
    if span is None or deal.amount is None or deal.probability is None or month_of(span[1]) <= after:
        return
    category = deal.category or "pipeline"
    for month, amount in straight_line(weighted(deal.amount, deal.probability, deal.currency), *span, deal.currency):
        if after < month <= last:
            yield ForecastRow(deal.client, deal.contract, deal.key, month, category, deal.currency, amount)
