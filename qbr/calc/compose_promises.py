"""What either side promised, and how it went: the slide that opens a review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from common import formats
from common.periods import month_end
from financials.calc import findings
from qbr.calc.account import Due
from qbr.calc.review import PromiseMade, ReviewData, Span
from qbr.calc.slides import Cell, Column, Drawn, Point, Row, Slide, Status, Table, TextColumn

MOST: Final = 9
"""Rows of one side; the late and the open ones come first into a longer ledger."""
CARRIED: Final = 4
OUTCOMES: Final[dict[str, tuple[str, Status]]] = {
    "kept": ("Kept", "on_track"),
    "kept_late": ("Kept late", "watch"),
    "late": ("Late", "at_risk"),
    "dropped": ("Dropped", "dropped"),
    "open": ("Open", "open"),
}
_ORDER: Final = {"late": 0, "kept_late": 1, "dropped": 2, "kept": 3, "open": 4}


def promises(data: ReviewData) -> Slide | None:
    """None while neither side has promised anything."""
    if not data.promises:
        return None
    sides = [(side, [one for one in data.promises if one.side == side]) for side in ("ours", "theirs")]
    tables = tuple(_ledger(data, side, found) for side, found in sides if found)
    return Slide(
        key="promises",
        kind="promises",
        section="Promises since last time" if any(one.state != "open" for one in data.promises) else "Promises",
        headline=_finding(data),
        dek=_dek(data),
        source=f"commitment ledger on {formats.day(data.today)}",
        tables=tables,
        columns=_carried(data),
        drawn=_drawn(data),
    )


def _dek(data: ReviewData) -> str:
    met = next((one.met_on for one in data.promises if one.met_on), None)
    if met is None:
        return "Everything either side promised that fell due since the period began, and what is still open."
    return f"What was promised at the review of {formats.day(met)} first, then what fell due since and is still open."


def _due(found: Sequence[PromiseMade]) -> list[PromiseMade]:
    return [promise for promise in found if promise.state != "open"]


def _ledger(data: ReviewData, side: str, found: list[PromiseMade]) -> Table:
    due = _due(found)
    kept = sum(one.state == "kept" for one in due)
    who = "We" if side == "ours" else "They" if data.internal else "You"
    title = f"{who} kept {kept} of {len(due)}, {round(100 * kept / len(due))}%" if due else f"{who}: none due yet"
    shown = sorted(found, key=lambda one: (one.met_on is None, _ORDER[one.state], one.due))[:MOST]
    widths = (290, 74, 132, 157) if side == "ours" else (212, 68, 120, 75)
    name = data.firm if side == "ours" else data.client
    heads = (f"Promised by {name}", "Due", "Outcome", "What happened" if side == "ours" else "When")
    columns = (
        Column(heads[0], widths[0], "name"),
        Column(heads[1], widths[1], "text"),
        Column(heads[2], widths[2], "status"),
        Column(heads[3], widths[3], "quiet"),
    )
    rows = tuple(_row(one) for one in sorted(shown, key=lambda one: (one.met_on is None, one.due, one.text)))
    marks = tuple(OUTCOMES[one.state][1] for one in sorted(found, key=lambda one: _ORDER[one.state]))
    return Table(columns, rows, title, _earlier(data, side), marks=marks)


def _row(promise: PromiseMade) -> Row:
    words, status = OUTCOMES[promise.state]
    waiting = promise.owner if promise.side == "ours" else "—"
    happened = formats.day_short(promise.ended_on) if promise.ended_on else waiting
    due = formats.day_short(promise.due)
    return Row((Cell(promise.text), Cell(due), Cell(words, status=status), Cell(happened)))


def _earlier(data: ReviewData, side: str) -> str:
    """How many were kept of those due in the period before and a year ago, where any were."""
    said = []
    for span in (data.periods.before, data.periods.year_ago):
        counted = kept_in(data, side, "promise", span)
        if span is not None and counted[1]:
            said.append(f"{span.short}: {counted[0]} of {counted[1]}")
    return " | ".join(said)


def kept_in(data: ReviewData, side: str, kind: str, span: Span | None) -> tuple[int, int]:
    """Done by its day, and due by today, of what fell due in the months."""
    if span is None:
        return 0, 0
    last = min(month_end(span.last), data.today)
    found = [one for one in data.account.dues if _counts(one, side, kind) and span.first <= one.due <= last]
    settled = [one for one in found if one.done_on is not None or one.dropped or one.due < data.today]
    return sum(one.done_on is not None and one.done_on <= one.due for one in settled), len(settled)


def _counts(one: Due, side: str, kind: str) -> bool:
    return one.side == side and one.kind == kind


def _carried(data: ReviewData) -> tuple[TextColumn, ...]:
    """What is not done yet and goes on, the earliest first, with who owes it."""
    waiting = sorted((one for one in data.promises if one.state in ("late", "open")), key=lambda one: one.due)
    points = []
    for one in waiting[:CARRIED]:
        who = one.owner if one.side == "ours" else data.client
        late = (data.today - one.due).days
        when = f"{formats.plural(late, 'day')} late" if late > 0 else f"due {formats.day_short(one.due)}"
        points.append(Point("", f"{one.text}: {', '.join(filter(None, (who, when)))}."))
    return (TextColumn("What carries over", tuple(points)),) if points else ()


def _drawn(data: ReviewData) -> tuple[Drawn, ...]:
    due = _due(data.promises)
    found = [Drawn("Promises due", str(len(due)), "commitments")]
    found.append(Drawn("Kept by their day", str(sum(one.state == "kept" for one in due)), "commitments"))
    for side, name in (("ours", "Late, ours"), ("theirs", "Late, theirs")):
        late = sum(one.state == "late" and one.side == side for one in due)
        if late:
            found.append(Drawn(name, str(late), "commitments"))
    return tuple(found)


def _finding(data: ReviewData) -> str:
    due = _due(data.promises)
    if not due:
        count = findings.count(len(data.promises)).capitalize()
        return f"{count} {'promise is' if len(data.promises) == 1 else 'promises are'} open, none due yet"
    kept = sum(promise.state == "kept" for promise in due)
    if len(due) == 1:
        said = f"The one promise due was {'kept' if kept else 'not kept'} by its day"
        return said if kept else _with_late(data, said, due)
    if kept == len(due):
        return f"{findings.of_all(kept, len(due)).capitalize()} promises due were kept by their day"
    if not kept:
        said = f"None of the {findings.count(len(due))} promises due was kept by its day"
        return _with_late(data, said, due)
    was, day = ("was", "its day") if kept == 1 else ("were", "their day")
    said = f"{findings.count(kept).capitalize()} of {findings.count(len(due))} promises {was} kept by {day}"
    return _with_late(data, said, due)


def _with_late(data: ReviewData, said: str, due: list[PromiseMade]) -> str:
    """Ours first; one alone is named where there is room."""
    late = {side: [p for p in due if p.state == "late" and p.side == side] for side in ("ours", "theirs")}
    ours, theirs = len(late["ours"]), len(late["theirs"])
    yours = "theirs" if data.internal else "yours"
    if ours and theirs:
        return f"{said}; {findings.count(ours)} of ours and {findings.count(theirs)} of {yours} are late"
    if ours + theirs == 1:
        one = (*late["ours"], *late["theirs"])[0]
        whose = "ours" if ours else yours
        named = f"{said}; one of {whose} is late: {one.text}"
        return named if len(named) <= findings.LONGEST else f"{said}; one of {whose} is late"
    if ours or theirs:
        whose, number = ("ours", ours) if ours else (yours, theirs)
        return f"{said}; {findings.count(number)} of {whose} are late"
    return said
