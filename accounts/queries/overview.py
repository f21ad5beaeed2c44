"""The first page of a client: what stands, what is open, what happened last, who works on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.models import Client, Outcome
from accounts.queries.deal_rows import DealRow, deal_row
from accounts.queries.plans import WorkRow, open_actions
from accounts.queries.rates import DealRates, deal_rates
from accounts.queries.stakeholders import StakeholderBook, stakeholder_book
from accounts.queries.touchpoints import TouchRow, touchpoints_of
from common.figures import Figure, figure_id
from common.formats import plural
from common.panels import Fact, Place, facts, panels
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class PanelLink:
    name: str
    label: str
    url: str
    place: Place


@dataclass(frozen=True, slots=True)
class MemberRow:
    pk: int
    name: str
    role: str
    duty: str


@dataclass(frozen=True, slots=True)
class Overview:
    """book, actions, deals and touches are empty for a role that sees contracts only. more_facts: others have some."""

    facts: tuple[Fact, ...]
    more_facts: bool
    panels: tuple[PanelLink, ...]
    book: StakeholderBook | None
    actions: tuple[WorkRow, ...]
    actions_finding: str
    deals: tuple[DealRow, ...]
    deals_finding: str
    touches: tuple[TouchRow, ...]
    touches_finding: str
    members: tuple[MemberRow, ...]

    @property
    def main(self) -> tuple[PanelLink, ...]:
        return tuple(panel for panel in self.panels if panel.place == "main")

    @property
    def side(self) -> tuple[PanelLink, ...]:
        return tuple(panel for panel in self.panels if panel.place == "side")

    @property
    def wide(self) -> tuple[PanelLink, ...]:
        return tuple(panel for panel in self.panels if panel.place == "wide")


def overview(user: User, client: Client, now: datetime) -> Overview:
    """At most seven queries. The facts of other apps come by a request of their own (`facts_of`)."""
    today = client.local_date(now)
    shown = _panels(user.role, client.key)
    more = any(user.role in source.roles for _, source in facts)
    members = team_of(client)
    if not abilities_of(user).see_relationships:
        return Overview((), more, shown, None, (), "", (), "", (), "", members)
    book = stakeholder_book(user, client, today)
    actions = open_actions(client, today, limit=6)
    rates = deal_rates(user, today)
    deals = _open_deals(client, rates, today)
    touches = touchpoints_of(client, limit=5)
    own = _own_facts(client, book, deals, rates, touches, today)
    return Overview(
        tuple(own), more, shown, book, tuple(actions), actions_finding(actions), tuple(deals[:6]),
        deals_finding(deals), tuple(touches), touches_finding(touches, today), members,
    )  # fmt: skip


def facts_of(user: User, client: Client, today: date) -> list[Fact]:
    """What the higher apps say of this client in its headline strip."""
    sources = [source for _, source in facts if user.role in source.roles]
    return [fact for source in sources for fact in source.read(user, client.pk, client.key, today)]


def _panels(role: str, key: str) -> tuple[PanelLink, ...]:
    entries = sorted((panel.order, name, panel) for name, panel in panels if role in panel.roles)
    return tuple(
        PanelLink(name, panel.label, reverse(panel.route, args=[key]), panel.place) for _, name, panel in entries
    )


def team_of(client: Client) -> tuple[MemberRow, ...]:
    """One query."""
    rows = client.members.select_related("person").order_by("person__name", "pk")
    return tuple(
        MemberRow(row.pk, row.person.name, row.person.get_role_display(), row.get_duty_display()) for row in rows
    )


def _open_deals(client: Client, rates: DealRates, today: date) -> list[DealRow]:
    """Open deals, the soonest first. One query."""
    rows = client.opportunities.filter(outcome=Outcome.OPEN).select_related("client", "owner")
    return [deal_row(deal, rates, today) for deal in rows.order_by("close_on", "key")]


def _own_facts(
    client: Client, book: StakeholderBook, deals: Sequence[DealRow], rates: DealRates, touches: Sequence[TouchRow],
    today: date,
) -> list[Fact]:  # fmt: skip
    priced = [deal for deal in deals if deal.weighted is not None and deal.category != "omitted"]
    weighted = sum((deal.weighted for deal in priced if deal.weighted is not None), start=Decimal(0))
    unpriced = sum(any(mark.name == "unpriced" for mark in deal.marks) for deal in deals)
    pipeline = Figure(figure_id("pipeline.weighted", client=client.key), "Weighted pipeline", weighted, rates.currency)
    note = f"{plural(len(deals), 'open deal')}" + (f", {unpriced} unpriced" if unpriced else "")
    days = (today - touches[0].date).days if touches else 0
    last = "" if not touches else "Today" if days < 1 else f"{days} d ago"
    return [
        Fact("Weighted pipeline", pipeline, note=note),
        Fact("Power covered", book.figure, note=f"{plural(book.coverage.people, 'stakeholder')}"),
        Fact("Last touch", text=last, note=touches[0].kind if touches else "Nothing logged yet", secondary=True),
    ]


def actions_finding(rows: Sequence[WorkRow]) -> str:
    late = sum(row.late > 0 for row in rows)
    if late:
        return f"{plural(late, 'action is', 'actions are')} overdue"
    return "Nothing is overdue" if rows else "Open actions"


def deals_finding(rows: Sequence[DealRow]) -> str:
    past = sum(any(mark.name == "past" for mark in row.marks) for row in rows)
    if past:
        return f"{past} of {plural(len(rows), 'open deal')} {'is' if past == 1 else 'are'} past the close date"
    return f"{plural(len(rows), 'deal')} in play" if rows else "Open deals"


def touches_finding(rows: Sequence[TouchRow], today: date) -> str:
    if not rows:
        return "Touchpoints"
    days = (today - rows[0].date).days
    if days < 1:
        return "In touch today"
    return f"Last in touch {plural(days, 'day')} ago"
