"""reports/health: the last reading of each client, as its reader may see it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.http import HttpResponseBase
from rest_framework.request import Request

from accounts.access import clients_for
from accounts.queries.health import heads_for, latest, seen_by
from common.periods import month_of
from financials.queries.basis import reporting_currency
from people.access import Abilities, abilities_of
from people.models import User
from portfolio.api.reports import SIX
from portfolio.api.tables import Asked, Table, TableView, describe

GROUPS = ("client",)


def _six(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(SIX)


class HealthView(TableView):
    name = "health"
    groups = GROUPS

    @describe(
        "health",
        "By client: the last reading up to as_of; score and components 0 to 100, known a fraction, null where unknown. "
        "Under 0.60 known the score is no verdict. A component out of class is absent, and in no score.",
        GROUPS,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def may(self, can: Abilities) -> bool:
        return can.see_relationships

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        can = abilities_of(user)
        clients = clients_for(user)
        if asked.client:
            clients = clients.filter(key=asked.client)
        if asked.owner:
            clients = clients.filter(owner__email=asked.owner)
        if asked.tier:
            clients = clients.filter(tier=asked.tier)
        named = dict(clients.order_by().values_list("pk", "key"))
        names = tuple(name for name, _ in heads_for(can))
        day = (asked.as_of or now).date()
        rows = []
        for pk, reading in sorted(latest(list(named), on=day).items(), key=lambda pair: named[pair[0]]):
            seen = seen_by(reading, can)
            parts = {name: _six(seen.parts[name].score) if name in seen.parts else None for name in names}
            rows.append(
                {
                    "client": named[pk],
                    "score": _six(seen.health.score),
                    "known": _six(seen.health.known),
                    **parts,
                    "rule_version": reading.rules_id,
                }
            )
        return Table(
            columns=("client", "score", "known", *names, "rule_version"),
            rows=rows,
            currency=asked.currency or reporting_currency(user),
            first=month_of(day),
            last=month_of(day),
            as_of=now,
        )
