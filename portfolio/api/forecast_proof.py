"""The forecast's proof through REST: what moved between two runs, the track record, and the runs that were kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.access import clients_for
from common.money import ZERO, quantise
from common.periods import month_of
from financials.calc.movement import TERMS
from financials.calc.movement_margin import MovedSide, margin_move
from financials.models import ForecastRun
from financials.queries.accuracy import GROUPS, AccuracyRequest, load_rows, load_standing
from financials.queries.call_scores import load_call_scores
from financials.queries.movement import MovementRequest, MovementResult, load_movement, total_of
from financials.queries.movement_margin import ENDS as CONTRIBUTION_ENDS
from financials.queries.movement_margin import load_sides
from financials.queries.pnl_request import BadRequest
from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.reports import FORMATS, ReportBody
from portfolio.api.resources import ID_FIELD, Field, Resource
from portfolio.api.schema import problems
from portfolio.api.tables import Asked, Table, TableView, Wrong

ENDS: Final = ("start", *TERMS, "end")
MEASURES: Final = ("net_revenue", "contribution")
BY_RATES: Final = "own_rates"
"""What of increased and decreased came of own win rates that moved, the deals themselves unchanged."""


class ForecastMovementView(TableView):
    name = "forecast-movement"
    groups = ("client", "owner")
    takes = ("run_from", "run_to", "measure")

    @extend_schema(
        tags=["reports"],
        operation_id="reports_forecast_movement",
        description="What moved in the forecast between two instants, over the months from `from` to `to`; the terms "
        "sum to the change, to the minor unit. own_rates: what of increased and decreased came of own win rates, "
        "the deals themselves unchanged. A run stands for the whole forecast at the instant it was made.",
        parameters=[
            OpenApiParameter("format", str, enum=list(FORMATS)),
            OpenApiParameter(
                "measure",
                str,
                enum=list(MEASURES),
                description="net_revenue (default), or contribution: every term at the margin its client had at the "
                "start, and costs, what costs did by themselves; null where the cost of a client is not known.",
            ),
            OpenApiParameter("run_from", str, description="Id of a run; default: the caller's last look."),
            OpenApiParameter("run_to", str, description="Id of a run; default: now."),
            OpenApiParameter("from", str, description="YYYY-MM; default: January of this year."),
            OpenApiParameter("to", str, description="YYYY-MM; default: December of next year."),
            OpenApiParameter("group_by", str, description="client or owner; without it one row for all."),
            OpenApiParameter("client", str, description="Key of a client."),
            OpenApiParameter("owner", str, description="E-mail."),
            OpenApiParameter("tier", str),
            OpenApiParameter("currency", str, description="Default: the caller's portfolio's."),
            OpenApiParameter("as_of", str, description="An instant: the forecast and rates known then, as the end."),
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
        measure = asked.more["measure"] or MEASURES[0]
        if measure not in MEASURES:
            raise Problem(400, "Some query parameters do not hold.", errors=[("?measure", " or ".join(MEASURES))])
        try:
            if measure != MEASURES[0]:
                return _contribution(user, asked, now)
            found = load_movement(user, _wanted(asked), now=now)
        except BadRequest as error:
            problem = [(f"?{error.field}", str(error))]
            raise Problem(400, "Some query parameters do not hold.", errors=problem) from error
        return Table(
            columns=(*asked.group_by, *ENDS, BY_RATES),
            rows=_rows(asked.group_by, found),
            currency=found.basis.currency,
            first=found.first,
            last=found.last,
            as_of=found.end,
            run=_between(found.runs),
            missing=found.missing,
        )


def _between(runs: Sequence[int | None]) -> str:
    """Both ends, the unknown one blank; nothing where no run is known."""
    return "..".join(str(run) if run else "" for run in runs) if any(runs) else ""


def _contribution(user: User, asked: Asked, now: datetime) -> Table:
    found, sides = load_sides(user, _wanted(asked), now=now)
    groups: dict[tuple[str, ...], list[MovedSide]] = {}
    for one, side in sides:
        if one.moves or one.start or one.end or side.start_cost or side.end_cost:
            names = {"client": one.key, "owner": one.owner}
            groups.setdefault(tuple(names[group] for group in asked.group_by), []).append(side)
    rows = []
    for key, several in sorted(groups.items()):
        moved = margin_move(several, found.basis.currency)
        amounts = {
            name: None if moved.unknown else quantise(moved.contribution[name], found.basis.currency)
            for name in CONTRIBUTION_ENDS
        }
        rows.append({**dict(zip(asked.group_by, key, strict=True)), **amounts})
    return Table(
        columns=(*asked.group_by, *CONTRIBUTION_ENDS),
        rows=rows,
        currency=found.basis.currency,
        first=found.first,
        last=found.last,
        as_of=found.end,
        run=_between(found.runs),
        missing=found.missing,
    )


def _rows(group_by: tuple[str, ...], found: MovementResult) -> list[dict[str, Any]]:
    groups: dict[tuple[str, ...], list[Any]] = {}
    for one in found.clients:
        if one.moves or one.start or one.end:
            names = {"client": one.key, "owner": one.owner}
            groups.setdefault(tuple(names[group] for group in group_by), []).append(one)
    return [
        {
            **dict(zip(group_by, key, strict=True)),
            **{name: quantise(amount, found.basis.currency) for name, amount in total_of(several).items()},
            BY_RATES: quantise(
                sum((move.amount for one in several for move in one.moves if move.by_rates), ZERO), found.basis.currency
            ),
        }
        for key, several in sorted(groups.items())
    ]


def _wanted(asked: Asked) -> MovementRequest:
    wrong: Wrong = []
    runs: dict[str, int | None] = {}
    for name in ("run_from", "run_to"):
        text = asked.more[name]
        if text and not (text.isascii() and text.isdecimal() and len(text) < 19):
            wrong.append((f"?{name}", "the id of a run, as forecast-runs lists them"))
        runs[name] = int(text) if text and not wrong else None
    if wrong:
        raise Problem(400, "Some query parameters do not hold.", errors=wrong)
    return MovementRequest(
        end=asked.as_of, first=asked.first, last=asked.last, run_from=runs["run_from"], run_to=runs["run_to"],
        client=asked.client, owner=asked.owner, tier=asked.tier, currency=asked.currency,
    )  # fmt: skip


FORECAST_RUNS = Resource(
    name="forecast-runs",
    label="forecast runs",
    kind="",
    natural_key="id",
    fields=(
        ID_FIELD,
        Field("client", path="client__key", writable=False, help="Key of the client."),
        Field("as_of", "date", writable=False, help="The day it was computed for, in the client's time zone."),
        Field("computed_at", "datetime", writable=False, filter=False),
        Field("closed_through", "month", writable=False, help="The last closed month when it ran."),
        Field("current", "boolean", path="is_current", writable=False, help="The run that stands."),
        Field("formula_version", "integer", writable=False),
        Field("unpriced", "integer", writable=False, help="Open deals in no sum."),
        *(
            Field(name, "decimal", writable=False, field_class="COST", filter=False, help=words)
            for name, words in (
                ("labour_rate", "Delivery labour over net revenue of months not closed; null: not known."),
                ("freelancers_rate", "Freelancers, the same."),
                ("direct_rate", "Direct expenses, the same."),
            )
        ),
        Field(
            "cost_months",
            "integer",
            writable=False,
            field_class="COST",
            help="Closed months of twelve whose cost is known.",
        ),
        Field("cost_origin", writable=False, field_class="COST", help="own, filled or house; blank: no rate."),
    ),
    rows=lambda user: ForecastRun.objects.filter(client__in=clients_for(user).order_by()),
    can_read=lambda can: can.see_money,
    can_write=lambda can: False,
    orderings=("computed_at", "as_of", "id"),
    search=("client__key",),
    versioned=False,
)


class ForecastAccuracyView(TableView):
    name = "forecast-accuracy"
    groups = GROUPS
    takes = ("source", "about")

    @extend_schema(
        tags=["reports"],
        operation_id="reports_forecast_accuracy",
        description="WAPE, bias, coverage of the 80% band and value added by people's changes, over closed months. By "
        "layer: the forecast with all layers up to it. Fractions.",
        parameters=[
            OpenApiParameter("format", str, enum=list(FORMATS)),
            OpenApiParameter(
                "source", str, enum=["kept", "backtest"],
                description="kept: forecasts as they were made; backtest: past months forecast again. Default: kept "
                "once there are twelve client months of it.",
            ),
            OpenApiParameter(
                "about", str, enum=["calls"],
                description="calls: managers' and directors' calls of closed years, each beside the forecast on the "
                "day it was made; by person only.",
            ),
            OpenApiParameter("group_by", str, description=f"Comma-separated: {', '.join(GROUPS)}."),
            OpenApiParameter("client", str, description="Key of a client."),
            OpenApiParameter("owner", str, description="E-mail."),
            OpenApiParameter("tier", str),
        ],
        responses={
            200: ReportBody,
            (200, "text/csv"): OpenApiResponse(str),
            (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiResponse(bytes),
            **problems(400, 401, 403, 422, 429),
        },
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        if asked.more["about"]:
            return _calls(user, asked, now)
        source = asked.more["source"]
        wrong: Wrong = [("?source", "kept or backtest")] if source not in ("", "kept", "backtest") else []
        wrong += [
            (f"?{name}", "accuracy is kept for all closed months together")
            for name, given in (("from", asked.first), ("to", asked.last), ("as_of", asked.as_of))
            if given is not None
        ]
        if wrong:
            raise Problem(400, "Some query parameters do not hold.", errors=wrong)
        request = AccuracyRequest(source, asked.client, asked.owner, asked.tier)
        standing = load_standing(user, request)
        rows = load_rows(user, request, standing.source, asked.group_by)
        through = standing.closed_through or month_of(now.date())
        return Table(
            columns=(*asked.group_by, "wape", "bias", "coverage_80", "value_added", "n"),
            rows=[
                {
                    **dict(zip(asked.group_by, row.group, strict=True)),
                    "wape": row.score.wape,
                    "bias": row.score.bias,
                    "coverage_80": row.score.coverage_80,
                    "value_added": row.added,
                    "n": row.score.n,
                }
                for row in rows
            ],
            currency=asked.currency or standing.currency,
            first=through,
            last=through,
            as_of=standing.computed_at or now,
            run=standing.source,
            notes=[] if rows else ["Not measured yet: accuracy is worked out after a month is closed."],
        )


def _calls(user: User, asked: Asked, now: datetime) -> Table:
    wrong: Wrong = [] if asked.more["about"] == "calls" else [("?about", "calls")]
    wrong += [] if asked.group_by == ("person",) else [("?group_by", "calls are kept by person")]
    for name in ("client", "owner", "tier", "first", "last", "as_of", "currency"):
        if getattr(asked, name):
            wrong.append((f"?{name}", "calls are of a year and all clients in their maker's sight"))
    if asked.more["source"]:
        wrong.append(("?source", "calls are held as they were made"))
    if wrong:
        raise Problem(400, "Some query parameters do not hold.", errors=wrong)
    found = load_call_scores(user, now=now)
    return Table(
        columns=("person", "currency", "wape", "bias", "coverage_80", "value_added", "n"),
        rows=[
            {
                "person": one.email,
                "currency": one.currency,
                "wape": one.score.wape,
                "bias": one.score.bias,
                "coverage_80": None,
                "value_added": one.score.added,
                "n": one.score.n,
            }
            for one in found.people
        ],
        currency="",
        first=found.through,
        last=found.through,
        as_of=now,
        notes=[] if found.people else ["No call of a closed year is in sight."],
    )


PROOF_VIEWS: Final = (ForecastMovementView, ForecastAccuracyView)
