"""The pipeline as a board, and moving one deal: by drag, by keys, by its menu, or on a page of its own."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import get_editable_opportunity_for
from accounts.actions.closings import close_deal, tell_reason
from accounts.actions.deal_moves import move_deal
from accounts.actions.mends import mend_deal
from accounts.actions.opportunities import change_opportunity
from accounts.calc.deals import outcome_of
from accounts.forms.deal_moves import CloseForm, MoveForm, ReasonForm
from accounts.forms.opportunities import deal_scope
from accounts.models import Category, Opportunity, OpportunityKind
from accounts.queries.board import By, board_finding, load_board
from accounts.queries.closings import closing_of, competitors_known, load_win_loss, win_loss_finding
from accounts.queries.header import client_header
from accounts.queries.hygiene import ANY, FAULTS
from accounts.queries.odds import load_odds
from accounts.queries.odds_page import load_odds_page
from accounts.queries.pipeline import NO_CATEGORY, finding
from accounts.queries.rates import deal_rates
from accounts.queries.stages import criteria_open, stage_rows
from accounts.queries.target_coverage import load_coverage
from accounts.queries.win_rates import MONTHS
from accounts.views.editing import FormPage, expected_version, form_page
from accounts.views.stakeholders import READERS
from common.odds import ENOUGH, STRENGTH
from common.policies import ACCOUNT_MANAGER, DIRECTOR, allow
from common.records import StaleRecord
from common.saved_views import plain_query
from common.short_text import short_text
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
STALE = {"text": "Somebody changed this deal meanwhile", "detail": "It stands as they left it.", "tone": "watch"}


@allow(roles=READERS)
@require_GET
def board(request: HttpRequest) -> HttpResponseBase:
    """Nine queries: rates (2), stages (2), odds, sums, cards, coverage (2); one more where old deals are asked for."""
    user, today = signed_in(request), timezone.now().date()
    scope, by = deal_scope(request.GET), by_of(request.GET.get("by", ""))
    rates, stages = deal_rates(user, today), stage_rows()
    found = load_board(user, scope, by, rates, load_odds(today, stages), stages, today)
    context = {
        "board": found,
        "scope": scope,
        "rates": rates,
        "totals": found.totals,
        "coverage": load_coverage(user, rates, today),
        "finding": board_finding(found, finding(found.totals)),
        "targets": [(column.value, column.label) for column in found.columns],
        "owners": [(scope.owner, scope.owner)],
        "years": [(scope.year, scope.year)],
        "categories": [*Category.choices, (NO_CATEGORY, "No category")],
        "faults": [(ANY, "Anything"), *FAULTS.items()],
        "query": request.GET.urlencode(),
    }
    return render(request, "accounts/board.html", context)


def by_of(text: str) -> By:
    return "category" if text == "category" else "stage"


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, key: str) -> HttpResponse:
    """To a category at once; to a stage once what its own stage asks is answered; to won or lost with the reason."""
    user = signed_in(request)
    deal = get_editable_opportunity_for(user, key)
    given = request.POST if request.method == "POST" else request.GET
    to = short_text(given, "to", 60) or short_text(request.GET, "to", 60)
    if "category" in given:
        return _to_category(request, deal, given["category"])
    if not to:
        return redirect(reverse("opportunity", args=[key]))
    if outcome_of(to) != "open":
        return _close(request, deal, to)
    asked = criteria_open(deal, to, stage_rows())
    if asked or request.method == "GET":
        return _ask(request, deal, to, asked)
    return _moved(request, deal, lambda: move_deal(
        opportunity=deal, stage=to, met={}, reason="", expected=expected_version(request), actor=user,
        now=timezone.now(),
    ), f"{deal.name} is at {to}.")  # fmt: skip


def _to_category(request: HttpRequest, deal: Opportunity, category: str) -> HttpResponse:
    if category not in ("", *Category.values) or request.method != "POST":
        return redirect(reverse("opportunity", args=[deal.key]))
    word = Category(category).label if category else "without a category"
    changes, seen, user = {"category": category}, expected_version(request), signed_in(request)
    return _moved(
        request,
        deal,
        lambda: change_opportunity(opportunity=deal, changes=changes, expected=seen, actor=user),
        f"{deal.name} is {str(word).lower()}.",
    )


def _moved(request: HttpRequest, deal: Opportunity, act: Any, said: str) -> HttpResponse:
    """What a drop, a key or a menu is answered: the board reads itself anew, or the browser goes back to it."""
    try:
        act()
    except StaleRecord:
        if request.headers.get("HX-Request"):
            return _told({"deals-changed": {}, "toast": STALE})
        messages.warning(request, f"{STALE['text']}. {STALE['detail']}")
        return redirect(_back(request))
    if request.headers.get("HX-Request"):
        return _told({"deals-changed": {}, "toast": {"text": said}})
    messages.success(request, said)
    return redirect(_back(request))


def _told(events: dict[str, Any]) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(events)})


def _back(request: HttpRequest) -> str:
    query = plain_query(request.POST.get("query", request.GET.get("query", "")))
    return f"{reverse('pipeline_board')}?{query}" if query else reverse("pipeline_board")


def _must_ask(request: HttpRequest, deal: Opportunity, to: str) -> HttpResponse | None:
    """A drop or a menu cannot answer questions: send it to the form. None where the form itself speaks."""
    if request.method != "POST" or request.POST.get("answered"):
        return None
    query = urlencode({"to": to, "query": plain_query(request.POST.get("query", ""))})
    url = f"{reverse('deal_move', args=[deal.key])}?{query}"
    if request.headers.get("HX-Request"):
        return _told({"deal-asks": {"url": url}})
    return redirect(url)


def _ask(request: HttpRequest, deal: Opportunity, to: str, asked: list[Any]) -> HttpResponse:
    user, seen = signed_in(request), expected_version(request)
    if (sent := _must_ask(request, deal, to)) is not None:
        return sent
    form = MoveForm(request.POST or None, criteria=asked, initial={"to": to})

    def save(data: dict[str, Any]) -> Opportunity:
        return move_deal(
            opportunity=deal, stage=to, met=form.met(), reason=data.get("reason", ""), expected=seen, actor=user,
            now=timezone.now(),
        )  # fmt: skip

    return form_page(request, _page(request, deal, form, f"Move {deal.name} to {to}", save, f"{deal.name} is at {to}."))


def _close(request: HttpRequest, deal: Opportunity, to: str) -> HttpResponse:
    user, seen = signed_in(request), expected_version(request)
    if (sent := _must_ask(request, deal, to)) is not None:
        return sent
    word = outcome_of(to)
    first = {"stage": word, "close_on": timezone.now().date()}
    form = CloseForm(request.POST or None, instance=deal, initial=first)

    def save(data: dict[str, Any]) -> Opportunity:
        return close_deal(opportunity=deal, changes=form.changes(), why=form.why(), expected=seen, actor=user)

    page = _page(request, deal, form, f"Close {deal.name} as {word}", save, f"{deal.name} is {word}.")
    return form_page(request, page)


def _page(request: HttpRequest, deal: Opportunity, form: Any, title: str, save: Any, said: str) -> FormPage:
    user = signed_in(request)
    return FormPage(
        form=form,
        title=title,
        back=_back(request),
        save=save,
        said=said,
        submit="Move" if isinstance(form, MoveForm) else "Close the deal",
        version=str(deal.version),
        header=client_header(user, deal.client, active="growth"),
        audited_as=("opportunity", deal.pk),
        fields="accounts/move_fields.html",
        extra={"competitors": competitors_known(user) if isinstance(form, CloseForm) else []},
    )


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def reason(request: HttpRequest, key: str) -> HttpResponse:
    """Why a deal closed, where nobody said so as it did."""
    user = signed_in(request)
    deal = get_editable_opportunity_for(user, key)
    form = ReasonForm(request.POST or None, instance=closing_of(deal))
    page = FormPage(
        form=form,
        title=f"Why {deal.name} was {deal.outcome}" if deal.outcome != "open" else f"Why {deal.name} closed",
        back=reverse("opportunity", args=[deal.key]),
        save=lambda data: tell_reason(opportunity=deal, why=form.why(), actor=user),
        said="Kept.",
        header=client_header(user, deal.client, active="growth"),
        fields="accounts/move_fields.html",
        extra={"competitors": competitors_known(user)},
    )
    return form_page(request, page)


@allow(roles=READERS)
@require_GET
def odds(request: HttpRequest) -> HttpResponse:
    found = load_odds_page(timezone.now().date())
    context = {"found": found, "months": MONTHS, "strength": STRENGTH, "enough": ENOUGH}
    return render(request, "accounts/odds.html", context)


@allow(roles=READERS)
@require_GET
def win_loss(request: HttpRequest) -> HttpResponse:
    user, today = signed_in(request), timezone.now().date()
    kind = request.GET.get("kind", "")
    kind = kind if kind in OpportunityKind.values else ""
    rates = deal_rates(user, today)
    found = load_win_loss(user, rates, today, kind=kind)
    context = {
        "found": found,
        "finding": win_loss_finding(found),
        "rates": rates,
        "kind": kind,
        "kinds": OpportunityKind.choices,
        "tables": [
            ("By what decided it", "Reason", found.by_reason),
            ("By competitor", "Competitor", found.by_competitor),
            ("By kind", "Kind", found.by_kind),
        ],
    }
    return render(request, "accounts/win_loss.html", context)


@allow(roles=WRITERS)
@require_POST
def mend(request: HttpRequest, key: str) -> HttpResponse:
    """One click for one fault of a deal."""
    user = signed_in(request)
    deal = get_editable_opportunity_for(user, key)
    fault = request.POST.get("fault", "")
    try:
        said = mend_deal(
            opportunity=deal, fault=fault, expected=expected_version(request), actor=user, today=timezone.now().date()
        )
    except StaleRecord:
        said = ""
        messages.warning(request, f"{STALE['text']}. {STALE['detail']}")
    if said:
        messages.success(request, said)
    query = plain_query(request.POST.get("query", ""))
    return redirect(f"{reverse('pipeline')}?{query}" if query else reverse("pipeline"))
