"""Alignment of the work with what the client is trying to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import NOT_FOUND, get_client_for, get_editable_client_for
from accounts.queries.header import client_header
from accounts.views.editing import FormPage, form_page
from accounts.views.plans import plan_context
from common.exports import About, file_response
from common.policies import ACCOUNT_MANAGER, DIRECTOR, MONEY_READERS, allow
from financials.access import alignment_for, contracts_for, milestones_for
from financials.actions import alignment as actions
from financials.forms.alignment import TieForm
from financials.models import Contract, Milestone
from financials.queries.alignment import load_shares
from financials.queries.alignment_page import load_alignment, span
from financials.queries.basis import load_basis
from people.models import User
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
HEAD = ["client", "imperative", "title", "currency", "fees", "hours", "share", "hour_share"]


@allow(roles=MONEY_READERS, client="key")
@require_GET
def alignment(request: HttpRequest, key: str) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, key)
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx"):
        basis = load_basis(user, now=now, currency=client.currency, newest_entry=False)
        first, last = span(basis)
        rows = [
            [one.client, one.imperative, one.title, basis.currency, one.fees, one.hours, one.share, one.hour_share]
            for one in load_shares(user, basis, {client.pk: client.key}, first, last)
        ]
        about = About("Alignment", as_of=now, filters=(("Client", client.name),))
        return file_response(kind, f"alignment-{client.key}", HEAD, rows, about)
    context = {**plan_context(user, client, "alignment"), "page": load_alignment(user, client, now)}
    return render(request, "financials/alignment.html", context)


def _subject(user: User, client_id: int, request: HttpRequest) -> tuple[Contract, Milestone | None]:
    """The contract, and the milestone of it, that the address names by number and key."""
    number, key = (request.GET.get(name, "").replace("\x00", "") for name in ("contract", "milestone"))
    contract = contracts_for(user).filter(client=client_id, number=number).first()
    if contract is None:
        raise Http404(NOT_FOUND)
    if not key:
        return contract, None
    milestone = milestones_for(user).filter(contract=contract, key=key).first()
    if milestone is None:
        raise Http404(NOT_FOUND)
    return contract, milestone


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def tie(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    contract, milestone = _subject(user, client.pk, request)
    form = TieForm(request.POST or None, client=client, whole=milestone is not None)

    def save(data: dict[str, Any]) -> object:
        return actions.tie_contract(
            contract=contract,
            imperative=data["imperative"],
            milestone=milestone,
            share=data.get("share", Decimal(1)),
            actor=user,
        )

    page = FormPage(
        form=form,
        title=f"What {milestone.title if milestone else contract.title} is for",
        back=reverse("client_alignment", args=[key]),
        save=save,
        said="Tied.",
        submit="Tie",
        header=client_header(user, client, active="plan"),
    )
    try:
        return form_page(request, page)
    except actions.TooMuch as reason:
        form.add_error("share", f"{str(reason)[:1].upper()}{str(reason)[1:]}.")
        return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_POST
def untie(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    found = alignment_for(user).select_related("contract", "imperative").filter(contract__client=client, pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    actions.untie(tie=found, actor=user)
    messages.success(request, "No longer tied.")
    return HttpResponseRedirect(reverse("client_alignment", args=[key]))
