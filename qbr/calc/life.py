"""The life of a review: its steps, what each asks for, and by when it is due. Source: docs/definitions.md#reviews"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from common.formats import day as day_text
from common.formats import plural

PREPARE_DAYS: Final = 14
"""Before the day: people and agenda stand by then."""
FREEZE_DAYS: Final = 7
"""Before the day: the data is frozen and the deck drafted."""
PREREAD_DAYS: Final = 3
"""Before the day: rehearsed, and the pre-read sent."""
MINUTES_DAYS: Final = 2
"""After the day: the minutes are written and the review is set to held."""
RATING_DAYS: Final = 5
"""After the day: both sides have rated it, and its follow-up has owners and days."""

ORDER: Final = ("planned", "data", "draft", "rehearsal", "sent", "held", "rated", "live", "closed")
WORDS: Final = {
    "planned": "Planned", "data": "Data frozen", "draft": "Draft", "rehearsal": "Rehearsal", "sent": "Pre-read sent",
    "held": "Held", "rated": "Rated by both", "live": "Actions live", "closed": "Closed", "cancelled": "Cancelled",
}  # fmt: skip
AHEAD: Final = frozenset({"planned", "data", "draft", "rehearsal", "sent"})
"""Before it is held: it can be moved and cancelled."""
OVER: Final = frozenset({"closed", "cancelled"})

Mend = Literal["", "edit", "deck", "freeze", "preread", "minutes", "rate", "ask", "follow"]


class Lack(NamedTuple):
    """What must be true first, and where it is mended."""

    text: str
    mend: Mend = ""


@dataclass(frozen=True, slots=True)
class Known:
    """As much of a review as its steps ask for.

    deck: of the client's deck, draft or frozen; blank while there is none. asked_until: the last day of the link their
    side was asked by, None while nobody was asked. unowned: follow-up that nobody sees to.
    """

    day: date
    today: date
    led: bool = False
    ours: int = 0
    theirs: int = 0
    deck: str = ""
    prereads: int = 0
    minutes: bool = False
    our_ratings: int = 0
    their_ratings: int = 0
    asked_until: date | None = None
    promises: int = 0
    unowned: int = 0


def next_of(state: str) -> str:
    """The step after; blank at the end."""
    return ORDER[ORDER.index(state) + 1] if state in ORDER[:-1] else ""


def back_of(state: str) -> str:
    """The step it can go back to; blank where it cannot: what has been held stays held."""
    if state == "cancelled":
        return "planned"
    return ORDER[ORDER.index(state) - 1] if state in ORDER[1:] and state != "held" else ""


def lacks(to: str, known: Known) -> tuple[Lack, ...]:
    """What is missing for a step forward; empty where it can be taken."""
    found: list[Lack] = []
    if to == "data" and not known.led:
        found.append(Lack("Say who of ours leads it.", "edit"))
    if to == "rehearsal":
        found += [Lack("Begin the client's deck.", "deck")] if not known.deck else []
        found += [Lack("Name who of ours takes part.", "edit")] if not known.ours else []
    if to == "sent":
        if known.deck != "frozen":
            found.append(Lack("Freeze the client's deck: what they are sent must not move.", "freeze"))
        elif not known.prereads:
            found.append(Lack("Send the pre-read to at least one person.", "preread"))
    if to == "held":
        found += _held(known)
    if to == "rated":
        found += _rated(known)
    if to == "live" and not known.promises:
        found.append(Lack("Note what follows from it: who does what by when.", "follow"))
    if to == "closed" and known.unowned:
        found.append(Lack(f"Give each follow-up an owner: {known.unowned} of {known.promises} have none.", "follow"))
    return tuple(found)


def _held(known: Known) -> list[Lack]:
    found = [Lack(f"It is on {day_text(known.day)}: move the day if it was held before.", "edit")]
    found = found if known.day > known.today else []
    found += [Lack("Name who of ours took part.", "edit")] if not known.ours else []
    found += [Lack("Name who of theirs took part.", "edit")] if not known.theirs else []
    return found + ([Lack("Write the minutes.", "minutes")] if not known.minutes else [])


def _rated(known: Known) -> list[Lack]:
    """Their silence does not hold a review up for ever: once the link has ended it counts as rated."""
    found = [Lack("Rate it yourselves.", "rate")] if not known.our_ratings else []
    if not known.their_ratings and known.asked_until is None:
        found.append(Lack("Ask their side to rate it.", "ask"))
    elif not known.their_ratings and known.asked_until is not None and known.asked_until >= known.today:
        found.append(Lack(f"Their side was asked and can answer until {day_text(known.asked_until)}."))
    return found


def refused(state: str, to: str, known: Known, reason: str) -> tuple[str, ...]:
    """Why a step cannot be taken; empty where it can."""
    if to not in WORDS:
        return (f"There is no such step. Steps are {', '.join(WORDS)}.",)
    if to == state:
        return (f"The review stands at “{WORDS[state]}” already.",)
    if to == "cancelled":
        if state not in AHEAD:
            return (f"“{WORDS[state]}” is not cancelled any more: only a review that is still ahead is.",)
        return () if reason else ("Say why it is cancelled.",)
    if to == back_of(state):
        return () if reason else (f"Say why it goes back to “{WORDS[to]}”.",)
    if to != next_of(state):
        return (_not_so(state, to),)
    return tuple(lack.text for lack in lacks(to, known))


def _not_so(state: str, to: str) -> str:
    ways = [f"on to “{WORDS[next_of(state)]}”"] if next_of(state) else []
    ways += [f"back to “{WORDS[back_of(state)]}”"] if back_of(state) else []
    where = " or ".join(ways)
    return f"From “{WORDS[state]}” a review goes {where}, not to “{WORDS[to]}”."


class Due(NamedTuple):
    """What is to be done next, and by when."""

    on: date
    what: str


def due_of(state: str, day: date, known: Known) -> Due | None:
    """None once nothing is due by a day: while the actions run, and after the end."""
    if state == "planned" and not (known.ours and known.theirs):
        return Due(day - timedelta(days=PREPARE_DAYS), "name who comes")
    if state in ("planned", "data"):
        return Due(day - timedelta(days=FREEZE_DAYS), "freeze the data" if state == "planned" else "draft the deck")
    if state in ("draft", "rehearsal"):
        return Due(day - timedelta(days=PREREAD_DAYS), "rehearse it" if state == "draft" else "send the pre-read")
    if state == "sent":
        return Due(day + timedelta(days=MINUTES_DAYS), "hold it and write the minutes")
    if state in ("held", "rated"):
        what = "have both sides rate it" if state == "held" else "give its follow-up owners and days"
        return Due(day + timedelta(days=RATING_DAYS), what)
    return None


def late_words(due: Due, today: date) -> str:
    """'3 days late', 'due today' or 'due in 4 days'."""
    late = (today - due.on).days
    if late > 0:
        return f"{plural(late, 'day')} late"
    return "due today" if late == 0 else f"due in {plural(-late, 'day')}"
