"""The health score held against how it ended, and the effect of other rules before they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from accounts.access import clients_for
from accounts.calc.health import NO_SCORE, Health, Judged, Part, Proof, Status, health, proof
from accounts.models import HealthReading
from accounts.queries.health import WORDS, latest, living, may_see, seen_by
from common.formats import number, plural
from common.health import ComponentScore, HealthAsk, Outcome, components, outcomes
from common.models import AuditEntry
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

COMMERCIAL: Final = "commercial"
LEAD: Final = timedelta(days=180)
BACK: Final = timedelta(days=3 * 366)
ENOUGH: Final = 20
"""Outcomes with a reading before them, under which the page says that they are too few to judge by."""


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    key: str
    name: str
    on: date
    what: str
    kept: bool
    score: Decimal | None
    shape: Status | None
    words: str


@dataclass(frozen=True, slots=True)
class ProofPage:
    finding: str
    proof: Proof
    rows: tuple[OutcomeRow, ...]
    few: bool


def load_proof(user: User, today: date) -> ProofPage:
    """Two queries and those of the outcomes. Each outcome against the last reading 180 days or more before it."""
    named = {pk: (key, name) for pk, key, name in clients_for(user).order_by().values_list("pk", "key", "name")}
    first = today - BACK
    ended = [*_lost(named, first, today)]
    for _, read in outcomes:
        ended += read(tuple(named), first, today)
    readings: dict[int, list[HealthReading]] = {}
    for one in HealthReading.objects.filter(client__in={outcome.client_id for outcome in ended}).order_by("day"):
        readings.setdefault(one.client_id, []).append(one)
    can = abilities_of(user)
    rows, judged = [], []
    for outcome in sorted(ended, key=lambda one: one.on, reverse=True):
        before = [one for one in readings.get(outcome.client_id, ()) if one.day <= outcome.on - LEAD]
        seen = seen_by(before[-1], can) if before else None
        told = Judged(seen.health.score if seen else None, seen.health.status if seen else None, outcome.kept)
        judged.append(told)
        words = WORDS[told.status] if told.status else "Nothing was read"
        rows.append(OutcomeRow(*named[outcome.client_id], outcome.on, outcome.what, outcome.kept, told.score,
                               told.status, words))  # fmt: skip
    found = proof(judged)
    return ProofPage(_finding(found), found, tuple(rows), found.judged < ENOUGH)


def _lost(named: Mapping[int, tuple[str, str]], first: date, last: date) -> list[Outcome]:
    """Clients that were marked lost, on the day of it. One query."""
    entries = AuditEntry.objects.filter(
        object_kind="client", client_id__in=list(named), changes__status__1="lost", at__date__gte=first,
        at__date__lte=last,
    )  # fmt: skip
    return [
        Outcome(client, at.date(), kept=False, what="marked lost")
        for client, at in entries.order_by("at").values_list("client_id", "at")
        if client is not None
    ]


def _finding(found: Proof) -> str:
    if not found.judged:
        return "No outcome has a reading half a year before it yet"
    if found.judged < ENOUGH:
        return f"{plural(found.judged, 'outcome')} with a reading half a year before: too few to judge the score by"
    if found.auc is None:
        return "Every outcome ended the same way: the score cannot be told from chance"
    share = number(found.auc * 100)
    return f"Of one kept and one lost, the kept stood higher in {share}% of pairs; chance is 50%"


@dataclass(frozen=True, slots=True)
class EffectRow:
    key: str
    name: str
    now: Health
    then: Health
    now_words: str
    then_words: str

    @property
    def moved(self) -> Decimal | None:
        if self.now.score is None or self.then.score is None:
            return None
        return self.then.score - self.now.score

    @property
    def turns(self) -> bool:
        return self.now.status != self.then.status


@dataclass(frozen=True, slots=True)
class Effect:
    """rows: all clients in sight with a reading, those whose verdict turns first, then by how far they move."""

    finding: str
    rows: tuple[EffectRow, ...]
    turning: int


def load_effect(user: User, weights: Mapping[str, int], margin_target: Decimal, today: date) -> Effect:
    """What other rules would say of the last readings, before anybody keeps them. Two queries, and those of the margin
    where its target changes.
    """
    can = abilities_of(user)
    named = living(user)
    last = latest(list(named))
    stands = all(reading.rules.margin_target == margin_target for reading in last.values())
    margins = {} if stands else _margins(list(last), margin_target, today)
    rows = []
    for pk, reading in last.items():
        parts = [part for part in reading.components if may_see(part["field_class"], can)]
        other = health(
            (Part(weights.get(part["name"], 0), _score(part, margins.get(pk))) for part in parts),
            (cap["limit"] for cap in reading.caps),
        )
        now = seen_by(reading, can).health
        rows.append(EffectRow(*named[pk], now, other, WORDS[now.status], WORDS[other.status]))
    rows.sort(key=lambda row: (not row.turns, -abs(row.moved or NO_SCORE), row.name))
    turning = sum(row.turns for row in rows)
    return Effect(_effect_finding(rows, turning), tuple(rows), turning)


def _margins(ids: Sequence[int], margin_target: Decimal, today: date) -> Mapping[int, ComponentScore]:
    """The one component that the target is for, read anew by it."""
    component = components.get(COMMERCIAL)
    return {} if component is None else component.read(HealthAsk(ids, today, margin_target))


def _score(part: Mapping[str, Any], fresh: ComponentScore | None) -> Decimal | None:
    if part["name"] == COMMERCIAL and fresh is not None:
        return fresh.score
    return None if part["score"] is None else Decimal(part["score"])


def _effect_finding(rows: Sequence[EffectRow], turning: int) -> str:
    if not rows:
        return "No client has a reading yet: nothing to show an effect on"
    if turning:
        return f"The verdict on {plural(turning, 'client')} of {len(rows)} would turn"
    return f"No verdict on the {plural(len(rows), 'client')} would turn"
