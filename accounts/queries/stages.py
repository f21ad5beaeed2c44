"""The company's stages as set up, and the words its deals use without being set up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Prefetch
from django.db.models.functions import Lower, Trim
from django.utils.text import capfirst

from accounts.access import opportunities_for
from accounts.models import CriterionMet, ExitCriterion, Opportunity, Outcome, Stage
from common.formats import DASH, ratio

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class Criterion:
    pk: int
    text: str


@dataclass(frozen=True, slots=True)
class StageRow:
    """key: casefolded name. pk: 0 for a word that deals use and nobody set up. open: deals at it, in sight."""

    pk: int
    key: str
    name: str
    category: str = ""
    category_word: str = ""
    probability: Decimal | None = None
    stale_days: int | None = None
    criteria: tuple[Criterion, ...] = ()
    open: int = 0
    version: int = 1

    @property
    def probability_text(self) -> str:
        return ratio(self.probability, 0)

    @property
    def stale_text(self) -> str:
        return f"{self.stale_days} days" if self.stale_days else DASH


FIRST: Final = "Lead"
"""Where the company keeps no stages of its own."""


def first_stage() -> Stage:
    """Where a deal begins. One query."""
    return Stage.objects.first() or Stage(name=FIRST)


def stage_rows(counted_for: User | None = None) -> list[StageRow]:
    """Set-up stages in their order. Two queries, three with `counted_for`.

    counted_for: with the open deals in this person's sight, and last the other words they carry.
    """
    stages = list(
        Stage.objects.prefetch_related(Prefetch("criteria", ExitCriterion.objects.order_by("position", "pk")))
    )
    used = words_in_use(counted_for) if counted_for else {}
    rows = [
        StageRow(
            pk=stage.pk,
            key=stage.name.casefold(),
            name=stage.name,
            category=stage.category,
            category_word=stage.get_category_display() if stage.category else "",
            probability=stage.probability,
            stale_days=stage.stale_days,
            criteria=tuple(Criterion(one.pk, one.text) for one in stage.criteria.all()),
            open=used.get(stage.name.casefold(), 0),
            version=stage.version,
        )
        for stage in stages
    ]
    known = {row.key for row in rows}
    rows += [
        StageRow(pk=0, key=word, name=capfirst(word), open=count)
        for word, count in sorted(used.items())
        if word not in known
    ]
    return rows


def words_in_use(user: User) -> dict[str, int]:
    """Open deals in sight by the casefolded word of their stage. One query."""
    found = (
        opportunities_for(user)
        .filter(outcome=Outcome.OPEN)
        .annotate(word=Lower(Trim("stage")))
        .order_by()
        .values_list("word")
        .annotate(deals=Count("pk"))
    )
    return dict(found)


def criteria_open(deal: Opportunity, to: str, stages: Sequence[StageRow]) -> list[Criterion]:
    """What the deal's stage asks before it moves forwards to `to` and nobody has said of this deal. One query at most.

    Backwards, sideways to a word nobody set up, and to lost nothing is asked; won is forwards from everywhere.
    """
    order = {row.key: place for place, row in enumerate(stages)}
    here, there = order.get(deal.stage.strip().casefold()), order.get(to.strip().casefold())
    if to.strip().casefold() == "won":
        there = len(stages)
    if here is None or there is None or there <= here or not stages[here].criteria:
        return []
    met = set(CriterionMet.objects.filter(opportunity=deal).values_list("criterion_id", flat=True))
    return [one for one in stages[here].criteria if one.pk not in met]
