"""What a P&L's tie-out cannot hold: refused rows, absent rates, clients that nobody owns, overhead nobody carries."""

# The texts below are put together from this module's own pieces; every value is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.urls import reverse

from common.formats import ledger, plural
from common.periods import month_add
from common.policies import FINANCE, LEADERSHIP
from financials.queries.basis import ids_sql
from financials.queries.pnl_request import PnlRequest, clients_asked
from financials.queries.pnl_rows import PnlResult
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

NAMED: Final = 5
LABELS: Final = {
    "unmapped": "Rows of ledger files refused",
    "rates": "Exchange rates missing",
    "orphans": "Clients with entries and no owner",
    "overhead": "Overhead that nothing carries",
}
# The newest load of each file counts: a file mended and loaded again leaves nothing behind. A month's rows come in
# until the end of the month after it.
_REFUSED: Final = """
SELECT b.file_name, b.rejected FROM (
  SELECT DISTINCT ON (file_name) file_name, rejected FROM common_importbatch
  WHERE kind = 'ledger' AND created_at >= %s AND created_at < %s
    AND state NOT IN ('queued', 'running', 'checked', 'undone') ORDER BY file_name, id DESC
) b WHERE b.rejected > 0"""
_ORPHANS: Final = """
SELECT v.name, 1 FROM accounts_client v WHERE v.owner_id IS NULL AND v.id IN ({clients}) AND EXISTS (
  SELECT 1 FROM financials_ledgermonth l WHERE l.client_id = v.id AND l.month BETWEEN %s AND %s AND l.entries > 0)"""


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """code: of LABELS. count: how much is open, 0 for nothing. words: what, as people read it. url: its remedy."""

    code: str
    count: int
    words: str = ""
    url: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.code]

    @property
    def line(self) -> str:
        return f"{self.label}: {self.words}." if self.count else f"{self.label}: none."


def load_open_points(user: User, request: PnlRequest, result: PnlResult) -> tuple[OpenPoint, ...]:
    """Of the result's clients and months; the refused rows are of the whole book, for those who see all of it.

    One query; none beside actuals, which alone are tied to the ledger.
    """
    if request.scenario != "actual":
        return ()
    whole = user.role in (FINANCE, LEADERSHIP)
    clients, params = ids_sql(clients_asked(user, request).values("pk"))
    texts = [f"SELECT 'orphans', name, number FROM ({_ORPHANS.format(clients=clients)}) o(name, number)"]
    given: list[Any] = [*params, result.first, result.last]
    if whole:
        texts.append(f"SELECT 'unmapped', name, number FROM ({_REFUSED}) r(name, number)")
        given += [result.first, month_add(result.last, 2)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(texts) + " ORDER BY 1, 2", given)
        rows = cursor.fetchall()
    can = abilities_of(user)
    points = [
        _rates(result.missing),
        _named("orphans", [name for code, name, _ in rows if code == "orphans"], url=reverse("client_list")),
    ]
    if whole:
        files = [(name, number) for code, name, number in rows if code == "unmapped"]
        points.insert(0, _unmapped(files, reverse("imports") if can.load_files else ""))
        points.append(_overhead(result.unallocated, result.currency))
    return tuple(points)


def _rates(missing: Sequence[str]) -> OpenPoint:
    return OpenPoint("rates", len(missing), " ".join(text.rstrip(".") for text in missing[:NAMED]))


def _unmapped(files: Sequence[tuple[str, int]], url: str) -> OpenPoint:
    count = sum(number for _, number in files)
    return _named("unmapped", [f"{name} ({plural(number, 'row')})" for name, number in files], count=count, url=url)


def _named(code: str, names: Sequence[str], *, count: int | None = None, url: str) -> OpenPoint:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return OpenPoint(code, len(names) if count is None else count, ", ".join(names[:NAMED]) + more, url)


def _overhead(unallocated: Decimal | None, currency: str) -> OpenPoint:
    if not unallocated:
        return OpenPoint("overhead", 0)
    return OpenPoint("overhead", 1, f"{ledger(unallocated, currency)} {currency}", reverse("overhead"))
