"""The company's catalogue of offerings, and the business units of a client."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import (
    get_editable_client_for,
    get_editable_offering_for,
    get_editable_unit_for,
    offerings_for,
)
from accounts.actions import white_space as actions
from accounts.forms.white_space import OfferingForm, UnitForm
from accounts.queries.header import client_header
from accounts.views.editing import FormPage, expected_version, form_page
from accounts.views.stakeholders import READERS
from common.policies import ACCOUNT_MANAGER, DIRECTOR, allow
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
KEEPERS = frozenset({DIRECTOR})
"""The catalogue is the company's: those who answer for its margins."""


@allow(roles=READERS)
@require_GET
def offerings(request: HttpRequest) -> HttpResponse:
    rows = offerings_for(signed_in(request))
    return render(request, "accounts/white_space/offerings.html", {"rows": rows})


@allow(roles=KEEPERS)
@require_http_methods(["GET", "POST"])
def offering_add(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    page = FormPage(
        form=OfferingForm(request.POST or None),
        title="New offering",
        back=reverse("offerings"),
        save=lambda data: actions.save_offering(offering=None, values=data, expected=None, actor=user),
        said="Offering added.",
        submit="Add the offering",
    )
    return form_page(request, page)


@allow(roles=KEEPERS)
@require_http_methods(["GET", "POST"])
def offering(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found, seen = get_editable_offering_for(user, pk), expected_version(request)
    page = FormPage(
        form=OfferingForm(request.POST or None, instance=get_editable_offering_for(user, pk)),
        title=found.name,
        back=reverse("offerings"),
        save=lambda data: actions.save_offering(offering=found, values=data, expected=seen, actor=user),
        said="Offering saved.",
        version=str(found.version),
        audited_as=("offering", found.pk),
        delete_url=reverse("offering_remove", args=[pk]),
    )
    return form_page(request, page)


@allow(roles=KEEPERS)
@require_http_methods(["GET", "POST"])
def offering_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST does."""
    user = signed_in(request)
    found = get_editable_offering_for(user, pk)
    if request.method == "POST":
        try:
            actions.remove_offering(offering=found, actor=user)
            messages.success(request, "Offering deleted. The history keeps it.")
        except actions.InUse as reason:
            messages.warning(request, f"It stays: {reason}. Take the tick off “We offer it” instead.")
        return HttpResponseRedirect(reverse("offerings"))
    return render(request, "accounts/white_space/offering_remove.html", {"offering": found})


def _back(key: str) -> str:
    return reverse("client_white_space", args=[key])


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def unit_add(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    page = FormPage(
        form=UnitForm(request.POST or None, client=client),
        title=f"New business unit of {client.name}",
        back=_back(key),
        save=lambda data: actions.save_unit(unit=None, client=client, values=data, expected=None, actor=user),
        said="Business unit added.",
        submit="Add the unit",
        header=client_header(user, client, active="plan"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def unit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found, seen = get_editable_unit_for(user, key, pk), expected_version(request)
    page = FormPage(
        form=UnitForm(request.POST or None, client=found.client, instance=get_editable_unit_for(user, key, pk)),
        title=found.name,
        back=_back(key),
        save=lambda data: actions.save_unit(unit=found, client=found.client, values=data, expected=seen, actor=user),
        said="Business unit saved.",
        version=str(found.version),
        header=client_header(user, found.client, active="plan"),
        audited_as=("business unit", found.pk),
        delete_url=reverse("business_unit_remove", args=[key, pk]),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def unit_remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """GET asks, POST does."""
    user = signed_in(request)
    found = get_editable_unit_for(user, key, pk)
    if request.method == "POST":
        try:
            actions.remove_unit(unit=found, actor=user)
            messages.success(request, "Business unit deleted. Deals and contracts stay; the history keeps the cells.")
        except actions.InUse as reason:
            messages.warning(request, f"It stays: {reason}.")
        return HttpResponseRedirect(_back(key))
    context = {"header": client_header(user, found.client, active="plan"), "unit": found, "back": _back(key)}
    return render(request, "accounts/white_space/unit_remove.html", context)
