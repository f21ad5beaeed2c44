"""People, their planned hours and their leave through REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import BigIntegerField, CharField, F, Func, QuerySet, Value
from django.db.models.functions import Coalesce, Concat

from common import audit
from financials.access import allocations_for
from financials.actions.allocations import remove_allocation
from people.access import leave_for, people_for
from people.models import Role, User
from people.queries import reporting_line_ids
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource

_DASH = Value("|")


def _day(path: str) -> Func:
    return Func(F(path), Value("YYYY-MM-DD"), function="to_char", output_field=CharField())


def _said(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "").strip()


def _allocation_rows(user: User) -> QuerySet[Any]:
    """Each allocation with the key its parts make."""
    who = Coalesce(F("person__email"), Value(""), output_field=CharField())
    contract = Coalesce(F("contract__number"), Value(""), output_field=CharField())
    key = Concat(_day("week"), _DASH, who, _DASH, F("role"), _DASH, F("client__key"), _DASH, contract)
    return allocations_for(user).annotate(slot=key)


def _allocation_key(row: Mapping[str, Any]) -> str:
    who = _said(row, "person_email").lower()
    return "|".join((_said(row, "week"), who, _said(row, "role"), _said(row, "client"), _said(row, "contract")))


def _remove_allocation(user: User, record: Any) -> None:
    remove_allocation(allocation=record, actor=user.email)


ALLOCATIONS = Resource(
    name="allocations",
    label="allocations",
    kind="allocations",
    told_as="allocation",
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", path="slot", writable=False, help="Made of week, person or role, client and contract."),
        Field("week", "date", required=True, help="Its Monday."),
        Field("person_email", path="person__email", help="Or role."),
        Field("role", help="Or person_email: nobody is named yet."),
        Field("client", path="client__key", required=True),
        Field("contract", path="contract__number"),
        Field("opportunity", path="opportunity__key", help="Soft hours take its probability."),
        Field("hours", "decimal", required=True),
        Field("firm", "boolean", help="False: soft, as likely as the opportunity."),
        *RECORD_FIELDS,
    ),
    rows=_allocation_rows,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.edit_allocations,
    orderings=("week", "created_at", "updated_at"),
    search=("role", "person__name", "client__name"),
    delete=_remove_allocation,
    compose=_allocation_key,
)


def _leave_rows(user: User) -> QuerySet[Any]:
    """Leave is of no client, so its trail is for those who see every person's, and for who wrote it."""
    nobody = Value(None, output_field=BigIntegerField())
    key = Concat(F("person__email"), _DASH, _day("starts"), output_field=CharField())
    return leave_for(user).annotate(absence=key, no_client=nobody)


def _leave_key(row: Mapping[str, Any]) -> str:
    return f"{_said(row, 'person_email').lower()}|{_said(row, 'from')}"


def _remove_leave(user: User, record: Any) -> None:
    line: Any = reporting_line_ids(user)
    if not User.objects.filter(pk__in=line).filter(pk=record.person_id).exists():
        raise PermissionDenied("This person is neither you nor one of your reports.")
    with transaction.atomic():
        audit.record(
            actor=user.email,
            verb="removed",
            kind="leave",
            object_id=record.pk,
            label=f"{record.person.email} {record.starts}",
            changes={"to": (record.ends, None), "hours": (record.hours, None)},
        )
        record.delete()


LEAVE = Resource(
    name="leave",
    label="leave",
    kind="leave",
    told_as="leave",
    natural_key="key",
    client="no_client",
    told_label=("person__email", "starts"),
    fields=(
        ID_FIELD,
        Field("key", path="absence", writable=False, help="Made of person and from."),
        Field("person_email", path="person__email", required=True),
        Field("from", "date", path="starts", required=True),
        Field("to", "date", path="ends", required=True),
        Field("hours", "decimal", help="Of the whole absence; null: whole days."),
        *RECORD_FIELDS,
    ),
    rows=_leave_rows,
    can_read=lambda can: True,  # everyone sees their own
    can_write=lambda can: can.edit_leave,
    orderings=("starts", "created_at", "updated_at"),
    search=("person__name", "person__email"),
    delete=_remove_leave,
    compose=_leave_key,
)


def _people_rows(user: User) -> QuerySet[Any]:
    return people_for(user).annotate(no_client=Value(None, output_field=BigIntegerField()))


PEOPLE = Resource(
    name="people",
    label="people",
    kind="people",
    told_as="person",
    told_label=("name",),
    natural_key="email",
    client="no_client",
    fields=(
        ID_FIELD,
        Field("email", required=True),
        Field("name", required=True),
        Field("role", choices=tuple(Role.values), help="Of somebody already here it is changed in Settings alone."),
        Field("manager_email", path="manager__email", help="As role."),
        Field("country", help="ISO 3166, subdivision allowed: whose holidays they have."),
        Field("weekly_hours", "decimal"),
        Field("starts", "date"),
        Field("ends", "date"),
        Field("discipline", help="What they do for clients, as rate cards name it."),
        Field("is_active", "boolean", writable=False, help="Whether they may sign in."),
        *RECORD_FIELDS,
    ),
    rows=_people_rows,
    can_read=lambda can: True,  # everyone sees themselves
    can_write=lambda can: can.edit_client,
    orderings=("name", "email", "created_at", "updated_at"),
    search=("name", "email", "discipline"),
    compose=lambda row: _said(row, "email").lower(),
)
