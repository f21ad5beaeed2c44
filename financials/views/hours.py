"""Panels of hours beside a client's P&L and a contract: rates realised, scope used, the change order it calls for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import get_client_for
from accounts.queries.header import client_header
from common.policies import MONEY_READERS, allow
from financials.access import get_contract_for, get_editable_contract_for
from financials.actions.change_orders import NothingBeyond, draft_change_order
from financials.actions.contracts import ContractRefused
from financials.queries.contract_trees import family_of
from financials.queries.realisation import load_rates_of_hours
from financials.queries.servicing import load_service
from financials.queries.servicing_figures import dry_words, figures, finding
from people.access import abilities_of
from people.requests import signed_in


@require_GET
@allow(roles=MONEY_READERS, client="key")
def client_hours(request: HttpRequest, key: str) -> HttpResponse:
    """The panel of the client's financials; without htmx, a page of its own."""
    user = signed_in(request)
    client = get_client_for(user, key)
    context: dict[str, Any] = {"rates": load_rates_of_hours(user, client, now=timezone.now()), "client": client}
    if request.headers.get("HX-Request"):
        return render(request, "financials/hours_panel.html", context)
    context["header"] = client_header(user, client, active="financials")
    return render(request, "financials/client_hours.html", context)


@require_GET
@allow(roles=MONEY_READERS)
def contract_hours(request: HttpRequest, number: str) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    contract = get_contract_for(user, number)
    service = load_service(user, contract, now=now)
    ids = tuple(family_of(user, contract)[1])
    rates = load_rates_of_hours(
        user, contract.client, now=now, contract=number, contract_ids=ids, currency=contract.currency
    )
    context: dict[str, Any] = {"contract": contract, "rates": rates, "service": service}
    if service is not None:
        run_dry, band = dry_words(service)
        context |= {
            "figures": figures(service),
            "finding": finding(service),
            "run_dry": run_dry,
            "band": band,
            "can_draft": abilities_of(user).edit_contracts and service.service.beyond > 0,
        }
    page = "hours_panel.html" if request.headers.get("HX-Request") else "contract_hours.html"
    return render(request, f"financials/{page}", context)


@require_POST
@allow(roles=MONEY_READERS)
def draft_order(request: HttpRequest, number: str) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    contract = get_editable_contract_for(user, number)
    service = load_service(user, contract, now=now)
    scope = service.service.scope_hours if service else None
    try:
        order = draft_change_order(contract=contract, scope_hours=scope, user=user, now=now)
    except (NothingBeyond, ContractRefused) as refused:
        messages.error(request, str(refused))
        return redirect("contract", number=number)
    messages.success(request, f"{order.number} drafted, with the entries beyond scope attached.")
    return redirect("contract", number=order.number)
