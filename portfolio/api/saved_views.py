"""Saved views through REST: kept, renamed, shared, removed, and pinned to one's own cockpit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import BigIntegerField, BooleanField, Case, OuterRef, QuerySet, Subquery, Value, When
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common import saved_views
from common.models import SavedView, ViewPin
from common.saved_views import Refused
from people.models import User
from portfolio.api import idempotency
from portfolio.api.problems import Problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource
from portfolio.api.schema import detail_schema, list_schema, problems, serializer_for
from portfolio.api.views import DetailView, ListView, ResourceView

F = TypeVar("F", bound=Callable[..., Any])
_Describe = Callable[[F], F]


def _rows(user: User) -> QuerySet[Any]:
    pin = ViewPin.objects.filter(owner_id=user.pk, view=OuterRef("pk")).values("position")
    owner = User.objects.filter(pk=OuterRef("owner_id")).values("email")
    mine = Case(When(owner_id=user.pk, then=Value(True)), default=Value(False), output_field=BooleanField())
    return saved_views.views_in_sight(user).annotate(
        position=Subquery(pin), owner=Subquery(owner), mine=mine, no_client=Value(None, output_field=BigIntegerField())
    )


SAVED_VIEWS = Resource(
    name="saved-views",
    label="saved views",
    kind="",
    natural_key="name",
    within=("page",),
    client="no_client",
    fields=(
        ID_FIELD,
        Field("page", required=True, help="Name of the page: clients, pnl, capacity and the like."),
        Field("name", required=True),
        Field("query", help="The page's address after its question mark."),
        Field("shared", "boolean", help="Whether colleagues see it too."),
        Field("owner_email", path="owner", writable=False),
        Field("mine", "boolean", writable=False),
        Field("position", "integer", writable=False, help="Its place on your own cockpit; null: not pinned."),
        *RECORD_FIELDS,
    ),
    rows=_rows,
    can_read=lambda can: True,  # of pages one may open
    can_write=lambda can: True,
    orderings=("page", "name", "created_at", "updated_at"),
    search=("name", "page"),
)
_KEY = OpenApiParameter("Idempotency-Key", str, "header", description="Same key and body give the first answer again.")
_IF_MATCH = OpenApiParameter("If-Match", str, "header", description="The ETag you read; a stale one is 412.")
_ROW = serializer_for(SAVED_VIEWS, writing=False)
_BODY = serializer_for(SAVED_VIEWS, writing=True)


class PinBody(serializers.Serializer[Any]):
    """Nothing is asked."""


def _given(body: Any, allowed: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a write, each of its own type."""
    if not isinstance(body, dict):
        raise Problem(422, "Send a JSON object.", errors=[("/", "not an object")])
    wrong = []
    for name, value in body.items():
        if name not in allowed:
            field = SAVED_VIEWS.field(name)
            kept = field is not None and field.writable
            wrong.append((f"/{name}", "is not changed" if kept else "read-only" if field else "no such field"))
        elif name == "shared" and not isinstance(value, bool):
            wrong.append(("/shared", "true or false"))
        elif name != "shared" and (not isinstance(value, str) or "\x00" in value):
            wrong.append((f"/{name}", "words"))
    if wrong:
        raise Problem(422, "Some fields do not hold.", errors=wrong)
    return body


def _refused(refused: Refused) -> Problem:
    return Problem(422, str(refused), errors=[("/name", str(refused))])


def _raw(request: Request) -> bytes:
    return orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)


_LISTED: _Describe[Any] = list_schema(SAVED_VIEWS)
_READ: _Describe[Any] = detail_schema(SAVED_VIEWS, "retrieve")
_REMOVED: _Describe[Any] = detail_schema(SAVED_VIEWS, "delete")


