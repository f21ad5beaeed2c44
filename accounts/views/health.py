"""How clients do: one, all, the rules with their effect, and the proof."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import get_client_for
from accounts.actions.health import RulesMoved, change_rules, rules_in_force
from accounts.forms.health import RulesForm
from accounts.queries.header import client_header
from accounts.queries.health import WORDS, load_book, load_health
from accounts.queries.health_proof import load_effect, load_proof
from accounts.views.editing import expected_version
from accounts.views.stakeholders import READERS
from common.policies import DIRECTOR, allow
from common.reports import report_file
from people.requests import signed_in


@allow(roles=READERS)
@require_GET
def book(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        return report_file("health", user, request.GET, now, kind)
    status = request.GET.get("status", "")
    status = status if status in WORDS else ""
    context = {
        "page": load_book(user, now.date(), status=status),
        "status": status,
        "statuses": list(WORDS.items()),
        "may_change": user.role == DIRECTOR,
    }
    return render(request, "accounts/health/book.html", context)


@allow(roles=READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    page = load_health(user, client, client.local_date(timezone.now()))
    context = {"header": client_header(user, client, active="overview"), "page": page}
    return render(request, "accounts/health/client.html", context)


@allow(roles=READERS)
@require_GET
def proof(request: HttpRequest) -> HttpResponse:
    page = load_proof(signed_in(request), timezone.now().date())
    return render(request, "accounts/health/proof.html", {"page": page})


@allow(roles=frozenset({DIRECTOR}))
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """What is typed shows its effect first (act: preview); only a second press keeps it (act: keep)."""
    user, now = signed_in(request), timezone.now()
    standing = rules_in_force(now)
    form = RulesForm(request.POST or None, rules=standing)
    context = {"form": form, "rules": standing, "effect": None, "version": standing.pk}
    if request.method == "POST" and form.is_valid():
        if request.POST.get("act") == "keep":
            try:
                change_rules(
                    weights=form.weights,
                    margin_target=form.margin_target,
                    note=form.cleaned_data["note"],
                    expected=expected_version(request),
                    actor=user,
                    now=now,
                )
            except RulesMoved:
                form.add_error(None, "Somebody changed the rules meanwhile. See the effect again, then keep yours.")
                return render(request, "accounts/health/rules.html", context, status=409)
            messages.success(request, "Rules kept. All clients are being read again.")
            return HttpResponseRedirect(reverse("health"))
        context["effect"] = load_effect(user, form.weights, form.margin_target, now.date())
        context["version"] = expected_version(request) or standing.pk
    return render(request, "accounts/health/rules.html", context, status=422 if form.errors else 200)
