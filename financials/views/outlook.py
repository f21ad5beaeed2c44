"""The first panel of a client's overview: its year by month and the next notice."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import get_client_for
from accounts.queries.header import client_header
from common.policies import MONEY_READERS, allow
from financials.queries.client_outlook import load_outlook
from people.requests import signed_in


@require_GET
@allow(roles=MONEY_READERS, client="key")
def client_outlook_panel(request: HttpRequest, key: str) -> HttpResponse:
    """Without htmx, a page of its own."""
    user = signed_in(request)
    client = get_client_for(user, key)
    context = {"outlook": load_outlook(user, client, now=timezone.now()), "client": client}
    if request.headers.get("HX-Request"):
        return render(request, "financials/outlook_panel.html", context)
    context["header"] = client_header(user, client, active="overview")
    return render(request, "financials/outlook_panel_page.html", context)
