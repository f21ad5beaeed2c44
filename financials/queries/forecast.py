"""The forecast as pages show it: layers by month and by client, from each client's run that stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import CharField, Count, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat

from accounts.access import clients_for
from accounts.models import Client
from common import charts
from common.figures import Figure
from common.formats import month_short, symbol
from common.models import Job
from common.money import ZERO
from common.periods import Month, format_month, month_add, month_label, months_between
from financials.calc import findings
from financials.calc.simulation import TRIALS
from financials.figures import (
    LAYER_LABELS,
    band_figure,
    forecast_figure,
    pnl_figure,
    unopened_figure,
    unpriced_figure,
)
from financials.models import ForecastRun, Layer
from financials.queries.bands import Bands, Reach, load_bands, span_ahead
from financials.queries.basis import Basis, ids_sql, load_basis
from financials.queries.cells import load_cells, load_missing
from financials.queries.cuts import Cut
from financials.queries.ladders import load_ladders
from financials.queries.standing_overrides import StandingOverride, standing_overrides

if TYPE_CHECKING:
    from people.models import User

LAYERS = tuple(Layer.values)
PAST_SHOWN = 4
MONTHS_SHOWN = 18
OPEN_STATES = ("ready", "leased", "failed")

Layers = dict[str, Decimal | None]
"""Layer → amount; None where a rate is missing."""


@dataclass(frozen=True, slots=True)
class Runs:
    """What the forecast stands on. open_jobs: recomputes of these clients that wait or run. own_odds: deals that count
    at what own history says of their stage. departed: lost clients. short: those of too few closed months."""

    count: int
    newest: int | None
    computed_at: datetime | None
    unpriced: int
    open_jobs: int
    own_odds: int = 0
    departed: int = 0
    short: int = 0

    @property
    def label(self) -> str:
        return _run_words(self.newest)


def _run_words(newest: int | None) -> str:
    return f"forecast run {newest}" if newest else "no forecast yet"


@dataclass(frozen=True, slots=True)
class ClientForecast:
    """One client's year. layers in their order; budget and gap are None without a budget. low, high: the edges of the
    80% band, unknown until it is simulated."""

    key: str
    name: str
    layers: tuple[Figure, ...]
    total: Figure
    budget: Figure
    gap: Decimal | None
    low: Figure
    high: Figure


@dataclass(frozen=True, slots=True)
class ForecastPage:
    basis: Basis
    year: int
    years: tuple[int, ...]
    client: str
    owner: str
    runs: Runs
    finding: str
    chart: charts.LayeredBars
    rows: tuple[ClientForecast, ...]
    total: ClientForecast
    unpriced: Figure
    unopened: Figure
    missing: tuple[str, ...]
    source: str
    overrides: tuple[StandingOverride, ...]

    @property
    def client_name(self) -> str:
        return next((row.name for row in self.rows if row.key == self.client), "All") if self.client else "All"

    @property
    def call_finding(self) -> str:
        count = len(self.overrides)
        if not count:
            return "Nobody has changed this forecast"
        return f"{findings.count(count).capitalize()} figure{'s' if count > 1 else ''} of our own beside the model"

    @property
    def layer_labels(self) -> tuple[str, ...]:
        return tuple(LAYER_LABELS[layer] for layer in LAYERS)

    @property
    def unit_label(self) -> str:
        return f"{symbol(self.basis.currency)}M"

    @property
    def table_finding(self) -> str:
        parts = [findings.Part(row.name, row.gap) for row in self.rows if row.gap is not None]
        total, budget = self.total.total.value, self.total.budget.value
        return findings.forecast_against_budget(
            None if total is None else Decimal(total),
            None if budget is None else Decimal(budget),
            parts,
            self.basis.currency,
            f"Forecast {self.year} by client",
        )


def cut_of(user: User, client: str, first: Month, last: Month, owner: str = "") -> Cut:
    """Of a client's key or an owner's e-mail; blank for all."""
    return Cut(ids_sql(_clients(user, client, owner).values("pk")), first, last)


def _clients(user: User, client: str, owner: str) -> QuerySet[Client]:
    clients = clients_for(user).order_by()
    if client:
        clients = clients.filter(key=client)
    return clients.filter(owner__email=owner) if owner else clients


def load_runs(user: User, client: str = "", owner: str = "") -> Runs:
    """Two queries."""
    clients = _clients(user, client, owner)
    found = ForecastRun.objects.filter(is_current=True, client__in=clients.values("pk")).aggregate(
        count=Count("pk"),
        newest=Max("pk"),
        computed_at=Max("computed_at"),
        unpriced=Sum("unpriced"),
        own_odds=Sum("own_odds"),
        departed=Count("pk", filter=Q(departed=True)),
        short=Count("pk", filter=Q(short_history=True)),
    )
    refs = clients.values(ref=Concat(Value("client:"), Cast("pk", CharField())))
    jobs = Job.objects.filter(kind__in=("recompute", "bands"), state__in=OPEN_STATES, object_ref__in=refs).count()
    return Runs(
        found["count"], found["newest"], found["computed_at"], found["unpriced"] or 0, jobs, found["own_odds"] or 0,
        found["departed"], found["short"],
    )  # fmt: skip


def newest_run(user: User, client: str) -> str:
    """In words. One query."""
    runs = ForecastRun.objects.filter(is_current=True, client__in=_clients(user, client, "").values("pk"))
    return _run_words(runs.aggregate(newest=Max("pk"))["newest"])


def layers_by_month(basis: Basis, cut: Cut) -> dict[Month, Layers]:
    """One query."""
    months: dict[Month, Layers] = {}
    for cell in load_cells("layers", basis, cut, ("month",)):
        month = date.fromisoformat(f"{cell.group[0]}-01")
        months.setdefault(month, {})[cell.line] = None if cell.missing else cell.amount
    return months


def total_of(layers: Layers) -> Decimal | None:
    values = list(layers.values())
    return None if any(value is None for value in values) else sum((v for v in values if v is not None), ZERO)


def load_forecast_page(
    user: User,
    *,
    now: datetime,
    client: str = "",
    name: str = "",
    year: int | None = None,
    owner: str = "",
    calls: bool = True,
) -> ForecastPage:
    """Fourteen queries, whatever the number of clients; thirteen of one. name: of the client, where the caller has read
    it. owner: e-mail, for the clients of one person. calls: with people's own figures, one query."""
    basis = load_basis(user, now=now, newest_entry=False)  # nothing here names the newest entry
    year = year or basis.today.year
    first, last = date(year, 1, 1), date(year, 12, 1)
    shown_first = month_add(basis.open_month, -PAST_SHOWN)
    shown_last = month_add(shown_first, MONTHS_SHOWN - 1)
    cut = cut_of(user, client, min(first, shown_first), max(last, shown_last), owner)
    months = layers_by_month(basis, cut)
    year_cut = cut_of(user, client, first, last, owner)
    spans = [span for month in months_between(shown_first, shown_last) if (span := span_ahead(month, month, basis))]
    year_span = span_ahead(first, last, basis)
    bands = load_bands(basis, cut, (), [*spans, *([year_span] if year_span else [])])
    if year_span and not client:
        by_client = load_bands(basis, cut, ("client",), [year_span], state=False)
        rows, fresh = _client_rows(user, basis, year_cut, ("", ""), lambda key: by_client.reach((key,), year_span))
    else:  # of one client, the whole is its own
        rows, fresh = _client_rows(user, basis, year_cut, (client, name), lambda _: bands.reach((), year_span))
    runs = load_runs(user, client, owner)
    gaps = load_missing("layers", basis, cut) if any(None in layers.values() for layers in months.values()) else ()
    source = f"Ledger to {month_label(basis.through)}, {runs.label}, {_band_words(bands)}"
    return ForecastPage(
        basis=basis,
        year=year,
        years=(basis.today.year, basis.today.year + 1),
        client=client,
        owner=owner,
        runs=runs,
        finding=_finding(months, basis, year),
        chart=_chart(months, basis, months_between(shown_first, shown_last), source, bands),
        rows=tuple(rows),
        total=_total_row(rows, basis, year_cut, (client, owner), bands.reach((), year_span)),
        unpriced=unpriced_figure(runs.unpriced, client, owner),
        unopened=unopened_figure(fresh, basis, first=first, last=last, client=client, owner=owner),
        missing=tuple(f"No {code}/{basis.currency} rate for {format_month(month)}." for code, month in sorted(gaps)),
        source=source,
        overrides=standing_overrides(user, client, basis.today) if calls else (),
    )


