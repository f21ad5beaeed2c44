"""Capacity to take away: the weeks of each role, and what calls for an act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from accounts.access import get_client_for
from common.formats import number
from common.reports import Report, ReportColumn, ReportTable, Way
from financials.forms.capacity import capacity_view
from financials.queries.capacity import capacity_rows, load_capacity, shown
from financials.queries.capacity_figures import UTILISATION
from financials.queries.capacity_page import CapacityPage, load_capacity_page

if TYPE_CHECKING:
    from people.models import User

SIX: Final = Decimal("0.000001")
_HOURS: Final[tuple[tuple[str, str, Way], ...]] = (
    ("capacity", "Capacity", "amount"), ("firm", "Firm", "amount"), ("weighted", "Soft, weighted", "amount"),
    ("gap", "Gap", "amount"), ("utilisation", "Utilisation", "ratio"),
)  # fmt: skip
_NO_HIRES: Final = {
    False: "No role is short for three weeks running.",
    True: "Not told of one client's people: whom else the role has is not asked.",
}


def capacity(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """By role and week, or person and week, as the page is; columns as reports/capacity heads them."""
    asked, rows, page, _ = capacity_view(dict(query.items()), now.date())
    if asked.client:
        get_client_for(user, asked.client)
    book = load_capacity(user, asked, today=now.date())
    found = load_capacity_page(user, asked, rows=rows, page=page, now=now)
    group = "person" if rows == "person" else "role"
    heads: tuple[tuple[str, str, Way], ...] = ((group, group.capitalize(), "text"), ("week", "Week of", "day"))
    return Report(
        name="capacity",
        title="Capacity",
        finding=found.finding,
        as_of=now,
        period=found.span,
        filters=(("Client", asked.client), ("Role", asked.role), ("Person", asked.person)),
        columns=tuple(ReportColumn(*column) for column in (*heads, *_HOURS)),
        rows=[
            [
                row.groups[0] or "Nobody named", row.groups[1], shown(row.cell.capacity), shown(row.cell.demand.firm),
                shown(row.cell.demand.weighted), shown(row.cell.gap),
                None if row.cell.utilisation is None else row.cell.utilisation.quantize(SIX),
            ]
            for row in capacity_rows(book, (group, "week"))
        ],
        more=_lists(found),
        source="Allocations as they stand now; capacity less public holidays and leave. Hours",
        notes=(f"Utilisation: {UTILISATION}", *_notes(found)),
    )  # fmt: skip


def _lists(page: CapacityPage) -> tuple[ReportTable, ...]:
    hire = ReportTable(
        "Hire for",
        tuple(
            ReportColumn(*column)
            for column in (
                ("role", "Role", "text"), ("from", "Short from", "day"), ("weeks", "Weeks running", "count"),
                ("hours", "Hours a week", "amount"), ("lead", "Lead time, weeks", "count"), ("by", "Hire by", "day"),
            )
        ),
        [
            [one.role, one.gap.week, one.gap.weeks, shown(one.gap.hours), one.lead_weeks, one.gap.hire_by]
            for one in page.hires
        ],
        note="" if page.hires else _NO_HIRES[page.asked.narrowed],
    )  # fmt: skip
    over = ReportTable(
        "Planned beyond their hours",
        tuple(
            ReportColumn(*column)
            for column in (
                ("person", "Person", "text"), ("from", "From", "day"), ("weeks", "Weeks", "count"),
                ("worst", "Worst week", "day"), ("excess", "Hours beyond", "amount"),
            )
        ),
        [[one.person.name, one.first, one.weeks, one.worst, one.figure.value] for one in page.over],
        note="" if page.over else "Nobody.",
    )  # fmt: skip
    bench = ReportTable(
        "Free for at least half of the next four weeks",
        tuple(
            ReportColumn(*column)
            for column in (
                ("person", "Person", "text"), ("role", "Role", "text"), ("free", "Free hours", "amount"),
                ("share", "Share free", "ratio"),
            )
        ),
        [[one.person.name, one.person.role, shown(one.hours), one.share] for one in page.bench],
        note="" if page.bench else "Nobody.",
    )  # fmt: skip
    return hire, over, bench


def _notes(page: CapacityPage) -> tuple[str, ...]:
    notes = []
    if page.unknown:
        notes.append(f"Weekly hours are not known, so in no capacity and no gap: {', '.join(page.unknown)}")
    if page.unweighted:
        notes.append(f"{number(page.unweighted, 0)} soft hours have no deal with a probability and are in no demand")
    return tuple(notes)
