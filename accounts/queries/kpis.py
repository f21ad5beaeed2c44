"""KPIs as they stand on a day: what was read last, what it is held to, and how it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from django.db.models import DateField, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse

from accounts.calc.kpis import Course, Direction, Held, Projection, Read, hold, project, silent_days
from accounts.models import Client, Gathers, Kpi, KpiDirection, KpiReading, KpiTarget
from common.figures import Figure, figure_id
from common.formats import DASH, NBSP, money, number, ratio
from common.money import is_currency
from common.periods import fiscal_year_bounds, month_end, month_of

WORDS: Final = {"on_track": "On track", "watch": "Watch", "at_risk": "At risk", "unknown": "Not known"}
PLAIN: Final = frozenset({"ratio", "days", "hours", "points", "count", "score"})
_VALUE: Final = DecimalField(max_digits=18, decimal_places=4)


def unit_of(unit: str, currency: str) -> tuple[str, str]:
    """The unit of a Figure, and the word that stands beside it where the unit is none that figures know."""
    if unit == "money":
        return currency, ""
    if unit in PLAIN or is_currency(unit):
        return unit, ""
    return "count", unit


def said(value: Decimal | None, unit: str, currency: str) -> str:
    """As people read it: at most two decimals, none from a hundred on; money compact, other units as a word behind."""
    if value is None:
        return DASH
    kind, word = unit_of(unit, currency)
    if kind == "ratio":
        return ratio(value)
    if kind not in PLAIN:
        return money(value, kind)
    places = 0 if abs(value) >= 100 else min(2, max(0, -int(value.normalize().as_tuple().exponent)))
    shown = number(value, places)
    word = word or (kind if kind in ("days", "hours") else "")
    return f"{shown}{NBSP}{word}" if word else shown


@dataclass(frozen=True, slots=True)
class KpiState:
    """A KPI on a day. actual: the last reading, or the sum of those between its days. read_to: the last day read."""

    kpi: Kpi
    actual: Decimal | None
    period: str
    read_to: date | None
    held_on: date
    held: Held
    silent: int | None
    course: Course

    @property
    def unit(self) -> str:
        return unit_of(self.kpi.unit, self.kpi.client.currency)[0]

    @property
    def standing(self) -> str:
        return self.held.standing

    @property
    def standing_word(self) -> str:
        return WORDS[self.held.standing]

    def said(self, value: Decimal | None) -> str:
        return said(value, self.kpi.unit, self.kpi.client.currency)

    def figure(self, name: str) -> Figure:
        """name: actual or attained."""
        own = figure_id(f"kpi.{name}", client=self.kpi.client.key, kpi=self.kpi.key)
        if name == "actual":
            return Figure(own, self.kpi.name, self.actual, self.unit)
        return Figure(own, f"{self.kpi.name}, attained", self.held.to_date, "ratio")


def _known_on(day: date) -> Q:
    """Of periods that are over, or that have begun and were read by the day."""
    return Q(ends__lte=day) | Q(starts__lte=day, created_at__date__lte=day)


def with_actual(kpis: QuerySet[Kpi], day: date) -> QuerySet[Kpi]:
    """Adds last_actual, last_period, last_ends, and total: of the readings between the KPI's own days."""
    known = KpiReading.objects.filter(_known_on(day), kpi=OuterRef("pk"))
    newest = known.order_by("-ends", "-starts")
    inside = known.filter(starts__gte=OuterRef("starts_on"), ends__lte=OuterRef("due"))
    total = inside.order_by().values("kpi").annotate(whole=Sum("actual")).values("whole")
    return kpis.annotate(
        last_actual=Subquery(newest.values("actual")[:1], output_field=_VALUE),
        last_period=Subquery(newest.values("period")[:1]),
        last_ends=Subquery(newest.values("ends")[:1], output_field=DateField()),
        total=Subquery(total, output_field=_VALUE),
    )


def load_states(kpis: QuerySet[Kpi], day: date) -> list[KpiState]:
    """Two queries."""
    rows = list(with_actual(kpis.select_related("client", "owner", "contact"), day))
    phases = phases_of(rows)
    return [state_of(kpi, phases.get(kpi.pk, ()), day) for kpi in rows]


