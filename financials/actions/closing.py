"""What finance does around a close: answer the checklist, post accruals, say how overhead is spread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Client
from common.audit import record
from common.models import ClosedPeriod
from common.periods import format_month, month_of
from financials.actions.contracts import mark_clients_dirty
from financials.actions.ledger import LedgerRow, lock_ledger, post
from financials.calc.close import true_up
from financials.models import ACCRUAL, CloseCheck, Line, OverheadDriver, OverheadRule
from financials.queries.basis import Sql, load_basis
from financials.queries.close_checks import MANUAL
from financials.queries.close_parts import load_accruals, load_state

if TYPE_CHECKING:
    from people.models import User

EVERY_CLIENT: Sql = ("SELECT id FROM accounts_client", [])
MOST_WORDS = 300


class Refused(ValueError):
    """It cannot be done now; the text says why."""


@transaction.atomic
def tick_check(*, month: date, name: str, done: bool, note: str, actor: str, now: datetime) -> CloseCheck:
    """Answer a line of the checklist, or take the answer back. A closed month's answers stand."""
    month, note = month_of(month), note.strip()
    if name not in MANUAL:
        raise Refused("There is no such check.")
    if len(note) > MOST_WORDS:
        raise Refused(f"Say it in {MOST_WORDS} characters.")
    _refuse_closed(month)
    before = CloseCheck.objects.select_for_update().filter(month=month, name=name).first()
    if before is not None and (before.done, before.note) == (done, note):
        return before
    kept, _ = CloseCheck.objects.update_or_create(
        month=month, name=name, defaults={"done": done, "note": note, "by": actor, "at": now}
    )
    record(
        actor=actor,
        verb="checked" if done else "unchecked",
        kind="month",
        object_id=format_month(month),
        label=f"{format_month(month)}: {MANUAL[name]}",
        changes={"done": (before.done if before else None, done), "note": (before.note if before else None, note)},
    )
    return kept


@dataclass(frozen=True, slots=True)
class PostedAccruals:
    """posted: contracts whose accrual was written. unknown: left out, with the reason of each."""

    posted: int
    unknown: tuple[tuple[str, str], ...]


@transaction.atomic
def post_accruals(*, month: date, actor: User, now: datetime) -> PostedAccruals:
    """Bring each contract's booked net revenue to date to what is recognised, by one ledger entry of the month.

    The entry is `accrual:CONTRACT:MONTH` on gross revenue, in the contract's currency. Posting again without a change
    writes nothing; after a change the entry is reversed and posted anew. docs/decisions/0008-accruals-are-true-ups.md
    """
    month = month_of(month)
    if month > now.date():
        raise Refused(f"{format_month(month)} has not begun.")
    lock_ledger()
    _refuse_closed(month)
    state = load_state(month, EVERY_CLIENT)
    accruals = load_accruals(load_basis(actor, now=now), state.contract_ids, month, salary=True)
    rows, unknown = [], []
    for accrual in accruals:
        if accrual.recognised is None or accrual.booked is None:
            unknown.append((accrual.number, accrual.reason))
        elif accrual.to_book:
            amount = true_up(accrual.recognised, accrual.booked, accrual.standing, accrual.currency)
            words = f"Accrual to {format_month(month)}: recognised {accrual.recognised:,.2f} to date"
            rows.append(
                LedgerRow(
                    accrual_ref(accrual.number, month), accrual.client_id, accrual.contract_id, accrual.service_line,
                    month, Line.GROSS_REVENUE, amount, accrual.currency, words,
                )
            )  # fmt: skip
    if rows:
        post(rows=rows, actor=actor.email, now=now)
        record(
            actor=actor.email,
            verb="posted accruals",
            kind="month",
            object_id=format_month(month),
            label=format_month(month),
            changes={"contracts": (None, len(rows))},
            field_class="COST",
        )
    return PostedAccruals(len(rows), tuple(unknown))


def accrual_ref(number: str, month: date) -> str:
    return f"{ACCRUAL}{number}:{format_month(month)}"


@transaction.atomic
def set_overhead_driver(*, starts: date, driver: str, actor: str, now: datetime) -> OverheadRule:
    """From a month on, spread the pool by this driver. No closed month's figures may move, so none may lie after it."""
    starts = month_of(starts)
    if driver not in OverheadDriver.values:
        raise Refused("There is no such driver.")
    lock_ledger()
    closed = ClosedPeriod.objects.filter(month__gte=starts).order_by("-month").first()
    if closed is not None:
        raise Refused(f"{format_month(closed.month)} is closed: choose a month after it.")
    before = OverheadRule.objects.select_for_update().filter(starts=starts).first()
    if before is not None and before.driver == driver:
        return before
    rule, _ = OverheadRule.objects.update_or_create(
        starts=starts, defaults={"driver": driver, "set_by": actor, "set_at": now}
    )
    record(
        actor=actor,
        verb="changed" if before else "added",
        kind="overhead rule",
        object_id=format_month(starts),
        label=f"Overhead from {format_month(starts)}",
        changes={"driver": (before.driver if before else None, driver)},
    )
    mark_clients_dirty(Client.objects.values_list("pk", flat=True), asked_by=actor)
    return rule


def _refuse_closed(month: date) -> None:
    if ClosedPeriod.objects.filter(month=month).exists():
        raise Refused(f"{format_month(month)} is closed: open it again first.")
