"""Revenue earned by contract, beside what was billed: by kind, in the contract's currency, to the end of a month.

Source: docs/definitions.md#recognised
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection

from common.fx import MissingRate, Rates, convert
from common.money import ZERO
from common.periods import Month, month_end, month_of
from financials.calc.recognition import Earned, Facts, against_billing, by_schedule, earned, rule_of
from financials.calc.schedule import Line, Milestone
from financials.models import Contract, Estimate
from financials.models import Milestone as MilestoneRow
from financials.queries.basis import Basis

LEAST_PEOPLE: Final = 3
"""Below this many people a sum of their cost gives one of them away: field class SALARY."""
WITHHELD: Final = Earned(
    None, rule="fixed_fee", reason="it would tell what one or two people cost, which finance alone may know"
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """One contract's position at the end of a month, in its own currency. None is unknown; `reason` says why.

    earned.recognised is to date. Billing names the statement of work, so a statement of work and its change orders in
    the same currency are compared with it together: the gap stands on the statement of work, and its change orders show
    none. time_people: of the months whose labour is time, the fewest people one of them is of; 0 when there is none.
    withheld: a fixed fee's progress, which with its estimate would tell such a reader what one or two people cost.
    """

    contract_id: int
    number: str
    client_id: int
    currency: str
    through: Month
    earned: Earned
    scheduled: Decimal
    billed: Decimal | None
    passed_on: Decimal | None
    invoiced: Decimal | None
    earned_not_billed: Decimal | None
    billed_not_earned: Decimal | None
    fee: Decimal | None = None
    uncarded_hours: Decimal = ZERO
    time_people: int = 0
    withheld: bool = False

    @property
    def recognised(self) -> Decimal | None:
        return self.earned.recognised

    @property
    def backlog(self) -> Decimal | None:
        return self.earned.backlog

    @property
    def expected_loss(self) -> Decimal:
        return self.earned.expected_loss

    @property
    def provision(self) -> Decimal:
        return self.earned.provision


class _Flow(NamedTuple):
    contract_id: int
    what: str
    month: Month
    currency: str
    amount: Decimal
    people: list[int] | None


_FLOWS: Final = """
SELECT contract_id, 'scheduled', month, '', sum(amount), NULL::bigint[] FROM financials_scheduleline
WHERE contract_id = ANY(%(ids)s) GROUP BY contract_id, month
UNION ALL
SELECT contract_id, line, month, currency, sum(amount), NULL::bigint[]
FROM financials_ledgermonth WHERE contract_id = ANY(%(ids)s) AND month <= %(through)s AND line <> 'overhead'
GROUP BY contract_id, line, month, currency
UNION ALL
SELECT contract_id, 'worked', month, value_currency, sum(value), NULL FROM financials_timemonth
WHERE contract_id = ANY(%(ids)s) AND month <= %(through)s GROUP BY contract_id, month, value_currency
UNION ALL
SELECT contract_id, 'time_cost', month, cost_currency, sum(cost), array_agg(DISTINCT person_id)
FROM financials_timemonth WHERE contract_id = ANY(%(ids)s) AND month <= %(through)s AND cost_currency <> ''
GROUP BY contract_id, month, cost_currency
UNION ALL
SELECT contract_id, 'uncarded', %(through)s, '', sum(uncarded_hours), NULL
FROM financials_timemonth WHERE contract_id = ANY(%(ids)s) AND month <= %(through)s GROUP BY contract_id
UNION ALL
SELECT contract_id, 'accrued', month, currency, sum(amount), NULL::bigint[] FROM financials_ledgerentry
WHERE contract_id = ANY(%(ids)s) AND month <= %(through)s AND source_ref LIKE 'accrual:%%'
GROUP BY contract_id, month, currency
UNION ALL
SELECT contract_id, 'invoiced', date_trunc('month', issued)::date, currency, sum(amount), NULL::bigint[]
FROM financials_invoice WHERE contract_id = ANY(%(ids)s) AND issued <= %(last_day)s GROUP BY 1, 2, 3, 4
"""
_FIELDS: Final = (
    "pk",
    "number",
    "client_id",
    "parent_id",
    "kind",
    "status",
    "billing",
    "currency",
    "start",
    "end",
    "ended_on",
    "amount",
    "service_line",
)


@dataclass(slots=True)
class _Sums:
    """One contract's flows in its own currency. A name in `missing` has a month without an exchange rate."""

    months: dict[str, dict[Month, Decimal]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Decimal)))
    missing: set[str] = field(default_factory=set)
    uncarded: Decimal = ZERO
    people: dict[Month, set[int]] = field(default_factory=lambda: defaultdict(set))

    def lines(self, *names: str) -> tuple[Line, ...]:
        total: dict[Month, Decimal] = defaultdict(Decimal)
        for name in names:
            for month, amount in self.months.get(name, {}).items():
                total[month] += amount
        return tuple(Line(month, total[month]) for month in sorted(total))

    def cost(self) -> tuple[Line, ...] | None:
        """Freelancers and direct expenses, and of each month labour as posted, else its time at the rate of the day."""
        labour = self.months.get("delivery_labour", {})
        time = {month: amount for month, amount in self.months.get("time_cost", {}).items() if month not in labour}
        posted = {"delivery_labour", "freelancers", "direct_expenses"}
        if self.missing & posted or (time and "time_cost" in self.missing):
            return None
        self.months["own_time"] = defaultdict(Decimal, time)
        return self.lines("delivery_labour", "own_time", "freelancers", "direct_expenses")


