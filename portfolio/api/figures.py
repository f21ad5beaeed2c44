"""Any figure shown anywhere, explained: the JSON twin of the panel."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

import orjson
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.access import NOT_FOUND
from common.figures import UnknownFigure, explain
from portfolio.api.authentication import require_scope
from portfolio.api.schema import problems
from portfolio.api.views import ApiView


class FigureView(ApiView):
    @extend_schema(
        tags=["figures"],
        operation_id="figures_explain",
        description="Formula, inputs, as-of, run and rows of a figure; `id` as shown beside it.",
        responses={200: OpenApiTypes.OBJECT, **problems(401, 403, 404, 429)},
    )
    def get(self, request: Request, figure_id: str) -> HttpResponse:
        require_scope(request, "read:reports")
        try:
            found = explain(self.person, figure_id, now=timezone.now())
        except UnknownFigure as error:
            raise Http404(NOT_FOUND) from error
        return HttpResponse(orjson.dumps(asdict(found), default=_text), content_type="application/json")


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(type(value).__name__)
