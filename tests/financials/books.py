"""A small book for the financial tests, posted through the ledger's own action."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.models import Client
from common.models import ClosedPeriod, FxRate
from financials.models import BudgetLine, Contract, LedgerEntry, LedgerMonth

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
OCTOBER = date(2026, 10, 1)

WORKED = {
    "gross_revenue": "520000",
    "pass_through": "120000",
    "delivery_labour": "186000",
    "freelancers": "34000",
    "direct_expenses": "21500",
    "overhead": "48000",
}
"""The ladder of domain.md, October 2026."""


def close_through(month: date) -> None:
    ClosedPeriod.objects.create(month=month, closed_at=datetime(2026, 11, 6, tzinfo=UTC), closed_by="fay@example.com")


def fx(month: date, base: str, average: str, *, closing: str | None = None, quote: str = "USD") -> None:
    FxRate.objects.create(
        month=month, base=base, quote=quote, average=Decimal(average), closing=Decimal(closing) if closing else None
    )


def post(
    client: Client | None,
    line: str,
    amount: str,
    *,
    month: date = OCTOBER,
    currency: str = "USD",
    contract: Contract | None = None,
    service_line: str = "",
    posted_at: datetime = NOW,
) -> LedgerEntry:
    """One entry and its monthly cell, written plainly so that these tests do not lean on the loader."""
    number = LedgerEntry.objects.count() + 1
    entry = LedgerEntry.objects.create(
        source_ref=f"T-{number}",
        client=client,
        contract=contract,
        service_line=service_line,
        month=month,
        line=line,
        amount=Decimal(amount),
        currency=currency,
        posted_at=posted_at,
    )
    cell, _ = LedgerMonth.objects.get_or_create(
        client=client,
        contract=contract,
        service_line=service_line,
        month=month,
        line=line,
        currency=currency,
        defaults={"amount": Decimal(0), "entries": 0},
    )
    cell.amount += entry.amount
    cell.entries += 1
    cell.save()
    return entry


def post_worked(client: Client, **where: object) -> None:
    for line, amount in WORKED.items():
        post(client, line, amount, **where)  # type: ignore[arg-type]  # the same keywords as post


def budget(client: Client, line: str, amount: str, *, month: date = OCTOBER, version: str = "v3", **kw: object) -> None:
    BudgetLine.objects.create(
        version_name=version, client=client, month=month, line=line, amount=Decimal(amount), **{"currency": "USD", **kw}
    )


def budget_lines(client: Client, lines: Iterable[tuple[str, str]], **kw: object) -> None:
    for line, amount in lines:
        budget(client, line, amount, **kw)  # type: ignore[arg-type]  # as above