def load_year_band(user: User, *, now: datetime) -> tuple[Figure, Figure]:
    """The 10th and 90th percentile of the running year, unknown until it is simulated. Four queries."""
    basis = load_basis(user, now=now, newest_entry=False)
    first, last = date(basis.today.year, 1, 1), date(basis.today.year, 12, 1)
    cut = cut_of(user, "", first, last)
    span = span_ahead(first, last, basis)
    reach = load_bands(basis, cut, (), [span] if span else [], state=False).reach((), span)
    total = _add([None if cell.missing else cell.amount for cell in load_cells("layers", basis, cut, ())])
    low, _, high = reach.around(total) if reach else (None, None, None)
    return band_figure("p10", low, basis, first=first, last=last), band_figure(
        "p90", high, basis, first=first, last=last
    )


def _band_words(bands: Bands) -> str:
    if bands.waiting:
        return f"bands of {bands.waiting} client{'s' if bands.waiting > 1 else ''} still to be simulated"
    return f"bands by {TRIALS:,} seeded trials" if bands.as_of else "no bands yet"


def _client_rows(
    user: User, basis: Basis, cut: Cut, client: tuple[str, str], reach: Callable[[str], Reach | None]
) -> tuple[list[ClientForecast], Decimal | None]:
    """Three queries: layers, budget, names unless the client's is known. client: key and name, blank for all.

    And what of their run-rate is of deals not opened yet.
    """
    layers: dict[str, Layers] = {}
    fresh: Decimal | None = ZERO
    for cell in load_cells("layers", basis, cut, ("client", "unopened")):
        of, amount = layers.setdefault(cell.group[0] or "", {}), None if cell.missing else cell.amount
        of[cell.line] = _add([of.get(cell.line, ZERO), amount])
        if cell.group[1]:
            fresh = _add([fresh, amount])
    budgets = _budgets(basis, cut)
    told = [*layers, *budgets]
    key, name = client
    if name:
        names = {key: name} if key in told else {}
    else:
        names = dict(clients_for(user).filter(key__in=told).order_by("name").values_list("key", "name"))
    rows = [
        _row(key, name, layers.get(key, {}), budgets.get(key), basis, cut, reach(key)) for key, name in names.items()
    ]
    return sorted(rows, key=lambda row: (-(row.total.value or ZERO), row.name)), fresh


