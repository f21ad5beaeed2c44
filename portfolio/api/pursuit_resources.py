"""Proposals and pitches through REST."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.access import pitches_for, proposals_for
from accounts.calc.pitches import QUESTIONS
from accounts.models import Decision, PitchStatus, Proposal, ProposalStatus
from common import audit
from people.models import User
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource


def _remove(user: User, record: Any) -> None:
    kind = str(record._meta.verbose_name)
    client_id = record.opportunity.client_id if isinstance(record, Proposal) else record.client_id
    with transaction.atomic():
        audit.record(
            actor=user.email, verb="deleted", kind=kind, object_id=record.pk, label=str(record), client_id=client_id
        )
        record.delete()


PROPOSALS = Resource(
    name="proposals",
    label="proposals",
    kind="proposals",
    told_as="proposal",
    told_label=("title",),
    natural_key="key",
    client="opportunity__client_id",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("opportunity", path="opportunity__key", required=True, help="Key of the deal."),
        Field("client", path="opportunity__client__key", writable=False),
        Field("title", required=True),
        Field("edition", "integer", help="1 is the first that was written; one of its kind for the deal."),
        Field("amount", "decimal", help="The fee, without pass-through and tax."),
        Field("currency"),
        Field("status", choices=tuple(ProposalStatus.values)),
        Field("sent_on", "date"),
        Field("valid_until", "date"),
        Field("note"),
        *RECORD_FIELDS,
    ),
    rows=proposals_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_opportunities,
    orderings=("key", "sent_on", "created_at", "updated_at"),
    search=("key", "title"),
    delete=_remove,
)
PITCHES = Resource(
    name="pitches",
    label="pitches",
    kind="pitches",
    told_as="pitch",
    told_label=("name",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", required=True),
        Field("name", required=True),
        Field("opportunity", path="opportunity__key", help="Key of the deal it would become."),
        Field("status", choices=tuple(PitchStatus.values)),
        Field("due_on", "date"),
        Field("decision", choices=tuple(Decision.values)),
        Field("decided_on", "date"),
        Field("cost", "decimal", field_class="COST", help="What pitching costs us."),
        Field("currency"),
        *(Field(name, "integer", help=f"{words}, 1 to 5.") for name, words in QUESTIONS.items()),
        Field("note"),
        *RECORD_FIELDS,
    ),
    rows=pitches_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_opportunities,
    orderings=("key", "due_on", "created_at", "updated_at"),
    search=("key", "name"),
    delete=_remove,
)
