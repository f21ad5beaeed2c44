"""Explanations of campaigns: what is spent, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import Http404

from accounts.access import NOT_FOUND, campaigns_for, get_client_for
from accounts.queries.campaigns import CampaignRow, load_campaigns
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.formats import day
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


def _one(user: User, params: Mapping[str, str], now: datetime, name: str) -> CampaignRow:
    if params.keys() != {"client", "campaign"} or not abilities_of(user).see_relationships:
        raise UnknownFigure(name)
    client = get_client_for(user, params["client"])
    wanted = campaigns_for(user).filter(client=client, key=params["campaign"])
    rows = load_campaigns(user, client.local_date(now), campaigns=wanted)
    if not rows:
        raise Http404(NOT_FOUND)
    return rows[0]


def _spent(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    row = _one(user, params, now, "campaign.spent")
    return Explanation(
        figure=row.spent,
        scope=f"{row.client}: {row.name}",
        formula="Σ spend of its channels by month",
        formula_id="campaign.spent",
        formula_version=1,
        inputs=tuple(Input(one.name, one.spent, row.currency, "+", len(one.months), row.url) for one in row.channels),
        as_of=now,
        rows_url=row.url,
        rows_count=sum(len(one.months) for one in row.channels),
        definition="Noted by hand, file or REST in the campaign's own currency; it is no posting of the ledger.",
    )


def _pace(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    row = _one(user, params, now, "campaign.pace")
    known = "before any spend" if row.known_to is None else f"to {day(row.known_to)}"
    return Explanation(
        figure=row.pace_figure,
        scope=f"{row.client}: {row.name}",
        formula="(spent ÷ budget) ÷ (days gone ÷ days)",
        formula_id="campaign.pace",
        formula_version=1,
        inputs=(
            Input("Spent", row.spent.value, row.currency, ""),
            Input("Budget", row.budget, row.currency, "÷"),
            Input("Share of the budget spent", row.pace.spent, "ratio", ""),
            Input("Share of the time gone", row.pace.time, "ratio", "÷"),
        ),
        as_of=now,
        period=known,
        rows_url=row.url,
        definition="The time counts to the end of the last month with spend: what nobody has noted yet is not slow.",
        notes=("On pace within a tenth of one, far off beyond a quarter.",),
    )


def register() -> None:
    formulae.register("campaign.spent", _spent)
    formulae.register("campaign.pace", _pace)
