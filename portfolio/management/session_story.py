"""The demo's planning sessions: one closed two months ago, whose ideas are in the plan, and one that runs today."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from accounts.actions.sessions import turn
from accounts.models import Client, Dots, Idea, Objective, PlanningSession, SessionItem
from people.models import User
from portfolio.demo.people import email

# ruff: noqa: E501 - a table reads best with one row a line


class Said(NamedTuple):
    """dots: whose lie on it, by local part. becomes: what it was made, "" where it was left."""

    who: str
    text: str
    dots: tuple[str, ...] = ()
    becomes: str = ""


class Item(NamedTuple):
    title: str
    kind: str
    minutes: int
    ideas: tuple[Said, ...] = ()


CLOSED = (
    Item(
        "Where the bank is heading, and what it asks of us", "ideas", 35,
        (
            Said("manager", "Own the onboarding of small businesses end to end", ("manager", "director", "director"), "objective"),
            Said("director", "One measurement of brand and product together", ("manager", "manager"), "initiative"),
            Said("manager", "A shared calendar with their branch team", ("director",), "action"),
            Said("director", "Open a studio inside their building"),
        ),
    ),
    Item(
        "It is a year on and the plan has failed: what happened?", "premortem", 20,
        (
            Said("director", "Our sponsor left and nobody else knew us", ("manager", "director"), "risk"),
            Said("manager", "Procurement cut the squads by a third", ("manager",), "risk"),
            Said("manager", "We fell out with their data team"),
        ),
    ),
    Item("What we do first, and who", "talk", 15),
)  # fmt: skip
RUNNING = (
    Item(
        "What Halden needs from us before the launch", "ideas", 30,
        (
            Said("director", "A senior lead for each brand, named by name", ("marcus.bell", "director")),
            Said("marcus.bell", "Patient support as one programme, not four projects", ("director", "director", "marcus.bell")),
            Said("marcus.bell", "Medical, legal and creative in one weekly room"),
            Said("director", "Show the launch model to the European team", ("marcus.bell",)),
        ),
    ),
    Item(
        "It is a year on and the plan has failed: what happened?", "premortem", 20,
        (
            Said("marcus.bell", "We staffed the launch with people from other clients", ("director",)),
            Said("director", "The regulator moved the date and we had no second plan"),
        ),
    ),
    Item("What we do first, and who", "talk", 10),
)  # fmt: skip


def tell_sessions(as_of: date) -> int:
    """Told once; returns the ideas written."""
    people = dict(User.objects.values_list("email", "pk"))
    by_local = {mail.partition("@")[0]: User(pk=pk, email=mail) for mail, pk in people.items()}
    closed = _session(
        "marlow-bank", "Plan for next year", as_of - timedelta(days=61), CLOSED, by_local, phase="decide",
        purpose="Agree three things to go for, and what could stop us", lead="manager",
    )  # fmt: skip
    under = Objective.objects.filter(plan__client=closed.client).order_by("position", "pk").first()
    when = _at(closed.held_on, 16)
    spoken = {said.text: said for item in CLOSED for said in item.ideas}
    for idea in Idea.objects.filter(item__session=closed).select_related("item__session__client").order_by("pk"):
        said = spoken[idea.text]
        if said.becomes and (under or said.becomes in ("objective", "risk")):
            actor = User.objects.get(email=email(said.who))
            turn(idea=idea, kind=said.becomes, under=under, actor=actor, now=when)
    PlanningSession.objects.filter(pk=closed.pk).update(
        phase="closed",
        closed_at=when,
        outcome="We go for small business first. The director keeps a second door open to the board; procurement is "
        "met before the squads are up for renewal.",
    )
    _session(
        "halden-pharma", "Launch year", as_of, RUNNING, by_local, phase="vote", hidden=True,
        purpose="What we change in the plan before the launch", lead="director",
    )  # fmt: skip
    return sum(len(item.ideas) for item in (*CLOSED, *RUNNING))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)


def _session(
    client: str,
    title: str,
    day: date,
    agenda: tuple[Item, ...],
    people: dict[str, User],
    *,
    phase: str,
    purpose: str,
    lead: str,
    hidden: bool = False,
) -> PlanningSession:
    session = PlanningSession.objects.create(
        client=Client.objects.get(key=client), title=title, purpose=purpose, held_on=day, phase=phase, hidden=hidden,
        facilitator_id=people[lead].pk, revealed_at=_at(day, 10) if hidden else None,
    )  # fmt: skip
    spoken = [said for item in agenda for said in item.ideas]
    there = {lead, *(said.who for said in spoken), *(who for said in spoken for who in said.dots)}
    session.people.set([people[who].pk for who in there])
    for number, item in enumerate(agenda, 1):
        row = SessionItem.objects.create(
            session=session, position=number, title=item.title, kind=item.kind, minutes=item.minutes
        )
        for said in item.ideas:
            idea = Idea.objects.create(item=row, author_id=people[said.who].pk, text=said.text)
            Dots.objects.bulk_create(
                Dots(idea=idea, person_id=people[who].pk, count=said.dots.count(who))
                for who in dict.fromkeys(said.dots)
            )
    return session
