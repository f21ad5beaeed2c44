"""Panels of a client's overview that this app fills: headline KPIs; health and promises."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import get_client_for
from accounts.models import Client
from accounts.queries.commitments import load_promises
from accounts.queries.header import client_header
from accounts.queries.health import load_health
from accounts.queries.kpi_pages import headline_kpis, load_client_kpis
from common.policies import CLIENT_READERS, LEGAL, allow
from people.requests import signed_in

READERS = CLIENT_READERS - {LEGAL}
PROMISES_SHOWN = 4


@require_GET
@allow(roles=READERS, client="key")
def client_kpi_panel(request: HttpRequest, key: str) -> HttpResponse:
    client = get_client_for(signed_in(request), key)
    page = load_client_kpis(client, client.local_date(timezone.now()))
    return _shown(request, client, "kpi_panel", {"page": page, "rows": headline_kpis(page)})


@require_GET
@allow(roles=READERS, client="key")
def client_standing_panel(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    today = client.local_date(timezone.now())
    promises = load_promises(client, today)
    context = {
        "health": load_health(user, client, today), "promises": promises, "due": promises.open[:PROMISES_SHOWN],
    }  # fmt: skip
    return _shown(request, client, "standing_panel", context)


def _shown(request: HttpRequest, client: Client, name: str, context: dict[str, object]) -> HttpResponse:
    """A part of the overview; without htmx, a page of its own."""
    context |= {"client": client, "panel": f"accounts/{name}.html"}
    if request.headers.get("HX-Request"):
        return render(request, f"accounts/{name}.html", context)
    context["header"] = client_header(signed_in(request), client, active="overview")
    return render(request, "accounts/panel_page.html", context)
