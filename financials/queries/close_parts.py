"""The blocks of a month's close: tie-out, late entries, accruals. Each is one question, over the clients in sight."""

# The texts below are put together from this module's own pieces; every value is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import connection

from common.fx import MissingRate, apply
from common.money import ZERO
from common.periods import Month, month_add, month_end
from financials.models import Line
from financials.queries.basis import Basis, Sql, rate_values
from financials.queries.recognition import Recognised, RecognitionBook, load_recognition

ENDED_SINCE: Final = 3
"""Contracts that ended up to so many months ago are still trued up."""


@dataclass(frozen=True, slots=True)
class Event:
    """A close or a reopening of the month."""

    pk: int
    kind: str
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class MonthState:
    """closed_at: None while open. checks: name, done, note, by, at. contracts: those whose revenue is trued up."""

    closed_at: datetime | None
    closed_by: str
    checks: tuple[tuple[Any, ...], ...]
    events: tuple[Event, ...]
    client_ids: tuple[int, ...]
    contract_ids: tuple[int, ...]


_STATE = """
SELECT p.closed_at, coalesce(p.closed_by, ''),
  (SELECT coalesce(json_agg(json_build_array(c.name, c.done, c.note, c.by, c.at)), '[]')
   FROM financials_closecheck c WHERE c.month = m.month)::text,
  (SELECT coalesce(json_agg(json_build_array(e.id, e.kind, e.at, e.by, e.reason) ORDER BY e.at, e.id), '[]')
   FROM financials_closeevent e WHERE e.month = m.month)::text,
  ARRAY(SELECT v.id FROM accounts_client v WHERE v.id IN ({clients}) ORDER BY v.id),
  ARRAY(SELECT k.id FROM financials_contract k
        WHERE k.client_id IN ({clients}) AND k.kind <> 'msa'
          AND k.status IN ('signed', 'active', 'completed', 'terminated') AND k.start <= %s
          AND coalesce(k.ended_on, k."end", 'infinity'::date) >= %s ORDER BY k.id)
FROM (VALUES (%s::date)) m(month) LEFT JOIN common_closedperiod p ON p.month = m.month
"""


