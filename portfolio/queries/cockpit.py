"""The director's cockpit: one page's figures, read with a fixed number of queries whatever the number of clients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db.models import OuterRef, Subquery

from accounts.access import clients_for
from accounts.models import Client
from accounts.queries.health import with_reading
from accounts.queries.rates import DealRates
from common import charts
from common.figures import Figure
from common.formats import month_short, symbol
from common.fx import MissingRate
from common.money import ZERO, ratio
from common.periods import Month, month_add, month_label, month_of, months_between
from financials.calc import findings
from financials.calc.findings import Part
from financials.calc.notice import CHECKPOINT_DAYS
from financials.calc.retention import retention
from financials.calc.shown_margin import Amount, Grid, Place, ShownMargin, shown_margin, sum_of
from financials.figures import (
    forecast_figure,
    gap_figure,
    pnl_figure,
    renewals_figure,
    retention_figure,
    shown_margin_figure,
)
from financials.models import ForecastRun
from financials.queries.basis import Basis, ids_sql, load_basis
from financials.queries.cuts import Cut
from financials.queries.renewals import RenewalRow, passed_of, renewals_ahead
from financials.queries.shown_margin import load_ahead, load_grid
from financials.queries.targets import target_of
from portfolio.queries.cockpit_health import with_health

if TYPE_CHECKING:
    from people.models import User

RENEWAL_DAYS: Final = 120
WATCH: Final = Decimal("-0.02")
AT_RISK: Final = Decimal("-0.06")
MARGIN_WATCH: Final = Decimal("-0.02")
MARGIN_AT_RISK: Final = Decimal("-0.05")
RULES: Final = (
    "Margin is contribution over net revenue. Status: at risk when the forecast is over 6% under budget or the margin "
    "over 5 points; watch from 2% or 2 points."
)


@dataclass(frozen=True, slots=True)
class ClientLine:
    """One client's row. gaps are against budget, favourable positive; margin_gap in points."""

    key: str
    name: str
    tier: str
    status: str
    revenue: Figure
    revenue_gap: Figure
    full_year: Figure
    full_year_gap: Figure
    margin: Figure
    margin_gap: Figure
    margin_budget: Amount
    months: tuple[Amount, ...]
    forecast_from: int
    next_label: str
    left_out: int = 0
    """Months of clients that the margin leaves out, as their labour is not shown to this reader."""
    health: Figure | None = None


@dataclass(frozen=True, slots=True)
class Cockpit:
    basis: Basis
    finding: str
    year: list[Month]
    to_date: list[Month]
    revenue: Figure
    revenue_budget: Amount
    revenue_target: Amount
    revenue_prior: Amount
    full_year: Figure
    full_year_budget: Amount
    nrr: Figure
    grr: Figure
    bars: charts.MonthlyBars
    clients: tuple[ClientLine, ...]
    clients_finding: str
    biggest_gap: Decimal
    total: ClientLine
    renewals: tuple[RenewalRow, ...]
    checkpoints: tuple[RenewalRow, ...]
    renewals_finding: str
    run: str

    @property
    def currency(self) -> str:
        return self.basis.currency

    @property
    def sizes(self) -> dict[str, Decimal]:
        """Full-year forecast by client's key."""
        return {line.key: Decimal(line.full_year.value or 0) for line in self.clients}

    @property
    def unit_label(self) -> str:
        return f"{symbol(self.currency)}M"

    @property
    def span(self) -> str:
        return _span(self.to_date)

    @property
    def span_label(self) -> str:
        return f"Net revenue, {self.span}"

    @property
    def renewals_count(self) -> Figure:
        return renewals_figure(len(self.renewals), RENEWAL_DAYS)

    @property
    def source(self) -> str:
        through = month_label(self.basis.through)
        return f"Ledger to {through}, {self.run}, budget {self.basis.budget_version or 'none'}. {RULES}"

    @property
    def revenue_gap(self) -> Figure:
        return _variance(self.basis, self.to_date, _gap(self.revenue.value, self.revenue_budget))

    @property
    def target_gap(self) -> Figure:
        value = _gap(self.revenue.value, self.revenue_target)
        return gap_figure("revenue.on_target", value, self.currency, months=self.to_date)

    @property
    def full_year_gap(self) -> Figure:
        return _year_gap(self.basis, self.year, _gap(self.full_year.value, self.full_year_budget))

    @property
    def growth(self) -> Figure:
        """Against the same months a year earlier, as a ratio."""
        gap = _gap(self.revenue.value, self.revenue_prior)
        share = None if gap is None else ratio(gap, self.revenue_prior)
        return gap_figure("revenue.growth", share, "ratio", months=self.to_date)

    @property
    def left_out(self) -> str:
        """What the margin is without, in words; blank where it is whole."""
        return left_out_words(self.total.left_out)


