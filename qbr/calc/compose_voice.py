"""The voice of the customer: what they scored, what they told us, and what became of it."""

from __future__ import annotations

from typing import Final

from common import formats
from financials.calc import findings
from qbr.calc.account import Learnt, Voice
from qbr.calc.review import ReviewData
from qbr.calc.slides import BigFigure, Cell, Column, Drawn, Row, Slide, Status, Table

MOST: Final = 8
_STANDS: Final[dict[str, tuple[str, Status]]] = {
    "told": ("Told you", "on_track"),
    "done": ("Done, to be told", "watch"),
    "late": ("Late", "at_risk"),
    "open": ("Under way", "open"),
}


def voice(data: ReviewData) -> Slide | None:
    """None where nobody has told us anything, or too little of it may be shown."""
    heard = data.account.voice
    if heard is None:
        return None
    listed = _recent(data, heard)
    if not listed and heard.nps.score is None:
        return None
    columns = (
        Column("You said", 380, "name"),
        Column("What we do about it", 380, "text"),
        Column("Owner", 120, "text"),
        Column("Due", 88, "text"),
        Column("Where it stands", 200, "status"),
    )
    return Slide(
        key="voice",
        kind="voice",
        section="What they told us" if data.internal else "What you told us",
        headline=_finding(heard, listed, internal=data.internal),
        dek="Scores count each person’s last answer in 180 days; the table has what you raised and what became of it.",
        source=f"answers and insights on {formats.day(data.today)}",
        note="" if listed else "Nothing you told us waits for an answer.",
        figures=_figures(data, heard, listed),
        table=Table(columns, tuple(_row(one) for one in listed), "What you told us") if listed else None,
        drawn=_drawn(heard, listed),
    )


def _recent(data: ReviewData, heard: Voice) -> list[Learnt]:
    """What is not told yet, and what was told since the period before this began; the waiting ones first."""
    since = data.periods.before.first if data.periods.before else data.periods.whole.first
    found = [one for one in heard.learnt if one.told_on is None or one.told_on >= since]
    order = {"late": 0, "open": 1, "done": 2, "told": 3}
    return sorted(found, key=lambda one: (order[one.state], one.due or data.today))[:MOST]


def _row(one: Learnt) -> Row:
    words, status = _STANDS[one.state]
    if one.told_on:
        words = f"{words} {formats.day_short(one.told_on)}"
    due = formats.day_short(one.due) if one.due else None
    return Row((Cell(one.said), Cell(one.action), Cell(one.owner or None), Cell(due), Cell(words, status=status)))


def _figures(data: ReviewData, heard: Voice, listed: list[Learnt]) -> tuple[BigFigure, ...]:
    nps, before = heard.nps, heard.before
    found = []
    if nps.score is not None:
        was = f"180 days before: {formats.number(before.score, 0, signed=True)}" if before.score is not None else ""
        found.append(
            BigFigure(
                "Would recommend us, NPS",
                Cell(formats.number(nps.score, 0, signed=True), nps.score, "score"),
                previous=was,
                gap=f"{nps.promoters} for, {nps.passives} neither, {nps.detractors} against",
            )
        )
    if heard.asked:
        found.append(
            BigFigure("Answered", Cell(str(heard.answered)), f" of {heard.asked}", previous="Asked in the last year")
        )
    if listed:
        told = sum(one.state == "told" for one in listed)
        late = sum(one.state == "late" for one in listed)
        found.append(
            BigFigure(
                "Points you raised, closed with you",
                Cell(str(told)),
                f" of {len(listed)}",
                previous="Closed when you were told what we did",
                gap=f"{late} late" if late else "None late",
            )
        )
    if heard.loop.days is not None:
        days = formats.number(heard.loop.days, 0)
        found.append(BigFigure("From your word to our answer", Cell(days), " days", previous="Median of all closed"))
    return tuple(found)


def _drawn(heard: Voice, listed: list[Learnt]) -> tuple[Drawn, ...]:
    found = []
    if heard.nps.score is not None:
        text = f"{formats.number(heard.nps.score, 0, signed=True)} of {formats.plural(heard.nps.answers, 'answer')}"
        found.append(Drawn("NPS", text, "client_voice"))
    if heard.before.score is not None:
        found.append(Drawn("NPS before", formats.number(heard.before.score, 0, signed=True), "client_voice"))
    if listed:
        told = sum(one.state == "told" for one in listed)
        found.append(Drawn("Points closed with them", f"{told} of {len(listed)}", "client_voice"))
    return tuple(found)


def _closed(listed: list[Learnt], who: str) -> str:
    told, late = (sum(one.state == state for one in listed) for state in ("told", "late"))
    if len(listed) == 1:
        words = {"told": "is closed", "done": "is done and still to be told", "late": "is late", "open": "is under way"}
        return f"the one point {who} raised {words[listed[0].state]}"
    words_of = f"we closed {findings.of_all(told, len(listed))} points {who} raised"
    return f"{words_of}, and {findings.count(late)} {'is' if late == 1 else 'are'} late" if late else words_of


def _finding(heard: Voice, listed: list[Learnt], *, internal: bool) -> str:
    parts = []
    now, before = heard.nps.score, heard.before.score
    if now is not None:
        said = formats.number(now, 0, signed=True)
        moved = None if before is None else formats.quantize(now, 0) - formats.quantize(before, 0)
        claim = f"NPS is {said} over {findings.count(heard.nps.answers)} answers"
        if moved:
            claim = f"NPS {'rose' if moved > 0 else 'fell'} {abs(moved)} points to {said}"
        elif moved == 0:
            claim = f"NPS held at {said}"
        parts.append(claim)
    if listed:
        parts.append(_closed(listed, "they" if internal else "you"))
    said = "; ".join(parts)
    return said[:1].upper() + said[1:]