def load_state(month: Month, clients: Sql) -> MonthState:
    """Who closed it and when, what was ticked, and whom it is about. One query."""
    text, params = clients
    since = month_add(month, -ENDED_SINCE)
    with connection.cursor() as cursor:
        cursor.execute(_STATE.format(clients=text), [*params, *params, month_end(month), since, month])
        closed_at, closed_by, checks, events, client_ids, contract_ids = cursor.fetchone()
    return MonthState(
        closed_at=closed_at,
        closed_by=closed_by,
        checks=tuple((name, done, note, by, _instant(at)) for name, done, note, by, at in json.loads(checks)),
        events=tuple(Event(pk, kind, _at(at), by, reason) for pk, kind, at, by, reason in json.loads(events)),
        client_ids=tuple(client_ids),
        contract_ids=tuple(contract_ids),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else _at(text)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class TieLine:
    """One currency: the entries' operating profit, what the kept sums show of it, and the entries converted.

    converted: in the basis's currency; None where the month has no rate for it.
    """

    currency: str
    ledger: Decimal
    shown: Decimal
    converted: Decimal | None

    @property
    def difference(self) -> Decimal:
        return self.ledger - self.shown


def load_ties(basis: Basis, month: Month, clients: Sql, *, pool: bool) -> list[TieLine]:
    """By currency, read from the entries one by one on one side and from the kept sums on the other. One query."""
    rates, rate_params = rate_values(basis, month, month)
    owned = " OR client_id IS NULL" if pool else ""
    text = f"""
WITH rate(currency, month, rate) AS (VALUES {rates}),
visible AS ({clients[0]}),
side AS (
  SELECT currency, line, sum(amount) AS posted, 0 AS kept FROM financials_ledgerentry
  WHERE month = %s AND (client_id IN (SELECT * FROM visible){owned})
  GROUP BY client_id, contract_id, service_line, line, currency
  UNION ALL
  SELECT currency, line, 0, amount FROM financials_ledgermonth
  WHERE month = %s AND (client_id IN (SELECT * FROM visible){owned})
)
SELECT s.currency, sum(f.sign * s.posted), sum(f.sign * s.kept),
       sum(f.sign * half_even(s.posted * r.rate, {basis.places})), bool_or(r.rate IS NULL)
FROM side s LEFT JOIN rate r ON r.currency = s.currency AND r.month = %s
CROSS JOIN LATERAL (SELECT CASE WHEN s.line = 'gross_revenue' THEN 1 ELSE -1 END) f(sign)
GROUP BY s.currency ORDER BY s.currency"""
    with connection.cursor() as cursor:
        cursor.execute(text, [*rate_params, *clients[1], month, month, month])
        return [
            TieLine(currency, ledger, shown, None if missing else converted)
            for currency, ledger, shown, converted, missing in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class LateEntry:
    """A row that belongs to an earlier, closed month and landed in this one."""

    belongs: date
    client: str
    client_name: str
    line: str
    amount: Decimal
    currency: str
    source_ref: str
    description: str
    is_reversal: bool

    @property
    def label(self) -> str:
        return str(Line(self.line).label)


def load_late(month: Month, clients: Sql, *, pool: bool) -> list[LateEntry]:
    """The newest month first, largest amount first. One query."""
    owned = " OR e.client_id IS NULL" if pool else ""
    text = f"""
SELECT e.service_month, coalesce(v.key, ''), coalesce(v.name, 'Overhead pool'), e.line, e.amount, e.currency,
       e.source_ref, e.description, e.is_reversal
FROM financials_ledgerentry e LEFT JOIN accounts_client v ON v.id = e.client_id
WHERE e.month = %s AND e.service_month IS NOT NULL AND (e.client_id IN ({clients[0]}){owned})
ORDER BY e.service_month DESC, abs(e.amount) DESC, e.id LIMIT 1000"""
    with connection.cursor() as cursor:
        cursor.execute(text, [month, *clients[1]])
        return [LateEntry(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Accrual:
    """One statement of work with its change orders, to the end of the month, in its own currency.

    billed: net revenue the ledger holds of fees, without accruals: an invoice also holds pass-through and tax, which
    are never earned. booked: the same with accruals. standing: this month's accrual as posted. due: what it must
    come to. None is unknown; `reason` says why.
    """

    number: str
    contract_id: int
    client_id: int
    service_line: str
    currency: str
    recognised: Decimal | None
    billed: Decimal | None
    earned_not_billed: Decimal | None
    billed_not_earned: Decimal | None
    booked: Decimal | None
    standing: Decimal
    reason: str
    converted: Decimal | None = None

    @property
    def to_book(self) -> Decimal | None:
        """What posting the accrual adds to the ledger; 0 when it stands there already."""
        return None if self.recognised is None or self.booked is None else self.recognised - self.booked

    @property
    def gap(self) -> Decimal | None:
        """Earned less billed: above 0 accrued income, below 0 deferred."""
        return None if self.recognised is None or self.billed is None else self.recognised - self.billed


def load_accruals(basis: Basis, contract_ids: Sequence[int], month: Month, *, salary: bool) -> list[Accrual]:
    """By number. Four queries, none without contracts. converted: the gap at the month's closing rate. salary: the
    reader may know what a person costs (`RecognitionBook`).
    """
    if not contract_ids:
        return []
    book = load_recognition(basis, contract_ids, month, salary=salary)
    at = book.at(month)
    orders = {order for below in book.below.values() for order in below}
    roots = [pk for pk in at if pk not in orders]
    found = [_accrual(basis, book, at, pk, month) for pk in roots]
    return sorted(found, key=lambda accrual: accrual.number)


def _accrual(basis: Basis, book: RecognitionBook, at: dict[int, Recognised], pk: int, month: Month) -> Accrual:
    own = at[pk]
    family = [pk, *(order for order in book.below.get(pk, ()) if order in at)]
    recognised = _total(at[one].recognised for one in family)
    unknown = any({"gross_revenue", "pass_through"} & book.sums[one].missing for one in family)
    reasons = [at[one].earned.reason for one in family if at[one].recognised is None]
    posted, passed, accrued = (
        _to_date(book, family, name, month) for name in ("gross_revenue", "pass_through", "accrued")
    )
    billed = None if unknown else posted - passed - accrued
    gap = None if recognised is None or billed is None else recognised - billed
    made = Accrual(
        number=own.number,
        contract_id=pk,
        client_id=own.client_id,
        service_line=str(book.contracts[pk].get("service_line") or ""),
        currency=own.currency,
        recognised=recognised,
        billed=billed,
        earned_not_billed=None if gap is None else max(gap, ZERO),
        billed_not_earned=None if gap is None else max(-gap, ZERO),
        booked=None if unknown else posted - passed,
        standing=book.sums[pk].months.get("accrued", {}).get(month, ZERO),
        reason="an exchange rate is missing" if unknown else next(iter(reasons), ""),
        converted=None,
    )
    return _with_converted(basis, made, month)


def _to_date(book: RecognitionBook, family: Sequence[int], name: str, month: Month) -> Decimal:
    return sum((line.amount for pk in family for line in book.sums[pk].lines(name) if line.month <= month), ZERO)


def _total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(amounts)
    return None if None in known else sum((amount for amount in known if amount is not None), ZERO)


def _with_converted(basis: Basis, accrual: Accrual, month: Month) -> Accrual:
    """Balances convert at the month's closing rate."""
    if accrual.gap is None:
        return accrual
    try:
        rate = basis.rates.rate(
            accrual.currency, basis.currency, month, via=settings.REPORTING_CURRENCY, kind="closing"
        )
    except MissingRate:
        return accrual
    return replace(accrual, converted=apply(accrual.gap, rate, basis.currency))
