"""How the forecast's cost, contribution and margin explain themselves: the lines, the layers, each client's rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import clients_for
from common.figures import Explanation, Input, Point, UnknownFigure, formulae
from common.formats import plural
from common.money import ZERO
from common.periods import Month, format_month, month_add, month_label, period_label
from financials.calc.forecast_cost import COST_LINES
from financials.explain_forecast import asked_months, asked_scope
from financials.figures import LABELS, LAYER_LABELS, definition_of
from financials.figures_margin import BAND_LABELS, MARGIN_LABELS, margin_band_figure, margin_figure
from financials.models import ForecastRun
from financials.queries.bands import load_bands, span_ahead
from financials.queries.basis import Basis, load_basis
from financials.queries.cells import load_cells
from financials.queries.cuts import Cut
from financials.queries.forecast import LAYERS, cut_of, load_runs
from financials.queries.forecast_margin import Earned, load_sides, missing_rates, rate_words, together

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
FORMULAE: Final = {
    "cost": "closed months: labour + freelancers + direct expenses; later ones: Σ net revenue × rate of cost",
    "contribution": "net revenue − cost",
    "margin": "contribution ÷ net revenue",
}


def explain_margin(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    layer = params.get("layer", "")
    if layer and layer not in LAYERS:
        raise UnknownFigure(layer)
    rest = {key: value for key, value in params.items() if key != "layer"}
    (first, last), scope = asked_months(rest), asked_scope(user, rest)
    client, currency = params.get("client", ""), params.get("currency", "")
    basis = load_basis(user, now=now, currency=currency)
    cut = cut_of(user, client, first, last)
    sides = load_sides(basis, cut, ("month",))
    earned = _of(sides.values(), layer)
    value = {"cost": earned.cost, "contribution": earned.contribution, "margin": earned.margin}[name]
    runs = load_runs(user, client)
    inputs, rows = _inputs(name, basis, cut, earned, layer)
    return Explanation(
        figure=margin_figure(name, value, basis, first=first, last=last, client=client, layer=layer, currency=currency),
        scope=scope,
        formula=FORMULAE[name],
        formula_id=f"forecast.{name}",
        formula_version=VERSION,
        inputs=inputs,
        as_of=runs.computed_at or basis.as_of,
        run=runs.label.capitalize(),
        period=f"{period_label(first, last)}, closed to {month_label(basis.through)}",
        series=_series(name, user, client, basis, layer, last),
        series_label="Twelve months",
        rows_url=reverse("forecast_margin") + f"?{urlencode({'client': client, 'year': str(last.year)})}",
        rows_count=rows,
        definition=definition_of("forecast-cost" if name == "cost" else "forecast-margin"),
        notes=(*_gaps(basis, cut, earned), *_rates(user, client)),
    )


def explain_band(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """An edge of contribution: what the layers leave, and how far the trials lie from it at each client's rate."""
    (first, last), scope = asked_months(params), asked_scope(user, params)
    client, currency = params.get("client", ""), params.get("currency", "")
    if "owner" in params:
        raise UnknownFigure("owner")
    basis = load_basis(user, now=now, currency=currency)
    cut = cut_of(user, client, first, last)
    earned = _of(load_sides(basis, cut, ()).values(), "")
    span = span_ahead(first, last, basis)
    bands = load_bands(basis, cut, (), [span] if span else [], contribution=True)
    reach = bands.reach((), span)
    edges = dict(zip(BAND_LABELS, reach.around(earned.contribution) if reach else (None, None, None), strict=True))
    value, runs = edges[name], load_runs(user, client)
    away = None if value is None or earned.contribution is None else value - earned.contribution
    return Explanation(
        figure=margin_band_figure(name, value, basis, first=first, last=last, client=client, currency=currency),
        scope=scope,
        formula="contribution + (10,000 trials of net revenue less the layers) × (1 − rate of cost)",
        formula_id=f"forecast.{name}",
        formula_version=VERSION,
        inputs=(
            Input("Contribution", earned.contribution, basis.currency, "+"),
            Input("Trials less layers, × (1 − rate)", away, basis.currency, "+"),
        ),
        as_of=bands.as_of or runs.computed_at or basis.as_of,
        run=runs.label.capitalize(),
        period=f"{period_label(first, last)}, closed to {month_label(basis.through)}",
        rows_url=reverse("forecast_margin") + f"?{urlencode({'client': client, 'year': str(last.year)})}",
        rows_count=runs.count,
        definition=definition_of("forecast-margin"),
        notes=(
            "Of several clients spreads add up as squares. How far a rate of cost itself strays is not simulated.",
            *_rates(user, client),
        ),
    )


