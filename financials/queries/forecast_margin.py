"""The forecast's revenue, cost and margin: by month, layer and client, of the runs that stand.

Cost is labour, freelancers and direct expenses: what is left is contribution. Of closed months it is the P&L's, of
later ones what the run's rates make of its revenue; overhead is not forecast. The band of contribution is that of the
revenue less what it costs: how far a rate itself strays is not simulated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import FilteredRelation, Q

from accounts.access import clients_for
from common import charts
from common.figures import Figure
from common.formats import month_short, plural, symbol
from common.money import ZERO, ratio
from common.periods import Month, format_month, month_label, months_between
from financials.calc import findings
from financials.calc.forecast_cost import WINDOW
from financials.calc.margin_findings import clients_finding, layers_finding, margin_finding, months_finding
from financials.figures import LAYER_LABELS, pnl_figure
from financials.figures_margin import margin_band_figure, margin_figure
from financials.queries.bands import Bands, load_whole_and_parts, span_ahead
from financials.queries.basis import Basis, load_basis
from financials.queries.cells import load_cells, load_missing
from financials.queries.cuts import Cut
from financials.queries.forecast import LAYERS, cut_of, newest_run
from financials.queries.ladders import load_ladders

if TYPE_CHECKING:
    from people.models import User

Group = tuple[str | None, ...]
ORIGIN_WORDS: Final[dict[str, str]] = {
    "own": "own",
    "filled": "own, filled with the house's",
    "house": "the house's",
    "": "not known",
}


class Earned(NamedTuple):
    """Net revenue and what it costs; None is unknown. rateless: for want of an exchange rate."""

    revenue: Decimal | None = ZERO
    cost: Decimal | None = ZERO
    rateless: bool = False

    @property
    def contribution(self) -> Decimal | None:
        return None if self.revenue is None or self.cost is None else self.revenue - self.cost

    @property
    def margin(self) -> Decimal | None:
        return ratio(self.contribution, self.revenue)

    def plus(self, other: Earned) -> Earned:
        rateless = self.rateless or other.rateless
        return Earned(_sum(self.revenue, other.revenue), _sum(self.cost, other.cost), rateless)


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def together(several: Iterable[Earned]) -> Earned:
    whole = Earned()
    for one in several:
        whole = whole.plus(one)
    return whole


Sides = dict[Group, dict[str, Earned]]
"""Group → layer → what it earns."""


def load_sides(basis: Basis, cut: Cut, group_by: tuple[str, ...]) -> Sides:
    """Two queries."""
    found: Sides = {}
    for cell in load_cells("layers", basis, cut, group_by):
        amount = None if cell.missing else cell.amount
        found.setdefault(cell.group, {})[cell.line] = Earned(amount, rateless=cell.missing)
    for cell in load_cells("layer_costs", basis, cut, group_by):
        layers = found.setdefault(cell.group, {})
        earned = layers.get(cell.line, Earned())
        rateless = earned.rateless or (cell.missing and not cell.withheld)
        layers[cell.line] = Earned(earned.revenue, None if cell.missing else cell.amount, rateless)
    return found


@dataclass(frozen=True, slots=True)
class MarginRow:
    """plan: the budget's contribution, gap: contribution − plan; None without one. note: where a client's rate is from.
    current: the open month.
    """

    key: str
    name: str
    revenue: Figure
    cost: Figure
    contribution: Figure
    margin: Figure
    low: Figure
    high: Figure
    plan: Figure
    gap: Decimal | None
    note: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class MarginPage:
    basis: Basis
    year: int
    years: tuple[int, ...]
    client: str
    client_name: str
    finding: str
    months: tuple[MarginRow, ...]
    layers: tuple[MarginRow, ...]
    clients: tuple[MarginRow, ...]
    total: MarginRow
    chart: charts.MonthlyBars
    missing: tuple[str, ...]
    unknown: int
    source: str

    @property
    def unit_label(self) -> str:
        return f"{symbol(self.basis.currency)}M"

    @property
    def month_finding(self) -> str:
        return months_finding(
            [(row.name, row.margin.value) for row in self.months if row.margin.value is not None], str(self.year)
        )

    @property
    def layer_finding(self) -> str:
        ahead = [row for row in self.layers if row.name != LAYER_LABELS["recognised"]]
        signed = [row for row in ahead if row.name == LAYER_LABELS["contracted"]]
        return layers_finding(_left(signed), _left([row for row in ahead if row not in signed]))

    @property
    def client_finding(self) -> str:
        return clients_finding(
            [(row.name, row.margin.value) for row in self.clients if row.margin.value is not None], self.unknown
        )


def load_margin_page(user: User, *, now: datetime, client: str = "", year: int | None = None) -> MarginPage:
    """Twelve queries, whatever the number of clients, eleven for one; one more where a rate is missing."""
    basis = load_basis(user, now=now)
    year = year or basis.today.year
    first, last = date(year, 1, 1), date(year, 12, 1)
    cut = cut_of(user, client, first, last)
    by_month, by_client = load_sides(basis, cut, ("month",)), load_sides(basis, cut, ("client",))
    month_plans = _plans(basis, cut, "month")
    plans = _plan_of(client, month_plans) if client else _plans(basis, cut, "client")
    spans = [span for month in months_between(first, last) if (span := span_ahead(month, month, basis))]
    spans += [span] if (span := span_ahead(first, last, basis)) else []
    bands, of_clients = load_whole_and_parts(basis, cut, spans, span_ahead(first, last, basis))
    table = _Table(basis, first, last, client, bands, of_clients)
    names = _named(user, [key for key in {*(group[0] for group in by_client), *plans} if key])
    clients = [
        table.row(key, name, together(by_client.get((key,), {}).values()), plans.get(key), client=key, note=note)
        for key, (name, note) in names.items()
    ]
    months = [
        table.month(month, together(by_month.get((format_month(month),), {}).values()), month_plans)
        for month in months_between(first, last)
    ]
    layers = _by_layer(by_month)
    whole = together(layers.values())
    plan = _plan_total(plans)
    run = newest_run(user, client)
    gaps = missing_rates(basis, cut, whole)
    return MarginPage(
        basis=basis,
        year=year,
        years=(basis.today.year, basis.today.year + 1),
        client=client,
        client_name=names[client][0] if client in names else "All",
        finding=margin_finding(whole.contribution, whole.margin, plan, str(year), basis.currency),
        months=tuple(months),
        layers=tuple(
            table.row("", LAYER_LABELS[name], layers[name], None, layer=name) for name in LAYERS if name in layers
        ),
        clients=tuple(sorted(clients, key=lambda row: (-Decimal(row.contribution.value or 0), row.name))),
        total=table.row("", "Total", whole, plan, client=client),
        chart=_chart(months, basis, year, run),
        missing=tuple(f"No {code}/{basis.currency} rate for {format_month(month)}." for code, month in gaps),
        unknown=sum(row.cost.value is None for row in clients),
        source=f"Ledger to {month_label(basis.through)}, {run}; costs ahead at each client's rate",
    )


def _left(rows: Iterable[MarginRow]) -> tuple[Decimal, Decimal] | None:
    """Contribution and net revenue; None where either is unknown."""
    pairs = [(row.contribution.value, row.revenue.value) for row in rows]
    if any(None in pair for pair in pairs):
        return None
    return sum((Decimal(one or 0) for one, _ in pairs), ZERO), sum((Decimal(one or 0) for _, one in pairs), ZERO)


def _by_layer(by_month: Sides) -> dict[str, Earned]:
    found: dict[str, Earned] = {}
    for layers in by_month.values():
        for layer, earned in layers.items():
            found[layer] = found.get(layer, Earned()).plus(earned)
    return found


def missing_rates(basis: Basis, cut: Cut, whole: Earned) -> list[tuple[str, Month]]:
    """Exchange rates that are missing; a cost that lacks a rate of cost is no such gap. One query if any."""
    if not whole.rateless:
        return []
    return sorted(load_missing("layers" if whole.revenue is None else "layer_costs", basis, cut))


def _named(user: User, keys: list[str]) -> dict[str, tuple[str, str]]:
    """Key → name, and where its rate is from. One query."""
    rows = (
        clients_for(user)
        .filter(key__in=keys)
        .annotate(run=FilteredRelation("forecast_runs", condition=Q(forecast_runs__is_current=True)))
        .order_by("name")
        .values_list("key", "name", "run__cost_origin", "run__cost_months", "run__labour_rate", "run__freelancers_rate",
                     "run__direct_rate")
    )  # fmt: skip
    return {key: (name, rate_words(origin or "", months or 0, rates)) for key, name, origin, months, *rates in rows}


def rate_words(origin: str, months: int, rates: Iterable[Decimal | None]) -> str:
    """'58.4% of revenue, own of 12 months'."""
    known = [rate for rate in rates if rate is not None]
    if not known:
        return "not known"
    words = f"{sum(known, ZERO):.1%} of revenue, {ORIGIN_WORDS.get(origin, origin)}"
    return f"{words}, {plural(min(months, WINDOW), 'month')} known" if origin in ("own", "filled") else words


def _plans(basis: Basis, cut: Cut, group: str) -> dict[str, Decimal | None]:
    """The budget's contribution by group. One query."""
    return {one.group[0] or "": one.contribution for one in load_ladders("budget", basis, cut, (group,))}


