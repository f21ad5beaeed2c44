"""The P&L as a page prints it: the ladder down, periods across, then budget, variance, last year and the year so far.

Costs are shown negative and variances favourable-positive, so that the eye reads one direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from common import charts
from common.figures import Figure
from common.formats import Scale, day_short, money_words
from common.money import ZERO, ratio
from common.periods import Month, month_add, month_label, months_between, quarter_of
from financials.calc import findings
from financials.calc.findings import Part
from financials.calc.ladder import COSTS, TieOut
from financials.figures import LABELS, is_margin, pnl_figure
from financials.queries.basis import Basis, load_basis
from financials.queries.pnl import PnlRequest, PnlResult, gap, load_pnl

if TYPE_CHECKING:
    from people.models import User

Group = Literal["month", "quarter", "year"]
Against = Literal["budget", "prior_year"]
TOTALS: Final = frozenset({"gross_revenue", "net_revenue", "gross_profit", "contribution", "operating_profit"})
MONTHS_SHOWN: Final = 4
_NUMERATOR: Final = {
    "gross_margin": "gross_profit",
    "contribution_margin": "contribution",
    "operating_margin": "operating_profit",
}
_BRIDGE: Final = ("net_revenue", "delivery_labour", "freelancers", "direct_expenses")

Values = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class PnlView:
    """What the address says. client "" is the whole portfolio in sight."""

    client: str = ""
    first: Month | None = None
    last: Month | None = None
    group: Group = "month"
    against: Against = "budget"
    unit: Literal["k", "M", "1"] = "k"
    contract: str = ""
    service_line: str | None = None


@dataclass(frozen=True, slots=True)
class Period:
    label: str
    months: tuple[Month, ...]
    current: bool = False


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
    source: str
    has_budget: bool
    bridge: charts.Bridge | None
    empty: bool = field(default=False)


def load_pnl_page(user: User, view: PnlView, *, now: datetime) -> PnlPage:
    """At most eleven queries, whatever the book's size."""
    basis = load_basis(user, now=now)
    periods = _periods(view, basis)
    focus = periods[-1]
    year = tuple(months_between(date(focus.months[-1].year, 1, 1), focus.months[-1]))
    first = min(periods[0].months[0], year[0])
    last = focus.months[-1]
    results = {name: _ask(user, view, basis, name, first, last) for name in ("actual", "budget", "prior_year")}
    grids = {name: _by_month(result) for name, result in results.items()}
    actual = results["actual"]
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
            "focus": f"{focus.label} on {words}",
            "against": f"Budget {basis.budget_version}".strip() if view.against == "budget" else "Prior year",
            "prior": _label(tuple(month_add(month, -12) for month in focus.months), view.group),
            "year": f"January to {year[-1]:%B}" if len(year) > 1 else "January",
        },
        lines=lines,
        biggest=max((abs(Decimal(line.variance.value or 0)) for line in lines if line.kind != "ratio"), default=ZERO),
        tie_out=actual.tie_out,
        unallocated=actual.unallocated,
        pooled=actual.pooled,
        missing=tuple(dict.fromkeys(text for result in results.values() for text in result.missing)),
        source=_source(basis, actual),
        has_budget=bool(grids["budget"]),
        bridge=_bridge(table, basis) if "contribution" in columns else None,
        empty=not grids["actual"] and not grids["budget"],
    )


def _ask(user: User, view: PnlView, basis: Basis, scenario: str, first: Month, last: Month) -> PnlResult:
    request = PnlRequest(
        first=first,
        last=last,
        group_by=("month",),
        scenario=scenario,  # type: ignore[arg-type]  # three of its literals
        client=view.client,
        contract=view.contract,
        service_line=view.service_line,
    )
    return load_pnl(user, request, now=basis.as_of, basis=basis, tie=scenario == "actual")


def _by_month(result: PnlResult) -> dict[Month, Values]:
    return {date.fromisoformat(f"{row.group[0]}-01"): row.values for row in result.rows}


def _periods(view: PnlView, basis: Basis) -> list[Period]:
    last = view.last or basis.through
    first = view.first or _opening(month_add(last, 1 - MONTHS_SHOWN if view.group == "month" else -12), view.group)
    groups: dict[object, list[Month]] = {}
    for month in months_between(first, last):
        key = month if view.group == "month" else quarter_of(month) if view.group == "quarter" else month.year
        groups.setdefault(key, []).append(month)
    several = list(groups.values())
    return [
        Period(_label(tuple(months), view.group), tuple(months), current=months is several[-1]) for months in several
    ]


