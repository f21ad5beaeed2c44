"""Reviews through REST: begun, dated and frozen by the actions of their pages, and their files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access import NOT_FOUND
from common.periods import YEARS
from common.records import StaleRecord
from people.models import User
from portfolio.api import idempotency
from portfolio.api.authentication import require_scope
from portfolio.api.problems import NOT_HELD, Problem, form_problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Acts, Field, Resource
from portfolio.api.schema import problems
from portfolio.api.views import ApiView
from qbr.access import decks_for, get_deck_for, get_editable_deck_for
from qbr.actions import decks as actions
from qbr.forms import NewReviewForm
from qbr.models import Deck
from qbr.queries.decks import file_of
from qbr.views.pages import TYPES, as_file


def _begin(user: User, body: Mapping[str, Any]) -> int:
    given = {"kind": Deck.Kind.QBR.value, "audience": Deck.Audience.CLIENT.value, **body}
    form = NewReviewForm(given, user=user)
    if not form.is_valid():
        raise form_problem(form)
    try:
        return actions.create_deck(**form.cleaned_data, actor=user).pk
    except actions.AlreadyThere as there:
        raise Problem(409, f"This review was begun before: deck {there.deck.pk}.") from there


def _change(user: User, record: Any, body: Mapping[str, Any]) -> int:
    """Only the day of a draft: what a review is about is what it is."""
    fixed = [(f"/{name}", "is fixed once the review is begun") for name in body if name != "held_on"]
    if fixed:
        raise Problem(422, NOT_HELD, errors=fixed)
    deck = get_editable_deck_for(user, record.pk)
    if "held_on" not in body:
        return deck.pk
    try:
        held_on = serializers.DateField(allow_null=True).run_validation(body["held_on"] or None)
        if held_on is not None and held_on.year not in YEARS:
            raise serializers.ValidationError
    except serializers.ValidationError as error:
        why = f"a day as 2026-10-21 in the years {YEARS[0]} to {YEARS[-1]}, or null"
        raise Problem(422, NOT_HELD, errors=[("/held_on", why)]) from error
    try:
        return actions.set_day(deck=deck, held_on=held_on, expected=deck.version, actor=user).pk
    except actions.Frozen as error:
        raise Problem(409, "A frozen review does not change; a new edition corrects it.") from error


DECKS = Resource(
    name="decks",
    label="reviews",
    kind="",
    told_as="deck",
    told_label=("title",),
    natural_key="id",
    fields=(
        ID_FIELD,
        Field("client", path="client__key", required=True),
        Field("period", required=True, help="2026-Q3, 2026-09, 2026 or FY2026-Q3."),
        Field("kind", choices=tuple(Deck.Kind.values), help="Default qbr."),
        Field("audience", choices=tuple(Deck.Audience.values), help="Default client."),
        Field("held_on", "date"),
        Field("title", writable=False),
        Field("status", writable=False, choices=tuple(Deck.Status.values)),
        Field("edition", "integer", writable=False, help="A correction of a frozen review is a new edition."),
        Field("pages", "integer", path="snapshot__pages", writable=False, filter=False),
        Field("frozen_at", "datetime", path="snapshot__frozen_at", writable=False, filter=False),
        Field("content_hash", path="snapshot__content_hash", writable=False, filter=False, help="SHA-256 of it all."),
        Field("pdf_hash", path="snapshot__pdf_hash", writable=False, filter=False, help="SHA-256; blank until made."),
        Field("pptx_hash", path="snapshot__pptx_hash", writable=False, filter=False, help="SHA-256; blank until made."),
        *RECORD_FIELDS,
    ),
    rows=decks_for,
    can_read=lambda can: can.see_reviews,
    can_write=lambda can: can.edit_reviews,
    orderings=("period", "created_at", "updated_at"),
    search=("title", "period"),
    acts=Acts(_begin, _change),
)  # fmt: skip


def _number(pk: str) -> int:
    if not pk.isdecimal() or len(pk) > 18:
        raise Http404(NOT_FOUND)
    return int(pk)


def _may_read(view: ApiView) -> None:
    if not view.can.see_reviews:
        raise PermissionDenied("Your role reads no reviews.")


class _FileView(ApiView):
    ending: Literal["pdf", "pptx"]

    def answer(self, request: Request, pk: str) -> HttpResponse:
        require_scope(request, "read:decks")
        _may_read(self)
        deck = get_deck_for(self.person, _number(pk))
        return as_file(deck, file_of(deck, self.ending), self.ending)


class DeckPdfView(_FileView):
    ending = "pdf"

    @extend_schema(
        tags=["decks"],
        operation_id="decks_pdf",
        description="The PDF of a frozen review; 404 until it is made.",
        responses={(200, TYPES["pdf"]): OpenApiTypes.BINARY, **problems(401, 403, 404, 429)},
    )
    def get(self, request: Request, pk: str) -> HttpResponse:
        return self.answer(request, pk)


class DeckPptxView(_FileView):
    ending = "pptx"

    @extend_schema(
        tags=["decks"],
        operation_id="decks_pptx",
        description="The same pages as editable slides; 404 until they are made.",
        responses={(200, TYPES["pptx"]): OpenApiTypes.BINARY, **problems(401, 403, 404, 429)},
    )
    def get(self, request: Request, pk: str) -> HttpResponse:
        return self.answer(request, pk)


class FreezeBody(serializers.Serializer[Any]):
    confirmed = serializers.BooleanField(
        default=False, help_text="The numbers in headlines that no figure carries have been checked."
    )


class FrozenBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    status = serializers.CharField()
    content_hash = serializers.CharField()


class DeckFreezeView(ApiView):
    @extend_schema(
        tags=["decks"],
        operation_id="decks_freeze",
        description="Keep every word and figure as they are now; PDF and slides are made by jobs.",
        parameters=[OpenApiParameter("Idempotency-Key", str, "header")],
        request=FreezeBody,
        responses={200: FrozenBody, **problems(400, 401, 403, 404, 409, 422, 429)},
    )
    def post(self, request: Request, pk: str) -> HttpResponse:
        require_scope(request, "write:decks")
        _may_read(self)
        deck = get_deck_for(self.person, _number(pk))
        if not self.can.edit_reviews:
            raise PermissionDenied("Your role reads reviews but does not change them.")
        confirmed = _confirmed(request.data)
        user, now = self.person, timezone.now()

        def act() -> HttpResponse:
            try:
                kept = actions.freeze_deck(deck=deck, actor=user, now=now, confirmed=confirmed)
            except actions.FreezeRefused as refused:
                raise Problem(409, "Not frozen: " + " ".join((*refused.reasons, *refused.doubts))) from refused
            except (actions.Frozen, StaleRecord) as error:
                raise Problem(409, "Not frozen: it is frozen already, or was changed meanwhile.") from error
            told = {"id": str(deck.pk), "status": Deck.Status.FROZEN.value, "content_hash": kept.content_hash}
            return HttpResponse(orjson.dumps(told), content_type="application/json")

        return idempotency.once(request, user, orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS), act)


def _confirmed(given: Any) -> bool:
    if given in (None, ""):
        return False
    if not isinstance(given, dict):
        raise Problem(422, "Send a JSON object.", errors=[("/", "not an object")])
    wrong = [(f"/{name}", "no such field") for name in sorted(given.keys() - {"confirmed"})]
    if not isinstance(given.get("confirmed", False), bool):
        wrong.append(("/confirmed", "true or false"))
    if wrong:
        raise Problem(422, NOT_HELD, errors=wrong)
    return bool(given.get("confirmed", False))
