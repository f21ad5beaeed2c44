"""Errors as RFC 9457 problem details, with a JSON pointer for each field at fault."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.access import NOT_FOUND

TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be read",
    401: "Sign in with a bearer token",
    403: "Not allowed",
    404: "Not found",
    405: "The method does not apply here",
    406: "No such format",
    409: "In conflict with another request",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Send application/json",
    422: "Some fields do not hold",
    428: "Say which version you change",
    429: "Too many requests",
}


class Problem(exceptions.APIException):
    """A refusal with its status, a sentence, and what is wrong where: [(pointer, text)]."""

    def __init__(
        self,
        status_code: int,
        detail: str,
        *,
        errors: list[tuple[str, str]] | None = None,
        extra: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status_code = status_code
        self.text = detail
        self.errors = errors or []
        self.extra = extra or {}
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        return problem_body(self.status_code, self.text, errors=self.errors, **self.extra)


NOT_HELD = "Some fields do not hold."


def field_problem(name: str, why: str) -> Problem:
    """One field of the body does not hold."""
    return Problem(422, NOT_HELD, errors=[(f"/{name}", why)])


def form_problem(form: BaseForm) -> Problem:
    """What a page's form refused, by field."""
    return Problem(422, NOT_HELD, errors=[(f"/{name}", str(texts[0])) for name, texts in form.errors.items()])


def problem_body(
    code: int, detail: str, *, errors: list[tuple[str, str]] | None = None, **extra: Any
) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "about:blank", "title": TITLES.get(code, "Error"), "status": code, "detail": detail}
    if errors:
        body["errors"] = [{"pointer": pointer, "detail": text} for pointer, text in errors]
    return {**body, **extra}


def handle(error: Exception, context: dict[str, Any]) -> Response | HttpResponse | None:
    """DRF's exception handler: every refusal below /api/ is a problem document."""
    if isinstance(error, Problem):
        return Response(error.body(), status=error.status_code, content_type=TYPE, headers=error.headers)
    if isinstance(error, Http404):
        return Response(problem_body(404, NOT_FOUND), status=404, content_type=TYPE)
    if isinstance(error, PermissionDenied):
        text = str(error) or "Your role does not include this."
        return Response(problem_body(403, text), status=403, content_type=TYPE)
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return None
    code = status.HTTP_401_UNAUTHORIZED if isinstance(error, exceptions.NotAuthenticated) else response.status_code
    headers = {name: value for name, value in response.items() if name not in ("Content-Type", "Content-Length")}
    return Response(problem_body(code, str(error.detail)), status=code, content_type=TYPE, headers=headers)
