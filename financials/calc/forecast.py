"""Net revenue by client, month and layer: recognised, contracted, renewals, weighted pipeline, run-rate, overrides.

Closed months hold what the ledger says. Open months hold the ledger to date, and as contracted what the schedule has
beyond it. Later months hold the other layers, none of them twice. Each amount stays in its own currency. Any number of
clients at once; the result does not depend on the order of the inputs. Source: docs/definitions.md#forecast
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from common.money import ZERO, allocate, quantise
from common.periods import Month, month_add, month_of
from financials.calc.forecast_cost import cost_rates
from financials.calc.forecast_records import (
    CATEGORIES,
    HORIZON_MONTHS,
    LAYERS,
    Contract,
    ForecastInputs,
    ForecastResult,
    ForecastRow,
    LedgerCell,
    LeftOut,
    Opportunity,
    Override,
    Reason,
)
from financials.calc.overrides import override_rows
from financials.calc.renewals import Renewable, RenewedTerm, certain_until, renewed_terms
from financials.calc.residual import History, histories, run_rates
from financials.calc.schedule import Terms, contract_schedule, end_in_force, evergreen, straight_line
from financials.calc.unopened import coming, unopened_rows

__all__ = [
    "CATEGORIES",
    "HORIZON_MONTHS",
    "LAYERS",
    "Contract",
    "ForecastInputs",
    "ForecastResult",
    "ForecastRow",
    "LedgerCell",
    "LeftOut",
    "Opportunity",
    "Override",
    "Reading",
    "Reason",
    "compute",
    "read",
]

CLOSED_STAGES: Final = frozenset({"won", "lost"})
SIGNED_STATUSES: Final = frozenset({"signed", "active", "completed", "terminated", "expired"})
"""Statuses of a contract that was signed once: its opportunity has left the pipeline."""
DEFAULT_DELIVERY_MONTHS: Final = 12


class Reading(NamedTuple):
    """What both the layers and their bands follow from: contracts as they are read, and closed months beyond them.

    short: clients whose history is too short to say.
    """

    engaged: list[Engagement]
    beyond: list[History]
    short: list[str]


def read(inputs: ForecastInputs) -> Reading:
    engaged = engagements(inputs)
    beyond, short = residuals(engaged, inputs)
    return Reading(engaged, beyond, [client for client in short if client not in inputs.departed])


def carried_until(engaged: Iterable[Engagement], inputs: ForecastInputs) -> dict[str, Month]:
    """The last month that a run-rate of a client that left may reach: that of its last signed work, the last open one
    where nothing is signed ahead."""
    until = dict.fromkeys(inputs.departed, inputs.last_open)
    for contract, lines, _, _ in engaged:
        if contract.client in until:
            until[contract.client] = max(
                until[contract.client], *(month for month, amount in lines.items() if amount > 0), date.min
            )
    return until


def compute(inputs: ForecastInputs, reading: Reading | None = None) -> ForecastResult:
    """reading: of these inputs, where the caller has made it."""
    engaged, beyond, short = reading or read(inputs)
    recognised = _recognised(inputs)
    rows = [
        *(ForecastRow(client, contract, "", month, "recognised", currency, amount)
          for (client, contract, month, currency), amount in recognised.items()),
        *_contracted(engaged, inputs, recognised),
        *_renewals(engaged, inputs),
    ]  # fmt: skip
    left_out: list[LeftOut] = []
    for deal in unsigned(inputs):
        reason = left_out_reason(deal)
        if reason is None:
            rows.extend(_phased(deal, after=inputs.last_open, last=inputs.last_month))
        else:
            left_out.append(LeftOut(deal.client, deal.key, reason))
    rows += _beyond(beyond, rows, carried_until(engaged, inputs), inputs)
    rows += unopened_rows(coming(schedules(engaged), inputs))
    changed, unapplied = override_rows(inputs, rows)
    return ForecastResult(
        rows=sorted((row for row in (*rows, *changed) if row.amount), key=_place),
        left_out=sorted(left_out),
        short=tuple(short),
        unapplied=tuple(unapplied),
        costs=tuple(
            cost_rates(inputs, {row.client for row in rows}, {one.contract.number: one.lines for one in engaged})
        ),
    )


_ORDER: Final = {layer: place for place, layer in enumerate(LAYERS)}


def _place(row: ForecastRow) -> tuple[object, ...]:
    return (
        row.client, row.month, _ORDER[row.layer], row.unopened, row.contract, row.opportunity, row.currency,
        row.override,
    )  # fmt: skip


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
    last = inputs.last_open
    for client, contract, month, currency, net_revenue in inputs.ledger:
        if client not in firsts:
            firsts[client] = inputs.first_month(client)
        if firsts[client] <= month <= last:
            sums[client, contract, month, currency] += net_revenue
    return sums


class Engagement(NamedTuple):
    """A contract as the forecast reads it. lines: what is signed, past and ahead; terms: what may follow it.

    then: what it scheduled by what is known today, also where it has expired since; history is read against that.
    """

    contract: Contract
    lines: dict[Month, Decimal]
    then: dict[Month, Decimal]
    terms: list[RenewedTerm]


def schedules(engaged: Iterable[Engagement]) -> Iterator[tuple[Contract, dict[Month, Decimal]]]:
    """Each contract with what it scheduled by what is known today."""
    return ((one.contract, one.then) for one in engaged)


def engagements(inputs: ForecastInputs) -> list[Engagement]:
    return [_engagement(contract, inputs) for contract in inputs.contracts]


def _engagement(contract: Contract, inputs: ForecastInputs) -> Engagement:
    one = renewable_of(contract)
    terms = renewed_terms(
        one,
        open_month=inputs.open_month,
        last_open=inputs.last_open,
        last=inputs.last_month,
        rates=inputs.renewal_rates,
        readings=inputs.readings,
    )
    signed = _signed_lines(contract.terms, one, inputs)
    then = signed
    if contract.terms.status == "expired":
        then = dict(contract_schedule(replace(contract.terms, status="completed"), horizon=inputs.last_month))
    certain = [term for term in terms if term.chance == 1 and term.first < inputs.open_month]
    for term in certain:
        for month, amount in straight_line(term.amount, term.first, term.last, contract.terms.currency):
            signed[month] = signed.get(month, ZERO) + amount
    return Engagement(contract, signed, then, terms[len(certain) :])


def renewable_of(contract: Contract) -> Renewable:
    return Renewable(contract.terms, contract.renewal, contract.probability, contract.uplift)


def _signed_lines(terms: Terms, one: Renewable, inputs: ForecastInputs) -> dict[Month, Decimal]:
    """The schedule. An evergreen's is signed for the contract year under way; each year after it is a renewal."""
    lines = contract_schedule(terms, horizon=inputs.last_month)
    if lines and one.kind == "evergreen" and terms.amount is not None and end_in_force(terms) is None:
        until = certain_until(one, inputs.last_open)
        lines = evergreen(terms.amount, terms.start, inputs.last_month, terms.currency, until=until)
    return dict(lines)


