"""Versions of a plan: kept, compared, sent for approval, decided, brought back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import (
    NOT_FOUND,
    get_client_for,
    get_decidable_plan_version_for,
    get_editable_plan_for,
    get_editable_plan_version_for,
    get_plan_for,
    get_plan_version_for,
)
from accounts.actions import plan_versions as actions
from accounts.models import Plan
from accounts.queries.plan_versions import difference, load_versions, number_before
from accounts.views.editing import expected_version
from accounts.views.plans import plan_context
from accounts.views.stakeholders import READERS
from common.policies import allow
from common.records import StaleRecord
from common.short_text import short_text
from people.models import User
from people.requests import signed_in

NOTE = 300


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, key: str) -> HttpResponse:
    """The list; posting keeps how the plan reads now."""
    user = signed_in(request)
    if request.method == "POST":
        plan = get_editable_plan_for(user, key)
        try:
            version = actions.keep_version(
                plan=plan, note=short_text(request.POST, "note", NOTE), actor=user, now=timezone.now()
            )
            messages.success(request, f"Version {version.number} kept.")
        except actions.NothingNew:
            messages.info(request, "The newest version reads the same: nothing was kept.")
        return HttpResponseRedirect(reverse("plan_versions", args=[key]))
    client = get_client_for(user, key)
    context = {**plan_context(user, client, "versions"), "page": load_versions(user, client)}
    return render(request, "accounts/plan/versions.html", context)


@allow(roles=READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """What one version changed on the one before it."""
    user = signed_in(request)
    version = get_plan_version_for(user, key, number)
    return _difference(request, user, version.plan, number_before(version), number)


@allow(roles=READERS, client="key")
@require_GET
def compare(request: HttpRequest, key: str) -> HttpResponse:
    """?from= and ?to= name versions by number; "now", or nothing, is the plan as it reads."""
    user = signed_in(request)
    plan = get_plan_for(user, key)
    first, second = (_named(request.GET.get(name, "")) for name in ("from", "to"))
    return _difference(request, user, plan, first, second)


def _named(text: str) -> int | None:
    if text in ("", "now"):
        return None
    if not (text.isdecimal() and len(text) < 9):
        raise Http404(NOT_FOUND)
    return int(text)


def _difference(request: HttpRequest, user: User, plan: Plan, first: int | None, second: int | None) -> HttpResponse:
    found = difference(plan, first, second)
    if found is None:
        raise Http404(NOT_FOUND)
    context = {**plan_context(user, plan.client, "versions"), "found": found}
    return render(request, "accounts/plan/difference.html", context)


@allow(roles=READERS, client="key")
@require_POST
def submit(request: HttpRequest, key: str, number: int) -> HttpResponse:
    user = signed_in(request)
    version = get_editable_plan_version_for(user, key, number)
    seen, now = expected_version(request), timezone.now()
    return _stepped(
        request,
        key,
        lambda: actions.submit_version(version=version, expected=seen, actor=user, now=now),
        f"Version {number} waits for another director's approval.",
    )


@allow(roles=READERS, client="key")
@require_POST
def decide(request: HttpRequest, key: str, number: int) -> HttpResponse:
    user = signed_in(request)
    version = get_decidable_plan_version_for(user, key, number)
    verdict = request.POST.get("verdict", "")
    if verdict not in ("approve", "return"):
        return HttpResponse("Say approve or return.", status=422, content_type="text/plain")
    approve, seen, now = verdict == "approve", expected_version(request), timezone.now()
    return _stepped(
        request,
        key,
        lambda: actions.decide_version(
            version=version,
            approve=approve,
            note=short_text(request.POST, "note", NOTE),
            expected=seen,
            actor=user,
            now=now,
        ),
        f"Version {number} approved." if approve else f"Version {number} sent back.",
    )


@allow(roles=READERS, client="key")
@require_POST
def restore(request: HttpRequest, key: str, number: int) -> HttpResponse:
    user = signed_in(request)
    version = get_editable_plan_version_for(user, key, number)
    return _stepped(
        request,
        key,
        lambda: actions.restore_version(version=version, actor=user, now=timezone.now()),
        f"The plan reads as in version {number}; how it read before is kept as a version too.",
    )


def _stepped(request: HttpRequest, key: str, step: Callable[[], object], said: str) -> HttpResponse:
    try:
        step()
        messages.success(request, said)
    except StaleRecord:
        messages.warning(request, "Somebody changed this version meanwhile. This is how it stands now.")
    except actions.NotNow as reason:
        messages.warning(request, str(reason))
    return HttpResponseRedirect(reverse("plan_versions", args=[key]))
