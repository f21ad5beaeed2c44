"""How forecast figures explain themselves: by layer, and each layer by what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import NOT_FOUND, clients_for, get_client_for
from accounts.models import Outcome
from common.figures import Explanation, Figure, Input, Point, UnknownFigure, formulae
from common.formats import plural, ratio
from common.money import ZERO, is_currency
from common.periods import InvalidPeriod, Month, month_add, month_label, parse_month, period_label
from financials.calc.forecast import CATEGORIES, Opportunity
from financials.figures import EDGE_LABELS, LAYER_LABELS, band_figure, definition_of, forecast_figure, unpriced_figure
from financials.queries.bands import load_bands, span_ahead
from financials.queries.basis import load_basis
from financials.queries.cells import Cell, load_cells, load_missing
from financials.queries.forecast import LAYERS, Runs, cut_of, layers_by_month, load_runs, total_of
from financials.queries.weighed_deals import load_weighed
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 5
FORMULA: Final = "recognised + contracted + renewal + commit + best case + pipeline + run-rate + override"
LAYER_FORMULAE: Final = {
    "recognised": "net revenue in the ledger, to the open month",
    "contracted": "signed schedule of later months; of the open month max(0, schedule − recognised)",
    "renewal": "Σ amount of the term × (1 + uplift) × probability, straight line from the day after the term",
    "commit": "Σ amount × what each commit deal counts at, straight line over the delivery",
    "best_case": "Σ amount × what each best-case deal counts at, straight line over the delivery",
    "pipeline": "Σ amount × what each other open deal counts at, straight line over the delivery",
    "run_rate": "closed months beyond contracts, carried on by a statistical model + deals not opened yet",
    "override": "the figure a person gave − what the other layers come to",
}
BEYOND: Final[dict[str | None, str]] = {None: "Closed months beyond contracts", "unopened": "Deals not opened yet"}
_SHOWN: Final = 12


def asked_months(params: Mapping[str, str]) -> tuple[Month, Month]:
    if params.keys() - {"client", "owner", "from", "to", "currency"}:
        raise UnknownFigure("unknown parameter")
    if params.get("currency") and not is_currency(params["currency"]):
        raise UnknownFigure(params["currency"])
    try:
        first, last = parse_month(params["from"]), parse_month(params["to"])
    except (KeyError, InvalidPeriod):
        raise UnknownFigure("from and to are months") from None
    if first > last or last.year - first.year > 20:
        raise UnknownFigure("from comes after to")
    return first, last


def asked_scope(user: User, params: Mapping[str, str]) -> str:
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    if params.get("client"):
        return get_client_for(user, params["client"]).name
    if owner := params.get("owner"):
        name = clients_for(user).filter(owner__email=owner).order_by().values_list("owner__name", flat=True).first()
        if name is None:
            raise Http404(NOT_FOUND)
        return f"Your clients of {name}"
    return "All your clients"


def explain_layers(layer: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """layer "" is the whole forecast."""
    (first, last), scope = asked_months(params), asked_scope(user, params)
    client, owner = params.get("client", ""), params.get("owner", "")
    basis = load_basis(user, now=now, currency=params.get("currency", ""))
    cut = cut_of(user, client, first, last, owner)
    deals = load_weighed(client) if client and layer in CATEGORIES else {}
    group = "opportunity" if deals else _group(layer, client)
    cells = [c for c in load_cells("layers", basis, cut, (group,) if group else ()) if layer in ("", c.line)]
    runs = load_runs(user, client, owner)
    missing = any(cell.missing for cell in cells)
    value = None if missing or not cells else sum((cell.amount for cell in cells), ZERO)
    gaps = sorted(load_missing("layers", basis, cut)) if missing else ()
    notes = [f"No {code}/{basis.currency} rate for {month_label(month)}" for code, month in gaps]
    if runs.unpriced and layer in ("", "pipeline"):
        notes.append(f"{runs.unpriced} open deals without amount or probability are counted, in no sum")
    notes += _unsaid(runs, client, layer)
    if layer in CATEGORIES:
        notes.append(_odds_note(deals, runs.own_odds))
    return Explanation(
        figure=forecast_figure(
            value,
            basis,
            first=first,
            last=last,
            client=client,
            owner=owner,
            layer=layer,
            currency=params.get("currency", ""),
        ),
        scope=scope,
        formula=LAYER_FORMULAE[layer] if layer else FORMULA,
        formula_id=f"forecast.{layer or 'total'}",
        formula_version=VERSION,
        inputs=tuple(
            _by_part(cells, basis.currency, deals, BEYOND if group == "unopened" else {})
            if layer
            else _by_layer(cells, basis.currency)
        ),
        as_of=runs.computed_at or basis.as_of,
        run=runs.label.capitalize(),
        period=f"{period_label(first, last)}, closed to {month_label(basis.through)}",
        series=_series(user, params, layer, now, last),
        series_label="Twelve months",
        rows_url=page_of(client, owner),
        rows_count=sum(cell.entries for cell in cells),
        definition=definition_of({"": "forecast"}.get(layer, "pipeline_layers" if layer in CATEGORIES else layer)),
        notes=tuple(notes),
    )


def _group(layer: str, client: str) -> str:
    """What a layer's parts are."""
    if not layer or not client:
        return "client" if layer else ""
    return "unopened" if layer == "run_rate" else "contract"


