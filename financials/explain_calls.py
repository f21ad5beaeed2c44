"""How the figures of people's calls explain themselves: the calls, the forecast beside each, and what came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse

from accounts.access import NOT_FOUND
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.periods import month_label
from financials.figures import definition_of
from financials.figures_accuracy import call_figure
from financials.queries.call_scores import load_call_scores
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

FORMULAE: Final = {
    "wape": "Σ|call − what came| ÷ Σ|what came|",
    "bias": "Σ(call − what came) ÷ Σ what came",
    "value_added": "error of the forecast on the day − error of the call",
    "calls": "calls of a year that is closed, held against what came",
}


def _explain(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.keys() != {"person", "currency"} or not abilities_of(user).see_money:
        raise UnknownFigure("calls")
    found = load_call_scores(user, now=now, person=params["person"])
    one = next((row for row in found.people if row.currency == params["currency"]), None)
    if one is None:
        raise Http404(NOT_FOUND)
    score, currency = one.score, one.currency
    sums: dict[str, tuple[tuple[str, Decimal, str], ...]] = {
        "wape": (("Σ|call − came|", score.missed, ""), ("Σ|came|", score.size, "÷")),
        "bias": (("Σ(call − came)", score.signed, ""), ("Σ came", score.came, "÷")),
        "value_added": (
            ("Σ|forecast then − came|", score.before, ""), ("Σ|call − came|", score.missed, "−"),
            ("Σ|came|", score.size, "÷"),
        ),
        "calls": (),
    }  # fmt: skip
    values = {"wape": score.wape, "bias": score.bias, "value_added": score.added, "calls": score.n}
    notes = tuple(
        f"{outcome.call.year}, called {outcome.call.made_at:%Y-%m-%d}: {outcome.call.amount:,.0f} against "
        f"{held.system:,.0f} by the forecast; {held.came:,.0f} came"
        for outcome in found.outcomes
        if outcome.call.currency == currency and (held := outcome.held)
    )
    left_out = f"{one.unknown} more could not be held: a rate, the forecast then or a client is unknown to you"
    return Explanation(
        figure=call_figure(name, values[name], one.email, currency),
        scope=f"Calls of a year by {one.name}, years that are closed",
        formula=FORMULAE[name],
        formula_id=f"calls.{name}",
        formula_version=1,
        inputs=tuple(Input(label, amount, currency, sign, rows=score.n) for label, amount, sign in sums[name]),
        as_of=now,
        run="Ledger",
        period=f"Closed to {month_label(found.through)}",
        rows_url=f"{reverse('forecast_accuracy')}#calls",
        rows_count=score.n,
        definition=definition_of("forecast_value_added" if name == "value_added" else "forecast_accuracy"),
        notes=(*notes, *([left_out] if one.unknown else [])),
    )


def _register(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return _explain(name, user, params, now)

    formulae.register(f"calls.{name}", handle)


def register() -> None:
    for name in FORMULAE:
        _register(name)
