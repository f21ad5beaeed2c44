"""Touchpoints from a calendar file: read, shown with whom it knows, logged as chosen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.actions.meetings import Chosen, log_meetings
from accounts.calc.ics import NotACalendar
from accounts.calendar_files import read_apart
from accounts.queries.meetings import Matched, choosable, match
from accounts.views.network import WRITERS
from common.formats import plural
from common.policies import allow
from people.models import User
from people.requests import signed_in

LARGEST = 1_000_000
SALT = "calendar"


class CalendarForm(forms.Form):
    file = forms.FileField(label="Calendar file (.ics)", help_text="As your calendar exports or mails it; up to 1 MB.")


class MeetingForm(forms.Form):
    """One meeting: whether to log it, at which client, and which strangers become contacts there."""

    take = forms.BooleanField(required=False)
    client = forms.ChoiceField(required=False)
    add = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, found: Matched, clients: list[tuple[str, str]], **kwargs: Any) -> None:
        ready = found.client is not None and not found.logged and not found.ahead
        first = {"take": ready, "client": found.client.key if found.client else ""}
        super().__init__(*args, **{"initial": first, **kwargs})
        self.found = found
        fields: Any = self.fields
        fields["client"].choices = [("", "Choose a client"), *clients]
        fields["add"].choices = [(guest.email, guest.name or guest.email) for guest in found.strangers]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("take") and not data.get("client"):
            self.add_error("client", "Say which client this was with.")
        if data.get("take") and self.found.ahead:
            self.add_error("take", "This meeting is still to come. Log it once it has been held.")
        return data


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """First the file, then what of it is to be logged; the file itself is not kept."""
    user = signed_in(request)
    if request.method == "POST" and "calendar_text" in request.POST:
        return _choose(request, user)
    form = CalendarForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > LARGEST:
            form.add_error("file", "The file is over 1 MB. Export fewer days.")
        else:
            try:
                body = file.read()
                meetings, left_out = read_apart(body)
                kept = signing.dumps(body.decode("utf-8", "replace"), salt=SALT, compress=True)
                return _shown(request, user, match(user, meetings, timezone.now()), kept, left_out)
            except NotACalendar as reason:
                form.add_error("file", str(reason))
    return render(request, "accounts/calendar_upload.html", {"form": form}, status=422 if form.is_bound else 200)


def _forms(user: User, found: list[Matched], data: Any = None) -> list[MeetingForm]:
    clients = [(client.key, client.name) for client in choosable(user)]
    return [MeetingForm(data, found=one, clients=clients, prefix=f"m{n}") for n, one in enumerate(found)]


def _shown(
    request: HttpRequest, user: User, found: list[Matched], kept: str, left_out: int, rows: Any = None
) -> HttpResponse:
    context = {"rows": rows or _forms(user, found), "kept": kept, "left_out": left_out}
    return render(request, "accounts/calendar_meetings.html", context, status=422 if rows else 200)


def _choose(request: HttpRequest, user: User) -> HttpResponse:
    kept = request.POST["calendar_text"]
    try:
        body = signing.loads(kept, salt=SALT, max_age=3600)
        meetings, left_out = read_apart(str(body).encode())
    except (signing.BadSignature, NotACalendar):
        messages.warning(request, "The file has to be read again: this page was open for too long.")
        return HttpResponseRedirect(reverse("log_calendar"))
    found = match(user, meetings, timezone.now())
    rows = _forms(user, found, request.POST)
    valid = [row.is_valid() for row in rows]  # all of them: every row says what is wrong with it
    if not all(valid):
        return _shown(request, user, found, kept, left_out, rows)
    clients = {client.key: client for client in choosable(user)}
    chosen = [_chosen(user, row, clients) for row in rows if row.cleaned_data["take"]]
    made, there = log_meetings(chosen=chosen, actor=user)
    again = f" {plural(there, 'was', 'were')} logged before." if there else ""
    messages.success(request, f"{plural(made, 'meeting')} logged.{again}")
    where = {one.client.key for one in chosen}
    return HttpResponseRedirect(reverse("client_activity", args=[where.pop()]) if len(where) == 1 else reverse("log"))


def _chosen(user: User, row: MeetingForm, clients: dict[str, Any]) -> Chosen:
    """Contacts of other clients are left out: a touch is with one client's people, and those of the wider industry."""
    client, found = clients[row.cleaned_data["client"]], row.found
    theirs = [contact for contact in found.theirs if contact.client_id in (None, client.pk)]
    new = [guest for guest in found.strangers if guest.email in row.cleaned_data["add"]]
    return Chosen(found.meeting, client, theirs, new, [user, *found.ours])
