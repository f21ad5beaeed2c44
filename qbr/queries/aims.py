"""What a client tries to do and what of ours serves it: objectives, measures, fees and hours, made from `facts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from accounts.calc.coverage import coverage
from accounts.calc.measures import Aim as Mark
from accounts.calc.measures import stand
from accounts.calc.promises import Promise, kept
from accounts.models import TYPED
from accounts.models.plan_parts import MeasureUnit
from accounts.models.plans import Known as KnownToThem
from accounts.models.plans import WorkStatus
from common.fx import apply
from common.money import quantise
from common.periods import Month, month_add
from financials.calc.alignment import Aligned, Cell, aligned
from financials.models import AlignmentTie, Contract, Milestone
from financials.queries.alignment import Parts, parts_of, quantum
from financials.queries.basis import Basis
from qbr.calc.account import (
    Gauge,
    Goal,
    Served,
)
from qbr.calc.review import Span, summed
from qbr.calc.slides import FieldClass
from qbr.queries.around import Around, bond_of, day_of, exact, short
from qbr.queries.facts import Facts, Row, grouped

CLASS_OF_SOURCE: Final[Mapping[str, FieldClass]] = {"contribution_margin": "cost", "coverage": "stance"}
OURS_ALONE: Final = frozenset({"net_revenue", *CLASS_OF_SOURCE})
"""Measures that say what we make of the client: never in a client's review."""


# --- aims, goals, measures ---------------------------------------------------------------------------------------


def aims_of(facts: Facts, around: Around, known: str) -> list[tuple[Row, tuple[Goal, ...]]]:
    """A client's review holds of our objectives those they know, and our reasons only for aims they confirmed."""
    goals = grouped(facts["goal"], "aim")
    gauges = grouped(facts["gauge"], "goal")
    found = []
    for row in facts["aim"]:
        listed = [goal for goal in goals(row["pk"]) if around.internal or is_known(goal, known)]
        found.append((row, tuple(_goal(goal, gauges(goal["pk"]), facts, around) for goal in listed)))
    return found


def is_known(goal: Row, known: str) -> bool:
    return known == KnownToThem.YES or (known == KnownToThem.PARTLY and goal["shared"])


def _goal(row: Row, gauges: Sequence[Row], facts: Facts, around: Around) -> Goal:
    shown = [gauge for gauge in gauges if around.internal or gauge["source"] not in OURS_ALONE]
    return Goal(
        row["title"],
        short(row["owner"]),
        day_of(row["due"]),
        row["status"],
        str(WorkStatus(row["status"]).label),
        row["shared"],
        tuple(_gauge(gauge, facts, around) for gauge in shown),
    )


def _gauge(row: Row, facts: Facts, around: Around) -> Gauge:
    source = row["source"]
    now = exact(row["now"]) if source == TYPED else _computed(source, facts, around)
    mark = Mark(
        exact(row["baseline"]), exact(row["target"]) or Decimal(0), day_of(row["starts_on"]), day_of(row["due"])
    )
    told = stand(now, mark, around.today)
    unit = around.basis.currency if row["unit"] == MeasureUnit.MONEY else row["unit"]
    return Gauge(
        row["title"],
        unit,
        now,
        exact(row["before"]) if source == TYPED else None,
        told.expected,
        mark.target,
        mark.due,
        told.standing,
        CLASS_OF_SOURCE.get(source, "open"),
    )


def _computed(source: str, facts: Facts, around: Around) -> Decimal | None:
    """As the plan's own page has it: the last twelve closed months, the last year's promises, the map of today."""
    through = around.basis.through
    if source in ("net_revenue", "contribution_margin"):
        year = Span(month_add(through, -11), through, "", "", "")
        return summed(around.figures.actual, year).get(source)
    if source == "coverage" and around.internal:
        return coverage(map(bond_of, facts["person"]), around.today).share
    if source == "kept_promises":
        first = around.today.replace(year=around.today.year - 1, day=min(around.today.day, 28))
        ours = [row for row in facts["promise"] if row["side"] == "ours"]
        return kept(map(_promise, ours), first=first, today=around.today).rate
    return None


def _promise(row: Row) -> Promise:
    return Promise(date.fromisoformat(row["due"]), day_of(row["kept_on"]), day_of(row["dropped_on"]))


# --- fees and hours by aim ---------------------------------------------------------------------------------------


def served(facts: Facts, around: Around, span: Span | None) -> Aligned | None:
    """What was scheduled and worked in the months, by aim; as `financials.queries.alignment` has it."""
    if span is None:
        return None
    contracts = {
        row["pk"]: Contract(pk=row["pk"], parent_id=row["parent_id"], currency=row["currency"],
                            amount=exact(row["amount"]))
        for row in facts["contract"]
    }  # fmt: skip
    ties = {pk: tuple(_tie(row) for row in rows) for pk, rows in _by_contract(facts["tie"]).items()}
    parts: dict[int, Parts] = {pk: parts_of(contract, contracts, ties) for pk, contract in contracts.items()}
    fees: dict[tuple[int | None, Month], Decimal | None] = {}
    for row in facts["line"]:
        contract, month = contracts[row["contract_id"]], date.fromisoformat(row["month"])
        fees[contract.pk, month] = _converted(around.basis, Decimal(row["amount"]), contract.currency, month)
    hours = {(row["contract_id"], date.fromisoformat(row["month"])): Decimal(row["hours"]) for row in facts["hours"]}
    cells = [
        Cell(month, fees.get((pk, month), Decimal(0)), hours.get((pk, month), Decimal(0)), parts.get(pk or 0, {}))
        for pk, month in sorted({*fees, *hours}, key=lambda place: (place[0] or 0, place[1]))
        if span.first <= month <= span.last
    ]
    return aligned(cells, quantum(around.basis))


def _by_contract(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["contract_id"], []).append(row)
    return found


def _tie(row: Row) -> AlignmentTie:
    amount = exact(row["milestone"])
    return AlignmentTie(
        contract_id=row["contract_id"],
        imperative_id=row["imperative_id"],
        share=Decimal(row["share"]),
        milestone=None if amount is None else Milestone(amount=amount),
    )


def _converted(basis: Basis, amount: Decimal, currency: str, month: Month) -> Decimal | None:
    if currency == basis.currency:
        return quantise(amount, currency)
    rate = basis.rate(currency, month)
    return None if rate is None else apply(amount, rate, basis.currency)


def share_of(now: Aligned | None, before: Aligned | None, aim: int | None) -> Served:
    if now is None:
        return Served()
    fees = None if now.fees is None else now.by_fees.get(aim, Decimal(0))
    hours = now.by_hours.get(aim, Decimal(0))
    was = before.by_fees.get(aim, Decimal(0)) / before.fees if before and before.fees else None
    return Served(
        fees,
        fees / now.fees if fees is not None and now.fees else None,
        was,
        hours,
        hours / now.hours if now.hours else None,
    )


def ties_of(facts: Facts, titles: Mapping[int, str]) -> dict[str, list[str]]:
    names = {row["pk"]: row["title"] for row in facts["contract"]}
    found: dict[str, list[str]] = {}
    for row in facts["tie"]:
        work = found.setdefault(titles.get(row["imperative_id"], ""), [])
        if names[row["contract_id"]] not in work:
            work.append(names[row["contract_id"]])
    return found
