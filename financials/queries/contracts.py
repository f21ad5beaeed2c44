"""One contract: its schedule beside what the ledger recognised, its notice, uplift and history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from accounts.queries.history import word_of
from common import charts
from common.figures import Figure
from common.formats import DASH, day, month_short
from common.models import AuditEntry
from common.money import ZERO
from common.periods import Month, month_add, month_label, month_of, months_between
from financials.calc import findings
from financials.calc.notice import InvalidUplift, Uplift, checkpoints, parse_uplift
from financials.figures import contract_figure
from financials.models import Contract, ContractKind
from financials.queries.basis import Basis, load_basis
from financials.queries.cells import Cut, load_cells
from financials.queries.contract_trees import Node, amount_of, build_tree, family_of, flatten
from financials.queries.renewals import notice_of
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User
_WINDOW: Final = 36
"""Months of schedule a page shows."""


@dataclass(frozen=True, slots=True)
class MonthLine:
    month: Month
    scheduled: Figure
    recognised: Figure | None
    gap: Decimal | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    who: str
    verb: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ContractPage:
    """recognised and what follows from it are None for readers who do not see money; they see the schedule."""

    contract: Contract
    basis: Basis
    tree: tuple[Node, ...]
    amount: Figure
    scheduled: Figure
    recognised: Figure | None
    to_go: Figure
    lines: tuple[MonthLine, ...]
    chart: charts.MonthlyBars | None
    timeline: charts.Timeline | None
    notice_on: date | None
    uplift: str
    uplifted: Figure | None
    missing: bool
    history: tuple[HistoryLine, ...]
    can_edit: bool

    @property
    def notice_words(self) -> str:
        return day(self.notice_on) if self.notice_on else DASH

    @property
    def schedule_finding(self) -> str:
        return "Its statements of work by month" if self.is_master else "Schedule by month"

    @property
    def is_master(self) -> bool:
        return self.contract.kind == ContractKind.MSA

    @property
    def schedule_sub(self) -> str:
        if self.is_master:
            return f"{self.contract.currency}; a master agreement has no schedule: these are its SOWs' months, summed"
        shown = f"{self.contract.currency}, straight line by day; the months sum exactly to the amount"
        return shown + (" with its change orders" if len(self.tree) > 1 else "")


def span_of(family: Iterable[Contract], basis: Basis) -> tuple[Month, Month]:
    """The months in which these contracts can have a schedule or entries."""
    several = list(family)
    first = min((one.start for one in several), default=basis.today)
    last = max((one.end or month_add(basis.open_month, _WINDOW) for one in several), default=basis.today)
    return month_add(month_of(first), -12), max(month_of(last), basis.open_month)


def months_of(
    source: str, basis: Basis, ids: Iterable[int], first: Month, last: Month
) -> tuple[dict[Month, Decimal], bool]:
    """Month → scheduled amount or recognised net revenue in the basis's currency; whether a rate was missing."""
    cut = Cut(("SELECT id FROM accounts_client", []), first, last, contract_ids=tuple(ids))
    sums: dict[Month, Decimal] = defaultdict(Decimal)
    missing = False
    for cell in load_cells("schedule" if source == "schedule" else "actual", basis, cut, ("month",)):
        if cell.line in ("scheduled", "gross_revenue", "pass_through"):
            sign = -1 if cell.line == "pass_through" else 1
            sums[date.fromisoformat(f"{cell.group[0]}-01")] += sign * cell.amount
            missing = missing or cell.missing
    return dict(sums), missing


def load_contract_page(user: User, contract: Contract, *, now: datetime) -> ContractPage:
    """Six queries."""
    basis = load_basis(user, now=now, currency=contract.currency)
    family, ids = family_of(user, contract)
    first, last = span_of(family, basis)
    scheduled, no_rate = months_of("schedule", basis, ids, first, last)
    sees_money = abilities_of(user).see_money
    recognised, gap = months_of("actual", basis, ids, first, basis.open_month) if sees_money else ({}, False)
    notice = notice_of(contract, contract.client.country)
    uplift, uplifted = _uplift(contract)
    lines = _lines(contract, scheduled, recognised, basis, sees_money=sees_money)
    later = sum((amount for month, amount in scheduled.items() if month > basis.through), ZERO)
    return ContractPage(
        contract=contract,
        basis=basis,
        tree=tuple(flatten(build_tree(family, contract.pk))),
        amount=amount_of(contract),
        scheduled=_figure("scheduled", contract, _sum(scheduled)),
        recognised=_figure("recognised", contract, _sum(recognised)) if sees_money else None,
        to_go=_figure("to_go", contract, later if scheduled else None),
        lines=lines,
        chart=_chart(contract, lines, basis),
        timeline=_timeline(contract, notice, basis.today),
        notice_on=notice,
        uplift=uplift,
        uplifted=uplifted,
        missing=no_rate or gap,
        history=_history(contract),
        can_edit=abilities_of(user).edit_contracts,
    )


