"""Posting to the ledger: rows are only ever added.

A source_ref whose row differs from what stands is reversed and posted anew; what belongs to a closed month posts to
the first open month after it and names its service_month. The monthly summary moves by the same amounts in the same
transaction. All of it is set-based: four statements however many rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import connection, transaction

from common.copying import copy_rows
from common.models import ClosedPeriod
from common.periods import month_add
from financials.actions.contracts import mark_clients_dirty

_LOCK: Final = 7_301_002
"""Posting and closing take turns: no row slips into a month that is being closed."""

OPTIONAL: Final = ("contract_id", "service_line", "description")


class LedgerRow(NamedTuple):
    source_ref: str
    client_id: int | None
    contract_id: int | None
    service_line: str
    month: date
    line: str
    amount: Decimal
    currency: str
    description: str


@dataclass(frozen=True, slots=True)
class Posted:
    """By source_ref. late: rows that belong to a closed month and posted to an open one."""

    created: int
    updated: int
    unchanged: int
    late: int


Step = Callable[[str], AbstractContextManager[None]]


def _no_step(_name: str) -> AbstractContextManager[None]:
    return nullcontext()


def lock_ledger() -> None:
    """Held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


_COLUMNS: Final = LedgerRow._fields
_STAGE = """
CREATE TEMPORARY TABLE ledger_in (source_ref text, client_id bigint, contract_id bigint, service_line text, month date,
  line text, amount numeric(18, 4), currency text, description text) ON COMMIT DROP
"""
# What stands for each source_ref: its newest row. false sorts before true, so a reversed one shows as reversed.
_STANDING = """
CREATE TEMPORARY TABLE ledger_stands ON COMMIT DROP AS
SELECT DISTINCT ON (e.source_ref) e.source_ref, e.client_id, e.contract_id, e.service_line, e.line, e.amount,
       e.currency, e.description, coalesce(e.service_month, e.month) AS belongs, e.revision, e.is_reversal
FROM financials_ledgerentry e WHERE e.source_ref IN (SELECT source_ref FROM ledger_in)
ORDER BY e.source_ref, e.revision DESC, e.is_reversal DESC
"""
_COMPARE = """
CREATE TEMPORARY TABLE ledger_diff ON COMMIT DROP AS
SELECT i.source_ref, i.client_id, {contract} AS contract_id, {service_line} AS service_line, i.month, i.line, i.amount,
       i.currency, {description} AS description, coalesce(s.revision, 0) + 1 AS revision,
       s.source_ref IS NOT NULL AND NOT s.is_reversal AS stands
FROM ledger_in i LEFT JOIN ledger_stands s ON s.source_ref = i.source_ref
WHERE s.source_ref IS NULL OR s.is_reversal
   OR (i.client_id, {contract}, {service_line}, i.month, i.line, i.amount, i.currency, {description})
      IS DISTINCT FROM
      (s.client_id, s.contract_id, s.service_line, s.belongs, s.line, s.amount, s.currency, s.description)
"""
_POST = """
CREATE TEMPORARY TABLE ledger_out ON COMMIT DROP AS
SELECT p.source_ref, p.revision, p.is_reversal, p.client_id, p.contract_id, p.service_line,
       coalesce(o.opens, p.belongs) AS month, CASE WHEN o.opens IS NOT NULL THEN p.belongs END AS service_month,
       p.line, p.amount, p.currency, p.description
FROM (
  SELECT d.source_ref, d.revision, false AS is_reversal, d.client_id, d.contract_id, d.service_line, d.month AS belongs,
         d.line, d.amount, d.currency, d.description
  FROM ledger_diff d
  UNION ALL
  SELECT s.source_ref, s.revision, true, s.client_id, s.contract_id, s.service_line, s.belongs,
         s.line, -s.amount, s.currency, s.description
  FROM ledger_stands s JOIN ledger_diff d ON d.source_ref = s.source_ref AND d.stands
) p
LEFT JOIN unnest(%s::date[], %s::date[]) AS o(closed, opens) ON o.closed = p.belongs
"""
_INSERT = """
INSERT INTO financials_ledgerentry (source_ref, revision, is_reversal, client_id, contract_id, service_line, month,
  service_month, line, amount, currency, description, batch_id, posted_at, posted_by)
SELECT source_ref, revision, is_reversal, client_id, contract_id, service_line, month, service_month, line, amount,
  currency, description, %s, %s, %s FROM ledger_out
"""
_SUM_UP = """
INSERT INTO financials_ledgermonth AS m (client_id, contract_id, service_line, month, line, currency, amount, entries)
SELECT client_id, contract_id, service_line, month, line, currency, sum(amount), count(*) FROM ledger_out
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 4, 5, 2, 3, 6
ON CONFLICT ON CONSTRAINT ledger_month_cell
DO UPDATE SET amount = m.amount + EXCLUDED.amount, entries = m.entries + EXCLUDED.entries
"""
_TABLES = "ledger_in, ledger_stands, ledger_diff, ledger_out"


