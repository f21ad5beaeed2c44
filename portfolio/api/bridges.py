"""reports/margin-bridge: what moved gross profit or revenue between two periods, or from budget to actual."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from common.money import quantise
from common.periods import InvalidPeriod
from financials.calc.bridge import Moves
from financials.queries.bridge import LABELS, MEASURES, BridgeRequest, Span, load_bridge, read_span
from financials.queries.labour import WITHHELD
from financials.queries.pnl_request import BadRequest
from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.reports import FORMATS, ReportBody
from portfolio.api.schema import problems
from portfolio.api.tables import Asked, Table, TableView, Wrong

_AGAINST: Final = {"actual": "period", "budget": "budget"}


class MarginBridgeView(TableView):
    name = "margin-bridge"
    groups = ("client",)
    takes = ("from", "to", "measure", "scenario", "budget_version")

    @extend_schema(
        tags=["reports"],
        operation_id="reports_margin_bridge",
        description="Price, volume, cost and mix, exchange and the rest, between two periods or from budget to actual. "
        "start and the parts sum to end, to the minor unit.",
        parameters=[
            OpenApiParameter("format", str, enum=list(FORMATS)),
            OpenApiParameter("from", str, description="A period: 2026-09, 2026-Q3, 2026 or 2026-07..2026-09."),
            OpenApiParameter("to", str, description="A period; default: the last closed month."),
            OpenApiParameter("group_by", str, description="client; without it one row for all."),
            OpenApiParameter("measure", str, enum=list(MEASURES)),
            OpenApiParameter(
                "scenario", str, enum=list(_AGAINST), description="budget: from budget to actual of `to`."
            ),
            OpenApiParameter("budget_version", str),
            OpenApiParameter("client", str, description="Key of a client."),
            OpenApiParameter("owner", str, description="E-mail."),
            OpenApiParameter("tier", str),
            OpenApiParameter("currency", str, description="Default: the caller's portfolio's."),
            OpenApiParameter("as_of", str, description="An instant: the entries known then."),
        ],
        responses={
            200: ReportBody,
            (200, "text/csv"): OpenApiResponse(str),
            (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiResponse(bytes),
            **problems(400, 401, 403, 422, 429),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        try:
            found = load_bridge(user, _wanted(asked), now=now)
        except BadRequest as error:
            problem = [(f"?{error.field}", str(error))]
            raise Problem(400, "Some query parameters do not hold.", errors=problem) from error
        if found.withheld:
            raise PermissionDenied(f"Not for your role: {WITHHELD}.")
        several: list[tuple[str, Moves]] = [(one.key, one.moves) for one in found.clients]
        rows = several if asked.group_by else [("", found.total)][: len(several)]
        return Table(
            columns=(*asked.group_by, *LABELS),
            rows=[{"client": key, **_amounts(moved, found.basis.currency)} for key, moved in rows],
            currency=found.basis.currency,
            first=found.start[0],
            last=found.end[1],
            as_of=found.basis.as_of,
            run=f"ledger-{found.basis.ledger_no}",
            missing=found.missing,
        )


def _amounts(moved: Moves, currency: str) -> dict[str, Any]:
    return {name: quantise(value, currency) for name, value in moved.as_dict().items()}


def _wanted(asked: Asked) -> BridgeRequest:
    given = asked.more
    wrong: Wrong = []
    spans: dict[str, Span | None] = {}
    for name in ("from", "to"):
        try:
            spans[name] = read_span(given[name])
        except InvalidPeriod as error:
            wrong.append((f"?{name}", str(error)))
    measure, scenario = given["measure"] or "gross_profit", given["scenario"] or "actual"
    if measure not in MEASURES:
        wrong.append(("?measure", f"choose from {', '.join(MEASURES)}"))
    if scenario not in _AGAINST:
        wrong.append(("?scenario", f"choose from {', '.join(_AGAINST)}"))
    if wrong:
        raise Problem(400, "Some query parameters do not hold.", errors=wrong)
    return BridgeRequest(
        start=spans["from"],
        end=spans["to"],
        against=_AGAINST[scenario],  # type: ignore[arg-type]  # its two literals
        measure=measure,  # type: ignore[arg-type]  # checked above
        client=asked.client,
        owner=asked.owner,
        tier=asked.tier,
        currency=asked.currency,
        as_of=asked.as_of,
        budget_version=given["budget_version"],
    )
