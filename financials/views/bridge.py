"""The bridge page: what moved between two periods, or from budget to actual."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import clients_for, get_client_for
from common.exports import About, file_response, query_filters
from common.policies import MONEY_READERS, allow
from financials.forms.pnl import bridge_request
from financials.queries.bridge import MEASURES
from financials.queries.bridge_page import bridge_rows, load_bridge_page
from financials.queries.pnl_request import BadRequest
from people.requests import signed_in

AGAINST = {"period": "Earlier period", "budget": "Budget"}
CLIENTS_LISTED = 60


@require_GET
@allow(roles=MONEY_READERS)
def bridge(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    asked, errors = bridge_request(request.GET)
    client = get_client_for(user, asked.client) if asked.client else None
    try:
        if request.GET.get("format") in ("csv", "xlsx"):
            head, rows, found = bridge_rows(user, asked, now=now)
            about = About(
                "Margin bridge", as_of=found.basis.as_of, currency=found.basis.currency,
                filters=query_filters(request.GET), notes=found.missing,
            )  # fmt: skip
            return file_response(request.GET["format"], "margin-bridge", head, rows, about)
        page = load_bridge_page(user, asked, now=now)
    except BadRequest as error:
        asked, errors = type(asked)(client=asked.client), [*errors, str(error)]
        page = load_bridge_page(user, asked, now=now)
    context = {
        "page": page,
        "asked": asked,
        "errors": errors,
        "client": client,
        "measures": MEASURES,
        "measure_word": MEASURES[asked.measure],
        "against_word": AGAINST[asked.against],
        "clients": list(clients_for(user).order_by("name").values_list("key", "name")[:CLIENTS_LISTED]),
    }
    return render(request, "financials/bridge.html", context)