def _budgets(basis: Basis, cut: Cut) -> dict[str, Decimal | None]:
    """Net revenue by client; one whose budget holds only costs has none."""
    found = load_ladders("budget", basis, cut, ("client",))
    return {one.group[0] or "": one.net_revenue for one in found if one.lines[:2] != (ZERO, ZERO)}


def _row(
    key: str,
    name: str,
    layers: Layers,
    budget: Decimal | None,
    basis: Basis,
    cut: Cut,
    reach: Reach | None,
    owner: str = "",
) -> ClientForecast:
    span = {"first": cut.first, "last": cut.last, "client": key, "owner": owner}
    total = total_of(layers) if layers else None
    low, _, high = reach.around(total) if reach else (None, None, None)
    return ClientForecast(
        key=key,
        name=name,
        layers=tuple(
            forecast_figure(layers.get(layer, ZERO), basis, layer=layer, **span)  # type: ignore[arg-type]  # span's own types
            for layer in LAYERS
        ),
        total=forecast_figure(total, basis, **span),  # type: ignore[arg-type]  # as above
        budget=pnl_figure(
            "net_revenue", budget, basis, months=[cut.first, cut.last], client=key, owner=owner, scenario="budget"
        ),
        gap=None if total is None or budget is None else total - budget,
        low=band_figure("p10", low, basis, **span),  # type: ignore[arg-type]  # as above
        high=band_figure("p90", high, basis, **span),  # type: ignore[arg-type]  # as above
    )


