"""How retention and concentration explain themselves: the clients behind them, largest movement first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import NOT_FOUND, get_client_for
from common.figures import Explanation, Input, Number, UnknownFigure, formulae
from common.money import ZERO, is_currency
from common.periods import InvalidPeriod, format_month, parse_month, period_label
from financials.calc.retention import Concentration
from financials.figures import RETENTION_LABELS, definition_of, retention_figure
from financials.queries.retention import RetentionBook, RetentionRequest, load_retention
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
FORMULAE: Final[dict[str, str]] = {
    "nrr": "Σ net revenue now ÷ Σ net revenue then, of clients with revenue then",
    "grr": "Σ min(now, then) ÷ Σ then, of clients with revenue then",
    "then": "Σ net revenue of the twelve months before, of clients with any",
    "now": "Σ net revenue of the last twelve months, of clients with revenue then",
    "escalators": "Σ by client: gain on contracts that followed others × u ÷ (1 + u), at most the client's growth",
    "recurring": "net retention over contracts that say how they renew",
    "one_off": "net retention over all other work",
    "revenue_hhi": "Σ (share of net revenue in percent)²; 10,000 is one client alone",
    "margin_hhi": "Σ (share of contribution in percent)², of clients above zero; 10,000 is one client alone",
    "largest": "net revenue of the largest client ÷ net revenue of all above zero",
}
_PARAMS: Final = frozenset({"client", "owner", "tier", "currency", "to"})
_SHOWN: Final = 12


def _asked(params: Mapping[str, str]) -> RetentionRequest:
    if params.keys() - _PARAMS:
        raise UnknownFigure("unknown parameter")
    if params.get("currency") and not is_currency(params["currency"]):
        raise UnknownFigure(params["currency"])
    try:
        last = parse_month(params["to"])
    except (KeyError, InvalidPeriod):
        raise UnknownFigure("to is a month") from None
    return RetentionRequest(last, *(params.get(name, "") for name in ("client", "owner", "tier", "currency")))


def explain(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    asked = _asked(params)
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    scope = get_client_for(user, asked.client).name if asked.client else "All your clients"
    book = load_retention(user, asked, now=now)
    value, inputs = parts_of(name, book)
    query = {"client": asked.client, "from": format_month(book.then[0]), "to": format_month(book.now[1])}
    listing = {key: text for key, text in {**query, "row": "net_revenue"}.items() if text}
    notes = (f"Left out, as a rate is missing: {', '.join(book.unknown[:5])}",) if book.unknown else ()
    return Explanation(
        figure=retention_figure(
            name,
            value,
            book.currency,
            last=book.now[1],
            client=asked.client,
            asked={key: params[key] for key in ("owner", "tier", "currency") if params.get(key)},
        ),
        scope=scope,
        formula=FORMULAE[name],
        formula_id=f"retention.{name}",
        formula_version=VERSION,
        inputs=tuple(inputs),
        as_of=book.basis.as_of,
        run=f"ledger entry {book.basis.ledger_no:,}",
        period=f"{period_label(*book.now)} against {period_label(*book.then)}",
        rows_url=f"{reverse('entries')}?{urlencode(listing)}",
        definition=definition_of(
            {"nrr": "nrr", "now": "nrr", "then": "nrr", "grr": "grr"}.get(name)
            or ("concentration" if name in ("revenue_hhi", "margin_hhi", "largest") else "escalators")
        ),
        notes=notes,
    )


def parts_of(name: str, book: RetentionBook) -> tuple[Number, list[Input]]:
    total, unit = book.total, book.currency
    found = total.found
    if name in ("nrr", "grr"):
        over = Input("Net revenue then", found.then, unit, "÷", rows=found.clients)
        if name == "grr":
            return found.grr, [Input("Kept of it, growth left out", found.kept, unit), over]
        changes = (
            ("Grown", total.gained), ("Shrunk", total.shrunk), ("Left", total.lost),
        )  # fmt: skip
        moved = [Input(label, amount, unit, "+") for label, amount in changes]
        return found.nrr, [Input("Net revenue then", found.then, unit), *moved, over]
    if name in ("recurring", "one_off"):
        part = book.recurring if name == "recurring" else book.one_off
        return part.nrr, [Input("Now", part.now, unit), Input("Then", part.then, unit, "÷", rows=part.clients)]
    if name in ("then", "now", "escalators"):
        values = {"then": found.then, "now": found.now, "escalators": total.escalators}
        return values[name], _clients(name, book)
    of = book.margin if name == "margin_hhi" else book.revenue
    return (of.largest if name == "largest" else of.hhi), _shares(of, book)


def _clients(name: str, book: RetentionBook) -> list[Input]:
    stayed = [row for row in book.rows if (row.then or ZERO) > 0]
    amounts = [(row.name, getattr(row, name) or ZERO) for row in stayed]
    ordered = sorted(amounts, key=lambda one: (-abs(one[1]), one[0]))
    shown = [Input(label, amount, book.currency, "+") for label, amount in ordered[:_SHOWN]]
    rest = ordered[_SHOWN:]
    if rest:
        shown.append(Input(f"{len(rest)} others", sum((amount for _, amount in rest), ZERO), book.currency, "+"))
    return shown


def _shares(of: Concentration, book: RetentionBook) -> list[Input]:
    names = {row.key: row.name for row in book.rows}
    return [Input(names.get(one.key, one.key), one.share, "ratio") for one in of.shares[:_SHOWN]]


def _handler(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain(name, user, params, now)

    formulae.register(f"retention.{name}", handle)


def register() -> None:
    for name in RETENTION_LABELS:
        _handler(name)
