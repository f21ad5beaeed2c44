"""The OpenAPI document's view of our resources: serializers and parameters made from their own field lists."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from people.scopes import all_scopes
from portfolio.api.pages import DEFAULT_SIZE, MAX_SIZE
from portfolio.api.resources import Field, Resource

Query: Final = "query"
Header: Final = "header"


def _serializer_field(field: Field, *, writing: bool) -> serializers.Field[Any, Any, Any, Any]:
    options: dict[str, Any] = {"help_text": field.help or None, "allow_null": not field.required, "required": False}
    if writing and field.required:
        options["required"] = True
    if field.choices:
        return serializers.ChoiceField(choices=list(field.choices), **options)
    made: dict[str, type[serializers.Field[Any, Any, Any, Any]]] = {
        "integer": serializers.IntegerField,
        "boolean": serializers.BooleanField,
        "date": serializers.DateField,
        "datetime": serializers.DateTimeField,
        "object": serializers.DictField,
    }
    if field.type == "decimal":
        options["help_text"] = f"{field.help} A decimal as text.".strip()
        return serializers.RegexField(r"^-?[0-9]+(\.[0-9]+)?$", **options)
    if field.type == "objects":
        return serializers.ListField(child=serializers.DictField(), **options)
    if field.type == "texts":
        return serializers.ListField(child=serializers.CharField(), **options)
    if field.type == "month":
        return serializers.RegexField(r"^[0-9]{4}-(0[1-9]|1[0-2])$", **options)
    if field.type in made:
        return made[field.type](**options)
    return serializers.CharField(allow_blank=True, **options)


@cache
def _serializer_class(name: str, fields: tuple[Field, ...], *, writing: bool) -> type[serializers.Serializer[Any]]:
    """One class for each shape: the document names it once."""
    shown = {field.name: _serializer_field(field, writing=writing) for field in fields if field.writable or not writing}
    return type(f"{name}{'Write' if writing else ''}", (serializers.Serializer,), shown)


def serializer_for(resource: Resource, *, writing: bool) -> type[serializers.Serializer[Any]]:
    name = "".join(word.title() for word in resource.name.split("-"))
    return _serializer_class(name, resource.fields, writing=writing)


class ProblemError(serializers.Serializer[Any]):
    pointer = serializers.CharField()
    detail = serializers.CharField()


class ProblemBody(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "errors": ProblemError(many=True, required=False)}


def problems(*codes: int) -> dict[Any, Any]:
    return {(code, "application/problem+json"): OpenApiResponse(ProblemBody) for code in codes}


_KEY = OpenApiParameter("Idempotency-Key", str, Header, description="Same key and body give the first answer again.")
_IF_MATCH = OpenApiParameter("If-Match", str, Header, description="The ETag you read; a stale one is 412.")


def list_schema(resource: Resource) -> Any:
    filters = [
        OpenApiParameter(field.name, str, Query, description=f"Only rows whose {field.name} is this.")
        for field in resource.fields
        if field.filter
    ]
    return extend_schema(
        tags=[resource.name],
        operation_id=f"{resource.name}_list",
        description=f"A cursor page of {resource.label}: {{next, previous, results}}.",
        parameters=[
            OpenApiParameter("page_size", int, Query, description=f"1 to {MAX_SIZE}; {DEFAULT_SIZE} unless said."),
            OpenApiParameter("cursor", str, Query),
            OpenApiParameter("fields", str, Query, description="Comma-separated names of the fields wanted."),
            OpenApiParameter(
                "ordering", str, Query, description=f"id, {', '.join(resource.orderings)}; - turns it round."
            ),
            OpenApiParameter("q", str, Query, description="Text to find."),
            *filters,
        ],
        responses={200: page_serializer(resource), **problems(400, 401, 403, 429)},
    )


def page_serializer(resource: Resource) -> type[serializers.Serializer[Any]]:
    row = serializer_for(resource, writing=False)
    return type(
        f"{row.__name__}Page",
        (serializers.Serializer,),
        {
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": row(many=True),
        },
    )


def create_schema(resource: Resource) -> Any:
    return extend_schema(
        tags=[resource.name],
        operation_id=f"{resource.name}_create",
        parameters=[_KEY],
        request=serializer_for(resource, writing=True),
        responses={201: serializer_for(resource, writing=False), **problems(400, 401, 403, 409, 422, 429)},
    )


def bulk_schema(resource: Resource) -> Any:
    row = serializer_for(resource, writing=False)
    body = type(f"{row.__name__}Bulk", (serializers.Serializer,), {"results": row(many=True)})
    return extend_schema(
        tags=[resource.name],
        operation_id=f"{resource.name}_bulk",
        description="Up to 1,000 rows, all or none: new ones are created, known ones changed.",
        parameters=[_KEY],
        request=serializer_for(resource, writing=True)(many=True),
        responses={200: body, **problems(400, 401, 403, 409, 422, 429)},
    )


def detail_schema(resource: Resource, verb: str) -> Any:
    row = serializer_for(resource, writing=False)
    read: dict[str, Any] = {
        "responses": {200: row, 304: None, **problems(401, 403, 404, 429)},
        "parameters": [
            OpenApiParameter("If-None-Match", str, Header),
            OpenApiParameter("fields", str, Query),
        ],
    }
    change: dict[str, Any] = {
        "request": serializer_for(resource, writing=True)(partial=True),
        "responses": {200: row, **problems(400, 401, 403, 404, 409, 412, 422, 429)},
        "parameters": [_IF_MATCH],
    }
    remove: dict[str, Any] = {
        "responses": {204: None, **problems(401, 403, 404, 409, 412, 429)},
        "parameters": [_IF_MATCH],
    }
    parts: dict[str, Any] = {"retrieve": read, "change": change, "delete": remove}[verb]
    return extend_schema(tags=[resource.name], operation_id=f"{resource.name}_{verb}", **parts)


class PersonalTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped metaclass
    """Found by drf-spectacular through its base class."""

    target_class = "portfolio.api.authentication.PersonalToken"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token made under Settings or by manage.py token."}


class ServiceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped metaclass
    target_class = "portfolio.api.authentication.ServiceToken"
    name = "oauth2"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        flow = {"tokenUrl": "/api/v1/oauth/token/", "scopes": {scope: scope for scope in all_scopes()}}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}
