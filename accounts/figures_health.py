"""The explanation of a client's health: its components, weights and caps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.access import get_client_for
from accounts.calc.health import ENOUGH
from accounts.queries.health import load_health
from common.figures import Explanation, Input, Point, UnknownFigure, formulae
from common.formats import day, day_short, plural, ratio
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

_FORMULA = "Σ weight × score ÷ Σ weight, over the components known; then at most the lowest cap"


def _explain(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.keys() != {"client"} or not abilities_of(user).see_relationships:
        raise UnknownFigure("health.score")
    client = get_client_for(user, params["client"])
    today = client.local_date(now)
    page = load_health(user, client, today)
    notes = [f"{cap['label']}: at most {cap['limit']}, as {cap['why']}." for cap in page.caps]
    if page.seen is not None and page.seen.health.known is not None:
        known = page.seen.health.known
        low = "; under 60% is not enough for a verdict" if known < ENOUGH else ""
        notes.append(f"Known share of the weights: {ratio(known, 0)}{low}.")
    if page.seen is not None and page.seen.hidden:
        notes.append(f"{plural(page.seen.hidden, 'component')} of a class that is not yours: in neither sum.")
    url = reverse("client_health", args=[client.key])
    recent = [point for point in page.trend if point.day >= today - timedelta(days=366)][:12]
    return Explanation(
        figure=page.figure,
        scope=client.name,
        formula=_FORMULA,
        formula_id="health.score",
        formula_version=1,
        inputs=tuple(
            Input(f"{row.label}, weight {row.weight}", row.score, "score", "+", len(row.inputs), row.url)
            for row in page.rows
        ),
        as_of=page.read_at or now,
        run=f"rules {page.rules.pk}" if page.rules else "",
        period=f"Read {day(page.seen.reading.day)}" if page.seen else "Not read yet",
        series=tuple(Point(day_short(point.day), point.score) for point in reversed(recent)),
        series_label="Readings kept",
        rows_url=url,
        rows_count=len(page.trend),
        definition="From 0 to 100, higher is healthier. On track from 75, watch from 60. Unknown is not zero.",
        notes=tuple(notes),
    )


def register() -> None:
    formulae.register("health.score", _explain)
