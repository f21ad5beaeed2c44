"""Surveys asked, links given out and replaced, and the one answer of each."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.models import Client, Contact, Feedback, Invitation, MailState, Survey
from accounts.models.voice import new_word
from accounts.queries.invitations import standing_of
from common import audit, jobs
from people.models import User

FIELDS = ("title", "scale", "question", "closes_on", "owner")
MAIL = "survey-mail"
HEALTH = "health"


class NotOpen(Exception):
    """The link was answered already, or the survey has closed."""


def _subject(survey: Survey) -> Subject:
    return Subject("survey", survey.title, survey.client_id)


def add_survey(*, client: Client | None, values: Mapping[str, Any], actor: User) -> Survey:
    given = {name: values[name] for name in FIELDS if name in values}
    given.setdefault("owner", actor)
    survey = Survey(client=client, key=f"S-{uuid.uuid4().hex[:12]}", **given)
    return add(survey, actor=actor.email, subject=_subject(survey), values=given)


def change_survey(*, survey: Survey, values: Mapping[str, Any], expected: int | None, actor: User) -> Survey:
    """Raises StaleRecord when somebody saved it meanwhile."""
    given = {name: values[name] for name in FIELDS if name in values}
    return save_changes(survey, given, expected=expected, actor=actor.email, subject=_subject(survey))


def remove_survey(*, survey: Survey, actor: User) -> None:
    """Its answers stay; its links end."""
    remove(survey, actor=actor.email, subject=_subject(survey), values={name: getattr(survey, name) for name in FIELDS})


@transaction.atomic
def ask(*, survey: Survey, contacts: Iterable[Contact], mail: bool, actor: User, now: datetime) -> int:
    """Invite people not invited yet; returns how many. mail: those with an address are mailed by a job."""
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    already = set(survey.invitations.values_list("contact_id", flat=True))
    fresh = [(one, one.client_id) for one in contacts if one.pk not in already and one.client_id is not None]
    made = Invitation.objects.bulk_create(
        Invitation(
            survey=survey,
            client_id=client_id,
            contact=one,
            asked_at=now,
            mail_state=MailState.QUEUED if mail and one.email else MailState.NONE,
        )
        for one, client_id in fresh
    )
    for invitation in made:
        audit.record(
            actor=actor.email, verb="asked", kind="survey", object_id=survey.pk, label=survey.title,
            client_id=invitation.client_id, changes={"asked": (None, invitation.contact.name)},
        )  # fmt: skip
        if invitation.mail_state == MailState.QUEUED:
            jobs.enqueue(MAIL, f"invitation:{invitation.pk}", input_version=1, asked_by=actor.email)
    return len(made)


@transaction.atomic
def renew_link(*, invitation: Invitation, actor: User) -> None:
    """A new link; the one given out before is worth nothing from now on."""
    Invitation.objects.filter(pk=invitation.pk).update(word=new_word())
    audit.record(
        actor=actor.email, verb="replaced the link of", kind="survey", object_id=invitation.survey_id,
        label=invitation.survey.title, client_id=invitation.client_id,
        changes={"asked": (invitation.contact.name, invitation.contact.name)},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What was sent through a link. quote: blank where the person did not say."""

    score: int
    comment: str
    quote: str


@transaction.atomic
def answer(*, invitation: Invitation, given: Given, now: datetime) -> Feedback:
    """The one answer of a link. Raises NotOpen for a second one and after the last day; two at once: one is kept."""
    held = Invitation.objects.select_for_update(of=("self",)).select_related("survey", "client").get(pk=invitation.pk)
    if standing_of(held, now) != "open" or held.word != invitation.word:
        raise NotOpen
    found = Feedback.objects.create(
        source_ref=f"survey:{held.survey.key}:{held.pk}",
        client_id=held.client_id,
        contact_id=held.contact_id,
        invitation=held,
        date=held.client.local_date(now),
        scale=held.survey.scale,
        score=given.score,
        comment=given.comment,
        quote=given.quote,
    )
    Invitation.objects.filter(pk=held.pk).update(answered_at=now)
    audit.record(
        actor="survey link", verb="answered", kind="feedback", object_id=found.pk, label=held.survey.title,
        client_id=held.client_id, changes={"score": (None, given.score)}, field_class="STANCE",
    )  # fmt: skip
    jobs.mark_dirty(HEALTH, [f"health:{held.client_id}"])
    return found
