"""Reports to take away: the same rows as the page, as JSON, CSV or XLSX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.exports import About, csv_response, xlsx_response
from common.money import is_currency, quantise
from common.periods import InvalidPeriod, Month, format_month, parse_month
from financials.calc.ladder import MARGINS
from financials.queries.open_points import load_open_points
from financials.queries.pnl import load_pnl, stream_rows
from financials.queries.pnl_request import GROUP_NAMES, SCENARIOS, BadRequest, PnlRequest, check_request
from financials.queries.pnl_rows import PnlResult, PnlRow
from portfolio.api.authentication import require_scope
from portfolio.api.problems import Problem
from portfolio.api.schema import problems
from portfolio.api.views import ApiView

FORMATS = ("json", "csv", "xlsx")
PARAMETERS = frozenset(
    {"format", "from", "to", "client", "owner", "tier", "currency", "as_of", "group_by", "scenario", "fields"}
    | {"contract", "service_line", "budget_version", "parent", "industry", "fiscal", "rates"}
)
STREAMED = frozenset({"actual", "budget", "prior_year"})
SIX = Decimal("0.000001")


class ReportBody(serializers.Serializer[Any]):
    report = serializers.CharField()
    currency = serializers.CharField()
    to = serializers.CharField()
    as_of = serializers.DateTimeField()
    run = serializers.CharField()
    rows = serializers.ListField(child=serializers.DictField())
    tie_out = serializers.DictField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": serializers.CharField()}


class PnlView(ApiView):
    @extend_schema(
        tags=["reports"],
        operation_id="reports_pnl",
        description="The P&L ladder by any grouping; CSV and XLSX have exactly the rows of the JSON.",
        parameters=[
            OpenApiParameter("format", str, enum=list(FORMATS)),
            OpenApiParameter("from", str, description="YYYY-MM; default: the last twelve closed months."),
            OpenApiParameter("to", str, description="YYYY-MM."),
            OpenApiParameter("group_by", str, description=f"Comma-separated: {', '.join(GROUP_NAMES)}."),
            OpenApiParameter("scenario", str, enum=list(SCENARIOS)),
            OpenApiParameter("client", str, description="Key of a client."),
            OpenApiParameter("owner", str, description="E-mail."),
            OpenApiParameter("tier", str),
            OpenApiParameter("contract", str),
            OpenApiParameter("service_line", str),
            OpenApiParameter("budget_version", str),
            OpenApiParameter("parent", str, description="Key of a client: it and its children."),
            OpenApiParameter("industry", str),
            OpenApiParameter("fiscal", str, description="FY2026 or FY2026-Q3, by each client's own year."),
            OpenApiParameter("rates", str, description="reported (default), or the month whose rates all months take."),
            OpenApiParameter("currency", str, description="Default: the caller's portfolio's."),
            OpenApiParameter("as_of", str, description="An instant: the entries known then."),
        ],
        responses={
            200: ReportBody,
            (200, "text/csv"): OpenApiResponse(str),
            (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiResponse(bytes),
            **problems(400, 401, 403, 429),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        require_scope(request, "read:reports")
        if not self.can.see_money:
            raise PermissionDenied("Your role does not include the P&L.")
        wanted = request.GET.get("format", "json")
        if wanted not in FORMATS:
            raise Problem(400, "Some query parameters do not hold.", errors=[("?format", "json, csv or xlsx")])
        asked = _request(request)
        streamed = wanted != "json" and asked.scenario in STREAMED
        try:
            check_request(asked)
            whole = replace(asked, group_by=()) if streamed else asked
            result = load_pnl(self.person, whole, now=timezone.now())
        except BadRequest as error:
            errors = [(f"?{error.field}", str(error))]
            raise Problem(400, "Some query parameters do not hold.", errors=errors) from error
        if result.missing:
            raise Problem(
                422,
                "Some exchange rates are missing: load them, then ask again.",
                errors=[("?currency", text) for text in result.missing],
            )
        if wanted != "json":
            rows = stream_rows(self.person, asked, result.basis) if streamed else iter(result.rows)
            return _file(wanted, asked, result, rows)
        body = {
            "report": "pnl",
            "currency": result.currency,
            "from": format_month(result.first),
            "to": format_month(result.last),
            "as_of": result.basis.as_of,
            "run": result.run,
            "scenario": result.request.scenario,
            "rows": [{name: _text(value) for name, value in row.items()} for row in _records(result)],
            "tie_out": None if result.tie_out is None else _tie_out(result),
            "open_points": [
                {"code": point.code, "count": point.count, "words": point.words}
                for point in load_open_points(self.person, asked, result)
            ],
            "notes": [note for note in (*result.missing, result.rates_note, result.labour_note) if note],
        }
        return HttpResponse(orjson.dumps(body), content_type="application/json")


def _file(kind: str, asked: PnlRequest, result: PnlResult, rows: Iterator[PnlRow]) -> HttpResponseBase:
    """Exactly the rows of the JSON, as they come from the database: a file never stands in memory whole."""
    columns = [*asked.group_by, "currency", *result.columns]
    name = f"pnl-{format_month(result.first)}-{format_month(result.last)}"
    cells = ([*row.group, row.currency, *_shown(row.values, result.currency).values()] for row in rows)
    if kind == "csv":
        return csv_response(name, columns, cells)
    return xlsx_response(name, columns, cells, about=_about(asked, result, columns))


def _about(asked: PnlRequest, result: PnlResult, columns: Sequence[str]) -> About:
    """The workbook's second sheet. Margins print as percentages; a variance of margins is in points already."""
    ratio = "rate" if asked.scenario == "variance" else "ratio"
    tie = f"tie-out {_tie_out(result)['difference']}" if result.tie_out else ""
    filters = [("Scenario", asked.scenario), ("Group by", ", ".join(asked.group_by))]
    named = ("client", "parent", "contract", "service_line", "owner", "tier", "industry", "fiscal")
    filters += [(name.replace("_", " ").capitalize(), getattr(asked, name) or "") for name in named]
    if asked.rates:
        filters.append(("Rates", f"held at {format_month(asked.rates)}"))
    return About(
        "P&L",
        as_of=result.basis.as_of,
        period=f"{format_month(result.first)} to {format_month(result.last)}",
        currency=result.currency,
        filters=tuple(filters),
        source=", ".join(part for part in (result.run, tie, result.rates_note, result.labour_note) if part),
        columns=tuple(ratio if name in MARGINS else "" for name in columns),
    )


