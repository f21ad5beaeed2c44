"""How the figures of a slide are worked out: formula, signed inputs and result, all from the slide itself.

So it can be said in front of the client: a client's slide holds nothing that the client may not see, and a frozen one
explains itself as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from qbr.calc.slides import Cell, Row, Slide, Table

MOST: Final = 12
"""Inputs of one figure; a longer list says how many more there are."""
LADDERS: Final = (
    (("Net fees", "Net revenue"), "gross billings − pass-through", (("", "Gross billings"), ("−", "Pass-through"))),
    (("Gross profit",), "net revenue − delivery labour − freelancers",
     (("", "Net revenue"), ("−", "Delivery labour"), ("−", "Freelancers"))),
    (("Contribution",), "gross profit − direct expenses", (("", "Gross profit"), ("−", "Direct expenses"))),
    (("Contribution margin",), "contribution ÷ net revenue", (("", "Contribution"), ("÷", "Net revenue"))),
    (("Operating profit",), "contribution − overhead", (("", "Contribution"), ("−", "Overhead"))),
)  # fmt: skip


class Term(NamedTuple):
    """sign: '', +, −, × or ÷. text: as the slide prints it."""

    sign: str
    label: str
    text: str


class Worked(NamedTuple):
    name: str
    formula: str
    inputs: tuple[Term, ...]
    result: str


def worked(slide: Slide) -> tuple[Worked, ...]:
    """In the order of the slide; nothing for what it only lists."""
    return tuple(one for one in (*_drawn(slide), *_bridge(slide), *_tables(slide)) if one.inputs)


def _drawn(slide: Slide) -> Iterator[Worked]:
    """What the headline was written from, where that is a sum or a share of two of them."""
    told = {one.label: one.text for one in slide.drawn}
    if slide.kind == "value" and {"Signed benefit", "What it cost", "Return"} <= told.keys():
        parts: tuple[tuple[str, str], ...] = (("", "Signed benefit"), ("−", "What it cost"), ("÷", "What it cost"))
        yield _of(told, "Return", "(signed benefit − cost) ÷ cost", parts, told["Return"])
    if slide.kind == "promises" and {"Promises due", "Kept by their day"} <= told.keys():
        parts = (("", "Kept by their day"), ("÷", "Promises due"))
        yield _of(told, "Promises kept", "kept by their day ÷ all that fell due", parts, "")
    nps = next((one for one in slide.figures if one.label.endswith("NPS")), None)
    if nps is not None and nps.gap:
        counts = tuple(Term("", part.split(" ", 1)[1], part.split(" ", 1)[0]) for part in nps.gap.split(", "))
        formula = "share of answers 9 and 10 − share of answers 0 to 6, in points"
        yield Worked(nps.label, formula, counts, nps.figure.text or "")


def _of(told: dict[str, str], name: str, formula: str, parts: Sequence[tuple[str, str]], result: str) -> Worked:
    return Worked(name, formula, tuple(Term(sign, label, told[label]) for sign, label in parts), result)


def _bridge(slide: Slide) -> Iterator[Worked]:
    if slide.bridge is None or len(slide.bridge.steps) < 3:
        return
    first, *parts, last = slide.bridge.steps
    inputs = [Term("", first.label, first.text), *(Term("+", one.label, one.text) for one in parts)]
    yield Worked(f"{slide.bridge.title}, {slide.bridge.unit}", "start + each part", tuple(inputs), last.text)


def _tables(slide: Slide) -> Iterator[Worked]:
    for table in (slide.table, *slide.tables):
        if table is None:
            continue
        yield from _ladder(table)
        yield from _gaps(table)
        yield from _shares(table)
        yield from _total(table)


def _ladder(table: Table) -> Iterator[Worked]:
    place = _place(table, "actual")
    rows = {row.cells[0].text or "": row for row in table.rows}
    if place is None:
        return
    for names, formula, parts in LADDERS:
        name = next((one for one in names if one in rows), None)
        if name is None or not all(label in rows for _, label in parts):
            continue
        inputs = tuple(Term(sign, label, _said(rows[label].cells[place])) for sign, label in parts)
        yield Worked(name, formula, inputs, _said(rows[name].cells[place]))


def _gaps(table: Table) -> Iterator[Worked]:
    """The column of gaps: the actual less what stands before it."""
    place, gap = _place(table, "actual"), table.gap_column
    if place is None or gap is None or gap - place != 2:
        return
    heads = [column.head for column in table.columns]
    for row in table.rows:
        actual, plan, found = row.cells[place], row.cells[place + 1], row.cells[gap]
        if None in (actual.text, plan.text, found.text) or row.style == "total":
            continue
        inputs = (Term("", heads[place], _said(actual)), Term("−", heads[place + 1], _said(plan)))
        name = f"{row.cells[0].text}, {heads[gap][:1].lower()}{heads[gap][1:]}"
        yield Worked(name, f"{heads[place]} − {heads[place + 1].lower()}", inputs, _said(found))


def _shares(table: Table) -> Iterator[Worked]:
    """Done of due: where a column says '3 of 4'."""
    place = next((n for n, column in enumerate(table.columns) if column.head == "Done, of due"), None)
    if place is None:
        return
    for row in table.rows:
        done, _, due = (row.cells[place].text or "").partition(" of ")
        if due:
            inputs = (Term("", "Done by its day", done), Term("÷", "Fell due", due))
            yield Worked(row.cells[0].text or "", "done by its day ÷ fell due", inputs, _said(row.cells[place - 1]))


def _total(table: Table) -> Iterator[Worked]:
    """A row of totals whose parts are the rows above it, to the last digit."""
    rows = [row for row in table.rows if row.style not in ("total", "ratio", "group")]
    total = next((row for row in table.rows if row.style == "total"), None)
    if total is None or table.rows[-1] is not total or len(rows) < 2:
        return
    for place in range(1, len(table.columns)):
        whole, parts = total.cells[place], [row.cells[place] for row in rows]
        known = [(row, cell) for row, cell in zip(rows, parts, strict=True) if cell.value is not None]
        if whole.value is None or sum((cell.value or Decimal(0) for _, cell in known), Decimal(0)) != whole.value:
            continue
        yield Worked(
            f"{total.cells[0].text}, {table.columns[place].head}", "sum of the rows", _listed(known), _said(whole)
        )


def _listed(known: list[tuple[Row, Cell]]) -> tuple[Term, ...]:
    terms = [Term("+" if number else "", _name(row), _said(cell)) for number, (row, cell) in enumerate(known[:MOST])]
    if len(known) > MOST:
        terms.append(Term("+", f"{len(known) - MOST} more", ""))
    return tuple(terms)


def _name(row: Row) -> str:
    return next((cell.text for cell in row.cells if cell.text and not cell.text.isdecimal()), "")


def _place(table: Table, kind: str) -> int | None:
    return next((n for n, column in enumerate(table.columns) if column.kind == kind), None)


def _said(cell: Cell) -> str:
    return "—" if cell.text is None else cell.text
