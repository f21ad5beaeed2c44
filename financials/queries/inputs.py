"""What a recompute reads: ledger, contracts and deals of some clients, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import connection

from accounts.calc.win_rates import WinRates
from accounts.models import ClientStatus, OpportunityKind
from common.fx import MissingRate, RateRow, Rates
from common.models import FxRate
from common.periods import Month, month_add, month_of
from financials.calc import forecast as calc
from financials.calc.renewals import own_rates
from financials.calc.residual import HISTORY_MONTHS
from financials.calc.schedule import IN_FORCE, Milestone, Move, Terms
from financials.models import ForecastInput, HouseRate, NewWorkRate, OwnRate
from financials.queries.cost_rates import Sums, histories, load_cost_sums, load_estimates, load_house
from financials.queries.index_readings import fractions, load_changes
from financials.queries.new_work import exchange_for, load_new_work, usual_of
from financials.queries.own_rates import load_own_rates


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs of clients that share a month of today. clients are their ids as text, contracts their numbers."""

    inputs: calc.ForecastInputs
    client_ids: tuple[int, ...]


class Recognised(NamedTuple):
    """One monthly cell of the ledger; amount is what it adds to net revenue."""

    client_id: int
    contract_id: int | None
    contract: str
    service_line: str
    month: Month
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Book:
    """as_of: today by client, in its own time zone. contracts: number → (id, service line).

    recognised: the ledger's own cells that the forecast holds, gross revenue and pass-through (negative) apart, so that
    each is converted and rounded exactly as in the P&L. new_house: the house's rates where this close has none kept;
    new_odds: the win rates of the day where they are not, new_work: what new work brings.
    """

    closed_through: Month | None
    as_of: dict[int, date]
    contracts: dict[str, tuple[int, str]]
    batches: tuple[Batch, ...]
    recognised: tuple[Recognised, ...]
    new_house: tuple[HouseRate, ...] = ()
    new_odds: tuple[OwnRate, ...] = ()
    new_work: tuple[NewWorkRate, ...] = ()


# Months that only serve as history are summed over contracts and lines: there are five years of them. Client and month
# are compared together because only the index that begins with both can answer that: after a large import the planner,
# whose counts are old, would otherwise read every client's months for each of them.
_LEDGER = """
SELECT of.client, m.contract_id, m.service_line, m.month, m.currency, m.amount
FROM unnest(%(clients)s) AS of(client) CROSS JOIN LATERAL (
  SELECT contract_id, service_line, month, currency,
         CASE line WHEN 'gross_revenue' THEN amount ELSE -amount END AS amount
  FROM financials_ledgermonth WHERE client_id = of.client AND line IN ('gross_revenue', 'pass_through')
    AND (client_id, month) >= (of.client, %(shown)s) AND amount <> 0
  OFFSET 0
) m
UNION ALL
SELECT of.client, NULL, '', m.month, m.currency, m.amount
FROM unnest(%(clients)s) AS of(client) CROSS JOIN LATERAL (
  SELECT month, currency, sum(CASE line WHEN 'gross_revenue' THEN amount ELSE -amount END) AS amount
  FROM financials_ledgermonth WHERE client_id = of.client AND line IN ('gross_revenue', 'pass_through')
    AND (client_id, month) >= (of.client, %(since)s) AND (client_id, month) < (of.client, %(shown)s) AND amount <> 0
  GROUP BY month, currency
) m
"""
# Deals that renew a contract and were decided: what becomes of terms that end.
_RENEWED = """
SELECT coalesce(nullif(k.renewal, ''), 'fixed'), count(*) FILTER (WHERE o.outcome = 'won'), count(*)
FROM accounts_opportunity o JOIN financials_contract k ON k.number = o.renews
WHERE o.renews <> '' AND o.outcome IN ('won', 'lost') GROUP BY 1
"""


