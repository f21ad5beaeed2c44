"""Months and their closes: a list, one month, and the two acts on it as addresses of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access import NOT_FOUND
from common.periods import InvalidPeriod, Month, format_month, month_of, parse_month
from financials.access import reads_closes
from financials.actions.ledger import lock_ledger
from financials.actions.periods import CannotClose, close_month, reopen_month
from financials.queries.close_list import MonthLine, load_months
from people.models import User
from portfolio.api import idempotency
from portfolio.api.authentication import require_scope
from portfolio.api.pages import DEFAULT_SIZE, MAX_SIZE, page_links
from portfolio.api.period_pages import STATES, read_months
from portfolio.api.problems import NOT_HELD, Problem, field_problem
from portfolio.api.schema import problems
from portfolio.api.views import ApiView

MOST_MONTHS = 2400


class PeriodBody(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="The month, YYYY-MM.")
    month = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES, help_text="running: the month has not ended yet.")
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.CharField(allow_null=True)
    closes = serializers.IntegerField(help_text="How often it was closed.")
    reopened_at = serializers.DateTimeField(allow_null=True)
    reopened_by = serializers.CharField(allow_null=True)
    reason = serializers.CharField(required=False, help_text="Of the last reopening; for those who see every client.")


class PeriodPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PeriodBody(many=True)


class ReopenBody(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class CloseBody(serializers.Serializer[Any]):
    pass


class PeriodView(ApiView):
    """What all four addresses share."""

    def check_readable(self, request: Request) -> None:
        require_scope(request, "read:periods")
        if not reads_closes(self.person):
            raise PermissionDenied("Your role does not include the close of months.")

    def check_closing(self, request: Request) -> None:
        require_scope(request, "write:periods")
        if not self.can.close_months:
            raise PermissionDenied("Only finance closes months.")

    def line(self, text: str) -> MonthLine:
        month = _month(text)
        months = load_months(timezone.now().date(), limit=MOST_MONTHS)
        found = next((line for line in months if line.month == month), None)
        if found is None:
            raise Http404(NOT_FOUND)
        return found

    def answer(self, line: MonthLine) -> HttpResponse:
        body = orjson.dumps(_body(line, self.person))
        return HttpResponse(body, content_type="application/json", headers={"ETag": _tag(line)})

    def refuse_stale(self, request: Request, pk: str) -> None:
        """Under the ledger's lock, so that no other close comes between this look and the act."""
        wanted = request.headers.get("If-Match", "")
        if not wanted or wanted == "*":
            return
        lock_ledger()
        line = self.line(pk)
        if _tag(line) not in [tag.strip() for tag in wanted.split(",")]:
            raise Problem(
                412,
                "Somebody closed or reopened the month since you read it. Nothing was written; `current` is how it "
                "stands.",
                extra={"current": _body(line, self.person)},
                headers={"ETag": _tag(line)},
            )

    def act(self, request: Request, pk: str, run: Callable[[Month], None]) -> HttpResponse:
        """Close or reopen, once for each Idempotency-Key; a refusal is 422 with each reason."""
        month = _month(pk)

        def act() -> HttpResponse:
            self.refuse_stale(request, pk)
            try:
                run(month)
            except CannotClose as error:
                errors = [("/month", reason) for reason in error.reasons]
                raise Problem(422, "The month was left as it is.", errors=errors) from error
            return self.answer(self.line(pk))

        return idempotency.once(request, self.person, orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS), act)


