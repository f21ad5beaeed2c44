"""What our work is worth to a client: the list, one benefit, its months, costs, and the links for confirming."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import get_client_for
from accounts.queries.header import client_header
from accounts.views.editing import FormPage, Removal, expected_version, form_page, removal_page
from accounts.views.kpis import kpi_context
from common.policies import MONEY_READERS, allow, public
from common.reports import report_file
from people.access import abilities_of
from people.requests import signed_in
from qbr.access_value import (
    get_benefit_for,
    get_editable_ask_for,
    get_editable_benefit_for,
    get_editable_cost_for,
    get_value_client_for,
)
from qbr.actions import value as actions
from qbr.forms_value import AmountForm, AnswersForm, BenefitForm, CostForm, ReopenForm, ValueAskForm
from qbr.queries.value import ask_of, load_value, one_row, shown_by, standing_of
from qbr.views.links import SharedRate, kept_apart
from qbr.views.pages import AUTHORS

HELD = "Not saved: the client has it before them or has answered. Take it back first, and say why."


@allow(roles=MONEY_READERS, client="key")
@require_GET
def index(request: HttpRequest, key: str) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, key)
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        return report_file("benefits", user, {"client": key}, now, kind)
    context = {
        **kpi_context(user, client, "value"), "page": load_value(user, client, now=now), "query": f"client={key}",
        "may_write": abilities_of(user).edit_reviews,
    }  # fmt: skip
    return render(request, "qbr/value/client.html", context)


@allow(roles=MONEY_READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    benefit = get_benefit_for(user, key, pk)
    context = {
        **kpi_context(user, benefit.client, "value"), "benefit": benefit, "row": one_row(benefit),
        "amounts": list(benefit.amounts.all()), "may_write": abilities_of(user).edit_reviews, "form": ReopenForm(),
    }  # fmt: skip
    return render(request, "qbr/value/one.html", context)


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_value_client_for(user, key)
    initial = {"owner": user.pk, "currency": client.currency, "share": 1, "hard": True}
    page = FormPage(
        form=BenefitForm(request.POST or None, initial=initial),
        title=f"A benefit for {client.name}",
        back=lambda made: reverse("benefit", args=[key, made.pk]),
        cancel=reverse("client_value", args=[key]),
        save=lambda data: actions.add_benefit(client=client, values=data, actor=user),
        said="Benefit added. Say what got better month by month, then send it to the client.",
        submit="Add the benefit",
        header=client_header(user, client, active="kpis"),
    )
    return form_page(request, page)


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    benefit, seen = get_editable_benefit_for(user, key, pk), expected_version(request)
    page = FormPage(
        form=BenefitForm(request.POST or None, instance=get_benefit_for(user, key, pk)),
        title=benefit.title,
        back=reverse("benefit", args=[key, pk]),
        save=lambda data: actions.change_benefit(benefit=benefit, values=data, expected=seen, actor=user),
        said="Benefit saved.",
        version=str(benefit.version),
        header=client_header(user, benefit.client, active="kpis"),
        audited_as=("benefit", benefit.pk),
    )
    return _unless_settled(request, reverse("benefit", args=[key, pk]), lambda: form_page(request, page))


def _unless_settled(request: HttpRequest, back: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return answer()
    except actions.Settled:
        messages.error(request, HELD)
        return HttpResponseRedirect(back)


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    benefit = get_editable_benefit_for(user, key, pk)
    page = Removal(
        asked="Delete this benefit?",
        what=benefit.title,
        goes="Its months go with it. The history keeps what it said.",
        act=lambda: actions.remove_benefit(benefit=benefit, actor=user),
        said=f"{benefit.title} is deleted, with its months.",
        done=reverse("client_value", args=[key]),
        keep=reverse("benefit", args=[key, pk]),
        header=client_header(user, benefit.client, active="kpis"),
        word="Delete the benefit",
    )
    return _unless_settled(request, page.keep, lambda: removal_page(request, page))


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def amount(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """What got better in a month; said again of one month, it is corrected."""
    user = signed_in(request)
    benefit = get_editable_benefit_for(user, key, pk)
    page = FormPage(
        form=AmountForm(request.POST or None),
        title=f"A month of {benefit.title}, {benefit.currency}",
        back=reverse("benefit", args=[key, pk]),
        save=lambda data: actions.set_amount(benefit=benefit, actor=user, **data),
        said="Month noted.",
        submit="Note the month",
        header=client_header(user, benefit.client, active="kpis"),
    )
    return _unless_settled(request, reverse("benefit", args=[key, pk]), lambda: form_page(request, page))


@allow(roles=AUTHORS, client="key")
@require_POST
def reopen(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    benefit = get_editable_benefit_for(user, key, pk)
    form = ReopenForm(request.POST)
    if form.is_valid():
        actions.reopen(benefit=benefit, actor=user, **form.cleaned_data)
        messages.success(request, "Taken back: it is proposed again and counts for nothing until it is confirmed.")
    else:
        messages.error(request, "Not taken back: say why, so that the trail can tell it.")
    return HttpResponseRedirect(reverse("benefit", args=[key, pk]))


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def cost(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_value_client_for(user, key)
    page = FormPage(
        form=CostForm(request.POST or None, initial={"currency": client.currency}),
        title=f"What {client.name} spent besides our fees",
        back=reverse("client_value", args=[key]),
        save=lambda data: actions.add_cost(client=client, values=data, actor=user),
        said="Cost noted.",
        submit="Note the cost",
        header=client_header(user, client, active="kpis"),
    )
    return form_page(request, page)


@allow(roles=AUTHORS, client="key")
@require_POST
def remove_cost(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    actions.remove_cost(cost=get_editable_cost_for(user, key, pk), actor=user)
    messages.success(request, "That cost is deleted.")
    return HttpResponseRedirect(reverse("client_value", args=[key]))


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, key: str) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    client = get_value_client_for(user, key)
    page = FormPage(
        form=ValueAskForm(request.POST or None, client=client, now=now),
        title=f"Ask {client.name} to confirm",
        back=f"{reverse('client_value', args=[key])}#asked",
        save=lambda data: actions.ask(client=client, actor=user, now=now, **data),
        said="The link is made. Copy it below and send it: each benefit takes one answer.",
        submit="Make the link",
        header=client_header(user, client, active="kpis"),
    )
    try:
        return form_page(request, page)
    except actions.AskRefused as refused:
        messages.error(request, f"Nobody was asked. {refused}")
        return HttpResponseRedirect(reverse("value_ask", args=[key]))


@allow(roles=AUTHORS, client="key")
@require_POST
def end_ask(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    actions.end_ask(value_ask=get_editable_ask_for(user, key, pk), actor=user, now=timezone.now())
    messages.success(request, "That link opens nothing any more; what waited is proposed again.")
    return HttpResponseRedirect(f"{reverse('client_value', args=[key])}#asked")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Opening a link says nothing: mail scanners open links. Only the form that is sent is an answer, once each."""
    rate = SharedRate()
    if not rate.allow_request(request, None):  # type: ignore[arg-type]  # it needs the address alone
        return _said(request, "busy", 429, wait=str(math.ceil(rate.wait() or 60)))
    now, value_ask = timezone.now(), ask_of(token)
    if value_ask is None or standing_of(value_ask, now) != "open":
        return _said(request, "ended", 404 if value_ask is None else 410)
    shown = shown_by(value_ask)
    if not any(one.waiting for one in shown):
        return _said(request, "answered", 410)
    form = AnswersForm(request.POST if request.method == "POST" else None, shown=shown)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(value_ask=value_ask, given=form.answers(), now=now)
        except actions.NotOpen:  # sent twice at once, or taken back meanwhile
            return _said(request, "answered", 410)
        return _said(request, "thanks", 200)
    context: dict[str, Any] = {"ask": value_ask, "form": form, "shown": shown, "firm": settings.FIRM_NAME}
    return kept_apart(render(request, "qbr/value/answer.html", context, status=422 if form.is_bound else 200))


def _said(request: HttpRequest, what: str, status: int, wait: str = "") -> HttpResponse:
    response = render(request, "qbr/value/said.html", {"what": what, "firm": settings.FIRM_NAME}, status=status)
    if wait:
        response["Retry-After"] = wait
    return kept_apart(response)
