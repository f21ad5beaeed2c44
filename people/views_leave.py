"""Who is away: one's own leave and that of one's reports."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from common.exports import About, file_response
from common.policies import ACCOUNT_MANAGER, DELIVERY, DIRECTOR, FINANCE, allow
from people.access import leave_for
from people.actions_leave import BeginsTwice, add_leave, remove_leave
from people.forms_leave import LeaveForm
from people.queries_leave import HEAD, file_rows, filtered, line_of, load_leave_page
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER, DELIVERY, FINANCE})


def _page(request: HttpRequest, form: LeaveForm | None = None, *, status: int = 200) -> HttpResponse:
    user, today = signed_in(request), timezone.now().date()
    past = request.GET.get("past") == "yes"
    page = load_leave_page(user, today=today, past=past, page=request.GET.get("page"))
    context = {"page": page, "form": form or LeaveForm(user=user), "today": today}
    return render(request, "people/leave.html", context, status=status)


@require_GET
@allow()
def leave(request: HttpRequest) -> HttpResponseBase:
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx"):
        user, now = signed_in(request), timezone.now()
        rows = filtered(user, today=now.date(), past=request.GET.get("past") == "yes")
        return file_response(kind, "leave", HEAD, file_rows(rows), About("Leave", as_of=now))
    return _page(request)


@require_POST
@allow(roles=WRITERS)
def leave_add(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = LeaveForm(request.POST, user=user)
    if form.is_valid():
        try:
            made = add_leave(**form.cleaned_data, actor=user.email)
        except BeginsTwice as twice:
            form.add_error("starts", str(twice))
        else:
            messages.success(request, f"Leave of {made.person.name} is written down.")
            return redirect("leave")
    return _page(request, form, status=422)


@require_POST
@allow(roles=WRITERS)
def leave_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = leave_for(user).select_related("person").filter(pk=pk).first()
    if found is None:
        raise Http404("No such page, or it is not yours to see.")
    if not line_of(user).filter(pk=found.person_id).exists():
        raise PermissionDenied("This person is neither you nor one of your reports.")
    remove_leave(leave=found, actor=user.email)
    messages.success(request, f"Leave of {found.person.name} is taken out.")
    return redirect("leave")
