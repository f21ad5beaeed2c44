"""The P&L as a page prints it: the ladder down, periods across, then budget, variance, last year and the year so far.

Costs are shown negative and variances favourable-positive, so that the eye reads one direction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from common import charts
from common.figures import Figure
from common.formats import Scale, day_short, money_words
from common.money import ZERO, ratio
from common.periods import Month, format_month, month_add, month_label, months_between
from financials.calc import findings
from financials.calc.findings import Part
from financials.calc.ladder import COSTS, TieOut
from financials.figures import LABELS, is_margin, pnl_figure
from financials.queries.basis import Basis, load_basis
from financials.queries.open_points import OpenPoint, load_open_points
from financials.queries.pnl import load_pnl
from financials.queries.pnl_periods import (
    Group,
    Period,
    calendar_periods,
    first_month,
    fiscal_periods,
    is_fiscal,
    year_before,
)
from financials.queries.pnl_request import NONE, PnlRequest, clients_asked
from financials.queries.pnl_rows import PnlResult, gap

if TYPE_CHECKING:
    from people.models import User

Against = Literal["budget", "prior_year"]
Shown = Literal["actual", "forecast"]
TOTALS: Final = frozenset({"gross_revenue", "net_revenue", "gross_profit", "contribution", "operating_profit"})
SHOWN_WORDS: Final[dict[str, str]] = {"actual": "Actual", "forecast": "Forecast"}
FORECAST_AHEAD: Final = 3
"""Months after the last closed one that a forecast shows when nobody says which."""
_NUMERATOR: Final = {
    "gross_margin": "gross_profit",
    "contribution_margin": "contribution",
    "operating_margin": "operating_profit",
}
_BRIDGE: Final = ("net_revenue", "delivery_labour", "freelancers", "direct_expenses")

Values = Mapping[str, Decimal | None]
Grid = Mapping[tuple[Month, str], Values]
"""By month, and by the fiscal label that the month has for a client where the columns are fiscal; else blank."""


@dataclass(frozen=True, slots=True)
class PnlView:
    """What the address says. client "" is the whole portfolio in sight; so with each filter. version: of the budget,
    "" the newest. rates: the month whose rates serve every month, None each its own.
    """

    client: str = ""
    first: Month | None = None
    last: Month | None = None
    group: Group = "month"
    against: Against = "budget"
    unit: Literal["k", "M", "1"] = "k"
    contract: str = ""
    service_line: str | None = None
    shown: Shown = "actual"
    owner: str = ""
    tier: str = ""
    parent: str = ""
    industry: str = ""
    version: str = ""
    rates: Month | None = None

    @property
    def scope(self) -> dict[str, str]:
        """The filters beside client and service line, as a figure's identity and a chip name them."""
        names = ("contract", "owner", "tier", "parent", "industry")
        return {name: value for name in names if (value := getattr(self, name))}

    @property
    def rates_word(self) -> str:
        return f"Held at {month_label(self.rates)}" if self.rates else "As reported"


@dataclass(frozen=True, slots=True)
class LadderLine:
    """One row of the table. variance and its share are favourable-positive; bar is what the small bar draws."""

    key: str
    label: str
    kind: Literal["total", "line", "ratio"]
    cells: tuple[tuple[Figure, bool], ...]
    budget: Figure
    variance: Figure
    share: Decimal | None
    prior: Figure
    ytd: Figure
    ytd_variance: Figure


@dataclass(frozen=True, slots=True)
class PnlPage:
    view: PnlView
    basis: Basis
    finding: str
    periods: tuple[Period, ...]
    focus: Period
    spans: dict[str, str]
    lines: tuple[LadderLine, ...]
    biggest: Decimal
    tie_out: TieOut | None
    unallocated: Decimal | None
    pooled: str
    missing: tuple[str, ...]
    points: tuple[OpenPoint, ...]
    source: str
    has_budget: bool
    bridge: charts.Bridge | None
    empty: bool = field(default=False)


