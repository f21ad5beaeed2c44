"""The book of the P&L's bench: 2,000 clients × 60 months × 6 lines are 720,000 ledger entries, with as many of budget.

Written by SQL, as a restore would: the entries, then the monthly sums that posting keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Client
from common.models import ClosedPeriod, FxRate
from common.periods import Month, month_add, month_of, months_between
from financials.models import Contract
from people.models import User

CLIENTS = 2000
MONTHS = 60
VERSION = "bench-v1"
_LINES = ("gross_revenue", "pass_through", "delivery_labour", "freelancers", "direct_expenses", "overhead")
_SERVICE = ("Media", "Creative", "Strategy", "Search", "Data")
_CURRENCIES = ("USD", "USD", "USD", "EUR", "GBP")


@dataclass(frozen=True, slots=True)
class Facts:
    first: Month
    last: Month
    version: str = VERSION

    def params(self) -> dict[str, Any]:
        return {"first": self.first, "last": self.last, "version": self.version}


def finance() -> User:
    return User.objects.get(email="facts-finance@example.com")


_CELLS = """
SELECT k.client_id, k.id AS contract_id, k.service_line, m.month::date AS month, l.line,
       round((20000 + (k.id * 7919 + extract(epoch FROM m.month)::bigint / 86400 * 31 + l.no * 104729) %% 900000)
             ::numeric / (1 + l.no) + (k.id %% 100) / 100.0, 2) AS amount, k.currency
FROM financials_contract k
CROSS JOIN generate_series(%(first)s::date, %(last)s::date, '1 month') AS m(month)
CROSS JOIN unnest(%(lines)s::text[]) WITH ORDINALITY AS l(line, no)
WHERE k.number LIKE 'F-%%'
"""
_ENTRIES = f"""
INSERT INTO financials_ledgerentry (source_ref, revision, is_reversal, client_id, contract_id, service_line, month,
  line, amount, currency, description, posted_at, posted_by)
SELECT 'F-' || c.contract_id || '-' || c.month || '-' || c.line, 1, false, c.client_id, c.contract_id, c.service_line,
       c.month, c.line, c.amount, c.currency, 'Bench', now(), 'bench'
FROM ({_CELLS}) c
"""
_SUMS = f"""
INSERT INTO financials_ledgermonth (client_id, contract_id, service_line, month, line, currency, amount, entries)
SELECT c.client_id, c.contract_id, c.service_line, c.month, c.line, c.currency, c.amount, 1 FROM ({_CELLS}) c
"""
_BUDGET = f"""
INSERT INTO financials_budgetline (version, created_at, updated_at, version_name, client_id, contract_id, service_line,
  month, line, amount, currency)
SELECT 1, now(), now(), %(version)s, c.client_id, c.contract_id, c.service_line, c.month, c.line,
       round(c.amount * 1.04, 2), c.currency
FROM ({_CELLS}) c
"""


@transaction.atomic
def make_facts() -> Facts:
    last = month_add(month_of(timezone.now().date()), -1)
    facts = Facts(month_add(last, 1 - MONTHS), last)
    _make_clients(facts)
    given = {**facts.params(), "lines": list(_LINES)}
    with connection.cursor() as cursor:
        for text in (_ENTRIES, _SUMS, _BUDGET):
            cursor.execute(text, given)
    return facts


def analyse() -> None:
    """As PostgreSQL does by itself soon after: statistics, and the visibility map that index-only scans need."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _make_clients(facts: Facts) -> None:
    User.objects.create_user("facts-finance@example.com", None, name="Fay Nance", role="finance")
    owners = [
        User.objects.create_user(f"facts-{number}@example.com", None, name=f"Owner {number}", role="director")
        for number in range(40)
    ]
    clients = Client.objects.bulk_create(
        Client(
            key=f"F-{number:04}", name=f"Fact {number}", owner=owners[number % 40], status="active", country="GB",
            tier=("strategic", "key", "growth", "maintain")[number % 4], currency=_CURRENCIES[number % 5],
            industry=("Retail", "Energy", "Media", "Travel", "Health")[number % 5],
            fiscal_year_start=(1, 4, 7, 10)[number % 4],
        )
        for number in range(CLIENTS)
    )  # fmt: skip
    for number in range(0, CLIENTS, 7):
        clients[number].parent = clients[number - 1 if number else 1]
    Client.objects.bulk_update(clients, ["parent"])
    Contract.objects.bulk_create(
        Contract(
            number=f"F-{client.key}", client=client, kind="sow", title="Work", start=facts.first, end=facts.last,
            amount=1, currency=client.currency, status="draft", billing="retainer", service_line=_SERVICE[number % 5],
        )
        for number, client in enumerate(clients)
    )  # fmt: skip
    months = list(months_between(facts.first, facts.last))
    FxRate.objects.bulk_create(
        FxRate(month=month, base=base, quote="USD", average=f"1.{start + month.month}", closing=f"1.{start}")
        for base, start in (("EUR", 10), ("GBP", 30))
        for month in months
    )
    known = set(ClosedPeriod.objects.values_list("month", flat=True))
    ClosedPeriod.objects.bulk_create(
        ClosedPeriod(month=month, closed_at=timezone.now(), closed_by="bench") for month in months if month not in known
    )
