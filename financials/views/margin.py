"""What the forecast costs and leaves, by month, layer and client."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import NOT_FOUND, clients_for, get_client_for
from accounts.queries.header import client_header
from common.exports import About, file_response
from common.policies import MONEY_READERS, allow
from financials.queries.forecast_margin import MarginPage, load_margin_page, margin_rows
from people.requests import signed_in


def margin_page(request: HttpRequest) -> MarginPage:
    user, now = signed_in(request), timezone.now()
    key, year = request.GET.get("client", ""), request.GET.get("year", "")
    if key:
        get_client_for(user, key)
    wanted = int(year) if year.isdecimal() and len(year) == 4 and 2000 <= int(year) <= now.year + 5 else None
    return load_margin_page(user, now=now, client=key, year=wanted)


@require_GET
@allow(roles=MONEY_READERS)
def forecast_margin(request: HttpRequest) -> HttpResponse:
    page = margin_page(request)
    choices = list(clients_for(signed_in(request)).order_by("name").values_list("key", "name")[:60])
    return render(request, "financials/forecast/margin.html", {"page": page, "choices": choices})


@require_GET
@allow(roles=MONEY_READERS, client="key")
def client_margin_panel(request: HttpRequest, key: str) -> HttpResponse:
    """The overview's margin ahead; without htmx, a page of its own."""
    user = signed_in(request)
    client = get_client_for(user, key)
    context = {"page": load_margin_page(user, now=timezone.now(), client=client.key), "client": client}
    if request.headers.get("HX-Request"):
        return render(request, "financials/forecast/margin_panel.html", context)
    context["header"] = client_header(user, client, active="overview")
    return render(request, "financials/forecast/margin_panel_page.html", context)


@require_GET
@allow(roles=MONEY_READERS)
def forecast_margin_export(request: HttpRequest, form: str) -> HttpResponseBase:
    if form not in ("csv", "xlsx"):
        raise Http404(NOT_FOUND)
    page = margin_page(request)
    head, rows = margin_rows(page)
    about = About(
        f"Margin ahead {page.year}",
        finding=page.finding,
        as_of=page.basis.as_of,
        period=str(page.year),
        currency=page.basis.currency,
        filters=(("Client", page.client),),
        source=page.source,
        notes=page.missing,
        columns=tuple("rate" if name == "contribution_margin" else "" for name in head),
    )
    return file_response(form, f"margin-ahead-{page.year}", head, rows, about)
