"""Reviews across the portfolio: the list, its months, what the cadence proposes, and the cadence itself."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import NOT_FOUND
from accounts.models import Tier
from accounts.views.editing import FormPage, form_page
from common.formats import plural
from common.policies import ADMINISTRATOR, MONEY_READERS, allow
from common.reports import report_file
from people.access import abilities_of
from people.requests import signed_in
from qbr.access import CADENCE_SETTERS, may_set_cadence
from qbr.actions import reviews as actions
from qbr.calc.cadence import Cadence
from qbr.forms_reviews import CadenceForm, ReviewForm
from qbr.queries.calendar import (
    KIND_WORDS,
    PROPOSED,
    STATE_CHOICES,
    asked_of,
    by_month,
    finding_of,
    load_cadence,
    load_reviews,
    owners_of,
    proposals,
)
from qbr.queries.decks import deck_rows
from qbr.views.pages import AUTHORS


@allow(roles=MONEY_READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    file_kind = request.GET.get("format", "")
    if file_kind in ("csv", "xlsx"):
        return report_file("reviews", user, request.GET, now, file_kind)
    can, asked, today = abilities_of(user), asked_of(request.GET), now.date()
    rows = load_reviews(user, asked, now, stance=can.see_stance)
    wanted = proposals(user, now) if can.edit_reviews and asked.state == "open" else []
    context = {
        "rows": rows,
        "finding": finding_of(rows, today),
        "months": by_month(rows, today),
        "months_shown": request.GET.get("view") == "months",
        "asked": asked,
        "states": [choice for choice in STATE_CHOICES if choice[0] != "all"],
        "kinds": list(KIND_WORDS.items()),
        "tiers": Tier.choices,
        "owners": owners_of(user),
        "proposals": wanted[:PROPOSED],
        "proposals_more": max(0, len(wanted) - PROPOSED),
        "may_write": can.edit_reviews,
        "see_stance": can.see_stance,
    }
    return render(request, "qbr/calendar.html", context)


@allow(roles=MONEY_READERS)
@require_GET
def decks(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    return render(request, "qbr/decks.html", {"decks": deck_rows(user), "may_write": abilities_of(user).edit_reviews})


@allow(roles=AUTHORS)
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """A review of any client in sight; who came to the last one comes along."""
    user, now = signed_in(request), timezone.now()
    names = ("client", "kind", "period", "day")
    initial = {name: request.GET[name] for name in names if name in request.GET}
    form = ReviewForm(request.POST or None, user=user, client=None, initial={"length": 75, "owner": user.pk, **initial})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        client = values.pop("client")
        try:
            made = actions.plan_review(client=client, values=values, actor=user, now=now)
            messages.success(request, "Planned. Whoever came to the last review is asked again; change who comes here.")
        except actions.PlannedAlready as there:
            messages.info(request, "This review was planned before; here it is.")
            made = there.review
        return HttpResponseRedirect(reverse("client_review", args=[client.key, made.pk]))
    page = FormPage(
        form=form, title="Plan a review", back=reverse("reviews"), save=lambda data: None, said="", submit="Plan it"
    )
    context = {"page": page, "cancel": reverse("reviews"), "form": form, "base": "base.html"}
    return render(request, "accounts/record_form.html", context, status=422 if form.is_bound else 200)


@allow(roles=AUTHORS)
@require_POST
def plan_proposed(request: HttpRequest) -> HttpResponse:
    """Those that were ticked, as the cadence proposes them now."""
    user, now = signed_in(request), timezone.now()
    ticked = set(request.POST.getlist("review")[:PROPOSED])
    chosen = [one for one in proposals(user, now) if one.code in ticked]
    made = actions.plan_all(
        planned=[(one.client, one.kind, one.period, one.day) for one in chosen], actor=user, now=now
    )
    if made:
        messages.success(request, f"{plural(made, 'review')} planned.")
    else:
        messages.info(request, "Nothing was planned: tick the reviews to plan.")
    return HttpResponseRedirect(reverse("reviews"))


@allow(roles=MONEY_READERS | {ADMINISTRATOR})
@require_GET
def cadence(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    return render(request, "qbr/cadence.html", {"tiers": load_cadence(), "may_set": may_set_cadence(user)})


@allow(roles=CADENCE_SETTERS)
@require_http_methods(["GET", "POST"])
def cadence_of(request: HttpRequest, tier: str) -> HttpResponse:
    user = signed_in(request)
    found = next((row for row in load_cadence() if row.tier == tier), None)
    if found is None:
        raise Http404(NOT_FOUND)
    if not may_set_cadence(user):
        raise PermissionDenied("Directors and administrators set the cadence.")
    seen = request.POST.get("version", "")

    def save(data: dict[str, object]) -> None:
        wanted = Cadence(int(str(data["months"])), bool(data["annual"]))
        expected = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
        actions.set_cadence(tier=tier, cadence=wanted, expected=expected, actor=user)

    page = FormPage(
        form=CadenceForm(request.POST or None, initial=found.cadence._asdict()),
        title=f"Reviews of {found.label.lower()} clients",
        back=reverse("review_cadence"),
        save=save,
        said="Cadence saved. Reviews planned already stay where they are.",
        version=str(found.version),
    )
    return form_page(request, page)
