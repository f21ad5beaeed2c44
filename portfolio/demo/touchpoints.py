"""Meetings and calls with the people of the client, and promises made at them."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from portfolio.demo.calendar import day_at, stream, weekday_from
from portfolio.demo.clients import BY_KEY
from portfolio.demo.contacts import CONTACTS, Person, contact_key
from portfolio.demo.notes import GENERAL, NOTES, PROMISES
from portfolio.demo.people import email

DAYS_BACK = 300
# The newest touch may fall this many days into the open month; it shows once its day has come.
DAYS_AHEAD = 26
KINDS = ("meeting", "meeting", "call", "call", "call", "email", "meeting", "event")
LOST_CONTACT = {"dunmore-media": 95}


def touch_days(client_key: str, person: Person, rng: random.Random) -> list[int]:
    """Days from the anchor, oldest first. People we stand well with are seen within their cadence."""
    if person.level is None:
        return []
    pace = 0.75 if person.level >= 3 else 1.0 if person.level == 2 else 1.9
    day = DAYS_AHEAD - int(person.cadence * pace * rng.uniform(0.05, 1.0))
    day -= LOST_CONTACT.get(client_key, 0)
    days: list[int] = []
    while day > -DAYS_BACK:
        days.append(day)
        day -= int(person.cadence * pace * rng.uniform(0.7, 1.35)) + 1
    return days[::-1]


def note_for(kind: str, notes: list[str], rng: random.Random) -> str:
    if notes and kind != "email" and rng.random() < 0.9:
        return notes.pop(0)
    return rng.choice(GENERAL[kind])


def client_touchpoints(client_key: str, anchor: date, seed: int) -> Iterator[dict[str, str]]:
    rng = stream(seed, "touchpoints", client_key)
    people = CONTACTS[client_key]
    planned: list[tuple[int, int]] = []
    for place, person in enumerate(people, 1):
        planned += [(day, place) for day in touch_days(client_key, person, rng)]
    said = NOTES[BY_KEY[client_key].code]
    notes = {place: [text for at, text in said if at == place] for place, _ in said}
    # The newest events are told first, so that the story reads as of today; rows go out oldest first.
    rows: list[dict[str, str]] = []
    for number, (day, place) in sorted(enumerate(sorted(planned), 1), reverse=True):
        person, kind = people[place - 1], rng.choice(KINDS)
        theirs = [contact_key(client_key, place)]
        beside = rng.randint(1, len(people))
        if kind == "meeting" and beside != place and rng.random() < 0.5:
            theirs.append(contact_key(client_key, beside))
        ours = [email(person.owner)]
        manager = email(BY_KEY[client_key].manager)
        if manager not in ours and rng.random() < 0.4:
            ours.append(manager)
        rows.append(
            {
                "source_ref": f"TP-{BY_KEY[client_key].code}-{number:03}",
                "client": client_key,
                "date": weekday_from(anchor + timedelta(days=day)).isoformat(),
                "kind": kind,
                "ours": ";".join(ours),
                "theirs": ";".join(theirs),
                "notes": note_for(kind, notes.get(place, []), rng),
            }
        )
    yield from reversed(rows)


def touchpoint_rows(as_of: date, anchor: date, seed: int) -> list[dict[str, str]]:
    """Every touch up to as_of; the only rows that grow from day to day."""
    return [
        row
        for client_key in CONTACTS
        for row in client_touchpoints(client_key, anchor, seed)
        if row["date"] <= as_of.isoformat()
    ]


def commitment_rows(anchor: date) -> list[dict[str, str]]:
    codes = {client.code: key for key, client in BY_KEY.items()}
    rows: list[dict[str, str]] = []
    for number, promise in enumerate(PROMISES, 1):
        kept = day_at(anchor, promise.kept).isoformat() if promise.kept else ""
        rows.append(
            {
                "key": f"PR-{promise.client}-{number:02}",
                "client": codes[promise.client],
                "side": promise.side,
                "text": promise.text,
                "due": day_at(anchor, promise.due).isoformat(),
                "kept_on": kept,
                "owner": email(promise.owner),
            }
        )
    return rows


# What people asked of us: client, place of who asked, text, asked days ago, due days from now, who answers, answered
# days ago, what we said.
ASKS = (
    ("halden-pharma", 2, "Which of the retainer's roles can be cut by half?", 9, -1, "director", None, ""),
    ("halden-pharma", 3, "May the congress film be shown in Brazil?", 3, 4, "marcus.bell", None, ""),
    ("marlow-bank", 1, "What would a second data squad cost?", 16, None, "manager", None, ""),
    ("marlow-bank", 7, "Who may see the exported segments?", 5, 0, "manager", None, ""),
    ("corvus-retail", 3, "Last year's media audit, for their board", 20, -6, "grace.nakamura", None, ""),
    ("northline-rail", 2, "Can the timetable launch move by two weeks?", 2, None, "manager", None, ""),
    ("kestrel-air", 1, "Names of three clients who left and came back", 12, None, "", None, ""),
    ("ostra-foods", 2, "A benchmark of plant-based launches", 30, -20, "leila.haddad", 18, "Sent the summer's deck"),
    (
        "vantora-energy",
        1,
        "How we choose installers for the pilot",
        14,
        -8,
        "sofia.castellanos",
        9,
        "By region and rating",
    ),
)


def ask_rows(as_of: date) -> list[dict[str, str]]:
    def ago(days: int | None) -> str:
        return "" if days is None else (as_of - timedelta(days=days)).isoformat()

    return [
        {
            "key": f"{BY_KEY[client].code}-A{number:02}", "client": client, "contact": contact_key(client, place),
            "text": text, "asked_on": ago(asked), "due": ago(None if due is None else -due),
            "owner": email(owner) if owner else "", "answered_on": ago(answered), "answer": answer,
        }
        for number, (client, place, text, asked, due, owner, answered, answer) in enumerate(ASKS, 1)
    ]  # fmt: skip
