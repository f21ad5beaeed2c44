"""The demo's benefits put before the clients' people, and what they answered."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from accounts.models import Client, Contact
from common.money import quantise
from people.models import User
from portfolio.demo.value import answers, held_right
from qbr.actions.value import Answer, answer, ask, claim_of
from qbr.models import Benefit

REASON: Final = {
    "edit": "Our own count of it is lower; the rest is not yours to claim.",
    "decline": "The discount made those sales, not the campaign.",
}


def tell_value(as_of: date, *, now: datetime) -> int:
    """One link for each client, made a fortnight ago and open for another; most of it answered since."""
    clients = {client.key: client for client in Client.objects.select_related("owner")}
    actor = User.objects.get(email="director@demo.example")
    asked_at, changed = now - timedelta(days=14), 0
    for key, (contact, said) in answers().items():
        client, benefits = clients[key], {one.key: one for one in Benefit.objects.filter(key__in=said)}
        made = ask(
            client=client, contact=Contact.objects.get(key=contact), benefits=benefits.values(),
            expires_on=as_of + timedelta(days=14), actor=actor, now=asked_at,
        )  # fmt: skip
        given = [found for one, word in said.items() if (found := _answer(benefits[one], word)) is not None]
        if given:
            answer(value_ask=made, given=given, now=now - timedelta(days=9))
        changed += 1 + len(said)
    return changed


def _answer(benefit: Benefit, said: str) -> Answer | None:
    right = held_right(said)
    if right is not None:
        return Answer(benefit.pk, "edit", quantise(claim_of(benefit) * right, benefit.currency), REASON["edit"])
    if said == "accept":
        return Answer(benefit.pk, "accept")
    return Answer(benefit.pk, "decline", None, REASON["decline"]) if said == "decline" else None
