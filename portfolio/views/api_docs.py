"""The API for people: made from the same definitions as the API itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from common.policies import public
from financials.queries.pnl_request import GROUP_NAMES, SCENARIOS
from people.scopes import all_scopes
from portfolio.api.definitions import RESOURCES


@require_GET
@public
def api_docs(request: HttpRequest) -> HttpResponse:
    context = {"resources": RESOURCES, "scopes": all_scopes(), "groups": GROUP_NAMES, "scenarios": SCENARIOS}
    template = "portfolio/api_docs.html" if request.user.is_authenticated else "portfolio/api_docs_bare.html"
    return render(request, template, context)
