"""The P&L with groups down and periods across: one measure, one scenario, every cell explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from django.utils.http import urlencode

from accounts.access import clients_for
from accounts.models import Client
from common.figures import Figure
from common.money import ZERO, ratio
from common.periods import Month, month_add, month_label, parse_month, parse_period
from financials.calc.findings import Part
from financials.calc.group_findings import groups_against, largest_group, lowest_group
from financials.calc.ladder import COSTS, MARGIN_OF, TieOut
from financials.figures import LABELS, is_margin, pnl_figure
from financials.queries.basis import Basis, load_basis
from financials.queries.open_points import OpenPoint, load_open_points
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import NONE, PnlRequest, Scenario
from financials.queries.pnl_rows import PnlResult, columns_for
from people.models import User as Person

if TYPE_CHECKING:
    from people.models import User

Rows = Literal["client", "parent", "contract", "service_line", "owner", "tier", "industry"]
Columns = Literal["month", "quarter", "year", "fiscal_quarter", "fiscal_year"]
Shown = Literal["actual", "budget", "forecast", "prior_year", "variance", "variance_prior"]
ROW_WORDS: Final[dict[str, str]] = {
    "client": "Client",
    "parent": "Parent",
    "contract": "Contract",
    "service_line": "Service line",
    "owner": "Owner",
    "tier": "Tier",
    "industry": "Industry",
}
SHOWN_WORDS: Final[dict[str, str]] = {
    "actual": "Actual",
    "budget": "Budget",
    "forecast": "Forecast",
    "prior_year": "Prior year",
    "variance": "Variance on budget",
    "variance_prior": "Variance on prior year",
}
MOST_COLUMNS: Final = 24
LADDER_FILTERS: Final = frozenset({"client", "contract", "service_line"})
"""Filters that the ladder takes."""
_NOT_GIVEN: Final = "Not given"
Sums = tuple[Decimal | None, Decimal | None]
"""What a cell is made of: the amount, or a margin's profit; and the net revenue under a margin."""


@dataclass(frozen=True, slots=True)
class PivotView:
    """What the address says. request: filters, months, rates and budget version. as_share: a variance in percent."""

    request: PnlRequest
    rows: Rows = "client"
    columns: Columns = "month"
    shown: Shown = "actual"
    measure: str = "net_revenue"
    as_share: bool = False

    @property
    def compared(self) -> tuple[Scenario, ...]:
        """The scenarios read: one, or the two of a variance."""
        if self.shown == "variance":
            return ("actual", "budget")
        if self.shown == "variance_prior":
            return ("actual", "prior_year")
        return (self.shown,)


@dataclass(frozen=True, slots=True)
class PivotRow:
    """key: the group's value, None where it has none. filter: the address of the ladder of it alone, blank where there
    is none. cells: each figure, and whether its column is the current one.
    """

    key: str | None
    name: str
    filter: str
    cells: tuple[tuple[Figure, bool], ...]
    total: Figure


@dataclass(frozen=True, slots=True)
class PivotPage:
    view: PivotView
    basis: Basis
    finding: str
    topic: str
    columns: tuple[str, ...]
    current: str
    rows: tuple[PivotRow, ...]
    total: PivotRow
    tie_out: TieOut | None
    unallocated: Decimal | None
    pooled: str
    missing: tuple[str, ...]
    points: tuple[OpenPoint, ...]
    source: str
    largest: Decimal

    @property
    def compares(self) -> bool:
        return len(self.view.compared) == 2

    @property
    def row_word(self) -> str:
        return ROW_WORDS[self.view.rows]

    @property
    def column_word(self) -> str:
        return self.view.columns.replace("_", " ").capitalize()

    @property
    def shown_word(self) -> str:
        return SHOWN_WORDS[self.view.shown] + (", percent" if self.view.as_share else "")

    @property
    def rates_word(self) -> str:
        month = self.view.request.rates
        return f"Held at {month_label(month)}" if month else "As reported"


