"""What clients say, and what is done about it, through REST."""

from __future__ import annotations

from typing import Any

from accounts.access import feedback_for, insights_for
from accounts.actions.voice import remove_feedback, remove_insight
from accounts.models import InsightKind, QuoteState, Scale
from people.models import User
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource


def _remove_answer(user: User, record: Any) -> None:
    remove_feedback(answer=record, actor=user)


def _remove_insight(user: User, record: Any) -> None:
    remove_insight(insight=record, actor=user)


FEEDBACK = Resource(
    name="feedback",
    label="answers of clients",
    kind="feedback",
    told_as="feedback",
    natural_key="source_ref",
    secret=lambda row: "STANCE",
    fields=(
        ID_FIELD,
        Field("source_ref", required=True),
        Field("client", path="client__key", required=True),
        Field("contact", path="contact__key", field_class="STANCE", help="Null: nobody known."),
        Field("date", "date", required=True),
        Field("score", "integer", field_class="STANCE", help="nps 0 to 10, csat 1 to 5; null without one."),
        Field("scale", choices=tuple(Scale.values), help="Blank without a score."),
        Field("comment", field_class="STANCE", filter=False),
        Field("quote", field_class="STANCE", choices=tuple(QuoteState.values), help="Blank: they were not asked."),
        Field("replied_on", "date", field_class="STANCE", help="When we came back to them."),
        *RECORD_FIELDS,
    ),
    rows=feedback_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("source_ref", "date", "created_at", "updated_at"),
    search=("source_ref",),
    delete=_remove_answer,
)
INSIGHTS = Resource(
    name="insights",
    label="insights",
    kind="insights",
    told_as="insight",
    told_label=("said",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", required=True),
        Field("theme", path="theme__name", help="Name of a theme there is."),
        Field("said", required=True, help="What the client said, in one sentence."),
        Field("kind", required=True, choices=tuple(InsightKind.values)),
        Field("action", required=True, help="What is done about it."),
        Field("owner_email", path="owner__email"),
        Field("raised_on", "date", required=True),
        Field("due", "date"),
        Field("done_on", "date", help="Null while it is open."),
        Field("told_on", "date", help="When the client was told: the loop is closed."),
        Field("told_how"),
        *RECORD_FIELDS,
    ),
    rows=insights_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("key", "due", "created_at", "updated_at"),
    search=("key", "said", "action"),
    delete=_remove_insight,
)
