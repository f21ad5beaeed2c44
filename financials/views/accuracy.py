"""The forecast's track record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import clients_for, get_client_for
from common.policies import DIRECTOR, FINANCE, MONEY_READERS, allow
from common.reports import report_file
from financials.actions.accuracy import ask_accuracy
from financials.forms.accuracy import accuracy_request
from financials.queries.accuracy_page import load_accuracy_page
from financials.queries.call_scores_page import load_call_rows
from people.requests import signed_in

CLIENTS_LISTED = 60
MEASURERS = frozenset({DIRECTOR, FINANCE})


@require_GET
@allow(roles=MONEY_READERS)
def accuracy(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    asked, errors = accuracy_request(request.GET)
    client = get_client_for(user, asked.client) if asked.client else None
    if request.GET.get("format") in ("csv", "xlsx"):
        return report_file("forecast-accuracy", user, request.GET.dict(), now, request.GET["format"])
    page = load_accuracy_page(user, asked, now=now)
    clients = clients_for(user).order_by("name").values_list("key", "name")[:CLIENTS_LISTED]
    context = {
        "page": page, "asked": asked, "errors": errors, "client": client, "clients": list(clients),
        "may_measure": user.role in MEASURERS,
    }  # fmt: skip
    return render(request, "financials/forecast/accuracy.html", context)


@require_GET
@allow(roles=MONEY_READERS)
def calls(request: HttpRequest) -> HttpResponse:
    """The part about calls of closed years, which the page reads after the rest."""
    found = load_call_rows(signed_in(request), now=timezone.now())
    whole = not request.headers.get("HX-Request")
    template = "financials/forecast/call_scores_page.html" if whole else "financials/forecast/call_scores.html"
    return render(request, template, {"found": found})


@require_POST
@allow(roles=MEASURERS)
def measure(request: HttpRequest) -> HttpResponse:
    ask_accuracy(actor=signed_in(request).email)
    return redirect("forecast_accuracy")
