"""Introductions through REST; contacts merged, told about and erased."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access_people import (
    get_editable_contact_for,
    get_erasable_contact_for,
    get_told_contact_for,
    introductions_for,
)
from accounts.actions.contact_merge import CannotMerge, merge_contacts
from accounts.actions.contacts import remove_introduction
from accounts.actions.erasure import CannotErase, erase_contact, tell_export
from accounts.models import IntroductionState
from accounts.queries.personal import held_of
from people.models import User
from portfolio.api.client_resources import CONTACTS
from portfolio.api.problems import Problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource
from portfolio.api.steps import StepView, describe

_DASH = Value("|")


def _rows(user: User) -> QuerySet[Any]:
    """Each introduction with the key its ends make."""
    return introductions_for(user).annotate(
        way=Concat(F("source__key"), _DASH, F("target__key"), output_field=CharField())
    )


def _key(row: Mapping[str, Any]) -> str:
    return "|".join(str(row.get(name) or "").strip() for name in ("from", "to"))


def _remove(user: User, record: Any) -> None:
    remove_introduction(introduction=record, actor=user)


INTRODUCTIONS = Resource(
    name="introductions",
    label="introductions",
    kind="introductions",
    told_as="introduction",
    natural_key="key",
    client="target__client_id",
    secret=lambda row: "STANCE",
    fields=(
        ID_FIELD,
        Field("key", path="way", writable=False, help="Made of from and to."),
        Field("from", path="source__key", required=True, help="Key of the contact who introduces."),
        Field("to", path="target__key", required=True, help="Key of whom we want to reach."),
        Field("strength", "integer", help="How well they know each other, 1 to 5; null where nobody judged it."),
        Field("evidence", filter=False, help="How we know."),
        Field("state", choices=tuple(IntroductionState.values)),
        Field("on", "date", help="Since when."),
        *RECORD_FIELDS,
    ),
    rows=_rows,
    can_read=lambda can: can.see_stance,
    can_write=lambda can: can.edit_relationships,
    orderings=("created_at", "updated_at"),
    search=("source__last_name", "target__last_name"),
    delete=_remove,
    compose=_key,
)


class MergeBody(serializers.Serializer[Any]):
    take_in = serializers.CharField(help_text="Key of the contact that is the same person; it goes.")


class ReasonBody(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class HeldBody(serializers.Serializer[Any]):
    about = serializers.DictField(help_text="Who, as of when, for what, and what was not searched.")
    contact = serializers.ListField(child=serializers.DictField())


class _Contact(StepView):
    resource = CONTACTS


class MergeView(_Contact):
    asked = {"take_in": True}

    @describe(CONTACTS, "merge", "Make another entry of the same person part of this one.", MergeBody)
    def post(self, request: Request, pk: str) -> HttpResponse:
        return self.act(request, pk, _merge)


def _merge(user: User, row: Any, said: dict[str, str]) -> None:
    kept, gone = get_editable_contact_for(user, row.key), get_editable_contact_for(user, said["take_in"])
    try:
        merge_contacts(kept=kept, gone=gone, actor=user, now=timezone.now())
    except CannotMerge as reason:
        raise Problem(409, str(reason)) from reason


class HeldView(_Contact):
    @describe(CONTACTS, "held", "All that is held of one person. That it was asked is in the trail.", answer=HeldBody)
    def post(self, request: Request, pk: str) -> HttpResponse:
        return self.act(request, pk, _held)

    def _check(self, request: Request, verb: str) -> None:
        super()._check(request, "read")


def _held(user: User, row: Any, said: dict[str, str]) -> bytes:
    contact = get_told_contact_for(user, row.key)
    rows = held_of(user, contact, timezone.now())
    tell_export(contact=contact, actor=user, rows=rows)
    return orjson.dumps(rows, default=DjangoJSONEncoder().default)


class EraseView(_Contact):
    asked = {"reason": True}

    @describe(
        CONTACTS, "erase", "Take out what is held of a person who asked for it. There is no way back.", ReasonBody
    )
    def post(self, request: Request, pk: str) -> HttpResponse:
        if not self.can.edit_client:
            raise PermissionDenied("Only an account director erases a person.")
        return self.act(request, pk, _erase)


def _erase(user: User, row: Any, said: dict[str, str]) -> None:
    contact = get_erasable_contact_for(user, row.key)
    try:
        erase_contact(contact=contact, reason=said["reason"], actor=user, now=timezone.now())
    except CannotErase as reason:
        raise Problem(409, str(reason)) from reason
