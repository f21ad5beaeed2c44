"""Surveys through REST: made, changed, people invited. Who was asked and answered is for readers of single answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access import clients_for, get_editable_client_for, get_editable_survey_for, surveys_for
from accounts.actions import surveys as actions
from accounts.forms.voice import SurveyForm
from accounts.models import Invitation, MailState, Scale, Survey
from accounts.queries.surveys import askable
from common.records import StaleRecord
from people.models import User
from portfolio.api.call_resources import checked
from portfolio.api.problems import Problem, field_problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Acts, Field, Resource
from portfolio.api.steps import StepView, describe

_SAID = ("title", "scale", "question", "closes_on")


def _rows(user: User) -> QuerySet[Any]:
    """With how many in sight were asked and answered."""
    seen = Q(invitations__client__in=clients_for(user).order_by().values("pk"))
    return surveys_for(user).annotate(
        asked=Count("invitations", filter=seen),
        answered=Count("invitations", filter=seen & Q(invitations__answered_at__isnull=False)),
    )


def _owner(user: User, body: Mapping[str, Any], usual: User | None) -> User | None:
    email = body.get("owner_email")
    if email is None:
        return usual
    found = type(user).objects.filter(email=str(email).lower(), is_active=True).first()
    if found is None:
        raise field_problem("owner_email", "is no one here")
    return found


def _make(user: User, body: Mapping[str, Any]) -> int:
    client = get_editable_client_for(user, str(body["client"])) if body.get("client") else None
    values = checked(SurveyForm({"question": _QUESTION, "scale": Scale.NPS, **body}), [])
    values["owner"] = _owner(user, body, user)
    return actions.add_survey(client=client, values=values, actor=user).pk


_QUESTION = SurveyForm.base_fields["question"].initial


def _change(user: User, record: Any, body: Mapping[str, Any]) -> int:
    survey = get_editable_survey_for(user, record.key)
    if "client" in body and body["client"] != (survey.client.key if survey.client else None):
        raise Problem(409, "A survey stays at its client: make another.")
    stands = {name: getattr(survey, name) for name in _SAID}
    form = SurveyForm({**stands, **body}, survey=survey)
    if "scale" in body and "scale" not in form.fields and body["scale"] != survey.scale:
        raise Problem(409, "Answers were given on its scale: it stays.")
    values = checked(form, [])
    values["owner"] = _owner(user, body, survey.owner)
    try:
        return actions.change_survey(survey=survey, values=values, expected=record.version, actor=user).pk
    except StaleRecord as stale:
        raise Problem(412, "Somebody changed this survey meanwhile.") from stale


SURVEYS = Resource(
    name="surveys",
    label="surveys",
    kind="",
    natural_key="key",
    told_as="survey",
    told_label=("title",),
    fields=(
        ID_FIELD,
        Field("key", writable=False),
        Field("client", path="client__key", help="Null: at several clients."),
        Field("title", required=True),
        Field("scale", choices=tuple(Scale.values)),
        Field("question"),
        Field("closes_on", "date", required=True, help="Links are good through this day."),
        Field("owner_email", path="owner__email", help="Null in a new one: you."),
        Field("asked", "integer", writable=False, filter=False, help="People at clients in sight."),
        Field("answered", "integer", writable=False, filter=False),
        *RECORD_FIELDS,
    ),
    rows=_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("key", "closes_on", "created_at", "updated_at"),
    search=("title", "question"),
    acts=Acts(create=_make, change=_change),
)


def _invitation_rows(user: User) -> QuerySet[Any]:
    return Invitation.objects.filter(
        survey__in=surveys_for(user).order_by().values("pk"), client__in=clients_for(user).order_by().values("pk")
    )


INVITATIONS = Resource(
    name="survey-invitations",
    label="people asked by surveys",
    kind="",
    natural_key="id",
    versioned=False,
    fields=(
        ID_FIELD,
        Field("survey", path="survey__key", writable=False),
        Field("client", path="client__key", writable=False),
        Field("contact", path="contact__key", writable=False),
        Field("asked_at", "datetime", writable=False, filter=False),
        Field("answered_at", "datetime", writable=False, filter=False, help="Null while silent."),
        Field("mail", path="mail_state", writable=False, choices=tuple(MailState.values), help="Blank: not mailed."),
    ),
    rows=_invitation_rows,
    can_read=lambda can: can.see_stance,
    can_write=lambda can: False,
    orderings=("asked_at",),
    search=("survey__title",),
)


class InviteBody(serializers.Serializer[Any]):
    contacts = serializers.CharField(help_text="Keys of contacts, separated by semicolons; at most 300 characters.")
    mail = serializers.ChoiceField(choices=("yes", "no"), required=False, help_text="yes: mail those with an address.")


class InviteView(StepView):
    resource = SURVEYS
    asked = {"contacts": True, "mail": False}

    @describe(
        SURVEYS, "invite", "Ask people who were not asked yet; links are mailed or copied from the page.", InviteBody
    )
    def post(self, request: Request, pk: str) -> HttpResponse:
        return self.act(request, pk, _invite)


def _invite(user: User, row: Any, said: dict[str, str]) -> None:
    survey: Survey = get_editable_survey_for(user, row.key)
    now = timezone.now()
    if said["mail"] not in ("", "yes", "no"):
        raise field_problem("mail", "yes or no")
    keys = {key.strip() for key in said["contacts"].split(";")} - {""}
    already = set(survey.invitations.filter(contact__key__in=keys).values_list("contact__key", flat=True))
    found = list(askable(user, survey, survey.client, now).filter(key__in=keys))
    if strange := sorted(keys - already - {one.key for one in found}):
        raise field_problem("contacts", f"nobody to ask: {', '.join(strange)}")
    actions.ask(survey=survey, contacts=found, mail=said["mail"] == "yes", actor=user, now=now)
