"""What of money needs a person: invoices long overdue, and purchase orders that will not last their work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection
from django.db.models import CharField, Count, DateField, DecimalField, F, IntegerField, Min, Sum, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import ClientStatus
from common.attention import TODAY, AttentionItem, group_of
from common.formats import day, day_short, money, month, plural
from common.periods import month_add, month_of
from financials.queries.capacity_attention import attention_sql, capacity_items
from financials.queries.purchase_orders import SOON_MONTHS, running_out
from financials.queries.receivables import LONG_LATE, long_overdue
from financials.queries.servicing_attention import ServiceRow, service_items, service_sql

if TYPE_CHECKING:
    from people.models import User

_MONEY = DecimalField(max_digits=30, decimal_places=4)


class _Found(NamedTuple):
    """Both kinds under one head. amount: overdue, or left on the order. several: invoices, or 1 where it is spent.
    contract: of an order; of a debt, how the client stands.
    """

    kind: str
    client_key: str
    client_name: str
    currency: str
    amount: Decimal
    to_go: Decimal | None
    several: int
    when: date | None
    number: str
    contract: str


def money_items(user: User, today: date) -> Sequence[AttentionItem]:
    """One item for each client and currency long overdue, for each order that runs out, for over-serviced work, and for
    people: roles about to be short, and who is planned beyond their hours.

    One query for all of them: the cockpit has none to spare.
    """
    late = long_overdue(user, today).values_list(
        Value("late", CharField()), "client__key", "client__name", "currency"
    ).annotate(
        owed=Cast(Sum("amount"), _MONEY), to_go=Value(None, _MONEY), several=Cast(Count("pk"), IntegerField()),
        oldest=Min("due"), order=Value("", CharField()), standing=Cast(F("client__status"), CharField()),
    )  # fmt: skip
    orders = running_out(user, today).order_by().values_list(
        Value("order", CharField()), "client__key", "client__name", "currency", Cast("left", _MONEY),
        Cast("to_go", _MONEY), Cast("spent", IntegerField()), Cast("expires", DateField()), F("number"),
        "contract__number",
    )  # fmt: skip
    text, params = late.union(orders, all=True).query.sql_with_params()
    service, more = service_sql(user, today)
    people, of_people = attention_sql(user, today)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({text}) money UNION ALL SELECT * FROM ({service}) service "  # noqa: S608  # queries of our own
            f"UNION ALL SELECT * FROM ({people}) people",
            [*params, *more, *of_people],
        )
        rows = cursor.fetchall()
    found = [_Found(*row) for row in rows if row[0] in ("late", "order")]
    found.sort(key=lambda row: (row.client_name, row.kind, row.currency, row.number))
    items = [_overdue(row) if row.kind == "late" else _order(row, today) for row in found]
    items += service_items([ServiceRow(*row) for row in rows if row[0] == "service"], today)
    return [*items, *capacity_items([(row[1], row[2]) for row in rows if row[0] == "capacity"], today)]


def _overdue(row: _Found) -> AttentionItem:
    query = urlencode({"client": row.client_key, "state": "overdue", "sort": "due"})
    lost = " The client is lost; what it owes is not." if row.contract == ClientStatus.LOST else ""
    return AttentionItem(
        client_key=row.client_key,
        client_name=row.client_name,
        shape="at_risk",
        lead=f"{money(row.amount, row.currency)} is more than {LONG_LATE} days overdue",
        why=f"{plural(row.several, 'invoice')}, the oldest due {day(row.when)}.{lost}",
        action_label="Open invoices",
        url=f"{reverse('invoices')}?{query}",
        due=row.when or date.min,
        group=TODAY,
    )


def _order(row: _Found, today: date) -> AttentionItem:
    soon = month_add(month_of(today), SOON_MONTHS)
    left, to_go = money(row.amount, row.currency), money(row.to_go, row.currency)
    due = soon if row.several else row.when or soon
    said = f"will be spent by {month(soon)}" if row.several else f"expires {day_short(row.when)}, before its work ends"
    query = urlencode({"client": row.client_key, "contract": row.contract})
    return AttentionItem(
        client_key=row.client_key,
        client_name=row.client_name,
        shape="at_risk" if row.several else "watch",
        lead=f"purchase order {row.number} {said}",
        why=f"{left} left on it, {to_go} of {row.contract} to invoice.",
        action_label="Open order",
        url=f"{reverse('purchase_orders')}?{query}",
        due=due,
        group=group_of(due, today),
    )