def page_of(client: str, owner: str) -> str:
    """Where the figures stand."""
    chosen = {name: value for name, value in (("client", client), ("owner", owner)) if value}
    return reverse("forecast") + (f"?{urlencode(chosen)}" if chosen else "")


def _by_layer(cells: list[Cell], currency: str) -> list[Input]:
    found = {cell.line: cell for cell in cells}
    return [
        Input(
            LAYER_LABELS[layer],
            None if found[layer].missing else found[layer].amount,
            currency,
            "+",
            rows=found[layer].entries,
        )
        for layer in LAYERS
        if layer in found
    ]


def _unsaid(runs: Runs, client: str, layer: str) -> list[str]:
    """Whose run-rate or renewals are left out, and why."""
    notes = []
    if runs.departed and layer in ("", "renewal", "run_rate"):
        who = "This client is" if client else "1 client is" if runs.departed == 1 else f"{runs.departed} clients are"
        notes.append(
            f"{who} lost: what is signed and open deals count; beyond signed work nothing is carried on or renewed"
        )
    if runs.short and layer in ("", "run_rate"):
        who = "This client has" if client else "1 client has" if runs.short == 1 else f"{runs.short} clients have"
        notes.append(f"{who} under six closed months of history: no run-rate is known")
    return notes


def _odds_note(deals: Mapping[str, Opportunity], own: int) -> str:
    """How many of the deals count at own history; deals: of one client, where it is asked for."""
    if deals:
        told = sum(1 for deal in deals.values() if deal.own is not None)
        return (
            f"{told} of {plural(len(deals), 'deal')} of this client in a layer count at own history, the rest as stated"
        )
    if not own:
        return "Every deal counts as stated: no stage has twenty closed deals of our own yet"
    return f"{plural(own, 'deal')} of all categories count at what own history says of their stage, the rest as stated"


def _named(key: str | None, deals: Mapping[str, Opportunity]) -> tuple[str, str]:
    """A part's words and address: a deal with what it counts at, or a contract's number."""
    deal = deals.get(key or "")
    if deal is None:
        return key or "Not under a contract", ""
    where = reverse("opportunity", args=[deal.key])
    if deal.own is None:
        return f"{deal.key}, {ratio(deal.chance, 0)} as stated", where
    return f"{deal.key}, {ratio(deal.chance)} by own history, stated {ratio(deal.probability, 0)}", where


def _by_part(
    cells: list[Cell], currency: str, deals: Mapping[str, Opportunity], words_of: Mapping[str | None, str]
) -> list[Input]:
    """The largest contributors, the rest together."""
    ordered = sorted(cells, key=lambda cell: (-abs(cell.amount), cell.group[0] or ""))
    inputs = []
    for cell in ordered[:_SHOWN]:
        words, url = (words_of[cell.group[0]], "") if words_of else _named(cell.group[0], deals)
        inputs.append(Input(words, cell.amount, currency, "+", rows=cell.entries, url=url))
    rest = ordered[_SHOWN:]
    if rest:
        amount = sum((cell.amount for cell in rest), ZERO)
        inputs.append(Input(f"{len(rest)} others", amount, currency, "+", rows=sum(cell.entries for cell in rest)))
    return inputs