def _of(several: Iterable[Mapping[str, Earned]], layer: str) -> Earned:
    return together(earned for layers in several for name, earned in layers.items() if layer in ("", name))


def _inputs(name: str, basis: Basis, cut: Cut, earned: Earned, layer: str) -> tuple[tuple[Input, ...], int]:
    unit = basis.currency
    if name == "margin":
        return (Input("Contribution", earned.contribution, unit), Input("Net revenue", earned.revenue, unit, "÷")), 0
    if name == "contribution":
        return (Input("Net revenue", earned.revenue, unit, "+"), Input("Cost", earned.cost, unit, "−")), 0
    if layer:
        cells = [cell for cell in load_cells("layer_costs", basis, cut, ()) if cell.line == layer]
        count = sum(cell.entries for cell in cells)
        return (Input(LAYER_LABELS[layer], earned.cost, unit, "+", rows=count),), count
    found = {cell.line: cell for cell in load_cells("forecast_costs", basis, cut, ())}
    parts = tuple(
        Input(
            LABELS[line],
            ZERO if line not in found else None if found[line].missing else found[line].amount,
            unit,
            "+",
            rows=found[line].entries if line in found else 0,
        )
        for line in COST_LINES
    )
    return parts, sum(cell.entries for cell in found.values())


def _series(name: str, user: User, client: str, basis: Basis, layer: str, last: Month) -> tuple[Point, ...]:
    first = month_add(last, -11)
    sides = load_sides(basis, cut_of(user, client, first, last), ("month",))

    def value(month: Month) -> Decimal | None:
        earned = _of([sides.get((format_month(month),), {})], layer)
        return {"cost": earned.cost, "contribution": earned.contribution, "margin": earned.margin}[name]

    return tuple(Point(month_label(month), value(month)) for month in (month_add(first, n) for n in range(12)))


def _gaps(basis: Basis, cut: Cut, earned: Earned) -> list[str]:
    found = missing_rates(basis, cut, earned)
    return [f"No {code}/{basis.currency} rate for {month_label(month)}" for code, month in found]


def _rates(user: User, client: str) -> list[str]:
    """Which rates the months not closed stand on."""
    runs = ForecastRun.objects.filter(is_current=True, client__in=clients_for(user).order_by().values("pk"))
    if client:
        told = runs.filter(client__key=client).values_list(
            "cost_origin", "cost_months", "labour_rate", "freelancers_rate", "direct_rate"
        )
        return [f"Months not closed: cost {rate_words(origin, months, rates)}" for origin, months, *rates in told]
    counts = dict(runs.order_by().values_list("cost_origin").annotate(Count("pk")))
    words = {
        "own": "at their own rate",
        "filled": "filled with the house's",
        "house": "at the house's",
        "": "not known",
    }
    said = [f"{plural(counts[origin], 'client')} {text}" for origin, text in words.items() if counts.get(origin)]
    return [f"Rates of cost: {', '.join(said)}"] if said else []


def _handler(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain_margin(name, user, params, now)

    formulae.register(f"forecast.{name}", handle)


def _band_handler(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain_band(name, user, params, now)

    formulae.register(f"forecast.{name}", handle)


def register() -> None:
    for name in MARGIN_LABELS:
        _handler(name)
    for name in BAND_LABELS:
        _band_handler(name)
