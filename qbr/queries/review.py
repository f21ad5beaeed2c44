"""Reading what a review is composed from: the same queries that the pages use, once each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F

from accounts.access import opportunities_for
from accounts.calc.promises import Promise, state_of
from accounts.models import Audience, Client, Duty
from accounts.models.growth import Outcome
from accounts.models.plans import WorkStatus
from common.fx import apply
from common.money import quantise
from common.periods import Month, month_add, parse_month, parse_period
from financials.access import contracts_for
from financials.models.contracts import ContractKind, ContractStatus
from financials.models.forecast import ForecastRun
from financials.queries.basis import Basis, load_basis
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest
from financials.queries.pnl_rows import PnlResult
from financials.queries.renewals import notice_of
from financials.queries.terms import load_terms
from people.access import abilities_of
from people.models import User
from qbr.calc.review import (
    Agreement,
    Amounts,
    Deal,
    Figures,
    ForecastMonths,
    PromiseMade,
    ReviewData,
    Task,
    periods_of,
    summed_rows,
)
from qbr.queries.account import account_of
from qbr.queries.around import Around, day_of, short
from qbr.queries.brand import look_in
from qbr.queries.facts import Row, load_facts

MONTHS_BACK = 35
MONTHS_AHEAD = 15
LISTED = (
    ContractStatus.REVIEW,
    ContractStatus.NEGOTIATION,
    ContractStatus.SIGNED,
    ContractStatus.ACTIVE,
)


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """Which review. period: '2026-Q3', '2026-09', '2026', 'FY2026-Q3'. as_of: the moment whose entries are read, and
    run the forecast's, where the data is frozen; None: as they stand.
    """

    period: str
    kind: str = "qbr"
    audience: str = "client"
    held_on: date | None = None
    edition: int = 1
    as_of: datetime | None = None
    run: int | None = None


def load_review(user: User, client: Client, request: ReviewRequest, *, now: datetime) -> ReviewData:
    """Everything the review says, in the client's currency. A client's review holds nothing of class COST or STANCE."""
    first, last = parse_period(request.period, client.fiscal_year_start)
    currency = client.currency or settings.REPORTING_CURRENCY
    # A deck is read by others than its author: it never tells what few people cost together.
    basis = replace(load_basis(user, now=now, currency=currency, as_of=request.as_of), salary=False)
    internal = request.audience == "internal"
    start = month_add(min(last, basis.through), -MONTHS_BACK)
    end = month_add(max(last, basis.through), MONTHS_AHEAD)
    actual = _pnl(user, client, basis, "actual", start, basis.through, safe=not internal)
    budget = _pnl(user, client, basis, "budget", start, end, safe=not internal)
    today = client.local_date(request.as_of or now)
    periods = periods_of(request.period, first, last, basis.through, client.fiscal_year_start)
    known = client.local_date(now)
    facts = load_facts(
        client, today, known, (periods.before.first if periods.before else first, last), internal=internal
    )
    figures = Figures(_by_month(actual), _by_month(budget), _by_line(actual), _by_line(budget))
    return ReviewData(
        client=client.name,
        firm=settings.FIRM_NAME,
        kind="annual" if request.kind == "annual" else "qbr",
        audience="internal" if internal else "client",
        currency=currency,
        periods=periods,
        today=today,
        as_of=basis.as_of,
        through=basis.through,
        figures=figures,
        forecast=_forecast(client, basis, request.run),
        deals=_deals(user, client, basis, known),
        agreements=_agreements(user, client, basis, known),
        tasks=_tasks(user, facts["task"], internal=internal),
        promises=_promises(facts["promise"], first, today, request.held_on),
        team=_team(client, facts["team"]),
        look=look_in(facts["look"]),
        account=account_of(facts, Around(basis, periods, figures, today, internal)),
        budget_version=basis.budget_version,
        entries=sum(row.rows_behind for row in actual.rows),
        notes=tuple(filter(None, (actual.rates_note, actual.labour_note, *actual.missing, *budget.missing))),
        held_on=request.held_on,
        edition=request.edition,
        fiscal_start=client.fiscal_year_start,
    )


def _pnl(
    user: User, client: Client, basis: Basis, scenario: str, first: Month, last: Month, *, safe: bool
) -> PnlResult:
    request = PnlRequest(
        counted=scenario == "actual",
        first=first,
        last=last,
        group_by=("service_line", "month"),
        scenario="budget" if scenario == "budget" else "actual",
        client=client.key,
        safe=safe,
    )
    return load_pnl(user, request, now=basis.as_of, basis=basis)


def _by_line(result: PnlResult) -> dict[str, dict[Month, Amounts]]:
    lines: dict[str, dict[Month, Amounts]] = {}
    for row in result.rows:
        line, month = row.group
        lines.setdefault(line or "", {})[parse_month(month or "")] = row.values
    return lines


def _by_month(result: PnlResult) -> dict[Month, Amounts]:
    months: dict[Month, list[Amounts]] = {}
    for row in result.rows:
        months.setdefault(parse_month(row.group[1] or ""), []).append(row.values)
    return {month: summed_rows(rows) for month, rows in months.items()}


def _forecast(client: Client, basis: Basis, run: int | None) -> ForecastMonths:
    wanted = {"is_current": True} if run is None else {"pk": run}
    rows = ForecastRun.objects.filter(client=client, **wanted).values_list(
        "pk", "unpriced", "lines__month", "lines__layer", "lines__amount", "lines__currency"
    )
    layers: dict[Month, dict[str, Decimal | None]] = {}
    said, unpriced = "", 0
    found: list[tuple[Any, ...]] = list(rows)  # the joined columns are null for a run without lines
    for number, left_out, month, layer, amount, currency in found:
        said, unpriced = str(number), left_out
        if month is None:
            continue
        cell = layers.setdefault(month, {})
        before, value = cell.get(layer, Decimal(0)), _converted(basis, amount, currency, month)
        cell[layer] = None if before is None or value is None else before + value
    return ForecastMonths(layers, said, unpriced)


def _converted(basis: Basis, amount: Decimal | None, currency: str, month: Month) -> Decimal | None:
    if amount is None or not currency:
        return None
    if currency == basis.currency:
        return quantise(amount, currency)
    rate = basis.rate(currency, month)
    return None if rate is None else apply(amount, rate, basis.currency)


def _deals(user: User, client: Client, basis: Basis, known: date) -> tuple[Deal, ...]:
    rows = opportunities_for(user).filter(client=client, outcome=Outcome.OPEN).exclude(opened_on__gt=known)
    month = basis.open_month
    found = []
    for row in rows.order_by(F("close_on").asc(nulls_last=True), "name", "pk"):
        amount = _converted(basis, row.amount, row.currency, month)
        weighted = None
        if row.amount is not None and row.probability is not None:
            weighted = _converted(basis, row.amount * row.probability, row.currency, month)
        found.append(
            Deal(row.name, row.offering, row.stage, amount, row.probability, weighted, row.close_on, row.delivery_start)
        )
    return tuple(found)


def _agreements(user: User, client: Client, basis: Basis, known: date) -> tuple[Agreement, ...]:
    rows = contracts_for(user).filter(client=client, status__in=LISTED).exclude(kind=ContractKind.MSA)
    rows = rows.exclude(signed_on__gt=known)
    listed = list(rows.order_by(F("end").asc(nulls_last=True), "number"))
    terms, found = load_terms(listed), []
    for row in listed:
        notice = notice_of(row, terms, basis.today, client.country)
        found.append(
            Agreement(
                number=row.number,
                title=row.title,
                kind=row.kind,
                amount=_converted(basis, row.amount, row.currency, basis.open_month),
                start=row.start,
                end=notice.end,
                renewal=row.renewal,
                renewal_word=row.get_renewal_display() if row.renewal else "",
                notice_on=notice.on,
                signed_on=row.signed_on,
                in_force=row.status in (ContractStatus.SIGNED, ContractStatus.ACTIVE),
                status_word=row.get_status_display(),
            )
        )
    return tuple(found)


def _tasks(user: User, rows: list[Row], *, internal: bool) -> tuple[Task, ...]:
    """Open actions; for the client's deck only those shared with the client, and without our objective."""
    if not abilities_of(user).see_relationships:
        return ()
    return tuple(
        Task(
            title=row["title"],
            objective=row["objective"] if internal else "",
            owner=short(row["owner"]),
            due=day_of(row["due"]),
            status=row["status"],
            status_word=str(WorkStatus(row["status"]).label),
            next_step=row["next_step"] if internal else "",
        )
        for row in rows
        if internal or row["audience"] == Audience.CLIENT
    )


