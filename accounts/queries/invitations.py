"""The links by which people answer a survey without signing in."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import Invitation

SALT = "survey"
Standing = Literal["open", "answered", "closed"]


def token_of(invitation: Invitation) -> str:
    return signing.dumps([invitation.pk, invitation.word], salt=SALT, compress=True)


def link_of(invitation: Invitation) -> str:
    """The whole address, as it is mailed or copied."""
    return f"{settings.PUBLIC_URL}{reverse('survey_answer', args=[token_of(invitation)])}"


def invitation_of(token: str) -> Invitation | None:
    """Whose link this is; None where it was never given out, was tampered with, or was replaced since."""
    try:
        pk, word = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if not isinstance(pk, int):
        return None
    found = Invitation.objects.select_related("survey", "client").filter(pk=pk).first()
    return found if found is not None and secrets.compare_digest(found.word, str(word)) else None


def standing_of(invitation: Invitation, now: datetime) -> Standing:
    """A link is good through the survey's last day, where the client is."""
    if invitation.answered_at is not None:
        return "answered"
    return "closed" if invitation.survey.closes_on < invitation.client.local_date(now) else "open"
