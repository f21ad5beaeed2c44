"""What moved in the forecast between two instants."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts.access import clients_for, get_client_for
from common.charts import ChangeWaterfall
from common.exports import About, file_response, query_filters
from common.policies import MONEY_READERS, allow
from financials.actions.movement import note_look
from financials.forms.movement import end_of, movement_request
from financials.queries.movement import MovementRequest
from financials.queries.movement_margin import contribution_file, load_margin_move
from financials.queries.movement_page import MovementPage, load_movement_page, movement_rows
from financials.queries.pnl_request import BadRequest
from financials.queries.year_path import load_year_path
from people.requests import signed_in

CLIENTS_LISTED = 60
DEALS_NAMED = 4


@require_GET
@allow(roles=MONEY_READERS)
def movement(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    asked, errors = movement_request(request.GET)
    client = get_client_for(user, asked.client) if asked.client else None
    try:
        if request.GET.get("format") in ("csv", "xlsx"):
            return _file(request, asked)
        page = load_movement_page(user, asked, now=now)
    except BadRequest as error:
        asked, errors = MovementRequest(client=asked.client), [*errors, str(error)]
        page = load_movement_page(user, replace(asked), now=now)
    clients = clients_for(user).order_by("name").values_list("key", "name")[:CLIENTS_LISTED]
    context = {"page": page, "asked": asked, "errors": errors, "client": client, "clients": list(clients)}
    return render(request, "financials/forecast/movement.html", context)


@require_GET
@allow(roles=MONEY_READERS)
def movement_margin(request: HttpRequest) -> HttpResponseBase:
    """What the movement did to contribution: a part of its page; without htmx, a page of its own."""
    user, now = signed_in(request), timezone.now()
    asked, _ = movement_request(request.GET)
    if asked.client:
        get_client_for(user, asked.client)
    try:
        page = load_margin_move(user, asked, now=now)
    except BadRequest:
        page = load_margin_move(user, MovementRequest(client=asked.client), now=now)
    name = "movement_margin" if request.headers.get("HX-Request") else "movement_margin_page"
    return render(request, f"financials/forecast/{name}.html", {"page": page})


@require_GET
@allow(roles=MONEY_READERS)
def moved(request: HttpRequest) -> HttpResponse:
    """The cockpit's part: what moved the year since the last month ended, and how its forecast went before that."""
    user, now = signed_in(request), timezone.now()
    since = now.date().replace(day=1) - timedelta(days=1)
    year = (date(now.year, 1, 1), date(now.year, 12, 1))
    page = load_movement_page(user, MovementRequest(start=end_of(since), first=year[0], last=year[1]), now=now)
    context = {
        "page": page, "chart": _beside_the_path(page), "path": load_year_path(user, page.found.basis),
        "deals": page.details[:DEALS_NAMED],
        "query": urlencode({"since": since.isoformat(), "from": f"{year[0]:%Y-%m}", "to": f"{year[1]:%Y-%m}"}),
    }  # fmt: skip
    name = "moved" if request.headers.get("HX-Request") else "moved_page"
    return render(request, f"financials/forecast/{name}.html", context)


def _beside_the_path(page: MovementPage) -> ChangeWaterfall | None:
    if page.chart is None or not page.rows:
        return None
    sub = f"Change in the forecast of {page.found.first.year} since {page.heads[0]}, {page.unit_label}"
    return replace(page.chart, size="s", sub=sub)


def _file(request: HttpRequest, asked: MovementRequest) -> HttpResponseBase:
    """measure=contribution: what the movement did to contribution, by client."""
    contribution = request.GET.get("measure") == "contribution"
    read = contribution_file if contribution else movement_rows
    head, rows, found = read(signed_in(request), asked, now=timezone.now())
    title = "Movement of contribution" if contribution else "Forecast movement"
    basis, filters = found.basis, query_filters(request.GET)
    about = About(title, as_of=found.end, currency=basis.currency, filters=filters, notes=found.missing)
    name = "contribution-movement" if contribution else "forecast-movement"
    return file_response(request.GET["format"], name, head, rows, about)


@require_POST
@allow(roles=MONEY_READERS)
def looked(request: HttpRequest) -> HttpResponse:
    """The page says so by itself once it is shown; without JavaScript its button does."""
    note_look(person=signed_in(request), now=timezone.now())
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("forecast_movement")