class SavedViewList(ListView):
    resource = SAVED_VIEWS

    @_LISTED
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    @extend_schema(
        tags=["saved-views"],
        operation_id="saved-views_create",
        parameters=[_KEY],
        request=_BODY,
        responses={201: _ROW, **problems(400, 401, 403, 409, 422, 429)},
    )
    def post(self, request: Request) -> HttpResponse:
        self._check(request, "write")
        given = _given(request.data, ("page", "name", "query", "shared"))
        page = saved_views.pages.get(given.get("page", ""))
        if page is None or self.person.role not in page.roles:  # out of right is as unknown as out of being
            raise Problem(422, "Some fields do not hold.", errors=[("/page", "no such page, or not one of yours")])

        def act() -> HttpResponse:
            self._refuse_kept(given)
            try:
                view = saved_views.save_view(
                    page=given["page"],
                    name=given.get("name", ""),
                    query=given.get("query", ""),
                    shared=given.get("shared", False),
                    owner_id=self.person.pk,
                    actor=self.person.email,
                )
            except Refused as refused:
                raise _refused(refused) from refused
            body, row = self._one(str(view.pk))
            headers = {"Location": reverse("api_saved-views", kwargs={"pk": row["id"]}), "ETag": self._etag(row)}
            return HttpResponse(body, status=201, content_type="application/json", headers=headers)

        return idempotency.once(request, self.person, _raw(request), act)

    def _refuse_kept(self, given: dict[str, Any]) -> None:
        """On the page a view of the same name is replaced; here that is a change, and has its own address."""
        name = " ".join(given.get("name", "").split())
        if SavedView.objects.filter(owner_id=self.person.pk, page=given["page"], name=name).exists():
            raise Problem(
                409,
                "There is such a record already.",
                errors=[("/name", f"{name} exists already: change it with PATCH")],
            )


class _Own(DetailView):
    """A view is changed by its owner alone; a colleague's shared one is only read."""

    resource = SAVED_VIEWS

    def owned(self, request: Request, pk: str) -> SavedView:
        row = self._locked(request, pk)
        if not row["mine"]:
            raise PermissionDenied("A view is changed by who keeps it.")
        return SavedView.objects.get(pk=int(pk), owner_id=self.person.pk)


class SavedViewDetail(_Own):
    @_READ
    def get(self, request: Request, pk: str) -> HttpResponse:
        return super().get(request, pk)

    @extend_schema(
        tags=["saved-views"],
        operation_id="saved-views_change",
        parameters=[_IF_MATCH],
        request=_BODY(partial=True),
        responses={200: _ROW, **problems(400, 401, 403, 404, 409, 412, 422, 429)},
    )
    def patch(self, request: Request, pk: str) -> HttpResponse:
        self._check(request, "write")
        given = _given(request.data, ("name", "shared"))
        with transaction.atomic():
            view = self.owned(request, pk)
            after = {"name": view.name, "shared": view.shared, **given}
            try:
                saved_views.change_view(view=view, actor=self.person.email, **after)
            except Refused as refused:
                raise _refused(refused) from refused
            body, row = self._one(pk)
        return HttpResponse(body, content_type="application/json", headers={"ETag": self._etag(row)})

    @_REMOVED
    def delete(self, request: Request, pk: str) -> HttpResponse:
        self._check(request, "write")
        with transaction.atomic():
            saved_views.delete_view(view=self.owned(request, pk), actor=self.person.email)
        return HttpResponse(status=204)


def _describe(verb: str, words: str) -> _Describe[Any]:
    schema: _Describe[Any] = extend_schema(
        tags=["saved-views"],
        operation_id=f"saved-views_{verb}",
        description=words,
        parameters=[_KEY],
        request=PinBody,
        responses={200: _ROW, **problems(401, 403, 404, 409, 422, 429)},
    )
    return schema


class _Pin(ResourceView):
    resource = SAVED_VIEWS

    def act(self, request: Request, pk: str, run: Callable[..., None]) -> HttpResponse:
        self._check(request, "write")
        self._one(pk)
        view = SavedView.objects.get(pk=int(pk))
        if saved_views.pages[view.page].tile is None:
            raise Problem(422, "Views of this page are not drawn on the cockpit.")

        def answer() -> HttpResponse:
            try:
                run(view=view, owner_id=self.person.pk, actor=self.person.email)
            except Refused as refused:
                raise Problem(422, str(refused)) from refused
            body, row = self._one(pk)
            return HttpResponse(body, content_type="application/json", headers={"ETag": self._etag(row)})

        return idempotency.once(request, self.person, _raw(request), answer)


class PinView(_Pin):
    @_describe("pin", "Put it last on your cockpit, or leave it where it is.")
    def post(self, request: Request, pk: str) -> HttpResponse:
        return self.act(request, pk, saved_views.pin_view)


class UnpinView(_Pin):
    @_describe("unpin", "Take it off your cockpit.")
    def post(self, request: Request, pk: str) -> HttpResponse:
        return self.act(request, pk, saved_views.unpin_view)


class MoveView(_Pin):
    @_describe("move", "One place towards the front of your cockpit.")
    def post(self, request: Request, pk: str) -> HttpResponse:
        return self.act(request, pk, saved_views.move_pin)
