"""The leadership pack by mail: to whom it may go, when it is due, and each mail claimed before it is sent.

A pack shows the clients and calls in its sender's sight. So it goes to nobody who does not see all of these: that is
asked when recipients are chosen, and again for each just before the mail leaves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from accounts.access import clients_for
from common import audit
from common.jobs import enqueue
from common.policies import FINANCE, LEADERSHIP, MONEY_READERS
from common.records import StaleRecord
from common.reports import Report, ReportTable
from financials.access import CALLERS, calls_for
from people.models import User
from portfolio.models import PackMail, PackSchedule, PackSend
from portfolio.pdf import printed
from portfolio.reminders import MORNING, local_time

log = logging.getLogger(__name__)
PACK: Final = "leadership-pack"
MOST: Final = 20
"""Recipients of one pack."""
NO_SERVER: Final = (
    "No mail server is set up, so nothing was sent and nothing will be. Set EMAIL_URL, or take the pack away as PDF."
)
OUT_OF_SIGHT: Final = "does not see everything in the pack"


class PackRefused(ValueError):
    """It cannot be sent so. The text says why, to a person."""


def may_send(person: User) -> bool:
    return person.is_active and person.role in CALLERS


def may_receive(sender: User, person: User) -> bool:
    """Whether everything in the sender's pack is in this person's sight. At most four queries, mostly none."""
    if not person.is_active or person.role not in MONEY_READERS or not person.email:
        return False
    if person.pk == sender.pk or person.role in (FINANCE, LEADERSHIP):
        return True
    hidden = clients_for(sender).exclude(pk__in=clients_for(person).order_by().values("pk"))
    return not hidden.exists() and not calls_for(sender).exclude(pk__in=calls_for(person).values("pk")).exists()


def possible_recipients(sender: User) -> list[User]:
    """Finance, leadership, oneself, and those above who see all of it."""
    found = [*User.objects.filter(is_active=True, role__in=(FINANCE, LEADERSHIP)).order_by("name", "pk")]
    above, seen = sender.manager, {person.pk for person in found}
    while above is not None and above.pk not in seen:
        seen.add(above.pk)
        if may_receive(sender, above):
            found.append(above)
        above = above.manager
    return [*found, *([sender] if sender.pk not in seen and sender.is_active else [])]


def checked(sender: User, addresses: Sequence[str]) -> list[str]:
    """Raises PackRefused unless each is a colleague who sees everything in it. An unknown one is told the same."""
    wanted = list(dict.fromkeys(address.strip().casefold() for address in addresses if address.strip()))
    if not wanted:
        raise PackRefused("Choose at least one person to send it to.")
    if len(wanted) > MOST:
        raise PackRefused(f"Send it to at most {MOST} people.")
    allowed = {person.email.casefold(): person.email for person in possible_recipients(sender)}
    if strange := [address for address in wanted if address not in allowed]:
        raise PackRefused(f"{strange[0]} is no colleague who sees everything in your pack.")
    return [allowed[address] for address in wanted]


def _require_server() -> None:
    if settings.MAIL_IS_KEPT:
        raise PackRefused(NO_SERVER)


@transaction.atomic
def send_pack(*, sender: User, addresses: Sequence[str]) -> PackSend:
    """Queue the pack for these people, now. Raises PackRefused."""
    _require_server()
    return _queue(sender, checked(sender, addresses), due_on=None)


def _queue(sender: User, recipients: list[str], *, due_on: date | None) -> PackSend:
    made = PackSend.objects.create(owner=sender, recipients=recipients, due_on=due_on)
    audit.record(
        actor=sender.email, verb="sent", kind="leadership pack", object_id=made.pk, label="Leadership pack",
        changes={"recipients": (None, recipients)},
    )  # fmt: skip
    enqueue(PACK, f"pack:{made.pk}", input_version=1, asked_by=sender.email)
    return made


@transaction.atomic
def plan_packs(
    *, owner: User, every: str, day: int, addresses: Sequence[str], today: date, expected: int | None = None
) -> PackSchedule:
    """Make or change one's schedule. Raises PackRefused, and StaleRecord where it is no longer at `expected`."""
    _require_server()
    most = 7 if every == PackSchedule.Every.WEEK else 28
    if every not in PackSchedule.Every.values or not 1 <= day <= most:
        raise PackRefused(f"Choose a day from 1 to {most}.")
    recipients = checked(owner, addresses)
    held = PackSchedule.objects.select_for_update().filter(owner=owner).first()
    if held is not None and expected is not None and held.version != expected:
        raise StaleRecord(held)
    before = {} if held is None else {"every": held.every, "day": held.day, "recipients": held.recipients}
    after = {"every": every, "day": day, "recipients": recipients}
    if held is None:
        held = PackSchedule.objects.create(owner=owner, since=today, **after)
    elif before != after:
        held.every, held.day, held.recipients, held.version = every, day, recipients, held.version + 1
        held.since = today
        held.save(update_fields=["every", "day", "recipients", "version", "since", "updated_at"])
    else:
        return held
    audit.record(
        actor=owner.email, verb="changed" if before else "made", kind="pack schedule", object_id=held.pk,
        label=str(held), changes=audit.changes_between(before, after),
    )  # fmt: skip
    return held


