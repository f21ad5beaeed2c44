"""The white space: one client's grid, the roll-up, what is known of a cell, and the click that makes it a deal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import (
    NOT_FOUND,
    cells_for,
    get_client_for,
    get_editable_client_for,
    get_editable_unit_for,
    get_offering_for,
)
from accounts.actions import white_space as actions
from accounts.forms.white_space import CellForm
from accounts.models import BusinessUnit, Client, Offering, Opportunity, WhiteSpaceCell
from accounts.queries.header import client_header
from accounts.queries.stages import first_stage
from accounts.views.editing import FormPage, expected_version, form_page
from accounts.views.plans import plan_context
from common.policies import ACCOUNT_MANAGER, DIRECTOR, MONEY_READERS, allow
from common.reports import report_file
from financials.queries.basis import load_basis
from financials.queries.white_space import load_book
from financials.queries.white_space_page import CellView, cell_view, load_grid, load_rollup
from people.access import abilities_of
from people.models import User
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
CLOSES_IN = timedelta(days=90)
"""When a deal made of a cell is expected to close, until somebody says otherwise."""


@allow(roles=MONEY_READERS, client="key")
@require_GET
def grid(request: HttpRequest, key: str) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, key)
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        return report_file("white-space", user, {**request.GET.dict(), "client": key}, now, kind)
    context = {
        **plan_context(user, client, "white_space"),
        "page": load_grid(user, client, now, sort=request.GET.get("sort", "")),
        "more": f"client={key}",
    }
    return render(request, "financials/white_space/client.html", context)


@allow(roles=MONEY_READERS, client="key")
@require_GET
def panel(request: HttpRequest, key: str) -> HttpResponse:
    """The panel on the client's overview; without htmx, a page of its own."""
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, key)
    context: dict[str, Any] = {"page": load_grid(user, client, now), "client": client, "can": abilities_of(user)}
    if request.headers.get("HX-Request"):
        return render(request, "financials/white_space/panel.html", context)
    context["header"] = client_header(user, client, active="overview")
    return render(request, "financials/white_space/panel_page.html", context)


@allow(roles=MONEY_READERS)
@require_GET
def rollup(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        return report_file("white-space", user, {"by": request.GET.get("by", "")}, now, kind)
    by = "offering" if request.GET.get("by") == "offering" else "client"
    context = {"page": load_rollup(user, now, by=by), "can": abilities_of(user), "more": f"by={by}"}
    return render(request, "financials/white_space/rollup.html", context)


def _back(client: Client, unit: int, offering: int) -> str:
    return f"{reverse('client_white_space', args=[client.key])}#cell-{unit}-{offering}"


def _seen(
    user: User, client: Client, unit: int, offering: int, now: datetime
) -> tuple[BusinessUnit, Offering, WhiteSpaceCell | None, CellView | None]:
    """A cell of this client with what stands in it, all out of the one book."""
    basis = load_basis(user, now=now, currency=client.currency, newest_entry=False)
    today = client.local_date(now)
    book = load_book(user, basis, today)
    found = next((one for one in book.units if one.pk == unit and one.client_id == client.pk), None)
    sold = next((one for one in book.offerings if one.pk == offering), None)
    if found is None or sold is None:
        raise Http404(NOT_FOUND)
    there = (unit, offering) in book.cells
    return found, sold, book.judged.get((unit, offering)), cell_view(book, found, sold, today) if there else None


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def cell(request: HttpRequest, key: str, unit: int, offering: int) -> HttpResponse:
    """What a person says of one cell; what runs and what is open say themselves, above the form."""
    user, now = signed_in(request), timezone.now()
    extra: dict[str, Any] = {}
    if request.method == "GET":
        client = get_editable_client_for(user, key)
        today = client.local_date(now)
        found, sold, standing, extra["cell"] = _seen(user, client, unit, offering, now)
    else:
        found, sold = get_editable_unit_for(user, key, unit), get_offering_for(user, offering)
        client, today = found.client, found.client.local_date(now)
        standing = cells_for(user).filter(unit=found, offering=sold).first()
    seen = expected_version(request) if request.POST.get("version") else None
    page = FormPage(
        form=CellForm(request.POST or None, instance=standing, client=client),
        title=f"{sold.name} for {found.name}",
        back=_back(found.client, unit, offering),
        save=lambda data: actions.judge_cell(
            unit=found, offering=sold, values=data, expected=seen, actor=user, today=today
        ),
        said="Noted, as of today.",
        version=str(standing.version) if standing else "",
        header=client_header(user, client, active="plan"),
        audited_as=("white space", standing.pk) if standing else None,
        fields="financials/white_space/cell_fields.html",
        extra=extra,
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_POST
def pursue(request: HttpRequest, key: str, unit: int, offering: int) -> HttpResponse:
    """One click: the cell becomes an open deal, prefilled with what is open; a second click makes no second deal."""
    user, now = signed_in(request), timezone.now()
    found, sold = get_editable_unit_for(user, key, unit), get_offering_for(user, offering)
    today = found.client.local_date(now)
    basis = load_basis(user, now=now, currency=found.client.currency, newest_entry=False)
    reach = load_book(user, basis, today).reaches.get((unit, offering))
    try:
        deal: Opportunity = actions.pursue_cell(
            unit=found,
            offering=sold,
            amount=(reach.left or None) if reach else None,
            currency=basis.currency,
            stage=first_stage(),
            close_on=today + CLOSES_IN,
            actor=user,
        )
    except actions.NotPursued as reason:
        messages.warning(request, f"No new deal: {reason}.")
        where = reverse("opportunity", args=[reason.deal.key]) if reason.deal else _back(found.client, unit, offering)
        return HttpResponseRedirect(where)
    messages.success(request, "The cell is an open deal now. Say what comes next, and how likely it is.")
    return HttpResponseRedirect(reverse("opportunity", args=[deal.key]))
