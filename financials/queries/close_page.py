"""A month's close as one page: what is ticked, what ties, what moved. Twelve queries at most, whatever the size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from accounts.access import clients_for
from common.figures import Figure
from common.formats import day_short
from common.money import ZERO
from common.periods import Month, format_month, month_add, month_label, month_of
from common.policies import FINANCE, LEADERSHIP
from financials.calc.close import operating_profit
from financials.calc.ladder import COSTS, LINES, ladder
from financials.figures import LABELS, close_figure, is_margin, pnl_figure
from financials.queries.basis import Basis, ids_sql, load_basis
from financials.queries.cells import Cut, load_pool
from financials.queries.close_checks import (
    ComputedCheck,
    ManualCheck,
    computed_checks,
    load_failing,
    manual_checks,
    tie_words,
)
from financials.queries.close_faults import rate_gaps
from financials.queries.close_parts import (
    Accrual,
    Event,
    LateEntry,
    MonthState,
    TieLine,
    load_accruals,
    load_late,
    load_state,
    load_ties,
)
from financials.queries.labour import LabourSources, compare_sources
from financials.queries.ladders import Summed, load_ladders
from financials.queries.overhead import Pool
from financials.queries.pnl import gap
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

SHOWN: Final = 8
"""Rows of a block that the page and its print show; the rest are summed in one line and stand in the file."""
State = Literal["open", "closed", "running"]


@dataclass(frozen=True, slots=True)
class PnlLine:
    """A row of the ladder: this month, the month before, and what moved; costs negative, moves favourable-positive."""

    key: str
    label: str
    kind: Literal["total", "line", "ratio"]
    now: Figure
    before: Figure
    move: Figure


@dataclass(frozen=True, slots=True)
class Tie:
    """currency "": the line of everything converted. ledger, shown: operating profit."""

    currency: str
    ledger: Figure
    shown: Figure
    difference: Figure
    converted: Figure


@dataclass(frozen=True, slots=True)
class Overhead:
    driver: str
    pool: Figure
    spread: Figure
    unallocated: Figure
    shares: tuple[tuple[str, str, Figure], ...]


@dataclass(frozen=True, slots=True)
class LabourLine:
    name: str
    key: str
    ledger: Figure
    time: Figure
    difference: Figure
    note: str


@dataclass(frozen=True, slots=True)
class AccrualLine:
    number: str
    currency: str
    recognised: Figure
    billed: Figure
    earned_not_billed: Figure
    billed_not_earned: Figure
    to_book: Figure
    note: str

    @property
    def figures(self) -> tuple[Figure, ...]:
        return self.recognised, self.billed, self.earned_not_billed, self.billed_not_earned, self.to_book


@dataclass(frozen=True, slots=True)
class ClosePage:
    """As one reader may see it. rest_*: how many rows a block has beyond those shown."""

    month: Month
    basis: Basis
    state: State
    finding: str
    closed_at: datetime | None
    closed_by: str
    events: tuple[Event, ...]
    computed: tuple[ComputedCheck, ...]
    manual: tuple[ManualCheck, ...]
    ties: tuple[Tie, ...]
    problems: tuple[str, ...]
    pnl: tuple[PnlLine, ...]
    overhead: Overhead | None
    labour: tuple[LabourLine, ...]
    labour_all: tuple[LabourSources, ...]
    accruals: tuple[AccrualLine, ...]
    accruals_all: tuple[Accrual, ...]
    accrual_net: Figure
    late: tuple[LateEntry, ...]
    may_close: bool
    whole_book: bool
    blockers: tuple[str, ...] = field(default=())

    @property
    def label(self) -> str:
        return month_label(self.month)

    @property
    def previous(self) -> Month:
        return month_add(self.month, -1)

    @property
    def open_checks(self) -> int:
        return sum(1 for check in self.computed if check.state != "ok") + sum(1 for one in self.manual if not one.done)

    @property
    def open_figure(self) -> Figure:
        return close_figure("checks", self.open_checks, "count", self.month)

    @property
    def restated(self) -> bool:
        return sum(1 for event in self.events if event.kind == "closed") > 1

    @property
    def rest_labour(self) -> int:
        return len(self.labour_all) - len(self.labour)

    @property
    def rest_accruals(self) -> int:
        return len(self.accruals_all) - len(self.accruals)

    @property
    def late_shown(self) -> tuple[LateEntry, ...]:
        return self.late[:SHOWN]

    @property
    def rest_late(self) -> int:
        return max(0, len(self.late) - SHOWN)

    @property
    def to_book_count(self) -> int:
        return sum(1 for accrual in self.accruals_all if accrual.to_book)

    @property
    def source(self) -> str:
        budget = self.basis.budget_version or "none"
        rates = f"{self.basis.currency} at {self.label}'s average rates"
        return f"Newest ledger entry {self.basis.ledger_no:,}, budget {budget}, {rates}"


def sees_whole_book(user: User) -> bool:
    return user.role in (FINANCE, LEADERSHIP)


def load_close_page(user: User, month: Month, *, now: datetime) -> ClosePage:
    basis = load_basis(user, now=now)
    clients, whole = ids_sql(clients_for(user).order_by().values("pk")), sees_whole_book(user)
    state = load_state(month, clients)
    cut = Cut(clients, month_add(month, -1), month)
    pool, _ = load_pool(basis, cut)
    cells = load_ladders("actual", basis, cut, ("month", "client"), pool)
    ties = load_ties(basis, month, clients, pool=whole)
    gaps = rate_gaps(basis.rates, [line.currency for line in ties], month)
    failing = load_failing(month, clients, basis.budget_version, whole_book=whole)
    lines = _ties(basis, month, ties, cells, pool if whole else Pool())
    untied = [
        tie_words(line.currency or "converted", Decimal(line.difference.value), month)
        for line in lines
        if line.difference.value
    ]
    computed = tuple(computed_checks(failing, gaps, untied))
    labour = compare_sources(basis, state.client_ids, month, month, salary=abilities_of(user).see_salary)
    accruals = load_accruals(basis, state.contract_ids, month, salary=abilities_of(user).see_salary)
    page_state: State = "closed" if state.closed_at else "open" if month < month_of(basis.today) else "running"
    manual = tuple(manual_checks(state.checks))
    return ClosePage(
        month=month,
        basis=basis,
        state=page_state,
        finding=_finding(month, page_state, state, computed, manual),
        closed_at=state.closed_at,
        closed_by=state.closed_by,
        events=state.events if whole else (),
        computed=computed,
        manual=manual,
        ties=tuple(lines),
        problems=tuple(gap_.words[0].upper() + gap_.words[1:] for gap_ in gaps),
        pnl=_pnl(basis, month, cells),
        overhead=_overhead(basis, month, cells, pool, {line.client: line.client_name for line in labour})
        if whole
        else None,
        labour=tuple(_labour_line(basis, line) for line in _largest_labour(labour)),
        labour_all=tuple(labour),
        accruals=tuple(_accrual_line(accrual, month) for accrual in _largest(accruals)),
        accruals_all=tuple(accruals),
        accrual_net=_net(basis, month, accruals),
        late=tuple(load_late(month, clients, pool=whole)),
        may_close=abilities_of(user).close_months,
        whole_book=whole,
        blockers=tuple(f"{check.label}: {check.words}" for check in computed if check.state == "blocking"),
    )


def _finding(
    month: Month, page_state: State, state: MonthState, computed: Sequence[ComputedCheck], manual: Sequence[ManualCheck]
) -> str:
    """'October 2026 can be closed: 2 checks open'."""
    name = f"{month:%B %Y}"
    open_ = sum(1 for check in computed if check.state == "open") + sum(1 for one in manual if not one.done)
    said = "every check is done" if not open_ else f"{open_} check{'' if open_ == 1 else 's'} open"
    if page_state == "closed" and state.closed_at is not None:
        return f"{name} was closed on {day_short(state.closed_at.date())}" + (f", {said}" if open_ else "")
    if page_state == "running":
        return f"{name} is still running: it can be closed from {day_short(month_add(month, 1))}"
    blocked = [check.label for check in computed if check.state == "blocking"]
    if blocked:
        return f"{name} cannot be closed yet: {'rates are missing' if 'rate' in blocked[0] else 'it does not tie out'}"
    return f"{name} can be closed: {said}"


def _ties(basis: Basis, month: Month, ties: Sequence[TieLine], cells: Sequence[Summed], pool: Pool) -> list[Tie]:
    """Each currency as posted, then everything converted against the ladder of the P&L with what nothing carries."""

    def figures(currency: str, ledger: Decimal | None, shown: Decimal | None, converted: Decimal | None) -> Tie:
        unit, difference = currency or basis.currency, None if ledger is None or shown is None else ledger - shown
        return Tie(
            currency,
            ledger=close_figure("ledger", ledger, unit, month, currency=currency),
            shown=close_figure("ladder", shown, unit, month, currency=currency),
            difference=close_figure("tie_out", difference, unit, month, currency=currency),
            converted=close_figure("ledger", converted, basis.currency, month, currency=currency),
        )

    lines = [figures(line.currency, line.ledger, line.shown, line.converted) for line in ties]
    known = [line.converted for line in ties]
    ledger = None if None in known else sum((value for value in known if value is not None), ZERO)
    here = [cell for cell in cells if cell.group[0] == format_month(month)]
    sums = _line_sums(here)
    if sums is None:
        return [*lines, figures("", ledger, None, ledger)]
    ladders = operating_profit(sums.items())
    carried = sum((cell.pooled for cell in here), ZERO)
    amount = pool.amounts.get(month, ZERO)
    shown = ladders - (amount - carried) if pool else ladders + carried
    return [*lines, figures("", ledger, shown, ledger)]


def _line_sums(cells: Sequence[Summed]) -> dict[str, Decimal] | None:
    """Each ledger line over the cells; None where one of them has no exchange rate."""
    found: dict[str, Decimal] = {}
    for at, line in enumerate(LINES):
        amounts = [cell.lines[at] for cell in cells]
        if None in amounts:
            return None
        found[line] = sum((amount for amount in amounts if amount is not None), ZERO)
    return found


def _pnl(basis: Basis, month: Month, cells: Sequence[Summed]) -> tuple[PnlLine, ...]:
    values: dict[Month, dict[str, Decimal | None]] = {}
    for when in (month, month_add(month, -1)):
        sums = _line_sums([cell for cell in cells if cell.group[0] == format_month(when)])
        values[when] = dict.fromkeys(LABELS) if sums is None else ladder(sums).as_dict()
    now, before = values[month], values[month_add(month, -1)]
    return tuple(_pnl_line(basis, month, row, now[row], before[row]) for row in LABELS)


def _pnl_line(basis: Basis, month: Month, row: str, now: Decimal | None, before: Decimal | None) -> PnlLine:
    moved = gap(row, now, before)
    favourable = -moved if moved is not None and row in COSTS else moved
    totals = {"net_revenue", "gross_profit", "contribution", "operating_profit"}

    def shown(value: Decimal | None, when: Month) -> Figure:
        made = pnl_figure(row, value, basis, months=[when])
        return Figure(made.id, made.label, -value if value is not None and row in COSTS else value, made.unit)

    return PnlLine(
        key=row,
        label=LABELS[row],
        kind="ratio" if is_margin(row) else "total" if row in totals else "line",
        now=shown(now, month),
        before=shown(before, month_add(month, -1)),
        move=close_figure("moved", favourable, "points" if is_margin(row) else basis.currency, month, row=row),
    )


def _overhead(
    basis: Basis, month: Month, cells: Sequence[Summed], pool: Pool, names: Mapping[str, str]
) -> Overhead | None:
    amount = pool.amounts.get(month)
    if amount is None:
        return None
    carried = [
        (cell.group[1] or "", cell.pooled) for cell in cells if cell.group[0] == format_month(month) and cell.pooled
    ]
    spread = sum((share for _, share in carried), ZERO)
    largest = sorted(carried, key=lambda share: -abs(share[1]))[:SHOWN]
    return Overhead(
        driver=Pool({month: amount}, {month: pool.drivers[month]}).words,
        pool=close_figure("pool", amount, basis.currency, month),
        spread=close_figure("spread", spread, basis.currency, month),
        unallocated=close_figure("unallocated", amount - spread, basis.currency, month),
        shares=tuple(
            (key, names.get(key, key), close_figure("share", share, basis.currency, month, client=key))
            for key, share in largest
        ),
    )


def _largest_labour(lines: Sequence[LabourSources]) -> list[LabourSources]:
    """Where the sources differ most first, then where only one of them speaks."""

    def weight(line: LabourSources) -> Decimal:
        if line.difference is not None:
            return abs(line.difference)
        return abs(line.ledger if line.ledger is not None else line.time or ZERO)

    return sorted(lines, key=lambda line: (-weight(line), line.client_name))[:SHOWN]


def _labour_line(basis: Basis, line: LabourSources) -> LabourLine:
    notes = []
    if line.withheld:
        notes.append("time of fewer than three people is not shown")
    if line.unpriced_hours:
        notes.append(f"{line.unpriced_hours.normalize():f} h without a cost rate")
    if line.missing:
        notes.append("a rate is missing")
    if line.used == "time":
        notes.append("only in time: not posted")

    def figure(name: str, value: Decimal | None) -> Figure:
        return close_figure(name, value, basis.currency, line.month, client=line.client)

    return LabourLine(
        name=line.client_name,
        key=line.client,
        ledger=figure("labour_ledger", line.ledger),
        time=figure("labour_time", line.time),
        difference=figure("labour_gap", line.difference),
        note=", ".join(notes),
    )


def _largest(accruals: Sequence[Accrual]) -> list[Accrual]:
    """The widest gaps between earned and billed first; the unknown ones after them; then those without a gap."""
    return sorted(
        accruals,
        key=lambda one: (
            one.converted is None or not one.converted,
            not one.reason,
            -abs(one.converted or ZERO),
            one.number,
        ),
    )[:SHOWN]


def _accrual_line(accrual: Accrual, month: Month) -> AccrualLine:
    def figure(name: str, value: Decimal | None) -> Figure:
        return close_figure(name, value, accrual.currency, month, contract=accrual.number)

    return AccrualLine(
        number=accrual.number,
        currency=accrual.currency,
        recognised=figure("recognised", accrual.recognised),
        billed=figure("billed", accrual.billed),
        earned_not_billed=figure("earned_not_billed", accrual.earned_not_billed),
        billed_not_earned=figure("billed_not_earned", accrual.billed_not_earned),
        to_book=figure("to_book", accrual.to_book),
        note=accrual.reason,
    )


def _net(basis: Basis, month: Month, accruals: Sequence[Accrual]) -> Figure:
    """Earned less billed of all whose gap is known, at the month's closing rates."""
    known = [accrual.converted for accrual in accruals if accrual.converted is not None]
    return close_figure("accrual_net", sum(known, ZERO) if known else None, basis.currency, month)
