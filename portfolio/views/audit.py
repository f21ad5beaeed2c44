"""Who did what, newest first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from common.policies import ADMINISTRATOR, DIRECTOR, FINANCE, LEADERSHIP, allow
from common.short_text import short_text
from people.requests import signed_in
from portfolio.queries.audit import audit_page

READERS = frozenset({DIRECTOR, FINANCE, LEADERSHIP, ADMINISTRATOR})
PAGE = 100


@require_GET
@allow(roles=READERS)
def audit(request: HttpRequest) -> HttpResponse:
    text = short_text(request.GET, "q")
    before = request.GET.get("before", "")
    rows = audit_page(
        signed_in(request),
        text=text,
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=PAGE,
    )
    older = rows[-1].pk if len(rows) == PAGE else None
    return render(request, "portfolio/audit.html", {"rows": rows, "q": text, "older": older})
