"""The P&L: one query used by the page, REST, exports, decks and explanations alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from django.db.models import Max, Q, QuerySet

from accounts.access import clients_for
from accounts.models import Client
from common.memory import collector_paused
from common.money import ZERO
from common.periods import Month, format_month, month_add
from financials.access import contracts_for
from financials.calc.forecast_cost import forecast_ladder
from financials.calc.ladder import LINES, MARGINS, ROWS, TieOut, gap_values, ladder, ladder_values
from financials.models import ForecastRun
from financials.models.ledger import COST_LINES
from financials.queries import cells as narrow
from financials.queries.basis import Basis, ids_sql, load_basis
from financials.queries.cells import Cell, Cut, load_cells, load_pool, load_unspread
from financials.queries.ladder_sql import GROUPS
from financials.queries.ladders import Summed, load_ladders, load_missing, stream_ladders
from financials.queries.overhead import Pool
from financials.queries.pnl_words import labour_words, missing_words, rates_note
from financials.queries.ties import load_tie
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

Scenario = Literal["actual", "budget", "forecast", "prior_year", "variance"]
SCENARIOS: Final[tuple[Scenario, ...]] = ("actual", "budget", "forecast", "prior_year", "variance")
GROUP_NAMES: Final = tuple(GROUPS)
NONE: Final = "-"
"""A filter's value for what has none."""
PARTS: Final[dict[str, tuple[str, ...]]] = {
    "net_revenue": ("gross_revenue", "pass_through"),
    "gross_profit": ("net_revenue", "delivery_labour", "freelancers"),
    "contribution": ("gross_profit", "direct_expenses"),
    "operating_profit": ("contribution", "overhead"),
    "gross_margin": ("net_revenue", "gross_profit"),
    "contribution_margin": ("net_revenue", "contribution"),
    "operating_margin": ("net_revenue", "operating_profit"),
}
"""What each computed row of the ladder follows from."""
COST_COLUMNS: Final = frozenset(
    {*COST_LINES, "gross_profit", "contribution", "operating_profit", *MARGINS},
)
"""Columns of field class COST."""


