"""What of renewals needs a person: notice dates that passed or are near, and checkpoints reached this week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode

from common.attention import TODAY, WEEK, AttentionItem, group_of
from common.formats import day, day_short, plural
from financials.calc.notice import CHECKPOINT_DAYS
from financials.queries.renewals import RenewalRow

NEAR: Final = 14
"""Days before its deadline from which a notice is on the list every day."""
FRESH: Final = 7
"""Days a checkpoint stays on the list once it is reached."""


def renewal_items(rows: Iterable[RenewalRow], today: date) -> list[AttentionItem]:
    """No query: of renewals that were read already, as far ahead as the first checkpoint."""
    return [item for row in rows if (item := _item(row, today)) is not None]


def _item(row: RenewalRow, today: date) -> AttentionItem | None:
    if row.days_left < 0:
        return _passed(row)
    if row.days_left <= NEAR:
        return _near(row, today)
    reached = next((days for days in CHECKPOINT_DAYS if 0 <= days - row.days_left < FRESH), None)
    if reached is None:
        return None
    return _made(
        row, "watch", f"{row.number} reached its checkpoint of {reached} days before {_what(row)}",
        f"{_what(row).capitalize()} {day(row.due_on)}. {row.renewal}.", "Judge the renewal", WEEK,
        url=f"{reverse('renewals')}?{urlencode({'client': row.client_key})}",
    )  # fmt: skip


def _passed(row: RenewalRow) -> AttentionItem:
    """Only a notice can have passed: a term that is over is no renewal any more."""
    after = "it renews by itself after" if row.kind == "auto" else "its term ends"
    return _made(
        row, "at_risk", f"the notice date of {row.number} passed on {day_short(row.due_on)}",
        f"{after[:1].upper()}{after[1:]} {day(row.ends_on)}. {row.title}.", "Open contract", TODAY,
    )  # fmt: skip


def _near(row: RenewalRow, today: date) -> AttentionItem:
    left = "today" if row.days_left == 0 else f"in {plural(row.days_left, 'day')}"
    said = f"last day for notice on {row.number} {left}" if row.notice_on else f"{row.number} ends {left}"
    return _made(
        row, "at_risk" if row.days_left <= FRESH else "watch", said,
        f"{_what(row).capitalize()} {day(row.due_on)}. {row.title}, {row.renewal.lower()}.", "Open contract",
        group_of(row.due_on, today),
    )  # fmt: skip


def _what(row: RenewalRow) -> str:
    return "notice date" if row.notice_on else "end of term"


def _made(row: RenewalRow, shape: str, lead: str, why: str, action: str, group: str, *, url: str = "") -> AttentionItem:
    return AttentionItem(
        client_key=row.client_key,
        client_name=row.client_name,
        shape=shape,
        lead=lead,
        why=why,
        action_label=action,
        url=url or reverse("contract", args=[row.number]),
        due=row.due_on,
        group=group,
    )
