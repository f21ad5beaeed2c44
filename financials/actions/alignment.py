"""Ties between contracts and what the client is trying to do."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from accounts.actions.edits import Subject, add, remove
from accounts.models import Imperative
from common.money import ZERO
from financials.models import AlignmentTie, Contract, Milestone
from people.models import User

ONE = Decimal(1)


class TooMuch(ValueError):
    """The shares of a contract would exceed the whole. `left`: what may still be tied."""

    def __init__(self, left: Decimal) -> None:
        super().__init__(f"{left.normalize():f} of this contract is still to be tied")
        self.left = left


def _subject(tie: AlignmentTie) -> Subject:
    return Subject("alignment", f"{tie.contract.number} for {tie.imperative.title}", tie.contract.client_id)


def tie_contract(
    *, contract: Contract, imperative: Imperative, milestone: Milestone | None, share: Decimal, actor: User
) -> AlignmentTie:
    """Raises TooMuch. A milestone is tied whole, to one imperative: a second tie takes the first one's place."""
    with transaction.atomic():
        Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
        standing = AlignmentTie.objects.select_related("imperative", "contract").filter(contract=contract)
        if milestone is not None:
            share, same = ONE, standing.filter(milestone=milestone)
        else:
            same = standing.filter(milestone=None, imperative=imperative)
        for old in same:
            remove(old, actor=actor.email, subject=_subject(old), values={"share": old.share})
        if milestone is None:
            tied = standing.filter(milestone=None).aggregate(sum=Sum("share"))["sum"] or ZERO
            if tied + share > ONE:
                raise TooMuch(ONE - tied)
        tie = AlignmentTie(contract=contract, imperative=imperative, milestone=milestone, share=share)
        told = {"imperative": imperative, "milestone": milestone, "share": share}
        return add(tie, actor=actor.email, subject=_subject(tie), values=told)


def untie(*, tie: AlignmentTie, actor: User) -> None:
    remove(tie, actor=actor.email, subject=_subject(tie), values={"imperative": tie.imperative, "share": tie.share})