@dataclass(frozen=True, slots=True)
class _Books:
    """Net revenue and contribution by client and month from the three sources. withheld: whose labour is not told."""

    actual: Grid
    budget: Grid
    forecast: Grid
    withheld: frozenset[Place]

    def net(self, source: Grid, keys: Iterable[str], months: Iterable[Month]) -> Amount:
        """None when nothing at all is known of these clients and months."""
        return sum_of(source, _places(keys, months), "net_revenue")

    def margin(self, source: Grid, keys: Iterable[str], months: Iterable[Month]) -> ShownMargin:
        return shown_margin(source, _places(keys, months), self.withheld)


def _places(keys: Iterable[str], months: Iterable[Month]) -> list[Place]:
    several = list(months)
    return [(key, month) for key in keys for month in several]


def load_cockpit(user: User, *, now: datetime) -> Cockpit:
    basis = load_basis(user, now=now)
    today = basis.today
    year = months_between(date(today.year, 1, 1), date(today.year, 12, 1))
    to_date = [month for month in year if month <= basis.through]
    books = _load_books(user, basis, year)
    current = ForecastRun.objects.filter(is_current=True, client=OuterRef("pk")).values("pk")[:1]
    clients: Sequence[Client] = list(
        with_reading(clients_for(user)).annotate(run=Subquery(current)).order_by("name", "id")
    )
    newest = max((run for client in clients if (run := getattr(client, "run", None))), default=None)
    run = f"forecast run {newest}" if newest else "no forecast yet"
    keys = [client.key for client in clients]
    every = renewals_ahead(user, today=today, days=max(CHECKPOINT_DAYS), basis=basis)
    renewals = [row for row in every if row.days_left <= RENEWAL_DAYS]
    lines = _client_lines(basis, books, clients, year, to_date, renewals)
    net_budget = books.net(books.budget, keys, year)
    full_year = books.net(books.forecast, keys, year)
    prior = [month_add(month, -12) for month in to_date]
    parts = [Part(line.name, Decimal(gap)) for line in lines if (gap := line.full_year_gap.value) is not None]
    planned = {line.key for line in lines if line.full_year_gap.value is not None}
    unplanned = books.net(books.forecast, [key for key in keys if key not in planned], year) or ZERO
    amount = sum((row.amount_reporting for row in renewals if row.amount_reporting is not None), ZERO)
    worth = amount if all(row.amount_reporting is not None for row in renewals) else None
    ahead = findings.renewals_ahead(len(renewals), worth, basis.currency, passed=passed_of(renewals))
    total = _total(basis, books, keys, year, to_date)
    return Cockpit(
        basis=basis,
        finding=findings.forecast_against_budget(full_year, net_budget, parts, basis.currency, unplanned=unplanned),
        year=year,
        to_date=to_date,
        revenue=_net_figure(basis, to_date, books.net(books.actual, keys, to_date)),
        revenue_budget=books.net(books.budget, keys, to_date),
        revenue_target=target_of(user, basis, to_date).amount,
        revenue_prior=books.net(books.actual, keys, prior),
        full_year=forecast_figure(full_year, basis, first=year[0], last=year[-1]),
        full_year_budget=net_budget,
        total=total,
        **_retention(basis, books, keys),
        bars=_bars(basis, books, keys, year, run),
        clients=with_health(user, clients, lines),
        clients_finding=findings.met_budget(sum(1 for part in parts if part.gap >= 0), len(parts), fallback="Clients"),
        biggest_gap=max((abs(part.gap) for part in parts), default=ZERO),
        checkpoints=tuple(every),
        renewals=tuple(renewals),
        renewals_finding=ahead,
        run=run,
    )


