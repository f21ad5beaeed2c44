"""One survey: whom it asked, who answered, and whom it may still ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Max, QuerySet

from accounts.access import clients_for
from accounts.models import Client, Contact, Invitation, MailState, Survey
from accounts.queries.answers import sees_answers
from accounts.queries.invitations import link_of
from common.formats import plural

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """link: only for those who may give it out."""

    pk: int
    who: str
    title: str
    email: str
    client: str
    asked_at: datetime
    answered_at: datetime | None
    mail: str
    error: str
    link: str
    score: int | None


@dataclass(frozen=True, slots=True)
class SurveyPage:
    finding: str
    is_open: bool
    rows: tuple[InvitationRow, ...]
    answered: int
    silent: int


def load_survey(user: User, survey: Survey, *, may_ask: bool, today: date) -> SurveyPage:
    """Those of clients in sight, the silent first; who they are only for readers of single answers. One query."""
    may_see, is_open = sees_answers(user), survey.closes_on >= today
    found = (
        Invitation.objects.filter(survey=survey, client__in=clients_for(user))
        .select_related("contact", "client", "feedback")
        .order_by("answered_at", "contact__last_name", "pk")
    )
    rows = []
    for one in found:
        answer = getattr(one, "feedback", None)
        open_link = may_ask and is_open and one.answered_at is None
        rows.append(
            InvitationRow(
                pk=one.pk,
                who=one.contact.name,
                title=one.contact.title,
                email=one.contact.email,
                client=one.client.name,
                asked_at=one.asked_at,
                answered_at=one.answered_at,
                mail=MailState(one.mail_state).label,
                error=one.mail_error,
                link=link_of(one) if open_link else "",
                score=None if answer is None else answer.score,
            )
        )
    rows.sort(key=lambda row: row.answered_at is not None)
    answered = sum(row.answered_at is not None for row in rows)
    shown = tuple(rows) if may_see else ()
    return SurveyPage(_finding(survey, rows, answered), is_open, shown, answered, len(rows) - answered)


def _finding(survey: Survey, rows: list[InvitationRow], answered: int) -> str:
    if not rows:
        return survey.title
    return f"{survey.title}: {answered} of {plural(len(rows), 'person', 'people')} answered"


def askable(user: User, survey: Survey, client: Client | None, now: datetime) -> QuerySet[Contact]:
    """People not asked yet, with the days since they were asked anything; of one client, or of all in sight."""
    rows = Contact.objects.filter(client__in=clients_for(user), identified=True)
    if client is not None:
        rows = rows.filter(client=client)
    rows = rows.exclude(pk__in=survey.invitations.values("contact"))
    return rows.annotate(asked_last=Max("invitations__asked_at")).order_by("client__name", "last_name", "pk")
