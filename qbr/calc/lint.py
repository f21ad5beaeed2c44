"""What a careful reader would object to in a review, each with a way to mend it. Judges the deck as it will print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from common import formats
from financials.calc import findings
from qbr.calc.colour import brand, contrast
from qbr.calc.slides import Deck, Kind, Slide

Weight = Literal["blocks", "check", "advice"]

FORWARD: Final[frozenset[Kind]] = frozenset(
    {
        "decisions",
        "moves",
        "plan",
        "forecast",
        "pipeline",
        "contracts",
        "charter",
        "roadmap",
        "options",
        "bets",
        "operating",
        "obligations",
        "commitments",
        "market",
    }
)
BACKWARD: Final[frozenset[Kind]] = frozenset(
    {"promises", "summary", "kpis", "scorecard", "dive", "service", "voice", "pnl", "value", "relationship", "lessons"}
)
AHEAD: Final = Decimal("0.4")
"""Of the slides that look either way, at least so many look ahead."""
MOST_WORDS: Final = 130
MARK_CONTRAST: Final = 3.0
TEXT_CONTRAST: Final = 4.5
HIDDEN_UNDER: Final = Decimal("0.85")
HELD: Final = Decimal("0.95")
PLAIN: Final[dict[str, str]] = {
    "synergy": "what the two do together", "synergies": "what the two do together", "holistic": "whole",
    "best-in-class": "the figure that shows it", "world-class": "the figure that shows it",
    "cutting-edge": "new", "game-changer": "what it changes", "game changer": "what it changes",
    "low-hanging fruit": "the quick gains, named", "move the needle": "the figure it moves",
    "going forward": "from now",
    "circle back": "come back on a named day", "touch base": "talk", "deep-dive into": "look at",
    "leverage": "use", "leveraging": "using", "utilise": "use", "utilize": "use", "seamless": "without a break",
    "robust": "the figure that shows it", "value-add": "what it is worth", "paradigm": "way",
    "ecosystem": "who takes part", "bandwidth": "time", "actionable": "what is to be done", "ideate": "think",
    "thought leadership": "what was published", "boil the ocean": "do too much", "at the end of the day": "in the end",
}  # fmt: skip
_JARGON: Final = re.compile(
    r"(?<!\w)(" + "|".join(re.escape(word) for word in sorted(PLAIN, key=len, reverse=True)) + r")(?!\w)", re.IGNORECASE
)
_NUMBER: Final = re.compile(
    r"\d|\b(no|none|nothing|all|every|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Finding:
    """rule: its name. key: of the slide, '' for the whole deck. says: what is wrong; fix: how to mend it; page: where,
    by its URL's name, and url: that page for this client.
    """

    rule: str
    key: str
    where: str
    says: str
    fix: str
    weight: Weight = "advice"
    page: str = ""
    url: str = ""


def lint(deck: Deck) -> tuple[Finding, ...]:
    """In the order of the slides, the whole deck first."""
    found = list(_whole(deck))
    for slide in deck.slides:
        for finding in (*_rows(slide), *_claims(slide), *_words(slide)):
            found.append(finding)
    return tuple(found)


def _at(slide: Slide, rule: str, says: str, fix: str, weight: Weight = "advice") -> Finding:
    return Finding(rule, slide.key, "Title" if slide.kind == "title" else slide.section, says, fix, weight)


# --- the whole deck ----------------------------------------------------------------------------------------------


def _whole(deck: Deck) -> Iterator[Finding]:
    ahead = [slide for slide in deck.slides if slide.kind in FORWARD]
    back = [slide for slide in deck.slides if slide.kind in BACKWARD]
    looking = len(ahead) + len(back)
    if looking and len(ahead) < AHEAD * looking:
        share = formats.ratio(Decimal(len(ahead)) / looking, 0)
        names = findings.names([slide.section for slide in back[-2:]])
        fix = f"Leave out one that looks back ({names}), or put back one that looks ahead."
        yield Finding("rear view", "", "Whole review", f"Only {share} of the slides look ahead; 40% is the least.", fix)
    if not any(slide.kind == "decisions" for slide in deck.slides):
        fix = "Write a decision: what is asked, what we recommend, who decides and by when."
        yield Finding("no ask", "decisions", "Decisions we seek today", "The review asks for nothing.", fix)
    if not any(slide.kind in ("plan", "commitments") for slide in deck.slides):
        fix = "Put actions with owner and day on the plan"
        fix += ", and share with the client those they may see." if deck.audience == "client" else "."
        yield Finding("no plan", "", "Next quarter", "The review ends without a next step.", fix, page="client_plan")
    colours = brand(deck.brand, deck.accent)
    if contrast(colours.pure, colours.panel_text) < TEXT_CONTRAST:
        fix = "Choose a darker or a lighter brand colour."
        yield Finding("contrast", "title", "Title", "The title's text is hard to read on the brand colour.", fix)
    if contrast(colours.mark, "#FFFFFF") < MARK_CONTRAST:
        fix = "Choose a darker brand colour."
        yield Finding("contrast", "", "Charts", "Bars in the brand colour are hard to tell from the page.", fix)


# --- asks without an owner or a day ------------------------------------------------------------------------------


def _rows(slide: Slide) -> Iterator[Finding]:
    for number, decision in enumerate(slide.decisions, 1):
        missing = [
            word
            for word, text in (
                ("what we recommend", decision.recommend),
                ("who decides", decision.decider),
                ("by when", decision.when),
            )
            if not text.strip()
        ]  # fmt: skip
        if missing:
            says = f"Decision {number} does not say {findings.names(missing)}."
            yield _at(slide, "ask", says, f"Fill it in under decision {number}.", "check")
    written = any(move.why or move.if_not for move in slide.moves)
    for number, move in enumerate(slide.moves, 1):
        missing = [word for word, text in (("why", move.why), ("when", move.when)) if not text.strip()]
        if missing and written:
            says = f"Recommendation {number} does not say {findings.names(missing)}."
            yield _at(slide, "reason", says, f"Fill it in under recommendation {number}.", "check")
    if slide.moves and not written:
        says = "The recommendations say what and how much, and no reason."
        yield _at(slide, "reason", says, "Write why, what it brings and what happens if not.", "check")
    if written and sum("growth" in move.label.lower() for move in slide.moves) != 1:
        says = "One recommendation, and one only, should be marked Growth."
        yield _at(slide, "growth", says, "Write Growth in the small words of the one that opens something new.")
    if slide.kind == "plan" and slide.table is not None:
        yield from _actions(slide)


def _actions(slide: Slide) -> Iterator[Finding]:
    heads = [column.head for column in slide.table.columns] if slide.table else []
    places = [(word, heads.index(head)) for head, word in (("Owner", "owner"), ("Due", "date")) if head in heads]
    for row in slide.table.rows if slide.table else ():
        missing = [word for word, place in places if row.cells[place].text in (None, "", formats.DASH)]
        if missing:
            says = f"“{row.cells[0].text}” has no {findings.names(missing)}."
            yield _at(
                slide, "owner and date", says, "Give it one on the plan, or leave it out of this review.", "check"
            )


# --- claims ------------------------------------------------------------------------------------------------------


def _claims(slide: Slide) -> Iterator[Finding]:
    drawn = slide.chart is not None or slide.bridge is not None
    if slide.kind not in ("title", "own", "sources", "decisions") and not _NUMBER.search(slide.headline):
        what = "A chart stands under a headline without a figure." if drawn else "The headline says no figure."
        fix = "Say what moved, by how much and against what; or take the headline of the figures."
        yield _at(slide, "finding", what, fix)
    for figure in slide.figures:
        compared = (figure.plan, figure.previous, figure.year_before, figure.gap)
        if figure.figure.text not in (None, "") and not figure.suffix.strip().startswith("of") and not any(compared):
            says = f"{figure.label} stands without a plan, the quarter before or a year ago."
            yield _at(slide, "comparison", says, "Give it a budget, or leave the figure to the table.")
    yield from _hidden_months(slide)


def _hidden_months(slide: Slide) -> Iterator[Finding]:
    """A period that held its plan while one month of it did not."""
    if slide.chart is None or slide.chart.layers:
        return
    bars = [bar for bar in slide.chart.bars[-3:] if bar.value is not None and bar.plan]
    actual = sum((bar.value or Decimal(0) for bar in bars), Decimal(0))
    plan = sum((bar.plan or Decimal(0) for bar in bars), Decimal(0))
    if len(bars) < 3 or actual < plan * HELD:
        return
    for bar in bars:
        if (bar.value or Decimal(0)) < (bar.plan or Decimal(0)) * HIDDEN_UNDER and bar.period not in slide.headline:
            short = formats.ratio(1 - (bar.value or Decimal(0)) / (bar.plan or Decimal(1)), 0)
            says = f"The quarter hides {bar.period}, {short} under its budget."
            yield _at(slide, "average", says, f"Name {bar.period} in the headline or in the words under the chart.")


# --- words -------------------------------------------------------------------------------------------------------


def _words(slide: Slide) -> Iterator[Finding]:
    texts = list(_texts(slide))
    count = sum(len(text.split()) for text in texts)
    if count > MOST_WORDS:
        says = f"{count} words of text; {MOST_WORDS} are the most a room reads while somebody speaks."
        yield _at(slide, "words", says, "Move detail to the speaker's notes, or make two slides of it.")
    seen: set[str] = set()
    for text in texts:
        for match in _JARGON.finditer(text):
            word = match.group(1).lower()
            if word not in seen:
                seen.add(word)
                yield _at(slide, "jargon", f"“{match.group(1)}” says little.", f"Say {PLAIN[word]}.")


def _texts(slide: Slide) -> Iterator[str]:
    """What people read as sentences; figures in tables are looked up, not read."""
    yield from (slide.headline, slide.dek, slide.note)
    if slide.cover is not None:
        yield slide.cover.verdict
    for column in slide.columns:
        yield column.head
        for point in column.points:
            yield from (point.lead, point.text)
    for decision in slide.decisions:
        yield from (decision.what, decision.recommend, decision.if_not)
    for move in slide.moves:
        yield from (move.what, move.label, move.why, move.if_not)
