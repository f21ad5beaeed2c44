"""How fresh a client's plan is, and what to look at again first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import CharField, DateField, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Greatest, TruncDate
from django.urls import reverse

from accounts.calc.freshness import Fact, Freshness, freshness
from accounts.models import PARTS, PLAN_PATHS, Client, MeasureReading, Plan
from accounts.queries.plans import CLOSED, is_full
from common.figures import Figure, figure_id

SECTION_OF: Final[dict[str, str]] = {
    "imperative": "imperatives", "objective": "objectives", "initiative": "work", "milestone": "work",
    "action": "work", "measure": "measures", "fact": "context", "target": "targets",
}  # fmt: skip
SECTION_WORDS: Final[dict[str, str]] = {
    "words": "Ambition and charter", "imperatives": "What they are trying to do", "objectives": "Objectives",
    "work": "Initiatives and actions", "measures": "Measures", "targets": "Targets by year", "context": "Context",
}  # fmt: skip
_DONE: Final = {
    "objective": Q(status__in=CLOSED), "initiative": Q(status__in=CLOSED), "action": Q(status__in=CLOSED),
    "milestone": Q(reached_on__isnull=False),
}  # fmt: skip
"""What is over does not fade."""


def load_facts(clients: Iterable[int]) -> dict[int, list[Fact]]:
    """Every fact of these clients' plans, by client. One query. An edit, a confirmation and a reading all refresh."""
    ids = list(clients)
    plans = _told(Plan.objects.filter(client__in=ids), "words", "plan", F("client_id"), Value("The plan's own words"))
    found = [
        _told(
            PARTS[kind]._default_manager.filter(
                ~_DONE.get(kind, Q(pk=None)), **{f"{PLAN_PATHS[kind]}__client__in": ids}
            ),
            section,
            kind,
            F(f"{PLAN_PATHS[kind]}__client_id"),
            Cast("year", CharField()) if kind == "target" else F("title"),
        )
        for kind, section in SECTION_OF.items()
    ]
    facts: dict[int, list[Fact]] = {pk: [] for pk in ids}
    for client, section, kind, pk, title, seen in plans.union(*found, all=True):
        facts[client].append(Fact(section, kind, pk, title, seen))
    return facts


def _open(kind: str) -> Any:
    rows: Any = PARTS[kind]._default_manager
    return rows.exclude(_DONE[kind]) if kind in _DONE else rows.all()


def _told(rows: Any, section: str, kind: str, client: Any, title: Any) -> Any:
    word = CharField()
    written = TruncDate("updated_at")
    known = [written, Coalesce("reviewed_on", written)]
    if kind == "measure":
        newest = MeasureReading.objects.filter(measure=OuterRef("pk")).order_by("-read_on").values("read_on")[:1]
        known.append(Coalesce(Subquery(newest), written))
    seen: Any = Greatest(*known, output_field=DateField())
    return (
        rows.order_by()
        .annotate(c=client, s=Value(section, output_field=word), k=Value(kind, output_field=word), t=title, seen=seen)
        .values_list("c", "s", "k", "pk", "t", "seen")
    )


@dataclass(frozen=True, slots=True)
class SectionLine:
    name: str
    share: Decimal
    facts: int
    stale: int
    oldest: date | None


@dataclass(frozen=True, slots=True)
class RefreshLine:
    title: str
    section: str
    seen_on: date
    minutes: int
    gain: Decimal
    url: str
    confirm_url: str


@dataclass(frozen=True, slots=True)
class FreshnessPage:
    finding: str
    score: Figure
    sections: tuple[SectionLine, ...]
    cheapest: tuple[RefreshLine, ...]


def load_freshness(client: Client, today: date) -> tuple[Freshness, bool]:
    """With whether a full plan was asked for. Two queries."""
    plan = Plan.objects.filter(client=client).first()
    full = is_full(client, plan)
    return freshness(load_facts([client.pk])[client.pk], today, full=full), full


def score_figure(key: str, score: Decimal | None) -> Figure:
    shown = None if score is None else score.quantize(Decimal(1))
    return Figure(figure_id("plan.freshness", client=key), "Freshness of the plan", shown, "score")


def freshness_page(client: Client, today: date) -> FreshnessPage:
    found, _ = load_freshness(client, today)
    return FreshnessPage(
        finding=_finding(found),
        score=score_figure(client.key, found.score),
        sections=tuple(
            SectionLine(SECTION_WORDS[one.name], one.share, one.facts, one.stale, one.oldest) for one in found.sections
        ),
        cheapest=tuple(
            RefreshLine(
                one.fact.title,
                SECTION_WORDS[one.fact.section],
                one.fact.seen_on,
                one.minutes,
                one.gain,
                _url(client.key, one.fact),
                reverse("plan_confirm", args=[client.key, one.fact.kind, one.fact.pk]),
            )
            for one in found.cheapest
        ),
    )


def _url(key: str, fact: Fact) -> str:
    if fact.kind == "plan":
        return reverse("plan_ambition", args=[key])
    return reverse("plan_part", args=[key, fact.kind, fact.pk])


def _finding(found: Freshness) -> str:
    """The emptiest section first, then the one that has faded most."""
    empty = [one for one in found.sections if not one.facts]
    score = "—" if found.score is None else f"{found.score:.0f}"
    if empty:
        return f"Freshness {score} of 100; nothing is written under {SECTION_WORDS[empty[0].name].lower()}"
    stale = sum(one.stale for one in found.sections)
    if stale:
        worst = min(found.sections, key=lambda one: one.share)
        return f"Freshness {score} of 100; {SECTION_WORDS[worst.name].lower()} faded most"
    return f"Freshness {score} of 100; nothing wants another look yet"
