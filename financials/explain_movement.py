"""How the terms of the forecast's movement explain themselves: down to the deals and contracts behind each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import NOT_FOUND, get_client_for
from common.figures import Explanation, Figure, Input, UnknownFigure, formulae
from common.formats import compact, moment, plural
from common.money import ZERO, is_currency
from common.periods import InvalidPeriod, parse_month, period_label
from financials.calc.movement import TERMS
from financials.figures import definition_of
from financials.figures_movement import (
    CONTRIBUTION_LABELS,
    CONTRIBUTION_MOVE,
    DETAIL_LABELS,
    MOVE_LABELS,
    detail_figure,
    movement_figure,
)
from financials.queries.movement import MovementRequest, MovementResult, load_movement
from financials.queries.movement_margin import contribution_rows, load_sides
from financials.queries.movement_page import RATES_MOVED, source_of
from financials.queries.pnl_request import BadRequest
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

FORMULAE: Final = {
    "start": "the forecast as it stood at the first instant, over the same months",
    "new": "weighted value of deals the first forecast did not know",
    "pulled_in": "weighted value that moved to earlier months, after what its deals gained or lost in worth",
    "increased": "what deals gained in amount × probability, at their old months",
    "won": "scheduled value of the contract − weighted value that left the pipeline",
    "decreased": "what deals lost in amount × probability, at their old months",
    "lost": "− weighted value of deals lost or removed since",
    "slipped": "weighted value that moved to later months, after what its deals gained or lost in worth",
    "contracted": "schedule of contracts that came of no deal won since: now − then",
    "renewal": "renewals expected now − then",
    "actuals": "recognised − what was forecast, for months the ledger has told since",
    "run_rate": "run-rate now − then",
    "fx": "the end at its own rates − the same at the start's rates",
    "override": "overrides now − then",
    "end": "start + new + pulled in + increased + won + decreased + lost + slipped + contracts + renewals + actuals + "
    "run-rate + exchange + overrides",
}
_PARAMS: Final = frozenset({"client", "owner", "tier", "start", "end", "from", "to", "currency"})
_SHOWN: Final = 12


def _asked(params: Mapping[str, str]) -> MovementRequest:
    if params.keys() - _PARAMS:
        raise UnknownFigure("movement")
    if params.get("currency") and not is_currency(params["currency"]):
        raise UnknownFigure(params["currency"])
    try:
        start, end = (datetime.fromisoformat(params[name]) for name in ("start", "end"))
        first, last = parse_month(params["from"]), parse_month(params["to"])
    except (KeyError, ValueError, InvalidPeriod):
        raise UnknownFigure("start and end are instants, from and to months") from None
    if start.tzinfo is None or end.tzinfo is None:
        raise UnknownFigure("start and end are instants")
    return MovementRequest(
        start=start, end=end, first=first, last=last, client=params.get("client", ""), owner=params.get("owner", ""),
        tier=params.get("tier", ""), currency=params.get("currency", ""),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Told:
    """What sets one explanation of a movement apart from the others."""

    figure: Figure
    scope: str
    formula: str
    formula_id: str
    inputs: tuple[Input, ...]
    rows_url: str
    rows_count: int | None = None
    notes: tuple[str, ...] = ()


def _explanation(told: _Told, found: MovementResult) -> Explanation:
    """With what all of them say: when, from which runs, over which months."""
    return Explanation(
        figure=told.figure,
        scope=told.scope,
        formula=told.formula,
        formula_id=told.formula_id,
        formula_version=1,
        inputs=told.inputs,
        as_of=found.end,
        run=source_of(found).partition(";")[0],
        period=f"{period_label(found.first, found.last)}, from {moment(found.start)} to {moment(found.end)}",
        rows_url=told.rows_url,
        rows_count=told.rows_count,
        definition=definition_of("forecast_movement"),
        notes=told.notes,
    )


def _explain(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    asked = _asked(params)
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    scope = get_client_for(user, asked.client).name if asked.client else "All your clients"
    try:
        found = load_movement(user, asked, now=now)
    except BadRequest:
        raise UnknownFigure("movement") from None
    query = {"run_from": found.runs[0] or "", "run_to": found.runs[1] or "", "client": asked.client}
    value = None if found.missing else found.total[name]
    inputs = _ends(found) if name in ("start", "end") else _parts(name, found)
    told = _Told(
        figure=movement_figure(name, value, found, client=asked.client),
        scope=scope,
        formula=FORMULAE[name],
        formula_id=f"movement.{name}",
        inputs=inputs,
        rows_url=f"{reverse('forecast_movement')}?{urlencode({k: v for k, v in query.items() if v})}",
        rows_count=sum(1 for one in found.clients for move in one.moves if name in ("start", "end", move.term)),
        notes=(*found.missing, *_by_rates(name, found)),
    )
    return _explanation(told, found)


def _by_rates(name: str, found: MovementResult) -> list[str]:
    moves = [move.amount for one in found.clients for move in one.moves if move.by_rates and move.term == name]
    if not moves:
        return []
    whole = compact(sum(moves, ZERO), found.basis.currency, signed=True)
    return [f"Of it {whole} by own win rates that moved, at {plural(len(moves), 'deal')} that did not change."]


def _ends(found: MovementResult) -> tuple[Input, ...]:
    totals = found.total
    return tuple(
        Input(MOVE_LABELS[name], totals[name], found.basis.currency, "" if name in ("start", "end") else "+")
        for name in ("start", *TERMS, "end")
        if totals[name] or name in ("start", "end")
    )


def _parts(name: str, found: MovementResult) -> tuple[Input, ...]:
    """The largest deals and contracts of the term, the rest together."""
    several = [(one, move) for one in found.clients for move in one.moves if move.term == name]
    several.sort(key=lambda pair: (-abs(pair[1].amount), pair[0].key))
    inputs = []
    for one, move in several[:_SHOWN]:
        url = reverse("contract", args=[move.contract]) if move.contract and not move.opportunity else ""
        what = move.opportunity or move.contract or "the whole client"
        what += f" ({RATES_MOVED})" if move.by_rates else ""
        inputs.append(Input(f"{one.name}: {what}", move.amount, found.basis.currency, "+", url=url))
    rest = several[_SHOWN:]
    if rest:
        amount = sum((move.amount for _, move in rest), ZERO)
        inputs.append(Input(f"{len(rest)} others", amount, found.basis.currency, "+", rows=len(rest)))
    return tuple(inputs)


_DETAIL: Final = {
    "before": "what the forecast held of it before this step, in the months the term is about",
    "after": "what the forecast holds of it after this step, in the same months",
    "change": "after − before",
}
_OF_DETAIL: Final = ("term", "opportunity", "contract", "by")


def _explain_detail(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """One deal's or contract's part of one term. A deal may move in several steps: worth first, then months."""
    asked = _asked({key: value for key, value in params.items() if key not in _OF_DETAIL})
    if not asked.client or params.get("term") not in TERMS or params.get("by", "rates") != "rates":
        raise UnknownFigure("movement")
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    scope = get_client_for(user, asked.client).name
    try:
        found = load_movement(user, asked, now=now)
    except BadRequest:
        raise UnknownFigure("movement") from None
    wanted = (params["term"], params.get("opportunity", ""), params.get("contract", ""), "by" in params)
    several = [move for one in found.clients for move in one.moves]
    move = next((m for m in several if (m.term, m.opportunity, m.contract, m.by_rates) == wanted), None)
    if move is None:
        raise UnknownFigure("movement")
    currency = found.basis.currency
    sides = {"before": move.before, "after": move.after, "change": move.amount}
    reads = {"before": ("after", "change", "−"), "after": ("before", "change", "+"), "change": ("after", "before", "−")}
    first, second, sign = reads[name]
    inputs = (
        Input(DETAIL_LABELS[first], sides[first], currency),
        Input(DETAIL_LABELS[second], sides[second], currency, sign),
    )
    url = reverse("opportunity", args=[move.opportunity]) if move.opportunity else ""
    url = reverse("contract", args=[move.contract]) if move.contract and not url else url
    told = _Told(
        figure=detail_figure(name, move, found, client=asked.client),
        scope=f"{scope}: {move.opportunity or move.contract or 'the whole client'}; {MOVE_LABELS[move.term].lower()}",
        formula=_DETAIL[name],
        formula_id=f"movement.{name}",
        inputs=inputs,
        rows_url=url or reverse("forecast_movement"),
        notes=(FORMULAE[move.term].capitalize() + ".", *([RATES_MOVED.capitalize() + "."] if move.by_rates else [])),
    )
    return _explanation(told, found)


_LEFT: Final = {
    "start": "net revenue at the start − what it cost, as known then",
    "end": "net revenue at the end − what it costs",
    "costs": "contribution at the end − at the start − every other term: rates that moved, and costs posted since",
}


def _explain_left(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    """The part of one term in contribution: each client's own at the margin it had at the start."""
    asked = _asked(params)
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    scope = get_client_for(user, asked.client).name if asked.client else "All your clients"
    try:
        found, sides = load_sides(user, asked, now=now)
    except BadRequest:
        raise UnknownFigure("movement") from None
    currency = found.basis.currency
    several = [(one, amounts[name]) for one, amounts in contribution_rows(sides, currency)]
    moved = [(one, amount) for one, amount in several if amount]
    moved.sort(key=lambda pair: (-abs(pair[1] or ZERO), pair[0].key))
    unknown = sum(1 for _, amount in several if amount is None)
    inputs = [Input(one.name, amount, currency, "+") for one, amount in moved[:_SHOWN]]
    if rest := moved[_SHOWN:]:
        inputs.append(Input(f"{len(rest)} others", sum((a or ZERO for _, a in rest), ZERO), currency, "+"))
    whole = sum((amount or ZERO for _, amount in moved), ZERO)
    left_out = f"{plural(unknown, 'client')} without a known cost left out."
    told = _Told(
        figure=movement_figure(name, whole, found, client=asked.client, measure=CONTRIBUTION_MOVE),
        scope=scope,
        formula=_LEFT.get(name, f"Σ clients: {FORMULAE.get(name, name)}, × contribution margin at the start"),
        formula_id=f"{CONTRIBUTION_MOVE}.{name}",
        inputs=tuple(inputs),
        rows_url=reverse("forecast_movement"),
        rows_count=len(several),
        notes=(left_out,) if unknown else (),
    )
    return _explanation(told, found)


def _register_left(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return _explain_left(name, user, params, now)

    formulae.register(f"{CONTRIBUTION_MOVE}.{name}", handle)


def _register_detail(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return _explain_detail(name, user, params, now)

    formulae.register(f"movement.{name}", handle)


def _register(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return _explain(name, user, params, now)

    formulae.register(f"movement.{name}", handle)


def register() -> None:
    for name in MOVE_LABELS:
        _register(name)
    for name in CONTRIBUTION_LABELS:
        _register_left(name)
    for name in DETAIL_LABELS:
        _register_detail(name)
