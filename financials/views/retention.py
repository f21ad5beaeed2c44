"""Who stayed and by how much; how much hangs on whom."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import get_client_for
from common.policies import MONEY_READERS, allow
from common.reports import report_file
from financials.forms.receivables import retention_request
from financials.queries.receivables_page import TIERS, owners_in_sight
from financials.queries.retention_page import load_retention_page
from people.requests import signed_in


@require_GET
@allow(roles=MONEY_READERS)
def retention(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    asked, errors = retention_request(request.GET)
    if asked.client:
        get_client_for(user, asked.client)
    if request.GET.get("format") in ("csv", "xlsx"):
        return report_file("retention", user, request.GET, now, request.GET["format"])
    context = {
        "page": load_retention_page(user, asked, now=now),
        "asked": asked,
        "errors": errors,
        "owners": owners_in_sight(user),
        "tiers": TIERS,
    }
    return render(request, "financials/retention.html", context)
