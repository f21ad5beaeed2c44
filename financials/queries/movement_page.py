"""What moved in the forecast as its page prints it: a sentence, the steps drawn, the same by client, then by deal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import opportunities_for
from common import charts
from common.figures import Figure
from common.formats import Scale, day, moment, money_words
from common.money import ZERO, quantise
from common.periods import month_label, month_of, period_label
from financials.calc import findings
from financials.calc.findings import Part
from financials.calc.movement import TERMS, Moved
from financials.figures_movement import MOVE_LABELS, MOVE_WORDS, detail_figure, movement_figure
from financials.queries.movement import ClientMovement, MovementRequest, MovementResult, load_movement

if TYPE_CHECKING:
    from people.models import User

MOST_DETAILS: Final = 60
RATES_MOVED: Final = "own win rates moved"
SCALE_FROM: Final = Decimal(1_000_000)
"""Changes below this print in thousands."""


@dataclass(frozen=True, slots=True)
class MovementRow:
    key: str
    name: str
    figures: tuple[Figure, ...]
    change: Decimal


@dataclass(frozen=True, slots=True)
class Detail:
    """One deal's or contract's part of one term. url: blank where nothing of it can be opened. why: where it was not
    the deal itself that changed."""

    client_key: str
    client: str
    term: str
    what: str
    url: str
    before: Figure
    after: Figure
    change: Figure
    why: str = ""


@dataclass(frozen=True, slots=True)
class MovementPage:
    found: MovementResult
    finding: str
    subtitle: str
    shown: tuple[str, ...]
    heads: tuple[str, ...]
    chart: charts.ChangeWaterfall | None
    rows: tuple[MovementRow, ...]
    total: MovementRow
    details: tuple[Detail, ...]
    left_off: int
    source: str
    choices: tuple[tuple[str, str], ...]
    scale: Scale

    @property
    def months_label(self) -> str:
        return period_label(self.found.first, self.found.last)

    @property
    def places(self) -> int:
        return 1 if self.scale == "k" else 2

    @property
    def unit_label(self) -> str:
        return money_words(self.found.basis.currency, self.scale)

    @property
    def details_sub(self) -> str:
        rest = f"; {self.left_off} smaller ones are in the file" if self.left_off else ""
        return f"The largest change first{rest}"


def load_movement_page(user: User, request: MovementRequest, *, now: datetime) -> MovementPage:
    """Eleven queries, whatever the number of clients. Raises BadRequest."""
    found = load_movement(user, request, now=now)
    totals = found.total
    shown = terms_shown(found)
    first, last = day(found.start.date()), day(found.end.date())
    rows = [
        MovementRow(one.key, one.name, _figures(found, shown, whole_of(one), one.key), one.end - one.start)
        for one in found.clients
        if one.moves or one.start or one.end
    ]
    every = [(one, move) for one in found.clients for move in one.moves]
    largest = sorted(every, key=lambda pair: (-abs(pair[1].amount), pair[0].key, pair[1].term))[:MOST_DETAILS]
    names = _names(user, (move for _, move in largest))
    return MovementPage(
        found=found,
        finding=_finding(found, totals, first, last),
        subtitle=_subtitle(found),
        shown=shown,
        heads=tuple(first if name == "start" else last if name == "end" else MOVE_LABELS[name] for name in shown),
        chart=chart_of(found) if found.clients else None,
        rows=tuple(sorted(rows, key=lambda row: (-abs(row.change), row.name))),
        total=MovementRow("", "All clients", _figures(found, shown, totals, request.client), ZERO),
        details=tuple(_detail(one.key, one.name, move, names, found) for one, move in largest),
        left_off=len(every) - len(largest),
        source=source_of(found),
        choices=_choices(now, found),
        scale=scale_of(totals),
    )


def _choices(now: datetime, found: MovementResult) -> tuple[tuple[str, str], ...]:
    """Days people compare with, each told as the last day before."""
    today = now.date()
    several = [
        ("The start of the month", month_of(today) - timedelta(days=1)),
        ("Four weeks ago", today - timedelta(weeks=4)),
        ("Thirteen weeks ago", today - timedelta(weeks=13)),
        ("The start of the year", date(today.year, 1, 1) - timedelta(days=1)),
    ]
    closed = found.basis.closed_at
    if closed is not None:
        several.insert(0, (f"The close of {month_label(found.basis.through)}", closed.date()))
    return tuple((label, on.isoformat()) for label, on in several)


def scale_of(totals: Mapping[str, Decimal]) -> Scale:
    """Thousands until something moved by a million: a step has to be told from none."""
    return "k" if max(abs(totals[term]) for term in TERMS) < SCALE_FROM else "M"


def source_of(found: MovementResult) -> str:
    runs = [f"run {run}" if run else "no run" for run in found.runs]
    return f"Forecast {runs[0]} to {runs[1]}; the terms sum to the change exactly"


def _subtitle(found: MovementResult) -> str:
    since = "since you last looked, " if found.looked else "from "
    return (
        f"Net revenue {period_label(found.first, found.last)}, {found.basis.currency}: {since}{moment(found.start)} "
        f"to {moment(found.end)}"
    )


def whole_of(one: ClientMovement) -> dict[str, Decimal]:
    return {"start": one.start, **one.terms, "end": one.end}


def _figures(
    found: MovementResult, shown: Iterable[str], whole: Mapping[str, Decimal], client: str
) -> tuple[Figure, ...]:
    return tuple(movement_figure(name, whole[name], found, client=client) for name in shown)


def _finding(found: MovementResult, totals: Mapping[str, Decimal], first: str, last: str) -> str:
    """'The forecast for 2026 fell $1.2M from 26 Oct to 23 Nov: lost deals took $0.9M, won deals added $0.2M'."""
    what = f"The forecast for {period_label(found.first, found.last)}"
    if found.missing or not found.clients:
        return what
    parts = [Part(MOVE_WORDS[term], totals[term]) for term in TERMS]
    return findings.bridge_moved(what, totals["start"], totals["end"], parts, found.basis.currency, first, last)


def terms_shown(found: MovementResult) -> tuple[str, ...]:
    """A term that nothing moved by is left out; files always have all."""
    return ("start", *(term for term in TERMS if any(one.terms[term] for one in found.clients)), "end")


def chart_of(found: MovementResult) -> charts.ChangeWaterfall:
    totals, shown, currency = found.total, terms_shown(found), found.basis.currency
    first, last = day(found.start.date()), day(found.end.date())
    scale = scale_of(totals)
    parts = [Part(MOVE_WORDS[term], totals[term]) for term in TERMS]
    return charts.ChangeWaterfall(
        finding=findings.largest_moves(parts, currency, "Nothing moved"),
        sub=f"Change in forecast net revenue, {money_words(currency, scale)}; zero at the start",
        source=source_of(found),
        start=charts.Step(first, totals["start"]),
        steps=tuple(
            charts.Step(MOVE_LABELS[term], totals[term]) for term in shown if term not in ("start", "end")
        ),
        end=charts.Step(last, totals["end"]),
        unit=currency,
        scale=scale,
        size="l",
    )  # fmt: skip


def _names(user: User, moves: Iterable[Moved]) -> dict[str, str]:
    """Deals in sight by key. One query."""
    keys = {move.opportunity for move in moves if move.opportunity}
    # The blank one asks also when no deal moved: a page's number of queries does not depend on what it finds.
    return dict(opportunities_for(user).filter(key__in=[*keys, ""]).order_by().values_list("key", "name"))


def _detail(key: str, client: str, move: Moved, names: Mapping[str, str], found: MovementResult) -> Detail:
    what, url = "", ""
    if move.opportunity:
        what = names.get(move.opportunity, move.opportunity)
        url = reverse("opportunity", args=[move.opportunity]) if move.opportunity in names else ""
    elif move.contract:
        what, url = move.contract, reverse("contract", args=[move.contract])
    elif move.term == "actuals":
        what, url = "Not under a contract", f"{reverse('entries')}?{urlencode({'client': key})}"
    else:
        what, url = "The whole client", f"{reverse('forecast')}?{urlencode({'client': key})}"
    before, after, change = (detail_figure(name, move, found, client=key) for name in ("before", "after", "change"))
    return Detail(key, client, MOVE_LABELS[move.term], what, url, before, after, change, _why(move))


def _why(move: Moved) -> str:
    return RATES_MOVED if move.by_rates else ""


def movement_rows(
    user: User, request: MovementRequest, *, now: datetime
) -> tuple[list[str], list[list[object]], MovementResult]:
    """For a file: every term by client, then what each deal and contract did of it."""
    found = load_movement(user, request, now=now)
    head = ["client", "deal", "contract", "start", *TERMS, "end", "why"]
    currency = found.basis.currency
    rows: list[list[object]] = []
    for one in found.clients:
        whole = whole_of(one)
        rows.append([one.key, "", "", *(quantise(whole[name], currency) for name in ("start", *TERMS, "end")), ""])
        for move in one.moves:
            parts = [quantise(move.amount, currency) if term == move.term else None for term in TERMS]
            rows.append([one.key, move.opportunity, move.contract, None, *parts, None, _why(move)])
    return head, rows, found