def load_pivot_page(user: User, view: PivotView, *, now: datetime) -> PivotPage:
    """At most twelve queries, whatever the size."""
    if view.measure not in columns_for(user):
        view = replace(view, measure="net_revenue")
    basis = load_basis(user, now=now, budget_version=view.request.budget_version)
    basis = replace(basis, constant=view.request.rates)
    results = [_ask(user, view, basis, scenario) for scenario in view.compared]
    grids = [_grid(result, view.measure) for result in results]
    labels = sorted({column for grid in grids for _, column in grid})[-MOST_COLUMNS:]
    keys = list(dict.fromkeys(row for grid in grids for row, _ in grid))
    names = _names(user, view.rows, keys)
    table = _Table(view, basis, results[0], grids, labels)
    rows = [table.row(key, names.get(key or "", key or _NOT_GIVEN)) for key in keys]
    total = table.row(None, "Total", whole=True)
    first = results[0]
    return PivotPage(
        view=view,
        basis=basis,
        finding=_finding(view, rows, total.total, basis.currency, _topic(view, first)),
        topic=_topic(view, first),
        columns=tuple(labels),
        current=_column_of(view.columns, basis.through),
        rows=tuple(sorted(rows, key=lambda row: (-abs(Decimal(row.total.value or 0)), row.name))),
        total=total,
        tie_out=first.tie_out,
        unallocated=first.unallocated,
        pooled=first.pooled,
        missing=tuple(dict.fromkeys(text for result in results for text in result.missing)),
        points=load_open_points(user, first.request, first) if view.shown == "actual" else (),
        source=_source(basis, first),
        largest=max((abs(Decimal(row.total.value or 0)) for row in rows), default=ZERO),
    )


def _ask(user: User, view: PivotView, basis: Basis, scenario: Scenario) -> PnlResult:
    request = replace(view.request, scenario=scenario, group_by=(view.rows, view.columns))
    return load_pnl(user, request, now=basis.as_of, basis=basis, tie=view.shown == "actual")


Grid = Mapping[tuple[str | None, str], Sums]


def _grid(result: PnlResult, measure: str) -> Grid:
    value, under = MARGIN_OF.get(measure, measure), "net_revenue" if is_margin(measure) else ""
    return {
        (row.group[0], row.group[1] or ""): (row.values[value], row.values[under] if under else ZERO)
        for row in result.rows
    }


def _names(user: User, rows: str, keys: Iterable[str | None]) -> dict[str, str]:
    wanted = [key for key in keys if key]
    if rows in ("client", "parent"):
        return dict(clients_for(user).order_by().filter(key__in=wanted).values_list("key", "name"))
    if rows == "owner":
        return dict(Person.objects.filter(email__in=wanted).values_list("email", "name"))
    return {str(value): str(label) for value, label in Client._meta.get_field("tier").choices or ()}


@dataclass(frozen=True, slots=True)
class _Table:
    view: PivotView
    basis: Basis
    result: PnlResult
    grids: list[Grid]
    labels: list[str]

    def row(self, key: str | None, name: str, *, whole: bool = False) -> PivotRow:
        scope = {} if whole else self._scope(key)
        cells = []
        for label in self.labels:
            value = self._value(key, [label], whole=whole)
            current = label == _column_of(self.view.columns, self.basis.through)
            cells.append((self._figure(value, scope, self._months(label), label), current))
        span = [self.result.first, self.result.last]
        total = self._figure(self._value(key, self.labels, whole=whole), scope, span, "")
        return PivotRow(key, name, self._address(scope), tuple(cells), total)

    def _address(self, scope: dict[str, str] | None) -> str:
        """The ladder of one client, contract or service line; of the others, their clients."""
        if not scope:
            return ""
        request = self.view.request
        kept = {name: getattr(request, name) for name in ROW_WORDS if getattr(request, name)} | scope
        rows = {} if LADDER_FILTERS.issuperset(kept) else {"rows": "client", "measure": self.view.measure}
        return f"?{urlencode({**rows, **kept})}"

    def _scope(self, key: str | None) -> dict[str, str]:
        """The filter that gives this row."""
        return {self.view.rows: key or NONE}

    def _value(self, key: str | None, labels: list[str], *, whole: bool) -> Decimal | None:
        found = [_made(self._sum(grid, key, labels, whole=whole), self.view.measure) for grid in self.grids]
        return found[0] if len(found) == 1 else _variance(self.view, found[0], found[1])

    def _sum(self, grid: Grid, key: str | None, labels: list[str], *, whole: bool) -> Sums | None:
        wanted = set(labels)
        if whole:
            parts = [sums for (_, column), sums in grid.items() if column in wanted]
        else:
            parts = [grid[key, label] for label in labels if (key, label) in grid]
        if not parts:
            return None
        return _added(part[0] for part in parts), _added(part[1] for part in parts)

    def _months(self, label: str) -> list[Month]:
        if self.view.columns.startswith("fiscal"):
            return [self.result.first, self.result.last]
        first, last = parse_period(label)
        return [max(first, self.result.first), min(last, self.result.last)]

    def _figure(self, value: Decimal | None, scope: dict[str, str] | None, months: list[Month], label: str) -> Figure:
        request = self.view.request
        given = {
            "contract": request.contract,
            "owner": request.owner,
            "tier": request.tier,
            "parent": request.parent,
            "industry": request.industry,
            "service_line": NONE if request.service_line == "" else request.service_line or "",
            "client": request.client,
        } | (scope or {})
        if self.view.columns.startswith("fiscal"):
            given["fiscal"] = label
        given["rates"] = f"{request.rates:%Y-%m}" if request.rates else ""
        given["budget"] = request.budget_version
        known = scope is not None and not self.view.as_share
        made = pnl_figure(
            self.view.measure, value, self.basis, months=months if known else [], scenario=self.view.shown, **given
        )
        if self.view.as_share:
            return Figure("", made.label, value, "percent")
        costs = self.view.measure in COSTS and len(self.grids) == 1
        return Figure(made.id, made.label, -value if costs and value is not None else value, made.unit)