class PeriodListView(PeriodView):
    @extend_schema(
        tags=["periods"],
        operation_id="periods_list",
        description="Every month with entries or a close, newest first.",
        parameters=[
            OpenApiParameter("state", str, enum=list(STATES)),
            OpenApiParameter("month", str, description="YYYY-MM."),
            OpenApiParameter("closed_by", str),
            OpenApiParameter("reopened_by", str),
            OpenApiParameter("q", str, description="Part of the month, or of who closed or reopened it."),
            OpenApiParameter("fields", str, description="Comma-separated names of the fields to give."),
            OpenApiParameter("ordering", str, enum=["month", "-month"]),
            OpenApiParameter("page_size", int, description=f"1 to {MAX_SIZE}; default {DEFAULT_SIZE}."),
            OpenApiParameter("cursor", str),
        ],
        responses={200: PeriodPage, **problems(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> HttpResponse:
        self.check_readable(request)
        rows = [_body(line, self.person) for line in load_months(timezone.now().date(), limit=MOST_MONTHS)]
        page = read_months(request._request, rows)
        following, previous = page_links(request._request, page)
        head = orjson.dumps({"next": following, "previous": previous})[:-1]
        return HttpResponse(head + b',"results":' + page.body + b"}", content_type="application/json")


class PeriodDetailView(PeriodView):
    @extend_schema(
        tags=["periods"], operation_id="periods_retrieve", responses={200: PeriodBody, **problems(401, 403, 404, 429)}
    )
    def get(self, request: Request, pk: str) -> HttpResponse:
        self.check_readable(request)
        answer = self.answer(self.line(pk))
        if request.headers.get("If-None-Match") == answer["ETag"]:
            return HttpResponse(status=304, headers={"ETag": answer["ETag"]})
        return answer


_KEY = OpenApiParameter("Idempotency-Key", str, "header", description="Same key and body give the first answer again.")


class PeriodCloseView(PeriodView):
    @extend_schema(
        tags=["periods"],
        operation_id="periods_close",
        description="Close the month. 422 says everything that keeps it open; closing a closed month changes nothing.",
        parameters=[_KEY],
        request=CloseBody,
        responses={200: PeriodBody, **problems(401, 403, 404, 409, 422, 429)},
    )
    def post(self, request: Request, pk: str) -> HttpResponse:
        self.check_closing(request)
        now = timezone.now()
        return self.act(request, pk, lambda month: _close(month, self.person, now))


class PeriodReopenView(PeriodView):
    @extend_schema(
        tags=["periods"],
        operation_id="periods_reopen",
        description="Open a closed month again. The reason stays in its history and in the audit trail.",
        parameters=[_KEY],
        request=ReopenBody,
        responses={200: PeriodBody, **problems(401, 403, 404, 409, 422, 429)},
    )
    def post(self, request: Request, pk: str) -> HttpResponse:
        self.check_closing(request)
        given = request.data if isinstance(request.data, dict) else {}
        reason, now = given.get("reason", ""), timezone.now()
        if not isinstance(reason, str) or "\x00" in reason:
            raise field_problem("reason", "words")
        if unknown := sorted(given.keys() - {"reason"}):
            raise Problem(422, NOT_HELD, errors=[(f"/{name}", "no such field") for name in unknown])
        return self.act(
            request, pk, lambda month: reopen_month(month=month, reason=reason, actor=self.person.email, now=now)
        )


def _close(month: Month, user: User, now: Any) -> None:
    close_month(month=month, actor=user.email, now=now)


def _month(text: str) -> Month:
    try:
        month = parse_month(text)
    except InvalidPeriod:
        raise Http404(NOT_FOUND) from None
    if month > month_of(timezone.now().date()):
        raise Http404(NOT_FOUND)
    return month


def _tag(line: MonthLine) -> str:
    """Each close and each reopening makes another."""
    return f'"{format_month(line.month)}-{line.closes}-{line.state}"'


def _body(line: MonthLine, user: User) -> dict[str, Any]:
    body = {
        "id": format_month(line.month),
        "month": format_month(line.month),
        "state": line.state,
        "closed_at": line.closed_at,
        "closed_by": line.closed_by or None,
        "closes": line.closes,
        "reopened_at": line.reopened_at,
        "reopened_by": line.reopened_by or None,
    }
    return {**body, "reason": line.reason} if user.role != "director" else body
