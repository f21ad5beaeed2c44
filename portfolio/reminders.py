"""Private calendar addresses, and the daily mail: claimed first, so that nobody gets it twice."""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction

from common import audit
from common.policies import CLIENT_READERS
from people.models import User
from portfolio.models import CalendarFeed, DigestChoice, Mail
from portfolio.queries.digest import digest_of

log = logging.getLogger(__name__)
SALT = "calendar"
MORNING = 7
"""The hour, by the reader's own clock, from which the mail of the day goes out."""


@transaction.atomic
def feed_of(user: User, now: datetime) -> CalendarFeed:
    """The person's feed, made at the first asking."""
    found, _ = CalendarFeed.objects.get_or_create(
        user=user, defaults={"word": secrets.token_urlsafe(18), "made_at": now}
    )
    return found


@transaction.atomic
def reset_feed(user: User, now: datetime) -> CalendarFeed:
    """A new address; the old one is worth nothing from now on."""
    found, _ = CalendarFeed.objects.update_or_create(
        user=user, defaults={"word": secrets.token_urlsafe(18), "made_at": now}
    )
    audit.record(
        actor=user.email, verb="reset the calendar address of", kind="person", object_id=user.pk, label=user.name
    )
    return found


def token_of(feed: CalendarFeed) -> str:
    return signing.dumps([feed.user_id, feed.word], salt=SALT, compress=True)


def reader_of(token: str) -> CalendarFeed | None:
    """Whose address this is; None where it is nobody's, was reset, or its person is gone."""
    try:
        user_id, word = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = CalendarFeed.objects.select_related("user").filter(user_id=user_id, user__is_active=True).first()
    return found if found is not None and secrets.compare_digest(found.word, str(word)) else None


@transaction.atomic
def choose_digest(user: User, wanted: bool) -> None:
    """Turn one's own daily mail on or off."""
    before, _ = DigestChoice.objects.select_for_update().get_or_create(user=user)
    if before.wanted == wanted:
        return
    DigestChoice.objects.filter(pk=before.pk).update(wanted=wanted)
    audit.record(
        actor=user.email, verb="changed", kind="person", object_id=user.pk, label=user.name,
        changes={"daily_mail": (before.wanted, wanted)},
    )  # fmt: skip


def wants_digest(user: User) -> bool:
    choice = DigestChoice.objects.filter(user=user).first()
    return choice is None or choice.wanted


def send_digests(now: datetime, base: str) -> int:
    """The mails due by now; returns how many were sent or kept. At most once a person and day, run as often as wanted.

    Each is claimed in a transaction of its own before it is handed to the server: a worker that dies in between loses
    that mail rather than sending it twice.
    """
    off = DigestChoice.objects.filter(wanted=False).values("user")
    people = User.objects.filter(is_active=True, role__in=CLIENT_READERS).exclude(pk__in=off).order_by("pk")
    have = set(Mail.objects.filter(day__gte=now.date().replace(day=1)).values_list("user_id", "day"))
    count = 0
    for person in people:
        local = local_time(now, person.timezone)
        if local.hour < MORNING or (person.pk, local.date()) in have:
            continue
        mail = claim(person, local.date(), now, base)
        if mail is not None and mail.subject:
            deliver(mail, now)
            count += 1
    return count


def local_time(now: datetime, zone: str) -> datetime:
    try:
        return now.astimezone(ZoneInfo(zone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return now.astimezone(UTC)


def claim(person: User, day: date, now: datetime, base: str) -> Mail | None:
    """The mail of the day, if nobody else has claimed it. A day with nothing to say is claimed too, and stays blank."""
    said = digest_of(person, now, base)
    with transaction.atomic():
        mail, created = Mail.objects.get_or_create(
            user=person,
            day=day,
            defaults={
                "subject": f"Principal: {said.subject}" if said else "",
                "body": said.body if said else "",
                "claimed_at": now,
            },
        )
    return mail if created else None


def deliver(mail: Mail, now: datetime) -> None:
    """Hand it to the server, or leave it on its page where no server is set. What fails is told on the page."""
    if settings.MAIL_IS_KEPT:
        return
    try:
        send_mail(mail.subject, mail.body, None, [mail.user.email])
    except OSError as error:  # smtplib's own errors are kinds of it
        log.warning("mail %s was not sent: %s", mail.pk, error)
        Mail.objects.filter(pk=mail.pk).update(error=str(error)[:300])
        return
    Mail.objects.filter(pk=mail.pk).update(sent_at=now)
