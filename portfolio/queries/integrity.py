"""Whether the stored state holds together: what `manage.py verify` asks, one check a function."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection

from common import audit
from common.money import quantise
from qbr.models import Snapshot
from qbr.queries.decks import content_hash

EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Check:
    """faults: what does not hold, in words; empty when all is well."""

    name: str
    faults: tuple[str, ...]


def _rows(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


_LEDGER = """
SELECT coalesce(e.client_id, m.client_id), coalesce(e.month, m.month), coalesce(e.line, m.line),
       coalesce(e.total, 0), coalesce(m.amount, 0)
FROM (SELECT client_id, contract_id, service_line, month, line, currency, sum(amount) AS total, count(*) AS entries
      FROM financials_ledgerentry GROUP BY 1, 2, 3, 4, 5, 6) e
FULL JOIN financials_ledgermonth m
  ON m.month = e.month AND m.line = e.line AND m.currency = e.currency AND m.service_line = e.service_line
 AND coalesce(m.client_id, 0) = coalesce(e.client_id, 0) AND coalesce(m.contract_id, 0) = coalesce(e.contract_id, 0)
WHERE coalesce(e.total, 0) <> coalesce(m.amount, 0) OR (coalesce(m.entries, 0) <> coalesce(e.entries, 0))
ORDER BY 2, 3, 1
"""


def ledger_ties_out() -> list[str]:
    """The kept monthly sums equal the entries, cell by cell."""
    return [
        f"client {client}, {month:%Y-%m}, {line}: entries {entries}, kept sum {kept}"
        for client, month, line, entries, kept in _rows(_LEDGER)
    ]


_BESIDE = """
SELECT 'ledger', client_id, month, sum(amount) FROM (
  SELECT client_id, contract_id, service_line, month, currency,
         CASE line WHEN 'gross_revenue' THEN amount ELSE -amount END AS amount FROM financials_ledgermonth
  UNION ALL SELECT client_id, contract_id, service_line, month, currency, -checked FROM financials_ledgerladder
) m GROUP BY client_id, contract_id, service_line, month, currency HAVING sum(amount) <> 0
UNION ALL
SELECT 'budget', client_id, month, sum(amount) FROM (
  SELECT version_name, client_id, contract_id, service_line, month, currency,
         CASE line WHEN 'gross_revenue' THEN amount ELSE -amount END AS amount FROM financials_budgetline
  UNION ALL
  SELECT version_name, client_id, contract_id, service_line, month, currency, -checked FROM financials_budgetladder
) m GROUP BY version_name, client_id, contract_id, service_line, month, currency HAVING sum(amount) <> 0
ORDER BY 1, 3, 2
"""


def lines_lie_beside_each_other() -> list[str]:
    """The rows that pivots read hold what the cells beneath them hold."""
    return [
        f"{what} of client {client}, {month:%Y-%m}: the cells hold {amount} more than their row"
        for what, client, month, amount in _rows(_BESIDE)
    ]


_SOURCES = """
SELECT client_id, month, in_ladder FROM financials_timemonth t WHERE in_ladder = EXISTS (
  SELECT 1 FROM financials_ledgermonth l
  WHERE l.client_id = t.client_id AND l.month = t.month AND l.line = 'delivery_labour' AND l.amount <> 0)
GROUP BY 1, 2, 3 ORDER BY 2, 1
"""


def labour_has_one_source() -> list[str]:
    """Hours are labour in the P&L where the ledger has none, and only there."""
    words = {True: "counted though labour is posted", False: "not counted though no labour is posted"}
    return [f"hours of client {client}, {month:%Y-%m}: {words[bool(used)]}" for client, month, used in _rows(_SOURCES)]


_SCHEDULES = """
SELECT c.number, c.currency, c.status, c.amount, c.ended_on, coalesce(sum(s.amount), 0), max(s.month)
FROM financials_contract c LEFT JOIN financials_scheduleline s ON s.contract_id = c.id
WHERE c.status IN ('signed', 'active', 'completed', 'terminated') AND c.kind <> 'msa' AND c."end" IS NOT NULL
  AND c.amount IS NOT NULL
GROUP BY c.id ORDER BY c.number
"""


def schedules_sum() -> list[str]:
    """The schedule of every signed contract with an end sums to its amount; a terminated one stops on its last day,
    within its amount."""
    wrong = []
    for number, currency, status, amount, ended_on, total, last in _rows(_SCHEDULES):
        whole = quantise(Decimal(str(amount)), str(currency))
        scheduled = Decimal(str(total))
        if status != "terminated":
            holds = scheduled == whole
        else:
            inside = last is None or (isinstance(ended_on, date) and isinstance(last, date) and last <= ended_on)
            holds = inside and abs(scheduled) <= abs(whole)
        if not holds:
            wrong.append(f"{number}: amount {whole}, schedule {scheduled}")
    return wrong


_STALE = """
SELECT c.key FROM accounts_client c JOIN common_inputversion v ON v.object_ref = 'client:' || c.id
WHERE NOT EXISTS (SELECT 1 FROM common_job j WHERE j.kind = 'recompute' AND j.object_ref = 'client:' || c.id
                  AND j.state IN ('ready', 'leased', 'failed', 'dead'))
  AND NOT EXISTS (SELECT 1 FROM financials_forecastrun r WHERE r.client_id = c.id AND r.is_current
                  AND r.input_version >= v.value)
ORDER BY 1
"""


def forecasts_follow_their_inputs() -> list[str]:
    """No client's inputs are newer than its forecast without a job that waits for it."""
    return [f"{key}: inputs changed, no job waits" for (key,) in _rows(_STALE)]


