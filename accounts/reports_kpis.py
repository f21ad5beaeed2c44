"""KPIs to take away: each with target, reading, attainment and where the year ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from accounts.access import get_client_for, kpis_for
from accounts.queries.kpi_pages import book_finding, client_finding, mean_figure
from accounts.queries.kpis import load_states, projected, readings_of
from common.formats import day, ratio
from common.policies import CLIENT_READERS, LEGAL
from common.reports import Report, ReportColumn, ReportKind, Way, report_kinds

if TYPE_CHECKING:
    from people.models import User

_COLUMNS: Final[tuple[tuple[str, str, Way], ...]] = (
    ("client", "Client", "text"), ("category", "Category", "text"), ("kpi", "KPI", "text"), ("unit", "Unit", "text"),
    ("owner", "Our owner", "text"), ("contact", "Their owner", "text"), ("baseline", "Baseline", "days"),
    ("target", "Target", "days"), ("target_low", "From", "days"), ("target_high", "To", "days"), ("due", "By", "day"),
    ("period", "Last read", "text"), ("actual", "Actual", "days"), ("expected", "Asked by then", "days"),
    ("attained", "Attained", "ratio"), ("standing", "Standing", "text"), ("year_end", "Year end", "days"),
)  # fmt: skip


def report(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """client: of one alone."""
    today, rows, name = now.date(), kpis_for(user), ""
    if query.get("client"):
        client = get_client_for(user, query["client"])
        today, rows, name = client.local_date(now), rows.filter(client=client), client.name
    states = load_states(rows.order_by("client__name", "category", "name", "pk"), today)
    readings = readings_of([state.kpi for state in states], since=today - timedelta(days=800))
    cells = []
    for state in states:
        kpi, held = state.kpi, state.held
        ahead = projected(kpi, readings.get(kpi.pk, ()), today).value
        cells.append([
            kpi.client.name, kpi.category or None, kpi.name, kpi.unit, kpi.owner.name if kpi.owner else None,
            kpi.contact.name if kpi.contact else None, kpi.baseline, kpi.target, kpi.target_low, kpi.target_high,
            kpi.due, state.period or None, state.actual, held.expected, held.to_date, state.standing_word,
            None if ahead is None else round(ahead, 4),
        ])  # fmt: skip
    mean = mean_figure(states).value
    return Report(
        name="kpis",
        title="KPIs of the clients" if not name else f"KPIs of {name}",
        finding=client_finding(states, name) if name else book_finding(states),
        as_of=now,
        period=f"As of {day(today)}",
        filters=(("Client", name),),
        columns=tuple(ReportColumn(*column) for column in _COLUMNS),
        rows=cells,
        source="Last reading of each KPI, held to what was asked when its period ended",
        notes=(f"Mean attainment {ratio(mean, 0)}.",) if mean is not None else (),
    )


def register() -> None:
    report_kinds.register("kpis", ReportKind("KPIs of the clients", CLIENT_READERS - {LEGAL}, report))
