"""reports/forecast: net revenue by layer with its percentiles, what it costs and leaves, the run behind each row."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.http import HttpResponseBase
from rest_framework.request import Request

from common.money import ZERO, quantise, ratio
from financials.queries.forecast_report import (
    GROUPS,
    LAYERS,
    ForecastAsked,
    ReportRow,
    load_forecast_report,
)
from people.access import abilities_of
from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.tables import Asked, Table, TableView, describe


class ForecastView(TableView):
    name = "forecast"
    groups = GROUPS
    takes = ("costs", "parts")

    @describe(
        "forecast",
        "Net revenue by layer of the runs that stand, or stood at as_of; the layers sum to total. p10, p50, p90 are "
        "simulated: of one client as drawn, of several from the sums of their spreads; percentiles do not add up. Null "
        "where the band is unknown: by contract, while a run waits for its own, and for months that begin later than "
        "the next and are no whole quarter or year. costs=yes adds cost, contribution, contribution_margin and the "
        "percentiles of contribution before run: labour, freelancers and direct expenses, of closed months the "
        "ledger's, of later ones at each client's rate; for readers of costs alone, null where a cost is not known. "
        "parts=yes adds unopened before run: what of run_rate is expected of deals that nobody has opened yet. run: "
        "the newest behind the row. "
        "from, to: default the first open month to the last one forecast.",
        GROUPS,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        costs, parts = (asked.more[name] for name in self.takes)
        wrong = [(f"?{name}", "yes or no") for name in self.takes if asked.more[name] not in ("", "yes", "no")]
        if wrong:
            raise Problem(400, "Some query parameters do not hold.", errors=wrong)
        wanted = ForecastAsked(
            group_by=asked.group_by,
            first=asked.first,
            last=asked.last,
            client=asked.client,
            owner=asked.owner,
            tier=asked.tier,
            currency=asked.currency,
            as_of=asked.as_of,
            costs=costs == "yes" and abilities_of(user).see_money,
        )
        found = load_forecast_report(user, wanted, now=now)
        currency = found.basis.currency
        notes = [f"{found.waiting} runs wait for their bands"] if found.waiting else []
        return Table(
            columns=(
                *asked.group_by,
                "currency",
                *LAYERS,
                "total",
                "p10",
                "p50",
                "p90",
                *(COSTS if wanted.costs else ()),
                *(PARTS if parts == "yes" else ()),
                "run",
            ),
            rows=[
                _record(row, asked.group_by, currency, costs=wanted.costs, parts=parts == "yes") for row in found.rows
            ],
            currency=currency,
            first=found.first,
            last=found.last,
            as_of=found.basis.as_of,
            run=f"forecast-{found.run}" if found.run else "",
            missing=found.missing,
            notes=notes,
        )


EDGES: Final = ("contribution_p10", "contribution_p50", "contribution_p90")
COSTS: Final = ("cost", "contribution", "contribution_margin", *EDGES)
"""Columns of field class COST: absent for other readers."""


PARTS: Final = ("unopened",)
"""What stands within a layer: of the run-rate, what is expected of deals that nobody has opened yet."""


def _record(row: ReportRow, group_by: tuple[str, ...], currency: str, *, costs: bool, parts: bool) -> dict[str, Any]:
    edges = (None, None, None) if row.reach is None else row.reach.around(row.total)
    amounts: dict[str, Decimal | None] = {layer: row.layers.get(layer, ZERO) for layer in LAYERS}
    amounts |= {"total": row.total, **dict(zip(("p10", "p50", "p90"), edges, strict=True))}
    if costs:
        kept = (None, None, None) if row.margin_reach is None else row.margin_reach.around(row.contribution)
        amounts |= {"cost": row.cost, "contribution": row.contribution, **dict(zip(EDGES, kept, strict=True))}
    if parts:
        amounts["unopened"] = row.unopened
    margin = {"contribution_margin": ratio(row.contribution, row.total)} if costs else {}
    return {
        **{name: part or None for name, part in zip(group_by, row.group, strict=True)},
        "currency": currency,
        **{name: None if value is None else quantise(value, currency) for name, value in amounts.items()},
        **margin,
        "run": f"forecast-{row.run}" if row.run else None,
    }
