"""How far a KPI has come, where it should be by a day, and where the year ends. Source: docs/definitions.md#kpi"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple

from accounts.calc.web import ADDS_UP
from common.money import ZERO
from common.periods import InvalidPeriod, month_end, parse_period

Direction = Literal["up", "down", "range"]
Standing = Literal["on_track", "watch", "at_risk", "unknown"]
ON_TRACK: Final = Decimal("0.95")
WATCH: Final = Decimal("0.80")
NEAR: Final = Decimal("0.10")
"""Of a range's width: so far outside it still reads watch."""
FEWEST: Final = 3
"""Readings under which nothing is said of the year's end."""
TREND: Final = timedelta(days=366)
SILENT: Final = {"month": 45, "quarter": 120, "year": 400}
"""Days after the end of the last period read from which a KPI is stale, by how often it is read."""


class Span(NamedTuple):
    """The days of a period, both included."""

    first: date
    last: date


def span_of(period: str) -> Span:
    """'2026', '2026-Q3' or '2026-09'. Raises InvalidPeriod; a fiscal year differs by client, so it is refused."""
    if period.strip().upper().startswith("FY"):
        raise InvalidPeriod(f"{period!r} is not a period of a KPI; write 2026, 2026-Q3 or 2026-09.")
    first, last = parse_period(period)
    return Span(first, month_end(last))


@dataclass(frozen=True, slots=True)
class Course:
    """What a KPI is held to. A blank baseline counts as 0. phases: where it should stand at the end of these days;
    between them, and from the baseline's day to the target's, in a straight line.
    """

    direction: Direction
    baseline: Decimal | None = None
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    starts: date | None = None
    due: date | None = None
    phases: tuple[tuple[date, Decimal], ...] = ()

    @property
    def base(self) -> Decimal:
        return ZERO if self.baseline is None else self.baseline


@dataclass(frozen=True, slots=True)
class Held:
    """share: of the whole way, to_date: of the part asked by the day; None where nothing was read or nothing is asked.
    expected: where it should stand on the day.
    """

    share: Decimal | None
    to_date: Decimal | None
    expected: Decimal | None
    standing: Standing


def attainment(actual: Decimal, base: Decimal, aim: Decimal, direction: Direction) -> Decimal | None:
    """(actual − base) ÷ (aim − base) where the direction leads from the base to the aim. Where it leads the other way
    (lower is better, and no baseline is known) what is missed counts off, and what is beaten counts on. None where the
    aim is the base.
    """
    if aim == base:
        return None
    missed = actual - aim if direction == "down" else aim - actual
    return 1 - missed / abs(aim - base)


def expected_on(course: Course, day: date) -> Decimal | None:
    """Where it should stand: along the phases, else straight from the baseline to the target; the whole target where
    there are no days to draw a line between, or where it is a ceiling to stay under. None without a target.
    """
    if not course.phases and course.baseline is None and course.direction == "down":
        return course.target
    points = sorted(course.phases)
    if course.starts is not None and (not points or course.starts < points[0][0]):
        points.insert(0, (course.starts, course.base))
    if course.target is not None and course.due is not None and (not points or course.due > points[-1][0]):
        points.append((course.due, course.target))
    if not course.phases and len(points) < 2:
        return course.target
    if day >= points[-1][0]:
        return points[-1][1]
    if day <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if left <= day <= right:
            return low + (high - low) * Decimal((day - left).days) / Decimal((right - left).days)
    return course.target


def hold(actual: Decimal | None, course: Course, day: date) -> Held:
    """On track from 95% of what is asked by the day, watch from 80%; of a range: inside, or within a tenth of it."""
    if course.direction == "range":
        return _in_range(actual, course)
    expected = expected_on(course, day)
    if actual is None or expected is None:
        return Held(None, None, expected, "unknown")
    target = expected if course.target is None else course.target
    share = attainment(actual, course.base, target, course.direction)
    to_date = attainment(actual, course.base, expected, course.direction)
    if to_date is None:
        return Held(share, None, expected, _kept(actual, expected, course))
    return Held(share, to_date, expected, _standing(to_date))


def _standing(to_date: Decimal) -> Standing:
    return "on_track" if to_date >= ON_TRACK else "watch" if to_date >= WATCH else "at_risk"


def _kept(actual: Decimal, expected: Decimal, course: Course) -> Standing:
    """Nothing is asked beyond the baseline: it is held, or it is not. Early in the line a step back is only watched."""
    held = actual <= expected if course.direction == "down" else actual >= expected
    if held:
        return "on_track"
    return "at_risk" if course.target in (None, expected) else "watch"


