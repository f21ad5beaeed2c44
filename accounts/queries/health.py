"""How clients do, as a reader may see it: the score, what it is made of, what moved it, and how it went before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from accounts.access import clients_for
from accounts.calc.health import NO_SCORE, WATCH, Health, Move, Part, Status, health, moves
from accounts.models import Client, ClientStatus, HealthReading, HealthRules
from common.figures import Figure, figure_id
from common.formats import day, number, plural, ratio
from common.health import components
from people.access import Abilities, abilities_of

if TYPE_CHECKING:
    from people.models import User

TREND: Final = timedelta(days=366)
WORDS: Final[Mapping[Status, str]] = {
    "on_track": "On track", "watch": "Watch", "at_risk": "At risk", "unknown": "Not enough known",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InputLine:
    label: str
    value: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """points: what it moved the score by since the reading before; None where nothing can be said."""

    name: str
    label: str
    weight: int
    score: Decimal | None
    before: Decimal | None
    points: Decimal | None
    rule: str
    inputs: tuple[InputLine, ...]
    url: str

    @property
    def change(self) -> Decimal | None:
        return None if self.score is None or self.before is None else self.score - self.before

    @property
    def tone(self) -> str:
        """For a meter: below what is to be watched it is drawn as a loss."""
        return "risk" if self.score is not None and self.score < WATCH else "strong"


@dataclass(frozen=True, slots=True)
class Seen:
    """A reading with the components a reader may see. hidden: how many are left out, each of a class not theirs."""

    reading: HealthReading
    health: Health
    parts: Mapping[str, Part]
    hidden: int

    @property
    def shape(self) -> Status:
        return self.health.status

    @property
    def words(self) -> str:
        return WORDS[self.health.status]

    @property
    def day_text(self) -> str:
        return day(self.reading.day)

    @property
    def known_text(self) -> str:
        return ratio(self.health.known, 0)


def may_see(field_class: str, can: Abilities) -> bool:
    return {"COST": can.see_money, "STANCE": can.see_stance}.get(field_class, True)


def seen_by(reading: HealthReading, can: Abilities) -> Seen:
    """Over the components the reader may see: a score of all would tell the hidden one."""
    shown = [part for part in reading.components if may_see(part["field_class"], can)]
    parts = {part["name"]: Part(part["weight"], _decimal(part["score"])) for part in shown}
    told = health(parts.values(), (cap["limit"] for cap in reading.caps))
    return Seen(reading, told, parts, len(reading.components) - len(shown))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _newest(on: date | None) -> QuerySet[HealthReading]:
    """Of the client of the query around it: one look into an index, however many readings there are."""
    rows = HealthReading.objects.filter(client=OuterRef("pk"))
    return (rows if on is None else rows.filter(day__lte=on)).order_by("-day")


def latest(ids: Sequence[int], *, on: date | None = None) -> dict[int, HealthReading]:
    """The newest reading by client id, up to a day if one is given. One query."""
    newest = Client.objects.filter(pk__in=ids).order_by().annotate(newest=Subquery(_newest(on).values("pk")[:1]))
    rows = HealthReading.objects.filter(pk__in=newest.values("newest")).order_by().select_related("rules")
    return {one.client_id: one for one in rows}


def with_reading(clients: QuerySet[Client]) -> QuerySet[Client]:
    """Adds health_parts, health_caps of the last reading, for `figure_of`: no query of its own."""
    newest = _newest(None)
    return clients.annotate(
        health_parts=Subquery(newest.values("components")[:1]), health_caps=Subquery(newest.values("caps")[:1])
    )


def figure_of(client: Any, can: Abilities) -> Figure | None:
    """client: as `with_reading` gives it. None before the first reading."""
    if client.health_parts is None:
        return None
    reading = HealthReading(components=client.health_parts, caps=client.health_caps or [])
    return health_figure(client.key, client.name, seen_by(reading, can).health)


# By hand, for a list of clients on every screen: making this of querysets takes longer than answering it.
_NEWEST_SCORES: Final = """
SELECT c.id, h.score, h.status FROM unnest(%s::bigint[]) AS c (id) CROSS JOIN LATERAL (
  SELECT score, status FROM accounts_healthreading WHERE client_id = c.id ORDER BY day DESC LIMIT 1
) h
"""


def load_figures(user: User, clients: Mapping[int, tuple[str, str]]) -> dict[int, Figure]:
    """Health by client id of those read at least once; clients: key and name by id. One query, and for readers of every
    class a light one: the score of all components is kept with the reading.
    """
    can = abilities_of(user)
    if not (can.see_money and can.see_stance):
        read = latest(list(clients))
        return {pk: health_figure(*clients[pk], seen_by(one, can).health) for pk, one in read.items()}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_SCORES, [list(clients)])
        rows = cursor.fetchall()
    return {pk: health_figure(*clients[pk], Health(score, score, None, state)) for pk, score, state in rows}


def health_figure(key: str, name: str, told: Health | None) -> Figure:
    """Unknown where too little is known for a verdict."""
    value = None if told is None or told.status == "unknown" else told.score
    return Figure(figure_id("health.score", client=key), f"Health of {name}", value, "score")


@dataclass(frozen=True, slots=True)
class TrendPoint:
    day: date
    score: Decimal | None
    known: Decimal | None
    shape: Status
    words: str
    moved: str


@dataclass(frozen=True, slots=True)
class HealthPage:
    """seen: None before the first reading. before: the reading it is held against."""

    finding: str
    figure: Figure
    seen: Seen | None
    before: Seen | None
    rows: tuple[ComponentRow, ...]
    caps: tuple[Mapping[str, Any], ...]
    trend: tuple[TrendPoint, ...]
    rules: HealthRules | None
    read_at: datetime | None

    @property
    def series(self) -> list[Decimal | None]:
        return [point.score for point in reversed(self.trend)]


def load_health(user: User, client: Client, today: date) -> HealthPage:
    """One query: the readings of a year."""
    rows = client.health_readings.filter(day__gte=today - TREND, day__lte=today).select_related("rules")
    readings = list(rows.order_by("-day"))
    if not readings:
        readings = list(client.health_readings.select_related("rules").order_by("-day")[:1])
    can = abilities_of(user)
    seen = [seen_by(one, can) for one in readings]
    now = seen[0] if seen else None
    before = seen[1] if len(seen) > 1 else None
    found = {move.name: move for move in moves(before.parts, now.parts)} if now and before else {}
    return HealthPage(
        finding=_finding(client.name, now, before, found),
        figure=health_figure(client.key, client.name, now.health if now else None),
        seen=now,
        before=before,
        rows=tuple(_row(part, client.key, before, found, can) for part in now.reading.components if _seen(part, can))
        if now
        else (),
        caps=tuple(now.reading.caps) if now else (),
        trend=tuple(_point(one, older) for one, older in zip(seen, [*seen, None][1:], strict=True)),
        rules=now.reading.rules if now else None,
        read_at=now.reading.read_at if now else None,
    )


def _seen(part: Mapping[str, Any], can: Abilities) -> bool:
    return part["name"] in components and may_see(part["field_class"], can)


def _row(
    part: Mapping[str, Any], key: str, before: Seen | None, found: Mapping[str, Move], can: Abilities
) -> ComponentRow:
    component, move = components[part["name"]], found.get(part["name"])
    was = before.parts.get(part["name"]) if before else None
    return ComponentRow(
        name=part["name"],
        label=component.label,
        weight=part["weight"],
        score=_decimal(part["score"]),
        before=was.score if was else None,
        points=move.points if move else None,
        rule=component.rule,
        inputs=tuple(InputLine(line["label"], _decimal(line["value"]), line["unit"]) for line in part["inputs"]),
        url=reverse(component.route, args=[key]),
    )


def _point(seen: Seen, older: Seen | None) -> TrendPoint:
    changed = moves(older.parts, seen.parts) if older else []
    words = [_move_words(move) for move in changed[:2]]
    return TrendPoint(seen.reading.day, seen.health.score, seen.health.known, seen.shape, seen.words, ", ".join(words))


def _move_words(move: Move) -> str:
    label = components[move.name].label if move.name in components else move.name
    if move.before is None and move.after is not None:
        return f"{label} became known"
    if move.after is None and move.before is not None:
        return f"{label} became unknown"
    return label if move.points is None else f"{label} {number(move.points, 1, signed=True)}"


def _finding(name: str, now: Seen | None, before: Seen | None, found: Mapping[str, Move]) -> str:
    if now is None:
        return f"Health of {name}"
    if now.health.status == "unknown":
        return f"Too little is known of {name} for a verdict"
    score = now.health.score or Decimal(0)
    said = f"{name} stands at {number(score)}, {now.words.lower()}"
    if now.health.uncapped is not None and score < now.health.uncapped:
        return f"{said}: {now.reading.caps[0]['why']}"
    moved = max(found.values(), key=lambda move: abs(move.points or NO_SCORE), default=None)
    if before is not None and before.health.score is not None and moved is not None and moved.points:
        change = score - before.health.score
        if abs(change) >= 1:
            way = "up" if change > 0 else "down"
            return f"{said}, {way} {number(abs(change))}, most by {components[moved.name].label.lower()}"
    weak = min((part for part in now.parts.items() if part[1].score is not None), key=lambda part: part[1].score or 0)
    if (weak[1].score or 0) < WATCH:
        return f"{said}; {components[weak[0]].label.lower()} is weakest"
    return said


@dataclass(frozen=True, slots=True)
class BookRow:
    """moved: since the last reading 28 days ago or more; None without one."""

    key: str
    name: str
    seen: Seen
    figure: Figure
    cells: tuple[Decimal | None, ...]
    moved: Decimal | None


@dataclass(frozen=True, slots=True)
class HealthBook:
    """heads: the components a reader may see, in order. unread: clients in sight without a reading."""

    finding: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[BookRow, ...]
    counts: Mapping[Status, int]
    unread: int


_TOO_LITTLE: Final = "Too little is known for a verdict"
MONTH_BACK: Final = timedelta(days=28)


def heads_for(can: Abilities) -> tuple[tuple[str, str], ...]:
    shown = [(one.order, name, one.label) for name, one in components if may_see(one.field_class, can)]
    return tuple((name, label) for _, name, label in sorted(shown))


def living(user: User) -> dict[int, tuple[str, str]]:
    """Key and name of the clients in sight that are not lost, by id. One query."""
    rows = clients_for(user).exclude(status=ClientStatus.LOST).order_by().values_list("pk", "key", "name")
    return {pk: (key, name) for pk, key, name in rows}


def load_book(user: User, today: date, *, status: str = "") -> HealthBook:
    """Three queries at any number of clients; lowest score first, the unknown last."""
    can = abilities_of(user)
    named = living(user)
    now, then = latest(list(named)), latest(list(named), on=today - MONTH_BACK)
    heads = heads_for(can)
    rows = []
    counts: dict[Status, int] = dict.fromkeys(WORDS, 0)
    for pk, reading in now.items():
        seen = seen_by(reading, can)
        counts[seen.shape] += 1
        if status and seen.shape != status:
            continue
        was = seen_by(then[pk], can).health.score if pk in then else None
        moved = None if was is None or seen.health.score is None else seen.health.score - was
        parts = tuple(seen.parts[name].score if name in seen.parts else None for name, _ in heads)
        rows.append(BookRow(*named[pk], seen, health_figure(*named[pk], seen.health), parts, moved))
    rows.sort(key=_lowest_first)
    return HealthBook(_book_finding(counts), heads, tuple(rows), counts, len(named) - len(now))


def _lowest_first(row: BookRow) -> tuple[bool, Decimal, str]:
    score = row.seen.health.score
    return row.seen.shape == "unknown", Decimal(101) if score is None else score, row.name


def _book_finding(counts: Mapping[Status, int]) -> str:
    whole = sum(counts.values())
    if not whole:
        return "Health of the clients"
    if counts["at_risk"]:
        return f"{counts['at_risk']} of {plural(whole, 'client')} {'is' if counts['at_risk'] == 1 else 'are'} at risk"
    if counts["watch"]:
        return f"No client is at risk, {counts['watch']} of {whole} to watch"
    known = whole - counts["unknown"]
    return f"All {plural(known, 'client')} with enough known are on track" if known else _TOO_LITTLE
