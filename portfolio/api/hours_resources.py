"""Hours and rates through REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, F, Func, QuerySet, Value
from django.db.models.functions import Coalesce, Concat

from financials.access import rates_for, time_for
from financials.actions.time_edits import HoursLocked, remove_entry
from financials.models import RateKind, TimeStatus
from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource


def _remove_time(user: User, record: Any) -> None:
    try:
        remove_entry(entry=record, actor=user.email)
    except HoursLocked as locked:
        raise Problem(409, str(locked)) from locked


TIME_ENTRIES = Resource(
    name="time-entries",
    label="time entries",
    kind="time",
    told_as="time",
    natural_key="source_ref",
    fields=(
        ID_FIELD,
        Field("source_ref", required=True),
        Field("date", "date", required=True),
        Field("month", "month", writable=False, help="Where the hours count; later than the day's where that closed."),
        Field("person_email", path="person__email", required=True),
        Field("client", path="client__key", required=True),
        Field("contract", path="contract__number"),
        Field("hours", "decimal", required=True, help="Above 0, at most 24."),
        Field("billable", "boolean"),
        Field("role", help="Names the rate card's role."),
        Field("notes"),
        Field("status", writable=False, choices=tuple(TimeStatus.values)),
        Field("decided_by", writable=False),
        *RECORD_FIELDS,
    ),
    rows=time_for,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.edit_time,
    orderings=("date", "source_ref", "created_at", "updated_at"),
    search=("source_ref", "notes", "role"),
    delete=_remove_time,
)


def _rate_rows(user: User) -> QuerySet[Any]:
    """Each rate with the key its parts make; a contract's number stands for its client."""
    day = Func(F("starts"), Value("YYYY-MM-DD"), function="to_char", output_field=CharField())
    who = Coalesce(F("person__email"), Value(""), output_field=CharField())
    where = Coalesce(F("contract__number"), F("client__key"), Value(""), output_field=CharField())
    dash = Value("|")
    card = Concat(F("kind"), dash, who, dash, F("role"), dash, where, dash, day, output_field=CharField())
    return rates_for(user).annotate(card=card)


def _rate_key(row: Mapping[str, Any]) -> str:
    def said(name: str) -> str:
        return str(row.get(name) or "").strip()

    return "|".join(
        (
            said("kind"),
            said("person_email").lower(),
            said("role"),
            said("contract") or said("client"),
            said("from"),
        )
    )


RATE_CARDS = Resource(
    name="rate-cards",
    label="rate cards",
    kind="rates",
    told_as="rate",
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", path="card", writable=False, help="Made of kind, person or role, contract or client, and from."),
        Field("kind", required=True, choices=tuple(RateKind.values), help="Cost rates are seen and kept by finance."),
        Field("person_email", path="person__email", help="Or role."),
        Field("role", help="Or person_email."),
        Field("client", path="client__key", help="Null: for all."),
        Field("contract", path="contract__number"),
        Field("rate", "decimal", required=True, help="For one hour."),
        Field("currency", required=True),
        Field("from", "date", path="starts", required=True),
        *RECORD_FIELDS,
    ),
    rows=_rate_rows,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.edit_rates,
    orderings=("starts", "created_at", "updated_at"),
    search=("role", "person__name"),
    compose=_rate_key,
    secret=lambda row: "SALARY" if row.get("kind") == RateKind.COST else "",
)
