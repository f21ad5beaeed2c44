"""One contract: its schedule beside what the ledger recognised, its notice, uplift and history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from common import charts
from common.figures import Figure
from common.formats import DASH, day, month_short, ratio
from common.money import ZERO
from common.periods import Month, month_add, month_label, month_of, months_between
from financials.calc import findings
from financials.calc.contract_findings import Standing, contract_finding
from financials.calc.index_readings import IndexChange
from financials.calc.status import OVER
from financials.figures import contract_figure, uplifted_figure
from financials.models import Contract, ContractKind
from financials.queries.basis import Basis, load_basis
from financials.queries.cells import load_cells
from financials.queries.contract_trees import Node, amount_of, build_tree, family_of, flatten
from financials.queries.contract_work import PositionFigures, plan_by_month, position_figures
from financials.queries.cuts import Cut, listed
from financials.queries.index_readings import load_changes, uplift_of
from financials.queries.ladders import load_ladders
from financials.queries.notice_chart import notice_chart
from financials.queries.recognition import RecognitionBook, load_recognition, total
from financials.queries.renewals import Notice, notice_of
from financials.queries.terms import decided, load_terms, uplift_words
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User
_WINDOW: Final = 36
"""Months of schedule a page shows."""


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of the contract with its change orders. to_bill: of the billing plan; earned and recognised (the
    ledger's net revenue) are None for readers who do not see money, and beyond the open month."""

    month: Month
    scheduled: Figure
    to_bill: Decimal | None
    earned: Decimal | None
    recognised: Figure | None
    gap: Decimal | None


@dataclass(frozen=True, slots=True)
class ContractPage:
    """recognised and what follows from it are None for readers who do not see money; they see the schedule.

    position: by billing kind, to the last closed month; only for readers of money. elsewhere: contracts under it in
    another currency, which no sum here holds.
    """

    contract: Contract
    basis: Basis
    finding: str
    tree: tuple[Node, ...]
    amount: Figure
    scheduled: Figure
    recognised: Figure | None
    to_go: Figure
    position: PositionFigures | None
    lines: tuple[MonthLine, ...]
    chart: charts.MonthlyBars | None
    timeline: charts.Timeline | None
    notice: Notice
    uplift: str
    uplifted: Figure | None
    missing: bool
    elsewhere: tuple[str, ...]
    can_edit: bool

    @property
    def notice_words(self) -> str:
        return day(self.notice.on) if self.notice.on else DASH

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
    """The months in which these contracts can have a schedule or entries; the open month is always among them."""
    several = list(family)
    first = min((one.start for one in several), default=basis.today)
    last = max((one.end or month_add(basis.open_month, _WINDOW) for one in several), default=basis.today)
    return min(month_add(month_of(first), -12), basis.open_month), max(month_of(last), basis.open_month)


def months_of(
    source: str, basis: Basis, ids: Iterable[int], first: Month, last: Month
) -> tuple[dict[Month, Decimal], bool]:
    """Month → scheduled amount or recognised net revenue in the basis's currency; whether a rate was missing."""
    cut = Cut(("SELECT id FROM accounts_client", []), first, last, contracts=listed(ids))
    found: list[tuple[tuple[str | None, ...], Decimal | None]]
    if source == "schedule":
        cells = load_cells("schedule", basis, cut, ("month",))
        found = [(cell.group, None if cell.missing else cell.amount) for cell in cells]
    else:
        found = [(one.group, one.net_revenue) for one in load_ladders("actual", basis, cut, ("month",))]
    sums = {date.fromisoformat(f"{month}-01"): amount or ZERO for (month,), amount in found}
    return sums, any(amount is None for _, amount in found)


def load_contract_page(user: User, contract: Contract, *, now: datetime) -> ContractPage:
    """Twelve queries; seven for readers who do not see money."""
    basis = load_basis(user, now=now, currency=contract.currency)
    family, below = family_of(user, contract)
    by_id = {one.pk: one for one in family}
    ids = [pk for pk in below if by_id[pk].currency == contract.currency]
    first, last = span_of(family, basis)
    scheduled, no_rate = months_of("schedule", basis, ids, first, last)
    can = abilities_of(user)
    sees_money = can.see_money
    recognised, gap = months_of("actual", basis, ids, first, basis.open_month) if sees_money else ({}, False)
    book = load_terms([contract], family)
    today = contract.client.local_date(now)
    notice = notice_of(contract, book, today, contract.client.country)
    in_force = decided(book.on(contract, today, ("uplift",))).get("uplift", "")
    uplift, uplifted = _uplift(contract, in_force, load_changes(today))
    recognition = load_recognition(basis, ids, basis.open_month, salary=can.see_salary) if sees_money else None
    position = None if recognition is None else position_figures(contract, recognition.at(basis.through))
    to_bill = plan_by_month([by_id[pk] for pk in ids], book, today, recognition)
    earned = _earned_by_month(recognition, sorted({*scheduled, *recognised}), basis) if recognition else {}
    lines = _lines(contract, scheduled, recognised, to_bill, earned, basis, sees_money=sees_money)
    later = sum((amount for month, amount in scheduled.items() if month > basis.through), ZERO)
    return ContractPage(
        contract=contract,
        basis=basis,
        finding=_finding(contract, notice, position, _sum(scheduled), today),
        tree=tuple(flatten(build_tree(family, contract.pk))),
        amount=amount_of(contract),
        scheduled=_figure("scheduled", contract, _sum(scheduled)),
        recognised=_figure("recognised", contract, _sum(recognised)) if sees_money else None,
        to_go=_figure("to_go", contract, later if scheduled else None),
        position=position,
        lines=lines,
        chart=_chart(contract, lines, basis),
        timeline=_timeline(contract, notice, today),
        notice=notice,
        uplift=uplift,
        uplifted=uplifted,
        missing=no_rate or gap,
        elsewhere=tuple(by_id[pk].number for pk in below if pk not in ids),
        can_edit=abilities_of(user).edit_contracts,
    )


