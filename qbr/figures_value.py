"""Explanations of what our work is worth: signed benefit, cost, return, payback, net present value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.access import get_client_for
from common.figures import Explain, Explanation, Figure, Input, UnknownFigure, formulae
from common.formats import month
from people.access import abilities_of
from qbr.calc.value import by_year
from qbr.queries.value import ValuePage, load_value

if TYPE_CHECKING:
    from people.models import User

_FORMULAE = {
    "signed": "Σ confirmed amounts of benefits that are hard",
    "cost": "fees + what the client spent besides",
    "roi": "(signed benefit − cost) ÷ cost",
    "payback": "months from the first cost until signed benefits have covered all costs so far",
    "npv": "Σ (benefit − cost of a year) ÷ (1 + rate)^year, the first twelve months as they are",
}


def _inputs(name: str, page: ValuePage, url: str) -> tuple[Input, ...]:
    made, money = page.made, page.currency
    if name == "signed":
        return tuple(
            Input(row.title, row.confirmed, row.currency, "+", None, row.url)
            for row in page.rows
            if row.confirmed is not None and row.kind == "Hard"
        )
    if name == "cost":
        spent = Input("Spent besides", made.spent, money, "+", len(page.costs), f"{url}#costs")
        return (Input("Fees, net revenue of the same months", made.fees, money, "+"), spent)
    if name == "npv":
        flows = by_year(made.benefits, made.costs)
        years = tuple(Input(f"Year {at + 1}, benefit less cost", flow, money, "+") for at, flow in enumerate(flows))
        return (*years, Input("Rate a year", page.rate, "ratio"))
    return (Input("Signed benefit", made.signed, money), Input("Cost", made.cost, money, "−"))


def _explain(name: str) -> Explain:
    def explained(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        formula = f"value.{name}"
        if params.keys() != {"client"} or not abilities_of(user).see_reviews:
            raise UnknownFigure(formula)
        client = get_client_for(user, params["client"])
        page, url = load_value(user, client, now=now), reverse("client_value", args=[client.key])
        figure: Figure = getattr(page, name)
        made = page.made
        return Explanation(
            figure=figure,
            scope=client.name,
            formula=_FORMULAE[name],
            formula_id=formula,
            formula_version=1,
            inputs=_inputs(name, page, url),
            as_of=now,
            period=f"{month(made.first)} to {month(made.last)}" if made.first else "",
            rows_url=url,
            rows_count=len(page.rows),
            definition="Only what is hard and was confirmed by the client counts; each month at its own average rate.",
        )

    return explained


def register() -> None:
    for name in _FORMULAE:
        formulae.register(f"value.{name}", _explain(name))
