"""Planning sessions of a client: the list, the board that everybody in the room sees, and the minutes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count
from django.urls import reverse

from accounts.access import sessions_for
from accounts.calc.sessions import PHASES, dots_left, ranked
from accounts.models import (
    PARTS,
    Client,
    Dots,
    Idea,
    ItemKind,
    Objective,
    Phase,
    PlanningSession,
    SessionItem,
)
from common.formats import plural
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

KIND_WORDS: Final = {
    "objective": "Objective", "initiative": "Initiative", "action": "Action", "fact": "Risk",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SessionLine:
    session: PlanningSession
    url: str
    ideas: int
    results: int
    people: int
    shape: str


@dataclass(frozen=True, slots=True)
class Became:
    """The plan object an idea became. url: "" where it has been taken out of the plan since."""

    word: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class IdeaView:
    """dots: of everybody, None while the vote is on. mine: this person's. more, fewer: what the buttons would set."""

    idea: Idea
    author: str
    own: bool
    dots: int | None
    mine: int
    more: int | None
    fewer: int | None
    became: Became | None
    suggested: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """covered: how many ideas of others are hidden for now."""

    item: SessionItem
    ideas: tuple[IdeaView, ...]
    covered: int
    takes: bool


@dataclass(frozen=True, slots=True)
class PersonView:
    name: str
    ideas: int
    placed: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the room sees of a session. stamp: changes whenever anything on it does."""

    session: PlanningSession
    items: tuple[ItemView, ...]
    people: tuple[PersonView, ...]
    minutes: int
    ideas: int
    results: int
    left: int
    placed: int
    objectives: tuple[Objective, ...]
    steps: tuple[tuple[str, str, bool], ...]
    previous: tuple[str, str] | None
    following: tuple[str, str] | None
    stamp: str
    finding: str


def load_sessions(user: User, client: Client) -> list[SessionLine]:
    """One query, the newest first."""
    rows = (
        sessions_for(user)
        .filter(client=client)
        .select_related("facilitator")
        .annotate(
            ideas_count=Count("items__ideas", distinct=True),
            people_count=Count("people", distinct=True),
        )
    )
    made = dict(
        Idea.objects.filter(item__session__client=client)
        .exclude(part_key="")
        .order_by()
        .values_list("item__session")
        .annotate(Count("pk"))
    )
    return [
        SessionLine(
            session=row,
            url=reverse("plan_session", args=[client.key, row.pk]),
            ideas=row.ideas_count,
            results=made.get(row.pk, 0),
            people=row.people_count,
            shape="" if row.phase == Phase.CLOSED else "watch",
        )
        for row in rows
    ]


def load_board(user: User, session: PlanningSession) -> Board:
    """Five queries, one more for each kind of part ideas became, and for the objectives once they can."""
    items = list(session.items.all())
    ideas = list(Idea.objects.filter(item__session=session).select_related("author").order_by("pk"))
    dots: dict[int, dict[int, int]] = defaultdict(dict)
    for idea, person, count in Dots.objects.filter(idea__item__session=session).values_list(
        "idea_id", "person_id", "count"
    ):
        dots[idea][person] = count
    people = list(session.people.order_by("name", "pk"))
    became = _became(ideas, session.client.key)
    left = dots_left(session.dots, [found.get(user.pk, 0) for found in dots.values()])
    open_now = session.phase in (Phase.DECIDE, Phase.CLOSED) and abilities_of(user).edit_relationships
    chosen = Objective.objects.filter(plan__client=session.client).order_by("position", "pk") if open_now else ()
    kinds = {item.pk: item.kind for item in items}
    views = {idea.pk: _view(idea, kinds[idea.item_id], session, user, dots[idea.pk], left, became) for idea in ideas}
    told = session.phase in (Phase.DECIDE, Phase.CLOSED)
    at = PHASES.index(session.phase)
    results = sum(bool(idea.part_key) for idea in ideas)
    placed = sum(sum(found.values()) for found in dots.values())
    words = dict(Phase.choices)
    return Board(
        session=session,
        items=tuple(_item(item, ideas, views, dots, session, user, told) for item in items),
        people=tuple(_person(person, ideas, dots) for person in people),
        minutes=sum(item.minutes for item in items),
        ideas=len(ideas),
        results=results,
        left=left,
        placed=placed,
        objectives=tuple(chosen),
        steps=tuple((code, str(words[Phase(code)]), code == session.phase) for code in PHASES),
        previous=_step(at - 1, at, words),
        following=_step(at + 1, at, words),
        stamp=_stamp(session, items, ideas, dots, people),
        finding=_finding(session, ideas, results, placed, len(people)),
    )


def _step(to: int, at: int, words: Mapping[Any, Any]) -> tuple[str, str] | None:
    """The phase to go to and its word; none beyond the ends, and none from a closed session."""
    if not 0 <= to < len(PHASES) or PHASES[at] == "closed":
        return None
    return PHASES[to], str(words[Phase(PHASES[to])])


def _stamp(
    session: PlanningSession,
    items: list[SessionItem],
    ideas: list[Idea],
    dots: Mapping[int, Mapping[int, int]],
    people: Iterable[Any],
) -> str:
    parts = [
        session.version, len(items), sum(one.version for one in items), len(ideas), sum(one.version for one in ideas),
        sum(one.pk for one in ideas), sum(bool(one.part_key) for one in ideas),
        sum(idea * 7 + person * 3 + count for idea, found in dots.items() for person, count in found.items()),
        sum(1 for _ in people),
    ]  # fmt: skip
    return "-".join(str(part) for part in parts)


def _finding(session: PlanningSession, ideas: list[Idea], results: int, placed: int, people: int) -> str:
    if session.phase == Phase.GATHER:
        return f"{plural(len(ideas), 'idea')} from {plural(people, 'person', 'people')} so far"
    if session.phase == Phase.VOTE:
        return f"{placed} of {session.dots * people} dots placed on {plural(len(ideas), 'idea')}"
    if session.phase == Phase.DECIDE:
        return f"{results} of {plural(len(ideas), 'idea')} made part of the plan"
    return f"Closed: {results} of {plural(len(ideas), 'idea')} became part of the plan"


def _item(
    item: SessionItem,
    ideas: list[Idea],
    views: Mapping[int, IdeaView],
    dots: Mapping[int, Mapping[int, int]],
    session: PlanningSession,
    user: User,
    told: bool,
) -> ItemView:
    own = [idea for idea in ideas if idea.item_id == item.pk]
    shown = [idea for idea in own if not session.covered or idea.author_id == user.pk]
    order = ranked([(sum(dots[idea.pk].values()), idea) for idea in shown]) if told else shown
    return ItemView(
        item=item,
        ideas=tuple(views[idea.pk] for idea in order),
        covered=len(own) - len(shown),
        takes=session.phase == Phase.GATHER and item.kind != ItemKind.TALK,
    )


def _view(
    idea: Idea,
    kind: str,
    session: PlanningSession,
    user: User,
    dots: Mapping[int, int],
    left: int,
    became: Mapping[str, Became],
) -> IdeaView:
    mine = dots.get(user.pk, 0)
    voting = session.phase == Phase.VOTE
    return IdeaView(
        idea=idea,
        author=idea.author.name if idea.author else "Somebody who has left",
        own=idea.author_id == user.pk,
        dots=None if session.phase in (Phase.GATHER, Phase.VOTE) else sum(dots.values()),
        mine=mine,
        more=mine + 1 if voting and left > 0 else None,
        fewer=mine - 1 if voting and mine else None,
        became=became.get(idea.part_key),
        suggested="risk" if kind == ItemKind.PREMORTEM else "objective",
    )


def _person(person: Any, ideas: list[Idea], dots: Mapping[int, Mapping[int, int]]) -> PersonView:
    wrote = sum(idea.author_id == person.pk for idea in ideas)
    return PersonView(person.name, wrote, sum(found.get(person.pk, 0) for found in dots.values()))


def _became(ideas: list[Idea], key: str) -> dict[str, Became]:
    """By key of the part. One query for each kind there is."""
    wanted: dict[str, list[Idea]] = defaultdict(list)
    for idea in ideas:
        if idea.part_key:
            wanted[idea.part_kind].append(idea)
    found: dict[str, Became] = {}
    for kind, made in wanted.items():
        rows: Any = PARTS[kind]._default_manager.filter(key__in=[idea.part_key for idea in made])
        there = {part_key: (pk, title) for part_key, pk, title in rows.values_list("key", "pk", "title")}
        for idea in made:
            pk, title = there.get(idea.part_key, (0, idea.text))
            url = reverse("plan_part", args=[key, kind, pk]) if pk else ""
            found[idea.part_key] = Became(KIND_WORDS.get(kind, kind.capitalize()), title, url)
    return found


@dataclass(frozen=True, slots=True)
class Origin:
    """The session a part of the plan came from, and who had the idea."""

    title: str
    url: str
    author: str


def origin_of(key: str, client: str) -> Origin | None:
    """One query. key: of the part."""
    idea = Idea.objects.filter(part_key=key).select_related("item__session", "author").first()
    if idea is None:
        return None
    session = idea.item.session
    url = f"{reverse('plan_session', args=[client, session.pk])}#idea-{idea.pk}"
    return Origin(session.title, url, idea.author.name if idea.author else "")