@dataclass(frozen=True, slots=True)
class RecognitionBook:
    """Contracts with all their recognition follows from, read once; `at` answers for any month up to `through`.

    salary: the reader may know what a person costs. A fixed fee earned by cost ÷ (cost + to go) tells the cost to
    whoever knows fee and estimate; where one or two people's time is part of it, other readers get no position.
    """

    through: Month
    wanted: tuple[int, ...]
    contracts: Mapping[int, Mapping[str, Any]]
    facts: Mapping[int, Facts]
    sums: Mapping[int, _Sums]
    below: Mapping[int, tuple[int, ...]]
    salary: bool

    def at(self, through: Month) -> dict[int, Recognised]:
        found: dict[int, Recognised] = {}
        wanted = set(self.wanted)
        for root in sorted({self._root(pk) for pk in wanted}):
            for pk, position in self._engagement(root, through).items():
                if pk in wanted:
                    found[pk] = position
        return found

    def _root(self, pk: int) -> int:
        """The statement of work a change order hangs on, in the same currency; itself for all others."""
        above = self.contracts[pk]["parent_id"]
        return above if above is not None and pk in self.below.get(above, ()) else pk

    def _engagement(self, root: int, through: Month) -> dict[int, Recognised]:
        family = [root, *self.below.get(root, ())]
        joined = [pk for pk in family[1:] if rule_of(self.facts[pk], self.facts[root]) == "fixed_fee"]
        joined = joined if rule_of(self.facts[root]) == "fixed_fee" else []
        positions: dict[int, Earned] = {}
        fewest: dict[int, int] = {}
        withheld: set[int] = set()
        for job in ((root, *joined), *((pk,) for pk in family[1:] if pk not in joined)):
            together = earned(self.facts[job[0]], through, orders=[self.facts[pk] for pk in job[1:]])
            positions |= zip(job, together, strict=True)
            people = self._fewest_people(job, through)
            fewest |= dict.fromkeys(job, people)
            if not self.salary and 0 < people < LEAST_PEOPLE and rule_of(self.facts[job[0]]) == "fixed_fee":
                positions |= dict.fromkeys(job, WITHHELD)
                withheld.update(job)
        billed = {pk: _billed(self.sums[pk], through) for pk in family}
        gap = against_billing(total(positions[pk].recognised for pk in family), total(billed.values()))
        return {
            pk: Recognised(
                contract_id=pk,
                number=self.contracts[pk]["number"],
                client_id=self.contracts[pk]["client_id"],
                currency=self.contracts[pk]["currency"],
                through=through,
                earned=positions[pk],
                scheduled=by_schedule(self.facts[pk].schedule, through),
                billed=billed[pk],
                passed_on=_to_date(self.sums[pk], "pass_through", through),
                invoiced=_to_date(self.sums[pk], "invoiced", through),
                earned_not_billed=gap[0] if pk == root else ZERO,
                billed_not_earned=gap[1] if pk == root else ZERO,
                fee=self.facts[pk].fee,
                uncarded_hours=self.sums[pk].uncarded,
                time_people=fewest[pk],
                withheld=pk in withheld,
            )
            for pk in family
        }

    def _fewest_people(self, job: Iterable[int], through: Month) -> int:
        """Of the months whose labour is time, the fewest people one is of; two positions apart would tell that one."""
        people: dict[Month, set[int]] = defaultdict(set)
        for pk in job:
            for month in self.sums[pk].months.get("own_time", {}):
                if month <= through:
                    people[month] |= self.sums[pk].people.get(month, set())
        return min((len(several) for several in people.values()), default=0)


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(amounts)
    return None if None in known else sum((amount for amount in known if amount is not None), ZERO)


def _to_date(sums: _Sums, name: str, through: Month) -> Decimal | None:
    return None if name in sums.missing else by_schedule(sums.lines(name), through)


