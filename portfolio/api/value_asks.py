"""The client's finance contact asked to confirm benefits, through REST: links made, listed and ended as on the page.

Answers are given through the link alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, Q, QuerySet, TextField, Value
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from people.models import User
from portfolio.api.problems import Problem, field_problem, form_problem
from portfolio.api.resources import ID_FIELD, Acts, Field, Resource
from portfolio.api.schema import problems
from portfolio.api.steps import StepView, describe
from portfolio.api.views import ResourceView
from qbr.access_value import benefits_named, get_editable_ask_for, get_value_client_for, person_named, value_asks_for
from qbr.actions import value as actions
from qbr.forms_value import ValueAskForm
from qbr.models import BenefitState
from qbr.queries.value import standing_of, token_of


def _rows(user: User) -> QuerySet[Any]:
    keys = ArrayAgg(
        "benefits__key", filter=Q(benefits__isnull=False), order_by="benefits__key",
        default=Value([], output_field=ArrayField(TextField())),
    )  # fmt: skip
    return value_asks_for(user).annotate(
        keys=keys,
        waiting=Count("benefits", filter=Q(benefits__state=BenefitState.SENT)),
    )


def _make(user: User, body: Mapping[str, Any]) -> int:
    try:
        client = get_value_client_for(user, str(body["client"]))
    except Http404:
        raise field_problem("client", "unknown") from None
    wanted = body["benefits"]
    if not isinstance(wanted, list) or not all(isinstance(one, str) and "\x00" not in one for one in wanted):
        raise field_problem("benefits", "send a list of keys")
    known = benefits_named(user, client, wanted)
    if strange := [one for one in wanted if one not in known]:
        raise field_problem("benefits", f"“{strange[0]}” is no benefit of this client")
    contact = person_named(user, client, str(body["contact"]))
    if contact is None:
        raise field_problem("contact", "nobody at this client")
    now = timezone.now()
    given = {"contact": contact, "benefits": list(known.values()), "expires_on": str(body["expires_on"])}
    form = ValueAskForm(given, client=client, now=now)
    if not form.is_valid():
        raise form_problem(form)
    try:
        return actions.ask(client=client, actor=user, now=now, **form.cleaned_data).pk
    except actions.AskRefused as refused:
        raise Problem(409, f"Nobody was asked. {refused}") from refused


def _change(user: User, record: Any, body: Mapping[str, Any]) -> int:
    raise Problem(409, "A link says what it said: end it and make another.")


VALUE_ASKS = Resource(
    name="value-asks",
    label="requests to confirm benefits",
    kind="",
    natural_key="id",
    versioned=False,
    fields=(
        ID_FIELD,
        Field("client", path="client__key", required=True),
        Field("contact", path="contact__key", required=True, help="Key of who confirms it there."),
        Field("benefits", "texts", path="keys", required=True, filter=False,
              help="Keys of benefits that are proposed or were declined, with amounts. Read: those it still holds."),
        Field("expires_on", "date", required=True, help="The last day it opens, within 90 days."),
        Field("waiting", "integer", writable=False, filter=False, help="How many of them still wait for an answer."),
        Field("made_at", "datetime", writable=False, filter=False),
        Field("made_by", writable=False),
        Field("revoked_at", "datetime", writable=False, filter=False, help="Null unless it was ended before its day."),
    ),
    rows=_rows,
    can_read=lambda can: can.see_reviews,
    can_write=lambda can: can.edit_reviews,
    orderings=("made_at", "expires_on"),
    search=("contact__last_name",),
    acts=Acts(_make, _change),
)  # fmt: skip


class EndAskView(StepView):
    resource = VALUE_ASKS

    @describe(VALUE_ASKS, "end", "Its address opens nothing any more; benefits that waited are proposed again.")
    def post(self, request: Request, pk: str) -> HttpResponse:
        return self.act(request, pk, _end)


def _end(user: User, row: Any, said: dict[str, str]) -> None:
    ask = get_editable_ask_for(user, row.client.key, row.pk)
    actions.end_ask(value_ask=ask, actor=user, now=timezone.now())


class LinkBody(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="For the contact alone: whoever has it can answer.")


class AskLinkView(ResourceView):
    """The address itself, for those who may make one: who has it can answer for the client."""

    resource = VALUE_ASKS

    @extend_schema(
        tags=["value-asks"],
        operation_id="value-asks_link",
        description="The link to send to the contact; 409 once it opens nothing. Needs the scope to write.",
        responses={200: LinkBody, **problems(401, 403, 404, 409, 429)},
    )
    def get(self, request: Request, pk: str) -> HttpResponse:
        self._check(request, "write")
        _, row = self._one(pk)
        ask = get_editable_ask_for(self.person, row["client"], int(pk))
        if standing_of(ask, timezone.now()) != "open":
            raise Problem(409, "This link opens nothing any more.")
        url = f"{settings.PUBLIC_URL}{reverse('value_answer', args=[token_of(ask)])}"
        headers = {"Cache-Control": "private, no-store"}
        return HttpResponse(orjson.dumps({"url": url}), content_type="application/json", headers=headers)