def load_pnl_page(user: User, view: PnlView, *, now: datetime) -> PnlPage:
    """At most eleven queries, whatever the book's size."""
    basis = replace(load_basis(user, now=now, budget_version=view.version), constant=view.rates)
    last = view.last or month_add(basis.through, FORECAST_AHEAD if view.shown == "forecast" else 0)
    start = view.first or first_month(view.group, last)
    year = tuple(months_between(date(last.year, 1, 1), last))
    first = min(start, year[0])
    results = {name: _ask(user, view, basis, name, first, last) for name in (view.shown, "budget", "prior_year")}
    grids = {name: _by_month(result, view.group) for name, result in results.items()}
    actual = results[view.shown]
    periods = _periods(user, view, grids, start, last)
    focus = periods[-1]
    columns = [row for row in LABELS if row in actual.columns]
    table = _Table(view, basis, grids, periods, year)
    lines = tuple(table.line(row) for row in columns)
    words = "budget" if view.against == "budget" else "prior year"
    return PnlPage(
        view=view,
        basis=basis,
        finding=_finding(table, columns, basis),
        periods=tuple(periods),
        focus=focus,
        spans={
            "shown": SHOWN_WORDS[view.shown],
            "focus": f"{focus.label} on {words}",
            "against": f"Budget {basis.budget_version}".strip() if view.against == "budget" else "Prior year",
            "prior": year_before(focus, view.group),
            "year": f"January to {year[-1]:%B}" if len(year) > 1 else "January",
        },
        lines=lines,
        biggest=max((abs(Decimal(line.variance.value or 0)) for line in lines if line.kind != "ratio"), default=ZERO),
        tie_out=actual.tie_out,
        unallocated=actual.unallocated,
        pooled=actual.pooled,
        missing=tuple(dict.fromkeys(text for result in results.values() for text in result.missing)),
        points=load_open_points(user, actual.request, actual),
        source=_source(basis, actual),
        has_budget=bool(grids["budget"]),
        bridge=_bridge(table, basis) if "contribution" in columns else None,
        empty=not grids[view.shown] and not grids["budget"],
    )


def _ask(user: User, view: PnlView, basis: Basis, scenario: str, first: Month, last: Month) -> PnlResult:
    request = PnlRequest(
        first=first,
        last=last,
        group_by=("month", view.group) if is_fiscal(view.group) else ("month",),
        scenario=scenario,  # type: ignore[arg-type]  # four of its literals
        client=view.client,
        service_line=view.service_line,
        budget_version=view.version,
        rates=view.rates,
    )
    request = replace(request, **view.scope)  # type: ignore[arg-type]  # its text fields
    return load_pnl(user, request, now=basis.as_of, basis=basis, tie=scenario == "actual")


def _by_month(result: PnlResult, group: Group) -> dict[tuple[Month, str], Values]:
    labelled = is_fiscal(group)
    return {
        (date.fromisoformat(f"{row.group[0]}-01"), (row.group[1] or "") if labelled else ""): row.values
        for row in result.rows
    }


def _periods(user: User, view: PnlView, grids: Mapping[str, Grid], first: Month, last: Month) -> list[Period]:
    """Never none: a fiscal view of months without any entry falls back to the calendar's columns."""
    if not is_fiscal(view.group):
        return calendar_periods(view.group, first, last)
    labels = {name for grid in grids.values() for month, name in grid if first <= month <= last}
    wanted = PnlRequest(client=view.client)
    asked = clients_asked(user, replace(wanted, **view.scope))  # type: ignore[arg-type]  # its text fields
    starts = asked.values_list("fiscal_year_start", flat=True).distinct()
    found = fiscal_periods(view.group, first, last, labels, starts, whole=view.first is None)
    return found or calendar_periods("quarter" if view.group == "fiscal_quarter" else "year", first, last)


@dataclass(frozen=True, slots=True)
class _Table:
    view: PnlView
    basis: Basis
    grids: Mapping[str, Grid]
    periods: Sequence[Period]
    year: tuple[Month, ...]

    def value(self, scenario: str, row: str, span: Period) -> Decimal | None:
        """The row over the span: amounts add, margins are those of the sums, None where nothing is known."""
        if is_margin(row):
            return ratio(self.value(scenario, _NUMERATOR[row], span), self.value(scenario, "net_revenue", span))
        months = set(span.months)
        found = [
            values.get(row)
            for (month, name), values in self.grids[scenario].items()
            if month in months and (not span.fiscal or name == span.fiscal)
        ]
        if not found or any(value is None for value in found):
            return None
        return sum((value for value in found if value is not None), ZERO)

    def figure(self, scenario: str, row: str, span: Period, value: Decimal | None) -> Figure:
        view = self.view
        scope = {**view.scope, "fiscal": span.fiscal, "budget": view.version}
        if view.rates:
            scope["rates"] = format_month(view.rates)
        if view.service_line is not None:
            scope["service_line"] = view.service_line or NONE
        months = [span.months[0], span.months[-1]]
        made = pnl_figure(row, value, self.basis, months=months, client=view.client, scenario=scenario, **scope)
        shown = -value if value is not None and row in COSTS and "variance" not in scenario else value
        return Figure(made.id, made.label, shown, made.unit)

    def cell(self, scenario: str, row: str, span: Period) -> Figure:
        return self.figure(scenario, row, span, self.value(scenario, row, span))

    def variance(self, row: str, span: Period) -> Figure:
        shown, against = self.view.shown, self.view.against
        value = gap(row, self.value(shown, row, span), self.value(against, row, span))
        favourable = -value if value is not None and row in COSTS else value
        name = "variance" if against == "budget" else "variance_prior"
        return self.figure(name if shown == "actual" else f"{shown}_{name}", row, span, favourable)

    def line(self, row: str) -> LadderLine:
        focus, shown = self.periods[-1], self.view.shown
        year = Period("", self.year)
        variance = self.variance(row, focus)
        budget = self.value(self.view.against, row, focus)
        share = None
        if not is_margin(row) and variance.value is not None and budget:
            share = ratio(Decimal(variance.value), abs(budget))
        return LadderLine(
            key=row,
            label=LABELS[row],
            kind="ratio" if is_margin(row) else "total" if row in TOTALS else "line",
            cells=tuple((self.cell(shown, row, period), period.current) for period in self.periods),
            budget=self.cell(self.view.against, row, focus),
            variance=variance,
            share=share,
            prior=self.cell("prior_year", row, focus),
            ytd=self.cell(shown, row, year),
            ytd_variance=self.variance(row, year),
        )


