"""The views of every resource: list, create, bulk, read, change, delete."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import NOT_FOUND
from common.policies import EVERYONE, Policy
from people.access import Abilities, abilities_of
from people.models import User
from portfolio.api import idempotency, pages, writes
from portfolio.api.authentication import require_scope
from portfolio.api.problems import NOT_HELD, Problem
from portfolio.api.resources import Acts, Resource
from portfolio.api.throttling import Rate

MAX_BULK = 1000


class ApiView(APIView):
    """Common ground: who asks, what they may, and the rate headers."""

    policy = Policy("signed_in", EVERYONE)
    throttle_classes = [Rate]
    rate: dict[str, str]

    @property
    def person(self) -> User:
        user = self.request.user
        if not isinstance(user, User):
            raise Http404(NOT_FOUND)
        return user

    @property
    def can(self) -> Abilities:
        return abilities_of(self.person)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(self, "rate", {}).items():
            response[name] = value
        return response


class ResourceView(ApiView):
    resource: ClassVar[Resource]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self._asked: dict[tuple[str, str], pages.Statement] = {}

    def _check(self, request: Request, verb: str) -> None:
        """The token's scope, then the role. Out of right is 403."""
        require_scope(request, f"{verb}:{self.resource.name}")
        allowed = self.resource.can_read(self.can) and (verb == "read" or self.resource.can_write(self.can))
        if not allowed:
            raise Problem(403, f"Your role may not {verb} {self.resource.label}.")

    def _acts(self, request: Request) -> Acts:
        if self.resource.acts is None:
            raise MethodNotAllowed(str(request.method))
        return self.resource.acts

    def _json_of(self, condition: Q, *, fields: str = "") -> list[tuple[bytes, dict[str, Any]]]:
        names = [name for name in fields.split(",") if name]
        readable = [field for field in self.resource.readable(self.can) if not names or field.name in names]
        query = pages.Query(readable, "id", descending=False, size=MAX_BULK, cursor=None, condition=condition)
        rows = pages.load_page(self.resource.rows(self.person), query)
        return [(orjson.dumps(row), row) for row in orjson.loads(rows.body)]

    def _one(self, pk: str, *, fields: str = "") -> tuple[bytes, dict[str, Any]]:
        found = self._found(pk, fields=fields)
        if found is None:
            raise Http404(NOT_FOUND)
        return found

    def _found(self, pk: str, *, fields: str = "") -> tuple[bytes, dict[str, Any]] | None:
        """Asked before and after a write: its statement is written once a request."""
        if not pk.isdecimal() or len(pk) > 18:
            return None
        if (pk, fields) not in self._asked:
            names = [name for name in fields.split(",") if name]
            readable = [field for field in self.resource.readable(self.can) if not names or field.name in names]
            one = pages.Query(readable, "id", descending=False, size=1, cursor=None, condition=Q())
            rows = self.resource.rows(self.person).filter(pk=int(pk)).order_by("id")
            self._asked[pk, fields] = pages.statement_of(rows, one)
        texts = pages.run(self._asked[pk, fields])
        return (texts[0][0].encode(), orjson.loads(texts[0][0])) if texts else None

    def _saved(self, name: tuple[str, ...], pk: str = "") -> tuple[bytes, dict[str, Any]]:
        """A record as it stands after the write, by its natural key; of a ledger, the entry now in force. pk: where it
        is known and stays what it was."""
        if pk and not self.resource.in_force:
            found = self._found(pk)
        else:
            several = self._json_of(self.resource.named([name]) & self.resource.in_force)
            found = several[-1] if several else None
        if found is None:
            raise Problem(403, "The record was not kept: after the change you would no longer see it.")
        return found

    def _etag(self, row: dict[str, Any]) -> str:
        return f'"{row["id"]}-{row[self.resource.counter]}"' if self.resource.versioned else f'"{row["id"]}"'