def _opening(month: Month, group: Group) -> Month:
    """The first month of the quarter or year that the month lies in, so that no part of one is shown as the whole."""
    if group == "month":
        return month
    return date(month.year, month.month - (month.month - 1) % 3 if group == "quarter" else 1, 1)


def _label(months: tuple[Month, ...], group: Group) -> str:
    """'2026-Q3'; '2026-Q4 to Oct' and '2025-Q4 from Nov' where months are missing."""
    if group == "month":
        return month_label(months[0])
    label = quarter_of(months[0]) if group == "quarter" else str(months[0].year)
    if months[0] != _opening(months[0], group):
        return f"{label} from {months[0]:%b}"
    return label if len(months) == (3 if group == "quarter" else 12) else f"{label} to {months[-1]:%b}"


@dataclass(frozen=True, slots=True)
class _Table:
    view: PnlView
    basis: Basis
    grids: Mapping[str, Mapping[Month, Values]]
    periods: Sequence[Period]
    year: tuple[Month, ...]

    def value(self, scenario: str, row: str, months: Iterable[Month]) -> Decimal | None:
        """The row over the months: amounts add, margins are those of the sums, None where nothing is known."""
        months = list(months)
        if is_margin(row):
            return ratio(self.value(scenario, _NUMERATOR[row], months), self.value(scenario, "net_revenue", months))
        grid = self.grids[scenario]
        found = [grid[month].get(row) for month in months if month in grid]
        if not found or any(value is None for value in found):
            return None
        return sum((value for value in found if value is not None), ZERO)

    def figure(self, scenario: str, row: str, months: Sequence[Month], value: Decimal | None) -> Figure:
        scope = {"contract": self.view.contract}
        if self.view.service_line:
            scope["service_line"] = self.view.service_line
        made = pnl_figure(row, value, self.basis, months=months, client=self.view.client, scenario=scenario, **scope)
        shown = -value if value is not None and row in COSTS and not scenario.startswith("variance") else value
        return Figure(made.id, made.label, shown, made.unit)

    def cell(self, scenario: str, row: str, months: Sequence[Month]) -> Figure:
        return self.figure(scenario, row, months, self.value(scenario, row, months))

    def variance(self, row: str, months: Sequence[Month]) -> Figure:
        against = self.view.against
        value = gap(row, self.value("actual", row, months), self.value(against, row, months))
        favourable = -value if value is not None and row in COSTS else value
        name = "variance" if against == "budget" else "variance_prior"
        return self.figure(name, row, months, favourable)

    def line(self, row: str) -> LadderLine:
        focus = self.periods[-1].months
        variance = self.variance(row, focus)
        budget = self.value(self.view.against, row, focus)
        share = None
        if not is_margin(row) and variance.value is not None and budget:
            share = ratio(Decimal(variance.value), abs(budget))
        return LadderLine(
            key=row,
            label=LABELS[row],
            kind="ratio" if is_margin(row) else "total" if row in TOTALS else "line",
            cells=tuple((self.cell("actual", row, period.months), period.current) for period in self.periods),
            budget=self.cell(self.view.against, row, focus),
            variance=variance,
            share=share,
            prior=self.cell("prior_year", row, focus),
            ytd=self.cell("actual", row, self.year),
            ytd_variance=self.variance(row, self.year),
        )


def _finding(table: _Table, columns: Sequence[str], basis: Basis) -> str:
    """'October 2026 contribution is $84.5k under budget, all of it in net revenue'."""
    row = "contribution" if "contribution" in columns else "net_revenue"
    focus = table.periods[-1]
    what = f"{_when(focus, table.view.group, basis)} {LABELS[row].lower()}"
    values = [table.value(name, row, focus.months) for name in ("actual", "budget")]
    parts = []
    for name in _BRIDGE:
        gap_of = gap(name, *(table.value(scenario, name, focus.months) for scenario in ("actual", "budget")))
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
    months = table.periods[-1].months
    start, end = (table.value(name, "contribution", months) for name in ("budget", "actual"))
    if start is None or end is None or start <= 0 or end <= 0:
        return None
    moves: list[Part] = []
    for name in _BRIDGE:
        moved = gap(name, *(table.value(scenario, name, months) for scenario in ("actual", "budget")))
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


def export_rows(user: User, view: PnlView, *, now: datetime) -> tuple[list[str], list[list[object]], str]:
    """Exactly what the page shows, as a table of full amounts: head, rows, and where it comes from."""
    page = load_pnl_page(user, view, now=now)
    against = page.spans["against"]
    head = [
        "Line",
        "Currency",
        *(period.label for period in page.periods),
        against,
        "Variance",
        page.spans["prior"],
        f"{page.spans['year']}, actual",
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
    return head, rows, page.source