def _tie_out(result: PnlResult) -> dict[str, str]:
    tie = result.tie_out
    if tie is None:
        return {}
    return {name: str(quantise(getattr(tie, name), result.currency)) for name in ("ledger", "shown", "difference")}


def _request(request: Request) -> PnlRequest:
    given: Mapping[str, str] = request.GET
    wrong = [(f"?{name}", "no such parameter") for name in given if name not in PARAMETERS]
    currency = given.get("currency", "")
    if currency and not is_currency(currency):
        wrong.append(("?currency", "not an ISO 4217 code"))
    months: dict[str, Month | None] = {}
    for name in ("from", "to"):
        try:
            months[name] = parse_month(given[name]) if given.get(name) else None
        except InvalidPeriod:
            wrong.append((f"?{name}", "write YYYY-MM"))
    as_of = read_instant(given.get("as_of", ""), wrong)
    if any("\x00" in value for value in given.values()):
        wrong.append(("?", "holds a NUL character"))
    try:
        held = parse_month(given["rates"]) if given.get("rates", "reported") not in ("", "reported") else None
    except InvalidPeriod:
        held = None
        wrong.append(("?rates", "write reported, or the month whose rates to hold as YYYY-MM"))
    if wrong:
        raise Problem(400, "Some query parameters do not hold.", errors=wrong)
    return PnlRequest(
        first=months["from"],
        last=months["to"],
        group_by=tuple(name for name in given.get("group_by", "").split(",") if name),
        scenario=given.get("scenario", "actual"),  # type: ignore[arg-type]  # load_pnl refuses others by name
        client=given.get("client", ""),
        contract=given.get("contract", ""),
        service_line=given.get("service_line"),
        owner=given.get("owner", ""),
        tier=given.get("tier", ""),
        currency=currency,
        as_of=as_of,
        budget_version=given.get("budget_version", ""),
        parent=given.get("parent", ""),
        industry=given.get("industry", ""),
        fiscal=given.get("fiscal", ""),
        rates=held,
    )


def read_instant(text: str, wrong: list[tuple[str, str]]) -> datetime | None:
    if not text:
        return None
    try:
        found = parse_datetime(text.replace(" ", "+"))
        found = found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        wrong.append(("?as_of", "write an instant with its zone, as 2026-11-23T06:00:00Z"))
        return None
    return found


def _records(result: PnlResult) -> list[dict[str, Any]]:
    return [
        {**dict(zip(result.request.group_by, row.group, strict=True)), "currency": row.currency}
        | _shown(row.values, result.currency)
        for row in result.rows
    ]


def _shown(values: Mapping[str, Decimal | None], currency: str) -> dict[str, Decimal | None]:
    """Amounts at the minor unit, margins at six places."""
    return {
        name: None if value is None else value.quantize(SIX) if name in MARGINS else quantise(value, currency)
        for name, value in values.items()
    }


def _text(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value
