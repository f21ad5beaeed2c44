"""Edits made on the stakeholder map itself: who reports to whom, and ratings by plain questions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.actions.stakeholders import change_stakeholder
from accounts.models import Contact, Rating, Stakeholding
from people.models import User


def set_boss(*, stake: Stakeholding, boss: Contact | None, expected: int, actor: User, now: datetime) -> Stakeholding:
    """Raises StaleRecord when somebody saved the person meanwhile, ReportingRing where it would lead back."""
    return change_stakeholder(
        stake=stake, values={"reports_to": boss}, expected=(expected, stake.contact.version), actor=actor, now=now
    )


def rate_by_answers(
    *,
    stake: Stakeholding,
    what: str,
    value: int,
    answers: Mapping[str, str],
    note: str,
    expected: int,
    actor: User,
    now: datetime,
) -> Rating:
    """The rating becomes the person's; what was answered stays as its evidence. Raises StaleRecord."""
    with transaction.atomic():
        values: dict[str, object] = {what: value}
        if note:
            values["evidence"] = note
        change_stakeholder(stake=stake, values=values, expected=(expected, stake.contact.version), actor=actor, now=now)
        return Rating.objects.create(
            stake=stake, what=what, value=value, answers=dict(answers), note=note, made_at=now, made_by=actor.email
        )
