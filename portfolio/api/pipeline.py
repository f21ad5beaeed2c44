"""reports/pipeline: open deals by client, owner, stage, category and month of the close date."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponseBase
from rest_framework.request import Request

from accounts.queries.pipeline_report import GROUPS, PipelineAsked, load_pipeline_report
from accounts.queries.rates import deal_rates
from common.money import quantise
from common.periods import month_of
from people.access import Abilities
from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.tables import Asked, Table, TableView, describe


class PipelineView(TableView):
    name = "pipeline"
    groups = tuple(GROUPS)

    @describe(
        "pipeline",
        "Open deals as they stand: count, those without amount or probability (in no sum), amount, and amount × "
        "probability without the omitted; at the closing rate last known. from, to: months of the close date.",
        groups,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def may(self, can: Abilities) -> bool:
        return can.see_relationships

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        if asked.as_of is not None:
            problem = [("?as_of", "deals are kept as they stand now")]
            raise Problem(400, "Some query parameters do not hold.", errors=problem)
        today = now.date()
        rates = deal_rates(user, today, asked.currency)
        wanted = PipelineAsked(asked.group_by, asked.client, asked.owner, asked.tier, asked.first, asked.last)
        found = load_pipeline_report(user, wanted, rates, today)
        return Table(
            columns=(*asked.group_by, "currency", "count", "unpriced", "amount", "weighted"),
            rows=[
                {
                    **dict(zip(asked.group_by, key, strict=True)),
                    "currency": rates.currency,
                    "count": sums.count,
                    "unpriced": sums.unpriced,
                    "amount": quantise(sums.amount, rates.currency),
                    "weighted": quantise(sums.weighted, rates.currency),
                }
                for key, sums in found.rows
            ],
            currency=rates.currency,
            first=asked.first or asked.last or month_of(today),
            last=asked.last or asked.first or month_of(today),
            as_of=now,
            missing=[f"A rate of {code} is missing." for code in found.unknown],
            notes=[note] if (note := rates.note()) else [],
        )