def _contracted(
    engaged: Iterable[Engagement], inputs: ForecastInputs, recognised: Mapping[_Cell, Decimal]
) -> Iterator[ForecastRow]:
    roots = _roots(inputs.contracts)
    first_open, last_open, last = inputs.open_month, inputs.last_open, inputs.last_month
    scheduled: dict[_Cell, Decimal] = defaultdict(Decimal)
    for contract, lines, _, _ in engaged:
        currency = contract.terms.currency
        for month, amount in lines.items():
            if last_open < month <= last:
                yield ForecastRow(contract.client, contract.number, "", month, "contracted", currency, amount)
            elif first_open <= month <= last_open:
                scheduled[contract.client, roots.get(contract.number, contract.number), month, currency] += amount
    for (client, number, month, currency), amount in _still_to_come(scheduled, recognised, roots).items():
        yield ForecastRow(client, number, "", month, "contracted", currency, amount)


def _renewals(engaged: Iterable[Engagement], inputs: ForecastInputs) -> Iterator[ForecastRow]:
    """probability × amount with uplift of each renewed term, straight line; only months after the open ones."""
    for contract, terms in implicit_renewals(engaged, inputs):
        currency = contract.terms.currency
        for term in terms:
            amount = quantise(term.amount * term.chance, currency)
            for month, part in straight_line(amount, term.first, term.last, currency):
                if inputs.last_open < month <= inputs.last_month:
                    yield ForecastRow(contract.client, contract.number, "", month, "renewal", currency, part)