_ORPHANS = """
SELECT 'stakeholding ' || s.id FROM accounts_stakeholding s JOIN accounts_contact c ON c.id = s.contact_id
WHERE c.client_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM accounts_client k WHERE k.id = s.client_id)
UNION ALL
SELECT 'contract ' || c.number || ' under ' || p.number || ' of another client'
FROM financials_contract c JOIN financials_contract p ON p.id = c.parent_id WHERE p.client_id <> c.client_id
UNION ALL
SELECT 'ledger entry ' || e.id || ' on a contract of another client'
FROM financials_ledgerentry e JOIN financials_contract c ON c.id = e.contract_id WHERE c.client_id <> e.client_id
UNION ALL
SELECT 'unit ' || u.key || ' under ' || p.key || ' of another client'
FROM accounts_businessunit u JOIN accounts_businessunit p ON p.id = u.parent_id WHERE p.client_id <> u.client_id
UNION ALL
SELECT 'deal ' || o.key || ' for unit ' || u.key || ' of another client'
FROM accounts_opportunity o JOIN accounts_businessunit u ON u.id = o.business_unit_id WHERE u.client_id <> o.client_id
UNION ALL
SELECT 'contract ' || c.number || ' for unit ' || u.key || ' of another client'
FROM financials_contract c JOIN accounts_businessunit u ON u.id = c.business_unit_id WHERE u.client_id <> c.client_id
"""


def nothing_is_orphaned() -> list[str]:
    return [str(text) for (text,) in _rows(_ORPHANS)]


_CLOSED = """
SELECT v.key, e.month, moved.line, moved.kept, moved.stands
FROM common_closedperiod p
JOIN LATERAL (SELECT id, month FROM financials_closeevent c WHERE c.month = p.month AND c.kind = 'closed'
              ORDER BY id DESC LIMIT 1) e ON true
JOIN LATERAL (
  SELECT client_id, line, sum(kept) AS kept, sum(stands) AS stands FROM (
    SELECT client_id, contract_id, service_line, line, currency, amount AS kept, 0 AS stands, entries
    FROM financials_closeline WHERE event_id = e.id
    UNION ALL
    SELECT client_id, contract_id, service_line, line, currency, 0, amount, -entries
    FROM financials_ledgermonth WHERE month = e.month
  ) cells GROUP BY client_id, contract_id, service_line, line, currency
  HAVING sum(kept) <> sum(stands) OR sum(entries) <> 0
) moved ON true LEFT JOIN accounts_client v ON v.id = moved.client_id
ORDER BY e.month, v.key, moved.line
"""
_NEVER_KEPT = """
SELECT p.month FROM common_closedperiod p WHERE coalesce(
  (SELECT e.kind FROM financials_closeevent e WHERE e.month = p.month ORDER BY e.id DESC LIMIT 1), '') <> 'closed'
ORDER BY 1
"""


def closed_months_stand() -> list[str]:
    """What a closed month's ledger comes to is what was kept at its last close, cell by cell."""
    moved = [
        f"{month:%Y-%m}, client {client or 'none'}, {line}: closed at {kept}, now {stands}"
        for client, month, line, kept, stands in _rows(_CLOSED)
    ]
    return [*moved, *(f"{month:%Y-%m} is closed without a close of it" for (month,) in _rows(_NEVER_KEPT))]


def every_month_ties_out() -> list[str]:
    """Every entry is shown once, converted or not: entries and kept sums agree month by month and currency."""
    return [
        f"{month:%Y-%m}, {currency}: entries {posted}, shown {kept}" for month, currency, posted, kept in _rows(_TIES)
    ]


_TIES = """
SELECT month, currency, sum(posted), sum(kept) FROM (
  SELECT month, currency, sum(amount) AS posted, 0 AS kept FROM financials_ledgerentry GROUP BY 1, 2
  UNION ALL SELECT month, currency, 0, sum(amount) FROM financials_ledgermonth GROUP BY 1, 2
) sides GROUP BY 1, 2 HAVING sum(posted) <> sum(kept) ORDER BY 1, 2
"""


def audit_chain_holds() -> list[str]:
    audit.seal()
    return [f"entry {fault.seal_no}: {fault.reason}" for fault in audit.faults()]


def snapshots_rehash() -> list[str]:
    """Every frozen deck's content, and its file, still have the hash they were frozen with."""
    wrong = []
    for snapshot in Snapshot.objects.iterator(chunk_size=20):
        if content_hash(snapshot.content) != snapshot.content_hash:
            wrong.append(f"deck {snapshot.deck_id}: the content was altered")
        if snapshot.pdf is not None and hashlib.sha256(bytes(snapshot.pdf)).hexdigest() != snapshot.pdf_hash:
            wrong.append(f"deck {snapshot.deck_id}: the file was altered")
    return wrong


CHECKS: Final[tuple[tuple[str, Callable[[], list[str]]], ...]] = (
    ("The kept monthly sums equal the ledger", ledger_ties_out),
    ("The rows that pivots read equal the kept sums", lines_lie_beside_each_other),
    ("Labour comes from the ledger or from time", labour_has_one_source),
    ("The ledger ties out month by month", every_month_ties_out),
    ("Closed months stand as they were closed", closed_months_stand),
    ("Schedules sum to their contracts", schedules_sum),
    ("Forecasts follow their inputs", forecasts_follow_their_inputs),
    ("Nothing is orphaned", nothing_is_orphaned),
    ("The audit chain is unbroken", audit_chain_holds),
    ("Frozen reviews keep their hash", snapshots_rehash),
)


def verify() -> list[Check]:
    return [Check(name, tuple(run())) for name, run in CHECKS]
