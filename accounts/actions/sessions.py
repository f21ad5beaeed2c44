"""Planning sessions: called, led through their phases, ideas written and voted on, and made objects of the plan.

Ideas are rows of their own and dots rows of their own, so several people at once never write over one another. While
ideas are covered, the trail says that one was written and not what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Sum

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.actions.plans import add_part, kind_of, plan_of
from accounts.calc.sessions import may_step
from accounts.models import (
    Client,
    Dots,
    FactKind,
    Idea,
    ItemKind,
    Objective,
    Phase,
    PlanningSession,
    PlanPart,
    SessionItem,
)
from common import audit
from common.records import update_versioned
from people.models import User

FIELDS: Final = ("title", "purpose", "held_on", "facilitator", "dots", "hidden", "outcome")
ITEM_FIELDS: Final = ("title", "kind", "minutes")
BECOMES: Final = ("objective", "initiative", "action", "risk")
USUAL: Final = (
    ("Where they are heading, and what it asks of us", ItemKind.IDEAS, 30),
    ("It is a year on and the plan has failed: what happened?", ItemKind.PREMORTEM, 20),
    ("What we do first, and who", ItemKind.TALK, 15),
)
"""The agenda a new session begins with; every item can be changed or taken out."""


class NotNow(Exception):
    """The session is not at a point where this can be done. The text says why."""


def _subject(session: PlanningSession) -> Subject:
    return Subject("planning session", session.title, session.client_id)


def _held(session: PlanningSession) -> PlanningSession:
    """As it stands, and staying so until the transaction ends: a phase and a vote do not cross."""
    return PlanningSession.objects.select_for_update(of=("self",)).select_related("client").get(pk=session.pk)


def create_session(
    *, client: Client, values: Mapping[str, Any], people: Iterable[User], actor: User
) -> PlanningSession:
    """With the usual agenda. The one who calls it takes part."""
    given = {name: values[name] for name in FIELDS if name in values}
    with transaction.atomic():
        session = PlanningSession(client=client, **given)
        add(session, actor=actor.email, subject=_subject(session), values=given)
        session.people.set({actor.pk, *(person.pk for person in people)})
        SessionItem.objects.bulk_create(
            SessionItem(session=session, position=number, title=title, kind=kind, minutes=minutes)
            for number, (title, kind, minutes) in enumerate(USUAL, 1)
        )
    return session


def change_session(
    *,
    session: PlanningSession,
    values: Mapping[str, Any],
    people: Iterable[User] | None,
    expected: int | None,
    actor: User,
) -> PlanningSession:
    """people: None leaves them. Raises StaleRecord, and NotNow where fewer dots would be had than lie already."""
    given = {name: values[name] for name in FIELDS if name in values}
    with transaction.atomic():
        standing = _held(session)
        if "dots" in given and given["dots"] < _most_placed(standing):
            raise NotNow("Somebody has placed more dots than that already.")
        fresh = save_changes(standing, given, expected=expected, actor=actor.email, subject=_subject(standing))
        if people is not None:
            _set_people(fresh, list(people), actor)
    return fresh


def _most_placed(session: PlanningSession) -> int:
    placed = Dots.objects.filter(idea__item__session=session).values("person").annotate(all=Sum("count"))
    return max((row["all"] for row in placed), default=0)


def _set_people(session: PlanningSession, people: list[User], actor: User) -> None:
    before = sorted(str(name) for name in session.people.values_list("name", flat=True))
    after = sorted(person.name for person in people)
    if before != after:
        session.people.set(people)
        _tell(session, actor, "changed", {"people": (before, after)})


def _tell(session: PlanningSession, actor: User, verb: str, changes: Mapping[str, Any]) -> None:
    audit.record(
        actor=actor.email,
        verb=verb,
        kind="planning session",
        object_id=session.pk,
        label=session.title,
        client_id=session.client_id,
        changes=dict(changes),
    )


def remove_session(*, session: PlanningSession, actor: User) -> None:
    """With its agenda, ideas and dots; what became part of the plan stays there. The trail keeps the ideas."""
    with transaction.atomic():
        ideas = list(Idea.objects.filter(item__session=session).values_list("text", flat=True))
        told = {"held_on": session.held_on, "outcome": session.outcome, "ideas": "; ".join(ideas)}
        Idea.objects.filter(item__session=session).delete()
        remove(session, actor=actor.email, subject=_subject(session), values=told)


def step(*, session: PlanningSession, phase: str, expected: int | None, actor: User, now: datetime) -> PlanningSession:
    """On or back by one phase. With the vote, covered ideas are shown. Raises NotNow and StaleRecord."""
    with transaction.atomic():
        standing = _held(session)
        if not may_step(standing.phase, phase):
            raise NotNow("A session goes one phase on or back, and stays closed once it is.")
        changes: dict[str, Any] = {"phase": phase}
        if phase != Phase.GATHER and standing.covered:
            changes["revealed_at"] = now
        if phase == Phase.CLOSED:
            changes["closed_at"] = now
        return save_changes(standing, changes, expected=expected, actor=actor.email, subject=_subject(standing))


def reveal(*, session: PlanningSession, actor: User, now: datetime) -> PlanningSession:
    with transaction.atomic():
        standing = _held(session)
        if not standing.covered:
            return standing
        return save_changes(
            standing,
            {"revealed_at": now},
            expected=None,
            actor=actor.email,
            subject=_subject(standing),
            verb="revealed",
        )


def save_item(
    *,
    session: PlanningSession,
    item: SessionItem | None,
    values: Mapping[str, Any],
    expected: int | None,
    actor: User,
) -> SessionItem:
    """item: None adds one at the end. Raises StaleRecord, and NotNow once the session is closed."""
    given = {name: values[name] for name in ITEM_FIELDS if name in values}
    with transaction.atomic():
        standing = _held(session)
        if standing.phase == Phase.CLOSED:
            raise NotNow("The session is closed: its agenda stays as it was.")
        subject = Subject("agenda item", str(given.get("title", item)), standing.client_id)
        if item is not None:
            return save_changes(item, given, expected=expected, actor=actor.email, subject=subject)
        top = standing.items.aggregate(top=Max("position"))["top"] or 0
        row = SessionItem(session=standing, position=top + 1, **given)
        return add(row, actor=actor.email, subject=subject, values=given)


def remove_item(*, item: SessionItem, actor: User) -> None:
    """Raises NotNow where ideas stand under it."""
    with transaction.atomic():
        standing = _held(item.session)
        if standing.phase == Phase.CLOSED or item.ideas.exists():
            raise NotNow("Ideas stand under it, or the session is closed: it stays.")
        subject = Subject("agenda item", item.title, standing.client_id)
        remove(item, actor=actor.email, subject=subject, values={"minutes": item.minutes})


def add_idea(*, item: SessionItem, text: str, actor: User) -> Idea:
    """Raises NotNow unless ideas are being gathered under this item."""
    with transaction.atomic():
        session = _held(item.session)
        if session.phase != Phase.GATHER:
            raise NotNow("Ideas are gathered no more: go a phase back to add one.")
        if item.kind == ItemKind.TALK:
            raise NotNow("This item is for talking: ideas go under another.")
        session.people.add(actor)
        idea = Idea.objects.create(item=item, author=actor, text=text)
        told = {} if session.covered else {"idea": (None, text)}
        _tell(session, actor, "wrote an idea", told)
    return idea


def change_idea(*, idea: Idea, text: str, expected: int | None, actor: User) -> Idea:
    """Raises StaleRecord, and NotNow for somebody else's, or once the vote has begun."""
    with transaction.atomic():
        session = _held(idea.item.session)
        _own(idea, session, actor)
        if session.covered:
            fresh = update_versioned(idea, {"text": text}, expected=expected)  # without a word of it in the trail
            _tell(session, actor, "changed an idea", {})
            return fresh
        subject = Subject("idea", text, session.client_id)
        return save_changes(idea, {"text": text}, expected=expected, actor=actor.email, subject=subject)


