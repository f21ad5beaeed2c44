"""The month that waits to be closed, as the cockpit says it to finance."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.urls import reverse

from common.attention import AttentionItem, group_of
from common.formats import day_short
from common.periods import format_month, month_add
from financials.queries.basis import Basis
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

AHEAD: Final = timedelta(days=7)
"""How long before a month's end its close is announced."""


def close_waiting(user: User, basis: Basis) -> AttentionItem | None:
    """The first month that is open and has ended, or ends within a week; for those who close months. No query: what its
    checklist still lacks is the close page's to say.
    """
    if not abilities_of(user).close_months:
        return None
    month = basis.waiting or basis.open_month
    from_day = month_add(month, 1)
    if from_day - basis.today > AHEAD:
        return None
    name, ended = f"{month:%B %Y}", from_day <= basis.today
    if basis.waiting:
        lead, why = (
            f"{name} is open before closed months",
            "Close it, so that its figures stand; what moved since an earlier close is in its restatement.",
        )
    elif ended:
        lead, why = f"{name} can be closed", "Its page lists what is still open and whether the ledger ties out."
    else:
        lead, why = f"{name} can be closed from {day_short(from_day)}", "Its page lists what is still open."
    return AttentionItem(
        client_key="",
        client_name="",
        lead=lead,
        why=why,
        url=reverse("close", args=[format_month(month)]),
        shape="at_risk" if ended and basis.today - from_day > AHEAD else "watch",
        action_label="Open the close",
        due=from_day,
        group=group_of(from_day, basis.today),
    )
