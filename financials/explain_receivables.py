"""How aged debt, DSO and purchase orders explain themselves: by currency and bucket, down to the invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import NOT_FOUND, get_client_for
from common.figures import Explanation, Input, Number, UnknownFigure, formulae
from common.money import ZERO, is_currency
from common.periods import month_label
from financials.access import purchase_orders_for
from financials.calc.receivables import BUCKET_LABELS, BUCKETS, DSO_DAYS, LATE
from financials.figures import DEBT_LABELS, ORDER_LABELS, debt_figure, definition_of, order_figure
from financials.queries.purchase_orders import OrderFilter, OrderRow, order_rows
from financials.queries.receivables import DebtRequest, Receivables, load_receivables
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
_MONTHS: Final = 36
_LATE_WORDS: Final = "open invoices {} past due at the end of the day"
FORMULAE: Final[dict[str, str]] = {
    "current": "open invoices not yet due at the end of the day, less open credit notes",
    "d30": _LATE_WORDS.format("1–30 days"),
    "d60": _LATE_WORDS.format("31–60 days"),
    "d90": _LATE_WORDS.format("61–90 days"),
    "over90": _LATE_WORDS.format("more than 90 days"),
    "total": "not due + 1–30 + 31–60 + 61–90 + over 90 days",
    "overdue": "1–30 + 31–60 + 61–90 + over 90 days",
    "billed": "invoices and credit notes of the 90 days to the day",
    "dso": "open receivables ÷ invoiced in the 90 days to the day × 90",
}
ORDER_FORMULAE: Final[dict[str, str]] = {
    "left": "amount of the order − invoices on it",
    "fee_left": "Σ schedule of the contract and its change orders, of the months after the last closed one",
    "short": "fee left to invoice − what is left on the contract's live orders, never below zero",
}
_PARAMS: Final = frozenset({"client", "owner", "tier", "currency", "as_of"})


def _asked(params: Mapping[str, str]) -> DebtRequest:
    if params.keys() - _PARAMS:
        raise UnknownFigure("unknown parameter")
    if params.get("currency") and not is_currency(params["currency"]):
        raise UnknownFigure(params["currency"])
    try:
        as_of = date.fromisoformat(params["as_of"])
    except (KeyError, ValueError):
        raise UnknownFigure("as_of is a day") from None
    return DebtRequest(as_of, *(params.get(name, "") for name in ("client", "owner", "tier", "currency")))


def explain_debt(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    asked = _asked(params)
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    scope = get_client_for(user, asked.client).name if asked.client else "All your clients"
    found = load_receivables(user, asked, now=now)
    value, inputs = _parts(name, found)
    listing = {"bucket": name if name in BUCKETS else "", "state": "overdue" if name == "overdue" else "open"}
    rows = [one for one in found.sums if name not in BUCKETS or one.bucket == name]
    late = [one for one in rows if one.bucket in LATE] if name == "overdue" else rows
    return Explanation(
        figure=debt_figure(
            name,
            value,
            found.currency,
            as_of=found.as_of,
            client=asked.client,
            asked={key: params[key] for key in ("owner", "tier", "currency") if params.get(key)},
        ),
        scope=scope,
        formula=FORMULAE[name],
        formula_id=f"receivables.{name}",
        formula_version=VERSION,
        inputs=tuple(inputs),
        as_of=found.basis.as_of,
        period=f"as of {found.as_of.isoformat()}",
        rates=found.rates_note,
        rows_url=_invoices_url(found, **listing) if name != "billed" else _invoices_url(found),
        rows_count=None if name == "billed" else sum(one.count for one in late),
        definition=definition_of("dso" if name in ("dso", "billed") else "aged_debt"),
        notes=found.missing,
    )


def _parts(name: str, found: Receivables) -> tuple[Number, list[Input]]:
    total, unit = found.total, found.currency
    if name == "dso":
        return total.dso, [
            Input(DEBT_LABELS["total"], total.total, unit, rows=found.count, url=_invoices_url(found, state="open")),
            Input(DEBT_LABELS["billed"], total.billed, unit, "÷"),
            Input("Days", DSO_DAYS, "days", "×"),
        ]
    if name == "billed":
        return total.billed, _billed(found)
    if name in ("total", "overdue"):
        names = LATE if name == "overdue" else BUCKETS
        value = total.overdue if name == "overdue" else total.total
        return value, [_bucket(found, bucket) for bucket in names]
    return total.buckets.get(name, ZERO), _by_currency(name, found)


def _billed(found: Receivables) -> list[Input]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for amounts in found.billed.values():
        for code, amount in amounts.items():
            sums[code] += amount
    return [Input(f"Invoiced in {code}", amount, code, "+") for code, amount in sorted(sums.items())]


def _bucket(found: Receivables, bucket: str) -> Input:
    rows = sum(one.count for one in found.sums if one.bucket == bucket)
    url = _invoices_url(found, bucket=bucket, state="open") if rows else ""
    return Input(BUCKET_LABELS[bucket], found.total.buckets.get(bucket, ZERO), found.currency, "+", rows=rows, url=url)


def _by_currency(bucket: str, found: Receivables) -> list[Input]:
    """As invoiced in each currency, and what that is worth at the closing rate."""
    inputs = []
    for code in sorted({one.currency for one in found.sums if one.bucket == bucket}):
        own = [one for one in found.sums if one.bucket == bucket and one.currency == code]
        amount = sum((one.amount for one in own), ZERO)
        unknown = any(one.converted is None for one in own)
        worth = None if unknown else sum((one.converted or ZERO for one in own), ZERO)
        rows = sum(one.count for one in own)
        said = f"{amount:,.2f} {code}" if code != found.currency else f"In {code}"
        url = _invoices_url(found, bucket=bucket, state="open", currency=code)
        inputs.append(Input(said, worth, found.currency, "+", rows=rows, url=url))
    return inputs


def _invoices_url(found: Receivables, **more: str) -> str:
    asked = found.request
    query = {"client": asked.client, "owner": asked.owner, "tier": asked.tier, "as_of": found.as_of.isoformat(), **more}
    return f"{reverse('invoices')}?{urlencode({name: value for name, value in query.items() if value})}"


def explain_order(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.keys() != {"order"} or not params["order"].isdecimal() or len(params["order"]) > 18:
        raise UnknownFigure("an order's figure names its order")
    order = purchase_orders_for(user).select_related("client", "contract").filter(pk=int(params["order"])).first()
    if order is None:
        raise Http404(NOT_FOUND)
    wanted = OrderFilter(client=order.client.key, contract=order.contract.number if order.contract else "")
    rows = order_rows(user, wanted, as_of=now.date())
    row = next(one for one in rows if one.pk == order.pk)
    value, inputs = _order_parts(name, row, rows)
    query = {"client": row.client_key, "po": row.number} if name == "left" else {"contract": row.contract}
    return Explanation(
        figure=order_figure(name, row.pk, row.number, value, row.currency),
        scope=f"{row.client_name}, purchase order {row.number}{f' for {row.contract}' if row.contract else ''}",
        formula=ORDER_FORMULAE[name],
        formula_id=f"order.{name}",
        formula_version=VERSION,
        inputs=tuple(inputs),
        as_of=now,
        rows_url=f"{reverse('invoices')}?{urlencode(query)}",
        definition=definition_of("purchase_order_balance"),
        notes=("Orders and invoices are compared as they stand, tax included; the fee is without tax",),
    )


def _order_parts(name: str, row: OrderRow, rows: list[OrderRow]) -> tuple[Number, list[Input]]:
    code = row.currency
    if name == "left":
        return row.position.left, [
            Input("Amount of the order", row.amount, code),
            Input("Invoiced on it", row.invoiced, code, "−"),
        ]
    if name == "fee_left":
        return row.position.fee_left, [
            Input(month_label(when), amount, code, "+") for when, amount in row.ahead[:_MONTHS]
        ]
    live = [one for one in rows if one.contract == row.contract and one.live]
    return row.position.short, [
        Input("Fee left to invoice", row.position.fee_left, code),
        *(Input(f"Left on {one.number}", one.position.left, code, "−") for one in live),
    ]


def _debt_handler(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain_debt(name, user, params, now)

    formulae.register(f"receivables.{name}", handle)


def _order_handler(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain_order(name, user, params, now)

    formulae.register(f"order.{name}", handle)


def register() -> None:
    for name in FORMULAE:
        _debt_handler(name)
    for name in ORDER_LABELS:
        _order_handler(name)
