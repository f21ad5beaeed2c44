"""Setting one fault of a deal right with one click, by a rule the click names."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.actions.opportunities import change_opportunity
from accounts.models import Opportunity, Stage
from common.formats import day
from common.periods import month_add, month_end, month_of
from people.models import User


def mend_deal(*, opportunity: Opportunity, fault: str, expected: int, actor: User, today: date) -> str:
    """Returns what was done in a sentence; blank where the fault has no such rule. Raises StaleRecord.

    past: closes at the end of next month. unowned: the one who clicks takes it. unpriced: the probability its stage
    states, where only that is missing.
    """
    changes, said = _changes(opportunity, fault, actor, today)
    if changes:
        change_opportunity(opportunity=opportunity, changes=changes, expected=expected, actor=actor)
    return said


def _changes(deal: Opportunity, fault: str, actor: User, today: date) -> tuple[dict[str, Any], str]:
    match fault:
        case "past":
            until = month_end(month_add(month_of(today), 1))
            return {"close_on": until}, f"{deal.name} now closes {day(until)}."
        case "unowned":
            return {"owner": actor}, f"{deal.name} is yours."
        case "unpriced" if deal.amount is not None:
            stage = Stage.objects.filter(name__iexact=deal.stage.strip(), probability__isnull=False).first()
            if stage is not None:
                words = f"{deal.name} has the probability of {stage.name}."
                return {"probability": stage.probability}, words
    return {}, ""
