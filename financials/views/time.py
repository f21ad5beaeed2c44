"""Hours: the list with what waits for approval, what is done to several at once, and a person's own week."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import get_client_for
from common.exports import About, file_response, query_filters
from common.formats import plural
from common.policies import ACCOUNT_MANAGER, DELIVERY, DIRECTOR, FINANCE, MONEY_READERS, allow
from financials.access import time_for
from financials.actions.time_edits import Done, decide_entries, mend_entries, save_week
from financials.forms.time import BulkTimeForm, read_week, time_filter, week_of
from financials.models import TimeStatus
from financials.queries.time_list import (
    HEAD,
    WAYS,
    file_rows,
    filtered,
    load_time_page,
    load_week,
    months_listed,
    new_rows,
    with_typed,
)
from people.access import abilities_of
from people.requests import signed_in

WRITERS: Final = frozenset({DIRECTOR, ACCOUNT_MANAGER, FINANCE, DELIVERY})
NEW_ROWS: Final = 3


@require_GET
@allow(roles=MONEY_READERS)
def time_list(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    wanted = time_filter(request.GET)
    client = get_client_for(user, wanted.client) if wanted.client else None
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx"):
        about = About("Time entries", as_of=now, filters=query_filters(request.GET), columns=WAYS)
        return file_response(kind, "time-entries", HEAD, file_rows(filtered(user, wanted)), about)
    context = {
        "page": load_time_page(user, wanted, page=request.GET.get("page")),
        "wanted": wanted,
        "client": client,
        "statuses": TimeStatus.choices,
        "billables": [("yes", "Billable"), ("no", "Not billable")],
        "months": months_listed(now.date()),
    }
    return render(request, "financials/time_list.html", context)


@require_POST
@allow(roles=WRITERS)
def time_bulk(request: HttpRequest) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    form = BulkTimeForm(request.POST, user=user)
    if not form.is_valid():
        for several in form.errors.values():
            messages.error(request, " ".join(map(str, several)))
        return _back(request)
    entries, act = time_for(user).filter(pk__in=form.ids), form.cleaned_data["act"]
    if act == "mend":
        done = mend_entries(entries=entries, changes=form.changes(), actor=user.email, now=now)
    elif not abilities_of(user).approve_time:
        raise PermissionDenied("Hours are approved by the client's director or manager, or by finance.")
    else:
        status = TimeStatus.APPROVED if act == "approve" else TimeStatus.REJECTED
        done = decide_entries(entries=entries, status=status, user_id=user.pk, actor=user.email, now=now)
    _say(request, done, {"approve": "approved", "reject": "sent back", "mend": "changed"}[act])
    return _back(request)


def _say(request: HttpRequest, done: Done, verb: str) -> None:
    said = [f"{plural(done.changed, 'entry', 'entries')} {verb}."]
    if done.own:
        said.append(f"{done.own} left alone: nobody decides on their own hours.")
    if done.locked:
        said.append(f"{done.locked} left alone: their month is closed.")
    if done.elsewhere:
        said.append(f"{done.elsewhere} left alone: the contract is another client's.")
    messages.success(request, " ".join(said)) if done.changed else messages.error(request, " ".join(said))


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = reverse("time_list")
    return HttpResponseRedirect(target)


@require_http_methods(["GET", "POST"])
@allow(roles=WRITERS)
def my_week(request: HttpRequest) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    monday = week_of(request.GET.get("week", ""), now.date())
    week = load_week(user, monday)
    errors: list[str] = []
    typed: dict[str, str] = {}
    if request.method == "POST":
        post = read_week(request.POST, user, week)
        if not post.errors:
            done = save_week(person_id=user.pk, hours=post.hours, actor=user.email, now=now)
            kept = f"{done.locked} left as they are: their month is closed." if done.locked else ""
            messages.success(request, f"Week saved, {plural(done.changed, 'cell')} changed. {kept}".strip())
            return redirect(f"{reverse('my_week')}?{urlencode({'week': str(monday)})}")
        errors, typed = post.errors, post.typed
        week = with_typed(week, typed)
    context = {"week": week, "errors": errors, "new_rows": new_rows(week, typed, NEW_ROWS), "today": now.date()}
    return render(request, "financials/my_week.html", context, status=422 if errors else 200)
