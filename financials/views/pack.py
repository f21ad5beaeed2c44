"""The leadership pack and the calls in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from common.policies import MONEY_READERS, allow
from financials.access import CALLERS, get_own_call_for
from financials.actions.calls import CallRefused, make_call, withdraw_call
from financials.forms.pack import CallForm, WithdrawForm
from financials.queries.pack import forecast_of_year, load_pack, load_pack_risks
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
    held = forecast_of_year(user, now=now)
    make_call(
        person=user, year=held.year, system=held.amount, currency=held.currency, now=now, **form.cleaned_data
    )  # fmt: skip
    return redirect("forecast_pack")


@require_POST
@allow(roles=CALLERS)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user, form = signed_in(request), WithdrawForm(request.POST)
    found = get_own_call_for(user, pk)
    if not form.is_valid():
        return _shown(request, CallForm(), withdrawing=form, status=422)
    try:
        withdraw_call(call=found, why=form.cleaned_data["why"], now=timezone.now())
    except CallRefused as error:
        form.add_error("why", str(error))
        return _shown(request, CallForm(), withdrawing=form, status=409)
    return redirect("forecast_pack")


def _shown(
    request: HttpRequest, form: CallForm, *, withdrawing: WithdrawForm | None = None, status: int = 200
) -> HttpResponse:
    user = signed_in(request)
    page = load_pack(user, now=timezone.now())
    own = next((one for one in page.calls if one.person_id == user.pk), None)
    context = {
        "page": page, "form": form, "may_call": user.role in CALLERS, "own": own,
        "withdrawing": withdrawing or WithdrawForm(),
    }  # fmt: skip
    return render(request, "financials/forecast/pack.html", context, status=status)
