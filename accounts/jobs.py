"""Work of accounts: mailing the links of a survey, reading the health of clients."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from accounts.actions.health import rules_in_force, store_readings
from accounts.actions.kpis import keep_standings
from accounts.actions.surveys import HEALTH, MAIL
from accounts.models import Client, ClientStatus, Invitation, MailState
from accounts.queries.invitations import link_of, standing_of
from common.formats import day_long
from common.jobs import JobKind, Lease, kinds

log = logging.getLogger(__name__)


def mail_invitations(leases: Sequence[Lease]) -> None:
    """At most once: each mail is claimed before it is handed over. A link that is over by then is not mailed."""
    for lease in leases:
        now = timezone.now()
        found = Invitation.objects.select_related("survey__owner", "client", "contact")
        invitation = found.filter(pk=int(lease.object_id)).first()
        if invitation is not None and standing_of(invitation, now) == "open" and _claimed(invitation, now):
            _send(invitation)
        with lease.finish():
            pass


def _claimed(invitation: Invitation, now: datetime) -> bool:
    state = MailState.KEPT if settings.MAIL_IS_KEPT else MailState.SENT
    waiting = Invitation.objects.filter(pk=invitation.pk, mail_state=MailState.QUEUED, mailed_at=None)
    return waiting.update(mailed_at=now, mail_state=state) == 1


def _send(invitation: Invitation) -> None:
    if settings.MAIL_IS_KEPT:
        return
    try:
        send_mail(invitation.survey.title, body_of(invitation), None, [invitation.contact.email])
    except (OSError, ValueError) as error:  # smtplib's own errors are kinds of the first, a bad header of the second
        log.warning("invitation %s was not mailed: %s", invitation.pk, error)
        Invitation.objects.filter(pk=invitation.pk).update(mail_state=MailState.FAILED, mail_error=str(error)[:300])


def body_of(invitation: Invitation) -> str:
    survey = invitation.survey
    sender = f"{survey.owner.name}, {settings.FIRM_NAME}" if survey.owner else settings.FIRM_NAME
    return (
        f"Dear {invitation.contact.name},\n\n{survey.question}\n\n{link_of(invitation)}\n\n"
        f"The link is yours alone, takes one answer and is good until {day_long(survey.closes_on)}.\n\n{sender}\n"
    )


CHUNK = 200
"""Clients read at once."""


def read_health(leases: Sequence[Lease]) -> None:
    """health:all, or health: and the id of one client. Safe to run twice: a day has one reading, its last."""
    for lease in leases:
        now = timezone.now()
        living = Client.objects.exclude(status=ClientStatus.LOST).order_by("pk").values_list("pk", flat=True)
        ids = list(living if lease.object_id == "all" else living.filter(pk=int(lease.object_id)))
        rules, kept = rules_in_force(now), 0
        for start in range(0, len(ids), CHUNK):
            lease.progress(start, len(ids), "Reading health")
            kept += store_readings(ids[start : start + CHUNK], day=now.date(), rules=rules, now=now)
            keep_standings(ids[start : start + CHUNK], now.date())
        with lease.finish({"clients": len(ids), "kept": kept}):
            pass


def register() -> None:
    kinds.register(HEALTH, JobKind(HEALTH, "Health of clients", read_health, latest_only=True))
    kinds.register(MAIL, JobKind(MAIL, "Survey mail", mail_invitations, batch=20))
