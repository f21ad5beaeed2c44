"""Background jobs: what runs, what waits, what was set aside, and trying that again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from accounts.access import NOT_FOUND
from common import jobs
from common.models import JobState
from common.policies import ADMINISTRATOR, DIRECTOR, FINANCE, MONEY_READERS, allow
from people.requests import signed_in
from portfolio.queries.jobs import OPEN, job_rows, jobs_for

KEEPERS = frozenset({DIRECTOR, FINANCE, ADMINISTRATOR})


@require_GET
@allow(roles=KEEPERS)
def job_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    rows = job_rows(signed_in(request), state=state)
    dead = sum(1 for row in rows if row.can_retry)
    return render(request, "portfolio/jobs.html", {"rows": rows, "state": state, "dead": dead})


@require_POST
@allow(roles=KEEPERS)
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    job = jobs_for(user).filter(pk=pk).first()
    if job is None:
        raise Http404(NOT_FOUND)
    if jobs.retry(pk, actor=user.email, now=timezone.now()):
        messages.success(request, "The job is waiting again.")
    else:
        messages.info(request, "The job was not set aside any more; nothing was changed.")
    return redirect("jobs")


@require_GET
@allow(roles=MONEY_READERS)
def job_progress(request: HttpRequest) -> HttpResponse:
    """How far the recompute of the clients in sight is; polls itself while anything is open."""
    waiting = jobs_for(signed_in(request)).filter(kind__in=("recompute", "bands"), state__in=OPEN)
    leased = waiting.filter(state=JobState.LEASED).exclude(doing="").first()
    context = {"open": waiting.count(), "job": leased, "was_open": request.GET.get("was") == "1"}
    response = render(request, "portfolio/job_progress.html", context)
    if context["was_open"] and not context["open"]:
        trigger_client_event(response, "recomputed")  # pages that follow the figures read them again
    return response
