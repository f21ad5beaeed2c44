"""What either side promised, and how it went: the slide that opens a review."""

from __future__ import annotations

from typing import Final

from common import formats
from financials.calc import findings
from qbr.calc.review import PromiseMade, ReviewData
from qbr.calc.slides import Cell, Column, Row, Slide, Status, Table

MOST: Final = 18
_OUTCOMES: Final[dict[str, tuple[str, Status]]] = {
    "kept": ("Kept", "on_track"),
    "kept_late": ("Kept late", "watch"),
    "late": ("Late", "at_risk"),
    "dropped": ("Dropped", "unknown"),
    "open": ("Open", ""),
}


def promises(data: ReviewData) -> Slide | None:
    """None while neither side has promised anything."""
    if not data.promises:
        return None
    rows: list[Row] = []
    for side in ("ours", "theirs"):
        found = [promise for promise in data.promises if promise.side == side]
        if found:
            who = data.firm if side == "ours" else data.client
            rows.append(Row((Cell(_tally(who, found)), Cell(""), Cell(""), Cell("")), "group"))
            rows += [_row(promise) for promise in found[: MOST // 2]]
    columns = (
        Column("Promise", 640, "name"),
        Column("Due", 110, "figure"),
        Column("Outcome", 200, "status"),
        Column("What happened", 218, "text"),
    )
    return Slide(
        key="promises",
        kind="promises",
        section="Promises",
        headline=_finding(data),
        dek="Everything either side promised that fell due since the period began, and what is still open.",
        source=f"commitment ledger on {formats.day(data.today)}",
        table=Table(columns, tuple(rows), "Promises"),
    )


def _due(found: list[PromiseMade]) -> list[PromiseMade]:
    return [promise for promise in found if promise.state != "open"]


def _tally(who: str, found: list[PromiseMade]) -> str:
    due = _due(found)
    if not due:
        return f"Promised by {who}: none due yet"
    kept = sum(promise.state == "kept" for promise in due)
    return f"Promised by {who}: {kept} of {len(due)} kept by their day"


def _row(promise: PromiseMade) -> Row:
    words, status = _OUTCOMES[promise.state]
    happened = f"{formats.day_short(promise.ended_on)}" if promise.ended_on else promise.owner
    outcome = Cell(words, status=status) if status else Cell(words)
    return Row((Cell(promise.text), Cell(formats.day_short(promise.due)), outcome, Cell(happened)))


def _finding(data: ReviewData) -> str:
    due = _due(list(data.promises))
    if not due:
        count = findings.count(len(data.promises)).capitalize()
        return f"{count} {'promise is' if len(data.promises) == 1 else 'promises are'} open, none due yet"
    kept = sum(promise.state == "kept" for promise in due)
    if kept == len(due):
        return "Every promise that fell due was kept by its day" if kept > 1 else "The one promise due was kept"
    was, day = ("was", "its day") if kept == 1 else ("were", "their day")
    said = f"{findings.count(kept).capitalize()} of {findings.count(len(due))} promises {was} kept by {day}"
    late = {side: sum(p.state == "late" and p.side == side for p in due) for side in ("ours", "theirs")}
    if late["ours"] and late["theirs"]:
        return f"{said}; {findings.count(late['ours'])} of ours and {findings.count(late['theirs'])} of yours are late"
    if late["ours"] or late["theirs"]:
        whose, number = ("ours", late["ours"]) if late["ours"] else ("yours", late["theirs"])
        return f"{said}; {findings.count(number)} of {whose} {'is' if number == 1 else 'are'} late"
    return said
