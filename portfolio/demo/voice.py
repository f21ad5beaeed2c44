"""What people at the clients answer, twice a year, and what came of it. All invented."""

from __future__ import annotations

import random
from datetime import date, timedelta

from portfolio.demo.calendar import stream
from portfolio.demo.clients import BY_KEY
from portfolio.demo.contacts import CONTACTS, Person, contact_key
from portfolio.demo.people import email

THEMES = (
    ("Reporting", "report, reports, reporting, dashboard"),
    ("Speed", "slow, late, wait, waiting, quick, fast"),
    ("Price", "price, expensive, cost, costs, fee, fees"),
    ("People", "team, turnover, junior, senior"),
    ("Ideas", "idea, ideas, creative, bold"),
)
WAVES = (330, 150, 12)
"""Days before the first of the story's month on which people were asked."""
UNHEARD = ("dunmore-media",)
"""Clients whose people do not answer: silence is a finding too."""
COMMENTS = {
    "promoter": (
        ("The team knows our business as well as we do.", "People"),
        ("Bold ideas, and somebody who says no to our bad ones.", "Ideas"),
        ("Quick, and honest about what went wrong.", "Speed"),
        ("", ""),
    ),
    "passive": (
        ("Good work. The monthly report could say more of what to do next.", "Reporting"),
        ("Solid, though the senior people are seldom in the room.", "People"),
        ("Fair value, no more and no less.", "Price"),
        ("", ""),
    ),
    "detractor": (
        ("Reports arrive after the meeting they are for.", "Reporting"),
        ("We wait a week for an answer to a simple question.", "Speed"),
        ("The fees rose and the team got more junior.", "Price;People"),
    ),
}
QUOTES = ("may_quote", "anonymised", "not", "")
INSIGHTS = (
    # client, theme, said, kind, action, owner, raised, due, done, told: days before the story's day
    ("halden-pharma", "Reporting", "Reports arrive after the meeting they are for", "service",
     "Send the monthly report two days ahead", "marcus.bell", 149, 110, 112, 104, "In the June call"),
    ("halden-pharma", "Price", "The fees rose and the team got more junior", "service",
     "Name a senior lead for each brand", "director", 12, -20, None, None, ""),
    ("marlow-bank", "Reporting", "The report says little of what to do next", "product",
     "Add a page of recommendations to the dashboard", "manager", 148, 60, 40, None, ""),
    ("marlow-bank", "Speed", "Questions wait a week for an answer", "service",
     "Answer in one working day, and say so in the charter", "manager", 140, 100, 101, 96, "By mail to all six"),
    ("halden-diagnostics", "People", "The senior people are seldom in the room", "service",
     "A partner joins each quarterly review", "leila.haddad", 145, 9, None, None, ""),
)  # fmt: skip

Row = dict[str, str]


def theme_rows() -> list[Row]:
    return [{"name": name, "words": words} for name, words in THEMES]


def feedback_rows(anchor: date, seed: int) -> list[Row]:
    """About half of the people answer each time; how they stand with us shows in how they score."""
    rows = []
    for client, people in CONTACTS.items():
        for wave, back in enumerate(WAVES):
            dice = stream(seed, "voice", client, str(wave))
            for place, person in enumerate(people, 1):
                if client in UNHEARD or dice.random() > 0.55:
                    continue
                on = anchor - timedelta(days=back - dice.randint(0, 9))
                rows.append(_answer(client, place, person, wave, on, dice))
    return rows


def _answer(client: str, place: int, person: Person, wave: int, on: date, dice: random.Random) -> Row:
    score = max(0, min(10, 7 + 2 * (person.stance or 0) + dice.choice((-2, -1, 0, 0, 1, 1))))
    of_class = "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"
    comment, themes = dice.choice(COMMENTS[of_class])
    replied = on + timedelta(days=dice.randint(1, 8))
    satisfied = wave == 1 and place % 3 == 0
    return {
        "source_ref": f"VOC-{BY_KEY[client].code}-{wave}-{place:02}",
        "client": client,
        "contact": contact_key(client, place),
        "date": on.isoformat(),
        "scale": "csat" if satisfied else "nps",
        "score": str(max(1, (score + 1) // 2) if satisfied else score),
        "comment": comment,
        "themes": themes if wave < 2 else "",
        "quote": dice.choice(QUOTES) if comment else "",
        "replied_on": replied.isoformat() if of_class == "detractor" and wave < 2 and not satisfied else "",
    }


def insight_rows(anchor: date) -> list[Row]:
    def day(back: int | None) -> str:
        return "" if back is None else (anchor - timedelta(days=back)).isoformat()

    return [
        {
            "key": f"VOC-I{number:02}", "client": client, "theme": theme, "said": said, "kind": kind, "action": action,
            "owner_email": email(owner), "raised_on": day(raised), "due": day(due), "done_on": day(done),
            "told_on": day(told), "told_how": how,
        }
        for number, (client, theme, said, kind, action, owner, raised, due, done, told, how) in enumerate(INSIGHTS, 1)
    ]  # fmt: skip
