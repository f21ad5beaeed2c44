"""A contract's way from draft to its end, taken by people and by the calendar; each step leaves who and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from common.audit import record
from common.records import StaleRecord, update_versioned
from financials.actions.contracts import mark_clients_dirty, moves_of, note_status, rebuild_schedules, terms_of
from financials.calc.schedule import end_in_force
from financials.calc.status import OVER, due, refusal
from financials.models import Contract, ContractKind, ContractStatus

CALENDAR: Final = "calendar"
"""The process that moves contracts on when their days come."""
IN_FORCE: Final = (ContractStatus.SIGNED, ContractStatus.ACTIVE)


class MoveRefused(ValueError):
    """The step may not be taken. The text says why, to a person."""


@transaction.atomic
def move_contract(
    *,
    contract: Contract,
    to: str,
    expected: int | None,
    actor: str,
    now: datetime,
    reason: str = "",
    signed_on: date | None = None,
    ended_on: date | None = None,
) -> Contract:
    """Take one step. Terminating keeps what was earned to the last day, to the day; the rest leaves the schedule, also
    that of the change orders in force under it.

    Raises MoveRefused, and StaleRecord when the contract is no longer at `expected`.
    """
    held = Contract.objects.select_for_update(of=("self",)).select_related("parent").get(pk=contract.pk)
    if expected is not None and held.version != expected:
        raise StaleRecord(held)
    signed_on = signed_on or held.signed_on
    why = refusal(held.status, to, reason=reason, signed_on=signed_on, ended_on=ended_on, start=held.start)
    if not why and to == ContractStatus.TERMINATED:
        why = _beyond_its_end(held, ended_on)
    if not why and to in IN_FORCE:
        why = order_refusal(held.kind, to, held.parent)
    if why:
        raise MoveRefused(why)
    changes: dict[str, Any] = {"status": to}
    if to == ContractStatus.SIGNED:
        changes["signed_on"] = signed_on
    if to == ContractStatus.TERMINATED:
        changes["ended_on"] = ended_on
    fresh = _step(held, changes, reason=reason, actor=actor, now=now)
    touched = [fresh]
    if to == ContractStatus.TERMINATED:
        touched += _end_orders(fresh, ended_on, actor=actor, now=now)
    rebuild_schedules([one.pk for one in touched], now=now)
    mark_clients_dirty({fresh.client_id}, asked_by=actor, priority=3)
    return fresh


def order_refusal(kind: str, status: str, parent: Contract | None) -> str:
    """Why a change order may not stand at `status` under its contract; blank when it may. Past ones may be kept."""
    if kind != ContractKind.CHANGE_ORDER or parent is None or parent.status not in OVER or status in OVER:
        return ""
    return (
        f"{parent.number} is {parent.status}: a change order to it changes nothing. "
        "Draw up a new statement of work instead."
    )


def _beyond_its_end(contract: Contract, ended_on: date | None) -> str:
    last = end_in_force(terms_of(contract, moves=moves_of([contract.pk])[contract.pk]))
    if ended_on is not None and last is not None and ended_on > last:
        return f"It ends on {last.isoformat()} anyway: the last day in force cannot come after that."
    return ""


def _step(contract: Contract, changes: dict[str, Any], *, reason: str, actor: str, now: datetime) -> Contract:
    before = contract.status
    told: dict[str, tuple[Any, Any]] = {
        name: (getattr(contract, name), value) for name, value in changes.items() if getattr(contract, name) != value
    }
    fresh = update_versioned(contract, changes, expected=contract.version)
    if reason:
        told["reason"] = (None, reason)
    record(
        actor=actor,
        verb="changed",
        kind="contract",
        object_id=fresh.pk,
        label=str(fresh),
        client_id=fresh.client_id,
        changes=told,
    )
    note_status([(fresh.pk, before, fresh.status)], actor=actor, now=now, note=reason[:300])
    return fresh


def _end_orders(contract: Contract, ended_on: date | None, *, actor: str, now: datetime) -> list[Contract]:
    """The change orders in force under it end on the same day; one that had not begun leaves altogether."""
    orders = contract.children.filter(kind=ContractKind.CHANGE_ORDER, status__in=IN_FORCE).select_for_update()
    ended = []
    for order in orders.order_by("pk"):
        begun = ended_on is not None and order.start <= ended_on
        changes = {"status": ContractStatus.TERMINATED, "ended_on": ended_on if begun else None}
        ended.append(_step(order, changes, reason=f"with {contract.number}", actor=actor, now=now))
    return ended


def follow_calendar(*, now: datetime, chunk: int = 500) -> int:
    """Take the steps that fell due: into force on the first day, completed or expired the day after the last, each by
    the client's own date. Returns how many contracts moved. Twice changes nothing.
    """
    ids = list(Contract.objects.filter(status__in=IN_FORCE).order_by("pk").values_list("pk", flat=True))
    return sum(_follow(ids[start : start + chunk], now=now) for start in range(0, len(ids), chunk))


@transaction.atomic
def _follow(ids: Sequence[int], *, now: datetime) -> int:
    rows = Contract.objects.filter(pk__in=ids, status__in=IN_FORCE).select_related("client").order_by("pk")
    moves = moves_of(ids)
    late = {
        one.pk: steps for one in rows if (steps := _steps_due(one, end_in_force(terms_of(one, (), moves[one.pk])), now))
    }
    moved = 0
    for contract in _locked(late):
        for status in late[contract.pk]:
            if contract.status in IN_FORCE and contract.status != status:
                contract = _step(contract, {"status": status}, reason="", actor=CALENDAR, now=now)
        moved += 1
    return moved


def _locked(ids: Iterable[int]) -> list[Contract]:
    held = Contract.objects.select_for_update(of=("self",)).filter(pk__in=list(ids), status__in=IN_FORCE)
    return list(held.order_by("pk"))


def _steps_due(contract: Contract, end: date | None, now: datetime) -> list[str]:
    today = contract.client.local_date(now)
    steps: list[str] = []
    status = str(contract.status)
    while step := due(contract.kind, status, contract.start, end, contract.renewal, today):
        steps.append(step)
        status = step
    return steps
