"""Campaigns to take away: a row for each channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from accounts.access import campaigns_for, get_client_for
from accounts.queries.campaigns import campaigns_finding, load_campaigns
from common.formats import day
from common.policies import CLIENT_READERS, LEGAL
from common.reports import Report, ReportColumn, ReportKind, Way, report_kinds

if TYPE_CHECKING:
    from people.models import User

_COLUMNS: Final[tuple[tuple[str, str, Way], ...]] = (
    ("client", "Client", "text"), ("campaign", "Campaign", "text"), ("state", "State", "text"),
    ("from", "From", "day"), ("to", "To", "day"), ("channel", "Channel", "text"), ("currency", "Currency", "text"),
    ("budget", "Budget", "amount"), ("spent", "Spent", "amount"), ("pace", "Pace", "ratio"),
)  # fmt: skip


def report(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """client: of one alone."""
    rows, name, today = campaigns_for(user), "", now.date()
    if query.get("client"):
        client = get_client_for(user, query["client"])
        rows, name, today = rows.filter(client=client), client.name, client.local_date(now)
    found = load_campaigns(user, today, campaigns=rows)
    return Report(
        name="campaigns",
        title="Campaigns of the clients" if not name else f"Campaigns of {name}",
        finding=campaigns_finding(found, name),
        as_of=now,
        period=f"As of {day(today)}",
        filters=(("Client", name),),
        columns=tuple(ReportColumn(*column) for column in _COLUMNS),
        rows=[
            [row.client, row.name, row.state_word, row.starts_on, row.ends_on, one.name, row.currency, one.budget,
             one.spent, one.pace.index]
            for row in found
            for one in row.channels
        ],
        source="Budgets and spend as noted, in each campaign's own currency; sums over currencies are not made",
    )  # fmt: skip


def register() -> None:
    report_kinds.register("campaigns", ReportKind("Campaigns of the clients", CLIENT_READERS - {LEGAL}, report))