def _finding(
    contract: Contract, notice: Notice, position: PositionFigures | None, scheduled: Decimal | None, today: date
) -> str:
    known = Standing(
        title=contract.title,
        kind=contract.kind,
        status=contract.status,
        currency=contract.currency,
        amount=contract.amount,
        scheduled=scheduled,
        ended_on=contract.ended_on,
        end=notice.end,
        notice_on=notice.on,
    )
    if position is not None:
        known = replace(
            known,
            amount=position.fees,
            expected_loss=_value(position.expected_loss),
            earned=_value(position.earned),
            earned_not_billed=_value(position.earned_not_billed),
            billed_not_earned=_value(position.billed_not_earned),
        )
    return contract_finding(known, today)


def _value(fig: Figure) -> Decimal | None:
    return None if fig.value is None else Decimal(fig.value)


def _earned_by_month(book: RecognitionBook, months: Iterable[Month], basis: Basis) -> dict[Month, Decimal | None]:
    """What each month added to what was earned; None from the first month that is not known."""
    found: dict[Month, Decimal | None] = {}
    before: Decimal | None = ZERO
    for month in months:
        if month > basis.open_month:
            break
        upto = total(one.recognised for one in book.at(month).values())
        found[month] = None if upto is None or before is None else upto - before
        before = upto
    return found


def _figure(name: str, contract: Contract, value: Decimal | None, month: Month | None = None) -> Figure:
    return contract_figure(name, contract.number, value, contract.currency, month)


def _sum(months: Mapping[Month, Decimal]) -> Decimal | None:
    return sum(months.values(), ZERO) if months else None


def _lines(
    contract: Contract,
    scheduled: Mapping[Month, Decimal],
    recognised: Mapping[Month, Decimal],
    to_bill: Mapping[Month, Decimal],
    earned: Mapping[Month, Decimal | None],
    basis: Basis,
    *,
    sees_money: bool,
) -> tuple[MonthLine, ...]:
    """Months that have any, the newest window of them when there are many."""
    known = sorted({*scheduled, *recognised, *to_bill})
    if not known:
        return ()
    first = max(known[0], month_add(basis.open_month, -24)) if len(known) > _WINDOW else known[0]
    last = min(known[-1], month_add(first, _WINDOW - 1))
    lines = []
    for month in months_between(first, last):
        plan = scheduled.get(month, ZERO)
        posted = recognised.get(month, ZERO) if sees_money and month <= basis.open_month else None
        closed = month <= basis.through
        lines.append(
            MonthLine(
                month=month,
                scheduled=_figure("scheduled", contract, plan, month),
                to_bill=to_bill.get(month),
                earned=earned.get(month) if closed else None,
                recognised=_figure("recognised", contract, posted, month) if sees_money else None,
                gap=posted - plan if posted is not None and closed else None,
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


def _timeline(contract: Contract, notice: Notice, today: date) -> charts.Timeline | None:
    """The renewal as a line of dates; only for contracts in force that end and have a notice period."""
    if notice.on is None or notice.end is None or notice.end < today or contract.status in OVER:
        return None
    rule = "business" if notice.rule == "business" else "calendar"
    return notice_chart(
        on=notice.on, end=notice.end, today=today,
        sub=f"Notice is {notice.days} {rule} days before the term ends",
    )  # fmt: skip


def _uplift(contract: Contract, text: str, changes: Mapping[str, IndexChange]) -> tuple[str, Figure | None]:
    """The uplift in force in words, and the next term's fee; unknown where its index has no reading."""
    uplift = uplift_of(text)
    if uplift is None:
        return text, None
    change = changes.get(uplift.index)
    words = uplift_words(uplift)
    if uplift.index:
        words += f", {ratio(change.change)} to {month_label(change.month)}" if change else ", no reading yet"
    if contract.amount is None:
        return words, None
    return words, uplifted_figure(contract.number, contract.amount, contract.currency, uplift, change)