def _promises(rows: list[Row], first: Month, today: date, held_on: date | None) -> tuple[PromiseMade, ...]:
    """Made at the last review before this one, due since the period began, or still open; ours first, by due day."""
    before = held_on or today + timedelta(days=1)
    met = max((on for row in rows if (on := day_of(row["made_on"])) and on < before), default=None)
    found = []
    for row in rows:
        due, kept_on, dropped_on = (day_of(row[name]) for name in ("due", "kept_on", "dropped_on"))
        last = met is not None and day_of(row["made_on"]) == met
        if due is None or (not last and due < first and (kept_on or dropped_on)):
            continue
        state = state_of(Promise(due, kept_on, dropped_on), today)
        ended = kept_on or dropped_on
        found.append(
            PromiseMade(row["side"], row["text"], due, state, ended, short(row["owner"]), met if last else None)
        )
    return tuple(found)


def _team(client: Client, rows: list[Row]) -> tuple[tuple[str, str], ...]:
    """Ours: the owner, then the members by duty."""
    owner = client.owner
    found = [(owner.name, "Account director")] if owner is not None else []
    duties = dict(Duty.choices)
    found += [(row["name"], str(duties[row["duty"]])) for row in rows if owner is None or row["person"] != owner.pk]
    return tuple(found)