def _series(user: User, params: Mapping[str, str], layer: str, now: datetime, last: Month) -> tuple[Point, ...]:
    basis = load_basis(user, now=now, currency=params.get("currency", ""))
    first = month_add(last, -11)
    months = layers_by_month(basis, cut_of(user, params.get("client", ""), first, last, params.get("owner", "")))

    def value(month: Month) -> Decimal | None:
        layers = months.get(month)
        if layers is None:
            return None
        return layers.get(layer, ZERO) if layer else total_of(layers)

    return tuple(Point(month_label(month), value(month)) for month in (month_add(first, n) for n in range(12)))


def explain_band(edge: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """An edge of the band: what the layers come to, and how far the trials lie from it."""
    (first, last), scope = asked_months(params), asked_scope(user, params)
    client, owner, currency = (params.get(name, "") for name in ("client", "owner", "currency"))
    basis = load_basis(user, now=now, currency=currency)
    cut = cut_of(user, client, first, last, owner)
    cells = load_cells("layers", basis, cut, ())
    missing = any(cell.missing for cell in cells)
    total = None if missing or not cells else sum((cell.amount for cell in cells), ZERO)
    span = span_ahead(first, last, basis)
    bands = load_bands(basis, cut, (), [span] if span else [])
    reach = bands.reach((), span)
    edges = dict(zip(EDGE_LABELS, reach.around(total), strict=True)) if reach else dict.fromkeys(EDGE_LABELS)
    value, runs = edges[edge], load_runs(user, client, owner)
    notes = ["Percentiles of several clients are not the sum of theirs: their spreads add up as squares."]
    if value is None:
        notes.append("The band of these months is not known: it is simulated after the run, or no rate is there.")
    return Explanation(
        figure=band_figure(edge, value, basis, first=first, last=last, client=client, owner=owner, currency=currency),
        scope=scope,
        formula=f"Σ layers + {EDGE_LABELS[edge]} of 10,000 trials less the layers",
        formula_id=f"forecast.{edge}",
        formula_version=VERSION,
        inputs=(
            Input("Σ layers", total, basis.currency, "+", rows=sum(cell.entries for cell in cells)),
            Input("Trials less layers", None if value is None or total is None else value - total, basis.currency, "+"),
        ),
        as_of=bands.as_of or runs.computed_at or basis.as_of,
        run=runs.label.capitalize(),
        period=f"{period_label(first, last)}, closed to {month_label(basis.through)}",
        series=(),
        series_label="",
        rows_url=page_of(client, owner),
        rows_count=runs.count,
        definition=definition_of("band"),
        notes=tuple(notes),
    )


def explain_unpriced(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.keys() - {"client", "owner"}:
        raise UnknownFigure("unknown parameter")
    scope, client, owner = asked_scope(user, params), params.get("client", ""), params.get("owner", "")
    runs = load_runs(user, client, owner)
    figure: Figure = unpriced_figure(runs.unpriced, client, owner)
    chosen = {"client": client} if client else {"owner": owner} if owner else {}
    listing = {"outcome": Outcome.OPEN.value, **chosen}
    return Explanation(
        figure=figure,
        scope=scope,
        formula="open deals without amount or probability, when the forecast last ran",
        formula_id="forecast.unpriced",
        formula_version=VERSION,
        inputs=(Input("Open deals left out", runs.unpriced, "count", rows=runs.unpriced),),
        as_of=runs.computed_at or now,
        run=runs.label.capitalize(),
        rows_url=f"{reverse('pipeline')}?{urlencode(listing)}",
        rows_count=runs.unpriced,
        definition=definition_of("unpriced"),
    )


def _handler(layer: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain_layers(layer, user, params, now)

    formulae.register(f"forecast.{layer or 'total'}", handle)


def _edge_handler(edge: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain_band(edge, user, params, now)

    formulae.register(f"forecast.{edge}", handle)


def register() -> None:
    for layer in ("", *LAYERS):
        _handler(layer)
    for edge in EDGE_LABELS:
        _edge_handler(edge)
    formulae.register("forecast.unpriced", explain_unpriced)
