"""The pages of a plan beside its outline."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import NOT_FOUND, get_client_for, get_editable_part_for, get_editable_plan_for
from accounts.actions import plans as actions
from accounts.models import Plan, PlanPart, WorkStatus
from accounts.queries.freshness import freshness_page
from accounts.queries.measures import load_measure_lines, measures_finding
from accounts.queries.plan_context import load_context
from accounts.queries.plan_work import load_board, load_roadmap
from accounts.reports_plans import plan_report
from accounts.views.editing import expected_version
from accounts.views.plans import plan_context
from accounts.views.stakeholders import READERS
from common.policies import MONEY_READERS, allow
from common.records import StaleRecord
from people.access import abilities_of
from people.requests import signed_in


@allow(roles=READERS, client="key")
@require_GET
def measures(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    lines = load_measure_lines(user, client, timezone.now())
    context = {
        **plan_context(user, client, "measures"),
        "lines": lines,
        "finding": measures_finding(lines),
        "with_targets": user.role in MONEY_READERS,
    }
    return render(request, "accounts/plan/measures.html", context)


@allow(roles=READERS, client="key")
@require_GET
def context(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    page = load_context(user, client, client.local_date(timezone.now()))
    return render(request, "accounts/plan/context.html", {**plan_context(user, client, "context"), "page": page})


@allow(roles=READERS, client="key")
@require_GET
def board(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    page = load_board(client, client.local_date(timezone.now()))
    return render(request, "accounts/plan/board.html", {**plan_context(user, client, "board"), "page": page})


@allow(roles=READERS, client="key")
@require_POST
def action_status(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A card put into another column. A stale one moves nothing: the page comes back as the plan stands."""
    user = signed_in(request)
    found = get_editable_part_for(user, key, "action", pk)
    status = request.POST.get("to", "")
    if status not in WorkStatus.values:
        return HttpResponse("No such column.", status=422, content_type="text/plain")
    seen = expected_version(request)
    try:
        actions.change_part(part=found, changes={"status": status}, expected=seen, actor=user)
    except StaleRecord:
        messages.warning(request, "Somebody changed this action meanwhile. This is how it stands now.")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(reverse("plan_board", args=[key]))


@allow(roles=READERS, client="key")
@require_GET
def roadmap(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    page = load_roadmap(client, client.local_date(timezone.now()))
    return render(request, "accounts/plan/roadmap.html", {**plan_context(user, client, "roadmap"), "page": page})


@allow(roles=READERS, client="key")
@require_GET
def document(request: HttpRequest, key: str) -> HttpResponse:
    """The whole plan to be read through; the PDF prints the same tables."""
    user = signed_in(request)
    client = get_client_for(user, key)
    report = plan_report(user, client, timezone.now(), computed=False)
    return render(request, "accounts/plan/document.html", {**plan_context(user, client, "document"), "report": report})


@allow(roles=READERS, client="key")
@require_GET
def freshness(request: HttpRequest, key: str) -> HttpResponse:
    """The panel under the outline; without htmx, a page of its own."""
    user = signed_in(request)
    client = get_client_for(user, key)
    page = freshness_page(client, client.local_date(timezone.now()))
    context = {"page": page, "can": abilities_of(user)}
    if request.headers.get("HX-Request"):
        return render(request, "accounts/plan/freshness.html", context)
    context |= plan_context(user, client, "outline")
    return render(request, "accounts/plan/freshness_page.html", context)


@allow(roles=READERS, client="key")
@require_POST
def confirm(request: HttpRequest, key: str, kind: str, pk: int) -> HttpResponse:
    """Somebody looked: the plan's own words, or a part of it, still holds."""
    user = signed_in(request)
    record: Plan | PlanPart
    record = get_editable_plan_for(user, key) if kind == "plan" else get_editable_part_for(user, key, kind, pk)
    client = get_client_for(user, key)
    if record.pk != pk:
        raise Http404(NOT_FOUND)
    actions.confirm(record=record, today=client.local_date(timezone.now()), actor=user)
    messages.success(request, "Said to hold still, as of today.")
    return HttpResponseRedirect(reverse("client_plan", args=[key]))