class ListView(ResourceView):
    def get(self, request: Request) -> HttpResponse:
        self._check(request, "read")
        query = pages.read_query(request._request, self.resource, self.can)
        page = pages.load_page(self.resource.rows(self.person), query)
        following, previous = pages.page_links(request._request, page)
        head = orjson.dumps({"next": following, "previous": previous})[:-1]
        return HttpResponse(head + b',"results":' + page.body + b"}", content_type="application/json")

    def post(self, request: Request) -> HttpResponse:
        self._check(request, "write")
        cells = writes.as_cells(self.resource, request.data)

        def act() -> HttpResponse:
            writes.require_fields(self.resource, [cells], bulk=False)
            self._refuse_known([self.resource.name_of(cells)], bulk=False)
            writes.save(self.resource, [cells], user=self.person, now=timezone.now(), verb="created", bulk=False)
            body, row = self._saved(self.resource.name_of(cells))
            place = reverse(f"api_{self.resource.name}", kwargs={"pk": row["id"]})
            headers = {"Location": place, "ETag": self._etag(row)}
            return HttpResponse(body, status=201, content_type="application/json", headers=headers)

        return idempotency.once(request, self.person, _raw(request), act)

    def _refuse_known(self, names: list[tuple[str, ...]], *, bulk: bool) -> None:
        rows = self.resource.rows(self.person).filter(self.resource.named(names))
        known = {self.resource.name_in(name) for name in rows.values_list(*self.resource.key_paths)}
        if known:
            pointer = self.resource.natural_key
            errors = [
                (f"/{number}/{pointer}" if bulk else f"/{pointer}", f"{name[-1]} exists already: change it with PATCH")
                for number, name in enumerate(names)
                if name in known
            ]
            raise Problem(409, "There is such a record already.", errors=errors)


class BulkView(ResourceView):
    def post(self, request: Request) -> HttpResponse:
        """Up to 1,000 rows, all or none: new ones are created, known ones (by natural key) changed."""
        self._check(request, "write")
        rows = request.data
        if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_BULK:
            raise Problem(422, f"Send a JSON array of 1 to {MAX_BULK} objects.")
        cells = [writes.as_cells(self.resource, row, pointer=f"/{number}") for number, row in enumerate(rows)]

        def act() -> HttpResponse:
            writes.require_fields(self.resource, cells, bulk=True)
            writes.save(self.resource, cells, user=self.person, now=timezone.now(), verb="loaded", bulk=True)
            names = [self.resource.name_of(row) for row in cells]
            saved = [row for _, row in self._json_of(self.resource.named(names))]
            return HttpResponse(orjson.dumps({"results": saved}), content_type="application/json")

        return idempotency.once(request, self.person, _raw(request), act)


