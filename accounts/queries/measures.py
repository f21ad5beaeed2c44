"""What a plan is measured by: what each number is now, how far it has come, and whether done work moved it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from accounts.calc.coverage import coverage
from accounts.calc.measures import Aim, Attained, stand
from accounts.calc.promises import Promise, kept
from accounts.models import (
    KPI_SOURCE,
    TYPED,
    Action,
    Client,
    Commitment,
    Kpi,
    MeasureReading,
    MeasureUnit,
    PlanMeasure,
    Side,
    Stakeholding,
    WorkStatus,
)
from accounts.queries.kpis import load_states
from accounts.queries.plans import measured
from accounts.queries.stakeholders import tie_of, with_last_touch
from common.figures import Figure, figure_id
from common.formats import DASH, plural
from common.measures import Known, known_values, plan_measures
from common.measures import Measured as Subject

if TYPE_CHECKING:
    from people.models import User

STANDING_WORDS: Final = {"on_track": "On track", "watch": "Watch", "at_risk": "At risk", "unknown": "Not known"}


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One measure as it stands. now: what it is, to be explained; source_word: where the number comes from.

    flat: all the objective's actions are done, and the measure is not where it should be.
    """

    pk: int
    title: str
    objective: str
    source_word: str
    typed: bool
    baseline: str
    target: str
    due: date | None
    now: Figure
    read_on: date | None
    expected: str
    share: Figure
    standing: str
    standing_word: str
    flat: bool
    style: str
    edit_url: str
    reading_url: str

    @property
    def anchor(self) -> str:
        return f"measure-{self.pk}"


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure with what was read. known: None where its source says nothing to this reader."""

    measure: PlanMeasure
    value: Decimal | None
    unit: str
    read_on: date | None
    attained: Attained
    known: Known | None


def load_measured(
    user: User, client: Client, now: datetime, *, rows: Iterable[PlanMeasure] | None = None
) -> list[Measured]:
    """One query, two where KPIs are named, at most three for each other source. rows: with `last_value`, `last_on`."""
    today = client.local_date(now)
    found = list(with_last_reading(client) if rows is None else rows)
    names = {measure.source for measure in found} - {TYPED}
    known = known_values(user, names, {client.pk: client}, now) if names else {}
    kpis = _kpis_of(client, names, today)
    return [
        _measured(measure, kpis.get(measure.source) or known.get(measure.source, {}).get(client.pk), client, today)
        for measure in found
    ]


def _kpis_of(client: Client, sources: Collection[str], today: date) -> dict[str, Known]:
    """What the client's own KPIs among the sources say. Two queries where one is named."""
    keys = [name.removeprefix(KPI_SOURCE) for name in sources if name.startswith(KPI_SOURCE)]
    if not keys:
        return {}
    states = load_states(Kpi.objects.filter(client=client, key__in=keys), today)
    return {
        f"{KPI_SOURCE}{state.kpi.key}": Known(state.actual, state.unit, state.figure("actual").id) for state in states
    }


def with_last_reading(client: Client) -> Iterable[PlanMeasure]:
    newest = MeasureReading.objects.filter(measure=OuterRef("pk")).order_by("-read_on", "-pk")
    return (
        PlanMeasure.objects.filter(objective__plan__client=client)
        .select_related("objective")
        .annotate(last_value=Subquery(newest.values("value")[:1]), last_on=Subquery(newest.values("read_on")[:1]))
        .order_by("objective__position", "objective_id", "position", "pk")
    )


def _measured(measure: PlanMeasure, known: Known | None, client: Client, today: date) -> Measured:
    typed = measure.source == TYPED
    value = getattr(measure, "last_value", None) if typed else known.value if known else None
    unit = known.unit if known else client.currency if measure.unit == MeasureUnit.MONEY else str(measure.unit)
    aim = Aim(measure.baseline, measure.target, measure.starts_on, measure.due)
    return Measured(
        measure,
        value,
        unit,
        getattr(measure, "last_on", None) if typed else today if value is not None else None,
        stand(value, aim, today),
        known,
    )


def load_measure_lines(user: User, client: Client, now: datetime) -> list[MeasureLine]:
    """Two queries, and at most three for each source that is named."""
    found = load_measured(user, client, now)
    done = _worked_off(client) if found else frozenset()
    return [_line(one, client.key, one.measure.objective_id in done) for one in found]


