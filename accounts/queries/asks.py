"""What a client waits to hear from us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse

from accounts.models import Ask, Client
from common.attention import due_words
from common.formats import day_short, plural

SHOWN_ANSWERED: Final = 8
LONG: Final = 7
"""Days of waiting from which an ask without a day of its own is pressing."""


@dataclass(frozen=True, slots=True)
class AskRow:
    """shape, words: how long they have waited, or when they were answered."""

    pk: int
    version: int
    text: str
    who: str
    asked_on: date
    owner: str
    shape: str
    words: str
    answer: str
    url: str
    answer_url: str


@dataclass(frozen=True, slots=True)
class Asks:
    finding: str
    waiting: tuple[AskRow, ...]
    answered: tuple[AskRow, ...]


def wait_of(asked_on: date, due: date | None, today: date) -> tuple[str, str]:
    """Shape and words of one that waits."""
    days = (today - asked_on).days
    waited = "asked today" if days <= 0 else f"waiting {days}\u00a0d"
    if due is not None:
        return ("at_risk" if due < today else "watch" if due == today else ""), f"{waited}, {due_words(due, today)}"
    return ("at_risk" if days > 2 * LONG else "watch" if days > LONG else ""), waited


def load_asks(client: Client, today: date) -> Asks:
    """Those who wait longest first. One query."""
    found = list(client.asks.select_related("contact", "owner").order_by("asked_on", "pk"))
    waiting = tuple(_row(one, client.key, today) for one in found if one.answered_on is None)
    answered = sorted((one for one in found if one.answered_on is not None), key=lambda one: (one.answered_on, one.pk))
    finding = f"{plural(len(waiting), 'ask')} waiting for our answer" if waiting else "Nobody waits for our answer"
    return Asks(finding, waiting, tuple(_row(one, client.key, today) for one in reversed(answered[-SHOWN_ANSWERED:])))


def _row(one: Ask, key: str, today: date) -> AskRow:
    if one.answered_on is None:
        shape, words = wait_of(one.asked_on, one.due, today)
    else:
        shape, words = "on_track", f"Answered {day_short(one.answered_on)}"
    return AskRow(
        pk=one.pk,
        version=one.version,
        text=one.text,
        who=one.contact.name if one.contact else "",
        asked_on=one.asked_on,
        owner=one.owner.name if one.owner else "",
        shape=shape,
        words=words,
        answer=one.answer,
        url=reverse("ask", args=[key, one.pk]),
        answer_url=reverse("ask_answer", args=[key, one.pk]),
    )
