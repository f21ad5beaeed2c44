"""A client's KPIs as they stood at the end of the review's months, made from `facts`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Final

from accounts.calc.kpis import Course, Read, hold, project
from accounts.models.kpis import Gathers, KpiDirection
from accounts.queries.kpis import unit_of
from common.periods import month_end
from qbr.calc.account import KpiSeen
from qbr.calc.review import Periods, Span
from qbr.queries.facts import Facts, Row, grouped

SERIES: Final = 8


def kpis_of(facts: Facts, periods: Periods, today: date, currency: str) -> tuple[KpiSeen, ...]:
    """Only those with a reading by then: a KPI nobody has read says nothing in a review."""
    day = min(today, month_end(periods.whole.last))
    readings, phases = grouped(facts["reading"], "kpi_id"), grouped(facts["phase"], "kpi_id")
    found = []
    for row in facts["kpi"]:
        known = [_read(one) for one in readings(row["pk"]) if date.fromisoformat(one["ends"]) <= day]
        if known:
            found.append(_seen(row, known, phases(row["pk"]), (periods, day, currency)))
    return tuple(found)


def _seen(row: Row, known: list[Read], phases: list[Row], around: tuple[Periods, date, str]) -> KpiSeen:
    periods, day, currency = around
    course = Course(
        direction=row["direction"],
        baseline=_exact(row["baseline"]),
        target=_exact(row["target"]),
        low=_exact(row["low"]),
        high=_exact(row["high"]),
        starts=_day(row["starts_on"]),
        due=_day(row["due"]),
        phases=tuple((date.fromisoformat(one["ends"]), Decimal(one["target"])) for one in phases),
    )
    adds_up = row["gathers"] == Gathers.SUM
    counted = [one for one in known if not adds_up or _inside(one, course)]
    now = _value(counted, adds_up)
    held = hold(now, course, min(known[-1].last, day))
    year_end = min(date(day.year, 12, 31), course.due) if course.due and course.due >= day else date(day.year, 12, 31)
    unit, word = unit_of(row["unit"], currency)
    ranged = row["direction"] == KpiDirection.RANGE
    return KpiSeen(
        row["name"],
        unit,
        word,
        row["direction"],
        now,
        None if ranged else held.expected,
        _at(counted, periods.before, adds_up),
        _at(counted, periods.year_ago, adds_up),
        None if ranged else course.target,
        project(counted, adds_up=adds_up, day=day, on=year_end).value,
        held.standing,
        _series(counted or known, adds_up)[-SERIES:],
        tuple(one.last for one in (counted or known)[-SERIES:]),
        course.low,
        course.high,
    )


def _value(counted: list[Read], adds_up: bool) -> Decimal | None:
    if not counted:
        return None
    return sum((one.actual for one in counted), Decimal(0)) if adds_up else counted[-1].actual


def _series(read: list[Read], adds_up: bool) -> tuple[Decimal, ...]:
    """Each reading, or what they had come to by then, so that it can be held against the plan by now."""
    values = (one.actual for one in read)
    return tuple(accumulate(values)) if adds_up else tuple(values)


def _at(counted: list[Read], span: Span | None, adds_up: bool) -> Decimal | None:
    """As it stood at the end of an earlier period, if it was read in it."""
    if span is None:
        return None
    end = month_end(span.last)
    read = [one for one in counted if one.last <= end]
    return _value(read, adds_up) if read and read[-1].last >= span.first else None


def _inside(one: Read, course: Course) -> bool:
    return course.starts is None or course.due is None or (one.first >= course.starts and one.last <= course.due)


def _read(row: Row) -> Read:
    return Read(date.fromisoformat(row["starts"]), date.fromisoformat(row["ends"]), Decimal(row["actual"]))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _exact(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None