class BadRequest(ValueError):
    """The report cannot be asked for like that; the text says why, `field` names the parameter."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class PnlRequest:
    """What is asked. Blank filters take everything in sight; client and parent are keys, owner an e-mail, contract a
    number; "-" takes what has no owner or no contract. fiscal: a year or quarter of each client's own, FY2026-Q3.

    first, last: None is the last twelve closed months. safe: leave COST out whatever the reader may see (client decks).
    rates: the month whose rates serve every month; None converts each at its own. counted: count the rows behind.
    """

    first: Month | None = None
    last: Month | None = None
    group_by: tuple[str, ...] = ()
    scenario: Scenario = "actual"
    client: str = ""
    contract: str = ""
    service_line: str | None = None
    owner: str = ""
    tier: str = ""
    currency: str = ""
    as_of: datetime | None = None
    budget_version: str = ""
    safe: bool = False
    parent: str = ""
    industry: str = ""
    fiscal: str = ""
    rates: Month | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True)
class PnlRow:
    """group: the values of the group columns in the order asked. values: every ladder column; None is unknown.

    entries: rows behind each ledger line, when they were counted. timed: the part of delivery labour that is from time,
    None where it is unknown; hours: the time entries behind it, when they were counted.
    """

    group: tuple[str | None, ...]
    currency: str
    values: Mapping[str, Decimal | None]
    entries: Mapping[str, int]
    timed: Decimal | None = ZERO
    hours: int = 0

    def __getitem__(self, column: str) -> Decimal | None:
        return self.values[column]

    @property
    def rows_behind(self) -> int:
        return sum(self.entries.values())


@dataclass(frozen=True, slots=True)
class PnlResult:
    """columns: the ladder columns this reader may see, in order; the others are absent from rows too.

    tie_out: of actuals only. unallocated: overhead of the pool that nothing carries; None for readers
    who do not see every client. pooled: by what overhead without a client was spread over these figures, in words.
    missing: what to say about absent rates, one line each. timed: labour from time in all of the rows, outside the
    tie-out; None where it is withheld or has no rate.
    """

    request: PnlRequest
    first: Month
    last: Month
    basis: Basis
    columns: tuple[str, ...]
    rows: tuple[PnlRow, ...]
    tie_out: TieOut | None
    unallocated: Decimal | None
    missing: tuple[str, ...]
    rates_note: str
    run: str
    pooled: str = ""
    timed: Decimal | None = ZERO

    @property
    def labour_note(self) -> str:
        """What is to be said about labour from time; blank where there is none."""
        if "delivery_labour" not in self.columns or (self.timed is None and self.missing):
            return ""
        return labour_words(self.timed, self.currency)

    @property
    def currency(self) -> str:
        return self.basis.currency

    def records(self) -> list[dict[str, Any]]:
        """Rows as reports give them: the groups, currency, then the columns."""
        return [
            {**dict(zip(self.request.group_by, row.group, strict=True)), "currency": row.currency, **row.values}
            for row in self.rows
        ]

    @property
    def total(self) -> PnlRow | None:
        """The only row of an ungrouped report; None when nothing was posted."""
        return self.rows[0] if self.rows else None


def columns_for(user: User, *, safe: bool = False) -> tuple[str, ...]:
    if abilities_of(user).see_money and not safe:
        return ROWS
    return tuple(name for name in ROWS if name not in COST_COLUMNS)


def load_pnl(
    user: User, request: PnlRequest, *, now: datetime, basis: Basis | None = None, tie: bool = True
) -> PnlResult:
    """The report for what this person may see. At most eight queries, whatever the size. Raises BadRequest.

    basis: when the caller has loaded one for the same currency, as-of and budget; saves two queries. tie: False leaves
    out the tie-out and the unallocated overhead, which cost a query or three.
    """
    check_request(request)
    basis = basis or load_basis(
        user,
        now=now,
        currency=request.currency,
        as_of=request.as_of,
        budget_version=request.budget_version,
    )
    if request.rates != basis.constant:
        basis = replace(basis, constant=request.rates)
    first, last = _months(request, basis)
    cut = cut_for(user, request, first, last)
    columns = columns_for(user, safe=request.safe)
    if request.scenario == "variance":
        return _variance(user, request, basis, cut, columns)
    if request.scenario == "forecast":
        return _forecast(user, request, basis, cut, columns)
    return _ladders(user, request, basis, cut, columns, tie=tie)


@collector_paused()
def _ladders(
    user: User, request: PnlRequest, basis: Basis, cut: Cut, columns: tuple[str, ...], *, tie: bool
) -> PnlResult:
    source, cut, pool, gaps = _reading(request, basis, cut, columns)
    found = load_ladders(source, basis, cut, request.group_by, pool, counted=request.counted)
    rows = sorted([_row(one, basis, columns) for one in found], key=lambda row: _order(row.group))
    if any(one.missing for one in found):
        gaps |= load_missing(source, basis, cut)
    ties = None
    if tie and request.scenario == "actual" and not gaps and "overhead" in columns:
        ties = load_tie(basis, replace(cut, raw=bool(request.client)), found)
    return PnlResult(
        request=request,
        first=cut.first,
        last=cut.last,
        basis=basis,
        columns=columns,
        rows=tuple(rows),
        tie_out=ties,
        unallocated=_unallocated(user, basis, cut, pool) if pool and tie else None,
        missing=missing_words(gaps, basis),
        rates_note=rates_note(basis, found, cut),
        run=f"ledger-{basis.ledger_no}",
        pooled=pool.words,
        timed=_timed(found),
    )


def _timed(found: Sequence[Summed]) -> Decimal | None:
    known = [one.timed for one in found if one.timed is not ZERO]
    return None if None in known else sum((amount for amount in known if amount is not None), ZERO)


def _reading(
    request: PnlRequest, basis: Basis, cut: Cut, columns: tuple[str, ...]
) -> tuple[Literal["actual", "budget"], Cut, Pool, narrow.Missing]:
    """Where the rows are read, which months, the pool to spread over them and the rates that lacks."""
    if request.scenario == "budget":
        return "budget", cut, Pool(), frozenset()
    if request.scenario == "prior_year":
        # Last year's pool belongs to last year's months just as this year's does to these.
        cut = replace(cut, years_back=1)
    pool, gaps = load_pool(basis, cut) if "overhead" in columns else (Pool(), frozenset())
    return "actual", cut, pool, gaps


def _forecast(user: User, request: PnlRequest, basis: Basis, cut: Cut, columns: tuple[str, ...]) -> PnlResult:
    cells = load_cells("forecast", basis, cut, request.group_by)
    costs = load_cells("forecast_costs", basis, cut, request.group_by) if "contribution" in columns else []
    lacking = any(cell.missing and not cell.withheld for cell in (*cells, *costs))
    gaps = narrow.load_missing("forecast", basis, cut) if lacking else frozenset()
    grouped: dict[tuple[str | None, ...], list[Cell]] = {}
    for cell in (*cells, *costs):
        grouped.setdefault(cell.group, []).append(cell)
    rows = [_ahead_row(group, several, basis, columns) for group, several in grouped.items()]
    return PnlResult(
        request=request,
        first=cut.first,
        last=cut.last,
        basis=basis,
        columns=columns,
        rows=tuple(sorted(rows, key=lambda row: _order(row.group))),
        tie_out=None,
        unallocated=None,
        missing=missing_words(gaps, basis),
        rates_note=rates_note(basis, cells, cut),
        run=_run(user),
    )


def stream_rows(user: User, request: PnlRequest, basis: Basis) -> Iterator[PnlRow]:
    """The rows of `load_pnl` in the same order, a few thousand in memory at a time, for files. actual, budget and
    prior_year; a figure whose rate is missing is None.
    """
    cut = cut_for(user, request, *_months(request, basis))
    columns = columns_for(user, safe=request.safe)
    source, cut, pool, _ = _reading(request, basis, cut, columns)
    for one in stream_ladders(source, basis, cut, request.group_by, pool):
        yield _row(one, basis, columns)


def _order(group: tuple[str | None, ...]) -> tuple[str, ...]:
    """Unknown first."""
    return cast("tuple[str, ...]", group) if all(group) else tuple([value or "" for value in group])


def clients_asked(user: User, request: PnlRequest) -> QuerySet[Client]:
    """The clients in sight that the request's filters leave."""
    clients = clients_for(user).order_by()
    if request.client:
        clients = clients.filter(key=request.client)
    if request.parent:
        clients = clients.filter(Q(key=request.parent) | Q(parent__key=request.parent))
    if request.owner:
        clients = clients.filter(owner__email=request.owner) if request.owner != NONE else clients.filter(owner=None)
    if request.tier:
        clients = clients.filter(tier="" if request.tier == NONE else request.tier)
    if request.industry:
        clients = clients.filter(industry="" if request.industry == NONE else request.industry)
    return clients