def _load_books(user: User, basis: Basis, year: list[Month]) -> _Books:
    clients = ids_sql(clients_for(user).order_by().values("pk"))
    first = min(month_add(year[0], -12), month_add(basis.through, -23))
    actual, withheld = load_grid("actual", basis, Cut(clients, first, max(basis.through, basis.open_month)))
    budget, _ = load_grid("budget", basis, Cut(clients, year[0], year[-1]))
    forecast = load_ahead(basis, Cut(clients, year[0], month_add(year[-1], 3)))
    return _Books(actual, budget, forecast, frozenset(withheld))


def deal_rates_of(basis: Basis) -> DealRates:
    """The rates already read, as the pipeline page takes them: the newest closing of every currency that has one."""
    month = month_of(basis.today)
    found = {}
    for code in basis.rate_currencies | {basis.currency}:
        try:
            found[code] = basis.rates.rate(code, basis.currency, month, via=settings.REPORTING_CURRENCY, kind="closing")
        except MissingRate:
            continue
    return DealRates(basis.currency, month, found)


def _gap(actual: Decimal | int | None, budget: Amount) -> Amount:
    return None if actual is None or budget is None else Decimal(actual) - budget


def _span(to_date: list[Month]) -> str:
    if not to_date:
        return "year to date"
    return f"{month_short(to_date[0])}–{month_short(to_date[-1])}" if len(to_date) > 1 else month_label(to_date[0])


def _net_figure(basis: Basis, months: list[Month], value: Amount, client: str = "") -> Figure:
    return pnl_figure("net_revenue", value, basis, months=months, client=client)


def left_out_words(count: int) -> str:
    if not count:
        return ""
    return f"Without {count} month{'' if count == 1 else 's'} of clients whose labour is not shown to your role"


@dataclass(frozen=True, slots=True)
class _Margins:
    """A margin, and how far it is from the budget of the same months of the same clients, in points."""

    value: Amount
    margin: Figure
    gap: Figure
    budget: Amount
    left_out: int


def _margins(basis: Basis, books: _Books, keys: list[str], to_date: list[Month], client: str = "") -> _Margins:
    actual, budget = books.margin(books.actual, keys, to_date), books.margin(books.budget, keys, to_date)
    gap = _gap(actual.ratio, budget.ratio)
    points = None if gap is None else gap * 100
    count = len(actual.left_out)
    if count:
        margin = shown_margin_figure("shown", actual.ratio, to_date, client)
        beside = shown_margin_figure("shown_gap", points, to_date, client)
    else:
        margin = pnl_figure("contribution_margin", actual.ratio, basis, months=to_date, client=client)
        beside = pnl_figure("contribution_margin", points, basis, months=to_date, client=client, scenario="variance")
    return _Margins(actual.ratio, margin, beside, budget.ratio, count)


def _variance(basis: Basis, months: list[Month], value: Amount, client: str = "") -> Figure:
    return pnl_figure("net_revenue", value, basis, months=months, client=client, scenario="variance")


def _year_gap(basis: Basis, year: list[Month], value: Amount, client: str = "") -> Figure:
    return gap_figure("forecast.gap", value, basis.currency, months=year, client=client)


def _retention(basis: Basis, books: _Books, keys: Sequence[str]) -> dict[str, Figure]:
    """Net and gross, twelve closed months against the twelve before."""
    last = basis.through
    now, then = months_between(month_add(last, -11), last), months_between(month_add(last, -23), month_add(last, -12))
    sums = [{key: books.net(books.actual, [key], span) or ZERO for key in keys} for span in (then, now)]
    found = retention(*sums)
    return {name: retention_figure(name, getattr(found, name), basis.currency, last=last) for name in ("nrr", "grr")}


def _client_lines(
    basis: Basis,
    books: _Books,
    clients: Sequence[Client],
    year: list[Month],
    to_date: list[Month],
    renewals: Iterable[RenewalRow],
) -> list[ClientLine]:
    next_of: dict[str, str] = {}
    for row in renewals:
        next_of.setdefault(row.client_key, row.next_label)
    lines = [_line(basis, books, client, year, to_date, next_of.get(client.key, "")) for client in clients]
    return sorted(lines, key=lambda line: (-(line.full_year.value or ZERO), line.name))


