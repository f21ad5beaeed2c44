"""A month's close as one page: what is ticked, what ties, what moved. Twelve queries at most, whatever the size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from accounts.access import clients_for
from common.figures import Figure
from common.formats import day_short
from common.money import ZERO
from common.periods import Month, month_add, month_label, month_of
from common.policies import FINANCE, LEADERSHIP
from financials.figures import close_figure
from financials.queries.basis import Basis, ids_sql, load_basis
from financials.queries.close_checks import (
    ComputedCheck,
    ManualCheck,
    computed_checks,
    load_failing,
    manual_checks,
    tie_words,
)
from financials.queries.close_faults import rate_gaps
from financials.queries.close_ladder import SHOWN, Overhead, PnlLine, Tie, moves_of, overhead_of, tie_rows
from financials.queries.close_parts import (
    Accrual,
    Event,
    LateEntry,
    MonthState,
    load_accruals,
    load_late,
    load_state,
    load_ties,
)
from financials.queries.cuts import Cut
from financials.queries.labour import LabourSources, compare_sources
from financials.queries.ladders import load_ladders
from financials.queries.overhead import Pool
from financials.queries.pool_shares import load_pool
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

State = Literal["open", "closed", "running"]


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
    labour = compare_sources(basis, state.client_ids, month, month, salary=abilities_of(user).see_salary)
    worked = (code for line in labour if line.used == "time" for code in line.currencies)
    gaps = rate_gaps(basis.rates, [*(line.currency for line in ties), *worked], month)
    failing = load_failing(month, clients, basis.budget_version, whole_book=whole)
    lines = tie_rows(basis, month, ties, cells, pool if whole else Pool())
    untied = [
        tie_words(line.currency or "converted", Decimal(line.difference.value), month)
        for line in lines
        if line.difference.value
    ]
    computed = tuple(computed_checks(failing, gaps, untied))
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
        pnl=moves_of(basis, month, cells),
        overhead=overhead_of(basis, month, cells, pool, {line.client: line.client_name for line in labour})
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
        notes.append("only in time: the P&L takes it")

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