def _contract_ids(user: User, number: str) -> tuple[int, ...]:
    """Kept on the person, who is read anew with every request: a page cuts its figures several times."""
    known: dict[str, tuple[int, ...]] = user.__dict__.setdefault("_contract_ids", {})
    if number not in known:
        known[number] = tuple(contracts_for(user).filter(number=number).values_list("pk", flat=True))
    return known[number]


def cut_for(user: User, request: PnlRequest, first: Month, last: Month) -> Cut:
    clients = clients_asked(user, request)
    contract_ids = None
    if request.contract and request.contract != NONE:
        contract_ids = _contract_ids(user, request.contract)
    return Cut(
        ids_sql(clients.values("pk")),
        first,
        last,
        contract_ids,
        request.service_line,
        everyone=not clients.query.where,
        no_contract=request.contract == NONE,
        fiscal=fiscal_start(request.fiscal) if request.fiscal else None,
    )


def fiscal_start(label: str) -> tuple[str, Month]:
    """'fiscal_year' or 'fiscal_quarter', and its label's first month as if the year began in January."""
    year, _, quarter = label.removeprefix("FY").partition("-Q")
    if not (label.startswith("FY") and year.isdigit() and len(year) == 4 and quarter in ("", "1", "2", "3", "4")):
        raise BadRequest("fiscal", "Write a fiscal year as FY2026 or a quarter as FY2026-Q3.")
    if not 1900 <= int(year) <= 2200:
        raise BadRequest("fiscal", "No such year.")
    first = date(int(year), 3 * int(quarter or 1) - 2, 1)
    return ("fiscal_quarter" if quarter else "fiscal_year"), first


