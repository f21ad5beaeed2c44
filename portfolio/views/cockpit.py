"""Home: what needs this person today, and are we going to make the number."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import NOT_FOUND
from accounts.queries.attention import attention
from accounts.queries.pipeline import Scope, pipeline_totals
from common.exports import About, file_response
from common.policies import LEADERSHIP, MONEY_READERS, allow
from financials.calc.findings import renewals_ahead as renewals_finding
from financials.queries.close_attention import close_waiting
from financials.queries.contract_desk import desk
from financials.queries.renewal_attention import renewal_items
from financials.queries.renewals import passed_of, renewals_ahead
from people.access import abilities_of
from people.requests import signed_in
from portfolio.queries.cockpit import RENEWAL_DAYS, deal_rates_of, load_cockpit
from portfolio.queries.cockpit_attention import ranked, to_do
from portfolio.queries.cockpit_table import table_rows
from portfolio.queries.housekeeping import housekeeping

ATTENTION_MOST: Final = 500
"""More than anybody can have; the headline counts all that are found."""


@require_GET
@allow()
def cockpit(request: HttpRequest) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    can = abilities_of(user)
    if not can.see_clients:
        return render(request, "portfolio/cockpit_administrator.html", {"page": housekeeping(user, now=now)})
    if not can.see_money:
        rows = renewals_ahead(user, today=now.date(), days=RENEWAL_DAYS)
        finding = renewals_finding(
            len(rows), None, user.reporting_currency or "USD", RENEWAL_DAYS, passed=passed_of(rows)
        )
        context = {"renewals": rows, "finding": finding, "now": now, "desk": desk(user, now=now)}
        return render(request, "portfolio/cockpit_legal.html", context)
    page = load_cockpit(user, now=now)
    closing = close_waiting(user, page.basis)
    items = [*attention(user, now.date(), limit=ATTENTION_MOST), *renewal_items(page.checkpoints, page.basis.today)]
    waiting = ranked([*([closing] if closing else []), *items], page.sizes)
    everything, client = request.GET.get("attention") == "all", request.GET.get("client", "")
    context = {
        "page": page,
        "now": now,
        "to_do": to_do(waiting, everything=everything, client=client, acts=user.role != LEADERSHIP),
        "pipeline": pipeline_totals(user, Scope(), deal_rates_of(page.basis), now.date()),
        "contracts_url": reverse("contract_list"),
        "clients_url": reverse("client_list"),
        "imports_url": reverse("imports") if can.load_files else "",
    }
    return render(request, "portfolio/cockpit.html", context)


@require_GET
@allow(roles=MONEY_READERS)
def cockpit_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The client table as shown, to take away."""
    if form not in ("csv", "xlsx"):
        raise Http404(NOT_FOUND)
    page = load_cockpit(signed_in(request), now=timezone.now())
    head, rows = table_rows(page)
    about = About(
        "Clients against budget",
        finding=page.clients_finding,
        as_of=page.basis.as_of,
        period=page.span,
        currency=page.currency,
        source=page.source,
        columns=tuple("ratio" if name in ("contribution_margin", "margin_on_budget") else "" for name in head),
    )
    return file_response(form, f"clients-{page.basis.through:%Y-%m}", head, rows, about)