def implicit_renewals(
    engaged: Iterable[Engagement], inputs: ForecastInputs
) -> Iterator[tuple[Contract, list[RenewedTerm]]]:
    """Contracts that may renew and that nothing else has taken the place of: a signed successor, or a deal. A client
    that left renews nothing."""
    followed = successors(inputs.contracts) | decided_by_deals(inputs)
    for one in engaged:
        if one.terms and one.contract.number not in followed and one.contract.client not in inputs.departed:
            yield one.contract, one.terms


def decided_by_deals(inputs: ForecastInputs) -> set[str]:
    """Contracts whose renewal is a deal of its own: one that a layer holds, one that was signed, or one that was lost.

    A deal that nobody has priced, or that was won and waits for its contract, leaves the usual expectation standing.
    """
    signed = {one.number: one for one in inputs.contracts if one.terms.status in SIGNED_STATUSES}
    origins = {one.opportunity for one in signed.values()}
    decided = set()
    for deal in inputs.opportunities:
        if not deal.renews:
            continue
        lost = deal.stage.strip().casefold() == "lost"
        became = deal.contract in signed or deal.key in origins
        if lost or became or (deal.category != "omitted" and left_out_reason(deal) is None):
            decided.add(deal.renews)
    return decided


_BEFORE, _AFTER = timedelta(days=31), timedelta(days=62)
"""How far from the day after a term a signed contract may begin and still be what follows it."""


def successors(contracts: Iterable[Contract]) -> set[str]:
    """Contracts that a signed one has followed: named as such, or the same client's work of the same service line and
    currency that begins about when the term ends. One contract follows one."""
    several = sorted((one for one in contracts if one.terms.kind == "sow"), key=lambda one: one.number)
    signed = [one for one in several if one.terms.status in SIGNED_STATUSES]
    numbers = {one.number for one in signed}
    followed = {one.number for one in several if one.successor in numbers}
    taken = {one.successor for one in several if one.successor in numbers}
    by_work: dict[tuple[str, str, str], list[Contract]] = defaultdict(list)
    for one in signed:
        if one.service_line and one.number not in taken:
            by_work[one.client, one.service_line, one.terms.currency].append(one)
    for one in sorted(several, key=lambda one: (end_in_force(one.terms) or date.max, one.number)):
        end = end_in_force(one.terms)
        if one.number in followed or end is None or not (one.renewal or one.probability is not None):
            continue
        for other in by_work.get((one.client, one.service_line, one.terms.currency), ()):
            begins = other.terms.start
            later = begins > one.terms.start and end - _BEFORE < begins <= end + _AFTER
            if other.number != one.number and other.number not in taken and later:
                followed.add(one.number)
                taken.add(other.number)
                break
    return followed


def residuals(engaged: Iterable[Engagement], inputs: ForecastInputs) -> tuple[list[History], list[str]]:
    """What closed months brought beyond contracts, and the clients whose history is too short to say."""
    scheduled: dict[tuple[str, Month, str], Decimal] = defaultdict(Decimal)
    for contract, _, then, _ in engaged:
        for month, amount in then.items():
            if month < inputs.open_month:
                scheduled[contract.client, month, contract.terms.currency] += amount
    return histories(inputs, scheduled)


def _beyond(
    found: list[History], rows: Iterable[ForecastRow], until: Mapping[str, Month], inputs: ForecastInputs
) -> list[ForecastRow]:
    held: dict[tuple[str, Month, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        held[row.client, row.month, row.currency] += row.amount
    return [
        ForecastRow(client, "", "", month, "run_rate", currency, amount)
        for client, currency, month, amount in run_rates(found, inputs, held)
        if month <= until.get(client, inputs.last_month)
    ]


def _roots(contracts: Iterable[Contract]) -> dict[str, str]:
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


def unsigned(inputs: ForecastInputs) -> Iterator[Opportunity]:
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
    chance = deal.chance
    if span is None or deal.amount is None or chance is None or month_of(span[1]) <= after:
        return
    category = deal.category or "pipeline"
    for month, amount in straight_line(weighted(deal.amount, chance, deal.currency), *span, deal.currency):
        if after < month <= last:
            yield ForecastRow(deal.client, deal.contract, deal.key, month, category, deal.currency, amount)