# Read with every edit of a deal: plain statements, which are not written anew each time.
_CLOSED = "SELECT month, closed_at FROM common_closedperiod ORDER BY month DESC LIMIT 1"
_CLIENTS = """
SELECT id, timezone, fiscal_year_start, tier, currency, status FROM accounts_client WHERE id = ANY(%s) ORDER BY id
"""
_TOLD = ("kind", "status", "billing", "currency", "amount", "start", "end", "ended_on")
_CONTRACTS = f"""
SELECT {", ".join(f'k."{name}"' for name in _TOLD)}, k.id, k.client_id, k.number, k.parent_id,
       coalesce(above.number, ''), coalesce(o.key, ''), k.service_line, k.new_end, k.renewal, k.probability, k.uplift,
       coalesce(next.number, '')
FROM financials_contract k LEFT JOIN financials_contract above ON above.id = k.parent_id
     LEFT JOIN accounts_opportunity o ON o.id = k.opportunity_id
     LEFT JOIN financials_contract next ON next.id = k.superseded_by_id
WHERE k.client_id = ANY(%s) ORDER BY k.id
"""  # noqa: S608  # this module's own words
_MILESTONES = """
SELECT contract_id, due, amount, accepted_on FROM financials_milestone WHERE contract_id = ANY(%s) ORDER BY due, key
"""
_DEALS = """
SELECT o.client_id, o.key, o.stage, o.category, o.amount, o.currency, o.probability, o.close_on, o.delivery_start,
       o.delivery_months, o.contract, o.renews, o.opened_on, o.kind, o.created_at, {since}
FROM accounts_opportunity o WHERE o.client_id = ANY(%s) AND NOT (o.outcome = 'lost' AND o.renews = '') ORDER BY o.id
"""
# As `accounts.queries.hygiene.with_since` has it.
_SINCE = """coalesce((SELECT m.at FROM accounts_stagemove m WHERE m.opportunity_id = o.id
       ORDER BY m.at DESC, m.id DESC LIMIT 1), o.opened_on::timestamptz, o.created_at)"""
_OVERRIDES = """
SELECT client_id, id, level, first_month, last_month, currency, amount, delta, expires_on
FROM financials_forecastoverride WHERE client_id = ANY(%s) AND revoked_at IS NULL ORDER BY made_at, id
"""


_ESTIMATED = frozenset({"fixed_fee", "milestone"})
"""Work whose fee does not follow its hours, so that somebody judges what is left to do."""


def load_book(client_ids: Sequence[int], *, now: datetime) -> Book:
    """Fourteen queries, whatever the number of clients; one more where their money is in several currencies."""
    closed, closed_at = _last_closed()
    clients = _rows(_CLIENTS, list(client_ids))
    as_of = {pk: local_day(now, zone) for pk, zone, *_ in clients}
    starts = {str(pk): start for pk, _, start, *_ in clients}
    kinds = {pk: (tier, currency) for pk, _, _, tier, currency, _ in clients}
    departed = {str(pk) for pk, *_, status in clients if status == ClientStatus.LOST}
    contracts, numbers = _contracts(client_ids, now)
    odds, new_odds = load_own_rates(now.date())
    deals = _deals(client_ids, odds, as_of)
    oldest = month_add(closed, 1) if closed else month_of(min(as_of.values(), default=now.date()))
    ledger = _ledger(client_ids, oldest, {pk: number for number, (pk, _) in numbers.items()})
    overrides = _overrides(client_ids, as_of)
    renewal_rates, readings = own_renewal_rates(), fractions(load_changes(now.date()))
    house, new_house = load_house(closed, closed_at) if closed and closed_at else ([], [])
    costs = load_cost_sums(client_ids, closed) if closed else {}
    work, new_work = load_new_work(now.date(), closed, closed_at) if closed and closed_at else ({}, [])
    exchange = exchange_for(work, [currency for _, currency in kinds.values()])
    months: dict[Month, list[int]] = defaultdict(list)
    for pk, day in as_of.items():
        months[month_of(day)].append(pk)
    batches: list[Batch] = []
    recognised: list[Recognised] = []
    for month, pks in sorted(months.items()):
        names = [str(pk) for pk in pks]
        inputs = calc.ForecastInputs(
            ledger=[
                calc.LedgerCell(name, contract, month, currency, amount)
                for name, pk in zip(names, pks, strict=True)
                for _, _, contract, _, month, currency, amount in ledger[pk]
            ],
            contracts=[contract for name in names for contract in contracts[name]],
            opportunities=[deal for name in names for deal in deals[name]],
            open_month=month_add(closed, 1) if closed else month,
            through=month,
            fiscal_starts={name: starts[name] for name in names},
            renewal_rates=renewal_rates,
            readings=readings,
            overrides=[override for name in names for override in overrides[name]],
            house=house,
            unopened=[
                usual
                for name, pk in zip(names, pks, strict=True)
                if (usual := usual_of(name, *kinds[pk], as_of[pk], work, exchange)) is not None
            ],
            departed=frozenset(departed.intersection(names)),
        )
        mine = {pk: costs[pk] for pk in pks if pk in costs}
        inputs = replace(inputs, rates=_rates(inputs, mine))
        inputs = replace(inputs, costs=histories(mine, inputs.rates))
        last = inputs.last_open
        for name, pk in zip(names, pks, strict=True):
            first = inputs.first_month(name)
            recognised += [cell for cell in ledger[pk] if first <= cell.month <= last]
        batches.append(Batch(inputs, tuple(pks)))
    return Book(
        closed, as_of, numbers, tuple(batches), tuple(recognised), tuple(new_house), tuple(new_odds), tuple(new_work)
    )


