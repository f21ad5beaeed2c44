"""How reviews look: the firm's, a client's own, and the slides that new ones begin with."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import Client
from accounts.queries.header import client_header
from accounts.views.editing import expected_version
from common.policies import DIRECTOR, allow
from common.records import StaleRecord
from people.requests import signed_in
from qbr.access_value import get_value_client_for
from qbr.actions import brand as actions
from qbr.forms_brand import BrandForm, TemplateForm
from qbr.models import Deck
from qbr.queries.brand import advice_on, kept_templates, own_look
from qbr.views.pages import AUTHORS

STALE = "Not saved: somebody changed it meanwhile. Here is how it stands now."


@allow(roles=frozenset({DIRECTOR}))
@require_http_methods(["GET", "POST"])
def of_firm(request: HttpRequest) -> HttpResponse:
    return _page(request, None)


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def of_client(request: HttpRequest, key: str) -> HttpResponse:
    return _page(request, get_value_client_for(signed_in(request), key))


def _page(request: HttpRequest, client: Client | None) -> HttpResponse:
    user = signed_in(request)
    here = reverse("client_brand", args=[client.key]) if client else reverse("brand")
    held = own_look(client)
    initial = {"colour": held.colour, "accent": held.accent} if held else {}
    form = BrandForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        colours = {name: form.cleaned_data[name] for name in ("colour", "accent")}
        try:
            actions.set_brand(
                client=client, colours=colours, logo=form.picture(), expected=expected_version(request), actor=user
            )
            messages.success(request, " ".join(["Saved. Drafts carry it from now on.", *advice_on(**colours)]))
        except StaleRecord:
            messages.error(request, STALE)
        return HttpResponseRedirect(here)
    context = {
        "form": form, "held": held, "client": client, "version": held.version if held else 0,
        "header": client_header(user, client, active="reviews") if client else None,
        "base": "accounts/client_base.html" if client else "base.html",
        "templates": [] if client else _templates(),
    }  # fmt: skip
    return render(request, "qbr/brand.html", context, status=422 if form.is_bound else 200)


def _templates() -> list[tuple[str, str, TemplateForm]]:
    kept = kept_templates()
    return [
        (kind, str(label), TemplateForm(initial={"slides": "\n".join(kept.get(kind, []))}, auto_id=f"{kind}_%s"))
        for kind, label in Deck.Kind.choices
    ]


@allow(roles=frozenset({DIRECTOR}))
@require_http_methods(["POST"])
def template(request: HttpRequest, kind: str) -> HttpResponse:
    user, form = signed_in(request), TemplateForm(request.POST)
    if kind not in Deck.Kind.values:
        messages.error(request, "Not saved: there is no such kind of review.")
    elif form.is_valid():
        try:
            actions.set_template(kind=kind, slides=form.cleaned_data["slides"], actor=user)
            messages.success(request, "Saved. New reviews begin with it; those begun before stay as they are.")
        except StaleRecord:
            messages.error(request, STALE)
    else:
        messages.error(request, f"Not saved: {' '.join(str(one) for one in form.errors['slides'])}")
    return HttpResponseRedirect(reverse("brand"))
