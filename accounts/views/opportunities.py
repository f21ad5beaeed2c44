"""The pipeline, a client's growth page, and one deal."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import (
    get_client_for,
    get_editable_opportunities_for,
    get_editable_opportunity_for,
    get_opportunity_for,
    opportunities_for,
)
from accounts.actions import opportunities as actions
from accounts.forms.opportunities import (
    BulkDealForm,
    NewOpportunityForm,
    OpportunityForm,
    deal_scope,
    faults_of,
    read_picks,
)
from accounts.models import Category, Opportunity, Outcome
from accounts.queries import deal_rows, pipeline
from accounts.queries.deal_page import deal_more
from accounts.queries.header import client_header
from accounts.queries.hygiene import ANY, FAULTS, with_since
from accounts.queries.odds import load_odds
from accounts.queries.pipeline import Scope
from accounts.queries.rates import DealRates, deal_rates
from accounts.queries.tables import deal_table
from accounts.queries.target_coverage import load_coverage
from accounts.views.editing import CellEdit, FormPage, cell_view, expected_version, form_page
from accounts.views.exports import about_of, file_response
from accounts.views.stakeholders import READERS
from common.policies import ACCOUNT_MANAGER, DIRECTOR, allow
from common.saved_views import plain_query
from people.access import abilities_of
from people.models import User
from people.requests import signed_in

PAGE_SIZE = 100


@allow(roles=READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    scope = deal_scope(request.GET)
    can = abilities_of(signed_in(request))
    return _list(
        request,
        scope,
        "accounts/pipeline.html",
        {"bulk": BulkDealForm() if can.edit_opportunities else None, "covers": True},
    )


@allow(roles=READERS, client="key")
@require_GET
def growth(request: HttpRequest, key: str) -> HttpResponseBase:
    user = signed_in(request)
    client = get_client_for(user, key)
    header = client_header(user, client, active="growth")
    return _list(request, deal_scope(request.GET, client=key), "accounts/growth.html", {"header": header, "slim": True})


def _list(request: HttpRequest, scope: Scope, template: str, extra: dict[str, Any]) -> HttpResponseBase:
    """Nine queries: rates (2), odds (2), sums, count, rows, stages; at most three more: two for coverage, or
    one for a header; one for old deals."""
    user, today = signed_in(request), timezone.now().date()
    rates = deal_rates(user, today)
    odds = load_odds(today)
    deals = with_since(pipeline.in_scope(user, scope, today))
    ordered = deal_rows.sorted_deals(deals, request.GET.get("sort", "close"), rates)
    file_kind = request.GET.get("format", "")
    if file_kind in ("csv", "xlsx"):
        rows = [deal_rows.deal_row(deal, rates, today, odds) for deal in ordered]
        about = about_of(request, "Pipeline", timezone.now(), source=rates.note())
        return file_response(deal_table(rows, rates.currency), file_kind, "pipeline", about)
    page = Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page"))
    totals = pipeline.pipeline_totals(user, scope, rates, today, odds.rates)
    context = {
        "coverage": load_coverage(user, rates, today) if extra.get("covers") else None,
        "scope": scope,
        "rates": rates,
        "totals": totals,
        "finding": pipeline.finding(totals),
        "page": page,
        "rows": [deal_rows.deal_row(deal, rates, today, odds) for deal in page.object_list],
        "stages": [(stage, stage) for stage in deal_rows.stages_in(user)],
        "owners": [(scope.owner, scope.owner)],
        "years": [(scope.year, scope.year)],
        "categories": [*Category.choices, (pipeline.NO_CATEGORY, "No category")],
        "outcomes": Outcome.choices,
        "faults": [(ANY, "Anything"), *FAULTS.items()],
        "today": today,
    }
    return render(request, template, {**context, **extra})


@allow(roles=frozenset({DIRECTOR, ACCOUNT_MANAGER}))
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """The same stage, category, day or owner for the chosen deals: all of them or none."""
    user, picks = signed_in(request), read_picks(request.POST.getlist("pick"))
    query = plain_query(request.POST.get("query", ""))
    back = f"{reverse('pipeline')}?{query}" if query else reverse("pipeline")
    form = BulkDealForm(request.POST)
    deals = get_editable_opportunities_for(user, picks) if picks else []
    if not form.is_valid() or not form.changes() or not 1 <= len(picks) <= form.MOST:
        said = [error for errors in form.errors.values() for error in errors] or [
            f"Choose up to {form.MOST} deals, and what to set on them."
        ]
        return _refused(request, [("", str(text)) for text in said], back, 422)
    changes, versions = form.changes(), {deal.pk: picks[deal.key] for deal in deals}
    faults = [(deal.name, text) for deal in deals for text in faults_of(deal, request.POST, list(changes))]
    if faults:
        return _refused(request, faults, back, 422)
    try:
        count = actions.change_opportunities(expected=versions, changes=changes, actor=user)
    except actions.StaleDeals as stale:
        told = [(deal.name, "Somebody changed it since you saw the list.") for deal in stale.current]
        return _refused(request, told, back, 409)
    messages.success(request, f"{count} {'deal' if count == 1 else 'deals'} changed.")
    return redirect(back)


def _refused(request: HttpRequest, faults: list[tuple[str, str]], back: str, status: int) -> HttpResponse:
    return render(request, "accounts/bulk_refused.html", {"faults": faults, "back": back}, status=status)


@allow(roles=frozenset({DIRECTOR, ACCOUNT_MANAGER}))
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    first = {"owner": user.pk, "client": request.GET.get("client_id", "")}
    form = NewOpportunityForm(request.POST or None, user=user, initial=first)
    page = FormPage(
        form=form,
        title="New opportunity",
        back=reverse("pipeline"),
        save=lambda data: actions.create_opportunity(opportunity=form.instance, actor=user),
        said="Opportunity added.",
        submit="Add opportunity",
        extra={"stages": deal_rows.stages_in(user)},
    )
    return form_page(request, page)


@allow(roles=READERS)
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, key: str) -> HttpResponse:
    """The deal as a form for those who may change it, and as facts for the others."""
    user = signed_in(request)
    if request.method == "GET" and not abilities_of(user).edit_opportunities:
        return _read(request, user, get_opportunity_for(user, key))
    deal, today = get_editable_opportunity_for(user, key), timezone.now().date()
    seen, standing = expected_version(request), copy(deal)  # a form writes into the deal it is given
    page = FormPage(
        form=OpportunityForm(request.POST or None, instance=deal),
        title=deal.name,
        back=reverse("client_growth", args=[deal.client.key]),
        save=lambda data: actions.change_opportunity(opportunity=deal, changes=data, expected=seen, actor=user),
        said="Opportunity saved.",
        version=str(deal.version),
        header=client_header(user, deal.client, active="growth"),
        template="accounts/deal.html",
        extra={"stages": deal_rows.stages_in(user), "deal": standing, "more": deal_more(user, standing, today)},
    )
    return form_page(request, page)


def _read(request: HttpRequest, user: User, deal: Opportunity) -> HttpResponse:
    today = timezone.now().date()
    rates = deal_rates(user, today)
    context = {
        "header": client_header(user, deal.client, active="growth"),
        "row": deal_rows.deal_row(deal, rates, today),
        "rates": rates,
        "deal": deal,
        "more": deal_more(user, deal, today),
    }
    return render(request, "accounts/opportunity.html", context)


def _row_of(user: User, rates: DealRates, deal: Opportunity, slim: bool) -> dict[str, Any]:
    """slim: the client's own list, which has no client column. Four queries."""
    today = timezone.now().date()
    aged = with_since(opportunities_for(user)).select_related("client", "owner").get(pk=deal.pk)
    row = deal_rows.deal_row(aged, rates, today, load_odds(today))
    return {"row": row, "rates": rates, "can": abilities_of(user), "slim": slim}


@allow(roles=READERS)
@require_http_methods(["GET", "POST"])
def cell(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    deal = get_editable_opportunity_for(user, key)
    rates = deal_rates(user, timezone.now().date())
    slim = request.GET.get("at") == "client"
    edit = CellEdit(
        record=deal,
        form_class=OpportunityForm,
        save=lambda data, seen: actions.change_opportunity(opportunity=deal, changes=data, expected=seen, actor=user),
        show=lambda item: _row_of(user, rates, item, slim),
        template="accounts/deal_row.html",
        url=reverse("opportunity_cell", args=[key]) + ("?at=client" if slim else ""),
        page=reverse("opportunity", args=[key]),
        trigger="deals-changed",
        audited_as="opportunity",
    )
    return cell_view(request, edit)
