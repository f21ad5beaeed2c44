"""The checklist of a month: what the product sees itself, and what a person answers for."""

# The text below is put together from this module's own pieces; every value is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from django.db import connection

from common.periods import Month, format_month, month_end
from financials.queries.basis import Sql
from financials.queries.close_faults import Gap

State = Literal["ok", "open", "blocking"]

MANUAL: Final[dict[str, str]] = {
    "bank": "Bank reconciled",
    "payroll": "Payroll and labour posted",
    "accruals": "Accruals and deferrals reviewed",
    "intercompany": "Intercompany balances agreed",
    "review": "P&L reviewed with the directors",
}
"""What only a person can know. The names are kept with the answers."""

COMPUTED: Final[dict[str, str]] = {
    "rates": "Every currency has the month's own exchange rate",
    "tie_out": "The ledger ties out",
    "ledger": "Every client with a contract in force has ledger rows",
    "no_contract": "Every row of a client names its contract",
    "unmapped": "Every row of the ledger files was mapped and posted",
    "orphans": "Every client with entries has an owner",
    "time": "All time is approved",
    "budgets": "Every client with a contract in force has a budget",
    "invoices": "Every invoice names its contract",
    "estimates": "Every fixed fee has an estimate to complete",
    "negative": "No client's net revenue is negative",
}
BLOCKING: Final = frozenset({"rates", "tie_out"})
WHOLE_BOOK: Final = frozenset({"unmapped"})
"""Checks about the firm's files rather than its clients: only for those who see every client."""


@dataclass(frozen=True, slots=True)
class ComputedCheck:
    """count: how many fail. examples: up to five of them by name; of the checks about rows, with how many."""

    code: str
    label: str
    state: State
    count: int
    examples: tuple[str, ...]

    @property
    def words(self) -> str:
        """'3 clients: Halden, Kestrel and 1 more'."""
        if not self.count:
            return "Nothing open"
        named = ", ".join(self.examples)
        more = self.count - len(self.examples)
        return f"{named} and {more:,} more" if more > 0 and named else named or f"{self.count:,} open"


@dataclass(frozen=True, slots=True)
class ManualCheck:
    name: str
    label: str
    done: bool
    note: str = ""
    by: str = ""
    at: datetime | None = None


_FORCE = """
in_force AS (
  SELECT k.id, k.number, k.client_id, k.billing FROM financials_contract k
  WHERE k.client_id IN (SELECT id FROM visible) AND k.kind <> 'msa' AND k.status IN ('signed', 'active', 'completed')
    AND k.start <= %(last)s AND coalesce(k.ended_on, k."end", 'infinity'::date) >= %(month)s
)"""
# Each check: what fails, one row each, with the words that name it.
_FAILING: Final[dict[str, str]] = {
    "ledger": """
SELECT v.name FROM visible v WHERE v.id IN (SELECT client_id FROM in_force) AND NOT EXISTS (
  SELECT 1 FROM financials_ledgermonth l WHERE l.client_id = v.id AND l.month = %(month)s AND l.entries > 0)""",
    "no_contract": """
SELECT v.name || ' (' || sum(l.entries) || ')' FROM financials_ledgermonth l JOIN visible v ON v.id = l.client_id
WHERE l.month = %(month)s AND l.contract_id IS NULL AND l.line <> 'overhead' AND l.entries > 0 GROUP BY v.id, v.name""",
    "unmapped": """
SELECT b.file_name || ' (' || b.rejected || ' rows)' FROM (
  SELECT DISTINCT ON (file_name) file_name, rejected, state FROM common_importbatch
  WHERE kind = 'ledger' AND created_at >= %(month)s AND created_at < %(last)s::date + interval '2 months'
    AND state NOT IN ('queued', 'running', 'checked', 'undone') ORDER BY file_name, id DESC
) b WHERE b.rejected > 0""",
    "orphans": """
SELECT v.name FROM visible v WHERE v.owner_id IS NULL AND EXISTS (
  SELECT 1 FROM financials_ledgermonth l WHERE l.client_id = v.id AND l.month = %(month)s AND l.entries > 0)""",
    "time": """
SELECT v.name || ' (' || trim_scale(sum(t.hours)) || ' h)' FROM financials_timeentry t
JOIN visible v ON v.id = t.client_id WHERE t.month = %(month)s AND t.status = 'submitted' GROUP BY v.id, v.name""",
    "budgets": """
SELECT v.name FROM visible v WHERE v.id IN (SELECT client_id FROM in_force) AND NOT EXISTS (
  SELECT 1 FROM financials_budgetline b
  WHERE b.client_id = v.id AND b.month = %(month)s AND b.version_name = %(budget)s)""",
    "invoices": """
SELECT i.number FROM financials_invoice i JOIN visible v ON v.id = i.client_id
WHERE i.contract_id IS NULL AND i.issued BETWEEN %(month)s AND %(last)s""",
    "estimates": """
SELECT k.number FROM in_force k WHERE k.billing = 'fixed_fee' AND NOT EXISTS (
  SELECT 1 FROM financials_estimate e WHERE e.contract_id = k.id AND e.month = %(month)s)""",
    "negative": """
SELECT v.name || ' (' || l.currency || ')' FROM financials_ledgermonth l JOIN visible v ON v.id = l.client_id
WHERE l.month = %(month)s AND l.line IN ('gross_revenue', 'pass_through') GROUP BY v.id, v.name, l.currency
HAVING sum(CASE WHEN l.line = 'gross_revenue' THEN l.amount ELSE -l.amount END) < 0""",
}
EXAMPLES: Final = 5


