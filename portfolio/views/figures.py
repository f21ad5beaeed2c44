"""How a number is made: a panel for htmx, a page for everybody else."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import NOT_FOUND
from common.figures import UnknownFigure, explain
from common.policies import CLIENT_READERS, allow
from people.requests import signed_in


@require_GET
@allow(roles=CLIENT_READERS)
def figure(request: HttpRequest, figure_id: str) -> HttpResponse:
    try:
        explanation = explain(signed_in(request), figure_id, now=timezone.now())
    except UnknownFigure as error:
        raise Http404(NOT_FOUND) from error
    template = "components/explain.html" if request.headers.get("HX-Request") else "portfolio/figure.html"
    return render(request, template, {"explanation": explanation})
