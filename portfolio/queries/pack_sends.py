"""Packs one has sent, with what became of each mail; nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.http import Http404

from accounts.access import NOT_FOUND
from common.models import Job
from financials.access import CALLERS
from portfolio.models import PackMail, PackSchedule, PackSend

if TYPE_CHECKING:
    from people.models import User

SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Delivery:
    """state: sent, waiting, refused or lost; detail: why."""

    address: str
    state: str
    detail: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Sending:
    pk: int
    asked_at: datetime
    due_on: date | None
    subject: str
    made: bool
    deliveries: tuple[Delivery, ...]


def sends_for(user: User) -> QuerySet[PackSend]:
    if not user.is_active or user.role not in CALLERS:
        return PackSend.objects.none()
    counted = {
        "sent": Count("mails", filter=Q(mails__sent_at__isnull=False)),
        "refused": Count("mails", filter=~Q(mails__error="")),
    }
    return PackSend.objects.filter(owner=user).annotate(**counted)


def schedules_for(user: User) -> QuerySet[PackSchedule]:
    if not user.is_active or user.role not in CALLERS:
        return PackSchedule.objects.none()
    return PackSchedule.objects.filter(owner=user)


def get_send_for(user: User, pk: int) -> PackSend:
    found = sends_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def load_sendings(user: User) -> list[Sending]:
    """The newest. Three queries."""
    mails = Prefetch("mails", queryset=PackMail.objects.order_by("address"))
    sends = list(sends_for(user).annotate(made=F("made_at")).defer("pdf", "body").prefetch_related(mails)[:SHOWN])
    refs = [f"pack:{send.pk}" for send in sends]
    working = set(
        Job.objects.filter(object_ref__in=refs, state__in=("ready", "leased", "failed")).values_list(
            "object_ref", flat=True
        )
    )
    return [
        Sending(
            send.pk, send.created_at, send.due_on, send.subject, send.made_at is not None,
            tuple(_delivery(send, address, f"pack:{send.pk}" in working) for address in send.recipients),
        )
        for send in sends
    ]  # fmt: skip


def _delivery(send: PackSend, address: str, working: bool) -> Delivery:
    mail = next((mail for mail in send.mails.all() if mail.address == address), None)
    if mail is not None and mail.sent_at is not None:
        return Delivery(address, "sent", "", mail.sent_at)
    if mail is not None and mail.error:
        return Delivery(address, "refused", mail.error, mail.claimed_at)
    if working:
        return Delivery(address, "waiting", "", None)
    return Delivery(address, "lost", "The worker ended before it knew: ask before sending again", None)