def load_failing(
    month: Month, clients: Sql, budget: str, *, whole_book: bool
) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Check → how many fail and the first few by name, over these clients. One query."""
    asked = [code for code in _FAILING if whole_book or code not in WHOLE_BOOK]
    parts = [
        f"SELECT '{code}' AS code, count(*), "
        f"coalesce((array_agg(name ORDER BY name))[1:{EXAMPLES}], '{{}}') FROM ({_FAILING[code]}) AS f(name)"
        for code in asked
    ]
    visible, values = _named(clients)
    values |= {"month": month, "last": month_end(month), "budget": budget}
    text = (
        f"WITH visible AS (SELECT id, name, owner_id FROM accounts_client WHERE id IN ({visible})), {_FORCE} "
        + " UNION ALL ".join(parts)
    )
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return {code: (count, tuple(examples)) for code, count, examples in cursor.fetchall()}


def _named(sql: Sql) -> tuple[str, dict[str, Any]]:
    """A subquery with its parameters by name, so that it can stand among named ones."""
    text, params = sql
    names = {f"given_{number}": value for number, value in enumerate(params)}
    return text % tuple(f"%({name})s" for name in names) if params else text, names


def computed_checks(
    failing: Mapping[str, tuple[int, tuple[str, ...]]], gaps: Sequence[Gap], untied: Sequence[str]
) -> list[ComputedCheck]:
    """The checks this reader may see, those that keep the month open first. untied: differences, in words."""
    found = {"rates": (len(gaps), tuple(gap.words for gap in gaps)), "tie_out": (len(untied), tuple(untied)), **failing}
    return [
        ComputedCheck(code, label, _state(code, found[code][0]), *found[code])
        for code, label in COMPUTED.items()
        if code in found
    ]


def _state(code: str, count: int) -> State:
    if not count:
        return "ok"
    return "blocking" if code in BLOCKING else "open"


def manual_checks(rows: Iterable[Sequence[object]]) -> list[ManualCheck]:
    """rows: name, done, note, by, at as kept; what was never answered is open."""
    kept = {str(row[0]): row for row in rows}
    return [
        ManualCheck(name, label, *kept[name][1:]) if name in kept else ManualCheck(name, label, done=False)  # type: ignore[arg-type]  # the columns of CloseCheck
        for name, label in MANUAL.items()
    ]


def tie_words(currency: str, difference: Decimal, month: Month) -> str:
    return f"{currency} {difference:,.2f} in {format_month(month)}"
