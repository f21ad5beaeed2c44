"""Scenarios: what if we lose this client, these deals slip, rates rise. Each person's own, no part of the forecast."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.exports import About, file_response
from common.policies import allow
from common.records import StaleRecord
from financials.access import SCENARIO_WRITERS, get_scenario_for, scenarios_for
from financials.actions.scenarios import ScenarioRefused, add_step, drop_step, make_scenario, throw_away
from financials.forms.scenarios import STEP_FORMS, ScenarioForm
from financials.queries.scenario_page import load_scenario_page, load_scenarios_page
from people.requests import signed_in

STALE = "Somebody changed this scenario meanwhile: it is shown as it stands now."
HEAD = ["scenario", "step", "currency", "net_revenue", "gross_profit"]


@require_GET
@allow(roles=SCENARIO_WRITERS)
def scenarios(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    page = load_scenarios_page(user, list(scenarios_for(user)), now=now)
    if request.GET.get("format") in ("csv", "xlsx"):
        rows = [
            [one.scenario.name, step.words, page.currency, step.revenue, step.profit]
            for one in page.told.scenarios
            for step in one.steps
        ]
        about = About("Scenarios", page.finding, now, currency=page.currency, notes=page.told.missing)
        return file_response(request.GET["format"], "scenarios", HEAD, rows, about)
    return render(request, "financials/forecast/scenarios.html", {"page": page, "form": ScenarioForm()})


@require_POST
@allow(roles=SCENARIO_WRITERS)
def new(request: HttpRequest) -> HttpResponse:
    user, form = signed_in(request), ScenarioForm(request.POST)
    if form.is_valid():
        try:
            made = make_scenario(owner=user, **form.cleaned_data)
            return redirect("scenario", pk=made.pk)
        except ScenarioRefused as error:
            form.add_error("name", str(error))
    page = load_scenarios_page(user, list(scenarios_for(user)), now=timezone.now())
    return render(request, "financials/forecast/scenarios.html", {"page": page, "form": form}, status=422)


@require_GET
@allow(roles=SCENARIO_WRITERS)
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    return _shown(request, pk)


@require_POST
@allow(roles=SCENARIO_WRITERS)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_scenario_for(user, pk)
    kind = request.POST.get("kind", "")
    if kind not in STEP_FORMS:
        return _shown(request, pk, said="Choose what happens.", status=422)
    form = STEP_FORMS[kind](user, request.POST)
    if not form.is_valid():
        return _shown(request, pk, forms={kind: form}, status=422)
    try:
        add_step(scenario=found, step=form.step(), actor=user, expected=_version(request))
    except ScenarioRefused as error:
        return _shown(request, pk, said=str(error), status=422)
    except StaleRecord:
        return _shown(request, pk, said=STALE, status=409)
    return redirect("scenario", pk=pk)


@require_POST
@allow(roles=SCENARIO_WRITERS)
def drop(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    user = signed_in(request)
    found = get_scenario_for(user, pk)
    try:
        drop_step(scenario=found, place=place, actor=user, expected=_version(request))
    except ScenarioRefused as error:
        return _shown(request, pk, said=str(error), status=422)
    except StaleRecord:
        return _shown(request, pk, said=STALE, status=409)
    return redirect("scenario", pk=pk)


@require_http_methods(["POST"])
@allow(roles=SCENARIO_WRITERS)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    throw_away(scenario=get_scenario_for(user, pk), actor=user)
    return redirect("scenarios")


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _shown(
    request: HttpRequest, pk: int, *, said: str = "", forms: dict[str, object] | None = None, status: int = 200
) -> HttpResponse:
    user = signed_in(request)
    found = get_scenario_for(user, pk)
    given = forms or {}
    several = {kind: given.get(kind) or made(user) for kind, made in STEP_FORMS.items()}
    context = {"page": load_scenario_page(user, found, now=timezone.now()), "forms": several, "said": said,
               "open": next(iter(given), "")}  # fmt: skip
    return render(request, "financials/forecast/scenario.html", context, status=status)
