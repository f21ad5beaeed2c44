"""Reviews across the portfolio: what is late, what comes, what the cadence asks for, and what was held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Client, ClientStatus, Tier
from common.formats import day_short, plural
from common.periods import Month, month_add, month_label, month_of
from financials.queries.renewals import holidays_of
from qbr.access import reviews_for
from qbr.calc.cadence import DEFAULTS, NONE, Cadence, proposed
from qbr.calc.life import AHEAD, OVER, WORDS, late_words, next_of
from qbr.models import Review, ReviewCadence
from qbr.queries.meetings import HELD_STATES, due_now, with_known

if TYPE_CHECKING:
    from people.models import User

SHOWN: Final = 300
PROPOSED: Final = 25
MONTHS: Final = 6
"""Months of the calendar, from last month on."""
KIND_WORDS: Final = {"qbr": "QBR", "annual": "Annual meeting"}


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """shape: at_risk where it is behind, watch where something is due within a week. due: blank where nothing is."""

    pk: int
    url: str
    client: str
    client_key: str
    kind: str
    period: str
    day: date
    starts_at: Any
    place: str
    owner: str
    state: str
    state_word: str
    shape: str
    due: str
    due_on: date | None
    next_word: str
    our_score: float | None
    their_score: float | None
    open_promises: int
    promises: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the page, as its address has them; blank is all, of states those that are not over."""

    state: str = "open"
    kind: str = ""
    owner: str = ""
    tier: str = ""
    client: str = ""


STATE_CHOICES: Final = (
    ("open", "Not over"), ("late", "Behind"), ("was_held", "All that were held"), ("all", "All"), *WORDS.items(),
)  # fmt: skip


def asked_of(query: Mapping[str, str]) -> Asked:
    """Anything else than what there is counts as not asked."""

    def one(name: str, among: Iterable[str]) -> str:
        value = query.get(name, "")
        return value if value in among else ""

    return Asked(
        one("state", dict(STATE_CHOICES)) or "open",
        one("kind", KIND_WORDS),
        query.get("owner", "")[:254].replace("\x00", ""),
        one("tier", Tier.values),
        query.get("client", "")[:80].replace("\x00", ""),
    )


def _chosen(user: User, asked: Asked) -> QuerySet[Review]:
    rows = reviews_for(user)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.owner:
        rows = rows.filter(owner__email__iexact=asked.owner)
    if asked.tier:
        rows = rows.filter(client__tier=asked.tier)
    if asked.client:
        rows = rows.filter(client__key=asked.client)
    if asked.state in ("open", "late"):
        return rows.exclude(state__in=OVER)
    if asked.state == "was_held":
        return rows.filter(state__in=HELD_STATES)
    return rows if asked.state == "all" else rows.filter(state=asked.state)


def load_reviews(user: User, asked: Asked, now: datetime, *, stance: bool, limit: int = SHOWN) -> list[ReviewRow]:
    """The late ones first, then by day; what is over, the newest first. One query."""
    over = asked.state in ("was_held", "closed", "cancelled", "all")
    chosen = with_known(_chosen(user, asked)).select_related("client", "owner", "survey")
    found = [review_row(one, now, stance=stance) for one in chosen.order_by("-day" if over else "day", "pk")[:limit]]
    if asked.state == "late":
        found = [row for row in found if row.shape == "at_risk"]
    return found if over else sorted(found, key=lambda row: (row.shape != "at_risk", row.due_on or row.day, row.client))


def review_row(review: Any, now: datetime, *, stance: bool) -> ReviewRow:
    """review: as `with_known` gives it, with client, owner and survey. stance: whether their score may be told."""
    due, today = due_now(review, now), review.client.local_date(now)
    shape = ""
    if due is not None:
        shape = "at_risk" if due.on < today else "watch" if due.on <= today + timedelta(days=7) else ""
    to = next_of(review.state)
    return ReviewRow(
        pk=review.pk,
        url=reverse("client_review", args=[review.client.key, review.pk]),
        client=review.client.name,
        client_key=review.client.key,
        kind=KIND_WORDS[review.kind],
        period=review.period,
        day=review.day,
        starts_at=review.starts_at,
        place=review.place,
        owner=review.owner.name if review.owner else "",
        state=review.state,
        state_word=WORDS[review.state],
        shape=shape,
        due=f"{due.what[:1].upper()}{due.what[1:]}, {late_words(due, today)}" if due else "",
        due_on=due.on if due else None,
        next_word=WORDS[to] if to else "",
        our_score=review.our_score,
        their_score=review.their_score if stance else None,
        open_promises=review.promise_open,
        promises=review.promise_count,
    )