def _in_range(actual: Decimal | None, course: Course) -> Held:
    """Inside counts whole; outside, what is missed counts off in widths of the range."""
    low, high = course.low, course.high
    if actual is None or low is None or high is None:
        return Held(None, None, None, "unknown")
    width = high - low
    missed = max(low - actual, actual - high, ZERO)
    share = max(ZERO, 1 - missed / width) if width else None
    standing: Standing = "on_track" if not missed else "watch" if missed <= NEAR * width else "at_risk"
    return Held(share, share, None, standing)


def mean_attainment(shares: Iterable[Decimal | None]) -> Decimal | None:
    """Of those known; None where none is."""
    known = [share for share in shares if share is not None]
    return sum(known, ZERO) / len(known) if known else None


class Read(NamedTuple):
    """One reading: its period's days and what it said."""

    first: date
    last: date
    actual: Decimal


@dataclass(frozen=True, slots=True)
class Projection:
    """value: at the end of `on`, None with too few readings. used: readings it stands on."""

    value: Decimal | None
    on: date
    used: int


def project(readings: Sequence[Read], *, adds_up: bool, day: date, on: date) -> Projection:
    """Where the readings lead by the end of `on`. What adds up keeps the pace of its days; a level follows the straight
    line of least squares through the last twelve months. Not below zero where nothing read was.
    """
    known = sorted(one for one in readings if one.last > day - TREND and one.first <= day and one.last <= on)
    if len(known) < FEWEST:
        return Projection(None, on, len(known))
    value = _pace(known, on) if adds_up else _line(known, on)
    if value is not None and value < 0 and all(one.actual >= 0 for one in known):
        value = ZERO
    return Projection(value, on, len(known))


def _pace(known: Sequence[Read], on: date) -> Decimal:
    """What is read so far, and the days still to come at the mean of the days read."""
    total = sum((one.actual for one in known), ZERO)
    days = sum((one.last - one.first).days + 1 for one in known)
    left = max(0, (on - max(one.last for one in known)).days)
    return total + total * left / days


def _line(known: Sequence[Read], on: date) -> Decimal | None:
    origin = known[0].last
    places = [Decimal((one.last - origin).days) for one in known]
    middle, mean = sum(places, ZERO) / len(known), sum((one.actual for one in known), ZERO) / len(known)
    spread = sum(((place - middle) ** 2 for place in places), ZERO)
    if not spread:
        return None
    slope = sum(((x - middle) * (one.actual - mean) for x, one in zip(places, known, strict=True)), ZERO) / spread
    return mean + slope * (Decimal((on - origin).days) - middle)


def clash(span: Span, others: Iterable[tuple[str, Span]]) -> str:
    """The period among others that shares days with this one: of what adds up it would count twice; '' for none."""
    return next((name for name, other in others if other.first <= span.last and span.first <= other.last), "")


def silent_days(frequency: str, last: date | None, since: date, day: date) -> int | None:
    """Days for which a KPI was not read when it should have been; None while it is not stale."""
    gone = (day - (since if last is None else last)).days
    return gone if gone > SILENT.get(frequency, SILENT["month"]) else None


def kpi_faults(data: Mapping[str, Any]) -> dict[str, str]:
    """What does not go together, by the field to mend. Pages, files and REST are judged alike."""
    found: dict[str, str] = {}
    low, high = data.get("target_low"), data.get("target_high")
    starts, due = data.get("starts_on"), data.get("due")
    if data.get("direction") == "range":
        if (low is None) != (high is None):
            found["target_high" if high is None else "target_low"] = "A range has both ends."
        if data.get("target") is not None:
            found["target"] = "A range has no single target: give its two ends."
        if data.get("gathers") == "sum":
            found["gathers"] = "What adds up has a target, not a range."
    elif low is not None or high is not None:
        found["target_low" if low is not None else "target_high"] = "Only a KPI of direction range has a range."
    if low is not None and high is not None and low >= high:
        found["target_high"] = "The range ends above where it begins."
    if starts is not None and due is not None and due <= starts:
        found["due"] = "The target's day comes after the baseline's."
    if data.get("web_metric") and data["web_metric"] not in ADDS_UP:
        found["web_metric"] = f"Months are made of what adds up: {', '.join(sorted(ADDS_UP))}."
    if data.get("web_channel") and not data.get("web_metric"):
        found["web_metric"] = "A channel of which metric?"
    if data.get("gathers") == "sum" and (starts is None or due is None):
        found["starts_on" if starts is None else "due"] = "What adds up is counted between two days: give both."
    return found


def reading_fault(adds_up: bool, span: Span, others: Iterable[tuple[str, Span]], today: date) -> str:
    """Why a period cannot be read; '' where it can. others: periods read before, but this one."""
    if span.first > today:
        return "This period has not begun."
    twice = clash(span, others) if adds_up else ""
    return f"{twice} is read already and shares days with it: what adds up would count twice." if twice else ""
