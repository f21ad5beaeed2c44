"""A plan's years: what is to be had from a client, what the forecast says, and the gap between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.models import Client, PlanTarget
from common.figures import Figure, figure_id
from common.formats import compact
from common.fx import apply
from common.measures import Known, Measured
from common.money import ZERO
from common.periods import Month, month_add
from financials.calc.forecast_records import HORIZON_MONTHS
from financials.calc.ladder import LINES, ladder
from financials.figures import forecast_figure, pnl_figure
from financials.queries.basis import Basis, load_basis
from financials.queries.cuts import Cut, of_client
from financials.queries.forecast import layers_by_month, total_of
from financials.queries.ladders import load_ladders

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class TargetYear:
    """One year. months: how many of its twelve the forecast reaches; gap: forecast − target, of those it reaches whole
    years only. signed: recognised and contracted alone.
    """

    pk: int
    year: int
    target: Figure
    forecast: Figure
    signed: Decimal | None
    gap: Figure
    months: int
    edit_url: str

    @property
    def whole(self) -> bool:
        return self.months == 12

    @property
    def anchor(self) -> str:
        return f"target-{self.pk}"


@dataclass(frozen=True, slots=True)
class TargetsPage:
    basis: Basis
    finding: str
    rows: tuple[TargetYear, ...]
    reach: Month


def load_targets(user: User, client: Client, now: datetime) -> TargetsPage:
    """Four queries. In the client's currency; a target of another one converts at the rate of its year's last month."""
    basis = load_basis(user, now=now, currency=client.currency, newest_entry=False)
    targets = list(PlanTarget.objects.filter(plan__client=client).order_by("year"))
    reach = month_add(basis.open_month, HORIZON_MONTHS - 1)
    if not targets:
        return TargetsPage(basis, "No year has a target yet", (), reach)
    first, last = date(targets[0].year, 1, 1), date(targets[-1].year, 12, 1)
    months = layers_by_month(basis, _cut(client, first, last))
    rows = tuple(_year(target, months, basis, client.key, reach) for target in targets)
    return TargetsPage(basis, _finding(rows, basis.currency), rows, reach)


def _cut(client: Client, first: Month, last: Month) -> Cut:
    return of_client(client.pk, first, last)


def _year(
    target: PlanTarget, months: Mapping[Month, dict[str, Decimal | None]], basis: Basis, key: str, reach: Month
) -> TargetYear:
    first, last = date(target.year, 1, 1), date(target.year, 12, 1)
    found = {month: layers for month, layers in months.items() if first <= month <= last}
    forecast = total_in(found)
    asked = asked_of(target, basis)
    reached = max(0, min(12, (reach.year - target.year) * 12 + reach.month))
    gap = None if forecast is None or asked is None or reached < 12 else forecast - asked
    signed = _sum([layers.get(name, ZERO) for layers in found.values() for name in ("recognised", "contracted")])
    return TargetYear(
        pk=target.pk,
        year=target.year,
        target=Figure("", f"Target {target.year}", asked, basis.currency),
        forecast=forecast_figure(forecast, basis, first=first, last=last, client=key, currency=basis.currency),
        signed=signed if found else None,
        gap=gap_of(key, target.year, gap, basis.currency),
        months=reached,
        edit_url=reverse("plan_part", args=[key, "target", target.pk]),
    )


def gap_of(key: str, year: int, gap: Decimal | None, currency: str) -> Figure:
    identity = figure_id("plan.gap", client=key, year=year)
    return Figure(identity, f"Forecast against the plan's target, {year}", gap, currency)


def total_in(months: Mapping[Month, dict[str, Decimal | None]]) -> Decimal | None:
    """None where no month has a forecast, or one of its layers has no rate."""
    return _sum([total_of(layers) for layers in months.values()]) if months else None


def asked_of(target: PlanTarget, basis: Basis) -> Decimal | None:
    asked: Decimal = target.amount
    if target.currency == basis.currency:
        return asked
    rate = basis.rate(target.currency, date(target.year, 12, 1))
    return None if rate is None else apply(asked, rate, basis.currency)


def _sum(values: list[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if len(known) == len(values) else None


def _finding(rows: tuple[TargetYear, ...], currency: str) -> str:
    """The nearest year that falls short; else the nearest that is forecast whole."""
    judged = [(row.year, Decimal(row.gap.value)) for row in rows if row.gap.value is not None]
    short = next(((year, gap) for year, gap in judged if gap < 0), None)
    if short is not None:
        return f"The forecast for {short[0]} is {compact(-short[1], currency)} short of the plan"
    if judged:
        return f"The forecast reaches the plan's target for {judged[-1][0]}"
    return "What the plan asks of each year"


Lines = dict[str, Decimal | None]


def read_ladders(user: User, clients: Mapping[int, Measured], now: datetime) -> Iterator[tuple[int, Basis, Lines]]:
    """Ledger lines of the last twelve closed months by client, in its own currency. Three queries a currency."""
    for currency in sorted({client.currency for client in clients.values()}):
        same = {pk: client.key for pk, client in clients.items() if client.currency == currency}
        basis = load_basis(user, now=now, currency=currency, newest_entry=False)
        first, last = basis.last_twelve()
        cut = Cut(("SELECT unnest(%s::bigint[])", [list(same)]), first, last, client_ids=tuple(same))
        found = load_ladders("actual", basis, cut, ("client",))
        by_key: dict[str, Lines] = {one.group[0] or "": dict(zip(LINES, one.lines, strict=True)) for one in found}
        yield from ((pk, basis, by_key[key]) for pk, key in same.items() if key in by_key)


def read_net_revenue(user: User, clients: Mapping[int, Measured], now: datetime) -> Mapping[int, Known]:
    """Net revenue of the last twelve closed months."""
    known = {}
    for pk, basis, lines in read_ladders(user, clients, now):
        parts = (lines.get("gross_revenue", ZERO), lines.get("pass_through", ZERO))
        net = None if parts[0] is None or parts[1] is None else parts[0] - parts[1]
        known[pk] = Known(net, basis.currency, _figure("net_revenue", net, basis, clients[pk].key))
    return known


def read_margin(user: User, clients: Mapping[int, Measured], now: datetime) -> Mapping[int, Known]:
    """Contribution margin of the last twelve closed months."""
    known = {}
    for pk, basis, lines in read_ladders(user, clients, now):
        whole = {name: amount for name, amount in lines.items() if amount is not None}
        margin = ladder(whole).contribution_margin if len(whole) == len(lines) else None
        known[pk] = Known(margin, "ratio", _figure("contribution_margin", margin, basis, clients[pk].key))
    return known


def _figure(row: str, value: Decimal | None, basis: Basis, key: str) -> str:
    return pnl_figure(row, value, basis, months=basis.last_twelve(), client=key, currency=basis.currency).id
