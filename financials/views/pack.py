"""The leadership pack and the calls in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from common.policies import MONEY_READERS, allow
from financials.access import CALLERS
from financials.actions.calls import make_call
from financials.forms.pack import CallForm
from financials.queries.pack import load_pack, load_pack_risks
from people.requests import signed_in


@require_GET
@allow(roles=MONEY_READERS)
def pack(request: HttpRequest) -> HttpResponse:
    return _shown(request, CallForm())


@require_GET
@allow(roles=MONEY_READERS)
def risks(request: HttpRequest) -> HttpResponse:
    """The part of the pack that reads contracts and the track record."""
    found = load_pack_risks(signed_in(request), now=timezone.now())
    whole = not request.headers.get("HX-Request")
    template = "financials/forecast/pack_risks_page.html" if whole else "financials/forecast/pack_risks.html"
    return render(request, template, {"found": found})


@require_POST
@allow(roles=CALLERS)
def call(request: HttpRequest) -> HttpResponse:
    user, now, form = signed_in(request), timezone.now(), CallForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, status=422)
    page = load_pack(user, now=now)
    system = page.system.value
    make_call(
        person=user, year=page.year, system=None if system is None else page.found.total["end"],
        currency=page.currency, now=now, **form.cleaned_data,
    )  # fmt: skip
    return redirect("forecast_pack")


def _shown(request: HttpRequest, form: CallForm, *, status: int = 200) -> HttpResponse:
    user = signed_in(request)
    context = {"page": load_pack(user, now=timezone.now()), "form": form, "may_call": user.role in CALLERS}
    return render(request, "financials/forecast/pack.html", context, status=status)
