"""One box over everything: each app registers its source and answers only what the reader may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from common.policies import allow
from common.search import Hit, sources
from people.requests import signed_in
from portfolio.context import PLACES

PER_SOURCE = 6


@require_GET
@allow()
def search(request: HttpRequest) -> HttpResponse:
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:80]
    user = signed_in(request)
    groups: list[tuple[str, list[Hit]]] = []
    if text:
        places = [
            Hit(place.label, "Go to page", reverse(place.route))
            for place in PLACES
            if user.role in place.roles and text.lower() in place.label.lower()
        ]
        groups = [(source.label, source.find(user, text, PER_SOURCE)) for _, source in sources]
        groups = [(label, hits) for label, hits in [*groups, ("Pages", places)] if hits]
    partial = "#results" if request.headers.get("HX-Request") else ""
    return render(request, f"portfolio/search.html{partial}", {"q": text, "groups": groups})