def finding_of(rows: list[ReviewRow], today: date) -> str:
    late = sum(row.shape == "at_risk" for row in rows)
    soon = sum(today <= row.day <= today + timedelta(days=30) and row.state in AHEAD for row in rows)
    if not rows:
        return "No review is under way"
    coming = f"{plural(soon, 'review comes', 'reviews come')} within 30 days" if soon else "none comes within 30 days"
    if late:
        return f"{plural(late, 'review is', 'reviews are')} behind; {coming}"
    return f"No review is behind; {coming}"


# --- months ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MonthOf:
    label: str
    now: bool
    rows: tuple[ReviewRow, ...]


def by_month(rows: Iterable[ReviewRow], today: date) -> list[MonthOf]:
    """From last month on, each month of the span even where it is empty; what lies beyond stands in the list."""
    found: dict[Month, list[ReviewRow]] = defaultdict(list)
    for row in rows:
        found[month_of(row.day)].append(row)
    this = month_of(today)
    return [
        MonthOf(month_label(month), month == this, tuple(sorted(found[month], key=lambda row: (row.day, row.client))))
        for month in (month_add(this, ahead) for ahead in range(-1, MONTHS - 1))
    ]


# --- the cadence -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TierCadence:
    """own: set here, not the product's. version: 0 for the product's."""

    tier: str
    label: str
    cadence: Cadence
    own: bool
    version: int

    @property
    def words(self) -> str:
        months = self.cadence.months
        every = {0: "no business review", 3: "a business review each quarter", 12: "a business review each year"}
        said = every.get(months, f"a business review every {plural(months, 'month')}")
        return f"{said}, {'and an' if self.cadence.annual else 'no'} annual meeting"


def load_cadence() -> list[TierCadence]:
    """By tier, the highest first. One query."""
    rows = {row.tier: row for row in ReviewCadence.objects.all()}
    return [
        TierCadence(
            tier, str(label), Cadence(rows[tier].months, rows[tier].annual) if tier in rows else DEFAULTS[tier],
            tier in rows, rows[tier].version if tier in rows else 0,
        )
        for tier, label in Tier.choices
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    client: Client
    kind: str
    kind_word: str
    period: str
    day: date
    why: str

    @property
    def code(self) -> str:
        return f"{self.client.pk}:{self.kind}"


def proposals(user: User, now: datetime, *, clients: Iterable[int] | None = None) -> list[Proposal]:
    """What the cadence asks for and nobody has planned, the earliest first. Three queries for however many clients."""
    seen = Client.objects.visible_to(user).exclude(status__in=[ClientStatus.LOST, ClientStatus.PROSPECT])
    seen = seen.exclude(tier="")
    if clients is not None:
        seen = seen.filter(pk__in=clients)
    cadences = {row.tier: row.cadence for row in load_cadence()}
    held: dict[tuple[int, str], list[date]] = defaultdict(list)
    taken: dict[tuple[int, str], set[str]] = defaultdict(set)
    ahead: set[tuple[int, str]] = set()
    rows = reviews_for(user).exclude(state="cancelled").order_by("day", "pk")
    for client_id, kind, period, day, state in rows.values_list("client_id", "kind", "period", "day", "state"):
        held[client_id, kind].append(day)
        taken[client_id, kind].add(period)
        if state in AHEAD:
            ahead.add((client_id, kind))
    found = []
    for client in seen.order_by("name", "pk"):
        cadence, today = cadences.get(client.tier, NONE), client.local_date(now)
        free = holidays_of(client.country, today.year - 2, today.year + 4)
        for kind, months in (("qbr", cadence.months), ("annual", 12 if cadence.annual else 0)):
            at = client.pk, kind
            if at in ahead:
                continue
            one = proposed(
                kind, months, held=held[at], taken=taken[at], today=today, fiscal_start=client.fiscal_year_start,
                holidays=free,
            )  # fmt: skip
            if one is not None:
                last = held[at][-1] if held[at] else None
                before = f"the last one was on {day_short(last)} {last.year}" if last else "none held yet"
                often = f"every {plural(months, 'month')}" if months != 12 else "each year"
                why = f"{client.get_tier_display()}: {often}; {before}"
                found.append(Proposal(client, kind, KIND_WORDS[kind], one.period, one.day, why))
    return sorted(found, key=lambda one: (one.day, one.client.name, one.kind))


def owners_of(user: User) -> list[tuple[str, str]]:
    """E-mail and name of whoever leads a review in sight. One query."""
    rows = reviews_for(user).exclude(owner=None).order_by("owner__name")
    return list(rows.values_list("owner__email", "owner__name").distinct())
