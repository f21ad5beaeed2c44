"""Saved views through REST: kept, renamed, shared, removed, and pinned to one's own cockpit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, BooleanField, Case, OuterRef, QuerySet, Subquery, Value, When
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common import saved_views
from common.models import SavedView, ViewPin
from common.saved_views import Refused
from people.models import User
from portfolio.api import idempotency
from portfolio.api.problems import NOT_HELD, Problem, field_problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Acts, Field, Resource
from portfolio.api.schema import problems, serializer_for
from portfolio.api.views import ResourceView


def _rows(user: User) -> QuerySet[Any]:
    pin = ViewPin.objects.filter(owner_id=user.pk, view=OuterRef("pk")).values("position")
    owner = User.objects.filter(pk=OuterRef("owner_id")).values("email")
    mine = Case(When(owner_id=user.pk, then=Value(True)), default=Value(False), output_field=BooleanField())
    return saved_views.views_in_sight(user).annotate(
        position=Subquery(pin), owner=Subquery(owner), mine=mine, no_client=Value(None, output_field=BigIntegerField())
    )


def _keep(user: User, body: Mapping[str, Any]) -> int:
    """On the page a view of the same name is replaced; here that is a change, and has its own address."""
    page = saved_views.pages.get(body["page"])
    if page is None or user.role not in page.roles:  # out of right is as unknown as out of being
        raise field_problem("page", "no such page, or not one of yours")
    name = " ".join(body["name"].split())
    if SavedView.objects.filter(owner_id=user.pk, page=body["page"], name=name).exists():
        errors = [("/name", f"{name} exists already: change it with PATCH")]
        raise Problem(409, "There is such a record already.", errors=errors)
    given = {"query": "", "shared": False, **body}
    try:
        return saved_views.save_view(owner_id=user.pk, actor=user.email, **given).pk
    except Refused as refused:
        raise Problem(422, str(refused), errors=[("/name", str(refused))]) from refused


def _owned(user: User, record: Any) -> SavedView:
    """A view is changed by its owner alone; a colleague's shared one is only read."""
    if record.owner_id != user.pk:
        raise PermissionDenied("A view is changed by who keeps it.")
    return SavedView.objects.get(pk=record.pk)


def _change(user: User, record: Any, body: Mapping[str, Any]) -> int:
    view = _owned(user, record)
    if kept := sorted(body.keys() - {"name", "shared"}):
        errors = [(f"/{name}", "a view keeps it: save another") for name in kept]
        raise Problem(422, NOT_HELD, errors=errors)
    try:
        return saved_views.change_view(
            view=view, actor=user.email, **{"name": view.name, "shared": view.shared, **body}
        ).pk
    except Refused as refused:
        raise Problem(422, str(refused), errors=[("/name", str(refused))]) from refused


def _remove(user: User, record: Any) -> None:
    saved_views.delete_view(view=_owned(user, record), actor=user.email)


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
    delete=_remove,
    acts=Acts(create=_keep, change=_change),
)
_KEY = OpenApiParameter("Idempotency-Key", str, "header", description="Same key and body give the first answer again.")
_ROW = serializer_for(SAVED_VIEWS, writing=False)


class PinBody(serializers.Serializer[Any]):
    """Nothing is asked."""


def _describe(verb: str, words: str) -> Callable[[Any], Any]:
    schema: Callable[[Any], Any] = extend_schema(
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

        raw = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)
        return idempotency.once(request, self.person, raw, answer)


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