def _plan_of(client: str, months: Mapping[str, Decimal | None]) -> dict[str, Decimal | None]:
    """A client's months are its whole, to the cent: cells are rounded one by one."""
    return {client: _plan_total(months)} if months else {}


def _plan_total(plans: Mapping[str, Decimal | None]) -> Decimal | None:
    known = [plan for plan in plans.values() if plan is not None]
    return sum(known, ZERO) if plans and len(known) == len(plans) else None


@dataclass(frozen=True, slots=True)
class _Table:
    basis: Basis
    first: Month
    last: Month
    client: str
    bands: Bands
    of_clients: Bands

    def month(self, month: Month, earned: Earned, plans: Mapping[str, Decimal | None]) -> MarginRow:
        table = replace(self, first=month, last=month)
        plan = plans.get(format_month(month))
        return table.row(
            format_month(month), month_label(month), earned, plan, client=self.client,
            current=month == self.basis.open_month,
        )  # fmt: skip

    def row(
        self,
        key: str,
        name: str,
        earned: Earned,
        plan: Decimal | None,
        *,
        client: str = "",
        layer: str = "",
        note: str = "",
        current: bool = False,
    ) -> MarginRow:
        own = client if client and client == key else ""
        client = client or self.client
        values = (earned.revenue, earned.cost, earned.contribution, earned.margin)
        revenue, cost, contribution, margin = (
            margin_figure(name, value, self.basis, first=self.first, last=self.last, client=client, layer=layer)
            for name, value in zip(("total", "cost", "contribution", "margin"), values, strict=True)
        )
        months = [self.first, self.last]
        low, high = (None, None) if layer else self._edges(earned.contribution, own=own)
        return MarginRow(
            key=key,
            name=name,
            revenue=revenue,
            cost=cost,
            contribution=contribution,
            margin=margin,
            low=margin_band_figure(
                "contribution_p10", low, self.basis, first=self.first, last=self.last, client=client
            ),
            high=margin_band_figure(
                "contribution_p90", high, self.basis, first=self.first, last=self.last, client=client
            ),
            plan=pnl_figure("contribution", plan, self.basis, months=months, client=client, scenario="budget"),
            gap=None if plan is None or earned.contribution is None else earned.contribution - plan,
            note=note,
            current=current,
        )

    def _edges(self, contribution: Decimal | None, *, own: str) -> tuple[Decimal | None, Decimal | None]:
        """The 10th and 90th percentile, of one client or of the whole; None where nothing is ahead."""
        span = span_ahead(self.first, self.last, self.basis)
        reach = None if span is None else self.of_clients.reach((own,), span) if own else self.bands.reach((), span)
        low, _, high = reach.around(contribution) if reach else (None, None, None)
        return low, high


