"""What clients owe: aged debt, the invoices under it, and the purchase orders they draw on."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import clients_for, get_client_for
from accounts.queries.header import client_header
from common.exports import About, file_response, query_filters
from common.policies import MONEY_READERS, allow
from common.reports import report_file
from financials.forms.receivables import debt_request, invoice_filter, order_filter
from financials.queries import receivables_page as page_of
from financials.queries.invoices import HEAD, STATES, invoice_rows, invoices, invoices_finding, listed
from financials.queries.purchase_orders import order_rows
from people.requests import signed_in

A_PAGE = 100
FILES = ("csv", "xlsx")


@require_GET
@allow(roles=MONEY_READERS)
def receivables(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    asked, errors = debt_request(request.GET)
    if asked.client:
        get_client_for(user, asked.client)
    if request.GET.get("format") in FILES:
        return report_file("receivables", user, request.GET, now, request.GET["format"])
    context = {
        "page": page_of.load_receivables_page(user, asked, now=now),
        "asked": asked,
        "errors": errors,
        "owners": page_of.owners_in_sight(user),
        "clients": list(clients_for(user).order_by("name").values_list("key", "name")[:60]),
        "tiers": page_of.TIERS,
    }
    return render(request, "financials/receivables.html", context)


@require_GET
@allow(roles=MONEY_READERS)
def invoice_list(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    wanted, errors = invoice_filter(request.GET)
    if wanted.client:
        get_client_for(user, wanted.client)
    rows = invoices(user, wanted, today=now.date())
    if request.GET.get("format") in FILES:
        about = About("Invoices", as_of=now, filters=query_filters(request.GET))
        return file_response(request.GET["format"], "invoices", HEAD, invoice_rows(rows), about)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    as_of = wanted.as_of or now.date()
    context = {
        "page": page,
        "rows": listed(list(page.object_list), as_of),
        "finding": invoices_finding(rows, as_of),
        "wanted": wanted,
        "as_of": as_of,
        "errors": errors,
        "states": STATES,
        "buckets": page_of.BUCKET_CHOICES,
    }
    return render(request, "financials/invoices.html", context)


@require_GET
@allow(roles=MONEY_READERS)
def purchase_order_list(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    wanted = order_filter(request.GET)
    if wanted.client:
        get_client_for(user, wanted.client)
    rows = order_rows(user, wanted, as_of=now.date())
    if request.GET.get("format") in FILES:
        about = About("Purchase orders", as_of=now, filters=query_filters(request.GET), columns=page_of.ORDER_WAYS)
        return file_response(
            request.GET["format"], "purchase-orders", page_of.ORDER_HEAD, page_of.order_values(rows), about
        )
    context: dict[str, Any] = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "finding": page_of.orders_finding(rows),
        "states": page_of.ORDER_STATES,
    }
    return render(request, "financials/purchase_orders.html", context)


@require_GET
@allow(roles=MONEY_READERS, client="key")
def client_panel(request: HttpRequest, key: str) -> HttpResponse:
    """The overview's block on what the client owes; without htmx, a page of its own."""
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, key)
    context = page_of.client_panel(user, client, now=now)
    if request.headers.get("HX-Request"):
        return render(request, "financials/client_receivables.html", context)
    context["header"] = client_header(user, client, active="overview")
    return render(request, "financials/client_receivables_page.html", context)
