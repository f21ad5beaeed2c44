"""Printing frozen reviews, the snapshot to PDF in a child process, one deck at a time; mailing pre-reads."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.timezone import now as utc_now

from accounts.models import MailState
from common.formats import day_long
from common.jobs import JobKind, Lease, kinds
from qbr.actions.prereads import MAIL
from qbr.models import PreRead, Snapshot
from qbr.pdf import WALL_SECONDS, render_pdf
from qbr.pptx import render_pptx
from qbr.queries.decks import PRESENT, RENDER, content_hash, frozen_deck
from qbr.queries.links import is_open, url_of

log = logging.getLogger(__name__)

_STEPS = 2


class Tampered(Exception):
    """The frozen content no longer has the hash it was frozen with."""


def render_decks(leases: Sequence[Lease]) -> None:
    """Safe to run twice: the same snapshot makes the same bytes."""
    for lease in leases:
        _render(lease)


def _render(lease: Lease) -> None:
    snapshot = _sound(lease)
    lease.progress(1, _STEPS, "Setting the pages")
    made = render_pdf(frozen_deck(snapshot))
    with lease.finish({"findings": list(made.findings), "pages": made.pages}):
        Snapshot.objects.filter(pk=snapshot.pk).update(
            pdf=made.pdf,
            pdf_hash=hashlib.sha256(made.pdf).hexdigest(),
            pages=made.pages,
            rendered_at=utc_now(),
        )


def render_presentations(leases: Sequence[Lease]) -> None:
    """Safe to run twice: the same snapshot makes the same bytes."""
    for lease in leases:
        snapshot = _sound(lease)
        lease.progress(1, _STEPS, "Drawing the slides")
        made = render_pptx(frozen_deck(snapshot))
        with lease.finish({"pages": made.pages}):
            Snapshot.objects.filter(pk=snapshot.pk).update(pptx=made.body, pptx_hash=made.sha256)


def mail_prereads(leases: Sequence[Lease]) -> None:
    """At most once: each mail is claimed before it is handed over. A link that is over by then is not mailed."""
    for lease in leases:
        now = utc_now()
        found = PreRead.objects.select_related("link__deck__client", "review__client", "review__owner")
        preread = found.filter(pk=int(lease.object_id)).first()
        if preread is not None and is_open(preread.link, now) and _claimed(preread, now):
            _send(preread)
        with lease.finish():
            pass


def _claimed(preread: PreRead, now: datetime) -> bool:
    state = MailState.KEPT if settings.MAIL_IS_KEPT else MailState.SENT
    waiting = PreRead.objects.filter(pk=preread.pk, mail_state=MailState.QUEUED, mailed_at=None)
    return waiting.update(mailed_at=now, mail_state=state) == 1


def _send(preread: PreRead) -> None:
    if settings.MAIL_IS_KEPT:
        return
    owner = preread.review.owner
    message = EmailMessage(
        " ".join(preread.link.deck.title.split()), body_of(preread), None, [preread.email],
        reply_to=[owner.email] if owner else None,
    )  # fmt: skip
    try:
        message.send()
    except (OSError, ValueError) as error:  # smtplib's own errors are kinds of the first, a bad header of the second
        log.warning("pre-read %s was not mailed: %s", preread.pk, error)
        PreRead.objects.filter(pk=preread.pk).update(mail_state=MailState.FAILED, mail_error=str(error)[:300])


def body_of(preread: PreRead) -> str:
    review, link = preread.review, preread.link
    at = f" at {review.starts_at:%H:%M}" if review.starts_at else ""
    where = f", {review.place}" if review.place else ""
    sender = f"{review.owner.name}, {settings.FIRM_NAME}" if review.owner else settings.FIRM_NAME
    return (
        f"Dear {preread.name},\n\nwe meet on {day_long(review.day)}{at}{where}. Here is what we would like you to have "
        f"read by then:\n\n{url_of(link)}\n\nThe link is yours alone and is good until {day_long(link.expires_on)}."
        f"\n\n{sender}\n"
    )


def _sound(lease: Lease) -> Snapshot:
    snapshot = Snapshot.objects.defer("pdf", "pptx").get(deck_id=int(lease.object_id))
    if content_hash(snapshot.content) != snapshot.content_hash:
        raise Tampered(f"deck {lease.object_id}")
    return snapshot


def register() -> None:
    kinds.register(MAIL, JobKind(MAIL, "Pre-read mail", mail_prereads, batch=20))
    kinds.register(PRESENT, JobKind(PRESENT, "Review as slides", render_presentations, lease_seconds=WALL_SECONDS + 15))
    kinds.register(RENDER, JobKind(RENDER, "Review file", render_decks, lease_seconds=WALL_SECONDS + 15))