def _chart(months: Iterable[MarginRow], basis: Basis, year: int, run: str) -> charts.MonthlyBars:
    months = list(months)
    closed = [
        (Decimal(row.contribution.value), Decimal(row.plan.value))
        for row in months
        if date.fromisoformat(f"{row.key}-01") <= basis.through
        and row.contribution.value is not None
        and row.plan.value is not None
    ]
    return charts.MonthlyBars(
        finding=findings.under_plan(closed, "Contribution", f"Contribution by month, {year}"),
        sub="Contribution; hatched months are forecast at each client's rate of cost, lines are the 80% band",
        source=f"Ledger to {month_label(basis.through)}, {run}",
        months=tuple(
            charts.Month(
                label=month_short(date.fromisoformat(f"{row.key}-01")),
                value=None if row.contribution.value is None else Decimal(row.contribution.value),
                budget=None if row.plan.value is None else Decimal(row.plan.value),
                low=None if row.low.value is None else Decimal(row.low.value),
                high=None if row.high.value is None else Decimal(row.high.value),
                kind="actual" if date.fromisoformat(f"{row.key}-01") <= basis.through else "forecast",
                strong=row.current,
            )
            for row in months
        ),
        unit=basis.currency,
        size="full",
    )


def margin_rows(page: MarginPage) -> tuple[list[str], list[list[object]]]:
    """The page's three tables under each other, as CSV and XLSX give them."""
    head = ["by", "key", "name", "currency", "net_revenue", "cost", "contribution", "contribution_margin",
            "budget_contribution", "on_budget", "rate", "contribution_p10", "contribution_p90"]  # fmt: skip
    parts = (("month", page.months), ("layer", page.layers), ("client", page.clients), ("total", (page.total,)))
    return head, [
        [by, row.key or row.name.lower().replace(" ", "_"), row.name, page.basis.currency, row.revenue.value,
         row.cost.value, row.contribution.value, row.margin.value, row.plan.value, row.gap, row.note,
         row.low.value, row.high.value]
        for by, rows in parts
        for row in rows
    ]  # fmt: skip
