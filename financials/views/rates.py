"""Rate cards: what an hour is sold for and, for finance alone, what it costs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import clients_for
from accounts.views.editing import FormPage, form_page
from common.exports import About, file_response, query_filters
from common.policies import FINANCE, MONEY_READERS, allow
from financials.actions.rates import Card, RateThere, StandsOnClosedMonth, add_rate
from financials.forms.time import RateForm, rate_filter
from financials.models import Rate, RateKind
from financials.queries.rate_cards import HEAD, WAYS, file_rows, filtered, load_rates_page
from people.access import abilities_of
from people.requests import signed_in


@require_GET
@allow(roles=MONEY_READERS)
def rates(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    wanted = rate_filter(request.GET)
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx"):
        about = About("Rates", as_of=now, filters=query_filters(request.GET), columns=WAYS)
        return file_response(kind, "rates", HEAD, file_rows(filtered(user, wanted)), about)
    context = {
        "page": load_rates_page(user, wanted, today=now.date(), page=request.GET.get("page")),
        "wanted": wanted,
        "kinds": RateKind.choices,
        "clients": [("-", "All clients"), *clients_for(user).order_by("name").values_list("key", "name")[:60]],
    }
    return render(request, "financials/rates.html", context)


@require_http_methods(["GET", "POST"])
@allow(roles=frozenset({FINANCE}))
def rate_add(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    if not abilities_of(user).edit_rates:
        raise PermissionDenied("Rates are kept by finance.")
    form = RateForm(request.POST or None)

    def save(data: dict[str, Any]) -> Rate:
        contract = data["contract_row"]
        card = Card(
            kind=data["kind"],
            person=data["person"].pk if data["person"] else None,
            role=data["role"],
            client=data["client"].pk if data["client"] else None,
            contract=contract.pk if contract else None,
            starts=data["starts"],
        )
        return add_rate(card=card, rate=data["rate"], currency=data["currency"], actor=user.email)

    page = FormPage(
        form=form,
        title="Add a rate",
        back=reverse("rates"),
        save=save,
        said="Rate added; hours from that day on are priced by it.",
        submit="Add rate",
    )
    try:
        return form_page(request, page)
    except StandsOnClosedMonth as closed:
        form.add_error("starts", f"{closed} Its figures do not move: date the rate from a later month.")
    except RateThere:
        form.add_error("starts", "There is a rate from this day already: a change is a new row from another day.")
    return form_page(request, page)
