"""Every step of a deal from stage to stage, kept in the transaction of the edit that made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from accounts.models import Opportunity, Outcome, StageMove


@dataclass(frozen=True, slots=True)
class Before:
    """What a deal was before the edit; stage blank for one that is new."""

    stage: str = ""
    stated: Decimal | None = None


def before_of(deals: Iterable[Opportunity]) -> dict[int, Before]:
    return {deal.pk: Before(deal.stage, deal.probability) for deal in deals}


def record_moves(
    deals: Iterable[Opportunity],
    before: Mapping[int, Before],
    *,
    by: str,
    now: datetime,
    source: str = StageMove.Source.EDIT,
    reason: str = "",
) -> int:
    """One row for each deal whose stage is not what it was; returns how many. One statement.

    deals: as they stand after the edit. A new deal's first step is dated by the day it began, where a file says so.
    """
    moves = []
    for deal in deals:
        was = before.get(deal.pk, Before())
        if was.stage.strip().casefold() == deal.stage.strip().casefold():
            continue
        begun = _begun(deal) if not was.stage else None
        moves.append(
            StageMove(
                opportunity=deal,
                before=was.stage,
                after=deal.stage,
                outcome=deal.outcome,
                stated=was.stated if was.stage else None,
                at=min(now, datetime.combine(begun, time(12), tzinfo=UTC)) if begun else now,
                by=by,
                source=source,
                reason=reason,
            )
        )
    StageMove.objects.bulk_create(moves)
    return len(moves)


def _begun(deal: Opportunity) -> date | None:
    return deal.opened_on if deal.outcome == Outcome.OPEN else deal.close_on
