"""The forecast by month, layer and client."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import NOT_FOUND, clients_for, get_client_for
from common.exports import About, file_response
from common.policies import MONEY_READERS, allow
from financials.queries.forecast import ForecastPage, forecast_rows, load_forecast_page
from people.requests import signed_in


def _page(request: HttpRequest) -> ForecastPage:
    user, now = signed_in(request), timezone.now()
    key, year = request.GET.get("client", ""), request.GET.get("year", "")
    if key:
        get_client_for(user, key)
    wanted = int(year) if year.isdecimal() and len(year) == 4 and 2000 <= int(year) <= now.year + 5 else None
    return load_forecast_page(user, now=now, client=key, year=wanted)


@require_GET
@allow(roles=MONEY_READERS)
def forecast(request: HttpRequest) -> HttpResponse:
    page = _page(request)
    clients = clients_for(signed_in(request)).order_by("name").values_list("key", "name")[:60]
    return render(request, "financials/forecast.html", {"page": page, "choices": list(clients)})


@require_GET
@allow(roles=MONEY_READERS)
def forecast_export(request: HttpRequest, form: str) -> HttpResponseBase:
    if form not in ("csv", "xlsx"):
        raise Http404(NOT_FOUND)
    page = _page(request)
    head, rows = forecast_rows(page)
    about = About(
        f"Forecast {page.year}",
        finding=page.table_finding,
        as_of=page.basis.as_of,
        period=str(page.year),
        currency=page.basis.currency,
        filters=(("Client", page.client),),
        source=page.source,
        notes=page.missing,
    )
    return file_response(form, f"forecast-{page.year}", head, rows, about)