def _finding(table: _Table, columns: Sequence[str], basis: Basis) -> str:
    """'October 2026 contribution is $84.5k under budget, all of it in net revenue'."""
    shown = table.view.shown
    row = "contribution" if "contribution" in columns and shown == "actual" else "net_revenue"
    focus = table.periods[-1]
    words = f"{'forecast ' if shown == 'forecast' else ''}{LABELS[row].lower()}"
    what = f"{_when(focus, table.view.group, basis)} {words}"
    values = [table.value(name, row, focus) for name in (shown, "budget")]
    parts = []
    for name in _BRIDGE if shown == "actual" else ():
        gap_of = gap(name, *(table.value(scenario, name, focus) for scenario in ("actual", "budget")))
        if gap_of is not None:
            parts.append(Part(LABELS[name].lower(), -gap_of if name in COSTS else gap_of))
    return findings.amount_against_budget(
        what, values[0], values[1], basis.currency, parts if row == "contribution" else ()
    )


def _when(period: Period, group: Group, basis: Basis) -> str:
    """'October' this year, 'October 2025' before; quarters and years by their label."""
    if group != "month":
        return period.label
    month = period.months[-1]
    return f"{month:%B}" if month.year == basis.today.year else f"{month:%B %Y}"


def _bridge(table: _Table, basis: Basis) -> charts.Bridge | None:
    """From budgeted to actual contribution, line by line; None without both."""
    if table.view.shown != "actual":
        return None
    focus = table.periods[-1]
    start, end = (table.value(name, "contribution", focus) for name in ("budget", "actual"))
    if start is None or end is None or start <= 0 or end <= 0:
        return None
    moves: list[Part] = []
    for name in _BRIDGE:
        moved = gap(name, *(table.value(scenario, name, focus) for scenario in ("actual", "budget")))
        if moved is None:
            return None
        moves.append(Part(LABELS[name], -moved if name in COSTS else moved))
    label = table.periods[-1].label
    scale: Scale = "k" if max(start, end) < 10_000_000 else "M"
    return charts.Bridge(
        finding=findings.largest_moves(
            [Part(name.lower(), moved) for name, moved in moves], basis.currency, "Contribution, budget to actual"
        ),
        sub=f"Contribution from budget to actual, {label}, {money_words(basis.currency, scale)}; a plus helps, "
        "a minus hurts. The parts sum exactly",
        source=f"Ledger to {month_label(basis.through)}, budget {basis.budget_version}",
        start=charts.Step("Budget", start),
        steps=tuple(charts.Step(*move) for move in moves),
        end=charts.Step("Actual", end),
        unit=basis.currency,
        scale=scale,
        size="xl",
    )


def _source(basis: Basis, result: PnlResult) -> str:
    parts = [f"Ledger to {month_label(basis.through)}"]
    if basis.closed_at is not None:
        parts[0] += f" (closed {day_short(basis.closed_at.date())})"
    else:
        parts[0] += " (no month closed yet)"
    if basis.budget_version:
        parts.append(f"budget {basis.budget_version}")
    if result.rates_note:
        parts.append(result.rates_note)
    parts += [result.labour_note] if result.labour_note else []
    return ", ".join([*parts, f"newest ledger entry {basis.ledger_no:,}"])


def export_rows(page: PnlPage) -> tuple[list[str], list[list[object]]]:
    """Exactly what the page shows, as a table of full amounts: head and rows."""
    against = page.spans["against"]
    head = [
        "Line",
        "Currency",
        *(period.label for period in page.periods),
        against,
        "Variance",
        page.spans["prior"],
        f"{page.spans['year']}, {page.spans['shown'].lower()}",
        f"{page.spans['year']}, variance",
    ]
    rows: list[list[object]] = [
        [
            line.label,
            "" if line.kind == "ratio" else page.basis.currency,
            *(figure.value for figure, _ in line.cells),
            line.budget.value,
            line.variance.value,
            line.prior.value,
            line.ytd.value,
            line.ytd_variance.value,
        ]
        for line in page.lines
    ]
    return head, rows
