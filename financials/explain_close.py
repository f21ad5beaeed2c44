"""How the numbers of a month's close explain themselves: each is computed again from the same page's query."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse

from accounts.access import NOT_FOUND
from common.figures import Explanation, Figure, Input, UnknownFigure, formulae
from common.money import ZERO
from common.periods import InvalidPeriod, Month, format_month, month_label, month_of, parse_month
from financials.access import reads_closes
from financials.calc.ladder import COSTS
from financials.figures import LABELS, close_figure, is_margin
from financials.queries.close_page import ClosePage, load_close_page
from financials.queries.close_parts import Accrual
from financials.queries.labour import LabourSources
from financials.queries.restatement import load_restatement

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
FORMULAE: Final[dict[str, str]] = {
    "checks": "checks computed and ticked that are not done",
    "ledger": "Σ ledger entries of the month: revenue less every cost line",
    "ladder": "Σ operating profit of the P&L − overhead not allocated",
    "tie_out": "ledger total − what the ladder shows",
    "moved": "this month − the month before; favourable is positive",
    "pool": "Σ overhead entries without a client",
    "spread": "Σ shares of the pool over the clients",
    "unallocated": "overhead pool − overhead spread",
    "share": "pool × the client's part of the driver ÷ everybody's, rounded cumulatively",
    "labour_ledger": "Σ ledger entries on delivery labour",
    "labour_time": "Σ hours × cost rate of the day",
    "labour_gap": "ledger − time",
    "recognised": "Σ revenue recognised to date, the contract with its change orders",
    "billed": "Σ billed to date, the contract with its change orders",
    "earned_not_billed": "recognised − billed, where that is above zero",
    "billed_not_earned": "billed − recognised, where that is above zero",
    "to_book": "recognised − net revenue booked to date, accruals included",
    "accrual_net": "Σ (recognised − billed) at the month's closing rates",
    "restated": "after − before",
}
_SCOPE: Final = frozenset({"month", "currency", "row", "client", "contract", "line", "before", "after"})
Found = tuple[Figure, tuple[Input, ...], str]
"""The figure again, its inputs, and where its rows are."""


def explain(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if not reads_closes(user):
        raise Http404(NOT_FOUND)
    if params.keys() - _SCOPE:
        raise UnknownFigure(name)
    month = _month(params, now)
    if name == "restated":
        figure, inputs, rows = _restated(user, month, params, now)
        as_of, source = now, ""
    else:
        page = load_close_page(user, month, now=now)
        figure, inputs, rows = _MAKERS[name](page, name, params)
        as_of, source = page.basis.as_of, f"ledger entry {page.basis.ledger_no:,}"
    return Explanation(
        figure=figure,
        scope="The whole book" if user.role != "director" else "Your clients",
        formula=FORMULAE[name],
        formula_id=f"close.{name}",
        formula_version=VERSION,
        inputs=inputs,
        as_of=as_of,
        run=source,
        period=month_label(month),
        rows_url=rows,
        definition=f"/help/definitions/#{_ANCHORS.get(name, 'closed-months')}",
    )


_ANCHORS: Final = {
    "tie_out": "tie-out", "ledger": "tie-out", "ladder": "tie-out", "pool": "overhead", "spread": "overhead",
    "unallocated": "overhead", "share": "overhead", "restated": "restatement", "recognised": "recognised",
    "billed": "recognised", "to_book": "accruals", "accrual_net": "accruals", "earned_not_billed": "accruals",
    "billed_not_earned": "accruals", "labour_ledger": "labour-sources", "labour_time": "labour-sources",
    "labour_gap": "labour-sources", "checks": "checks",
}  # fmt: skip


def _month(params: Mapping[str, str], now: datetime) -> Month:
    try:
        month = parse_month(params["month"])
    except (KeyError, InvalidPeriod):
        raise UnknownFigure("month") from None
    if month > month_of(now.date()):
        raise UnknownFigure("month")
    return month


def _checks(page: ClosePage, name: str, params: Mapping[str, str]) -> Found:
    open_ = [Input(check.label, check.count, "count", "+") for check in page.computed if check.state != "ok"]
    ticks = [Input(check.label, 1, "count", "+") for check in page.manual if not check.done]
    return page.open_figure, (*open_, *ticks), _page_url(page)


def _tie(page: ClosePage, name: str, params: Mapping[str, str]) -> Found:
    wanted = params.get("currency", "")
    tie = next((line for line in page.ties if line.currency == wanted), None)
    if tie is None:
        raise UnknownFigure(wanted)
    figure = {"ledger": tie.ledger, "ladder": tie.shown, "tie_out": tie.difference}[name]
    inputs = tuple(Input(one.label, one.value, one.unit, sign) for one, sign in ((tie.ledger, ""), (tie.shown, "−")))
    return figure, inputs if name == "tie_out" else (), _entries(page)


def _moved(page: ClosePage, name: str, params: Mapping[str, str]) -> Found:
    line = next((line for line in page.pnl if line.key == params.get("row")), None)
    if line is None:
        raise UnknownFigure(params.get("row", ""))
    signs = ("", "−")
    inputs = tuple(
        Input(one.label, one.value, one.unit, sign) for one, sign in zip((line.now, line.before), signs, strict=True)
    )
    return line.move, inputs, _entries(page, row="" if is_margin(line.key) or line.key not in COSTS else line.key)


def _overhead(page: ClosePage, name: str, params: Mapping[str, str]) -> Found:
    block = page.overhead
    if block is None:
        raise Http404(NOT_FOUND)
    if name == "share":
        share = next((figure for key, _, figure in block.shares if key == params.get("client")), None)
        if share is None:
            raise UnknownFigure(params.get("client", ""))
        return share, (Input(block.pool.label, block.pool.value, block.pool.unit),), _entries(page, row="overhead")
    figure = {"pool": block.pool, "spread": block.spread, "unallocated": block.unallocated}[name]
    inputs = (
        Input(block.pool.label, block.pool.value, block.pool.unit),
        Input(f"{block.spread.label}, {block.driver}", block.spread.value, block.spread.unit, "−"),
    )
    return figure, inputs if name == "unallocated" else (), _entries(page, row="overhead")


def _labour(page: ClosePage, name: str, params: Mapping[str, str]) -> Found:
    line = next((one for one in page.labour_all if one.client == params.get("client")), None)
    if line is None:
        raise Http404(NOT_FOUND)
    unit = page.basis.currency
    inputs = (
        Input("Delivery labour in the ledger", line.ledger, unit),
        Input("Hours at cost rates", line.time, unit, "−"),
    )
    figure = close_figure(name, _labour_value(line, name), unit, page.month, client=line.client)
    rows = f"{_entries(page, row='delivery_labour')}&client={line.client}"
    return figure, inputs if name == "labour_gap" else (), rows


def _labour_value(line: LabourSources, name: str) -> Decimal | None:
    return {"labour_ledger": line.ledger, "labour_time": line.time, "labour_gap": line.difference}[name]


def _accrual(page: ClosePage, name: str, params: Mapping[str, str]) -> Found:
    found = next((one for one in page.accruals_all if one.number == params.get("contract")), None)
    if found is None:
        raise Http404(NOT_FOUND)
    value: Decimal | None = getattr(found, name)
    figure = close_figure(name, value, found.currency, page.month, contract=found.number)
    return figure, _accrual_inputs(found, name), reverse("contract", args=[found.number])


def _accrual_inputs(found: Accrual, name: str) -> tuple[Input, ...]:
    if name in ("recognised", "billed"):
        return ()
    other = ("Booked to date, accruals included", found.booked) if name == "to_book" else ("Billed", found.billed)
    signs = ("−", "") if name == "billed_not_earned" else ("", "−")
    return (
        Input("Recognised", found.recognised, found.currency, signs[0]),
        Input(other[0], other[1], found.currency, signs[1]),
    )


def _accrual_net(page: ClosePage, name: str, params: Mapping[str, str]) -> Found:
    gaps = [one for one in page.accruals_all if one.converted]
    largest = sorted(gaps, key=lambda one: -abs(one.converted or ZERO))[:36]
    inputs = tuple(
        Input(one.number, one.converted, page.basis.currency, "+", url=reverse("contract", args=[one.number]))
        for one in largest
    )
    return page.accrual_net, inputs, _page_url(page)


_MOST_DIGITS: Final = 9
"""Of the number of a close."""


def _restated(user: User, month: Month, params: Mapping[str, str], now: datetime) -> Found:
    chosen = [params.get(name, "") for name in ("before", "after")]
    if max(map(len, chosen)) > _MOST_DIGITS:
        raise UnknownFigure("before and after are closes")
    before, after = (int(text) if text.isdecimal() else None for text in chosen)
    found = load_restatement(user, month, now=now, before=before, after=after)
    line = params.get("line", "")
    row = next((one for one in found.rows if (one.client, one.line) == (params.get("client", ""), line)), None)
    if row is None or found.before is None or found.after is None:
        raise Http404(NOT_FOUND)
    inputs = (
        Input(f"{LABELS[line]}, {found.after.words}", row.after, found.basis.currency),
        Input(f"{LABELS[line]}, {found.before.words}", row.before, found.basis.currency, "−"),
    )
    return row.figure, inputs, reverse("restatement", args=[format_month(month)])


def _page_url(page: ClosePage) -> str:
    return reverse("close", args=[format_month(page.month)])


def _entries(page: ClosePage, row: str = "") -> str:
    month = format_month(page.month)
    return f"{reverse('entries')}?from={month}&to={month}" + (f"&row={row}" if row else "")


_MAKERS: Final[dict[str, Callable[[ClosePage, str, Mapping[str, str]], Found]]] = {
    "checks": _checks,
    **dict.fromkeys(("ledger", "ladder", "tie_out"), _tie),
    "moved": _moved,
    **dict.fromkeys(("pool", "spread", "unallocated", "share"), _overhead),
    **dict.fromkeys(("labour_ledger", "labour_time", "labour_gap"), _labour),
    **dict.fromkeys(("recognised", "billed", "earned_not_billed", "billed_not_earned", "to_book"), _accrual),
    "accrual_net": _accrual_net,
}


def _handler(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain(name, user, params, now)

    formulae.register(f"close.{name}", handle)


def register() -> None:
    for name in FORMULAE:
        _handler(name)
