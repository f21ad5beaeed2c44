"""What is done and billed under a contract: its position, billing plan, milestones and estimates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from common.figures import Figure
from common.money import ZERO
from common.periods import Month, month_label, month_of
from financials.calc.billing import Due, Plan, billing_plan, by_month
from financials.calc.schedule import Line
from financials.calc.schedule import Milestone as MilestoneTerms
from financials.figures import contract_figure
from financials.models import BillingPlanLine, BillingTiming, Contract, Estimate, Milestone, ScheduleLine
from financials.queries.basis import Basis, load_basis
from financials.queries.contract_trees import family_of
from financials.queries.recognition import Recognised, RecognitionBook, load_recognition, total
from financials.queries.renewals import end_of
from financials.queries.terms import TermBook, decided, load_terms
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

POSITION = (
    "earned", "billed", "passed_on", "invoiced", "earned_not_billed", "billed_not_earned", "backlog", "expected_loss",
    "provision",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PositionFigures:
    """A contract with its change orders of the same currency, to the end of a month. fees: of all of them.

    percent and cost are of a fixed fee. What would give away what one or two people cost is unknown to most readers.
    """

    through: Month
    fees: Decimal | None
    earned: Figure
    billed: Figure
    passed_on: Figure
    invoiced: Figure
    earned_not_billed: Figure
    billed_not_earned: Figure
    backlog: Figure
    expected_loss: Figure
    provision: Figure
    percent: Figure | None
    cost: Figure | None
    reason: str
    uncarded_hours: Decimal

    @property
    def month(self) -> str:
        return month_label(self.through)


def sums_of(found: Iterable[Recognised]) -> dict[str, Decimal | None]:
    """The position of several contracts of one currency together; None where a part is unknown or withheld."""
    rows = list(found)
    untold = any(one.withheld for one in rows)
    return {
        "earned": total(one.recognised for one in rows),
        "billed": total(one.billed for one in rows),
        "passed_on": total(one.passed_on for one in rows),
        "invoiced": total(one.invoiced for one in rows),
        "earned_not_billed": total(one.earned_not_billed for one in rows),
        "billed_not_earned": total(one.billed_not_earned for one in rows),
        "backlog": total(one.backlog for one in rows),
        "expected_loss": None if untold else sum((one.expected_loss for one in rows), ZERO),
        "provision": None if untold else sum((one.provision for one in rows), ZERO),
    }


def position_figures(contract: Contract, found: Mapping[int, Recognised]) -> PositionFigures | None:
    """None for a contract without any of its own: nothing is earned by an agreement alone."""
    if not found:
        return None
    rows = list(found.values())
    sums = sums_of(rows)
    own = found.get(contract.pk)
    figures = {name: contract_figure(name, contract.number, sums[name], contract.currency) for name in POSITION}
    earned = None if own is None else own.earned
    return PositionFigures(
        through=rows[0].through,
        fees=total(one.fee for one in rows if one.fee is not None or one.contract_id == contract.pk),
        percent=None
        if earned is None or earned.percent is None
        else contract_figure("percent_complete", contract.number, earned.percent, "ratio"),
        cost=None
        if earned is None or earned.cost is None
        else contract_figure("cost_to_date", contract.number, earned.cost, contract.currency),
        reason="" if own is None else own.earned.reason,
        uncarded_hours=sum((one.uncarded_hours for one in rows), ZERO),
        **figures,
    )


@dataclass(frozen=True, slots=True)
class PlanRow:
    """pk: of a line by hand; None for what follows from the timing."""

    due: date
    amount: Decimal
    label: str
    pk: int | None


ByHand = Mapping[tuple[date, Decimal, str], int]
"""The key of each line a person wrote, by what it says."""


def _plans(
    contracts: Sequence[Contract], book: TermBook, today: date, known: RecognitionBook | None
) -> dict[int, tuple[list[Due], ByHand]]:
    """The invoices planned for each of these contracts, and the keys of lines by hand. Three queries; one where their
    recognition has been read."""
    ids = [one.pk for one in contracts]
    schedules: dict[int, Sequence[Line]] = defaultdict(list)
    milestones: dict[int, Sequence[MilestoneTerms]] = defaultdict(list)
    if known is not None:
        schedules.update((pk, known.facts[pk].schedule) for pk in ids if pk in known.facts)
        milestones.update((pk, known.facts[pk].milestones) for pk in ids if pk in known.facts)
    else:
        schedules.update(schedules_of(ids))
        milestones.update(milestones_of(ids))
    by_hand: dict[int, list[Due]] = defaultdict(list)
    keys: dict[int, dict[tuple[date, Decimal, str], int]] = defaultdict(dict)
    for line in BillingPlanLine.objects.filter(contract__in=ids, by_hand=True):
        by_hand[line.contract_id].append(Due(line.due, line.amount, line.label, True))
        keys[line.contract_id][line.due, line.amount, line.label] = line.pk
    found: dict[int, tuple[list[Due], ByHand]] = {}
    for one in contracts:
        plan = Plan(
            timing=timing_of(one, book, today),
            billing=one.billing,
            currency=one.currency,
            start=one.start,
            end=end_of(one, book),
            schedule=sorted(schedules[one.pk]),
            milestones=milestones[one.pk],
            by_hand=by_hand[one.pk],
        )
        found[one.pk] = (billing_plan(plan), keys[one.pk])
    return found


def schedules_of(ids: Sequence[int]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = defaultdict(list)
    rows = ScheduleLine.objects.filter(contract__in=ids)
    for pk, month, amount in rows.values_list("contract_id", "month", "amount"):
        found[pk].append(Line(month, amount))
    return found


def milestones_of(ids: Sequence[int]) -> dict[int, list[MilestoneTerms]]:
    found: dict[int, list[MilestoneTerms]] = defaultdict(list)
    rows = Milestone.objects.filter(contract__in=ids)
    for pk, due, amount, accepted in rows.values_list("contract_id", "due", "amount", "accepted_on"):
        found[pk].append(MilestoneTerms(due, amount, accepted))
    return found


def timing_of(contract: Contract, book: TermBook, today: date) -> str:
    return decided(book.on(contract, today, ("billing_timing",))).get("billing_timing", "")


def plan_by_month(
    contracts: Sequence[Contract], book: TermBook, today: date, known: RecognitionBook | None
) -> dict[Month, Decimal]:
    """What is to be billed each month on these contracts, all of one currency. Three queries, or one."""
    return by_month(due for dues, _ in _plans(contracts, book, today, known).values() for due in dues)


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    milestone: Milestone
    shape: str
    words: str
    cell_url: str = ""


def milestone_row(milestone: Milestone, today: date) -> MilestoneRow:
    if milestone.accepted_on is not None:
        return MilestoneRow(milestone, "on_track", "Accepted")
    late = (today - milestone.due).days
    if late > 0:
        return MilestoneRow(milestone, "at_risk", f"{late} d late")
    return MilestoneRow(milestone, "watch" if late >= -14 else "neutral", f"due in {-late} d")


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """The cost to go as judged, and where it put the job. moved: against the estimate before."""

    month: Month
    cost_to_go: Decimal
    moved: Decimal | None
    by: str


@dataclass(frozen=True, slots=True)
class WorkPage:
    """estimates and position are None for readers who do not see cost."""

    contract: Contract
    basis: Basis
    finding: str
    position: PositionFigures | None
    milestones: tuple[MilestoneRow, ...]
    accepted: Decimal
    milestones_total: Decimal
    estimates: tuple[EstimateRow, ...] | None
    plan: tuple[PlanRow, ...]
    plan_total: Decimal
    timing: str
    agreed: bool
    billed_so_far: Decimal | None
    can_edit: bool


def load_work_page(user: User, contract: Contract, *, now: datetime) -> WorkPage:
    """Thirteen queries at most."""
    basis = load_basis(user, now=now, currency=contract.currency)
    today = contract.client.local_date(now)
    family, below = family_of(user, contract)
    book = load_terms([contract], family)
    milestones = tuple(milestone_row(one, today) for one in Milestone.objects.filter(contract=contract))
    can = abilities_of(user)
    sees_money = can.see_money
    by_id = {one.pk: one for one in family}
    ids = [pk for pk in below if by_id[pk].currency == contract.currency]
    known = load_recognition(basis, ids, basis.through, salary=can.see_salary) if sees_money else None
    position = None if known is None else position_figures(contract, known.at(basis.through))
    dues, keys = _plans([contract], book, today, known)[contract.pk]
    timing = timing_of(contract, book, today)
    rule = Plan(timing, contract.billing, contract.currency, contract.start, None, ()).rule
    planned = sum((due.amount for due in dues), ZERO)
    due_by_now = sum((due.amount for due in dues if month_of(due.day) <= basis.through), ZERO)
    return WorkPage(
        contract=contract,
        basis=basis,
        finding=_finding(contract, milestones, dues, today),
        position=position,
        milestones=milestones,
        accepted=sum((row.milestone.amount for row in milestones if row.milestone.accepted_on), ZERO),
        milestones_total=sum((row.milestone.amount for row in milestones), ZERO),
        estimates=_estimates(contract) if sees_money else None,
        plan=tuple(
            PlanRow(due.day, due.amount, due.label, keys.get((due.day, due.amount, due.label)) if due.by_hand else None)
            for due in dues
        ),
        plan_total=planned,
        timing=str(BillingTiming(rule).label),
        agreed=bool(timing),
        billed_so_far=due_by_now if dues else None,
        can_edit=abilities_of(user).edit_contracts,
    )


def _estimates(contract: Contract) -> tuple[EstimateRow, ...]:
    """The newest first."""
    rows: list[EstimateRow] = []
    before: Decimal | None = None
    for one in Estimate.objects.filter(contract=contract).order_by("month"):
        moved = None if before is None else one.cost_to_go - before
        rows.append(EstimateRow(one.month, one.cost_to_go, moved, one.judged_by))
        before = one.cost_to_go
    return tuple(reversed(rows))


def _finding(contract: Contract, milestones: Sequence[MilestoneRow], dues: Sequence[Due], today: date) -> str:
    late = [row for row in milestones if row.shape == "at_risk"]
    if late:
        name = late[0].milestone.title
        more = f" and {len(late) - 1} more" if len(late) > 1 else ""
        return f"“{name}”{more} {'is' if len(late) == 1 else 'are'} late for acceptance"
    ahead = [due for due in dues if due.day >= today]
    if ahead:
        return f"The next invoice is due on {ahead[0].day.day} {month_label(ahead[0].day)}"
    if dues:
        return "Every planned invoice has fallen due"
    return "Nothing is planned to be billed" if contract.amount is not None else "Without an amount nothing is billed"
