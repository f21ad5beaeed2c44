"""Explanations of a plan's measures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import reverse

from accounts.access import NOT_FOUND, get_client_for
from accounts.models import TYPED, MeasureUnit
from accounts.queries.freshness import SECTION_WORDS, load_freshness, score_figure
from accounts.queries.measures import Measured, load_measured, source_word, with_last_reading
from common.figures import Explanation, Figure, Input, UnknownFigure, figure_id, formulae
from common.measures import plan_measures
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


def _measure(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """How far a measure has come, of what it is now."""
    if params.keys() != {"client", "measure"} or not abilities_of(user).see_relationships:
        raise UnknownFigure("plan.measure")
    client = get_client_for(user, params["client"])
    rows = [row for row in with_last_reading(client) if row.key == params["measure"]]
    if not rows:
        raise Http404(NOT_FOUND)
    one = load_measured(user, client, now, rows=rows)[0]
    page = f"{reverse('plan_measures', args=[client.key])}#measure-{one.measure.pk}"
    identity = figure_id("plan.measure", **params)
    return Explanation(
        figure=Figure(identity, f"{one.measure.title}, attained", one.attained.share, "ratio"),
        scope=f"{client.name}: {one.measure.objective.title}",
        formula="(now − baseline) ÷ (target − baseline)",
        formula_id="plan.measure",
        formula_version=1,
        inputs=_inputs(one),
        as_of=now,
        rows_url=page,
        definition="How much of the way from the baseline to the target is done. See Attainment among the definitions.",
        notes=_notes(one),
    )


def _inputs(one: Measured) -> tuple[Input, ...]:
    measure = one.measure
    source = plan_measures.get(measure.source)
    word = "Last reading" if measure.source == TYPED else source.label if source else source_word(measure.source)
    unit = one.unit if measure.unit == MeasureUnit.MONEY else str(measure.unit)
    behind = f"/figures/{one.known.figure}/" if one.known and one.known.figure else ""
    return (
        Input(f"Now: {word}", one.value, unit, "", url=behind),
        Input("Baseline", measure.baseline, unit, "−"),
        Input("Target", measure.target, unit, "÷"),
        Input("Where it should be today", one.attained.expected, unit, ""),
    )


def _notes(one: Measured) -> tuple[str, ...]:
    notes = ["On track from 95% of what should be done by today, watch from 80%."]
    if one.measure.baseline is None:
        notes.append("No baseline is known: it counts as 0.")
    if one.value is None:
        notes.append("Nothing was read yet, or the number is not for your role.")
    return tuple(notes)


def _freshness(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """The plan's score by section."""
    if params.keys() != {"client"} or not abilities_of(user).see_relationships:
        raise UnknownFigure("plan.freshness")
    client = get_client_for(user, params["client"])
    found, full = load_freshness(client, client.local_date(now))
    return Explanation(
        figure=score_figure(client.key, found.score),
        scope=client.name,
        formula="100 × Σ weight × mean freshness ÷ Σ weight; a fact is worth ½ ^ (days since it was seen ÷ half-life)",
        formula_id="plan.freshness",
        formula_version=1,
        inputs=tuple(
            Input(f"{SECTION_WORDS[one.name]}, weight {one.weight}", one.share, "ratio", "+", one.facts)
            for one in found.sections
        ),
        as_of=now,
        rows_url=reverse("client_plan", args=[client.key]),
        definition="An edit, a confirmation or a reading makes a fact fresh again. See Plan freshness.",
        notes=() if full else ("A small client's plan is asked for fewer sections.",),
    )


def register() -> None:
    formulae.register("plan.freshness", _freshness)
    formulae.register("plan.measure", _measure)
