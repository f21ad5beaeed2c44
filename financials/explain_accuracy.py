"""How the figures of the track record explain themselves: the sums they are ratios of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import NOT_FOUND, get_client_for
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.periods import month_label
from financials.figures import definition_of
from financials.figures_accuracy import ACCURACY_LABELS, accuracy_figure
from financials.queries.accuracy import (
    COST_LABELS,
    METHOD_LABELS,
    UP_TO_LABELS,
    AccuracyRequest,
    Asked,
    load_standing,
    load_sums,
)
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

FORMULAE: Final = {
    "wape": "Σ|forecast − actual| ÷ Σ|actual|",
    "bias": "Σ(forecast − actual) ÷ Σ actual",
    "coverage_80": "months inside the 80% band ÷ months with a band",
    "value_added": "off by before a person's change − off by after it",
    "months": "closed months, of each client and lead by itself, whose forecast was held against what came",
}
TERMS: Final = {
    "wape": "Known as WAPE: the weighted absolute percentage error",
    "bias": "Known as bias: errors up and down cancel out in it",
    "value_added": "Known as forecast value added: the difference of two WAPEs, in points",
}
_METHODS: Final = {**METHOD_LABELS, **{name: f"rate of cost, {text.lower()}" for name, text in COST_LABELS.items()}}
_PARAMS: Final = frozenset({"client", "owner", "source", "method", "lead", "layer", "person"})


def _explain(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    source, lead = params.get("source", ""), params.get("lead", "")
    known = not params.keys() - _PARAMS and source in ("kept", "backtest") and (not lead or lead.isdecimal())
    if not known or params.get("method", "ours") not in _METHODS or len(lead) > 3:
        raise UnknownFigure("accuracy")
    if params.get("layer") and params["layer"] not in UP_TO_LABELS:
        raise UnknownFigure("accuracy")
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    scope = get_client_for(user, params["client"]).name if params.get("client") else "All your clients"
    request = AccuracyRequest(source=source, client=params.get("client", ""), owner=params.get("owner", ""))
    asked = Asked(
        params.get("method", "ours"), params.get("layer", ""), params.get("person", ""), int(lead) if lead else None
    )
    sums = load_sums(user, request, source, asked)
    standing = load_standing(user, request)
    which = {key: value for key, value in params.items() if key != "source"}
    value = {
        "wape": sums.wape, "bias": sums.bias, "coverage_80": sums.coverage_80, "value_added": sums.added,
        "months": sums.n,
    }[name]  # fmt: skip
    lines = {
        "wape": ((("Σ|forecast − actual|", sums.missed, "")), ("Σ|actual|", sums.size, "÷")),
        "bias": ((("Σ(forecast − actual)", sums.signed, "")), ("Σ actual", sums.actual, "÷")),
        "value_added": (("Σ|before − actual|", sums.before, ""), ("Σ|after − actual|", sums.missed, "−"),
                        ("Σ|actual|", sums.size, "÷")),
    }.get(name, ())  # fmt: skip
    inputs = tuple(Input(label, amount, standing.currency, sign, rows=sums.n) for label, amount, sign in lines)
    if name == "coverage_80":
        inputs = (
            Input("Months inside", sums.inside, "count", ""), Input("Months with a band", sums.banded, "count", "÷")
        )  # fmt: skip
    if name == "months":
        inputs = (Input("Months held against what came", sums.n, "count"),)
    query = urlencode({k: v for k, v in (("client", request.client), ("source", source)) if v})
    return Explanation(
        figure=accuracy_figure(name, value, source, **which),
        scope=f"{scope}; {_words(asked)}",
        formula=FORMULAE[name],
        formula_id=f"accuracy.{name}",
        formula_version=1,
        inputs=inputs,
        as_of=standing.computed_at or now,
        run="Accuracy job",
        period=f"Closed to {month_label(standing.closed_through)}" if standing.closed_through else "",
        rows_url=f"{reverse('forecast_accuracy')}?{query}",
        rows_count=sums.n,
        definition=definition_of("forecast_value_added" if name == "value_added" else "forecast_accuracy"),
        notes=(
            *([TERMS[name]] if name in TERMS else []),
            "Amounts at one rate for each currency: exchange is no part of the error",
        ),
    )


def _words(asked: Asked) -> str:
    if asked.person:
        return f"months that {asked.person} changed"
    what = UP_TO_LABELS[asked.layer].lower() if asked.layer else _METHODS[asked.method].lower()
    return what + (f", {asked.lead} months ahead" if asked.lead else ", all leads")


def _register(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return _explain(name, user, params, now)

    formulae.register(f"accuracy.{name}", handle)


def register() -> None:
    for name in ACCURACY_LABELS:
        _register(name)
