"""What our work is worth to clients, through REST. Answers come through the client's own link and no other way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, F, Func, QuerySet, Value
from django.db.models.functions import Concat

from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource
from qbr.access_value import benefit_amounts_for, benefits_for, value_costs_for
from qbr.actions import value as actions
from qbr.models import BenefitState, Confidence, Driver


def _remove(user: User, record: Any) -> None:
    try:
        actions.remove_benefit(benefit=record, actor=user)
    except actions.Settled as settled:
        raise Problem(
            409, "The client has it before them or has answered; take it back on its page first."
        ) from settled


BENEFITS = Resource(
    name="benefits",
    label="benefits",
    kind="benefits",
    told_as="benefit",
    told_label=("title",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", required=True),
        Field("title", required=True),
        Field("driver", choices=tuple(Driver.values), required=True),
        Field("hard", "boolean", help="Seen in money; only hard ones the client confirmed count in a headline."),
        Field("baseline", filter=False),
        Field("method", filter=False),
        Field("share", "decimal", filter=False, help="Of the amounts that is our doing, 0 to 1."),
        Field("share_reason", filter=False),
        Field("confidence", choices=tuple(Confidence.values)),
        Field("evidence", filter=False),
        Field("evidence_url", filter=False),
        Field("currency", required=True),
        Field("owner", path="owner__email"),
        Field("note", filter=False, help="Ours alone; the client is never shown it."),
        Field("state", choices=tuple(BenefitState.values), writable=False),
        Field("confirmed", "decimal", writable=False, filter=False, help="What the client confirmed, in all."),
        Field("answered_by", writable=False, filter=False),
        Field("answer_reason", writable=False, filter=False),
        *RECORD_FIELDS,
    ),
    rows=benefits_for,
    can_read=lambda can: can.see_reviews,
    can_write=lambda can: can.edit_reviews,
    orderings=("key", "title", "created_at", "updated_at"),
    search=("key", "title"),
    delete=_remove,
)


def _amount_rows(user: User) -> QuerySet[Any]:
    month = Func(F("month"), Value("YYYY-MM"), function="to_char", output_field=CharField())
    line = Concat(F("benefit__key"), Value("|"), month, output_field=CharField())
    return benefit_amounts_for(user).annotate(line=line)


def _key(row: Mapping[str, Any]) -> str:
    return "|".join(str(row.get(name) or "").strip() for name in ("benefit", "month"))


BENEFIT_AMOUNTS = Resource(
    name="benefit-amounts",
    label="amounts of benefits",
    kind="benefit_amounts",
    told_as="benefit amount",
    told_label=("benefit__title",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", path="line", writable=False, help="Made of benefit and month."),
        Field("benefit", path="benefit__key", required=True),
        Field("month", "month", required=True),
        Field("amount", "decimal", required=True, help="Before the share, in the benefit's currency."),
        *RECORD_FIELDS,
    ),
    rows=_amount_rows,
    can_read=lambda can: can.see_reviews,
    can_write=lambda can: can.edit_reviews,
    orderings=("month", "created_at", "updated_at"),
    search=("benefit__title",),
    compose=_key,
    client="benefit__client_id",
)


def _remove_cost(user: User, record: Any) -> None:
    actions.remove_cost(cost=record, actor=user)


VALUE_COSTS = Resource(
    name="value-costs",
    label="what clients spent besides our fees",
    kind="value_costs",
    told_as="value cost",
    told_label=("title",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", required=True),
        Field("title", required=True),
        Field("month", "month", required=True),
        Field("amount", "decimal", required=True),
        Field("currency", required=True),
        *RECORD_FIELDS,
    ),
    rows=value_costs_for,
    can_read=lambda can: can.see_reviews,
    can_write=lambda can: can.edit_reviews,
    orderings=("key", "month", "created_at", "updated_at"),
    search=("key", "title"),
    delete=_remove_cost,
)
