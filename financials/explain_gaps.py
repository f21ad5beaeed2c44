"""How the changes beside the headline figures explain themselves, and the count of renewals: both sides of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse

from accounts.access import NOT_FOUND
from common.figures import Explanation, Figure, Input, UnknownFigure, formulae
from common.money import ratio
from common.periods import Month, month_label, months_between, period_label
from financials.explain_forecast import asked_months, asked_scope
from financials.figures import definition_of, forecast_figure, gap_figure, pnl_figure, renewals_figure
from financials.queries.basis import Basis, load_basis
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest, Scenario
from financials.queries.pnl_rows import gap
from financials.queries.renewals import renewals_ahead
from financials.queries.targets import target_of
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
FORMULAE: Final = {
    "forecast.gap": "forecast − budget",
    "revenue.on_target": "actual − target",
    "revenue.growth": "(actual − prior year) ÷ prior year",
}
MEANING: Final = {
    "forecast.gap": "forecast_against_budget",
    "revenue.on_target": "on_target",
    "revenue.growth": "growth_on_last_year",
}
"""Headings of the definitions."""
_LONGEST: Final = 730
_LISTED: Final = 24


def _net(user: User, scenario: Scenario, first: Month, last: Month, client: str, basis: Basis) -> Decimal | None:
    request = PnlRequest(first=first, last=last, client=client, scenario=scenario)
    result = load_pnl(user, request, now=basis.as_of, basis=basis, tie=False)
    return result.total.values["net_revenue"] if result.total else None


def _link(figure: Figure) -> str:
    return reverse("figure", args=[figure.id])


def _said(
    user: User, params: Mapping[str, str], basis: Basis, figure: Figure, inputs: tuple[Input, ...]
) -> Explanation:
    first, last = asked_months(params)
    name = figure.id.partition(":")[0]
    return Explanation(
        figure=figure,
        scope=asked_scope(user, params),
        formula=FORMULAE[name],
        formula_id=name,
        formula_version=VERSION,
        inputs=inputs,
        as_of=basis.as_of,
        period=f"{period_label(first, last)}, closed to {month_label(basis.through)}",
        definition=definition_of(MEANING[name]),
    )


def _asked(user: User, params: Mapping[str, str], now: datetime) -> tuple[Basis, Month, Month, str]:
    """Raises Http404 where this person sees no money, or not this client."""
    if params.get("currency"):
        raise UnknownFigure("these are in the reader's own currency")
    first, last = asked_months(params)
    asked_scope(user, params)
    return load_basis(user, now=now), first, last, params.get("client", "")


def explain_forecast_gap(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    basis, first, last, client = _asked(user, params, now)
    forecast, budget = (_net(user, name, first, last, client, basis) for name in ("forecast", "budget"))
    months = [first, last]
    inputs = (
        Input(
            "Forecast", forecast, basis.currency,
            url=_link(forecast_figure(forecast, basis, first=first, last=last, client=client)),
        ),
        Input(
            f"Budget {basis.budget_version}".strip(), budget, basis.currency, "−",
            url=_link(pnl_figure("net_revenue", budget, basis, months=months, client=client, scenario="budget")),
        ),
    )  # fmt: skip
    value = gap("net_revenue", forecast, budget)
    figure = gap_figure("forecast.gap", value, basis.currency, months=[first, last], client=client)
    return _said(user, params, basis, figure, inputs)


def explain_growth(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    basis, first, last, client = _asked(user, params, now)
    actual, prior = (_net(user, name, first, last, client, basis) for name in ("actual", "prior_year"))
    moved = gap("net_revenue", actual, prior)
    links = [
        _link(pnl_figure("net_revenue", None, basis, months=[first, last], client=client, scenario=name))
        for name in ("actual", "prior_year")
    ]
    inputs = (
        Input("Actual", actual, basis.currency, url=links[0]),
        Input("Prior year", prior, basis.currency, "−", url=links[1]),
        Input("Prior year", prior, basis.currency, "÷", url=links[1]),
    )
    value = None if moved is None else ratio(moved, prior)
    figure = gap_figure("revenue.growth", value, "ratio", months=[first, last], client=client)
    return _said(user, params, basis, figure, inputs)


def explain_target_gap(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.get("client"):
        raise UnknownFigure("a target's figure is over all clients")
    basis, first, last, _ = _asked(user, params, now)
    actual = _net(user, "actual", first, last, "", basis)
    target = target_of(user, basis, months_between(first, last))
    inputs = (
        Input(
            "Actual", actual, basis.currency,
            url=_link(pnl_figure("net_revenue", actual, basis, months=[first, last])),
        ),
        Input(
            "Your target" if target.own else "Targets of your clients", target.amount, basis.currency, "−",
            rows=target.rows,
        ),
    )  # fmt: skip
    figure = gap_figure(
        "revenue.on_target", gap("net_revenue", actual, target.amount), basis.currency, months=[first, last]
    )
    return _said(user, params, basis, figure, inputs)


def explain_renewals(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    days = params.get("days", "")
    if params.keys() != {"days"} or not days.isascii() or not days.isdecimal() or not 0 < int(days[:5]) <= _LONGEST:
        raise UnknownFigure("days is a number of days")
    if not abilities_of(user).see_contracts:
        raise Http404(NOT_FOUND)
    rows = renewals_ahead(user, today=now.date(), days=int(days))
    inputs = [
        Input(
            f"{row.client_name}, {row.number}: {row.next_label[0].lower()}{row.next_label[1:]}", 1, "count", "+",
            url=reverse("contract", args=[row.number]),
        )
        for row in rows[:_LISTED]
    ]  # fmt: skip
    if len(rows) > _LISTED:
        inputs.append(Input("Others", len(rows) - _LISTED, "count", "+"))
    return Explanation(
        figure=renewals_figure(len(rows), int(days)),
        scope="All your clients",
        formula=f"contracts in force whose notice, or term without one, ends within {days} days or did in the last 60",
        formula_id="renewals.count",
        formula_version=VERSION,
        inputs=tuple(inputs),
        as_of=now,
        rows_url=reverse("contract_list"),
        definition=definition_of("renewals_ahead"),
    )


def register() -> None:
    formulae.register("forecast.gap", explain_forecast_gap)
    formulae.register("revenue.growth", explain_growth)
    formulae.register("revenue.on_target", explain_target_gap)
    formulae.register("renewals.count", explain_renewals)