class DetailView(ResourceView):
    def get(self, request: Request, pk: str) -> HttpResponse:
        self._check(request, "read")
        body, row = self._one(pk)
        tag = self._etag(row)
        if request.headers.get("If-None-Match") == tag:
            return HttpResponse(status=304, headers={"ETag": tag})
        if request.GET.get("fields"):
            body, _ = self._one(pk, fields=request.GET["fields"])
        return HttpResponse(body, content_type="application/json", headers={"ETag": tag})

    def patch(self, request: Request, pk: str) -> HttpResponse:
        self._check(request, "write")
        changes = writes.as_cells(self.resource, request.data)
        with transaction.atomic():
            row = self._locked(request, pk)
            moved = [key for key in self.resource.keys if changes.get(key, row[key]) != row[key]]
            if moved:
                wrong = [(f"/{key}", "a record keeps its key") for key in moved]
                raise Problem(422, NOT_HELD, errors=wrong)
            merged = {**self._cells_of(row), **changes}
            if self.resource.name_of(merged) != self.resource.name_of(row):
                pointer = f"/{self.resource.natural_key}"
                raise Problem(422, NOT_HELD, errors=[(pointer, "a record keeps its key")])
            writes.require_fields(self.resource, [merged], bulk=False)
            writes.save(self.resource, [merged], user=self.person, now=timezone.now(), verb="changed", bulk=False)
            body, fresh = self._saved(self.resource.name_of(row), pk)
        return HttpResponse(body, content_type="application/json", headers={"ETag": self._etag(fresh)})

    def delete(self, request: Request, pk: str) -> HttpResponse:
        if self.resource.delete is None:
            self.http_method_not_allowed(request)
        self._check(request, "write")
        with transaction.atomic():
            self._locked(request, pk)
            record = self.resource.rows(self.person).get(pk=int(pk))
            if self.resource.delete is not None:
                self.resource.delete(self.person, record)
        return HttpResponse(status=204)

    def _locked(self, request: Request, pk: str) -> dict[str, Any]:
        """The record, held until the end of the transaction. A stale If-Match is 412 and shows what stands now."""
        _, row = self._one(pk)
        model = self.resource.rows(self.person).model
        counter = "version" if self.resource.versioned else "pk"
        locked = model._default_manager.select_for_update().order_by().filter(pk=int(pk))
        held = next(iter(locked.values_list(counter, flat=True)), None)
        if not self.resource.versioned or held != row[self.resource.counter]:
            _, row = self._one(pk)  # somebody was quicker
        wanted = request.headers.get("If-Match", "")
        if wanted and wanted != "*" and self._etag(row) not in [tag.strip() for tag in wanted.split(",")]:
            raise Problem(
                412,
                "Somebody changed the record since you read it. Nothing was written; `current` is how it stands.",
                extra={"current": row},
                headers={"ETag": self._etag(row)},
            )
        return row

    def _cells_of(self, row: dict[str, Any]) -> dict[str, str]:
        writable = {field.name for field in self.resource.fields if field.writable}
        cells = {}
        for name in writable & row.keys():
            value = row[name]
            if isinstance(value, list):
                cells[name] = ";".join(map(str, value))
            elif value is not None:  # what a row does not speak of is left alone: it may be out of sight
                cells[name] = "yes" if value is True else "no" if value is False else str(value)
        return cells


class ActListView(ListView):
    """Rows written by the actions of their page, one at a time."""

    def post(self, request: Request) -> HttpResponse:
        self._check(request, "write")
        acts, body = self._acts(request), writes.as_fields(self.resource, request.data)

        def act() -> HttpResponse:
            missing = [field.name for field in self.resource.fields if field.required and not body.get(field.name)]
            if missing:
                raise Problem(422, "Some required fields are missing.", errors=[(f"/{n}", "required") for n in missing])
            made, row = self._one(str(acts.create(self.person, body)))
            place = reverse(f"api_{self.resource.name}", kwargs={"pk": row["id"]})
            headers = {"Location": place, "ETag": self._etag(row)}
            return HttpResponse(made, status=201, content_type="application/json", headers=headers)

        return idempotency.once(request, self.person, _raw(request), act)


class ActDetailView(DetailView):
    def patch(self, request: Request, pk: str) -> HttpResponse:
        self._check(request, "write")
        acts, body = self._acts(request), writes.as_fields(self.resource, request.data)
        with transaction.atomic():
            self._locked(request, pk)
            record = self.resource.rows(self.person).get(pk=int(pk))
            told, row = self._one(str(acts.change(self.person, record, body)))
        place = reverse(f"api_{self.resource.name}", kwargs={"pk": row["id"]})
        headers = {"ETag": self._etag(row), "Content-Location": place}
        return HttpResponse(told, content_type="application/json", headers=headers)


class ReadOnlyListView(ListView):
    http_method_names = ("get", "head", "options")


class ReadOnlyView(DetailView):
    http_method_names = ("get", "head", "options")


def _raw(request: Request) -> bytes:
    """The body for the idempotency hash: parsed and printed again, so spacing does not make it another request."""
    return orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)
