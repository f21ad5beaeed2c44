"""The pages of KPIs: a client's, one of them with its line, all in sight, and the library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.urls import reverse

from accounts.access import kpi_definitions_for, kpis_for
from accounts.calc.kpis import Course, Projection, Read, expected_on, hold, mean_attainment
from accounts.models import Client, Frequency, Gathers, Kpi, KpiDirection, KpiReading, ReadingSource
from accounts.queries.kpis import (
    WORDS,
    KpiState,
    aim_words,
    client_kpis,
    load_states,
    projected,
    readings_of,
    said,
    unit_of,
)
from common.charts import BandLine, BandPoint, LinePoint, SmallLines, Spec
from common.figures import Figure, figure_id
from common.formats import DASH, day_short, number, plural, ratio

if TYPE_CHECKING:
    from people.models import User

SHOWN: Final = 50
DRAWN: Final = 13
"""Readings of a sparkline, and of a chart twice as many."""
HEADLINE: Final = 5
_RANK: Final = {"at_risk": 0, "watch": 1, "unknown": 2, "on_track": 3}


@dataclass(frozen=True, slots=True)
class KpiRow:
    """One KPI as a table shows it. year_end: where its readings lead; on_year_end: how that would stand."""

    state: KpiState
    pk: int
    name: str
    client: str
    client_key: str
    category: str
    under: str
    owner: str
    contact: str
    now: Figure
    now_text: str
    period: str
    expected: str
    aim: str
    attained: Figure
    standing: str
    standing_word: str
    silent: int | None
    year_end: str
    year_end_word: str
    year_end_standing: str
    year_end_fig: Figure
    spark: tuple[Decimal, ...]
    url: str
    reading_url: str

    @property
    def spark_label(self) -> str:
        return f"{self.name}, last {plural(len(self.spark), 'reading')}"

    @property
    def silent_word(self) -> str:
        if self.silent is None:
            return ""
        return f"No reading for {self.silent}\u00a0d" if self.period else "Never read"


@dataclass(frozen=True, slots=True)
class KpiPage:
    finding: str
    rows: tuple[KpiRow, ...]
    counts: Counter[str]
    silent: int
    mean: Figure
    known: int


@dataclass(frozen=True, slots=True)
class ReadingRow:
    pk: int
    version: int
    period: str
    actual: str
    expected: str
    standing: str
    standing_word: str
    note: str
    source: str
    typed: bool
    cell_url: str
    edit_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class PhaseRow:
    pk: int
    period: str
    target: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class OneKpi:
    row: KpiRow
    kpi: Kpi
    finding: str
    chart: Spec
    readings: tuple[ReadingRow, ...]
    phases: tuple[PhaseRow, ...]
    baseline: str
    method: str


def row_of(state: KpiState, readings: Sequence[Read], course: Course, today: date) -> KpiRow:
    kpi, client = state.kpi, state.kpi.client
    ahead = projected(kpi, readings, today)
    there = hold(ahead.value, course, ahead.on).standing
    return KpiRow(
        state=state,
        pk=kpi.pk,
        name=kpi.name,
        client=client.name,
        client_key=client.key,
        category=kpi.category,
        under=" · ".join(filter(None, [kpi.category, str(Frequency(kpi.frequency).label)])),
        owner=kpi.owner.name if kpi.owner else "",
        contact=kpi.contact.name if kpi.contact else "",
        now=state.figure("actual"),
        now_text=state.said(state.actual),
        period=state.period,
        expected=aim_words(kpi, client.currency)
        if kpi.direction == KpiDirection.RANGE
        else state.said(state.held.expected),
        aim=aim_words(kpi, client.currency),
        attained=state.figure("attained"),
        standing=state.standing,
        standing_word=state.standing_word,
        silent=state.silent,
        year_end=state.said(ahead.value),
        year_end_word=f"by {day_short(ahead.on)}" if ahead.value is not None else "Too few readings",
        year_end_standing="" if ahead.value is None or there == "unknown" else there,
        year_end_fig=year_end_figure(state, ahead),
        spark=tuple(one.actual for one in readings[-DRAWN:]),
        url=reverse("kpi", args=[client.key, kpi.pk]),
        reading_url=reverse("kpi_reading_add", args=[client.key, kpi.pk]),
    )


def year_end_figure(state: KpiState, ahead: Projection) -> Figure:
    own = figure_id("kpi.year_end", client=state.kpi.client.key, kpi=state.kpi.key)
    return Figure(own, f"{state.kpi.name}, where its readings lead", ahead.value, state.unit)


def rows_of(states: Sequence[KpiState], today: date) -> tuple[KpiRow, ...]:
    """One query: the readings of these."""
    kpis = [state.kpi for state in states]
    readings = readings_of(kpis, since=today - timedelta(days=800))
    return tuple(row_of(state, readings.get(state.kpi.pk, ()), state.course, today) for state in states)


def load_client_kpis(client: Client, today: date) -> KpiPage:
    """Three queries."""
    states = load_states(client_kpis(client), today)
    return KpiPage(
        finding=client_finding(states, client.name),
        rows=rows_of(states, today),
        counts=Counter(state.standing for state in states),
        silent=sum(state.silent is not None for state in states),
        mean=mean_figure(states, client.key),
        known=sum(state.held.to_date is not None for state in states),
    )


def headline_kpis(page: KpiPage) -> list[KpiRow]:
    """The few that an overview shows: what is at risk first, then as the page has them."""
    return sorted(page.rows, key=lambda row: _RANK[row.standing])[:HEADLINE]


def mean_figure(states: Iterable[KpiState], client: str = "") -> Figure:
    mean = mean_attainment(state.held.to_date for state in states)
    return Figure(figure_id("kpi.mean", client=client), "Mean attainment of KPIs", mean, "ratio")


def client_finding(states: Sequence[KpiState], name: str) -> str:
    """What is off first, then what nobody reads."""
    if not states:
        return f"{name} and we are not measured by anything yet"
    worst = [state for state in states if state.standing == "at_risk"]
    if worst:
        far = min(worst, key=lambda state: state.held.to_date or Decimal(0))
        more = f", and {len(worst) - 1} more" if len(worst) > 1 else ""
        share = "" if far.held.to_date is None else f" at {ratio(far.held.to_date, 0)} of what was asked by now"
        return f"{far.kpi.name}{share} is at risk{more}"
    behind = sum(state.standing == "watch" for state in states)
    if behind:
        return f"{behind} of {plural(len(states), 'KPI')} {'needs' if behind == 1 else 'need'} watching"
    silent = sum(state.silent is not None or state.standing == "unknown" for state in states)
    if silent:
        return f"{silent} of {plural(len(states), 'KPI')} {'has' if silent == 1 else 'have'} no number of late"
    return "The KPI is on track" if len(states) == 1 else f"All {len(states)} KPIs are on track"


def load_one(kpi: Kpi, today: date) -> OneKpi:
    """kpi: with its client, owner and contact. Four queries."""
    state = load_states(Kpi.objects.filter(pk=kpi.pk), today)[0]
    listed = list(KpiReading.objects.filter(kpi=kpi).order_by("ends", "-starts"))
    reads = [Read(one.starts, one.ends, one.actual) for one in listed]
    row = row_of(state, reads, state.course, today)
    phases = [(one.pk, one.period, one.target) for one in kpi.phases.all()]
    key, currency = kpi.client.key, kpi.client.currency
    return OneKpi(
        row=row,
        kpi=kpi,
        finding=_one_finding(row),
        chart=chart_of(state, listed, today),
        readings=tuple(reading_row(one, kpi, state.course) for one in reversed(listed)),
        phases=tuple(
            PhaseRow(pk, period, said(target, kpi.unit, currency), reverse("kpi_phase_remove", args=[key, kpi.pk, pk]))
            for pk, period, target in phases
        ),
        baseline=said(kpi.baseline, kpi.unit, currency),
        method="The days still to come at the mean of the days read"
        if kpi.gathers == Gathers.SUM
        else "The straight line of least squares through the readings of the last twelve months",
    )


def reading_row(one: KpiReading, kpi: Kpi, course: Course) -> ReadingRow:
    """Readings that add up are single steps: what each is held against is only said of their sum."""
    adds_up, key, currency = kpi.gathers == Gathers.SUM, kpi.client.key, kpi.client.currency
    held = hold(one.actual, course, one.ends)
    args = [key, kpi.pk, one.pk]
    return ReadingRow(
        pk=one.pk,
        version=one.version,
        period=one.period,
        actual=said(one.actual, kpi.unit, currency),
        expected="" if adds_up or held.expected is None else said(held.expected, kpi.unit, currency),
        standing="" if adds_up else held.standing,
        standing_word="" if adds_up else WORDS[held.standing],
        note=one.note,
        source=str(ReadingSource(one.source).label) if one.source == ReadingSource.WEB else "",
        typed=one.source == ReadingSource.TYPED,
        cell_url=reverse("kpi_reading_cell", args=args),
        edit_url=reverse("kpi_reading_add", args=[key, kpi.pk]),
        remove_url=reverse("kpi_reading_remove", args=args),
    )


def _one_finding(row: KpiRow) -> str:
    if row.state.actual is None:
        return f"{row.name} has not been read yet"
    if row.attained.value is None:
        return f"{row.name} stands at {row.now_text}"
    return f"{row.name} stands at {row.now_text}, {ratio(row.attained.value, 0)} of what was asked by then"


def chart_of(state: KpiState, readings: Sequence[KpiReading], today: date) -> Spec:
    """The readings of the last two years with the line they are held to; of a range, inside its band. What adds up is
    drawn as its running sum.
    """
    kpi, unit = state.kpi, state.unit
    shown = [one for one in readings if one.ends > today - timedelta(days=731) and _counts(one, kpi)][-2 * DRAWN :]
    values = _running(kpi, shown)
    finding = f"{kpi.name} by period"
    sub = " · ".join(filter(None, [unit_of(kpi.unit, kpi.client.currency)[1] or _unit_word(unit), kpi.how[:80]]))
    source = f"{plural(len(readings), 'reading')}, the last of {readings[-1].period}" if readings else "No reading yet"
    if kpi.direction == KpiDirection.RANGE:
        band = tuple(
            BandPoint(one.period, value, kpi.target_low, kpi.target_high)
            for one, value in zip(shown, values, strict=True)
        )
        return BandLine(
            finding=finding, points=band, sub=sub, source=source, unit=unit, scale="1", value_label="Actual",
            band_label="Wanted range", size="m", height=200,
        )  # fmt: skip
    points = tuple(
        LinePoint(one.period, value, expected_on(state.course, one.ends) if _asked(one, kpi) else None)
        for one, value in zip(shown, values, strict=True)
    )
    return SmallLines(
        finding=finding, points=points, sub=sub, source=source, unit=unit, scale="1", value_name="Actual",
        comparison_name="Target to date", size="m", height=200,
    )  # fmt: skip


def _counts(one: KpiReading, kpi: Kpi) -> bool:
    """Of what adds up, only periods between the KPI's days."""
    if kpi.gathers != Gathers.SUM or kpi.starts_on is None or kpi.due is None:
        return True
    return one.starts >= kpi.starts_on and one.ends <= kpi.due


