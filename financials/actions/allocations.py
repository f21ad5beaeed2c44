"""Planned hours written and taken out by people. Each act leaves its trail and marks its clients' forecasts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from common.audit import record
from financials.actions.contracts import mark_clients_dirty
from financials.models import Allocation, RoleLead
from people.models import User

MOST_LEAD_WEEKS: Final = 104


class Slot(NamedTuple):
    """What tells allocations apart: a week, somebody or a role, a client, one of its contracts or none."""

    week: date
    person: int | None
    role: str
    client: int
    contract: int | None


@dataclass(frozen=True, slots=True)
class Planned:
    """What a cell should hold. was: the hours its writer saw; hours None or zero takes the row out.

    firm None: as it stands, for a new row firm. opportunity: of soft hours.
    """

    was: Decimal | None
    hours: Decimal | None
    firm: bool | None
    opportunity: int | None


@dataclass(slots=True)
class Written:
    """clashes: cells another person changed since, with the hours that stand; then nothing at all was written."""

    changed: int = 0
    clashes: dict[Slot, Decimal | None] = field(default_factory=dict)


@transaction.atomic
def save_plan(*, cells: Mapping[Slot, Planned], actor: str, now: datetime) -> Written:
    """Write the cells that differ from what stands, all or none."""
    existing = _standing(cells)
    done = Written()
    for slot, wanted in cells.items():
        stands = existing[slot].hours if slot in existing else None
        if stands not in (wanted.was, wanted.hours or None) and wanted.hours != wanted.was:
            done.clashes[slot] = stands
    if done.clashes:
        return done
    told: dict[int, dict[str, tuple[Any, Any]]] = defaultdict(dict)
    fresh: list[Allocation] = []
    names = _names(slot.person for slot in cells)
    for slot, wanted in cells.items():
        change = _write(slot, wanted, existing.get(slot), fresh, now)
        if change is not None:
            told[slot.client][f"{slot.week}, {names.get(slot.person, slot.role)}"] = change
            done.changed += 1
    Allocation.objects.bulk_create(fresh)
    _tell(told, actor, "planned")
    return done


def _standing(slots: Iterable[Slot]) -> dict[Slot, Allocation]:
    several = list(slots)
    rows = Allocation.objects.select_for_update().filter(
        week__in={slot.week for slot in several}, client__in={slot.client for slot in several}
    )
    return {Slot(row.week, row.person_id, row.role, row.client_id, row.contract_id): row for row in rows}


def _write(
    slot: Slot, wanted: Planned, row: Allocation | None, fresh: list[Allocation], now: datetime
) -> tuple[Any, Any] | None:
    """What changed, before and after; None where nothing does. Hours nobody touched stay as they stand."""
    hours = wanted.hours if wanted.hours != wanted.was else row.hours if row else None
    if not hours:
        if row is None:
            return None
        row.delete()
        return _said(row.hours, firm=row.firm), None
    firm = wanted.firm if wanted.firm is not None else (row.firm if row else True)
    deal = wanted.opportunity if wanted.firm is not None else (row.opportunity_id if row else None)
    if row is None:
        fresh.append(
            Allocation(
                week=slot.week, person_id=slot.person, role=slot.role, client_id=slot.client,
                contract_id=slot.contract, hours=hours, firm=firm, opportunity_id=deal,
            )
        )  # fmt: skip
        return None, _said(hours, firm=firm)
    before = (row.hours, row.firm, row.opportunity_id)
    if before == (hours, firm, deal):
        return None
    row.hours, row.firm, row.opportunity_id = hours, firm, deal
    row.version += 1
    row.updated_at = now
    row.save(update_fields=["hours", "firm", "opportunity", "version", "updated_at"])
    return _said(before[0], firm=before[1]), _said(hours, firm=firm)


def _names(person_ids: Iterable[int | None]) -> dict[int | None, str]:
    """As the trail calls them."""
    return dict(User.objects.filter(pk__in={pk for pk in person_ids if pk}).values_list("pk", "email"))


def _said(hours: Decimal, *, firm: bool) -> str:
    return f"{hours.normalize():f} h, {'firm' if firm else 'soft'}"


def _tell(told: Mapping[int, dict[str, tuple[Any, Any]]], actor: str, verb: str) -> None:
    for client_id, changes in told.items():
        record(
            actor=actor,
            verb=verb,
            kind="allocation",
            object_id=client_id,
            label="planned hours",
            client_id=client_id,
            changes=changes,
        )
    mark_clients_dirty(told, asked_by=actor)


@transaction.atomic
def copy_week(*, rows: QuerySet[Allocation], week: date, actor: str) -> int:
    """Rows of the week before once more, where the week has none of its own; returns how many.

    rows: of one client or person, whatever their weeks.
    """
    before = list(rows.filter(week=week - timedelta(days=7), hours__gt=0).order_by("pk"))
    taken = {(row.person_id, row.role, row.client_id, row.contract_id) for row in rows.filter(week=week)}
    fresh = [
        Allocation(
            week=week, person_id=row.person_id, role=row.role, client_id=row.client_id, contract_id=row.contract_id,
            hours=row.hours, firm=row.firm, opportunity_id=row.opportunity_id,
        )
        for row in before
        if (row.person_id, row.role, row.client_id, row.contract_id) not in taken
    ]  # fmt: skip
    Allocation.objects.bulk_create(fresh)
    told: dict[int, dict[str, tuple[Any, Any]]] = defaultdict(dict)
    names = _names(row.person_id for row in fresh)
    for row in fresh:
        who = names.get(row.person_id, row.role)
        told[row.client_id][f"{week}, {who}"] = (None, _said(row.hours, firm=row.firm))
    _tell(told, actor, "copied")
    return len(fresh)


class BadLead(ValueError):
    """A lead time that cannot be kept. Carries the sentence to show."""


@transaction.atomic
def set_lead(*, role: str, weeks: str, actor: str) -> RoleLead:
    """weeks: as typed. Raises BadLead."""
    role = role.strip().replace("\x00", "")
    if not 1 <= len(role) <= 80:
        raise BadLead("Name the role, in at most 80 characters.")
    if not (weeks.strip().isdecimal() and weeks.isascii()) or int(weeks.strip()[:4]) > MOST_LEAD_WEEKS:
        raise BadLead(f"Write the lead time in whole weeks, from 0 to {MOST_LEAD_WEEKS}.")
    lead = RoleLead.objects.select_for_update().filter(role=role).first() or RoleLead(role=role, version=0)
    before, lead.weeks = lead.weeks if lead.pk else None, int(weeks)
    if before != lead.weeks:
        lead.version += 1
        lead.save()
        record(
            actor=actor,
            verb="set lead time",
            kind="role",
            object_id=lead.pk,
            label=role,
            changes={"weeks": (before, lead.weeks)},
        )
    return lead


@transaction.atomic
def remove_allocation(*, allocation: Allocation, actor: str) -> None:
    record(
        actor=actor,
        verb="removed",
        kind="allocation",
        object_id=allocation.pk,
        label=str(allocation),
        client_id=allocation.client_id,
        changes={"hours": (allocation.hours, None), "week": (allocation.week, None)},
    )
    client_id = allocation.client_id
    allocation.delete()
    mark_clients_dirty([client_id], asked_by=actor)
