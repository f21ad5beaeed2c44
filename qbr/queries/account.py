"""The account as a review tells it, made from `facts`: aims and what serves them, the voice, the people, the health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings

from accounts.calc.coverage import Tie as Bond
from accounts.calc.coverage import coverage, is_covered
from accounts.calc.health import Part, health
from accounts.calc.measures import Aim as Mark
from accounts.calc.measures import stand
from accounts.calc.promises import Promise, kept
from accounts.calc.voice import loop_of
from accounts.models import TYPED
from accounts.models.plan_parts import MeasureUnit
from accounts.models.plans import Known as KnownToThem
from accounts.models.plans import WorkStatus
from accounts.queries.answers import Scored, scores_of, window
from common.fx import apply
from common.health import components
from common.money import quantise
from common.periods import Month, month_add
from financials.calc.alignment import Aligned, Cell, aligned
from financials.models import AlignmentTie, Contract, Milestone
from financials.queries.alignment import Parts, parts_of, quantum
from financials.queries.basis import Basis
from people.models import User
from qbr.calc.account import (
    Account,
    Aim,
    Charter,
    Due,
    Gauge,
    Goal,
    HealthPart,
    HealthSeen,
    Known,
    Learnt,
    NoteSeen,
    People,
    Risk,
    Served,
    Voice,
    WorkSeen,
)
from qbr.calc.review import Figures, Periods, Span, summed
from qbr.calc.slides import FieldClass
from qbr.calc.value import Value
from qbr.models import Benefit, BenefitState, ValueCost
from qbr.queries.facts import Facts, Row, grouped
from qbr.queries.kpis import kpis_of
from qbr.queries.value import costs_by_month, worth_of

QUARTER: Final = timedelta(days=80)
"""How long before its newest reading a client's health is compared with, at least."""
CLASS_OF_SOURCE: Final[Mapping[str, FieldClass]] = {"contribution_margin": "cost", "coverage": "stance"}
BEGUN: Final = frozenset({"signed", "active", "completed", "terminated", "expired"})
WORTH: Final = ("pk", "title", "driver", "hard", "baseline", "method", "confidence", "currency", "state")
OURS_ALONE: Final = frozenset({"net_revenue", *CLASS_OF_SOURCE})
"""Measures that say what we make of the client: never in a client's review."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the lists are read against. figures: what computed measures are worked out from."""

    basis: Basis
    periods: Periods
    figures: Figures
    today: date
    internal: bool


