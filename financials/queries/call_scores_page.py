"""Calls of closed years as the track record prints them: a sentence, and each person's figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from common.figures import Figure
from common.formats import compact, plural
from common.periods import month_label
from financials.figures_accuracy import call_figure
from financials.models import OverrideLevel
from financials.queries.call_scores import CallScores, PersonScore, load_call_scores

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class CallRow:
    name: str
    level: str
    currency: str
    wape: Figure
    bias: Figure
    added: Figure
    calls: Figure
    unknown: int


@dataclass(frozen=True, slots=True)
class CallRows:
    finding: str
    note: str
    source: str
    rows: tuple[CallRow, ...]


def load_call_rows(user: User, *, now: datetime) -> CallRows:
    found = load_call_scores(user, now=now)
    return CallRows(
        finding=_finding(found.people),
        note=_note(found),
        source=f"Ledger to {month_label(found.through)}",
        rows=tuple(_row(one) for one in found.people),
    )


def _row(one: PersonScore) -> CallRow:
    values = {"wape": one.score.wape, "bias": one.score.bias, "value_added": one.score.added,
              "calls": one.score.n}  # fmt: skip
    figures = {name: call_figure(name, value, one.email, one.currency) for name, value in values.items()}
    return CallRow(
        one.name, OverrideLevel(one.level).label, one.currency, figures["wape"], figures["bias"],
        figures["value_added"], figures["calls"], one.unknown,
    )  # fmt: skip


def _finding(people: tuple[PersonScore, ...]) -> str:
    """'Amara Reyes's calls came 2.1 points nearer than the forecast on the day'."""
    known = [(one.score.added, one.name) for one in people if one.score.added is not None]
    if not known:
        return "Did the calls help?"
    best, name = max(known, key=lambda pair: abs(pair[0]))
    points = compact(abs(best) * 100, "points").lstrip("+")
    if not best:
        return "The calls came as near as the forecast on the day"
    return f"The calls of {name} came {points} {'nearer than' if best > 0 else 'further off than'} the forecast then"


def _note(found: CallScores) -> str:
    if found.people:
        return f"{plural(found.waiting, 'call')} of a year still open." if found.waiting else ""
    if found.waiting:
        return f"{plural(found.waiting, 'call')} so far, of a year that is not closed: held against it once it is."
    return "Nobody in your sight has called a year yet."