def _last_closed() -> tuple[Month | None, datetime | None]:
    newest = _rows(_CLOSED)
    return newest[0] if newest else (None, None)


def _rows(text: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return list(cursor.fetchall())


class RunInputs(NamedTuple):
    run_id: int
    body: str


def load_run_inputs(versions: Mapping[int, int]) -> dict[int, RunInputs]:
    """What the runs that stand read, by client; of these versions only. One query. versions: client id → version."""
    rows = ForecastInput.objects.filter(run__client__in=list(versions), run__is_current=True).values_list(
        "run__client_id", "run__input_version", "run_id", "body"
    )
    return {client: RunInputs(run, body) for client, version, run, body in rows if versions[client] == version}


def local_day(now: datetime, zone: str) -> date:
    try:
        return now.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError):  # an unknown zone reads as UTC, as everywhere else
        return now.date()


def _contracts(
    client_ids: Sequence[int], now: datetime
) -> tuple[dict[str, list[calc.Contract]], dict[str, tuple[int, str]]]:
    by_client: dict[str, list[calc.Contract]] = defaultdict(list)
    numbers: dict[str, tuple[int, str]] = {}
    rows = [(row[: len(_TOLD)], row[len(_TOLD) :]) for row in _rows(_CONTRACTS, list(client_ids))]
    milestones: dict[int, list[Milestone]] = defaultdict(list)
    moves: dict[int, list[Move]] = defaultdict(list)
    estimated = []
    for (kind, status, billing, _, _, start, *_), (pk, _, _, parent_id, *_, new_end, _, _, _, _) in rows:
        if new_end is not None and status in IN_FORCE and kind == "change_order":
            moves[parent_id].append(Move(start, new_end))
        if billing in _ESTIMATED:
            estimated.append(pk)
    if rows:
        for pk, *dated in _rows(_MILESTONES, [pk for _, (pk, *_) in rows]):
            milestones[pk].append(Milestone(*dated))
    estimates = load_estimates(estimated, now)
    for told, (pk, client_id, number, _, parent, deal, line, _, renewal, probability, uplift, successor) in rows:
        numbers[number] = (pk, line)
        more: dict[str, Any] = {"milestones": tuple(milestones[pk]), "moves": tuple(moves[pk])}
        by_client[str(client_id)].append(
            calc.Contract(
                str(client_id),
                number,
                Terms(**dict(zip(_TOLD, told, strict=True)), **more),
                parent=parent,
                opportunity=deal,
                renewal=renewal,
                probability=probability,
                uplift=uplift,
                successor=successor,
                service_line=line,
                estimate=estimates.get(pk),
            )
        )
    return by_client, numbers


