"""How the gap between a plan's year and the forecast explains itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import reverse

from accounts.access import NOT_FOUND, get_client_for
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.periods import month_label
from financials.figures import definition_of
from financials.queries.plan_targets import load_targets
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


def _gap(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    can = abilities_of(user)
    if params.keys() != {"client", "year"} or not (can.see_money and can.see_relationships):
        raise UnknownFigure("plan.gap")
    client = get_client_for(user, params["client"])
    page = load_targets(user, client, now)
    row = next((row for row in page.rows if str(row.year) == params["year"]), None)
    if row is None:
        raise Http404(NOT_FOUND)
    back = f"{reverse('plan_measures', args=[client.key])}#{row.anchor}"
    notes = [f"The forecast reaches to {month_label(page.reach)}."]
    if not row.whole:
        notes.append(f"{row.months} of the year's 12 months are forecast, so no gap is given.")
    return Explanation(
        figure=row.gap,
        scope=client.name,
        formula="forecast − target",
        formula_id="plan.gap",
        formula_version=1,
        inputs=(
            Input("Forecast net revenue", row.forecast.value, page.basis.currency, "", url=_link(row.forecast.id)),
            Input("Target of the plan", row.target.value, page.basis.currency, "−", url=back),
            Input("Of the forecast, recognised or signed", row.signed, page.basis.currency, ""),
        ),
        as_of=now,
        period=f"{month_label(date(row.year, 1, 1))} to {month_label(date(row.year, 12, 1))}",
        rows_url=back,
        definition=definition_of("plan_gap"),
        notes=tuple(notes),
    )


def _link(figure: str) -> str:
    return reverse("figure", args=[figure])


def register() -> None:
    formulae.register("plan.gap", _gap)