def _total_row(
    rows: list[ClientForecast], basis: Basis, cut: Cut, scope: tuple[str, str], reach: Reach | None
) -> ClientForecast:
    """scope: the client's key and the owner's e-mail, blank for all."""
    sums: Layers = {layer: _add([row.layers[place].value for row in rows]) for place, layer in enumerate(LAYERS)}
    budgets = [row.budget.value for row in rows if row.budget.value is not None]
    client, owner = scope
    name = f"{len(rows)} clients of theirs" if owner else "All clients"
    return _row(client, name, sums if rows else {}, _add(budgets) if budgets else None, basis, cut, reach, owner)


def _add(values: Sequence[Decimal | int | None]) -> Decimal | None:
    return None if any(value is None for value in values) else sum((Decimal(v) for v in values if v is not None), ZERO)


def _finding(months: dict[Month, Layers], basis: Basis, year: int) -> str:
    """'Signed work covers 88% of what is left of 2026': contracted against all that is still to come this year."""
    ahead = [layers for month, layers in months.items() if month.year == year and month > basis.through]
    totals = [total_of({k: v for k, v in layers.items() if k != "recognised"}) for layers in ahead]
    contracted = _add([layers.get("contracted", ZERO) for layers in ahead])
    span = f"what is left of {year}" if year == basis.today.year else str(year)
    return findings.signed_cover(contracted, _add(list(totals)), span, "Net revenue by month and layer")


def _chart(
    months: dict[Month, Layers], basis: Basis, shown: list[Month], source: str, bands: Bands
) -> charts.LayeredBars:
    bars = []
    for position, month in enumerate(shown):
        layers = months.get(month, {})
        span = span_ahead(month, month, basis)
        reach = bands.reach((), span) if span else None
        low, _, high = reach.around(total_of(layers)) if reach and layers else (None, None, None)
        bars.append(
            charts.LayerMonth(
                label=month_short(month),
                parts=tuple(layers.get(layer, ZERO) for layer in LAYERS),
                low=low,
                high=high,
                recognised=month <= basis.through,
                year=str(month.year) if position == 0 or month.month == 1 else "",
                total_shown=month <= month_add(basis.open_month, 1),
            )
        )
    return charts.LayeredBars(
        finding="Net revenue by month and layer",
        sub="Net revenue; darker is more certain. Renewals and deals are weighted; dashed lines are the 80% band",
        source=source,
        layers=tuple(LAYER_LABELS[layer] for layer in LAYERS),
        months=tuple(bars),
        unit=basis.currency,
        first_layer=1,
    )


def forecast_rows(page: ForecastPage) -> tuple[list[str], list[list[object]]]:
    """The client table as CSV and XLSX give it."""
    head = ["client", "name", "currency", *LAYERS, "total", "p10", "p90", "budget", "on_budget"]
    rows: list[list[object]] = []
    for row in page.rows:
        figures = (*row.layers, row.total, row.low, row.high, row.budget)
        rows.append([row.key, row.name, page.basis.currency, *(figure.value for figure in figures), row.gap])
    return head, rows
