"""The P&L once more, from the raw rows: plain SQL sums them, exact fractions are rounded. Nothing of the product's.

One cell is client × contract × service line × month × line × currency; it is converted once, to the cent, halves to
even, and every figure is a sum of cells. Overhead without a client is spread by month over delivery labour. A client's
month without any labour in the ledger takes its hours at the cost rate of the day.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from django.db import connection

_FY = (
    "(extract(year FROM {m}) + CASE WHEN c.fiscal_year_start > 1 AND extract(month FROM {m}) >= c.fiscal_year_start "
    "THEN 1 ELSE 0 END)"
)
_FQ = "(((extract(month FROM {m})::int - c.fiscal_year_start + 12) % 12) / 3 + 1)"
LABELS = {
    "client": "c.key",
    "parent": "CASE WHEN p.key IS NULL THEN c.key ELSE p.key END",
    "contract": "coalesce(k.number, '')",
    "service_line": "e.service_line",
    "owner": "coalesce(u.email, '')",
    "tier": "c.tier",
    "industry": "c.industry",
    "month": "substr({m}::date::text, 1, 7)",
    "quarter": "extract(year FROM {m}) || '-Q' || extract(quarter FROM {m})",
    "year": "extract(year FROM {m})::text",
    "fiscal_quarter": f"'FY' || {_FY} || '-Q' || {_FQ}",
    "fiscal_year": f"'FY' || {_FY}",
}
LINES = ("gross_revenue", "pass_through", "delivery_labour", "freelancers", "direct_expenses", "overhead")
_CELLS = """
SELECT {label} AS label, e.client_id, e.month, e.line, e.currency, sum(e.amount),
       (SELECT f.average FROM common_fxrate f WHERE f.month = e.month AND f.base = e.currency AND f.quote = %(to)s),
       (SELECT f.average FROM common_fxrate f WHERE f.month = e.month AND f.base = %(to)s AND f.quote = e.currency)
FROM {table} e LEFT JOIN accounts_client c ON c.id = e.client_id LEFT JOIN accounts_client p ON p.id = c.parent_id
LEFT JOIN financials_contract k ON k.id = e.contract_id LEFT JOIN people_user u ON u.id = c.owner_id
WHERE e.month BETWEEN %(first)s AND %(last)s {version}
GROUP BY 1, e.client_id, e.contract_id, e.service_line, e.month, e.line, e.currency
ORDER BY e.client_id, e.contract_id, e.service_line
"""
_HOURS = """
WITH e AS (
  SELECT h.client_id, h.contract_id, coalesce(j.service_line, '') AS service_line, h.month,
         'delivery_labour' AS line, w.currency, h.person_id, h.hours * w.rate AS amount
  FROM financials_timeentry h LEFT JOIN financials_contract j ON j.id = h.contract_id
  JOIN LATERAL (
    SELECT r.rate, r.currency FROM financials_rate r
    WHERE r.kind = 'cost' AND r.starts <= h.date AND (r.person_id = h.person_id OR r.role = h.role AND r.role <> '')
      AND coalesce(r.client_id, h.client_id) = h.client_id
      AND (r.contract_id IS NULL OR r.contract_id = h.contract_id)
    ORDER BY r.person_id IS NOT NULL DESC, r.contract_id IS NOT NULL DESC, r.client_id IS NOT NULL DESC, r.starts DESC
    LIMIT 1
  ) w ON true
  WHERE h.status <> 'rejected' AND (h.client_id, h.month) NOT IN (
    SELECT client_id, month FROM (
      SELECT client_id, month, sum(amount) FROM financials_ledgerentry WHERE line = 'delivery_labour'
      GROUP BY client_id, contract_id, service_line, month, currency HAVING sum(amount) <> 0
    ) posted
  )
)
"""
Sums = dict[str, dict[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Book:
    """Which rows: the ledger's or a budget's, of which months (inclusive). back: years to add to what they are called.

    to: the currency of the report.
    """

    first: date
    last: date
    to: str
    version: str = ""
    back: int = 0

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        return self.labelled("'all'")

    def labelled(self, label: str) -> list[tuple[Any, ...]]:
        month = f"(e.month + interval '{self.back} years')"
        text = _CELLS.format(
            label=label.replace("{m}", month),
            table="financials_budgetline" if self.version else "financials_ledgerentry",
            version="AND e.version_name = %(version)s" if self.version else "",
        ).replace(" % 12)", " %% 12)")
        asked: dict[str, Any] = {"to": self.to, "first": self.first, "last": self.last, "version": self.version}
        with connection.cursor() as cursor:
            cursor.execute(text, asked)
            found = list(cursor.fetchall())
            if not self.version:
                cursor.execute(_HOURS + text.replace("financials_ledgerentry e", "e"), asked)
                found += cursor.fetchall()
        return sorted(found, key=lambda row: row[1] or 0)


def cents(exact: Fraction) -> Decimal:
    """The nearest cent, halves to even, with no rounding on the way."""
    whole, rest = divmod(exact * 100, 1)
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
    return (Decimal(int(whole) + up) / 100).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def plain_pnl(book: Book, group: str, *, spread: bool = True) -> tuple[Sums, Decimal]:
    """Label → line → amount, and what of the pool no client carries."""
    sums: Sums = defaultdict(lambda: dict.fromkeys(LINES, Decimal(0)))
    pool: dict[date, Decimal] = defaultdict(Decimal)
    drivers: dict[date, list[tuple[int, str, Decimal]]] = defaultdict(list)
    for label, client, month, line, currency, amount, direct, inverse in book.labelled(LABELS[group]):
        rate = Fraction(1) if currency == book.to else Fraction(direct) if direct else 1 / Fraction(inverse)
        value = cents(Fraction(amount) * rate)
        if client is None:
            pool[month] += value
            continue
        sums[label][line] += value
        if line == "delivery_labour":
            drivers[month].append((client, label, value))
    left = sum(pool.values(), Decimal(0))
    for month, amount in pool.items() if spread else ():
        for label, share in _shares(amount, drivers[month]):
            sums[label]["overhead"] += share
            left -= share
    return dict(sums), left


def _shares(amount: Decimal, drivers: list[tuple[int, str, Decimal]]) -> list[tuple[str, Decimal]]:
    """By cumulative rounding over those clients whose labour comes to more than nothing."""
    of_client: dict[int, Decimal] = defaultdict(Decimal)
    for client, _, labour in drivers:
        of_client[client] += labour
    carrying = [(label, labour) for client, label, labour in drivers if of_client[client] > 0]
    whole = sum((labour for _, labour in carrying), Decimal(0))
    shares, reached, given = [], Decimal(0), Decimal(0)
    for label, labour in carrying if whole > 0 else ():
        reached += labour
        upto = cents(Fraction(amount) * Fraction(reached) / Fraction(whole))
        shares.append((label, upto - given))
        given = upto
    return shares


def whole_ladder(lines: dict[str, Decimal]) -> dict[str, Decimal]:
    """The six lines with their four subtotals."""
    net = lines["gross_revenue"] - lines["pass_through"]
    profit = net - lines["delivery_labour"] - lines["freelancers"]
    contribution = profit - lines["direct_expenses"]
    return {
        **lines,
        "net_revenue": net,
        "gross_profit": profit,
        "contribution": contribution,
        "operating_profit": contribution - lines["overhead"],
    }
