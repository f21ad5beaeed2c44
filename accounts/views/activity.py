"""What happened at a client: touchpoints and the trail of changes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import get_client_for
from accounts.queries.asks import load_asks
from accounts.queries.commitments import load_promises
from accounts.queries.header import client_header
from accounts.queries.history import client_events
from accounts.queries.overview import touches_finding
from accounts.queries.touchpoints import touchpoints_of
from accounts.views.stakeholders import READERS
from common.policies import allow
from people.requests import signed_in


@allow(roles=READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    shown = request.GET.get("shown", "")
    limit = min(int(shown), 1000) if shown.isdecimal() and len(shown) < 6 else 25
    touches = touchpoints_of(client, limit=limit)
    context = {
        "header": client_header(user, client, active="activity"),
        "touches": touches,
        "more": limit * 4 if len(touches) == limit else 0,
        "touches_finding": touches_finding(touches, client.local_date(timezone.now())),
        "asks": load_asks(client, client.local_date(timezone.now())),
        "promises": load_promises(client, client.local_date(timezone.now())),
        "events": client_events(user, client),
    }
    return render(request, "accounts/activity.html", context)
