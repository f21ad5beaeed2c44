"""The forecast as pages show it: layers by month and by client, from each client's run that stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import Max, QuerySet

from accounts.access import clients_for
from accounts.models import Client
from common import charts
from common.figures import Figure
from common.formats import month_short, ratio, symbol
from common.money import ZERO
from common.periods import Month, format_month, month_add, month_label, month_of, months_between
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
from financials.queries.basis import Basis, Sql, ids_sql, load_basis
from financials.queries.cells import Cell, load_cells, load_missing
from financials.queries.cuts import Cut, of_client
from financials.queries.ladders import load_ladders
from financials.queries.standing_overrides import StandingOverride, standing_overrides

if TYPE_CHECKING:
    from people.models import User

LAYERS = tuple(Layer.values)
PAST_SHOWN = 4
MONTHS_SHOWN = 18

Layers = dict[str, Decimal | None]
"""Layer → amount; None where a rate is missing."""


@dataclass(frozen=True, slots=True)
class Runs:
    """What the forecast stands on. open_jobs: recomputes of these clients that wait or run. own_odds: deals that count
    at what own history says of their stage. departed: lost clients. short: those of too few closed months. bands_at: of
    their oldest bands; waiting: runs whose bands are still to be simulated."""

    count: int
    newest: int | None
    computed_at: datetime | None
    unpriced: int
    open_jobs: int
    own_odds: int
    departed: int
    short: int
    bands_at: datetime | None
    waiting: int

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
    client_name: str
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


def _cut(user: User, client: Client | None, first: Month, last: Month, owner: str) -> Cut:
    """client: one that the caller has read, so that no statement asks again whether it may be seen."""
    if client is None:
        return cut_of(user, "", first, last, owner)
    return of_client(client.pk, first, last)


def _clients(user: User, client: str, owner: str) -> QuerySet[Client]:
    clients = clients_for(user).order_by()
    if client:
        clients = clients.filter(key=client)
    return clients.filter(owner__email=owner) if owner else clients


def load_runs(user: User, client: str = "", owner: str = "") -> Runs:
    """One query."""
    return _runs_of(ids_sql(_clients(user, client, owner).values("pk")))


# Read again after every recompute of an open page.
_RUNS: Final = """
WITH seen AS (SELECT id FROM accounts_client WHERE id IN ({clients}))
SELECT count(*), max(r.id), max(r.computed_at), coalesce(sum(r.unpriced), 0),
       (SELECT count(*) FROM common_job j WHERE j.kind IN ('recompute', 'bands')
        AND j.state IN ('ready', 'leased', 'failed') AND j.object_ref IN (SELECT 'client:' || id FROM seen)),
       coalesce(sum(r.own_odds), 0), count(*) FILTER (WHERE r.departed), count(*) FILTER (WHERE r.short_history),
       min(r.bands_at), count(*) FILTER (WHERE r.bands_at IS NULL)
