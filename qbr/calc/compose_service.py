"""Service and delivery: what was done by its day, by either side, over five quarters; and what is missing now."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from common import formats
from common.money import ratio
from common.periods import month_add, quarter_bounds
from financials.calc import findings
from qbr.calc.account import Due
from qbr.calc.compose_promises import kept_in
from qbr.calc.review import ReviewData, Span
from qbr.calc.slides import Cell, Column, Drawn, Point, Row, Slide, Status, Table, TextColumn

ON_TRACK: Final = Decimal("0.95")
WATCH: Final = Decimal("0.80")
QUARTERS: Final = 5
NAMED: Final = 3
MEASURES: Final = (
    ("ours", "promise", "Our promises kept by their day", "promises"),
    ("ours", "milestone", "Milestones accepted by their day", "milestones"),
    ("ours", "point", "Points of the plan reached by their day", "points of the plan"),
    ("theirs", "promise", "Your promises kept by their day", "your promises"),
)

Counted = tuple[int, int]


def service(data: ReviewData) -> Slide | None:
    """None where nothing fell due in the period or the one before."""
    rows, found = [], []
    for side, kind, name, words in MEASURES:
        counts = [kept_in(data, side, kind, span) for span in _spans(data)]
        if counts[0][1] or counts[1][1]:
            rows.append(_row(data, side, kind, name, counts))
            found.append((words, counts[0]))
    if not rows:
        return None
    periods = data.periods
    columns = (
        Column("Measure", 330, "name"),
        Column(periods.whole.label, 104, "actual"),
        Column("Done, of due", 104, "figure"),
        Column(periods.before.label if periods.before else "Before", 104, "figure"),
        Column(periods.year_ago.label if periods.year_ago else "Year before", 104, "figure"),
        Column("Five quarters", 190, "spark"),
        Column("Status", 232, "status"),
    )
    return Slide(
        key="service",
        kind="service",
        section="Service and delivery",
        headline=_finding(data, found),
        dek="Counted once due: done by its day, out of all that fell due. On track from 95%, watch from 80%.",
        source=f"commitment ledger, contract milestones and the joint plan on {formats.day(data.today)}",
        table=Table(columns, tuple(rows), "Service and delivery"),
        columns=_columns(data),
        drawn=tuple(
            Drawn(f"{words[:1].upper()}{words[1:]} done by their day", f"{done} of {due}", "commitments")
            for words, (done, due) in found
        ),
    )


def _spans(data: ReviewData) -> tuple[Span | None, Span | None, Span | None]:
    return data.periods.now, data.periods.before, data.periods.year_ago


def _row(data: ReviewData, side: str, kind: str, name: str, counts: list[Counted]) -> Row:
    shares = [ratio(done, due) for done, due in counts]
    series = _series(data, side, kind)
    known = [value for value in series if value is not None]
    cells = [Cell(name), _share(shares[0]), Cell(f"{counts[0][0]} of {counts[0][1]}" if counts[0][1] else None)]
    cells += [_share(value) for value in shares[1:]]
    told = f"{name}, five quarters from {formats.ratio(known[0], 0)} to {formats.ratio(known[-1], 0)}" if known else ""
    cells.append(Cell("", series=series, alt=told) if len(known) > 1 else Cell(""))
    return Row((*cells, Cell("", status=_status(shares[0]))))


def _share(value: Decimal | None) -> Cell:
    return Cell(None if value is None else formats.ratio(value, 0), value, "ratio")


def _status(value: Decimal | None) -> Status:
    if value is None:
        return "unknown"
    return "on_track" if value >= ON_TRACK else "watch" if value >= WATCH else "at_risk"


def _series(data: ReviewData, side: str, kind: str) -> tuple[Decimal | None, ...]:
    end = data.periods.now.last if data.periods.now else data.through
    found = []
    for back in range(QUARTERS - 1, -1, -1):
        first, last = quarter_bounds(month_add(end, -3 * back))
        done, due = kept_in(data, side, kind, Span(first, last, "", "", ""))
        found.append(ratio(done, due))
    return tuple(found)


def _late(data: ReviewData, side: str) -> list[Due]:
    late = [one for one in data.account.dues if one.side == side and one.done_on is None and not one.dropped]
    return sorted((one for one in late if one.due < data.today), key=lambda one: (one.due, one.title))


def _columns(data: ReviewData) -> tuple[TextColumn, ...]:
    columns = []
    for side, head in (("ours", "Missing now, from us"), ("theirs", "What we need from you")):
        late = _late(data, side)
        points = [
            Point(one.title, f"Due {formats.day(one.due)}, {formats.plural((data.today - one.due).days, 'day')} late.")
            for one in late[:NAMED]
        ]
        if points:
            columns.append(TextColumn(head, tuple(points)))
    ahead = sorted(
        (one for one in data.account.dues if one.done_on is None and not one.dropped and one.due >= data.today),
        key=lambda one: (one.due, one.title),
    )
    if ahead:
        points = [Point(one.title, f"Due {formats.day(one.due)}.") for one in ahead[:NAMED]]
        columns.append(TextColumn("Due next", tuple(points)))
    return tuple(columns)


def _finding(data: ReviewData, found: list[tuple[str, Counted]]) -> str:
    """Ours first, as counts; the side that fell short last, as a fact."""
    due = [(words, done, of) for words, (done, of) in found if of]
    if not due:
        return f"Nothing fell due in {data.periods.whole.label}"
    ours = [(done, of) for words, done, of in due if not words.startswith("your")]
    late = len(_late(data, "ours"))
    said = _ours_in_words(sum(done for done, _ in ours), sum(of for _, of in ours))
    if late:
        also = f"{findings.count(late)} of ours {'is' if late == 1 else 'are'} late now"
        said = f"{said}, but {also}" if said else also
    theirs = next(((done, of) for words, done, of in due if words.startswith("your")), None)
    if theirs is not None:
        said = "; ".join(filter(None, (said, _theirs_in_words(*theirs, internal=data.internal))))
    return said[:1].upper() + said[1:]


def _ours_in_words(done: int, due: int) -> str:
    if not due:
        return ""
    if due == 1:
        return f"the one thing we owed was {'done' if done else 'not done'} by its day"
    was, day = ("was", "its day") if done < 2 else ("were", "their day")
    return f"{findings.of_all(done, due)} things we owed {was} done by {day}"


def _theirs_in_words(done: int, due: int, *, internal: bool) -> str:
    if due == 1:
        whose = "theirs" if internal else "yours"
        return f"the one promise of {whose} {'was kept' if done else 'was not kept'} by its day"
    return f"{'they' if internal else 'you'} kept {findings.of_all(done, due)} promises by their day"
