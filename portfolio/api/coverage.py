"""reports/coverage: how well each client's people are covered, and what rests on one of them."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponseBase
from rest_framework.request import Request

from accounts.access import clients_for
from common.money import quantise
from financials.queries.at_risk import ahead, load_coverage
from financials.queries.basis import load_basis
from people.access import Abilities
from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.reports import SIX
from portfolio.api.tables import Asked, Table, TableView, describe

GROUPS = ("client",)


class CoverageView(TableView):
    name = "coverage"
    groups = GROUPS

    @describe(
        "coverage",
        "By client: stakeholders, the share of their power that is covered, whether the relationship hangs on one of "
        "theirs or ours (null where nothing is judged), and forecast net revenue of the next twelve months where one "
        "person alone carries it.",
        GROUPS,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def may(self, can: Abilities) -> bool:
        return can.see_relationships and can.see_money

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        if asked.as_of is not None:
            problem = [("?as_of", "relationships are kept as they stand now")]
            raise Problem(400, "Some query parameters do not hold.", errors=problem)
        basis = load_basis(user, now=now, currency=asked.currency, newest_entry=False)
        clients = clients_for(user)
        if asked.client:
            clients = clients.filter(key=asked.client)
        if asked.owner:
            clients = clients.filter(owner__email=asked.owner)
        if asked.tier:
            clients = clients.filter(tier=asked.tier)
        first, last = ahead(basis)
        found = load_coverage(basis, clients)
        return Table(
            columns=("client", "stakeholders", "coverage", "single_threaded", "revenue_if_lost"),
            rows=[
                {
                    "client": row.client,
                    "stakeholders": row.stakeholders,
                    "coverage": None if row.coverage is None else row.coverage.quantize(SIX),
                    "single_threaded": row.single_threaded,
                    "revenue_if_lost": None
                    if row.revenue_if_lost is None
                    else quantise(row.revenue_if_lost, basis.currency),
                }
                for row in found
            ],
            currency=basis.currency,
            first=first,
            last=last,
            as_of=now,
        )
