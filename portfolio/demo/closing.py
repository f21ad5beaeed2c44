"""The demo's closes: every month in turn, one of them opened again for a late invoice and closed anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from common.models import ClosedPeriod
from common.periods import month_add, month_of
from financials.actions.closing import tick_check
from financials.actions.ledger import LedgerRow, post
from financials.actions.periods import close_month, reopen_month
from financials.models import Contract, Line

CLOSER = "finance@demo.example"
CLOSING_DAY = 8
TICKED_MONTHS = 3
RESTATED = 2
"""The restated month, counted back from the open one."""
NOTES = {
    "bank": "All accounts agreed to the statements",
    "payroll": "Payroll journal posted on the 2nd",
    "accruals": "Largest gaps talked through with the directors",
    "intercompany": "London and Amsterdam agreed",
    "review": "",
}
REASON = "Freelance invoice of a shoot arrived after the close"


def close_months(as_of: date) -> int:
    """Every month of the ledger before the open one, each on the eighth of the month after. Returns how many."""
    months = [month_add(month_of(as_of), -back) for back in range(36, 0, -1)]
    closed = set(ClosedPeriod.objects.values_list("month", flat=True))
    waiting = [month for month in months if month not in closed]
    for month in waiting:
        day = min(month_add(month, 1).replace(day=CLOSING_DAY), max(as_of, month_add(month, 1)))
        if month in months[-TICKED_MONTHS:]:
            tick(month, day)
        if month == months[-1]:
            post_late(months[-RESTATED - 1], at(day - timedelta(days=2)))
        close_month(month=month, actor=CLOSER, now=at(day))
        if month == months[-RESTATED]:
            restate(month, day)
    return len(waiting)


def at(day: date) -> datetime:
    return datetime.combine(day, time(17), tzinfo=UTC)


def tick(month: date, day: date) -> None:
    for number, (name, note) in enumerate(NOTES.items()):
        tick_check(
            month=month, name=name, done=True, note=note, actor=CLOSER, now=at(day) - timedelta(hours=9 - number)
        )


def restate(month: date, day: date) -> None:
    """Twelve days after the close an invoice comes for it that is too large to leave to the next month."""
    reopened = at(day + timedelta(days=12))
    reopen_month(month=month, reason=REASON, actor=CLOSER, now=reopened)
    contract = _contract(0)
    post(
        rows=[_row(contract, "LATE-SHOOT", month, "14650.00", "Freelance camera team, late invoice")],
        actor=CLOSER,
        now=reopened,
    )
    close_month(month=month, actor=CLOSER, now=reopened + timedelta(days=2))


def post_late(month: date, now: datetime) -> None:
    """A small one for an older month, which lands in the open month and keeps its own."""
    post(rows=[_row(_contract(1), "LATE-EDIT", month, "1180.00", "Editor, late invoice")], actor=CLOSER, now=now)


def _contract(position: int) -> Contract:
    """Of the work under way, the largest first."""
    work = Contract.objects.filter(kind="sow", status="active", amount__isnull=False).order_by("-amount", "number")
    return work[position]


def _row(contract: Contract, ref: str, month: date, amount: str, words: str) -> LedgerRow:
    return LedgerRow(
        f"{ref}-{month:%Y-%m}", contract.client_id, contract.pk, contract.service_line, month, Line.FREELANCERS,
        Decimal(amount), contract.currency, words,
    )  # fmt: skip
