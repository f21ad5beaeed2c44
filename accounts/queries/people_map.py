"""The stakeholders of a client as a picture: org chart, influence, power and interest; and who of ours stands how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, cast
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse

from accounts.calc.contact_load import too_often
from accounts.calc.guide import QUESTIONS, What
from accounts.calc.judgements import HOLDS, expired, valid_until
from accounts.calc.map_layout import Layout, network, org_chart
from accounts.calc.network import Line, Standing, StrongTie, Threads, influence_rank, standings, threads
from accounts.models import Bond, Client, Influence, Level, LineKind, Rating, Touchpoint
from accounts.queries.stakeholders import StakeholderBook, StakeholderRow
from common import formats
from common.charts.people import PeopleMap, PersonBox, PersonLine
from common.figures import Figure, figure_id
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

View = Literal["org", "influence", "power", "list"]
Kind = Literal["influence", "alliance", "conflict"]
VIEWS: Final[dict[View, str]] = {"org": "Org chart", "influence": "Influence", "power": "Power", "list": "List"}
TOUCHES_BACK: Final = 183


@dataclass(frozen=True, slots=True)
class LineRow:
    pk: int
    version: int
    source_id: int
    target_id: int
    source: str
    target: str
    kind: Kind
    label: str
    strength: int | None
    url: str


@dataclass(frozen=True, slots=True)
class Tie:
    """One cell of the coverage grid; level None: no tie. owner: it is the relationship owner's."""

    level: int | None
    word: str = ""
    wanted: int | None = None
    owner: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    row: StakeholderRow
    ties: tuple[Tie, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Their people by ours: the columns are our people, the one with most ties first."""

    finding: str
    ours: tuple[str, ...]
    rows: tuple[GridRow, ...]
    threads: Threads
    figure: Figure
    note: str


@dataclass(frozen=True, slots=True)
class Judgement:
    label: str
    now: str
    until: date | None
    left: str
    stale: bool
    bad: bool = False


@dataclass(frozen=True, slots=True)
class RatingRow:
    """answers: question and answer in words."""

    what: str
    value: int
    on: datetime
    who: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Selected:
    """rank: place by influence of those there are, None without influence lines."""

    row: StakeholderRow
    judgements: tuple[Judgement, ...]
    rank: int | None
    ranked: int
    standing: Standing | None
    touches: tuple[date, ...]
    silent: int | None
    lines: tuple[LineRow, ...]
    ratings: tuple[RatingRow, ...]
    crowded: str


@dataclass(frozen=True, slots=True)
class Cell:
    power: int
    interest: int
    rows: tuple[StakeholderRow, ...]


@dataclass(frozen=True, slots=True)
class MapPage:
    """picture: of the views org and influence. matrix: of the view power, from power 5 down."""

    view: View
    views: tuple[tuple[View, str, str], ...]
    picture: PeopleMap | None
    matrix: tuple[tuple[Cell, ...], ...]
    unplaced: tuple[StakeholderRow, ...]
    lines: tuple[LineRow, ...]
    ranks: tuple[tuple[StakeholderRow, float, Standing], ...]
    grid: Grid | None
    selected: Selected | None


def load_map(
    user: User, client: Client, book: StakeholderBook, *, view: str, person: int | None, today: date
) -> MapPage:
    """At most three queries beside the book's, and one more for the person selected."""
    can = abilities_of(user)
    shown: View = view if view in VIEWS else "org"
    lines = load_lines(client) if can.see_stance else ()
    ids = [row.contact_id for row in book.rows]
    edges = [Line(line.source_id, line.target_id, line.kind, line.strength) for line in lines]
    ranks = influence_rank(ids, edges)
    stood = standings(ids, edges) if edges else {}
    chosen = next((row for row in book.rows if row.pk == person), None)
    address = reverse("client_stakeholders", args=[client.key])
    ordered = sorted(
        ((row, ranks[row.contact_id], stood[row.contact_id]) for row in book.rows if row.contact_id in ranks),
        key=lambda found: -found[1],
    )
    return MapPage(
        view=shown,
        views=tuple((name, word, f"{address}?{urlencode({'view': name})}") for name, word in VIEWS.items()),
        picture=_picture(book, lines, shown, chosen, address, client.key if can.edit_relationships else ""),
        matrix=_matrix(book.rows) if shown == "power" else (),
        unplaced=tuple(row for row in book.rows if row.power is None or row.interest is None),
        lines=lines,
        ranks=tuple(ordered),
        grid=load_grid(client, book, today if can.see_stance else None) if book.rows else None,
        selected=_selected(client, chosen, ordered, stood, lines, today, can.see_stance) if chosen else None,
    )


def load_lines(client: Client) -> tuple[LineRow, ...]:
    """Strongest first. One query."""
    found = Influence.objects.filter(client=client).select_related("source", "target")
    return tuple(
        LineRow(
            line.pk, line.version, line.source_id, line.target_id, line.source.name, line.target.name,
            cast(Kind, line.kind), LineKind(line.kind).label, line.strength,
            reverse("influence", args=[client.key, line.pk]),
        )
        for line in found.order_by(F("strength").desc(nulls_last=True), "source__last_name", "target__last_name", "pk")
    )  # fmt: skip


def _picture(
    book: StakeholderBook,
    lines: Sequence[LineRow],
    view: View,
    chosen: StakeholderRow | None,
    address: str,
    moved_at: str,
) -> PeopleMap | None:
    """moved_at: key of the client, where boxes of the org chart may be moved; else blank."""
    if view not in ("org", "influence") or not book.rows:
        return None
    ids = [row.contact_id for row in book.rows]
    if view == "org":
        bosses = {row.contact_id: row.boss_id for row in book.rows if row.boss_id is not None}
        layout = org_chart(ids, bosses)
    else:
        layout = network(ids, [(line.source_id, line.target_id) for line in lines])
    return PeopleMap(
        finding=f"{VIEWS[view]}: {book.finding}",
        boxes=tuple(_box(row, layout, row is chosen, view, address, moved_at) for row in book.rows),
        width=layout.width,
        height=layout.height,
        elbows=layout.elbows,
        lines=tuple(PersonLine(line.source_id, line.target_id, line.kind, line.strength) for line in lines),
    )


def _box(row: StakeholderRow, layout: Layout, chosen: bool, view: View, address: str, moved_at: str) -> PersonBox:
    spot = layout.spots[row.contact_id]
    data = None
    if moved_at and view == "org":
        url = reverse("stakeholder_boss", args=[moved_at, row.pk])
        data = {"boss": url, "person": str(row.contact_id), "version": str(row.version), "name": row.name}
    return PersonBox(
        key=row.contact_id,
        name=row.name,
        title=row.title if row.identified else "Not yet identified",
        x=spot.x,
        y=spot.y,
        power=row.power,
        level=row.level,
        wanted=row.wanted,
        stance=row.stance,
        stance_bad=bool(row.stance_tone),
        covered=row.covered,
        role=row.buying_role.removeprefix("Economic ").capitalize(),
        identified=row.identified,
        chosen=chosen,
        url=f"{address}?{urlencode({'view': view, 'person': row.pk})}",
        data=data,
    )


def _matrix(rows: Sequence[StakeholderRow]) -> tuple[tuple[Cell, ...], ...]:
    at: dict[tuple[int, int], list[StakeholderRow]] = {}
    for row in rows:
        if row.power is not None and row.interest is not None:
            at.setdefault((row.power, row.interest), []).append(row)
    return tuple(
        tuple(Cell(power, interest, tuple(at.get((power, interest), ()))) for interest in range(1, 6))
        for power in range(5, 0, -1)
    )


def load_grid(client: Client, book: StakeholderBook, today: date | None) -> Grid:
    """One query. today: as of when judgements have expired; None for who may not know when they were made."""
    bonds = Bond.objects.filter(stake__client=client).select_related("person").order_by("person__name", "pk")
    held: dict[tuple[int, int], Tie] = {}
    names: dict[int, str] = {}
    for bond in bonds:
        names[bond.person_id] = bond.person.name
        held[bond.stake_id, bond.person_id] = Tie(bond.level, _word(bond.level), bond.level_wanted)
    for row in book.rows:
        if row.owner_id is not None and row.level is not None:
            names[row.owner_id] = row.owner
            held[row.pk, row.owner_id] = Tie(row.level, _word(row.level), row.wanted, owner=True)
    strong = [StrongTie(stake, person, tie.level) for (stake, person), tie in held.items()]
    found = threads(strong)
    counts = {person: sum(tie.ours == person for tie in strong) for person in names}
    order = sorted(names, key=lambda person: (-counts[person], names[person]))
    rows = tuple(GridRow(row, tuple(held.get((row.pk, person), Tie(None)) for person in order)) for row in book.rows)
    identity = figure_id("relationship.threads", client=client.key)
    figure = Figure(identity, f"Strong ties of one of ours at {client.name}", found.top_share, "ratio")
    top = names.get(found.holder, "") if found.holder is not None else ""
    return Grid(
        _grid_finding(found, top), tuple(names[person] for person in order), rows, found, figure,
        _judged(book.rows, today) if today else "",
    )  # fmt: skip


def _word(level: int) -> str:
    return f"{level} {str(Level(level).label).rpartition(' ')[2].capitalize()}"


def _grid_finding(found: Threads, top: str) -> str:
    if found.single is None:
        return "Nobody has judged how we stand with anyone here"
    if not found.ties:
        return "Nobody here is more than a vendor's contact to us"
    if found.single:
        if found.ours == 1:
            return f"Single-threaded: every strong tie is {top}'s"
        if found.theirs == 1:
            return "Single-threaded: all strong ties are to one person"
        return f"Single-threaded: {top} holds {formats.ratio(found.top_share, 1)} of the strong ties"
    return f"{found.ours} of ours hold {found.ties} strong ties to {found.theirs} of theirs"


def _judged(rows: Iterable[StakeholderRow], today: date) -> str:
    known = [
        expired(name, row.judged_on, today)
        for row in rows
        for name in HOLDS
        if (getattr(row, name) if name != "stance" else row.stance or None) is not None
    ]
    if not known:
        return ""
    return f"Judgements as of {formats.day(today)}, {formats.ratio(sum(known) / len(known), 0)} expired."


def _selected(
    client: Client,
    row: StakeholderRow,
    ranks: Sequence[tuple[StakeholderRow, float, Standing]],
    stood: Mapping[int, Standing],
    lines: Sequence[LineRow],
    today: date,
    see_stance: bool,
) -> Selected:
    since = today - timedelta(days=TOUCHES_BACK)
    days = Touchpoint.objects.filter(client=client, theirs=row.contact_id, date__gte=since, date__lte=today)
    place = next((at for at, found in enumerate(ranks, 1) if found[0] is row), None)
    touches = tuple(days.order_by("date").values_list("date", flat=True))
    return Selected(
        row=row,
        judgements=_judgements(row, today),
        rank=place,
        ranked=len(ranks),
        standing=stood.get(row.contact_id),
        touches=touches,
        crowded=too_often(touches, row.cadence_days, today),
        silent=(today - row.last_touch).days if row.last_touch else None,
        lines=tuple(line for line in lines if row.contact_id in (line.source_id, line.target_id)),
        ratings=_ratings(row.pk) if see_stance else (),
    )


def _ratings(stake: int) -> tuple[RatingRow, ...]:
    """The newest of each kind. One query."""
    newest = Rating.objects.filter(stake=stake).order_by("what", "-id").distinct("what")
    return tuple(
        RatingRow(str(Rating.What(one.what).label), one.value, one.made_at, one.made_by, _answered(one))
        for one in newest
    )


def _answered(one: Rating) -> tuple[tuple[str, str], ...]:
    asked = QUESTIONS.get(cast(What, one.what), ())
    return tuple(
        (question.text, dict(question.answers).get(one.answers.get(question.key, ""), "").lower()) for question in asked
    )


def _judgements(row: StakeholderRow, today: date) -> tuple[Judgement, ...]:
    said = {
        "power": "" if row.power is None else f"{row.power} of 5",
        "interest": "" if row.interest is None else f"{row.interest} of 5",
        "stance": row.stance,
        "level": "" if row.level is None else f"{row.level} {row.level_word}",
    }
    if row.wanted is not None and said["level"]:
        said["level"] += f", want {row.wanted}"
    made = []
    for name, words in said.items():
        if not words:
            continue
        until = valid_until(name, row.judged_on)
        left = "" if until is None else f"{(until - today).days} d" if until >= today else "expired"
        bad = name == "stance" and bool(row.stance_tone)
        made.append(Judgement(name.capitalize(), words, until, left, expired(name, row.judged_on, today), bad))
    return tuple(made)
