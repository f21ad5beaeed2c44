"""Demand for people against capacity: the page, the rows behind it, and lead times of roles."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import get_client_for
from accounts.queries.header import client_header
from common.exports import About, file_response, query_filters
from common.policies import DIRECTOR, MONEY_READERS, allow
from common.reports import report_file
from financials.actions.allocations import BadLead, set_lead
from financials.forms.capacity import WEEKS, capacity_view, rows_filter
from financials.queries.allocation_rows import HEAD, file_rows, filtered, load_rows_page
from financials.queries.capacity_figures import UTILISATION, WORKED
from financials.queries.capacity_page import load_capacity_page
from people.requests import signed_in

WAYS: Final = ("", "", "", "", "", "", "amount")


@require_GET
@allow(roles=MONEY_READERS)
def capacity(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    asked, rows, page, errors = capacity_view(request.GET.dict(), now.date())
    client = get_client_for(user, asked.client) if asked.client else None
    if request.GET.get("format") in ("csv", "xlsx"):
        return report_file("capacity", user, request.GET, now, request.GET["format"])
    context = {
        "page": load_capacity_page(user, asked, rows=rows, page=page, now=now),
        "asked": asked,
        "client": client,
        "errors": errors,
        "spans": WEEKS,
        "rows_choices": [("role", "Role"), ("person", "Person")],
        "utilisation_words": UTILISATION,
        "worked_words": WORKED,
        "today": now.date(),
    }
    return render(request, "financials/capacity.html", context)


@require_GET
@allow(roles=MONEY_READERS, client="key")
def client_capacity_panel(request: HttpRequest, key: str) -> HttpResponse:
    """The panel of the client's overview; without htmx, a page of its own."""
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, key)
    asked, *_ = capacity_view({"client": key, "weeks": "13"}, now.date())
    context = {
        "page": load_capacity_page(user, asked, rows="person", now=now),
        "client": client,
        "utilisation_words": UTILISATION,
        "worked_words": WORKED,
    }
    if request.headers.get("HX-Request"):
        return render(request, "financials/capacity_panel.html", context)
    context["header"] = client_header(user, client, active="financials")
    return render(request, "financials/capacity_panel_page.html", context)


@require_GET
@allow(roles=MONEY_READERS)
def allocation_list(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    wanted = rows_filter(request.GET.dict(), now.date())
    client = get_client_for(user, wanted.client) if wanted.client else None
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx"):
        about = About("Allocations", as_of=now, filters=query_filters(request.GET), columns=WAYS)
        rows, _ = filtered(user, wanted, now.date())
        return file_response(kind, "allocations", HEAD, file_rows(rows), about)
    page = load_rows_page(user, wanted, today=now.date(), page=request.GET.get("page"))
    return render(request, "financials/allocation_list.html", {"page": page, "wanted": wanted, "client": client})


@require_POST
@allow(roles=frozenset({DIRECTOR}))
def role_lead(request: HttpRequest) -> HttpResponse:
    """How long hiring for a role takes."""
    user = signed_in(request)
    try:
        lead = set_lead(role=request.POST.get("role", ""), weeks=request.POST.get("weeks", ""), actor=user.email)
    except BadLead as wrong:
        messages.error(request, str(wrong))
    else:
        messages.success(request, f"Hiring for {lead.role} now takes {lead.weeks} weeks.")
    return redirect("capacity")