def check_request(request: PnlRequest) -> None:
    for name in request.group_by:
        if name not in GROUPS:
            raise BadRequest("group_by", f"Cannot group by {name!r}; choose from {', '.join(GROUPS)}.")
    if len(set(request.group_by)) != len(request.group_by):
        raise BadRequest("group_by", "A group is named twice.")
    if request.scenario not in SCENARIOS:
        raise BadRequest("scenario", f"No scenario {request.scenario!r}; choose from {', '.join(SCENARIOS)}.")


def _months(request: PnlRequest, basis: Basis) -> tuple[Month, Month]:
    first, last = basis.last_twelve()
    last = request.last or last
    first = request.first or (min(first, last) if request.last is None else month_add(last, -11))
    if first > last:
        raise BadRequest("from", f"{format_month(first)} comes after {format_month(last)}.")
    if (last.year - first.year) > 20:
        raise BadRequest("from", "Ask for at most twenty years.")
    return first, last


_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


def _row(one: Summed, basis: Basis, columns: tuple[str, ...]) -> PnlRow:
    values = ladder_values(one.lines, known=one.lines is one.posted)
    if len(columns) < len(values):
        values = {name: values[name] for name in columns}
    entries = _NOTHING
    if one.entries:
        entries = {line: count for line, count in zip(LINES, one.entries, strict=True) if count and line in columns}
    return PnlRow(one.group, basis.currency, values, entries, one.timed, one.hours)


def _ahead_row(group: tuple[str | None, ...], cells: Sequence[Cell], basis: Basis, columns: tuple[str, ...]) -> PnlRow:
    """The forecast knows net revenue and what it costs, no overhead."""
    values = forecast_ladder({cell.line: None if cell.missing else cell.amount for cell in cells})
    told = {name: values.get(name) for name in columns}
    return PnlRow(group, basis.currency, told, {cell.line: cell.entries for cell in cells if cell.line in columns})


@collector_paused()
def _variance(user: User, request: PnlRequest, basis: Basis, cut: Cut, columns: tuple[str, ...]) -> PnlResult:
    """actual − budget for every group present in either; margins in points."""
    both = [
        load_pnl(user, replace(request, scenario=name, first=cut.first, last=cut.last), now=basis.as_of, basis=basis)
        for name in ("actual", "budget")
    ]
    actual, budget = ({row.group: row for row in result.rows} for result in both)
    nothing = ladder({}).as_dict()
    rows = []
    for group in sorted(actual.keys() | budget.keys(), key=_order):
        now = actual[group].values if group in actual else nothing
        then = budget[group].values if group in budget else nothing
        rows.append(PnlRow(group, basis.currency, gap_values(now, then, columns), _NOTHING))
    missing = tuple(dict.fromkeys([*both[0].missing, *both[1].missing]))
    return replace(both[0], request=request, rows=tuple(rows), tie_out=None, missing=missing)


def gap(name: str, actual: Decimal | None, budget: Decimal | None) -> Decimal | None:
    """actual − budget; of margins in percentage points; None where either is unknown."""
    if actual is None or budget is None:
        return None
    return (actual - budget) * 100 if name in MARGINS else actual - budget


def _unallocated(user: User, basis: Basis, cut: Cut, pool: Pool) -> Decimal | None:
    """What of the pool no client carries; for those who see the whole book."""
    return load_unspread(basis, cut, pool) if user.role in ("finance", "leadership") else None


def _run(user: User) -> str:
    """The newest of the forecast runs that stand for this person's clients."""
    runs = ForecastRun.objects.filter(is_current=True, client__in=clients_for(user).order_by().values("pk"))
    newest = runs.aggregate(newest=Max("pk"))["newest"]
    return f"forecast-{newest}" if newest else ""