def remove_idea(*, idea: Idea, actor: User) -> None:
    """Raises NotNow as changing it does."""
    with transaction.atomic():
        session = _held(idea.item.session)
        _own(idea, session, actor)
        _tell(session, actor, "took an idea back", {} if session.covered else {"idea": (idea.text, None)})
        idea.delete()


def _own(idea: Idea, session: PlanningSession, actor: User) -> None:
    if idea.author_id != actor.pk:
        raise NotNow("An idea is changed by whoever wrote it.")
    if session.phase != Phase.GATHER:
        raise NotNow("The vote has begun: ideas stay as they are.")


def place_dots(*, idea: Idea, count: int, actor: User) -> int:
    """So many of this person's dots on the idea, 0 takes them back; how many are left. Raises NotNow beyond the limit.

    The session is held, so that two clicks at once do not spend the same dot.
    """
    with transaction.atomic():
        session = _held(idea.item.session)
        if session.phase != Phase.VOTE:
            raise NotNow("Dots are placed while the vote is on.")
        mine = Dots.objects.filter(idea__item__session=session, person=actor)
        others = mine.exclude(idea=idea).aggregate(all=Sum("count"))["all"] or 0
        if not 0 <= count <= session.dots - others:
            raise NotNow(f"You have {session.dots} dots, and {session.dots - others} of them are free for this idea.")
        before = others + (mine.filter(idea=idea).aggregate(all=Sum("count"))["all"] or 0)
        if count:
            Dots.objects.update_or_create(idea=idea, person=actor, defaults={"count": count})
        else:
            mine.filter(idea=idea).delete()
        session.people.add(actor)
        if before != others + count:
            _tell(session, actor, "voted", {"dots placed": (before, others + count)})
        return session.dots - others - count