def _billed(sums: _Sums, through: Month) -> Decimal | None:
    """What the ledger holds of fees: gross revenue less pass-through, without accruals. An invoice also holds
    pass-through and tax, which are never earned.
    """
    if {"gross_revenue", "pass_through"} & sums.missing:
        return None
    posted, passed, accrued = (
        by_schedule(sums.lines(name), through) for name in ("gross_revenue", "pass_through", "accrued")
    )
    return posted - passed - accrued


def recognised_by_contract(
    basis: Basis, contract_ids: Iterable[int], through: Month, *, salary: bool
) -> dict[int, Recognised]:
    """Each contract's position at the end of the month. Four queries for any number of contracts."""
    return load_recognition(basis, contract_ids, through, salary=salary).at(through)


def load_recognition(basis: Basis, contract_ids: Iterable[int], through: Month, *, salary: bool) -> RecognitionBook:
    """Four queries. A change order is read with its whole statement of work, whose estimate and billing it shares."""
    wanted = tuple(sorted(set(contract_ids)))
    clients = Contract.objects.filter(pk__in=wanted).values("client")
    contracts = {row["pk"]: row for row in Contract.objects.filter(client__in=clients).order_by("pk").values(*_FIELDS)}
    ids = _engaged(wanted, contracts)
    sums = _load_sums(basis.rates, ids, contracts, through)
    milestones: dict[int, list[Milestone]] = defaultdict(list)
    for pk, due, amount, accepted in MilestoneRow.objects.filter(contract__in=ids).values_list(
        "contract_id", "due", "amount", "accepted_on"
    ):
        milestones[pk].append(Milestone(due, amount, accepted))
    estimates: dict[int, list[Line]] = defaultdict(list)
    for pk, month, to_go in Estimate.objects.filter(contract__in=ids, month__lte=through).values_list(
        "contract_id", "month", "cost_to_go"
    ):
        estimates[pk].append(Line(month, to_go))
    below: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for pk in ids:
        row = contracts[pk]
        above = contracts.get(row["parent_id"] or 0)
        if row["kind"] != "change_order" or above is None or above["kind"] != "sow":
            continue
        if above["currency"] == row["currency"]:
            below[above["pk"]] += (pk,)
    return RecognitionBook(
        through=through,
        wanted=tuple(pk for pk in wanted if pk in contracts),
        contracts=contracts,
        facts={pk: _facts(contracts[pk], sums[pk], milestones[pk], estimates[pk]) for pk in ids},
        sums=sums,
        below=below,
        salary=salary,
    )


def _engaged(wanted: Sequence[int], contracts: Mapping[int, Mapping[str, Any]]) -> list[int]:
    """The contracts asked for, with the statements of work above them and the change orders below those."""
    ids = set(wanted) & contracts.keys()
    ids |= {above for pk in ids if (above := contracts[pk]["parent_id"]) in contracts}
    ids |= {pk for pk, row in contracts.items() if row["kind"] == "change_order" and row["parent_id"] in ids}
    return sorted(ids)


def _facts(row: Mapping[str, Any], sums: _Sums, milestones: list[Milestone], estimates: list[Line]) -> Facts:
    ended: date | None = row["ended_on"]
    worked = None if "worked" in sums.missing or "worked" not in sums.months else sums.lines("worked")
    schedule = sums.lines("scheduled")
    return Facts(
        kind=row["kind"],
        status=row["status"],
        billing=row["billing"],
        currency=row["currency"],
        start=row["start"],
        fee=row["amount"],
        evergreen=row["end"] is None,
        ended=month_of(ended) if ended is not None and row["status"] == "terminated" else None,
        schedule=schedule,
        whole=sum((line.amount for line in schedule), ZERO),
        milestones=tuple(milestones),
        estimates=tuple(estimates),
        cost=sums.cost(),
        worked=worked,
    )


def _load_sums(
    rates: Rates, ids: Sequence[int], contracts: Mapping[int, Mapping[str, Any]], through: Month
) -> dict[int, _Sums]:
    """Every flow converted once per contract × month × kind × currency, at the month's average."""
    found = {pk: _Sums() for pk in ids}
    with connection.cursor() as cursor:
        cursor.execute(_FLOWS, {"ids": list(ids), "through": through, "last_day": month_end(through)})
        flows = [_Flow(*row) for row in cursor.fetchall()]
    for flow in flows:
        sums = found[flow.contract_id]
        if flow.what == "uncarded":
            sums.uncarded = flow.amount
            continue
        sums.people[flow.month].update(flow.people or ())
        own = contracts[flow.contract_id]["currency"]
        amount = flow.amount
        if flow.currency not in ("", own):
            try:
                amount = convert(amount, flow.currency, own, flow.month, rates, via=settings.REPORTING_CURRENCY)
            except MissingRate:
                sums.missing.add(flow.what)
                continue
        sums.months[flow.what][flow.month] += amount
    return found