def _line(
    basis: Basis, books: _Books, client: Client, year: list[Month], to_date: list[Month], next_label: str
) -> ClientLine:
    key = [client.key]
    revenue, full = books.net(books.actual, key, to_date), books.net(books.forecast, key, year)
    budget, budget_year = books.net(books.budget, key, to_date), books.net(books.budget, key, year)
    margins = _margins(basis, books, key, to_date, client.key)
    past = months_between(month_add(basis.through, -12), basis.through)
    ahead = months_between(basis.open_month, month_add(basis.open_month, 2))
    series = [books.net(books.actual, key, [month]) for month in past]
    series += [books.net(books.forecast, key, [month]) for month in ahead]
    return ClientLine(
        key=client.key,
        name=client.name,
        tier=client.get_tier_display(),
        status=health_of(full, budget_year, margins.value, margins.budget),
        revenue=_net_figure(basis, to_date, revenue, client.key),
        revenue_gap=_variance(basis, to_date, _gap(revenue, budget), client.key),
        full_year=forecast_figure(full, basis, first=year[0], last=year[-1], client=client.key),
        full_year_gap=_year_gap(basis, year, _gap(full, budget_year), client.key),
        margin=margins.margin,
        margin_gap=margins.gap,
        margin_budget=margins.budget,
        left_out=margins.left_out,
        months=tuple(series),
        forecast_from=len(past),
        next_label=next_label,
    )


def health_of(full: Amount, budget: Amount, margin: Amount, margin_budget: Amount) -> str:
    """The commercial status: forecast and margin against budget, the worse of the two. Unknown without a budget."""
    share = ratio(_gap(full, budget), budget)
    if share is None:
        return "unknown"
    points = _gap(margin, margin_budget)
    if share < AT_RISK or (points is not None and points < MARGIN_AT_RISK):
        return "at_risk"
    if share < WATCH or (points is not None and points < MARGIN_WATCH):
        return "watch"
    return "on_track"


def _total(basis: Basis, books: _Books, keys: list[str], year: list[Month], to_date: list[Month]) -> ClientLine:
    revenue, full = books.net(books.actual, keys, to_date), books.net(books.forecast, keys, year)
    margins = _margins(basis, books, keys, to_date)
    return ClientLine(
        key="",
        name=f"{len(keys)} clients" if len(keys) != 1 else "1 client",
        tier="",
        status="",
        revenue=_net_figure(basis, to_date, revenue),
        revenue_gap=_variance(basis, to_date, _gap(revenue, books.net(books.budget, keys, to_date))),
        full_year=forecast_figure(full, basis, first=year[0], last=year[-1]),
        full_year_gap=_year_gap(basis, year, _gap(full, books.net(books.budget, keys, year))),
        margin=margins.margin,
        margin_gap=margins.gap,
        margin_budget=margins.budget,
        left_out=margins.left_out,
        months=(),
        forecast_from=0,
        next_label="",
    )


def _bars(basis: Basis, books: _Books, keys: list[str], year: list[Month], run: str) -> charts.MonthlyBars:
    months = []
    for month in year:
        actual = month <= basis.through
        value = books.net(books.actual if actual else books.forecast, keys, [month])
        months.append(
            charts.Month(
                label=month_short(month),
                value=value,
                budget=books.net(books.budget, keys, [month]),
                kind="actual" if actual else "forecast",
                strong=month == basis.through,
            )
        )
    ahead = [month for month in year if month > basis.through]
    done = books.net(books.actual, keys, [month for month in year if month <= basis.through])
    budget = books.net(books.budget, keys, year)
    needed = None if budget is None or done is None else budget - done
    forecast = books.net(books.forecast, keys, ahead)
    return charts.MonthlyBars(
        finding=findings.to_go(len(ahead), needed, forecast, basis.currency, "Net revenue by month"),
        sub="Net revenue by month; tick is the budget",
        source=f"Ledger to {month_label(basis.through)}, {run}, budget {basis.budget_version or 'none'}",
        months=tuple(months),
        unit=basis.currency,
        size="l",
    )
