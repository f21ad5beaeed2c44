"""Contracts: the list with what falls due first, one contract's page, its form, and a client's tree."""

from __future__ import annotations

import copy

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import get_client_for
from accounts.queries.header import client_header
from accounts.views.editing import FormPage, expected_version, form_page
from common.exports import About, file_response, query_filters
from common.policies import CLIENT_READERS, DIRECTOR, FINANCE, allow
from common.reports import report_file
from common.tabs import TabLink
from financials.access import get_contract_for, get_editable_contract_for
from financials.actions.contracts import ContractRefused, add_contract, change_contract
from financials.calc.status import OVER
from financials.forms.contracts import ContractForm, NewContractForm, contract_filter
from financials.models import Contract, ContractKind, ContractStatus
from financials.queries.contract_trees import (
    TABLE_HEAD,
    TABLE_WAYS,
    client_tree,
    filtered,
    load_contract_list,
    standing_tree,
    table_rows,
)
from financials.queries.contracts import load_contract_page
from financials.queries.renewals import renewals_ahead
from people.access import abilities_of
from people.models import User
from people.requests import signed_in

RENEWAL_DAYS = 120


@require_GET
@allow(roles=CLIENT_READERS)
def contract_list(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    wanted = contract_filter(request.GET)
    rows = filtered(user, wanted)
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx") and request.GET.get("report") == "renewals":
        return report_file("renewals", user, request.GET, now, kind)
    if kind in ("csv", "xlsx"):
        about = About("Contracts", as_of=now, filters=query_filters(request.GET), columns=TABLE_WAYS)
        return file_response(kind, "contracts", TABLE_HEAD, table_rows(rows), about)
    context = {
        "page": load_contract_list(user, rows, page=request.GET.get("page"), now=now),
        "wanted": wanted,
        "statuses": ContractStatus.choices,
        "kinds": ContractKind.choices,
    }
    return render(request, "financials/contract_list.html", context)


def contract_tabs(found: Contract, active: str) -> list[TabLink]:
    """The pages of one contract."""
    pages = (
        ("overview", "Overview", "contract"),
        ("billing", "Work and billing", "contract_billing"),
        ("terms", "Terms and documents", "contract_terms"),
    )
    return [TabLink(label, reverse(route, args=[found.number]), name == active) for name, label, route in pages]


@require_GET
@allow(roles=CLIENT_READERS)
def contract(request: HttpRequest, number: str) -> HttpResponse:
    user = signed_in(request)
    page = load_contract_page(user, get_contract_for(user, number), now=timezone.now())
    tabs = contract_tabs(page.contract, "overview")
    context = {"page": page, "contract": page.contract, "tabs": tabs, "over": OVER}
    return render(request, "financials/contract.html", context)


@require_http_methods(["GET", "POST"])
@allow(roles=CLIENT_READERS)
def contract_edit(request: HttpRequest, number: str) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_contract_for(user, number)
    seen = expected_version(request)
    page = FormPage(
        form=ContractForm(request.POST or None, instance=copy.copy(found)),
        title=f"Edit {found.number}",
        back=reverse("contract", args=[number]),
        save=lambda data: change_contract(
            contract=found, changes=data, expected=seen, actor=user.email, now=timezone.now()
        ),
        said="Contract saved; its schedule is rebuilt and the forecast is being computed.",
        version=str(found.version),
        audited_as=("contract", found.pk),
        header=client_header(user, found.client, active="contracts"),
        fields="financials/contract_fields.html",
    )
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@allow(roles=frozenset({DIRECTOR, FINANCE}))
def new_contract(request: HttpRequest) -> HttpResponse:
    """A draft. The address may say under which contract, or for which client, and of which kind."""
    user = signed_in(request)
    form = NewContractForm(request.POST or None, user=user, initial=_first_guess(user, request.GET))
    page = FormPage(
        form=form,
        title="New contract",
        back=lambda made: reverse("contract", args=[made.number]),
        cancel=reverse("contract_list"),
        save=lambda data: add_contract(fields=data, actor=user.email, now=timezone.now()),
        said="Contract added as a draft. Move it on under Terms and documents when it is agreed.",
        submit="Add contract",
        fields="financials/contract_fields.html",
    )
    try:
        return form_page(request, page)
    except (ContractRefused, IntegrityError) as late:  # ended, or numbered, by somebody else a moment ago
        said = str(late) if isinstance(late, ContractRefused) else "Somebody has just used this number: take another."
        form.add_error(None, said)
        return form_page(request, page)


def _first_guess(user: User, query: QueryDict) -> dict[str, object]:
    """What the form starts with; a contract or client out of sight is not there."""
    kind = query.get("kind", "")
    guess: dict[str, object] = {"kind": kind if kind in ContractKind.values else ContractKind.SOW}
    if key := query.get("client", ""):
        client = get_client_for(user, key)
        guess |= {"client": client.pk, "currency": client.currency}
    if number := query.get("parent", ""):
        parent = get_contract_for(user, number)
        guess |= {"parent": parent.number, "client": parent.client_id, "currency": parent.currency}
        guess |= {"billing": parent.billing, "service_line": parent.service_line, "end": parent.end}
    return guess


@require_GET
@allow(roles=CLIENT_READERS, client="key")
def client_contracts(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    context = {
        "header": client_header(user, client, active="contracts"),
        "nodes": client_tree(user, client.pk),
        "can_add": abilities_of(user).edit_contracts,
        "renewals": renewals_ahead(user, today=timezone.now().date(), days=RENEWAL_DAYS, client_id=client.pk),
    }
    return render(request, "financials/client_contracts.html", context)


@require_GET
@allow(roles=CLIENT_READERS, client="key")
def client_panel(request: HttpRequest, key: str) -> HttpResponse:
    """The overview's block for a reader of contracts alone; without htmx, a page of its own."""
    user = signed_in(request)
    client = get_client_for(user, key)
    context = {"nodes": standing_tree(user, client.pk), "client": client}
    if request.headers.get("HX-Request"):
        return render(request, "financials/client_standing.html", context)
    context["header"] = client_header(user, client, active="overview")
    return render(request, "financials/client_standing_page.html", context)
