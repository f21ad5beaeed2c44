"""Explanations of KPIs: what one is, how far it has come, where its readings lead, and the mean of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from accounts.access import NOT_FOUND, get_client_for, kpis_for
from accounts.models import Gathers, Kpi, KpiDirection
from accounts.queries.kpi_pages import mean_figure, year_end_figure
from accounts.queries.kpis import KpiState, load_states, page_of, projected, readings_of
from common.figures import Explanation, Figure, Input, Point, UnknownFigure, figure_id, formulae
from common.formats import day
from people.access import abilities_of

if TYPE_CHECKING:
    from accounts.calc.kpis import Read
    from people.models import User

SHOWN = 24


def _one(user: User, params: Mapping[str, str], now: datetime, name: str) -> tuple[KpiState, list[Read], date]:
    if params.keys() != {"client", "kpi"} or not abilities_of(user).see_relationships:
        raise UnknownFigure(name)
    client = get_client_for(user, params["client"])
    today = client.local_date(now)
    states = load_states(kpis_for(user).filter(client=client, key=params["kpi"]), today)
    if not states:
        raise Http404(NOT_FOUND)
    return states[0], readings_of([states[0].kpi]).get(states[0].kpi.pk, []), today


def _base(state: KpiState, reads: list[Read], now: datetime, figure: Figure, formula: str, name: str) -> Explanation:
    kpi = state.kpi
    return Explanation(
        figure=figure,
        scope=f"{kpi.client.name}: {kpi.name}",
        formula=formula,
        formula_id=f"kpi.{name}",
        formula_version=1,
        inputs=_inputs(state, name),
        as_of=now,
        period=f"Last read: {state.period}" if state.period else "Not read yet",
        series=tuple(Point(day(one.last), one.actual) for one in reads[-12:]),
        series_label="Readings",
        rows_url=f"{page_of(kpi)}#readings",
        rows_count=len(reads),
        xlsx_url=f"{reverse('client_kpis', args=[kpi.client.key])}?format=xlsx",
        definition=kpi.how or "How it is measured has not been written down.",
        notes=_notes(state),
    )


def _inputs(state: KpiState, name: str) -> tuple[Input, ...]:
    kpi, unit = state.kpi, state.unit
    url = f"{page_of(kpi)}#readings"
    now = Input(
        "Sum of the readings" if kpi.gathers == Gathers.SUM else "Last reading", state.actual, unit, "", url=url
    )
    if name != "attained":
        return (now,)
    if kpi.direction == KpiDirection.RANGE:
        return (now, Input("Range from", kpi.target_low, unit, ""), Input("Range to", kpi.target_high, unit, ""))
    return (
        now,
        Input("Baseline", kpi.baseline, unit, "−"),
        Input(f"Asked by {day(state.held_on)}", state.held.expected, unit, "÷"),
        Input("Target", kpi.target, unit, ""),
        Input("Attained of the whole target", state.held.share, "ratio", ""),
    )


def _notes(state: KpiState) -> tuple[str, ...]:
    kpi = state.kpi
    notes = []
    if kpi.direction == KpiDirection.RANGE:
        notes.append("On track inside the range, watch within a tenth of its width, else at risk.")
    else:
        notes.append("On track from 95% of what was asked by the end of the period read, watch from 80%.")
        if kpi.baseline is None:
            notes.append("No baseline is known: it counts as 0.")
        if kpi.target is None:
            notes.append("No target is set: nothing is held against anything.")
    if state.silent is not None:
        notes.append(f"Not read for {state.silent} days.")
    return tuple(notes)


def _actual(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    state, reads, _ = _one(user, params, now, "kpi.actual")
    adds_up = state.kpi.gathers == Gathers.SUM
    formula = "Σ readings whose periods lie between the two days" if adds_up else "the last reading"
    return _base(state, reads, now, state.figure("actual"), formula, "actual")


def _attained(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    state, reads, _ = _one(user, params, now, "kpi.attained")
    ranged = state.kpi.direction == KpiDirection.RANGE
    formula = (
        "1 inside the range; outside, 1 − distance ÷ width, at least 0"
        if ranged
        else "(actual − baseline) ÷ (asked by then − baseline), direction aware"
    )
    return _base(state, reads, now, state.figure("attained"), formula, "attained")


def _year_end(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    state, reads, today = _one(user, params, now, "kpi.year_end")
    ahead = projected(state.kpi, reads, today)
    formula = (
        "Σ read so far + days to come × mean of the days read"
        if state.kpi.gathers == Gathers.SUM
        else "least squares through the readings of the last twelve months, read at the year's end"
    )
    told = _base(state, reads, now, year_end_figure(state, ahead), f"{formula}, {day(ahead.on)}", "year_end")
    few = "" if ahead.value is not None else " Fewer than three readings: unknown."
    note = f"Stands on {ahead.used} readings.{few} A straight continuation, not a forecast."
    return replace(told, notes=(*told.notes, note))


def _mean(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.keys() - {"client"} or not abilities_of(user).see_relationships:
        raise UnknownFigure("kpi.mean")
    rows: QuerySet[Kpi] = kpis_for(user)
    scope, url, today = "All clients in sight", reverse("kpis"), now.date()
    if "client" in params:
        client = get_client_for(user, params["client"])
        rows, scope, today = rows.filter(client=client), client.name, client.local_date(now)
        url = reverse("client_kpis", args=[client.key])
    states = load_states(rows.order_by("client__name", "name", "pk"), today)
    known = [state for state in states if state.held.to_date is not None]
    return Explanation(
        figure=mean_figure(states, params.get("client", "")),
        scope=scope,
        formula="Σ attainment ÷ KPIs with one",
        formula_id="kpi.mean",
        formula_version=1,
        inputs=tuple(
            Input(
                f"{state.kpi.client.name}: {state.kpi.name}" if not params else state.kpi.name,
                state.held.to_date, "ratio", "+",
                url=f"/figures/{figure_id('kpi.attained', client=state.kpi.client.key, kpi=state.kpi.key)}/",
            )
            for state in known[:SHOWN]
        ),
        as_of=now,
        rows_url=url,
        rows_count=len(known),
        xlsx_url=f"{url}?format=xlsx",
        definition="Each held to what was asked of it when its last period ended. Those not known are in no sum.",
        notes=(f"{len(states) - len(known)} of {len(states)} not known.",) if len(known) < len(states) else (),
    )  # fmt: skip


def register() -> None:
    formulae.register("kpi.actual", _actual)
    formulae.register("kpi.attained", _attained)
    formulae.register("kpi.year_end", _year_end)
    formulae.register("kpi.mean", _mean)
