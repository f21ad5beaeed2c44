"""What the ledger, the forecast and contracts say about a client's plan."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import get_client_for
from accounts.views.plans import plan_context
from common.policies import MONEY_READERS, allow
from financials.queries.plan_targets import load_targets
from people.access import abilities_of
from people.requests import signed_in


@allow(roles=MONEY_READERS, client="key")
@require_GET
def targets(request: HttpRequest, key: str) -> HttpResponse:
    """The panel under the plan's measures; without htmx, a page of its own."""
    user = signed_in(request)
    client = get_client_for(user, key)
    context = {"page": load_targets(user, client, timezone.now()), "key": key, "can": abilities_of(user)}
    if request.headers.get("HX-Request"):
        return render(request, "financials/plan_targets.html", context)
    context |= plan_context(user, client, "measures")
    return render(request, "financials/plan_targets_page.html", context)
