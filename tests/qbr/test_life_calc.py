"""Steps of a review and the days it is proposed for, as docs/definitions.md#reviews has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import islice, pairwise
from typing import Any

import pytest

from qbr.calc.cadence import following, looked_at, planned_day, proposed, working_day
from qbr.calc.life import ORDER, WORDS, Due, Known, back_of, due_of, late_words, refused

DAY = date(2026, 10, 21)
READY = Known(
    day=DAY, today=DAY, led=True, ours=2, theirs=2, deck="frozen", prereads=1, minutes=True, our_ratings=1,
    their_ratings=1, asked_until=DAY, promises=2,
)  # fmt: skip
BACK = {
    "data": "planned", "draft": "data", "rehearsal": "draft", "sent": "rehearsal", "rated": "held", "live": "rated",
    "closed": "live", "cancelled": "planned",
}  # fmt: skip
CANCELS = ("planned", "data", "draft", "rehearsal", "sent")


def allowed() -> set[tuple[str, str]]:
    """Every step there is, written out: on, back, and off."""
    on = set(pairwise(ORDER))
    return on | set(BACK.items()) | {(state, "cancelled") for state in CANCELS}


def test_every_step_that_is_none_is_refused_and_says_what_there_is() -> None:
    for state in WORDS:
        for to in WORDS:
            said = refused(state, to, READY, "a reason")
            assert bool(said) == ((state, to) not in allowed()), (state, to, said)
            assert all(WORDS[state] in text for text in said), said
    assert refused("planned", "held", READY, "x") == (
        "From “Planned” a review goes on to “Data frozen”, not to “Held”.",
    )
    assert refused("draft", "planned", READY, "x") == (
        "From “Draft” a review goes on to “Rehearsal” or back to “Data frozen”, not to “Planned”.",
    )
    assert refused("held", "sent", READY, "x") == (
        "From “Held” a review goes on to “Rated by both”, not to “Pre-read sent”.",
    )
    assert refused("live", "cancelled", READY, "x") == (
        "“Actions live” is not cancelled any more: only a review that is still ahead is.",
    )
    assert refused("held", "held", READY, "") == ("The review stands at “Held” already.",)
    assert refused("held", "nowhere", READY, "")[0].startswith("There is no such step. Steps are planned, data,")


def test_back_and_off_want_a_reason() -> None:
    assert refused("draft", "data", READY, "") == ("Say why it goes back to “Data frozen”.",)
    assert refused("draft", "cancelled", READY, "") == ("Say why it is cancelled.",)
    assert [back_of(state) for state in ("planned", "held")] == ["", ""]


@pytest.mark.parametrize(
    ("state", "to", "bare", "said"),
    [
        ("planned", "data", {"led": False}, "Say who of ours leads it."),
        ("draft", "rehearsal", {"deck": ""}, "Begin the client's deck."),
        ("draft", "rehearsal", {"ours": 0}, "Name who of ours takes part."),
        ("rehearsal", "sent", {"deck": "draft"}, "Freeze the client's deck: what they are sent must not move."),
        ("rehearsal", "sent", {"prereads": 0}, "Send the pre-read to at least one person."),
        ("sent", "held", {"minutes": False}, "Write the minutes."),
        ("sent", "held", {"ours": 0}, "Name who of ours took part."),
        ("sent", "held", {"theirs": 0}, "Name who of theirs took part."),
        ("sent", "held", {"today": date(2026, 10, 20)}, "It is on 21 Oct 2026: move the day if it was held before."),
        ("held", "rated", {"our_ratings": 0}, "Rate it yourselves."),
        ("held", "rated", {"their_ratings": 0, "asked_until": None}, "Ask their side to rate it."),
        ("held", "rated", {"their_ratings": 0}, "Their side was asked and can answer until 21 Oct 2026."),
        ("rated", "live", {"promises": 0}, "Note what follows from it: who does what by when."),
        ("live", "closed", {"unowned": 1}, "Give each follow-up an owner: 1 of 2 have none."),
    ],
)  # fmt: skip
def test_what_must_be_true_first(state: str, to: str, bare: dict[str, Any], said: str) -> None:
    assert refused(state, to, READY, "") == ()
    assert refused(state, to, replace(READY, **bare), "") == (said,)


def test_silence_of_their_side_ends_with_its_link() -> None:
    silent = replace(READY, their_ratings=0, today=date(2026, 10, 22))
    assert refused("held", "rated", silent, "") == ()


@pytest.mark.parametrize(
    ("state", "people", "due"),
    [
        ("planned", 0, Due(date(2026, 10, 7), "name who comes")),
        ("planned", 1, Due(date(2026, 10, 14), "freeze the data")),
        ("data", 1, Due(date(2026, 10, 14), "draft the deck")),
        ("draft", 1, Due(date(2026, 10, 18), "rehearse it")),
        ("rehearsal", 1, Due(date(2026, 10, 18), "send the pre-read")),
        ("sent", 1, Due(date(2026, 10, 23), "hold it and write the minutes")),
        ("held", 1, Due(date(2026, 10, 26), "have both sides rate it")),
        ("rated", 1, Due(date(2026, 10, 26), "give its follow-up owners and days")),
        ("live", 1, None), ("closed", 1, None), ("cancelled", 1, None),
    ],
)  # fmt: skip
def test_when_each_step_is_due(state: str, people: int, due: Due | None) -> None:
    assert due_of(state, DAY, Known(DAY, DAY, ours=people, theirs=people)) == due


def test_how_late_it_is_said() -> None:
    due = Due(DAY, "freeze the data")
    assert [late_words(due, date(2026, 10, day)) for day in (20, 21, 22, 25)] == [
        "due in 1 day", "due today", "1 day late", "4 days late",
    ]  # fmt: skip


def days(anchor: date, months: int, count: int, holidays: frozenset[date] = frozenset()) -> list[str]:
    return [day.isoformat() for day in islice(following(anchor, months, holidays), count)]


def test_the_31st_and_leap_days_stay_the_months_last() -> None:
    # 31 Oct 2026 is a Saturday and 31 Jan 2027 a Sunday: no working day follows in the month, so the one before.
    assert days(date(2026, 1, 31), 3, 4) == ["2026-04-30", "2026-07-31", "2026-10-30", "2027-01-29"]
    assert days(date(2024, 2, 29), 12, 4) == ["2025-02-28", "2026-02-27", "2027-02-26", "2028-02-29"]
    assert days(date(2023, 11, 30), 3, 2) == ["2024-02-29", "2024-05-30"]


def test_a_holiday_moves_it_on_within_the_month() -> None:
    easter = frozenset({date(2026, 4, 3), date(2026, 4, 6)})
    assert working_day(date(2026, 4, 3), easter) == date(2026, 4, 7)
    new_year = frozenset({date(2026, 12, 31)})
    assert working_day(date(2026, 12, 31), new_year) == date(2026, 12, 30)


@pytest.mark.parametrize(
    ("day", "kind", "start", "period"),
    [
        (date(2026, 10, 21), "qbr", 1, "2026-Q3"), (date(2027, 1, 20), "qbr", 4, "2026-Q4"),
        (date(2027, 2, 19), "annual", 1, "2026"), (date(2026, 12, 8), "annual", 4, "FY2026"),
        (date(2027, 5, 20), "annual", 4, "FY2027"),
    ],
)  # fmt: skip
def test_what_a_day_looks_back_at(day: date, kind: str, start: int, period: str) -> None:
    assert looked_at(day, kind, start) == period


TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("kind", "months", "last", "taken", "found"),
    [
        ("qbr", 3, None, (), "2027-01-20 2026-Q4"),
        ("qbr", 3, date(2026, 10, 21), ("2026-Q3",), "2027-01-21 2026-Q4"),
        ("qbr", 3, date(2026, 9, 4), (), "2027-03-04 2026-Q4"),  # 4 Dec is eight days away
        ("qbr", 6, date(2026, 7, 22), (), "2027-01-22 2026-Q4"),
        ("qbr", 3, date(2026, 10, 21), ("2026-Q4",), "2027-04-21 2027-Q1"),
        ("annual", 12, None, (), "2027-02-22 2026"),
        ("qbr", 6, None, (), "2027-01-20 2026-Q4"),
        ("qbr", 0, None, (), ""),
    ],
)  # fmt: skip
def test_the_next_review_is_one_that_can_be_prepared(
    kind: str, months: int, last: date | None, taken: tuple[str, ...], found: str
) -> None:
    one = proposed(kind, months, held=[last] if last else [], taken=set(taken), today=TODAY, fiscal_start=1)
    assert (f"{one.day} {one.period}" if one else "") == found


def test_a_holiday_moves_one_review_and_not_those_after_it() -> None:
    """20 June 2026 is a Saturday: held on the 22nd; the next ones are on the 20th again, quarter by quarter."""
    held = [date(2025, 12, 20), date(2026, 3, 20), date(2026, 6, 22)]
    assert planned_day(held) == date(2026, 6, 20)
    one = proposed("qbr", 3, held=held, taken=set(), today=date(2026, 8, 1), fiscal_start=1)
    assert one is not None
    assert one.day == date(2026, 9, 21), "the 20th of September 2026 is a Sunday"
    then = proposed("qbr", 3, held=[*held, one.day], taken=set(), today=date(2026, 11, 1), fiscal_start=1)
    assert then is not None
    assert then.day == date(2026, 12, 21), "and the 20th of December is one again"
    assert planned_day([*held, one.day, then.day]) == date(2026, 12, 20)


def test_one_moved_on_purpose_starts_a_rhythm_of_its_own() -> None:
    assert planned_day([date(2026, 3, 20), date(2026, 6, 9)]) == date(2026, 6, 9)
    # Held once, on the working day after the usual 20th: the 20th it was.
    assert planned_day([date(2027, 2, 22)]) == date(2027, 2, 20)
    holiday = frozenset({date(2026, 10, 20)})
    assert planned_day([date(2026, 10, 21)], holiday) == date(2026, 10, 20)
    assert planned_day([date(2026, 10, 21)]) == date(2026, 10, 21)