@transaction.atomic
def end_schedule(*, owner: User) -> bool:
    held = PackSchedule.objects.select_for_update().filter(owner=owner).first()
    if held is None:
        return False
    audit.record(
        actor=owner.email, verb="deleted", kind="pack schedule", object_id=held.pk, label=str(held),
        changes={"recipients": (held.recipients, None)},
    )  # fmt: skip
    held.delete()
    return True


def latest_due(every: str, day: int, today: date) -> date:
    """The newest day of the schedule up to today. day: as PackSchedule keeps it."""
    if every == PackSchedule.Every.WEEK:
        return today - timedelta(days=(today.isoweekday() - day) % 7)
    this = today.replace(day=day)
    return this if this <= today else (today.replace(day=1) - timedelta(days=1)).replace(day=day)


def queue_due(*, now: datetime) -> int:
    """Queue what fell due since it was planned and is not queued yet, from the morning of its owner on; how many.

    A day that was missed is sent late, once, and only the newest. Without a mail server nothing is queued.
    """
    if settings.MAIL_IS_KEPT:
        return 0
    count = 0
    for plan in PackSchedule.objects.select_related("owner").filter(owner__is_active=True).order_by("pk"):
        local = local_time(now, plan.owner.timezone)
        due = latest_due(plan.every, plan.day, local.date())
        if due < plan.since or (due == local.date() and local.hour < MORNING) or not may_send(plan.owner):
            continue
        with transaction.atomic():
            PackSchedule.objects.select_for_update().filter(pk=plan.pk).first()
            if not PackSend.objects.filter(owner=plan.owner, due_on=due).exists():
                _queue(plan.owner, plan.recipients, due_on=due)
                count += 1
    return count


def made_by(send: PackSend, *, subject: str, body: str, pdf: bytes, now: datetime) -> None:
    """Keep what is sent; the first that is made stays."""
    PackSend.objects.filter(pk=send.pk, made_at=None).update(
        subject=subject[:200], body=body, pdf=pdf, made_at=now, updated_at=now
    )
    send.refresh_from_db()


def deliver_all(send: PackSend, *, now: datetime, told: Callable[[int, int], None]) -> int:
    """Mail it to whoever was not claimed yet; returns how many went out now. told: how far it is, and may raise."""
    sent = 0
    for place, address in enumerate(send.recipients):
        told(place, len(send.recipients))
        with transaction.atomic():
            mail, fresh = PackMail.objects.get_or_create(send=send, address=address, defaults={"claimed_at": now})
        if fresh:
            sent += _deliver(send, mail, now)
    return sent


def _deliver(send: PackSend, mail: PackMail, now: datetime) -> bool:
    person = User.objects.filter(email__iexact=mail.address).first()
    error = ""
    if settings.MAIL_IS_KEPT:
        error = "No mail server is set up"
    elif person is None or not may_receive(send.owner, person):
        error = OUT_OF_SIGHT[:1].upper() + OUT_OF_SIGHT[1:]
    else:
        message = EmailMessage(send.subject, send.body, None, [person.email], reply_to=[send.owner.email])
        message.attach(f"leadership-pack-{send.created_at:%Y-%m-%d}.pdf", bytes(send.pdf or b""), "application/pdf")
        try:
            message.send()
        except OSError as failure:  # smtplib's own errors are kinds of it
            log.warning("pack %s to mail %s was not sent: %s", send.pk, mail.pk, failure)
            error = f"The mail server refused it: {failure}"[:300]
    PackMail.objects.filter(pk=mail.pk).update(error=error, sent_at=None if error else now)
    return not error


def pack_text(report: Report, sender: User, base: str) -> tuple[str, str]:
    """Subject, and the pack in plain words. base: scheme and host of the addresses."""
    lines = [f"{report.finding}.", "", f"{report.title}, in {report.currency}. {report.source}.", ""]
    for table in report.tables:
        lines += _table_text(report, table)
    lines += [*report.notes, *([""] if report.notes else [])]
    lines += [f"Sent by {sender.name} from Principal; the same page is attached as PDF. {base}/forecast/pack/"]
    return " ".join(report.finding.split()), "\n".join(lines)


def _table_text(report: Report, table: ReportTable) -> list[str]:
    lines = [table.heading or table.columns[0].label]
    for row in table.rows:
        cells = [
            (column, printed(value, column, report.currency)) for value, column in zip(row, table.columns, strict=True)
        ]
        first, *rest = [(column.label, text) for column, text in cells if text]
        lines.append(f"- {first[1]}: " + "; ".join(f"{label.lower()} {text}" for label, text in rest if text != "—"))
    if table.note:
        lines.append(table.note)
    return [*lines, ""]
