"""Benefits proposed, sent to the client's finance contact, answered by them once each, and taken back to be mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from django.db import transaction

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.models import Client, Contact
from common import audit
from common.money import ZERO, quantise
from common.records import locked
from qbr.models import Benefit, BenefitAmount, BenefitState, ValueAsk, ValueCost

if TYPE_CHECKING:
    from people.models import User

FIELDS: Final = (
    "title", "driver", "hard", "baseline", "method", "share", "share_reason", "evidence", "evidence_url", "confidence",
    "currency", "note", "owner",
)  # fmt: skip
OPEN_TO_CHANGE: Final = frozenset({BenefitState.PROPOSED, BenefitState.DECLINED})
FREE: Final = frozenset({"note", "owner"})
"""What may be changed at any time: the client is not shown it."""
LONGEST_ASK: Final = timedelta(days=90)
MOST: Final = Decimal(10) ** 14
"""What an amount stays below; months within it can come to more."""
Verdict = Literal["accept", "edit", "decline"]


class Settled(Exception):
    """The client has it before them or has answered: it is taken back first, with a reason."""


class AskRefused(Exception):
    """The message says why nobody was asked."""


class NotOpen(Exception):
    """That benefit is not waiting for an answer through this link."""


def _subject(benefit: Benefit) -> Subject:
    return Subject("benefit", benefit.title, benefit.client_id)


def _told(benefit: Benefit, actor: str, verb: str, changes: audit.Changes) -> None:
    audit.record(
        actor=actor, verb=verb, kind="benefit", object_id=benefit.pk, label=benefit.title,
        client_id=benefit.client_id, changes=changes,
    )  # fmt: skip


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in FIELDS if name in values}


def add_benefit(*, client: Client, values: Mapping[str, Any], actor: User) -> Benefit:
    given = _given(values)
    benefit = Benefit(client=client, **given)
    return add(benefit, actor=actor.email, subject=_subject(benefit), values=given)


@transaction.atomic
def change_benefit(*, benefit: Benefit, values: Mapping[str, Any], expected: int | None, actor: User) -> Benefit:
    """Raises StaleRecord when somebody saved it meanwhile, Settled for what the client has seen."""
    given, held = _given(values), locked(benefit)  # it may have been sent since its page was read
    if held.state not in OPEN_TO_CHANGE:
        moved = [name for name, value in given.items() if name not in FREE and getattr(held, name) != value]
        if moved:
            raise Settled(held.title)
    return save_changes(held, given, expected=expected, actor=actor.email, subject=_subject(held))


@transaction.atomic
def remove_benefit(*, benefit: Benefit, actor: User) -> None:
    held = locked(benefit)
    if held.state not in OPEN_TO_CHANGE:
        raise Settled(held.title)
    told = {name: getattr(held, name) for name in FIELDS}
    remove(held, actor=actor.email, subject=_subject(held), values=told)


@transaction.atomic
def set_amount(*, benefit: Benefit, month: date, amount: Decimal | None, actor: User) -> None:
    """What got better in a month, before the share; said again it is corrected, None takes it away. Raises Settled."""
    held = locked(benefit)
    if held.state not in OPEN_TO_CHANGE:
        raise Settled(held.title)
    found = BenefitAmount.objects.filter(benefit=held, month=month).first()
    was = None if found is None else str(found.amount)
    if amount is None:
        if found is not None:
            found.delete()
    elif found is None:
        BenefitAmount.objects.create(benefit=held, month=month, amount=amount)
    elif found.amount != amount:
        found.amount, found.version = amount, found.version + 1
        found.save(update_fields=["amount", "version", "updated_at"])
    else:
        return
    _told(held, actor.email, "changed", {f"amount of {month:%Y-%m}": (was, None if amount is None else str(amount))})


@transaction.atomic
def reopen(*, benefit: Benefit, reason: str, actor: User) -> None:
    """Back to proposed: its answer no longer counts, and stays in the trail. Done twice, it is told once."""
    held = locked(benefit)
    if held.state == BenefitState.PROPOSED:
        return
    was = held.state
    _put(held, state=BenefitState.PROPOSED, ask=None, confirmed=None, answered_at=None, answered_by="",
         answer_reason="")  # fmt: skip
    _told(held, actor.email, "took back", {"state": (was, "proposed"), "reason": (None, reason)})


def _put(benefit: Benefit, **values: Any) -> None:
    for name, value in values.items():
        setattr(benefit, name, value)
    benefit.version += 1
    benefit.save(update_fields=[*values, "version", "updated_at"])


# --- costs -------------------------------------------------------------------------------------------------------


def add_cost(*, client: Client, values: Mapping[str, Any], actor: User) -> ValueCost:
    cost = ValueCost(client=client, **values)
    return add(cost, actor=actor.email, subject=Subject("value cost", cost.title, client.pk), values=values)


def remove_cost(*, cost: ValueCost, actor: User) -> None:
    told = {name: getattr(cost, name) for name in ("title", "month", "amount", "currency")}
    remove(cost, actor=actor.email, subject=Subject("value cost", cost.title, cost.client_id), values=told)


# --- asking and answering ----------------------------------------------------------------------------------------


@transaction.atomic
def ask(
    *, client: Client, contact: Contact, benefits: Iterable[Benefit], expires_on: date, actor: User, now: datetime
) -> ValueAsk:
    """A link for one of theirs to confirm benefits that are proposed or were declined. Raises AskRefused."""
    today = client.local_date(now)
    if not today <= expires_on <= today + LONGEST_ASK:
        raise AskRefused(f"Choose a day from today on, within {LONGEST_ASK.days} days.")
    wanted = [one.pk for one in benefits]
    held = list(Benefit.objects.select_for_update().filter(client=client, pk__in=wanted, state__in=OPEN_TO_CHANGE))
    if not held or len(held) != len(set(wanted)):
        raise AskRefused("Choose benefits that are proposed: what is sent or answered is taken back first.")
    empty = [one.title for one in held if not one.amounts.exists()]
    if empty:
        raise AskRefused(f"{empty[0]} has no amount yet: there is nothing to confirm.")
    beyond = [one.title for one in held if abs(claim_of(one)) >= MOST]
    if beyond:
        raise AskRefused(f"The months of {beyond[0]} come to more than can be kept: put their amounts right first.")
    made = ValueAsk.objects.create(
        client=client, contact=contact, expires_on=expires_on, made_at=now, made_by=actor.email
    )
    for one in held:
        was = one.state
        _put(one, state=BenefitState.SENT, ask=made, answered_at=None, answered_by="", answer_reason="")
        _told(one, actor.email, "sent", {"state": (was, "sent"), "to": (None, contact.name)})
    return made


@transaction.atomic
def end_ask(*, value_ask: ValueAsk, actor: User, now: datetime) -> None:
    """Its address opens nothing any more; what waited for an answer is proposed again."""
    if not ValueAsk.objects.filter(pk=value_ask.pk, revoked_at=None).update(revoked_at=now):
        return
    for one in Benefit.objects.select_for_update().filter(ask=value_ask, state=BenefitState.SENT):
        _put(one, state=BenefitState.PROPOSED, ask=None)
        _told(one, actor.email, "took back", {"state": ("sent", "proposed")})


def end_asks_of(contact: Contact, actor: User, now: datetime) -> int:
    """Links still open to somebody who is erased: whoever holds the address is nobody we know. Returns how many."""
    asked = ValueAsk.objects.select_related("client").filter(contact=contact, revoked_at=None)
    still = [one for one in asked if one.client.local_date(now) <= one.expires_on]
    for one in still:
        end_ask(value_ask=one, actor=actor, now=now)
    return len(still)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one benefit was answered. amount: the total the client holds right, for an edit."""

    benefit: int
    verdict: Verdict
    amount: Decimal | None = None
    reason: str = ""


