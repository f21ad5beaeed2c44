"""What is untidy about open deals, how long each has been at its stage, and what mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import DateTimeField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce

from accounts.models import Opportunity, Outcome, Stage, StageMove

FAULTS: Final = {
    "past": "Close date past",
    "old": "Too old for its stage",
    "unpriced": "No amount or probability",
    "no_next_step": "No next step",
    "unowned": "No owner",
}
ANY: Final = "any"
FIXES: Final = {
    "past": "close_on",
    "old": "stage",
    "unpriced": "amount",
    "no_next_step": "next_step",
    "unowned": "owner",
}
"""The field that mends it; a cell of the list, except the owner."""
MENDS: Final = {
    "past": "Move to next month’s end",
    "old": "Move on",
    "unpriced": "Price it",
    "no_next_step": "Write one",
    "unowned": "Take it",
}
ONE_CLICK: Final = frozenset({"past", "unowned"})
"""Those a rule mends; the others open the cell."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One fault of a deal, as a list shows it. field: what to set right; mend: the words of the click that does."""

    name: str
    shape: str
    words: str
    field: str

    @property
    def mend(self) -> str:
        return MENDS[self.name]

    @property
    def one_click(self) -> bool:
        return self.name in ONE_CLICK


def with_since(deals: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    """since: when it came to its stage; where no step is kept, when it was opened, or was first heard of."""
    last = StageMove.objects.filter(opportunity=OuterRef("pk")).order_by("-at", "-pk").values("at")[:1]
    opened = Cast("opened_on", DateTimeField())
    return deals.annotate(since=Coalesce(Subquery(last), opened, F("created_at")))


def days_at(deal: Opportunity, today: date) -> int | None:
    """Whole days at its stage; None where the rows did not come `with_since`."""
    since: datetime | None = getattr(deal, "since", None)
    return None if since is None else max(0, (today - since.astimezone(UTC).date()).days)


def stale_days() -> dict[str, int]:
    """The days from which a deal is too old, by the casefolded name of its stage. One query."""
    rows = Stage.objects.filter(stale_days__isnull=False).values_list("name", "stale_days")
    return {name.casefold(): days for name, days in rows if days is not None}


def untidy(deals: QuerySet[Opportunity], fault: str, today: date) -> QuerySet[Opportunity]:
    """Open deals with this fault, or with any. At most one query of its own, for the ages of stages."""
    wanted = list(FAULTS) if fault == ANY else [fault]
    found = [part for name in wanted if (part := _condition(name, today)) is not None]
    if not found:
        return deals.none()
    if "old" in wanted:
        deals = with_since(deals)
    return deals.filter(reduce(or_, found), outcome=Outcome.OPEN)


def _condition(fault: str, today: date) -> Q | None:
    plain: dict[str, Any] = {
        "past": Q(close_on__lt=today),
        "unpriced": Q(amount=None) | Q(probability=None),
        "no_next_step": Q(next_step=""),
        "unowned": Q(owner=None),
    }
    if fault != "old":
        return plain.get(fault)
    parts = [Q(stage__iexact=name, since__lt=_start(today, days)) for name, days in stale_days().items()]
    return reduce(or_, parts) if parts else None


def _start(today: date, days: int) -> datetime:
    return datetime.combine(today - timedelta(days=days), time.min, tzinfo=UTC)


def marks_of(deal: Opportunity, today: date, stale: Mapping[str, int]) -> tuple[Mark, ...]:
    """stale: from `stale_days`; without it, and without `since`, age is not judged."""
    if deal.outcome != Outcome.OPEN:
        return ()
    found: list[Mark] = []

    def mark(name: str, shape: str, words: str, field: str = "") -> None:
        found.append(Mark(name, shape, words, field or FIXES[name]))

    if deal.close_on is not None and deal.close_on < today:
        mark("past", "at_risk", f"{(today - deal.close_on).days} d past")
    days, most = days_at(deal, today), stale.get(deal.stage.strip().casefold())
    if days is not None and most is not None and days > most:
        mark("old", "watch", f"{days} d at this stage")
    if deal.amount is None or deal.probability is None:
        mark("unpriced", "unknown", "Unpriced", "probability" if deal.amount is not None else "amount")
    if not deal.next_step:
        mark("no_next_step", "watch", "No next step")
    if deal.owner_id is None:
        mark("unowned", "watch", "No owner")
    return tuple(found)
