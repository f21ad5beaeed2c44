"""One's own calendar address, and the mails that were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import Http404

from accounts.access import NOT_FOUND
from portfolio.models import CalendarFeed, Mail

if TYPE_CHECKING:
    from people.models import User

KEPT: Final = 30


def feed_if_any(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user).first()


def mails_of(user: User) -> list[Mail]:
    """The newest that were written; a day without news has none."""
    return list(Mail.objects.filter(user=user).exclude(subject="")[:KEPT])


def get_mail_for(user: User, pk: int) -> Mail:
    found = Mail.objects.filter(user=user, pk=pk).exclude(subject="").first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found
