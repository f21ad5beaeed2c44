"""How calls, risks and what-ifs explain themselves: what was said, what a term's end may cost, what a step does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse

from accounts.access import NOT_FOUND, get_opportunity_for
from common.figures import Explanation, Figure, Input, UnknownFigure, formulae
from common.formats import day, moment
from common.money import ZERO
from common.periods import InvalidPeriod, month_label, parse_month, period_label
from financials.access import calls_for, get_contract_for, get_scenario_for
from financials.figures import definition_of
from financials.figures_pack import call_figure, risk_figure, scenario_figure
from financials.models import ForecastCall
from financials.queries.basis import load_basis
from financials.queries.pack import load_pack_risks
from financials.queries.renewals import renewals_ahead
from financials.queries.scenarios import ScenarioTold, Told, load_scenarios
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
_FAR: Final = 5 * 366


def _number(params: Mapping[str, str], name: str) -> int:
    text = params.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise UnknownFigure(f"{name} is a number")
    return int(text)


def _readers_of_money(user: User) -> None:
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)


def _call(user: User, params: Mapping[str, str]) -> ForecastCall:
    if params.keys() != {"call"}:
        raise UnknownFigure("a call's figure names its call")
    found = calls_for(user).filter(pk=_number(params, "call")).select_related("person").first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def _explain_call(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    one = _call(user, params)
    inputs = [Input("Forecast when it was made", one.system, one.currency)]
    if one.system is not None:
        inputs.append(Input("Called beyond it", one.amount - one.system, one.currency, "+"))
    return _of_call(one, "amount", one.amount, "what the person called, in full", inputs, now)


def _explain_then(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    one = _call(user, params)
    inputs = [Input("Σ layers, clients then in the caller's sight", one.system, one.currency)]
    return _of_call(one, "then", one.system, "the forecast as it stood when the call was made", inputs, now)


def _of_call(
    one: ForecastCall, name: str, value: Decimal | None, formula: str, inputs: list[Input], now: datetime
) -> Explanation:
    return Explanation(
        figure=call_figure(name, value, one.pk, one.currency),
        scope=f"{one.person.name}, {one.get_level_display().lower()}: {one.year}",
        formula=formula,
        formula_id=f"call.{name}",
        formula_version=VERSION,
        inputs=tuple(inputs),
        as_of=one.made_at,
        period=f"Net revenue of {one.year}, called {moment(one.made_at)}",
        rows_url=reverse("forecast_pack"),
        rows_count=len(one.client_ids),
        definition=definition_of("forecast_call"),
        notes=tuple(filter(None, (one.reason, f"Asked: {one.asks}" if one.asks else ""))),
    )


def _explain_left(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """Contribution and margin of the call that stands."""
    if params:
        raise UnknownFigure("the call that stands takes no parameter")
    _readers_of_money(user)
    found = load_pack_risks(user, now=now)
    margin = found.margin
    if margin.call.value is None:
        raise UnknownFigure("no call stands")
    beyond = [
        Input("Contribution of the forecast", margin.contribution.value, found.currency),
        Input("Called beyond the forecast, net revenue", margin.beyond, found.currency, "+"),
        Input("Margin of what is ahead", margin.ahead, "ratio", "×"),
    ]
    of_margin = [
        Input("Contribution of the call", margin.call.value, found.currency),
        Input("The call, net revenue", margin.called, found.currency, "÷"),
    ]
    return Explanation(
        figure=margin.call if name == "contribution" else margin.call_margin,
        scope="The call that stands",
        formula="contribution of the forecast + (call − forecast) × margin of what is ahead"
        if name == "contribution"
        else "contribution of the call ÷ the call",
        formula_id=f"call.{name}",
        formula_version=VERSION,
        inputs=tuple(beyond if name == "contribution" else of_margin),
        as_of=now,
        rows_url=reverse("forecast_margin"),
        definition=definition_of("forecast_margin"),
    )


def _explain_risk(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """What the end of a term may cost, or a commit deal whose day has passed."""
    _readers_of_money(user)
    basis = load_basis(user, now=now, newest_entry=False)
    if params.keys() == {"contract"}:
        contract = get_contract_for(user, params["contract"])
        ahead = renewals_ahead(user, today=now.date(), days=_FAR, basis=basis, client_id=contract.client_id)
        row = next((one for one in ahead if one.pk == contract.pk), None)
        if row is None:
            raise UnknownFigure(contract.number)
        figure = risk_figure(row.at_risk, basis.currency, contract=contract.number)
        inputs = [
            Input("Fee of the term, newest rate", row.amount_reporting, basis.currency),
            Input("Chance that it ends", None if row.probability is None else 1 - row.probability, "ratio", "×"),
        ]
        own = "the contract's own" if row.own is not None else "the default of its kind"
        return _risk(
            figure, f"{row.client_name}: {row.title}", "fee × (1 − probability of renewal)", inputs, now,
            reverse("contract", args=[row.number]), f"The term ends {day(row.ends_on)}; the probability is {own}.",
        )  # fmt: skip
    if params.keys() != {"deal"}:
        raise UnknownFigure("a risk is of a contract or of a deal")
    deal = get_opportunity_for(user, params["deal"])
    rate = basis.rate(deal.currency, basis.through) if deal.currency else None
    value = None if deal.amount is None or rate is None else deal.amount * rate.value
    return _risk(
        risk_figure(value, basis.currency, deal=deal.key), f"{deal.client.name}: {deal.name}",
        "amount of the deal, at full value", [Input("Amount", deal.amount, deal.currency)], now,
        reverse("opportunity", args=[deal.key]), f"Commit, should have closed {day(deal.close_on)}.",
    )  # fmt: skip


def _risk(
    figure: Figure, scope: str, formula: str, inputs: list[Input], now: datetime, url: str, note: str
) -> Explanation:
    return Explanation(
        figure=figure, scope=scope, formula=formula, formula_id="risk.amount", formula_version=VERSION,
        inputs=tuple(inputs), as_of=now, rows_url=url, definition=definition_of("renewal"), notes=(note,),
    )  # fmt: skip


def _explain_scenario(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """name: revenue or profit. Of one step, one client or one month; all of it without."""
    if params.keys() - {"scenario", "step", "client", "month"} or len(params) > 2:
        raise UnknownFigure("scenario")
    scenario = get_scenario_for(user, _number(params, "scenario"))
    told = load_scenarios(user, [scenario], now=now)
    (one,) = told.scenarios
    revenue, profit, what = _effect(one, told, params)
    value, currency = (revenue if name == "revenue" else profit), told.basis.currency
    if name == "revenue":
        formula = "net revenue after the steps − the forecast that stands"
        inputs = _revenue_inputs(one, params, revenue, currency)
    else:
        formula = "change in net revenue − change in what it costs"
        cost = None if profit is None else revenue - profit
        inputs = [Input("Change in net revenue", revenue, currency), Input("Change in cost", cost, currency, "−")]
    known = () if value is not None else ("A cost it needs is not known, so neither is this.",)
    return Explanation(
        figure=scenario_figure(name, value, currency, scenario.pk, **params),
        scope=f"{scenario.name}: {what}",
        formula=formula,
        formula_id=f"scenario.{name}",
        formula_version=VERSION,
        inputs=tuple(inputs),
        as_of=now,
        period=period_label(told.first, told.last),
        rows_url=reverse("scenario", args=[scenario.pk]),
        definition=definition_of("scenarios"),
        notes=known,
    )


def _effect(one: ScenarioTold, told: Told, params: Mapping[str, str]) -> tuple[Decimal, Decimal | None, str]:
    if "step" in params:
        number = _number(params, "step")
        if not 1 <= number <= len(one.steps):
            raise UnknownFigure(f"step {number}")
        step = one.steps[number - 1]
        return step.revenue, step.profit, step.words
    if "client" in params:
        effect = one.outcome.clients.get(params["client"])
        if effect is None:
            raise UnknownFigure(params["client"])
        return effect.revenue, effect.profit, told.names.get(params["client"], params["client"])
    if "month" in params:
        try:
            month = parse_month(params["month"])
        except InvalidPeriod:
            raise UnknownFigure(params["month"]) from None
        return one.outcome.months.get(month, ZERO), None, month_label(month)
    return one.change, one.profit, "all steps"


def _revenue_inputs(one: ScenarioTold, params: Mapping[str, str], revenue: Decimal, currency: str) -> list[Input]:
    if "step" in params:
        number = _number(params, "step")
        before = one.before + sum((step.revenue for step in one.steps[: number - 1]), ZERO)
        return [Input("After it", before + revenue, currency), Input("Before it", before, currency, "−")]
    if params.keys() == {"scenario"}:
        return [Input(step.words, step.revenue, currency, "+") for step in one.steps]
    return [Input("All steps together", revenue, currency)]


def register() -> None:
    several: dict[str, Callable[[User, Mapping[str, str], datetime], Explanation]] = {
        "call.amount": _explain_call,
        "call.then": _explain_then,
        "call.contribution": lambda user, params, now: _explain_left("contribution", user, params, now),
        "call.margin": lambda user, params, now: _explain_left("margin", user, params, now),
        "risk.amount": _explain_risk,
        "scenario.revenue": lambda user, params, now: _explain_scenario("revenue", user, params, now),
        "scenario.profit": lambda user, params, now: _explain_scenario("profit", user, params, now),
    }
    for name, handle in several.items():
        formulae.register(name, handle)
