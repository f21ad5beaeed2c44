"""What a month's figures were at two closes of it, and what belongs to it but landed in later months.

Source: docs/definitions.md#restatement
"""

# The text below is put together from this module's own pieces; every value is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from accounts.access import clients_for
from common.figures import Figure
from common.formats import day, exact
from common.money import ZERO
from common.periods import Month, month_label
from financials.calc.close import SIGNS
from financials.figures import LABELS, close_figure
from financials.models import CloseEvent
from financials.queries.basis import Basis, Sql, ids_sql, load_basis, rate_values
from financials.queries.close_page import sees_whole_book

if TYPE_CHECKING:
    from people.models import User

HEAD: Final = ("client", "name", "line", "currency", "before", "after", "difference", "late")


@dataclass(frozen=True, slots=True)
class Moment:
    """A close, or the ledger as it stands now (event None)."""

    event: int | None
    at: datetime
    by: str

    @property
    def words(self) -> str:
        return f"close of {day(self.at.date())}" if self.event else "now"


@dataclass(frozen=True, slots=True)
class RestatedLine:
    """One client × line, as posted (costs positive). late: entries of the month that stand in later months."""

    client: str
    name: str
    line: str
    before: Decimal
    after: Decimal
    late: Decimal
    figure: Figure

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def label(self) -> str:
        return LABELS[self.line]


@dataclass(frozen=True, slots=True)
class Total:
    """Of one ledger line, or of operating profit (line "")."""

    label: str
    before: Decimal
    after: Decimal
    late: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Restatement:
    """rows: only what moved or came late. totals: of every line that did, then operating profit over the whole month.

    closes: every close of the month, to choose from. missing: a cell has no rate, so the sums are not the whole.
    """

    month: Month
    basis: Basis
    before: Moment | None
    after: Moment | None
    closes: tuple[Moment, ...]
    reasons: tuple[tuple[datetime, str, str], ...]
    rows: tuple[RestatedLine, ...]
    totals: tuple[Total, ...]
    missing: bool

    @property
    def label(self) -> str:
        return month_label(self.month)

    @property
    def profit(self) -> Total:
        """Operating profit over the whole month."""
        return self.totals[-1]

    @property
    def finding(self) -> str:
        """'September 2026: operating profit restated by −$4,200.00'."""
        name = f"{self.month:%B %Y}"
        if self.before is None:
            return f"{name} has not been closed yet"
        said, late = self.profit.difference, self.profit.late
        parts = [f"restated by {exact(said, self.basis.currency)}"] if said else []
        parts += [f"{exact(late, self.basis.currency)} came late"] if late else []
        if not parts:
            return f"{name} stands as closed" if not self.rows else f"{name} was restated, operating profit unchanged"
        return f"{name}: operating profit {' and '.join(parts)}"

    def cells(self) -> list[list[Any]]:
        """As files have them, in the order of HEAD."""
        return [
            [row.client, row.name, row.line, self.basis.currency, row.before, row.after, row.difference, row.late]
            for row in self.rows
        ]


def load_restatement(
    user: User, month: Month, *, now: datetime, before: int | None = None, after: int | None = None
) -> Restatement:
    """Four queries. before, after: closes by their id; by default the last two, or the last one and now.

    An id that is no close of this month is left out of account.
    """
    basis = load_basis(user, now=now)
    events = list(CloseEvent.objects.filter(month=month).order_by("at", "pk"))
    closes = [Moment(event.pk, event.at, event.by) for event in events if event.kind == CloseEvent.Kind.CLOSED]
    first, last = _chosen(events, closes, now, before, after)
    rows: list[RestatedLine] = []
    totals: list[Total] = [Total("Operating profit", ZERO, ZERO, ZERO)]
    missing = False
    if first is not None and last is not None:
        found, missing = _load(user, basis, month, first, last)
        rows = [row for row in found if row.difference or row.late]
        totals = _totals(found)
    whole = sees_whole_book(user)
    return Restatement(
        month=month,
        basis=basis,
        before=first,
        after=last,
        closes=tuple(closes),
        reasons=tuple((one.at, one.by, one.reason) for one in events if one.kind == CloseEvent.Kind.REOPENED and whole),
        rows=tuple(rows),
        totals=tuple(totals),
        missing=missing,
    )


