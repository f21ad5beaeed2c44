"""What rests on one person at a client: a part of the stakeholder page, or a page of its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import get_stakeholding_for
from accounts.queries.header import client_header
from common.policies import LEGAL, MONEY_READERS, allow
from financials.queries.at_risk import load_at_risk
from people.requests import signed_in


@allow(roles=MONEY_READERS - {LEGAL}, client="key")
@require_GET
def at_risk(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    stake = get_stakeholding_for(user, key, pk)
    context = {"stake": stake, "risk": load_at_risk(user, stake.client, pk, now=timezone.now())}
    if request.headers.get("HX-Request"):
        return render(request, "financials/at_risk.html", context)
    header = client_header(user, stake.client, active="stakeholders")
    return render(request, "financials/at_risk_page.html", {**context, "header": header})