def day_of(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def exact(value: str | None) -> Decimal | None:
    return Decimal(value) if value is not None else None


def short(name: str | None) -> str:
    return User(name=name).initials_name if name else ""


def account_of(facts: Facts, around: Around) -> Account:
    plan, ours = facts["plan"][0], around.internal
    now, before = (_served(facts, around, span) for span in (around.periods.now, around.periods.before))
    aims = tuple(
        Aim(
            row["title"],
            row["why"] if ours or row["confirmed_on"] else "",
            day_of(row["confirmed_on"]),
            _share(now, before, row["pk"]),
            goals,
        )
        for row, goals in _aims(facts, around, plan["known"])
    )
    titles = {row["pk"]: row["title"] for row in facts["aim"]}
    return Account(
        known_to_client=plan["known"],
        ambition=plan["ambition"] if ours else "",
        focus=plan["focus"] if ours else "",
        aims=aims,
        orphan=_share(now, before, None),
        fees=now.fees if now else None,
        ties=_ties(facts, titles),
        voice=_voice(facts, around),
        people=_people(facts, around.today) if ours else None,
        health=_health(facts) if ours else None,
        risks=tuple(_risk(row) for row in facts.get("risk", ())),
        kpis=kpis_of(facts, around.periods, around.today, around.basis.currency),
        dues=_dues(facts, internal=ours),
        value=_value(facts, around),
        works=_works(facts, around, plan["known"], titles),
        charter=_charter(plan, internal=ours),
        targets=_targets(facts, around),
        notes=tuple(_note(row, internal=ours) for row in facts["note"] if ours or row["for_client"]),
        since=min(
            (date.fromisoformat(row["start"]) for row in facts["contract"] if row["status"] in BEGUN), default=None
        ),
        escalates_to=plan["escalates_to"],
    )


# --- aims, goals, measures ---------------------------------------------------------------------------------------


def _aims(facts: Facts, around: Around, known: str) -> list[tuple[Row, tuple[Goal, ...]]]:
    """A client's review holds of our objectives those they know, and our reasons only for aims they confirmed."""
    goals = grouped(facts["goal"], "aim")
    gauges = grouped(facts["gauge"], "goal")
    found = []
    for row in facts["aim"]:
        listed = [goal for goal in goals(row["pk"]) if around.internal or _is_known(goal, known)]
        found.append((row, tuple(_goal(goal, gauges(goal["pk"]), facts, around) for goal in listed)))
    return found


def _is_known(goal: Row, known: str) -> bool:
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
        return coverage(map(_bond, facts["person"]), around.today).share
    if source == "kept_promises":
        first = around.today.replace(year=around.today.year - 1, day=min(around.today.day, 28))
        ours = [row for row in facts["promise"] if row["side"] == "ours"]
        return kept(map(_promise, ours), first=first, today=around.today).rate
    return None


def _promise(row: Row) -> Promise:
    return Promise(date.fromisoformat(row["due"]), day_of(row["kept_on"]), day_of(row["dropped_on"]))


# --- fees and hours by aim ---------------------------------------------------------------------------------------


def _served(facts: Facts, around: Around, span: Span | None) -> Aligned | None:
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


def _share(now: Aligned | None, before: Aligned | None, aim: int | None) -> Served:
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


def _ties(facts: Facts, titles: Mapping[int, str]) -> dict[str, list[str]]:
    names = {row["pk"]: row["title"] for row in facts["contract"]}
    found: dict[str, list[str]] = {}
    for row in facts["tie"]:
        work = found.setdefault(titles.get(row["imperative_id"], ""), [])
        if names[row["contract_id"]] not in work:
            work.append(names[row["contract_id"]])
    return found


# --- voice, people, health, what fell due ------------------------------------------------------------------------


def _voice(facts: Facts, around: Around) -> Voice | None:
    """Of few answers a client's review gives no score: three at least, so that nobody's own can be told."""
    answers = [
        Scored(0, row["contact_id"], date.fromisoformat(row["date"]), row["pk"], row["scale"], row["score"],
               row["role"] or "")
        for row in facts["answer"]
    ]  # fmt: skip
    first, _ = window(around.today)
    now = scores_of([one for one in answers if one.on >= first], open_to_all=around.internal)
    before = scores_of([one for one in answers if one.on < first], open_to_all=around.internal)
    if not answers and not facts["learnt"]:
        return None
    days = [(date.fromisoformat(r["raised_on"]), day_of(r["done_on"]), day_of(r["told_on"])) for r in facts["learnt"]]
    counts = facts["asked"][0] if facts["asked"] else {"asked": 0, "answered": 0}
    return Voice(
        now.nps,
        before.nps,
        now.csat,
        loop_of(days),
        tuple(_learnt(row, around.today) for row in facts["learnt"]),
        counts["asked"],
        counts["answered"],
    )


def _learnt(row: Row, today: date) -> Learnt:
    due, done, told = (day_of(row[name]) for name in ("due", "done_on", "told_on"))
    state = "told" if told else "done" if done else "late" if due and due < today else "open"
    return Learnt(row["said"], row["action"], short(row["owner"]), due, told, state)  # type: ignore[arg-type]  # of the four


def _bond(row: Row) -> Bond:
    return Bond(row["power"], row["level"], row["cadence_days"], day_of(row["last_touch"]))


def _people(facts: Facts, today: date) -> People:
    known = tuple(
        Known(
            row["name"].strip(),
            row["title"],
            row["power"],
            row["level"],
            row["level_wanted"],
            row["stance"],
            day_of(row["last_touch"]),
            short(row["owner"]),
            is_covered(_bond(row), today),
        )
        for row in facts["person"]
    )
    return People(coverage(map(_bond, facts["person"]), today), known)


def _health(facts: Facts) -> HealthSeen | None:
    """Without components of a class that an internal review does not carry (SALARY)."""
    rows = facts["health"]
    if not rows:
        return None
    newest = rows[0]
    day = date.fromisoformat(newest["day"])
    old = next((row for row in rows if date.fromisoformat(row["day"]) <= day - QUARTER), None)
    told, parts = _read(newest)
    was, parts_was = _read(old) if old else (None, {})
    labels: dict[str, Any] = dict(components)
    listed = tuple(
        HealthPart(
            labels[name].label if name in labels else name,
            part.score,
            parts_was[name].score if name in parts_was else None,
            part.weight,
            _class_of(newest, name),
        )
        for name, part in parts.items()
    )
    caps = tuple(cap["label"] for cap in newest["caps"])
    return HealthSeen(day, told.score, was.score if was else None, told.status, listed, caps)


def _read(row: Row) -> tuple[Any, dict[str, Part]]:
    shown = [part for part in row["components"] if part["field_class"] != "SALARY"]
    parts = {part["name"]: Part(part["weight"], exact(part["score"])) for part in shown}
    return health(parts.values(), (cap["limit"] for cap in row["caps"])), parts


def _class_of(row: Row, name: str) -> FieldClass:
    found = next(part["field_class"] for part in row["components"] if part["name"] == name)
    return {"COST": "cost", "STANCE": "stance"}.get(found, "open")  # type: ignore[return-value]  # of the classes


def _risk(row: Row) -> Risk:
    known = row["likelihood"] is not None and row["impact"] is not None
    score = row["likelihood"] * row["impact"] if known else None
    return Risk(row["kind"], row["title"], row["response"], short(row["owner"]), score)


def _dues(facts: Facts, *, internal: bool) -> tuple[Due, ...]:
    """Promises of both sides and milestones of contracts; in ours the plan's own milestones too."""
    found = [
        Due(row["side"], "promise", row["text"], date.fromisoformat(row["due"]), day_of(row["kept_on"]),
            row["dropped_on"] is not None)
        for row in facts["promise"]
    ]  # fmt: skip
    found += [
        Due(
            "ours",
            "milestone",
            f"{row['title']}: {row['work']}",
            date.fromisoformat(row["due"]),
            day_of(row["accepted_on"]),
        )
        for row in facts["milestone"]
    ]
    if internal:
        found += [
            Due("ours", "point", row["title"], date.fromisoformat(row["due"]), day_of(row["reached_on"]))
            for row in facts["point"]
        ]
    return tuple(found)


# --- value, roadmap, charter, market -----------------------------------------------------------------------------


def _value(facts: Facts, around: Around) -> Value | None:
    """A client's review knows only what the client has before it or confirmed; what is declined stays between us."""
    months = grouped(facts["benefit_month"], "benefit")
    listed = [
        row
        for row in facts["benefit"]
        if around.internal or row["state"] in (BenefitState.SENT, BenefitState.ACCEPTED, BenefitState.EDITED)
    ]
    worths = tuple(
        worth_of(
            Benefit(
                **{name: row[name] for name in WORTH} | {name: exact(row[name]) for name in ("share", "confirmed")}
            ),
            {date.fromisoformat(one["month"]): Decimal(one["amount"]) for one in months(row["pk"])},
            around.basis,
        )
        for row in listed
    )
    costs = [
        ValueCost(month=date.fromisoformat(row["month"]), currency=row["currency"], amount=Decimal(row["amount"]))
        for row in facts["spent"]
    ]
    if not worths:
        return None
    return Value(worths, costs_by_month(costs, around.basis), settings.VALUE_DISCOUNT_RATE)


def _works(facts: Facts, around: Around, known: str, titles: Mapping[int, str]) -> tuple[WorkSeen, ...]:
    """Of goals the client knows, in a client's review."""
    points = grouped(facts["point"], "work")
    goals = {row["pk"] for row in facts["goal"] if around.internal or _is_known(row, known)}
    found = []
    for row in facts["initiative"]:
        if row["goal"] not in goals:
            continue
        gate = next((point for point in points(row["pk"]) if point["reached_on"] is None), None)
        found.append(
            WorkSeen(
                row["title"], titles.get(row["aim"], ""), short(row["owner"]), day_of(row["starts_on"]),
                day_of(row["ends_on"]), row["status"], gate["title"] if gate else "",
                day_of(gate["due"]) if gate else None,
            )
        )  # fmt: skip
    return tuple(found)


def _charter(plan: Row, *, internal: bool) -> Charter:
    if not internal and plan["known"] not in (KnownToThem.YES, KnownToThem.PARTLY):
        return Charter()
    field_of_play, our_value, their_gain, our_gain = plan["charter"]
    return Charter(field_of_play, our_value, their_gain, our_gain if internal else "")


def _targets(facts: Facts, around: Around) -> tuple[tuple[int, Decimal], ...]:
    """In the review's currency; one that would have to be converted ahead of its rates is left out."""
    return tuple(
        (row["year"], Decimal(row["amount"]))
        for row in facts.get("plan_target", ())
        if row["currency"] == around.basis.currency
    )


def _note(row: Row, *, internal: bool) -> NoteSeen:
    return NoteSeen(
        row["kind"], row["title"], row["for_client"], day_of(row["happens_on"]), row["source"] if internal else "",
        row["so_what"] if internal else "", day_of(row["noted_on"]), day_of(row["expires_on"]),
    )  # fmt: skip