@transaction.atomic
def answer(*, value_ask: ValueAsk, given: Iterable[Answer], now: datetime) -> int:
    """One answer a benefit, by who was asked; returns how many. NotOpen, writing none, where one does not wait."""
    answers = {one.benefit: one for one in given}
    waiting = Benefit.objects.select_for_update().filter(ask=value_ask, state=BenefitState.SENT, pk__in=answers)
    held = list(waiting.order_by("pk"))
    if not ValueAsk.objects.filter(pk=value_ask.pk, revoked_at=None).exists() or len(held) != len(answers):
        raise NotOpen
    states = {"accept": BenefitState.ACCEPTED, "edit": BenefitState.EDITED, "decline": BenefitState.DECLINED}
    for one in held:
        said = answers[one.pk]
        whole = claim_of(one)
        kept = {"accept": whole, "edit": said.amount, "decline": None}[said.verdict]
        _put(
            one, state=states[said.verdict], confirmed=kept, answered_at=now, answered_by=value_ask.contact.name,
            answer_reason=said.reason,
        )  # fmt: skip
        changes: dict[str, tuple[Any, Any]] = {"state": ("sent", str(states[said.verdict]))}
        if kept is not None:
            changes["confirmed"] = (str(whole), str(kept))
        _told(one, f"value link: {value_ask.contact.name}", "answered", changes)
    return len(held)


def claim_of(benefit: Benefit) -> Decimal:
    """What we say is ours of all its months together."""
    whole = sum((one.amount for one in benefit.amounts.all()), ZERO)
    return quantise(whole * benefit.share, benefit.currency)