def _history(contract: Contract) -> tuple[HistoryLine, ...]:
    entries = AuditEntry.objects.filter(object_kind="contract", object_id=str(contract.pk)).order_by("-id")[:20]
    return tuple(
        HistoryLine(
            entry.at,
            entry.actor,
            entry.verb,
            tuple((word_of(name), _said(pair[0]), _said(pair[1])) for name, pair in entry.changes.items()),
        )
        for entry in entries
    )


def _said(value: object) -> str:
    return DASH if value in (None, "") else str(value)


def _figure(name: str, contract: Contract, value: Decimal | None, month: Month | None = None) -> Figure:
    return contract_figure(name, contract.number, value, contract.currency, month)


def _sum(months: Mapping[Month, Decimal]) -> Decimal | None:
    return sum(months.values(), ZERO) if months else None


def _lines(
    contract: Contract,
    scheduled: Mapping[Month, Decimal],
    recognised: Mapping[Month, Decimal],
    basis: Basis,
    *,
    sees_money: bool,
) -> tuple[MonthLine, ...]:
    """Months that have either, the newest window of them when there are many."""
    known = sorted({*scheduled, *recognised})
    if not known:
        return ()
    first = max(known[0], month_add(basis.open_month, -24)) if len(known) > _WINDOW else known[0]
    last = min(known[-1], month_add(first, _WINDOW - 1))
    lines = []
    for month in months_between(first, last):
        plan = scheduled.get(month, ZERO)
        earned = recognised.get(month, ZERO) if sees_money and month <= basis.open_month else None
        closed = month <= basis.through
        lines.append(
            MonthLine(
                month=month,
                scheduled=_figure("scheduled", contract, plan, month),
                recognised=_figure("recognised", contract, earned, month) if sees_money else None,
                gap=earned - plan if earned is not None and closed else None,
            )
        )
    return tuple(lines)


def _chart(contract: Contract, lines: tuple[MonthLine, ...], basis: Basis) -> charts.MonthlyBars | None:
    if not lines:
        return None
    money = lines[0].recognised is not None
    bars = tuple(
        charts.Month(
            label=month_short(line.month),
            value=line.recognised.value
            if line.recognised is not None and line.month <= basis.through
            else line.scheduled.value,
            budget=line.scheduled.value if money and line.month <= basis.through else None,
            kind="actual" if line.month <= basis.through and money else "forecast",
            strong=line.month == basis.through,
        )
        for line in lines
    )
    done = [line for line in lines if line.month <= basis.through]
    earned = sum((line.recognised.value or ZERO for line in done if line.recognised is not None), ZERO)
    plan = sum((line.scheduled.value or ZERO for line in done), ZERO)
    finding = (
        findings.against_budget("Recognised revenue", Decimal(earned), Decimal(plan)).replace("budget", "schedule")
        if money and done
        else "Scheduled by month"
    )
    return charts.MonthlyBars(
        finding=finding,
        sub="Recognised net revenue, then the schedule; tick is the schedule" if money else "Schedule by month",
        source=f"Ledger to {month_label(basis.through)}",
        months=bars,
        unit=contract.currency,
        scale="k",
        budget_label="Schedule",
        size="l",
    )


def _timeline(contract: Contract, notice: date | None, today: date) -> charts.Timeline | None:
    """The renewal as a line of dates; only for contracts that end and have a notice period."""
    if notice is None or contract.end is None or contract.end < today:
        return None
    stops = [charts.Stop(point.day, f"{point.days} d") for point in checkpoints(notice)]
    stops += [charts.Stop(notice, "Notice", "deadline"), charts.Stop(contract.end, "Term ends", "end")]
    days = (notice - today).days
    rule = "business" if contract.notice_rule == "business" else "calendar"
    return charts.Timeline(
        finding=findings.notice_ahead(days),
        sub=f"Notice is {contract.notice_days} {rule} days before the term ends",
        stops=tuple(stops),
        today=today,
        today_label=f"Today, {days} days left" if days >= 0 else "Today",
        span=f"{contract.notice_days} days notice",
        size="full",
    )


def _uplift(contract: Contract) -> tuple[str, Figure | None]:
    """The uplift in words, and the next term's fee where it follows from the contract alone."""
    try:
        uplift = parse_uplift(contract.uplift)
    except InvalidUplift:
        return contract.uplift, None
    if uplift is None:
        return "", None
    words = _uplift_words(uplift)
    amount = uplift.applied(contract.amount, contract.currency) if contract.amount is not None else None
    if amount is None:
        return words, None
    return words, Figure("", "Fee after uplift", amount, contract.currency)


def _uplift_words(uplift: Uplift) -> str:
    if not uplift.index:
        return f"{_percent(uplift.fixed)} a year"
    bounds = [
        f"at least {_percent(uplift.floor)}" if uplift.floor is not None else "",
        f"at most {_percent(uplift.cap)}" if uplift.cap is not None else "",
    ]
    return ", ".join([f"By {uplift.index.upper()}", *filter(None, bounds)])


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{(value * 100).normalize():f}%"
