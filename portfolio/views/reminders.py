"""One's calendar address, the daily mail, and the mails that were kept."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from common.policies import CLIENT_READERS, allow, public
from people.requests import signed_in
from portfolio import reminders
from portfolio.api.throttling import AddressRate, limited
from portfolio.queries.calendar_feed import as_ics, calendar_entries
from portfolio.queries.mails import feed_if_any, get_mail_for, mails_of


@require_GET
@allow(roles=CLIENT_READERS)
def calendar_settings(request: HttpRequest) -> HttpResponse:
    """The address is made at the first POST: a page that is only read writes nothing."""
    user = signed_in(request)
    feed = feed_if_any(user)
    path = reverse("calendar_feed", args=[reminders.token_of(feed)]) if feed else ""
    context = {
        "feed": feed,
        "address": request.build_absolute_uri(path) if path else "",
        "wanted": reminders.wants_digest(user),
        "mails": mails_of(user),
        "kept_only": settings.MAIL_IS_KEPT,
    }
    return render(request, "portfolio/calendar.html", context)


@require_POST
@allow(roles=CLIENT_READERS)
def calendar_reset(request: HttpRequest) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    if feed_if_any(user):
        reminders.reset_feed(user, now)
        messages.success(request, "A new address. The old one shows nothing any more: subscribe again.")
    else:
        reminders.feed_of(user, now)
        messages.success(request, "Your calendar has an address. Keep it to yourself: who has it reads it.")
    return redirect("calendar_settings")


@require_POST
@allow(roles=CLIENT_READERS)
def digest_choice(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("wanted") == "1"
    reminders.choose_digest(signed_in(request), wanted)
    messages.success(request, "The daily mail is on." if wanted else "The daily mail is off.")
    return redirect("calendar_settings")


@require_GET
@allow(roles=CLIENT_READERS)
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "portfolio/mail.html", {"mail": get_mail_for(signed_in(request), pk)})


def _feed(request: HttpRequest, token: str) -> HttpResponse:
    """For calendar programs, which cannot sign in: the address itself is the secret."""
    now = timezone.now()
    feed = None if request.method not in ("GET", "HEAD") or len(token) > 400 else reminders.reader_of(token)
    if feed is None:
        return HttpResponse("No such calendar.", status=404, content_type="text/plain")
    entries = calendar_entries(feed.user, now)
    base = request.build_absolute_uri("/").rstrip("/")
    name = f"Principal, {feed.user.name}"
    body = as_ics(entries, now=now, host=request.get_host().partition(":")[0], base=base, name=name)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="principal.ics"'
    return response


calendar_feed = limited(AddressRate, public(_feed))
