"""Proposals with their documents, and pitches with their go or no-go."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import (
    get_editable_pitch_for,
    get_editable_proposal_for,
    get_pitch_for,
    get_proposal_document_for,
    get_proposal_for,
)
from accounts.actions import pursuits as actions
from accounts.forms.pursuits import NewPitchForm, NewProposalForm, PitchForm, ProposalDocumentForm, ProposalForm
from accounts.models import Decision, Pitch, PitchStatus, Proposal, ProposalStatus
from accounts.queries.header import client_header
from accounts.queries.pursuits import PROSPECTS, documents_of, load_pitches, load_proposals, score_of
from accounts.queries.rates import deal_rates
from accounts.views.editing import FormPage, expected_version, form_page
from accounts.views.stakeholders import READERS
from common.documents import Refused
from common.policies import ACCOUNT_MANAGER, DIRECTOR, allow
from common.records import StaleRecord
from common.short_text import short_text
from people.access import abilities_of
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
_SAFE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
_SANDBOX = "sandbox; default-src 'none'"


# Proposals


@allow(roles=READERS)
@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    user, today = signed_in(request), timezone.now().date()
    status, q = request.GET.get("status", ""), short_text(request.GET, "q")
    status = status if status in ProposalStatus.values else ""
    found = load_proposals(user, today, status=status, q=q)
    context = {"found": found, "status": status, "q": q, "statuses": ProposalStatus.choices}
    return render(request, "accounts/pursuits/proposals.html", context)


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def proposal_new(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = NewProposalForm(request.POST or None, user=user, initial={"opportunity": request.GET.get("deal", "")})

    def save(data: dict[str, Any]) -> Proposal:
        return actions.add_proposal(proposal=form.instance, actor=user)

    page = FormPage(
        form=form,
        title="New proposal",
        back=lambda saved: reverse("proposal", args=[saved.key]),
        cancel=reverse("proposals"),
        save=save,
        said="Proposal added.",
        submit="Add proposal",
    )
    return form_page(request, page)


@allow(roles=READERS)
@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    may = abilities_of(user).edit_opportunities
    if request.method == "GET" and not may:
        found = get_proposal_for(user, key)
        header = client_header(user, found.opportunity.client, active="growth")
        context = {"header": header, "proposal": found, "documents": documents_of(found)}
        return render(request, "accounts/pursuits/proposal_read.html", context)
    found = get_editable_proposal_for(user, key)
    seen = expected_version(request)
    page = FormPage(
        form=ProposalForm(request.POST or None, instance=found),
        title=found.title,
        back=reverse("proposal", args=[key]),
        cancel=reverse("proposals"),
        save=lambda data: actions.change_proposal(proposal=found, changes=data, expected=seen, actor=user),
        said="Proposal saved.",
        version=str(found.version),
        header=client_header(user, found.opportunity.client, active="growth"),
        template="accounts/pursuits/proposal.html",
        extra={
            "proposal": found,
            "documents": documents_of(found),
            "upload": ProposalDocumentForm(initial={"proposal": key}),
        },
    )
    return form_page(request, page)


@allow(roles=WRITERS)
@require_POST
def document_add(request: HttpRequest) -> HttpResponse:
    """One address for all proposals, so that bodies of this size are taken here and nowhere else."""
    user = signed_in(request)
    found = get_editable_proposal_for(user, request.POST.get("proposal", "")[:80])
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Refused("Choose a PDF or DOCX file.")
        if (file.size or 0) > settings.DOCUMENT_MAX_BYTES:
            raise Refused(f"{settings.DOCUMENT_MAX_BYTES / 1e6:,.0f} MB is the most.")
        actions.attach_to_proposal(
            proposal=found, name=file.name or "", data=file.read(), actor=user, now=timezone.now()
        )
    except Refused as refused:
        messages.error(request, f"Not kept. {refused}")
    else:
        messages.success(request, "Document kept.")
    return HttpResponseRedirect(f"{reverse('proposal', args=[found.key])}#documents")


@allow(roles=READERS)
@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Always a download: never shown by a browser, whatever it holds."""
    found = get_proposal_document_for(signed_in(request), pk)
    response = HttpResponse(bytes(found.body), content_type=found.media_type, headers=_SAFE)
    response.headers["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response.headers["Content-Security-Policy"] = _SANDBOX
    return response


# Pitches


@allow(roles=READERS)
@require_GET
def pitches(request: HttpRequest) -> HttpResponse:
    user, today = signed_in(request), timezone.now().date()
    status, who = request.GET.get("status", ""), request.GET.get("who", "")
    status, who = status if status in PitchStatus.values else "", who if who == PROSPECTS else ""
    rates = deal_rates(user, today)
    context = {
        "found": load_pitches(user, rates, today, status=status, who=who),
        "status": status,
        "who": who,
        "rates": rates,
        "statuses": PitchStatus.choices,
        "whos": [(PROSPECTS, "Prospects")],
    }
    return render(request, "accounts/pursuits/pitches.html", context)


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def pitch_new(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = NewPitchForm(request.POST or None, user=user)

    def save(data: dict[str, Any]) -> Pitch:
        return actions.add_pitch(pitch=form.instance, team=list(data["team"]), actor=user)

    page = FormPage(
        form=form,
        title="New pitch",
        back=lambda saved: reverse("pitch", args=[saved.key]),
        cancel=reverse("pitches"),
        save=save,
        said="Pitch added.",
        submit="Add pitch",
    )
    return form_page(request, page)


@allow(roles=READERS)
@require_http_methods(["GET", "POST"])
def pitch(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    if request.method == "GET" and not abilities_of(user).edit_opportunities:
        found = get_pitch_for(user, key)
        header = client_header(user, found.client, active="growth")
        context = {"header": header, "pitch": found, "score": score_of(found), "team": list(found.team.all())}
        return render(request, "accounts/pursuits/pitch_read.html", context)
    found = get_editable_pitch_for(user, key)
    seen, score = expected_version(request), score_of(found)

    def save(data: dict[str, Any]) -> Pitch:
        changes = {name: value for name, value in data.items() if name != "team"}
        return actions.change_pitch(pitch=found, changes=changes, team=list(data["team"]), expected=seen, actor=user)

    page = FormPage(
        form=PitchForm(request.POST or None, instance=found, user=user),
        title=found.name,
        back=reverse("pitch", args=[key]),
        cancel=reverse("pitches"),
        save=save,
        said="Pitch saved.",
        version=str(found.version),
        header=client_header(user, found.client, active="growth"),
        template="accounts/pursuits/pitch.html",
        extra={"pitch": found, "score": score},
    )
    return form_page(request, page)


@allow(roles=WRITERS)
@require_POST
def pitch_decide(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_pitch_for(user, key)
    decision = request.POST.get("decision", "")
    if decision not in Decision.values:
        messages.error(request, "Say go or no-go.")
        return redirect("pitch", key)
    try:
        actions.decide_pitch(
            pitch=found, decision=decision, expected=expected_version(request), actor=user, today=timezone.now().date()
        )
    except StaleRecord:
        messages.warning(request, "Somebody changed this pitch meanwhile. Read what stands now, then decide.")
    else:
        messages.success(request, f"{found.name}: {Decision(decision).label.lower()}.")
    return redirect("pitch", key)