def _asked(one: KpiReading, kpi: Kpi) -> bool:
    """Before the baseline's day nothing was asked."""
    return kpi.starts_on is None or one.ends >= kpi.starts_on


def _running(kpi: Kpi, shown: Sequence[KpiReading]) -> list[Decimal]:
    values = [one.actual for one in shown]
    return list(accumulate(values)) if kpi.gathers == Gathers.SUM else values


def _unit_word(unit: str) -> str:
    return {"ratio": "%", "count": "", "score": "score"}.get(unit, unit)


@dataclass(frozen=True, slots=True)
class ClientLine:
    """How one client's KPIs stand, as the book lists them."""

    key: str
    name: str
    counts: Counter[str]
    silent: int
    mean: Figure


@dataclass(frozen=True, slots=True)
class KpiBook:
    finding: str
    rows: tuple[KpiRow, ...]
    page: Page[KpiState]
    clients: tuple[ClientLine, ...]
    counts: Counter[str]
    silent: int
    mean: Figure
    without: int
    categories: tuple[str, ...]

    @property
    def category_choices(self) -> list[tuple[str, str]]:
        return [(name, name) for name in self.categories]


def load_book(user: User, today: date, *, standing: str = "", category: str = "", page: int = 1) -> KpiBook:
    """Five queries at any number of clients. standing: one of WORDS, or silent."""
    everything = load_states(kpis_for(user).order_by("client__name", "category", "name", "pk"), today)
    chosen = [
        state
        for state in everything
        if (not category or state.kpi.category == category)
        and (not standing or (state.silent is not None if standing == "silent" else state.standing == standing))
    ]
    chosen.sort(key=lambda state: (_RANK[state.standing], state.held.to_date or Decimal(0), state.kpi.client.name))
    found = Paginator(chosen, SHOWN).get_page(page)
    lines = _lines(everything)
    clients = Client.objects.visible_to(user).exclude(status="lost").count()
    return KpiBook(
        finding=book_finding(everything),
        rows=rows_of(list(found), today),
        page=found,
        clients=lines[:SHOWN],
        counts=Counter(state.standing for state in everything),
        silent=sum(state.silent is not None for state in everything),
        mean=mean_figure(everything),
        without=max(0, clients - len(lines)),
        categories=tuple(sorted({state.kpi.category for state in everything if state.kpi.category})),
    )


