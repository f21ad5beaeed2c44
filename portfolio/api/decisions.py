"""Approving hours, or sending them back, through REST: by the same act as the page's."""

from __future__ import annotations

from typing import Any, Final

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access import NOT_FOUND
from financials.access import time_for
from financials.actions.time_edits import decide_entries
from financials.models import TimeStatus
from portfolio.api import idempotency
from portfolio.api.authentication import require_scope
from portfolio.api.problems import NOT_HELD, Problem
from portfolio.api.schema import problems
from portfolio.api.views import MAX_BULK, ApiView

STATUSES: Final = (TimeStatus.APPROVED.value, TimeStatus.REJECTED.value)


class DecisionsBody(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=STATUSES, help_text="rejected: sent back to who wrote them.")
    ids = serializers.ListField(child=serializers.CharField(), help_text=f"1 to {MAX_BULK} ids of time entries.")


class DecidedBody(serializers.Serializer[Any]):
    decided = serializers.IntegerField()
    own = serializers.IntegerField(help_text="Left alone: nobody decides on their own hours.")
    locked = serializers.IntegerField(help_text="Left alone: their month is closed.")
    unchanged = serializers.IntegerField(help_text="Stood so already.")


class TimeDecisionsView(ApiView):
    @extend_schema(
        tags=["time-entries"],
        operation_id="time-entries_decide",
        description="Approve several entries, or send them back. One out of sight is 404 for all of them.",
        parameters=[OpenApiParameter("Idempotency-Key", str, "header")],
        request=DecisionsBody,
        responses={200: DecidedBody, **problems(400, 401, 403, 404, 409, 422, 429)},
    )
    def post(self, request: Request) -> HttpResponse:
        require_scope(request, "write:time-entries")
        if not self.can.approve_time:
            raise PermissionDenied("Hours are approved by the client's director or manager, or by finance.")
        status, ids = _read(request.data)
        user, now = self.person, timezone.now()

        def act() -> HttpResponse:
            entries = time_for(user).filter(pk__in=ids)
            if entries.count() != len(ids):
                raise Http404(NOT_FOUND)
            done = decide_entries(entries=entries, status=status, user_id=user.pk, actor=user.email, now=now)
            told = {"decided": done.changed, "own": done.own, "locked": done.locked}
            body = orjson.dumps({**told, "unchanged": len(ids) - sum(told.values())})
            return HttpResponse(body, content_type="application/json")

        return idempotency.once(request, user, orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS), act)


def _read(given: Any) -> tuple[TimeStatus, set[int]]:
    if not isinstance(given, dict):
        raise Problem(422, "Send a JSON object.", errors=[("/", "not an object")])
    wrong = [(f"/{name}", "no such field") for name in sorted(given.keys() - {"status", "ids"})]
    listed = given.get("ids")
    ids = listed if isinstance(listed, list) else []
    known = all(isinstance(one, str) and one.isdecimal() and len(one) <= 18 for one in ids)
    if given.get("status") not in STATUSES:
        wrong.append(("/status", " or ".join(STATUSES)))
    if not 1 <= len(ids) <= MAX_BULK or not known:
        wrong.append(("/ids", f"a list of 1 to {MAX_BULK} ids"))
    if wrong:
        raise Problem(422, NOT_HELD, errors=wrong)
    return TimeStatus(given["status"]), {int(one) for one in ids}
