"""Acts on one record beside reading and writing it: POST under the record's address, by the act of its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from people.models import User
from portfolio.api import idempotency
from portfolio.api.problems import NOT_HELD, Problem
from portfolio.api.resources import Resource
from portfolio.api.schema import problems, serializer_for
from portfolio.api.views import ResourceView

V = TypeVar("V", bound=Callable[..., Any])


class NothingAsked(serializers.Serializer[Any]):
    """Nothing is asked."""


class StepView(ResourceView):
    """asked: the texts of the body, with whether each must be there."""

    asked: ClassVar[Mapping[str, bool]] = {}

    def act(self, request: Request, pk: str, step: Callable[[User, Any, dict[str, str]], Any]) -> HttpResponse:
        """Runs `step` on the row and answers with the row as it then stands, or with what the step returns."""
        self._check(request, "write")
        said = texts_of(request.data, self.asked)
        self._one(pk)
        row = self.resource.rows(self.person).get(pk=int(pk))

        def answer() -> HttpResponse:
            given = step(self.person, row, said)
            if isinstance(given, bytes):
                return HttpResponse(given, content_type="application/json")
            body, now = self._one(pk)
            return HttpResponse(body, content_type="application/json", headers={"ETag": self._etag(now)})

        return idempotency.once(request, self.person, orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS), answer)


def texts_of(given: Any, asked: Mapping[str, bool]) -> dict[str, str]:
    if not isinstance(given, dict):
        raise Problem(422, "Send a JSON object.", errors=[("/", "not an object")])
    wrong = [(f"/{name}", "no such field") for name in sorted(given.keys() - asked.keys())]
    for name, needed in asked.items():
        value = given.get(name, "")
        if not isinstance(value, str) or "\x00" in value:
            wrong.append((f"/{name}", "send text"))
        elif needed and not value.strip():
            wrong.append((f"/{name}", "required"))
        elif len(value) > 300:
            wrong.append((f"/{name}", "at most 300 characters"))
    if wrong:
        raise Problem(422, NOT_HELD, errors=wrong)
    return {name: str(given.get(name, "")).strip() for name in asked}


def describe(
    resource: Resource, verb: str, words: str, body: Any = NothingAsked, answer: Any = None
) -> Callable[[V], V]:
    schema: Callable[[V], V] = extend_schema(
        tags=[resource.name],
        operation_id=f"{resource.name}_{verb}",
        description=words,
        parameters=[OpenApiParameter("Idempotency-Key", str, "header")],
        request=body,
        responses={
            200: answer or serializer_for(resource, writing=False), **problems(400, 401, 403, 404, 409, 422, 429)
        },
    )  # fmt: skip
    return schema