def _deals(client_ids: Sequence[int], odds: WinRates, as_of: Mapping[int, date]) -> dict[str, list[calc.Opportunity]]:
    """Lost ones only where they were to renew a contract. odds: what own history says, by stage and days there."""
    by_client: dict[str, list[calc.Opportunity]] = defaultdict(list)
    rows = _rows(_DEALS.format(since=_SINCE if odds.by_stage else "NULL"), list(client_ids))
    for client_id, *rest, opened, kind, created, since in rows:
        deal = _deal(client_id, rest, opened, kind, created)
        rate = odds.of(deal.stage, (as_of[client_id] - since.astimezone(UTC).date()).days) if since else None
        if rate is not None and rate.own and not calc.is_closed(deal.stage):
            deal = replace(deal, own=rate.value, usual=rate.usual)
        by_client[str(client_id)].append(deal)
    return by_client


def _deal(client_id: int, fields: list[Any], opened: date | None, kind: str, created_at: datetime) -> calc.Opportunity:
    """A renewal tells nothing of new work, however it is written down. Without a day of opening a deal was opened when
    it was written down, unless it had closed by then."""
    deal = calc.Opportunity(str(client_id), *fields)
    if kind == OpportunityKind.RENEWAL:
        return deal
    written = created_at.astimezone(UTC).date()
    return replace(deal, opened=opened or (written if deal.close_on and written <= deal.close_on else None))


def _ledger(
    client_ids: Sequence[int], open_month: Month, numbers: Mapping[int | None, str]
) -> dict[int, list[Recognised]]:
    """Cell by cell from a year before the open month, the years before it as history. numbers: of these clients'
    contracts, by id."""
    by_client: dict[int, list[Recognised]] = defaultdict(list)
    shown, since = month_add(open_month, -12), month_add(open_month, -HISTORY_MONTHS)
    with connection.cursor() as cursor:
        cursor.execute(_LEDGER, {"clients": list(client_ids), "shown": shown, "since": since})
        for client, contract, *rest in cursor.fetchall():
            by_client[client].append(Recognised(client, contract, numbers.get(contract, ""), *rest))
    return by_client


def own_renewal_rates() -> dict[str, Decimal]:
    """One query."""
    return own_rates(decided_renewals())


def decided_renewals() -> dict[str, tuple[int, int]]:
    """By kind: deals that renewed a contract and were won, and all that were decided. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEWED)
        return {kind: (renewed, ended) for kind, renewed, ended in cursor.fetchall()}


def _overrides(client_ids: Sequence[int], as_of: dict[int, date]) -> dict[str, list[calc.Override]]:
    """Those that still count on the client's own day, in the order they were made."""
    by_client: dict[str, list[calc.Override]] = defaultdict(list)
    for client_id, pk, *told, expires_on in _rows(_OVERRIDES, list(client_ids)):
        if expires_on >= as_of[client_id]:
            by_client[str(client_id)].append(calc.Override(str(client_id), str(pk), *told))
    return by_client


def _rates(
    inputs: calc.ForecastInputs, costs: Mapping[int, tuple[int, Mapping[str, Sums]]]
) -> dict[tuple[str, str], Decimal]:
    """Between the currencies of the batch, as they stand for the last open month; one query if there are several."""
    used = {cell.currency for cell in inputs.ledger} | {one.terms.currency for one in inputs.contracts}
    used |= {deal.currency for deal in inputs.opportunities if deal.currency}
    used |= {override.currency for override in inputs.overrides}
    used |= {currency for _, sums in costs.values() for currency in sums}
    if len(used) < 2:
        return {}
    rates = Rates(RateRow(*row) for row in FxRate.objects.values_list("month", "base", "quote", "average", "closing"))
    found = {}
    for pair in permutations(sorted(used), 2):
        try:
            rate = rates.rate(*pair, inputs.last_open, via=settings.REPORTING_CURRENCY)
        except MissingRate:
            continue  # an override that needs it is not applied, and says so
        found[pair] = rate.value
    return found
