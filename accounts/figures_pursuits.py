"""Explanations of coverage and of what pitches cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import PitchStatus
from accounts.queries.pursuits import PROSPECTS, load_pitches
from accounts.queries.rates import deal_rates
from accounts.queries.target_coverage import load_coverage
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.formats import day, plural
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


def _coverage(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params or not abilities_of(user).see_relationships:
        raise UnknownFigure("pipeline.coverage")
    rates = deal_rates(user, now.date())
    found = load_coverage(user, rates, now.date())
    deals = f"{reverse('pipeline')}?{urlencode({'sort': 'close'})}"
    won = f"{reverse('pipeline')}?{urlencode({'outcome': 'won', 'sort': '-close'})}"
    notes = []
    if found.reached:
        notes.append("The target is reached: there is nothing left to cover.")
    if found.target is None:
        notes.append("No bookings target is set for these months: load targets with the measure bookings.")
    if found.unconverted:
        notes.append(f"{plural(found.unconverted, 'row')} in a currency without a rate: the ratio is not given.")
    return Explanation(
        figure=found.figure,
        scope=f"Closing by {day(found.last)}",
        formula="Σ amount of open, priced deals that close by then ÷ (bookings target − won since the quarter began)",
        formula_id="pipeline.coverage",
        formula_version=1,
        inputs=(
            Input("Open, priced, not omitted", found.pipeline, found.currency, "", found.deals, deals),
            Input("Bookings target", found.target, found.currency, "÷ (", found.targets),
            Input("Won so far", found.won, found.currency, "−", found.won_count, won),
            Input("The same deals, weighted", found.weighted, found.currency, "", found.deals, deals),
        ),
        as_of=now,
        period=f"{day(found.first)} to {day(found.last)}",
        rates=rates.note(),
        rows_url=deals,
        rows_count=found.deals,
        definition="Unweighted, so that it can be held against a target; three times what is to be won is a usual aim.",
        notes=tuple(notes),
    )


def _pitch_cost(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    can, status, who = abilities_of(user), params.get("status", ""), params.get("who", "")
    if params.keys() - {"status", "who"} or not (can.see_relationships and can.see_money):
        raise UnknownFigure("pitches.cost")
    if status not in ("", *PitchStatus.values) or who not in ("", PROSPECTS):
        raise UnknownFigure("pitches.cost")
    rates = deal_rates(user, now.date())
    found = load_pitches(user, rates, now.date(), status=status, who=who)
    open_rows = [row for row in found.rows if row.status in (PitchStatus.CONSIDERING, PitchStatus.PITCHING)]
    url = f"{reverse('pitches')}?{urlencode(dict(params))}"
    return Explanation(
        figure=found.cost,
        scope="Pitches to be decided and running",
        formula="Σ cost of the open pitches, each converted once at the rate last known",
        formula_id="pitches.cost",
        formula_version=1,
        inputs=tuple(
            Input(row.name, rates.convert(row.cost, row.currency), rates.currency, "+")
            for row in open_rows
            if row.cost is not None
        ),
        as_of=now,
        rates=rates.note(),
        rows_url=url,
        rows_count=len(open_rows),
        definition="What is written down as the cost of a pitch; a pitch without one counts nothing.",
    )


def register() -> None:
    formulae.register("pipeline.coverage", _coverage)
    formulae.register("pitches.cost", _pitch_cost)