def _lines(states: Sequence[KpiState]) -> tuple[ClientLine, ...]:
    by_client: dict[int, list[KpiState]] = {}
    for state in states:
        by_client.setdefault(state.kpi.client_id, []).append(state)
    found = [
        ClientLine(
            listed[0].kpi.client.key,
            listed[0].kpi.client.name,
            Counter(state.standing for state in listed),
            sum(state.silent is not None for state in listed),
            mean_figure(listed, listed[0].kpi.client.key),
        )
        for listed in by_client.values()
    ]
    return tuple(sorted(found, key=lambda line: (-line.counts["at_risk"], -line.counts["watch"], line.name)))


def book_finding(states: Sequence[KpiState]) -> str:
    if not states:
        return "KPIs of the clients"
    off = sum(state.standing == "at_risk" for state in states)
    silent = sum(state.silent is not None for state in states)
    if off:
        return f"{off} of {plural(len(states), 'KPI')} {'is' if off == 1 else 'are'} at risk, {number(silent)} not read"
    return f"None of {plural(len(states), 'KPI')} is at risk, {number(silent)} not read"


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    pk: int
    name: str
    unit: str
    direction: str
    how: str
    frequency: str
    category: str
    clients: int
    url: str


def load_library(user: User) -> tuple[DefinitionRow, ...]:
    """One query. clients: those in sight that use it."""
    used = Count("kpis__client", filter=Q(kpis__client__in=Client.objects.visible_to(user)), distinct=True)
    return tuple(
        DefinitionRow(
            one.pk, one.name, one.unit, str(KpiDirection(one.direction).label), one.how or DASH,
            str(Frequency(one.frequency).label), one.category or DASH, one.used,
            reverse("kpi_definition", args=[one.pk]),
        )
        for one in kpi_definitions_for(user).annotate(used=used).order_by("category", "name", "pk")
    )  # fmt: skip
