"""The month that waits to be closed, as the cockpit says it to finance."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.urls import reverse

from accounts.access import clients_for
from common.attention import AttentionItem, group_of
from common.formats import day_short, plural
from common.periods import Month, format_month, month_add
from financials.queries.basis import Basis, ids_sql
from financials.queries.close_checks import computed_checks, load_failing, manual_checks, tie_words
from financials.queries.close_faults import earliest_waiting, rate_gaps
from financials.queries.close_parts import load_state, load_ties
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

AHEAD: Final = timedelta(days=7)
"""How long before a month's end its close is announced."""


def close_waiting(user: User, basis: Basis) -> AttentionItem | None:
    """The first month that is open and has ended, or ends within a week; for those who close months. Four queries."""
    if not abilities_of(user).close_months:
        return None
    month = earliest_waiting(basis.open_month) or basis.open_month
    from_day = month_add(month, 1)
    if from_day - basis.today > AHEAD:
        return None
    checks = _open(user, basis, month)
    name, ended = f"{month:%B %Y}", from_day <= basis.today
    said = f"{plural(len(checks), 'check')} open" if checks else "every check is done"
    return AttentionItem(
        client_key="",
        client_name="",
        lead=f"{name} can be closed: {said}" if ended else f"{name} can be closed from {day_short(from_day)}: {said}",
        why=f"{'; '.join(checks[:2])}{'; and more' if len(checks) > 2 else ''}."
        if checks
        else "It only needs closing.",
        url=reverse("close", args=[format_month(month)]),
        shape="at_risk" if ended and basis.today - from_day > AHEAD else "watch",
        action_label="Open the close",
        due=from_day,
        group=group_of(from_day, basis.today),
    )


def _open(user: User, basis: Basis, month: Month) -> list[str]:
    clients = ids_sql(clients_for(user).order_by().values("pk"))
    ties = load_ties(basis, month, clients, pool=True)
    gaps = rate_gaps(basis.rates, [line.currency for line in ties], month)
    untied = [tie_words(line.currency, line.difference, month) for line in ties if line.difference]
    failing = load_failing(month, clients, basis.budget_version, whole_book=True)
    computed = [check.label for check in computed_checks(failing, gaps, untied) if check.state != "ok"]
    return [*computed, *(one.label for one in manual_checks(load_state(month, clients).checks) if not one.done)]
