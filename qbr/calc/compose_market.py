"""The client's market: what moves in their industry, what the rules will ask, what rivals do. Of notes only what was
written for the client; ours alone also reads what it means for us.
"""

from __future__ import annotations

from typing import Final

from common import formats
from financials.calc import findings
from qbr.calc.account import NoteSeen
from qbr.calc.review import ReviewData
from qbr.calc.slides import Cell, Column, Drawn, Row, Slide, Table

MOST: Final = 8
WORDS: Final = {
    "industry": "Market", "competitor": "Rival", "regulatory": "Rules", "client": "Company",
}  # fmt: skip
_ORDER: Final = {"regulatory": 0, "competitor": 1, "industry": 2, "client": 3}


def market(data: ReviewData) -> Slide | None:
    """None where no note may be told."""
    notes = sorted(data.account.notes, key=lambda one: (_ORDER[one.kind], one.happens_on or data.today, one.title))
    if not notes:
        return None
    wide = 0 if data.internal else 144
    columns = [
        Column("Of what", 110, "text"),
        Column("What is happening", 300 + wide, "name"),
        Column("What it means for you" if not data.internal else "What it means for them", 350 + wide, "text"),
        Column("When", 120, "text"),
    ]
    if data.internal:
        columns.append(Column("For us, never for the client", 288, "quiet"))
    return Slide(
        key="market",
        kind="market",
        section="Your market" if not data.internal else "Their market",
        headline=_finding(data, notes),
        dek="What we watch for you; each holds until it is looked at again." if not data.internal else "",
        source=f"intelligence notes on {formats.day(data.today)}",
        table=Table(tuple(columns), tuple(_row(data, one) for one in notes[:MOST]), "The market"),
        drawn=tuple(Drawn(WORDS[one.kind], one.title, "client_intelligence") for one in notes[:3]),
    )


def _row(data: ReviewData, one: NoteSeen) -> Row:
    when = Cell("Going on")
    if one.happens_on:
        days = (one.happens_on - data.today).days
        when = Cell(formats.day(one.happens_on), detail=f"in {formats.plural(days, 'day')}" if days > 0 else "")
    cells = (Cell(WORDS[one.kind]), Cell(one.title, detail=_fresh(one)), Cell(one.for_client or None), when)
    return Row((*cells, Cell(one.so_what, field="stance")) if data.internal else cells)


def _fresh(one: NoteSeen) -> str:
    """When it was found, or said to hold still, and until when it does."""
    if one.noted_on is None or one.expires_on is None:
        return ""
    return f"noted {formats.day(one.noted_on)}, holds to {formats.day(one.expires_on)}"


def _finding(data: ReviewData, notes: list[NoteSeen]) -> str:
    ahead = sorted((one for one in notes if one.happens_on and one.happens_on >= data.today), key=_day)
    count = findings.count(len(notes)).capitalize()
    whose = "their" if data.internal else "your"
    noun = "thing moves" if len(notes) == 1 else "things move"
    if ahead:
        said = f"{count} {noun} in {whose} market; next, by {formats.day(ahead[0].happens_on)}: {_lower(ahead[0])}"
        if len(said) <= findings.LONGEST:
            return said
        return f"{count} {noun} in {whose} market, the next by {formats.day(ahead[0].happens_on)}"
    said = f"{count} {noun} in {whose} market: {_lower(notes[0])}"
    return said if len(said) <= findings.LONGEST else f"{count} {noun} in {whose} market"


def _day(one: NoteSeen) -> str:
    return one.happens_on.isoformat() if one.happens_on else ""


def _lower(one: NoteSeen) -> str:
    """Within a sentence; a rival's or the client's name may open the title, and stays as it is."""
    title = one.title
    first = title.partition(" ")[0].lower()
    if first in ("a", "an", "the", "two", "three", "new"):
        return title[:1].lower() + title[1:]
    named = one.kind in ("competitor", "client") or title[1:2].isupper()
    return title if named else title[:1].lower() + title[1:]