def _added(values: Iterable[Decimal | None]) -> Decimal | None:
    several = list(values)
    known = [value for value in several if value is not None]
    return sum(known, ZERO) if len(known) == len(several) else None


def _made(sums: Sums | None, measure: str) -> Decimal | None:
    if sums is None:
        return None
    return ratio(*sums) if is_margin(measure) else sums[0]


def _variance(view: PivotView, actual: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Favourable positive; of margins in points; as a share of what it is held against. Unknown without either."""
    if actual is None or other is None:
        return None
    if is_margin(view.measure):
        return (actual - other) * 100
    gap = other - actual if view.measure in COSTS else actual - other
    return ratio(gap, abs(other)) if view.as_share else gap


def _column_of(columns: str, month: Month) -> str:
    if columns == "month":
        return f"{month:%Y-%m}"
    return f"{month.year}-Q{(month.month + 2) // 3}" if columns == "quarter" else str(month.year)


def column_word(columns: str, label: str) -> str:
    return month_label(parse_month(label)) if columns == "month" else label


def _finding(view: PivotView, rows: Iterable[PivotRow], whole: Figure, currency: str, topic: str) -> str:
    """Groups without a name are in the total and are not named."""
    total = None if whole.value is None else Decimal(whole.value)
    parts = [Part(row.name, Decimal(row.total.value)) for row in rows if row.key and row.total.value is not None]
    what = LABELS[view.measure]
    if len(view.compared) == 2:
        if view.as_share:
            return topic
        against = "budget" if view.shown == "variance" else "the prior year"
        return groups_against(what, against, total, parts, "" if is_margin(view.measure) else currency, topic)
    words = what.lower() if view.shown == "actual" else f"{SHOWN_WORDS[view.shown].lower()} {what.lower()}"
    if is_margin(view.measure):
        return lowest_group(words, total, parts, topic)
    if view.measure in COSTS and total is not None:  # shown negative, said as they are
        total, parts = -total, [Part(name, -gap) for name, gap in parts]
    return largest_group(words, total, parts, currency, topic)


def _topic(view: PivotView, result: PnlResult) -> str:
    span = f"{month_label(result.first)} to {month_label(result.last)}"
    words = "" if view.shown == "actual" else f", {SHOWN_WORDS[view.shown].lower()}"
    return f"{LABELS[view.measure]}{words} by {ROW_WORDS[view.rows].lower()}, {span}"


def _source(basis: Basis, result: PnlResult) -> str:
    parts = [f"Ledger to {month_label(basis.through)}"]
    parts += [f"budget {basis.budget_version}"] if basis.budget_version else []
    parts += [result.rates_note] if result.rates_note else []
    parts += [result.labour_note] if result.labour_note else []
    return ", ".join([*parts, f"newest ledger entry {basis.ledger_no:,}"])


def pivot_rows(page: PivotPage) -> tuple[list[str], list[list[object]]]:
    """Exactly the page's table, in full amounts: every group, not only those of one screen."""
    head = [ROW_WORDS[page.view.rows], *page.columns, "Total"]
    rows = [page.total, *page.rows]
    return head, [[row.name, *(fig.value for fig, _ in row.cells), row.total.value] for row in rows[1:]]


def default_first(columns: str, last: Month) -> Month:
    """Twelve months, three years of quarters' worth for years, whole periods always."""
    back = {"month": 11, "quarter": 11, "fiscal_quarter": 11}.get(columns, 35)
    first = month_add(last, -back)
    if columns == "quarter":
        return date(first.year, first.month - (first.month - 1) % 3, 1)
    return date(first.year, 1, 1) if columns == "year" else first


def chips(user: User, view: PivotView) -> list[tuple[str, str, str]]:
    """The filters that narrow the page: parameter, label, value as people read it."""
    request = view.request
    given = {name: getattr(request, name) or "" for name in ROW_WORDS}
    found = []
    for name, value in given.items():
        if not value:
            continue
        word = _NOT_GIVEN if value == NONE else _names(user, name, [value]).get(value, value)
        found.append((name, ROW_WORDS[name], word))
    return found