def phases_of(kpis: Iterable[Kpi]) -> dict[int, tuple[tuple[date, Decimal], ...]]:
    """One query."""
    found: dict[int, list[tuple[date, Decimal]]] = {}
    rows = KpiTarget.objects.filter(kpi__in=[kpi.pk for kpi in kpis]).order_by("ends", "pk")
    for pk, ends, target in rows.values_list("kpi_id", "ends", "target"):
        found.setdefault(pk, []).append((ends, target))
    return {pk: tuple(listed) for pk, listed in found.items()}


def course_of(kpi: Kpi, phases: Iterable[tuple[date, Decimal]]) -> Course:
    return Course(
        direction=cast(Direction, kpi.direction),
        baseline=kpi.baseline,
        target=kpi.target,
        low=kpi.target_low,
        high=kpi.target_high,
        starts=kpi.starts_on,
        due=kpi.due,
        phases=tuple(phases),
    )


def state_of(kpi: Any, phases: Iterable[tuple[date, Decimal]], today: date) -> KpiState:
    """kpi: as `with_actual` gives it. A reading is held against what was asked when its period ended."""
    adds_up = kpi.gathers == Gathers.SUM
    actual = kpi.total if adds_up else kpi.last_actual
    held_on = today if kpi.last_ends is None else min(kpi.last_ends, today)
    since = kpi.starts_on or kpi.created_at.date()
    course = course_of(kpi, phases)
    return KpiState(
        kpi=kpi,
        actual=actual,
        period=kpi.last_period or "",
        read_to=kpi.last_ends,
        held_on=held_on,
        held=hold(actual, course, held_on),
        silent=silent_days(kpi.frequency, kpi.last_ends, since, today),
        course=course,
    )


def readings_of(kpis: Iterable[Kpi], *, since: date | None = None) -> dict[int, list[Read]]:
    """By KPI, the oldest first. One query."""
    found: dict[int, list[Read]] = {}
    rows = KpiReading.objects.filter(kpi__in=[kpi.pk for kpi in kpis])
    if since is not None:
        rows = rows.filter(ends__gte=since)
    for pk, first, last, actual in rows.order_by("ends", F("starts").desc()).values_list(
        "kpi_id", "starts", "ends", "actual"
    ):
        found.setdefault(pk, []).append(Read(first, last, actual))
    return found


def year_end(kpi: Kpi, today: date) -> date:
    """The end of the client's fiscal year, or the target's day where that comes first."""
    end = month_end(fiscal_year_bounds(month_of(today), kpi.client.fiscal_year_start)[1])
    return min(end, kpi.due) if kpi.due is not None and kpi.due >= today else end


def projected(kpi: Kpi, readings: Iterable[Read], today: date) -> Projection:
    adds_up = kpi.gathers == Gathers.SUM
    first, last = kpi.starts_on, kpi.due
    inside = [
        one for one in readings
        if not adds_up or first is None or last is None or (one.first >= first and one.last <= last)
    ]  # fmt: skip
    return project(inside, adds_up=adds_up, day=today, on=year_end(kpi, today))


def measure_unit(unit: str) -> str:
    """The unit that a measure of a plan has when a KPI of this unit is its number."""
    return unit if unit in ("money", "ratio", "score") else "count"


def aim_words(kpi: Kpi, currency: str) -> str:
    """From where to where, as a table says it."""
    if kpi.direction == KpiDirection.RANGE:
        low, high = said(kpi.target_low, kpi.unit, currency), said(kpi.target_high, kpi.unit, currency)
        return DASH if kpi.target_low is None or kpi.target_high is None else f"{low} to {high}"
    return said(kpi.target, kpi.unit, currency)


def client_kpis(client: Client) -> QuerySet[Kpi]:
    return Kpi.objects.filter(client=client).order_by("category", "name", "pk")


def page_of(kpi: Kpi) -> str:
    return reverse("kpi", args=[kpi.client.key, kpi.pk])