FROM financials_forecastrun r WHERE r.is_current AND r.client_id IN (SELECT id FROM seen)
"""


def _runs_of(clients: Sql) -> Runs:
    with connection.cursor() as cursor:
        cursor.execute(_RUNS.format(clients=clients[0]), clients[1])
        return Runs(*cursor.fetchone())


def newest_run(user: User, client: str) -> str:
    """In words. One query."""
    runs = ForecastRun.objects.filter(is_current=True, client__in=_clients(user, client, "").values("pk"))
    return _run_words(runs.aggregate(newest=Max("pk"))["newest"])


def layers_by_month(basis: Basis, cut: Cut) -> dict[Month, Layers]:
    """One query."""
    return _by_month(load_cells("layers", basis, cut, ("month",)))


def _by_month(cells: Iterable[Cell]) -> dict[Month, Layers]:
    """The first of their groups is the month."""
    months: dict[Month, Layers] = {}
    for cell in cells:
        of, amount = months.setdefault(date.fromisoformat(f"{cell.group[0]}-01"), {}), cell.amount
        of[cell.line] = _add([of.get(cell.line, ZERO), None if cell.missing else amount])
    return months


def total_of(layers: Layers) -> Decimal | None:
    values = list(layers.values())
    return None if any(value is None for value in values) else sum((v for v in values if v is not None), ZERO)


def load_forecast_page(
    user: User,
    *,
    now: datetime,
    client: Client | None = None,
    year: int | None = None,
    owner: str = "",
    calls: bool = True,
) -> ForecastPage:
    """Eleven queries, whatever the number of clients; eight of one. client: as the caller may see it. owner: e-mail,
    for the clients of one person. calls: with people's own figures, one query."""
    basis = load_basis(user, now=now, newest_entry=False)  # nothing here names the newest entry
    year = year or basis.today.year
    first, last = date(year, 1, 1), date(year, 12, 1)
    shown_first = month_add(basis.open_month, -PAST_SHOWN)
    shown_last = month_add(shown_first, MONTHS_SHOWN - 1)
    cut = _cut(user, client, min(first, shown_first), max(last, shown_last), owner)
    year_cut = replace(cut, first=first, last=last)
    key = client.key if client else ""
    spans = [span for month in months_between(shown_first, shown_last) if (span := span_ahead(month, month, basis))]
    year_span = span_ahead(first, last, basis)
    bands = load_bands(basis, cut, (), [*spans, *([year_span] if year_span else [])], state=False)
    if client:  # the whole is its own
        cells = load_cells("layers", basis, cut, ("month", "unopened"))
        months = _by_month(cells)
        of_year = [cell for cell in cells if cell.group[0] is not None and cell.group[0][:4] == str(year)]
        rows, fresh = _client_rows(
            [(key, cell) for cell in of_year], {key: client.name}, basis, year_cut, lambda _: bands.reach((), year_span)
        )
    else:
        months = layers_by_month(basis, cut)
        by_client = load_bands(basis, cut, ("client",), [year_span] if year_span else [], state=False)
        cells = load_cells("layers", basis, year_cut, ("client", "unopened"))
        rows, fresh = _client_rows(
            [(cell.group[0] or "", cell) for cell in cells],
            dict(clients_for(user).order_by("name").values_list("key", "name")),
            basis,
            year_cut,
            lambda key: by_client.reach((key,), year_span),
        )
    runs = _runs_of(cut.clients)
    gaps = load_missing("layers", basis, cut) if any(None in layers.values() for layers in months.values()) else ()
    source = f"Ledger to {month_label(basis.through)}, {runs.label}, {_band_words(runs)}"
    return ForecastPage(
        basis=basis,
        year=year,
        years=(basis.today.year, basis.today.year + 1),
        client=key,
        client_name=client.name if client else "All",
        owner=owner,
        runs=runs,
        finding=_finding(months, basis, year, client.name if client and runs.departed else ""),
        chart=_chart(months, basis, months_between(shown_first, shown_last), source, bands),
        rows=tuple(rows),
        total=_total_row(rows, basis, year_cut, (key, owner), bands.reach((), year_span)),
        unpriced=unpriced_figure(runs.unpriced, key, owner),
        unopened=unopened_figure(fresh, basis, first=first, last=last, client=key, owner=owner),
        missing=tuple(f"No {code}/{basis.currency} rate for {format_month(month)}." for code, month in sorted(gaps)),
        source=source,
        overrides=standing_overrides(user, key, basis.today) if calls else (),
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


def _band_words(runs: Runs) -> str:
    if runs.waiting:
        return f"bands of {runs.waiting} client{'s' if runs.waiting > 1 else ''} still to be simulated"
    return f"bands by {TRIALS:,} seeded trials" if runs.bands_at else "no bands yet"


def _client_rows(
    cells: Sequence[tuple[str, Cell]],
    names: Mapping[str, str],
    basis: Basis,
    cut: Cut,
    reach: Callable[[str], Reach | None],
) -> tuple[list[ClientForecast], Decimal | None]:
    """One query, of budgets. cells: by client, the last of their groups whether of deals not opened yet. names: at
    least of these clients and those with a budget.

    And what of their run-rate is of deals not opened yet.
    """
    layers: dict[str, Layers] = {}
    fresh: Decimal | None = ZERO
    for key, cell in cells:
        of, amount = layers.setdefault(key, {}), None if cell.missing else cell.amount
        of[cell.line] = _add([of.get(cell.line, ZERO), amount])
        if cell.group[1]:
            fresh = _add([fresh, amount])
    budgets = _budgets(basis, cut)
    rows = [
        _row(key, name, layers.get(key, {}), budgets.get(key), basis, cut, reach(key))
        for key, name in names.items()
        if key in layers or key in budgets
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


def _finding(months: dict[Month, Layers], basis: Basis, year: int, lost: str) -> str:
    """'Signed work covers 88% of what is left of 2026': contracted against all that is still to come this year. lost:
    the name of the client, where it is."""
    if lost and not any(month > basis.through and any(layers.values()) for month, layers in months.items()):
        return f"{lost} is lost, and nothing of it is signed or open ahead"
    ahead = [layers for month, layers in months.items() if month.year == year and month > basis.through]
    totals = [total_of({k: v for k, v in layers.items() if k != "recognised"}) for layers in ahead]
    contracted = _add([layers.get("contracted", ZERO) for layers in ahead])
    span = f"what is left of {year}" if year == basis.today.year else str(year)
    return findings.signed_cover(contracted, _add(list(totals)), span, "Net revenue by month and layer")


def _chart(
    months: dict[Month, Layers], basis: Basis, shown: list[Month], source: str, bands: Bands
) -> charts.LayeredBars:
    bars = []
    after = max(basis.open_month, month_of(basis.today))
    ahead = [months[month] for month in shown if month > after and month in months]
    sums = {layer: _add([layers.get(layer, ZERO) for layers in ahead]) for layer in LAYERS}
    known = {layer: amount for layer, amount in sums.items() if amount is not None}
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
                note=_renewed(layers) if month > after else "",
                note_part=LAYERS.index("renewal"),
            )
        )
    return charts.LayeredBars(
        finding=findings.resting_on(
            known if len(known) == len(sums) else {}, f"the {len(ahead)} months ahead", "Net revenue by month and layer"
        ),
        sub="Net revenue; darker is more certain. Renewals and deals are weighted; dashed lines are the 80% band, "
        "figures in the bars the share of renewals",
        source=source,
        layers=tuple(LAYER_LABELS[layer] for layer in LAYERS),
        months=tuple(bars),
        unit=basis.currency,
        first_layer=1,
    )


def _renewed(layers: Layers) -> str:
    """What share of the month rests on renewals, said in the bar; blank where it is not known, or little."""
    whole, renewals = total_of(layers) if layers else None, layers.get("renewal")
    if not whole or not renewals or whole < 0 or renewals * 20 < whole:
        return ""
    return ratio(renewals / whole, 0)


def forecast_rows(page: ForecastPage) -> tuple[list[str], list[list[object]]]:
    """The client table as CSV and XLSX give it."""
    head = ["client", "name", "currency", *LAYERS, "total", "p10", "p90", "budget", "on_budget"]
    rows: list[list[object]] = []
    for row in page.rows:
        figures = (*row.layers, row.total, row.low, row.high, row.budget)
        rows.append([row.key, row.name, page.basis.currency, *(figure.value for figure in figures), row.gap])
    return head, rows
