"""The sentence above a contract: what a reader should know of it first. Source: docs/definitions.md#findings"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from common import formats
from common.money import ZERO

NOTICE_SOON: Final = 60
"""Days before a notice deadline from which it is the first thing to say."""
_WAITING: Final = {
    "draft": "A draft",
    "review": "In internal review",
    "negotiation": "In negotiation",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sentence is made from; None is unknown or not for this reader. amount: the fee."""

    title: str
    kind: str
    status: str
    currency: str
    amount: Decimal | None = None
    scheduled: Decimal | None = None
    ended_on: date | None = None
    end: date | None = None
    notice_on: date | None = None
    expected_loss: Decimal | None = None
    earned: Decimal | None = None
    earned_not_billed: Decimal | None = None
    billed_not_earned: Decimal | None = None


def contract_finding(now: Standing, today: date) -> str:
    """The first rule that holds: unsigned, ended early, a loss, notice soon, billing apart from earning, share, term.

    Else the title.
    """
    if now.status in _WAITING:
        return f"{_WAITING[now.status]}: nothing is scheduled until it is signed"
    if now.status == "terminated":
        return _ended(now)
    if now.expected_loss:
        return f"The work will cost {_money(now.expected_loss, now)} more than its fee; the loss is taken at once"
    if now.notice_on is not None and now.status in ("signed", "active") and today <= now.notice_on:
        days = (now.notice_on - today).days
        if days <= NOTICE_SOON:
            return f"Notice must be given by {formats.day(now.notice_on)}, in {formats.plural(days, 'day')}"
    if now.billed_not_earned:
        return f"{_money(now.billed_not_earned, now)} is billed and not yet earned"
    if now.earned_not_billed:
        return f"{_money(now.earned_not_billed, now)} is earned and not yet billed"
    if now.earned is not None and now.amount is not None and now.amount > ZERO and now.end is not None:
        return f"{_money(now.earned, now)} of {_money(now.amount, now)} is earned"
    return _term(now, today) or now.title


def _term(now: Standing, today: date) -> str:
    """For a reader without money, and a contract without any: how long it runs, and until when it can be left."""
    if now.status not in ("signed", "active") or now.end is None:
        return ""
    end = formats.day(now.end)
    if now.notice_on is None:
        return f"Runs to {end}"
    if now.notice_on < today:
        return f"Notice fell due on {formats.day(now.notice_on)}; the term ends on {end}"
    return f"Runs to {end}; notice by {formats.day(now.notice_on)}"


def _ended(now: Standing) -> str:
    if now.ended_on is None:
        return "Terminated before it began: nothing of it stays"
    if now.scheduled is None or now.amount is None:
        return f"Terminated on {formats.day(now.ended_on)}"
    return f"Terminated on {formats.day(now.ended_on)}: {_money(now.scheduled, now)} of {_money(now.amount, now)} stays"


def _money(amount: Decimal, now: Standing) -> str:
    return formats.compact(amount, now.currency)