def _worked_off(client: Client) -> frozenset[int]:
    """Objectives all of whose actions are done."""
    rows = Action.objects.filter(objective__plan__client=client).exclude(status=WorkStatus.DROPPED)
    states: dict[int, set[str]] = {}
    for objective, status in rows.order_by().values_list("objective_id", "status").distinct():
        states.setdefault(objective, set()).add(status)
    return frozenset(pk for pk, seen in states.items() if seen == {WorkStatus.DONE})


def _line(one: Measured, key: str, worked_off: bool) -> MeasureLine:
    measure, typed = one.measure, one.measure.source == TYPED
    source = plan_measures.get(measure.source)
    currency = one.unit if measure.unit == MeasureUnit.MONEY else ""
    own = figure_id("plan.measure", client=key, measure=measure.key)
    behind = one.known.figure if one.known else ""
    expected = one.attained.expected
    return MeasureLine(
        pk=measure.pk,
        title=measure.title,
        objective=measure.objective.title,
        source_word="Typed" if typed else f"Computed: {source.label if source else source_word(measure.source)}",
        typed=typed,
        baseline=DASH if measure.baseline is None else measured(measure.baseline, measure.unit, currency),
        target=measured(measure.target, measure.unit, currency),
        due=measure.due,
        now=Figure(behind, measure.title, one.value, one.unit),
        read_on=one.read_on,
        expected=_rounded(expected, measure.unit, currency),
        share=Figure(own, f"{measure.title}, attained", one.attained.share, "ratio"),
        standing=one.attained.standing,
        standing_word=STANDING_WORDS[one.attained.standing],
        flat=worked_off and one.attained.standing in ("watch", "at_risk"),
        style="exact" if measure.unit in (MeasureUnit.COUNT, MeasureUnit.SCORE) else "compact",
        edit_url=reverse("plan_part", args=[key, "measure", measure.pk]),
        reading_url=reverse("plan_reading", args=[key, measure.pk]) if typed else "",
    )


def source_word(source: str) -> str:
    """Of a source that no app has handed over: a KPI by its key."""
    return f"KPI {source.removeprefix(KPI_SOURCE)}" if source.startswith(KPI_SOURCE) else source


def _rounded(value: Decimal | None, unit: str, currency: str) -> str:
    return DASH if value is None else measured(round(value, 4 if unit == MeasureUnit.RATIO else 2), unit, currency)


def measures_finding(lines: list[MeasureLine]) -> str:
    """Work that is done and moved nothing first; then what is off; then what nobody knows."""
    if not lines:
        return "What this plan is measured by"
    flat = next((line for line in lines if line.flat), None)
    if flat is not None:
        return f"All work for “{flat.objective}” is done, and {flat.title.lower()} has not followed"
    off = [line for line in lines if line.standing in ("at_risk", "watch")]
    if off:
        return f"{len(off)} of {plural(len(lines), 'measure')} {'is' if len(off) == 1 else 'are'} behind"
    unknown = sum(line.standing == "unknown" for line in lines)
    if unknown:
        return f"{unknown} of {plural(len(lines), 'measure')} {'has' if unknown == 1 else 'have'} no number yet"
    return (
        "The measure is where it should be"
        if len(lines) == 1
        else f"All {len(lines)} measures are where they should be"
    )


def read_coverage(user: User, clients: Mapping[int, Subject], now: datetime) -> Mapping[int, Known]:
    """Influence-weighted coverage by client. One query."""
    ties: dict[int, list[Stakeholding]] = {pk: [] for pk in clients}
    for stake in with_last_touch(Stakeholding.objects.filter(client__in=clients)):
        ties[stake.client_id].append(stake)
    today = now.date()
    return {
        pk: Known(
            coverage(map(tie_of, stakes), today).share, "ratio", figure_id("relationship.coverage", client=clients[pk])
        )
        for pk, stakes in ties.items()
    }


def read_kept(user: User, clients: Mapping[int, Subject], now: datetime) -> Mapping[int, Known]:
    """Share of our promises of the last year that were kept by their day. One query."""
    today = now.date()
    rows = Commitment.objects.filter(client__in=clients, side=Side.OURS).values_list(
        "client_id", "due", "kept_on", "dropped_on"
    )
    made: dict[int, list[Promise]] = {pk: [] for pk in clients}
    for pk, due, kept_on, dropped_on in rows:
        made[pk].append(Promise(due, kept_on, dropped_on))
    first = today.replace(year=today.year - 1, day=min(today.day, 28))
    return {pk: Known(kept(promises, first=first, today=today).rate, "ratio") for pk, promises in made.items()}
