"""The account as a review tells it, made from `facts`: the voice, the people, the health, the value, the market."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings

from accounts.calc.coverage import coverage, is_covered
from accounts.calc.health import Part, health
from accounts.calc.voice import loop_of
from accounts.models.plans import Known as KnownToThem
from accounts.queries.answers import Scored, scores_of, window
from common.health import components
from qbr.calc.account import (
    Account,
    Aim,
    Charter,
    Due,
    HealthPart,
    HealthSeen,
    Known,
    Learnt,
    NoteSeen,
    People,
    Risk,
    Voice,
    WorkSeen,
)
from qbr.calc.slides import FieldClass
from qbr.calc.value import Value
from qbr.models import Benefit, BenefitState, ValueCost
from qbr.queries.aims import aims_of, is_known, served, share_of, ties_of
from qbr.queries.around import Around, bond_of, day_of, exact, short
from qbr.queries.facts import Facts, Row, grouped
from qbr.queries.kpis import kpis_of
from qbr.queries.value import costs_by_month, worth_of

QUARTER: Final = timedelta(days=80)
"""How long before its newest reading a client's health is compared with, at least."""
BEGUN: Final = frozenset({"signed", "active", "completed", "terminated", "expired"})
WORTH: Final = ("pk", "title", "driver", "hard", "baseline", "method", "confidence", "currency", "state")


def account_of(facts: Facts, around: Around) -> Account:
    plan, ours = facts["plan"][0], around.internal
    now, before = (served(facts, around, span) for span in (around.periods.now, around.periods.before))
    aims = tuple(
        Aim(
            row["title"],
            row["why"] if ours or row["confirmed_on"] else "",
            day_of(row["confirmed_on"]),
            share_of(now, before, row["pk"]),
            goals,
        )
        for row, goals in aims_of(facts, around, plan["known"])
    )
    titles = {row["pk"]: row["title"] for row in facts["aim"]}
    return Account(
        known_to_client=plan["known"],
        ambition=plan["ambition"] if ours else "",
        focus=plan["focus"] if ours else "",
        aims=aims,
        orphan=share_of(now, before, None),
        fees=now.fees if now else None,
        ties=ties_of(facts, titles),
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
            is_covered(bond_of(row), today),
        )
        for row in facts["person"]
    )
    return People(coverage(map(bond_of, facts["person"]), today), known)


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
    goals = {row["pk"] for row in facts["goal"] if around.internal or is_known(row, known)}
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
