"""Explanations of what clients say: the scores, who answered, and how long the loop takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.access import get_client_for
from accounts.calc.voice import ROLE_WEIGHTS, Loop
from accounts.queries.answers import WINDOW, Scores
from accounts.queries.voice import load_voice
from accounts.queries.voice_book import VoiceBook, load_book
from common.figures import Explanation, Figure, Input, UnknownFigure, formulae
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class _Read:
    figures: Mapping[str, Figure]
    scores: Scores
    asked: int
    answered: int
    loop: Loop
    scope: str
    url: str
    xlsx_url: str
    book: VoiceBook | None


def _read(user: User, params: Mapping[str, str], now: datetime, name: str) -> _Read:
    if params.keys() - {"client"} or not abilities_of(user).see_relationships:
        raise UnknownFigure(name)
    if "client" not in params:
        book = load_book(user, now.date())
        figures = {
            "nps": book.nps, "nps_by_role": book.role_weighted, "nps_by_revenue": book.revenue_weighted,
            "csat": book.csat, "response": book.rate, "loop_days": book.loop_days,
        }  # fmt: skip
        url = reverse("voice")
        return _Read(
            figures, book.scores, book.asked, book.answered, book.loop, "All clients in sight", url,
            f"{url}?format=xlsx", book,
        )  # fmt: skip
    client = get_client_for(user, params["client"])
    page = load_voice(user, client, client.local_date(now))
    figures = {
        "nps": page.nps, "nps_by_role": page.role_weighted, "csat": page.csat, "response": page.rate,
        "loop_days": page.loop_days,
    }  # fmt: skip
    url = reverse("client_voice", args=[client.key])
    sheet = f"{url}?format=xlsx" if page.answers is not None else ""
    return _Read(figures, page.scores, page.asked, page.answered, page.loop, client.name, url, sheet, None)


def _nps_inputs(read: _Read) -> tuple[Input, ...]:
    found, url = read.scores.nps, f"{read.url}#answers"
    return (
        Input("Promoters, 9 and 10", found.promoters, "count", "+", found.promoters, url),
        Input("Detractors, 0 to 6", found.detractors, "count", "−", found.detractors, url),
        Input("Answers that count", found.answers, "count", "÷", found.answers, url),
    )


def _csat_inputs(read: _Read) -> tuple[Input, ...]:
    found = read.scores.csat
    return (
        Input("4 and 5 of 5", found.satisfied, "count", "", found.satisfied, read.url),
        Input("Answers that count", found.answers, "count", "÷", found.answers, read.url),
    )


def _revenue_inputs(read: _Read) -> tuple[Input, ...]:
    if read.book is None:
        return ()
    return tuple(
        Input(f"{row.name}, NPS {row.scores.nps.score:.0f}, by its revenue", row.revenue.value, row.revenue.unit, "+",
              row.scores.nps.answers, reverse("client_voice", args=[row.key]))
        for row in read.book.rows
        if row.scores.nps.score is not None and row.revenue is not None and row.revenue.value is not None
    )  # fmt: skip


def _response_inputs(read: _Read) -> tuple[Input, ...]:
    url = f"{read.url}#surveys"
    return (
        Input("Links answered", read.answered, "count", "", read.answered, url),
        Input("People asked by link", read.asked, "count", "÷", read.asked, url),
    )


def _loop_inputs(read: _Read) -> tuple[Input, ...]:
    url = f"{read.url}#insights"
    return (
        Input("Told back", read.loop.told, "count", "", read.loop.told, url),
        Input("Done, not told yet", read.loop.done_untold, "count", "", read.loop.done_untold, url),
        Input("Still open", read.loop.open, "count", "", read.loop.open, url),
    )


_ROLES = ", ".join(f"{role or 'role unknown'} {weight}" for role, weight in ROLE_WEIGHTS.items())
_COUNTS = f"Of the last {WINDOW} days each person's last answer counts; answers of nobody known all count."
FORMULAE: dict[str, tuple[str, Callable[[_Read], tuple[Input, ...]], str]] = {
    "nps": ("(promoters − detractors) ÷ answers × 100", _nps_inputs, _COUNTS),
    "nps_by_role": (
        "Σ weight of promoters − Σ weight of detractors, ÷ Σ weight, × 100", _nps_inputs,
        f"{_COUNTS} Weights by buying role: {_ROLES}.",
    ),
    "nps_by_revenue": (
        "Σ revenue × NPS of the client ÷ Σ revenue", _revenue_inputs,
        "Revenue is net revenue of the year so far. A client without a score or a revenue is in neither sum.",
    ),
    "csat": ("answers of 4 and 5 ÷ answers on the scale of 5", _csat_inputs, _COUNTS),
    "response": ("links answered ÷ people asked by link, of the last 360 days", _response_inputs, ""),
    "loop_days": (
        "median days from hearing to telling the client what came of it", _loop_inputs,
        "Insights whose client was not told are not in it: they stand beside it.",
    ),
}  # fmt: skip


def _explain(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    read = _read(user, params, now, name)
    if name not in read.figures:
        raise UnknownFigure(name)
    formula, inputs, definition = FORMULAE[name]
    rows = {"response": read.asked, "loop_days": read.loop.told, "csat": read.scores.csat.answers}
    return Explanation(
        figure=read.figures[name],
        scope=read.scope,
        formula=formula,
        formula_id=f"voice.{name}",
        formula_version=1,
        inputs=inputs(read),
        as_of=now,
        rows_url=read.url,
        rows_count=rows.get(name, read.scores.nps.answers),
        xlsx_url=read.xlsx_url,
        definition=definition,
        notes=(f"{read.scores.few}.",) if read.scores.few and name.startswith("nps") else (),
    )


def register() -> None:
    for name in FORMULAE:

        def handler(user: User, params: Mapping[str, str], now: datetime, name: str = name) -> Explanation:
            return _explain(name, user, params, now)

        formulae.register(f"voice.{name}", handler)
