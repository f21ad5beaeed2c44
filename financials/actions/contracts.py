"""Writing contracts: the record, its schedule and the forecast that hangs on both move in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, cast

from django.db import transaction

from common.audit import changes_between, record
from common.copying import copy_rows
from common.jobs import mark_dirty
from common.periods import Month, month_add, month_of
from common.records import update_versioned
from financials.calc.schedule import IN_FORCE, Billing, Move, Terms, contract_schedule
from financials.calc.schedule import Milestone as MilestoneTerms
from financials.calc.status import order_refusal
from financials.models import Contract, ContractKind, ContractStatus, Milestone, ScheduleLine, StatusChange

RECOMPUTE: Final = "recompute"
EVERGREEN_MONTHS: Final = 24
"""How far ahead an evergreen contract is scheduled; each recompute moves the horizon on."""


def terms_of(contract: Contract, milestones: Iterable[MilestoneTerms] = (), moves: Iterable[Move] = ()) -> Terms:
    return Terms(
        kind=contract.kind,
        status=contract.status,
        billing=cast(Billing, contract.billing),
        currency=contract.currency,
        amount=contract.amount,
        start=contract.start,
        end=contract.end,
        milestones=tuple(milestones),
        moves=tuple(moves),
        ended_on=contract.ended_on,
    )


def milestones_of(contract_ids: Iterable[int]) -> dict[int, list[MilestoneTerms]]:
    """One query."""
    found: dict[int, list[MilestoneTerms]] = defaultdict(list)
    rows = Milestone.objects.filter(contract__in=list(contract_ids)).order_by("due", "key")
    for pk, due, amount, accepted in rows.values_list("contract_id", "due", "amount", "accepted_on"):
        found[pk].append(MilestoneTerms(due, amount, accepted))
    return found


def moves_of(contract_ids: Iterable[int]) -> dict[int, list[Move]]:
    """The new ends that change orders in force give these contracts. One query."""
    found: dict[int, list[Move]] = defaultdict(list)
    orders = Contract.objects.filter(
        parent__in=list(contract_ids), kind="change_order", status__in=IN_FORCE, new_end__isnull=False
    )
    for pk, start, new_end in orders.order_by("start", "number").values_list("parent_id", "start", "new_end"):
        if new_end is not None:
            found[pk or 0].append(Move(start, new_end))
    return found


def evergreen_horizon(now: datetime) -> Month:
    return month_add(month_of(now.date()), EVERGREEN_MONTHS)


def rebuild_schedules(contract_ids: Iterable[int], *, now: datetime) -> int:
    """Rewrite the schedule of these contracts and of those they change; returns the number of lines. Six queries
    however many there are.

    The contracts are locked: of an edit and a worker that moves a horizon on, the later sees the other's terms.
    """
    asked = sorted(set(contract_ids))
    horizon = evergreen_horizon(now)
    with transaction.atomic():
        changed = Contract.objects.filter(children__in=asked, children__kind="change_order").exclude(kind="msa")
        ids = sorted({*asked, *changed.order_by().values_list("pk", flat=True)})
        contracts = list(Contract.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
        milestones, moves = milestones_of(ids), moves_of(ids)
        rows = [
            (contract.pk, line.month, line.amount)
            for contract in contracts
            for line in contract_schedule(
                terms_of(contract, milestones[contract.pk], moves[contract.pk]), horizon=horizon
            )
        ]
        ScheduleLine.objects.filter(contract__in=ids)._raw_delete(using="default")
        return copy_rows(ScheduleLine._meta.db_table, ("contract_id", "month", "amount"), rows)


def mark_clients_dirty(client_ids: Iterable[int], *, asked_by: str = "", priority: int = 5) -> None:
    """The inputs of these clients' forecasts changed. Call inside the transaction of the change."""
    refs = [f"client:{pk}" for pk in sorted(set(client_ids))]
    if refs:
        mark_dirty(RECOMPUTE, refs, asked_by=asked_by, priority=priority)


@transaction.atomic
def change_contract(
    *, contract: Contract, changes: Mapping[str, Any], expected: int | None, actor: str, now: datetime
) -> Contract:
    """Write the fields that differ, rebuild the schedule, queue the forecast.

    expected: the version the editor saw; None writes whatever stands. Raises StaleRecord.
    """
    before = {name: getattr(contract, name) for name in changes}
    differing = changes_between(before, dict(changes))
    if not differing and (expected is None or expected == contract.version):
        return contract
    fresh = update_versioned(contract, {name: changes[name] for name in differing}, expected=expected)
    record(
        actor=actor,
        verb="changed",
        kind="contract",
        object_id=fresh.pk,
        label=str(fresh),
        client_id=fresh.client_id,
        changes={name: (_plain(old), _plain(new)) for name, (old, new) in differing.items()},
    )
    if "status" in differing:
        note_status([(fresh.pk, before["status"], fresh.status)], actor=actor, now=now)
    _follow_up([fresh], also_clients=[contract.client_id], actor=actor, now=now)
    return fresh


class ContractRefused(ValueError):
    """A contract that cannot be added. Carries the sentence to show."""


@transaction.atomic
def add_contract(*, fields: Mapping[str, Any], actor: str, now: datetime) -> Contract:
    """Raises ContractRefused for a change order to a contract that is over. The parent is locked: nobody ends it
    between the look and the order.
    """
    parent = fields.get("parent")
    if parent is not None:
        above = Contract.objects.select_for_update(no_key=True).get(pk=parent.pk)
        kind, status = fields.get("kind", ContractKind.SOW), fields.get("status", ContractStatus.DRAFT)
        if reason := order_refusal(kind, status, above.number, above.status):
            raise ContractRefused(reason)
    contract = Contract.objects.create(**fields)
    record(
        actor=actor,
        verb="added",
        kind="contract",
        object_id=contract.pk,
        label=str(contract),
        client_id=contract.client_id,
        changes={name: (None, _plain(value)) for name, value in fields.items()},
    )
    note_status([(contract.pk, "", contract.status)], actor=actor, now=now)
    _follow_up([contract], also_clients=(), actor=actor, now=now)
    return contract


def note_status(steps: Iterable[tuple[int, str, str]], *, actor: str, now: datetime, note: str = "") -> None:
    """Keep who moved which contract from what to what: (contract id, before, after). A step on the spot is none."""
    StatusChange.objects.bulk_create(
        [
            StatusChange(contract_id=pk, before=before, after=after, at=now, by=actor, note=note)
            for pk, before, after in steps
            if before != after
        ],
        batch_size=2000,
    )


def _follow_up(contracts: Iterable[Contract], *, also_clients: Iterable[int], actor: str, now: datetime) -> None:
    several = list(contracts)
    rebuild_schedules([contract.pk for contract in several], now=now)
    clients = {contract.client_id for contract in several} | set(also_clients)
    mark_clients_dirty(clients, asked_by=actor, priority=3)


def _plain(value: Any) -> Any:
    """A linked record as its key, so that the trail reads without a look-up."""
    return str(value) if hasattr(value, "_meta") else value