def turn(*, idea: Idea, kind: str, under: Objective | None, actor: User, now: datetime) -> PlanPart:
    """The idea as an objective, initiative, action or risk of the client's plan, which then names this session.

    under: what an initiative or action hangs on. Raises NotNow where it became something already, before the decision,
    and without an objective to hang it on.
    """
    if kind not in BECOMES:
        raise NotNow("An idea becomes an objective, an initiative, an action or a risk.")
    if kind in ("initiative", "action") and under is None:
        raise NotNow("Say which objective it stands under; make one first where there is none.")
    with transaction.atomic():
        session = _held(idea.item.session)
        if session.phase not in (Phase.DECIDE, Phase.CLOSED):
            raise NotNow("Ideas become part of the plan once the vote is over.")
        standing = Idea.objects.select_for_update(of=("self",)).get(pk=idea.pk)
        if standing.part_key:
            raise NotNow("It is part of the plan already.")
        part = _made(standing.text, kind, under, session, actor, now)
        Idea.objects.filter(pk=idea.pk).update(part_kind=kind_of(part), part_key=part.key)
        _tell(session, actor, "made part of the plan", {kind: (None, standing.text)})
    return part


def _made(
    text: str, kind: str, under: Objective | None, session: PlanningSession, actor: User, now: datetime
) -> PlanPart:
    if kind == "risk":
        source = f"{session.title}, {session.held_on:%Y-%m-%d}"[:200]
        values = {"kind": FactKind.RISK, "title": text, "source": source, "owner": actor}
        return add_part(kind="fact", above=plan_of(session.client, now), values=values, actor=actor)
    above: Any = under if kind != "objective" else plan_of(session.client, now)
    return add_part(kind=kind, above=above, values={"title": text, "owner": actor}, actor=actor)