def _chosen(
    events: Sequence[CloseEvent], closes: Sequence[Moment], now: datetime, before: int | None, after: int | None
) -> tuple[Moment | None, Moment | None]:
    """The two moments compared; both the same close where there was one and the month is still shut."""
    if not closes:
        return None, None
    by_id = {close.event: close for close in closes}
    open_again = events[-1].kind == CloseEvent.Kind.REOPENED
    last = by_id.get(after) or (Moment(None, now, "") if open_again else closes[-1])
    earlier = [close for close in closes if close is not last and close.at <= last.at]
    return by_id.get(before) or (earlier[-1] if earlier else last), last


def _load(user: User, basis: Basis, month: Month, first: Moment, last: Moment) -> tuple[list[RestatedLine], bool]:
    clients = ids_sql(clients_for(user).order_by().values("pk"))
    rates, params = rate_values(basis, month, month)
    sides: list[Sql] = [_side(first, month, 0), _side(last, month, 1), _late(month)]
    owned = " OR s.client_id IS NULL" if sees_whole_book(user) else ""
    text = f"""
WITH rate(currency, month, rate) AS (VALUES {rates}),
side AS ({" UNION ALL ".join(side for side, _ in sides)})
SELECT coalesce(v.key, ''), coalesce(v.name, 'Overhead pool'), s.line,
       {", ".join(f"coalesce(sum(half_even(s.{name} * r.rate, {basis.places})), 0)" for name in ("b", "a", "l"))},
       bool_or(r.rate IS NULL)
FROM side s LEFT JOIN rate r ON r.currency = s.currency LEFT JOIN accounts_client v ON v.id = s.client_id
WHERE s.client_id IN ({clients[0]}){owned} GROUP BY v.id, v.key, v.name, s.line ORDER BY 2, 1"""
    order = list(SIGNS)
    with connection.cursor() as cursor:
        cursor.execute(text, [*params, *(value for _, values in sides for value in values), *clients[1]])
        found = sorted(cursor.fetchall(), key=lambda row: (row[1], row[0], order.index(row[2])))
    rows = [
        RestatedLine(key, name, line, b, a, late, _figure(basis, month, first, last, key, line, a - b))
        for key, name, line, b, a, late, _ in found
    ]
    return rows, any(row[-1] for row in found)


def _figure(basis: Basis, month: Month, first: Moment, last: Moment, key: str, line: str, value: Decimal) -> Figure:
    return close_figure(
        "restated", value, basis.currency, month, client=key, line=line, before=first.event, after=last.event
    )


_CELL = "client_id, contract_id, service_line, line, currency"


def _side(moment: Moment, month: Month, place: int) -> Sql:
    """The month's cells at a moment, in the first or second of the columns b, a, l."""
    columns = ["0::numeric"] * 3
    columns[place] = "amount"
    named = ", ".join(f"{column} AS {name}" for column, name in zip(columns, "bal", strict=True))
    if moment.event is None:
        return f"SELECT {_CELL}, {named} FROM financials_ledgermonth WHERE month = %s", [month]
    return f"SELECT {_CELL}, {named} FROM financials_closeline WHERE event_id = %s", [moment.event]


def _late(month: Month) -> Sql:
    return (
        f"SELECT {_CELL}, 0::numeric AS b, 0::numeric AS a, sum(amount) AS l FROM financials_ledgerentry "
        f"WHERE service_month = %s AND month <> service_month GROUP BY {_CELL}",
        [month],
    )


def _totals(rows: Iterable[RestatedLine]) -> list[Total]:
    several = list(rows)
    totals = []
    for line in SIGNS:
        mine = [row for row in several if row.line == line]
        if any(row.difference or row.late for row in mine):
            totals.append(Total(LABELS[line], *(_sum(getattr(row, name) for row in mine) for name in _NAMES)))
    signed = (_sum(SIGNS[row.line] * getattr(row, name) for row in several) for name in _NAMES)
    return [*totals, Total("Operating profit", *signed)]


_NAMES: Final = ("before", "after", "late")


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