@transaction.atomic
def post(
    *,
    rows: Iterable[LedgerRow | tuple[object, ...]],
    actor: str,
    now: datetime,
    batch_id: int | None = None,
    leave_alone: frozenset[str] = frozenset(),
    step: Step = _no_step,
) -> Posted:
    """Post rows, one per source_ref. leave_alone: columns of OPTIONAL the source does not speak of.

    The caller writes the audit entry. step: times the parts, by name.
    """
    lock_ledger()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
        cursor.execute(_STAGE)
        with step("copy"):
            read = copy_rows("ledger_in", _COLUMNS, rows)  # type: ignore[arg-type]  # cells as declared
        with step("compare"):
            cursor.execute("ANALYZE ledger_in")
            cursor.execute(_STANDING)
            cursor.execute("ANALYZE ledger_stands")
            cursor.execute(_COMPARE.format(**_compared(leave_alone)))
            closed = closed_months()
            cursor.execute(_POST, [sorted(closed), [first_open(month, closed) for month in sorted(closed)]])
        with step("insert"):
            cursor.execute(_INSERT, [batch_id, now, actor])
        with step("sum up"):
            cursor.execute(_SUM_UP)
        cursor.execute("SELECT count(*) FILTER (WHERE NOT stands), count(*) FILTER (WHERE stands) FROM ledger_diff")
        created, updated = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM ledger_out WHERE service_month IS NOT NULL AND NOT is_reversal")
        late = cursor.fetchone()[0]
        cursor.execute("SELECT DISTINCT client_id FROM ledger_out WHERE client_id IS NOT NULL")
        clients = [pk for (pk,) in cursor.fetchall()]
    mark_clients_dirty(clients, asked_by=actor)
    return Posted(created, updated, read - created - updated, late)


def _compared(leave_alone: frozenset[str]) -> Mapping[str, str]:
    """The SQL of each optional column: the source's word, or what stands where it has none to say."""
    empty = {"contract_id": "NULL::bigint", "service_line": "''", "description": "''"}
    own = {
        name: f"CASE WHEN s.is_reversal THEN {empty[name]} ELSE coalesce(s.{name}, {empty[name]}) END"
        if name in leave_alone
        else f"i.{name}"
        for name in OPTIONAL
    }
    return {"contract": own["contract_id"], "service_line": own["service_line"], "description": own["description"]}


def closed_months() -> frozenset[date]:
    return frozenset(ClosedPeriod.objects.values_list("month", flat=True))


def first_open(month: date, closed: frozenset[date]) -> date:
    """The month itself, or the first after it that is not closed."""
    while month in closed:
        month = month_add(month, 1)
    return month


class MonthsClosed(Exception):
    """The batch posted to months that were closed since."""

    def __init__(self, months: list[date]) -> None:
        super().__init__(", ".join(f"{month:%Y-%m}" for month in months))
        self.months = months


class BuiltUpon(Exception):
    """Rows of the batch were changed by a later posting."""

    def __init__(self, refs: list[str]) -> None:
        super().__init__(", ".join(refs))
        self.refs = refs


_LATER = """
SELECT DISTINCT later.source_ref FROM financials_ledgerentry mine
JOIN financials_ledgerentry later ON later.source_ref = mine.source_ref
 AND (later.revision > mine.revision OR (later.revision = mine.revision AND later.is_reversal AND NOT mine.is_reversal))
WHERE mine.batch_id = %s AND later.batch_id IS DISTINCT FROM %s ORDER BY 1 LIMIT 20
"""
_SUM_DOWN = """
INSERT INTO financials_ledgermonth AS m (client_id, contract_id, service_line, month, line, currency, amount, entries)
SELECT client_id, contract_id, service_line, month, line, currency, -sum(amount), -count(*)
FROM financials_ledgerentry WHERE batch_id = %s GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 4, 5, 2, 3, 6
ON CONFLICT ON CONSTRAINT ledger_month_cell
DO UPDATE SET amount = m.amount + EXCLUDED.amount, entries = m.entries + EXCLUDED.entries
"""


@transaction.atomic
def take_back(*, batch_id: int, actor: str) -> int:
    """Remove the rows a batch posted, as if they had never been; returns how many.

    Raises MonthsClosed or BuiltUpon, and then changes nothing. The database lets only this path delete.
    """
    lock_ledger()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT e.month FROM financials_ledgerentry e JOIN common_closedperiod USING (month) "
            "WHERE batch_id = %s ORDER BY 1",
            [batch_id],
        )
        if months := [month for (month,) in cursor.fetchall()]:
            raise MonthsClosed(months)
        cursor.execute(_LATER, [batch_id, batch_id])
        if refs := [ref for (ref,) in cursor.fetchall()]:
            raise BuiltUpon(refs)
        cursor.execute(
            "SELECT DISTINCT client_id FROM financials_ledgerentry WHERE batch_id = %s AND client_id IS NOT NULL",
            [batch_id],
        )
        clients = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_SUM_DOWN, [batch_id])
        cursor.execute("SELECT set_config('principal.undo_batch', %s, true)", [str(batch_id)])
        cursor.execute("DELETE FROM financials_ledgerentry WHERE batch_id = %s", [batch_id])
        gone = cursor.rowcount
        cursor.execute("SELECT set_config('principal.undo_batch', '', true)")
        cursor.execute("DELETE FROM financials_ledgermonth WHERE entries = 0")
    mark_clients_dirty(clients, asked_by=actor)
    return int(gone)
