"""Explanations of what own history says of open deals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from accounts.access import get_opportunity_for
from accounts.calc.win_rates import AGES, calibration
from accounts.models import Opportunity, Outcome
from accounts.queries.deal_page import chance_figure
from accounts.queries.hygiene import with_since
from accounts.queries.odds import load_odds
from accounts.queries.odds_page import bin_figure
from accounts.queries.win_rates import MONTHS, load_passages, load_win_rates
from common.figures import Explanation, Figure, Input, UnknownFigure, figure_id, formulae
from common.formats import plural
from common.odds import ENOUGH, STRENGTH
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


def _explain(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """A rate of a stage, at an age of AGES. The rows are those in sight; the rate counts all the company's."""
    stage, age = params.get("stage", ""), params.get("age", "0")
    if params.keys() - {"stage", "age"} or not stage or age not in {str(one) for one in AGES}:
        raise UnknownFigure("pipeline.win_rate")
    if not abilities_of(user).see_relationships:
        raise UnknownFigure("pipeline.win_rate")
    rates = load_win_rates(now.date()).by_stage.get(stage.casefold(), ())
    rate = next((one for one in rates if one.age == int(age)), None)
    if rate is None:
        raise UnknownFigure(stage)
    scope = f"Stage {stage}" if not rate.age else f"Stage {stage}, there for {rate.age} days or more"
    leaning = "Stated for the stage" if not rate.age else "The rate at the age below"
    query = urlencode({"outcome": "won"})
    notes = [] if rate.own else [f"Fewer than {ENOUGH} closed deals: mostly the default, marked with *."]
    return Explanation(
        figure=Figure(
            figure_id("pipeline.win_rate", **dict(params)), "Won from here, own history", rate.value, "ratio"
        ),
        scope=scope,
        formula=f"(won + {STRENGTH} × what it leans on) ÷ (closed deals + {STRENGTH})",
        formula_id="pipeline.win_rate",
        formula_version=1,
        inputs=(
            Input("Won", rate.won, "count", "", None, f"{reverse('pipeline')}?{query}"),
            Input(leaning, rate.prior, "ratio", "×"),
            Input("Closed deals that were at it", rate.deals, "count", "÷"),
        ),
        as_of=now,
        period=f"Closed within {MONTHS} months",
        rows_url=reverse("pipeline_odds"),
        definition="Each deal counts once for a stage it was at, all of the company's deals, in your sight or not.",
        notes=tuple(notes),
    )


def _explain_at_stage(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """How many closed deals were at a stage."""
    if params.keys() != {"stage"} or not abilities_of(user).see_relationships:
        raise UnknownFigure("pipeline.closed_at_stage")
    rates = load_win_rates(now.date()).by_stage.get(params["stage"].casefold(), ())
    if not rates:
        raise UnknownFigure(params["stage"])
    won, deals = rates[0].won, rates[0].deals
    return _counted(
        Figure(figure_id("pipeline.closed_at_stage", stage=params["stage"]), "Closed deals", deals, "count"),
        f"Stage {params['stage']}",
        (Input("Won", won, "count"), Input("Lost", deals - won, "count", "+")),
        now,
    )


def _explain_bin(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """Of one fifth of the probabilities that deals carried as they left a stage. name: closed or won."""
    if params.keys() != {"low"} or not abilities_of(user).see_relationships:
        raise UnknownFigure(f"pipeline.stated_{name}")
    one = next((one for one in calibration(load_passages(now.date())) if f"{one.low:.2f}" == params["low"]), None)
    if one is None:
        raise UnknownFigure(params["low"])
    lost = one.deals - one.won
    inputs = {
        "closed": (Input("Won", one.won, "count"), Input("Lost", lost, "count", "+")),
        "won": (Input("Closed deals", one.deals, "count"), Input("Lost", lost, "count", "−")),
    }[name]
    return _counted(bin_figure(name, one), f"Stated at {one.low:.0%} to {one.high:.0%}", inputs, now)


def _counted(figure: Figure, scope: str, inputs: tuple[Input, ...], now: datetime) -> Explanation:
    return Explanation(
        figure=figure,
        scope=scope,
        formula="closed deals that were at it, each once a stage" if figure.label != "Won" else "closed deals − lost",
        formula_id=figure.id.partition(":")[0],
        formula_version=1,
        inputs=inputs,
        as_of=now,
        period=f"Closed within {MONTHS} months",
        rows_url=reverse("pipeline_odds"),
        definition="Each deal counts once for a stage it was at, all of the company's deals, in your sight or not.",
    )


def _explain_closed(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    return _explain_bin("closed", user, params, now)


def _explain_won(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    return _explain_bin("won", user, params, now)


def _explain_chance(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """What the forecast counts an open deal at, and why."""
    if params.keys() != {"deal"}:
        raise UnknownFigure("pipeline.chance")
    seen = get_opportunity_for(user, params["deal"])
    deal = with_since(Opportunity.objects.filter(pk=seen.pk)).get()
    if deal.outcome != Outcome.OPEN:
        raise UnknownFigure(deal.key)
    rate = load_odds(now.date()).rate_of(deal, now.date())
    figure = chance_figure(deal, rate)
    if rate is None or not rate.own:
        closed = plural(rate.deals, "closed deal") if rate else "No closed deal"
        formula, inputs = "the probability stated of the deal", [Input("Stated", deal.probability, "ratio")]
        notes = [f"{closed} of our own at {deal.stage}: from {ENOUGH} on, own history counts."]
    else:
        formula = "odds stated × odds won ÷ odds usually carried, as a probability"
        inputs = [
            Input("Stated of this deal", deal.probability, "ratio", "", None),
            Input(
                f"Won from {deal.stage}, own history", rate.value, "ratio", "×", rate.deals, reverse("pipeline_odds")
            ),
            Input("What those deals carried", rate.usual, "ratio", "÷"),
        ]
        notes = ["A deal that carries what deals at its stage usually carry counts at own history."]
    return Explanation(
        figure=figure,
        scope=deal.name,
        formula=formula,
        formula_id="pipeline.chance",
        formula_version=1,
        inputs=tuple(inputs),
        as_of=now,
        period=f"Own history of {MONTHS} months",
        rows_url=reverse("pipeline_odds"),
        definition="Odds are probability ÷ (1 − probability). See Help, Probability in the forecast.",
        notes=tuple(notes),
    )


def register() -> None:
    formulae.register("pipeline.win_rate", _explain)
    formulae.register("pipeline.chance", _explain_chance)
    formulae.register("pipeline.closed_at_stage", _explain_at_stage)
    formulae.register("pipeline.stated_closed", _explain_closed)
    formulae.register("pipeline.stated_won", _explain_won)
