"""Who moves whom at the clients, and which of our people know them beside the relationship owner. All invented."""

from collections.abc import Iterator

from portfolio.demo.calendar import stream
from portfolio.demo.clients import BY_KEY
from portfolio.demo.contacts import BUYER, CHAMPION, CONTACTS, Person, contact_key
from portfolio.demo.people import LEADS, email


def influence_rows(seed: int) -> list[dict[str, str]]:
    """A champion moves whom they report to, buyers listen to those they lead, and money quarrels with enthusiasm."""
    rows = []
    for client, people in CONTACTS.items():
        dice = stream(seed, "influences", client)
        for place, person in enumerate(people, 1):
            if person.above and (person.role in (CHAMPION, BUYER) or dice.random() < 0.45):
                strength = min(5, person.power + dice.randint(-1, 1))
                rows.append(_line(client, place, person.above, "influence", max(1, strength)))
        rows += _sides(client, people)
    return rows


def _sides(client: str, people: tuple[Person, ...]) -> Iterator[dict[str, str]]:
    """The two who like us best stand together; the most powerful sceptic is at odds with our champion."""
    placed = list(enumerate(people, 1))
    champions = [place for place, person in placed if person.role == CHAMPION]
    friends = [place for place, person in placed if (person.stance or 0) > 0 and place not in champions]
    sceptics = [place for place, person in placed if (person.stance or 0) < 0]
    if champions and friends:
        yield _line(client, champions[0], friends[-1], "alliance", 2)
    if champions and sceptics:
        yield _line(client, sceptics[0], champions[0], "conflict", 3)


def _line(client: str, source: int, target: int, kind: str, strength: int) -> dict[str, str]:
    return {
        "client": client,
        "from": contact_key(client, source),
        "to": contact_key(client, target),
        "kind": kind,
        "strength": str(strength),
    }


def bond_rows(seed: int) -> list[dict[str, str]]:
    """The account manager and delivery leads know some of those whom another of ours owns."""
    rows = []
    for client, people in CONTACTS.items():
        dice = stream(seed, "bonds", client)
        ours = [BY_KEY[client].manager, *LEADS.get(BY_KEY[client].code, ())]
        for place, person in enumerate(people, 1):
            for who in ours:
                if who != person.owner and person.level is not None and dice.random() < 0.35:
                    level = max(1, min(person.level, dice.randint(1, 3)))
                    rows.append(
                        {
                            "client": client,
                            "contact": contact_key(client, place),
                            "person_email": email(who),
                            "level": str(level),
                            "level_wanted": str(min(4, level + 1)) if dice.random() < 0.4 else "",
                        }
                    )
    return rows
