"""What hangs on a contract: its terms and documents, its milestones, estimates and billing, its next step."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.queries.header import client_header
from accounts.views.editing import CellEdit, FormPage, cell_view, expected_version, form_page
from common.documents import Refused
from common.policies import CLIENT_READERS, allow
from common.records import StaleRecord
from financials.access import (
    get_contract_for,
    get_document_for,
    get_editable_contract_for,
    get_editable_milestone_for,
    get_editable_plan_line_for,
    get_termed_contract_for,
)
from financials.actions import terms as actions
from financials.actions.status import MoveRefused, move_contract
from financials.forms.contract_parts import (
    DocumentForm,
    EstimateForm,
    MilestoneForm,
    MoveForm,
    OnForm,
    PlanLineForm,
    TermForm,
)
from financials.models import Contract, Milestone
from financials.queries.contract_terms import load_terms_page
from financials.queries.contract_work import load_work_page, milestone_row
from financials.views.contracts import contract_tabs
from people.access import abilities_of
from people.models import User
from people.requests import signed_in

# What a browser may do with a document of somebody else's making: keep it, and nothing more.
_SAFE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
_SANDBOX = "sandbox; default-src 'none'"


@require_GET
@allow(roles=CLIENT_READERS)
def contract_terms(request: HttpRequest, number: str) -> HttpResponse:
    user = signed_in(request)
    asked = OnForm(request.GET)
    on = asked.cleaned_data.get("on") if asked.is_valid() else None
    found = get_contract_for(user, number)
    context = {
        "page": load_terms_page(user, found, on=on, now=timezone.now()),
        "contract": found,
        "tabs": contract_tabs(found, "terms"),
        "errors": [str(error) for several in asked.errors.values() for error in several],
        "upload": DocumentForm(initial={"number": found.number}),
    }
    return render(request, "financials/contract_terms_page.html", context)


@require_GET
@allow(roles=CLIENT_READERS)
def contract_billing(request: HttpRequest, number: str) -> HttpResponse:
    user = signed_in(request)
    found = get_contract_for(user, number)
    context = {
        "page": load_work_page(user, found, now=timezone.now()),
        "contract": found,
        "tabs": contract_tabs(found, "billing"),
    }
    return render(request, "financials/contract_billing.html", context)


def _form(request: HttpRequest, user: User, found: Contract, **kw: Any) -> HttpResponse:
    back = kw.pop("back", "contract_billing")
    header = client_header(user, found.client, active="contracts")
    return form_page(request, FormPage(back=reverse(back, args=[found.number]), header=header, **kw))


@require_http_methods(["GET", "POST"])
@allow(roles=CLIENT_READERS)
def contract_move(request: HttpRequest, number: str) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_contract_for(user, number)
    seen = expected_version(request)
    form = MoveForm(request.POST or None, contract=found)
    if request.method == "POST" and form.is_valid():
        try:
            move_contract(contract=found, expected=seen, actor=user.email, now=timezone.now(), **form.cleaned_data)
        except MoveRefused as refused:
            form.add_error(None, str(refused))
        except StaleRecord:
            form.add_error(None, "Somebody changed it meanwhile. Look at it again before you move it on.")
        else:
            messages.success(request, "Step taken; the schedule follows it and the forecast is being computed.")
            return HttpResponseRedirect(reverse("contract_terms", args=[number]))
    return _form(
        request, user, found, form=form, title=f"Move {found.number} on", back="contract_terms",
        save=lambda data: None, said="", submit="Take the step", version=str(found.version),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allow(roles=CLIENT_READERS)
def term_add(request: HttpRequest, number: str) -> HttpResponse:
    user = signed_in(request)
    found = get_termed_contract_for(user, number)
    today = found.client.local_date(timezone.now())
    form = TermForm(request.POST or None, initial={"topic": request.GET.get("topic", ""), "starts": today})
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_term(contract=found, actor=user.email, today=today, **form.cleaned_data)
        except actions.InForceAlready as refused:
            form.add_error("starts", str(refused))
        else:
            messages.success(request, "Term added.")
            return HttpResponseRedirect(reverse("contract_terms", args=[number]))
    return _form(
        request, user, found, form=form, title=f"Add a term to {found.number}", back="contract_terms",
        save=lambda data: None, said="", submit="Add term",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allow(roles=CLIENT_READERS)
def milestone_add(request: HttpRequest, number: str) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    found = get_editable_contract_for(user, number)
    form = MilestoneForm(request.POST or None, instance=Milestone(contract=found))
    form.today = found.client.local_date(now)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_milestone(contract=found, values=form.cleaned_data, actor=user.email, now=now)
        except actions.BeyondTheFee as refused:
            form.add_error("amount", str(refused))
        else:
            messages.success(request, "Milestone added.")
            return HttpResponseRedirect(reverse("contract_billing", args=[number]))
    return _form(
        request, user, found, form=form, title=f"Add a milestone to {found.number}", save=lambda data: None, said="",
        submit="Add milestone",
    )  # fmt: skip


class _CellForm(MilestoneForm):
    """In a cell the fee is checked with the field itself, so that what is wrong stands beside it."""

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        try:
            actions.check_fee(self.instance.contract, amount, self.instance.pk)
        except actions.BeyondTheFee as refused:
            raise ValidationError(str(refused)) from None
        return amount


@require_http_methods(["GET", "POST"])
@allow(roles=CLIENT_READERS)
def milestone_cell(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    found = get_editable_milestone_for(user, number, pk)
    today = found.contract.client.local_date(now)
    url = reverse("milestone_cell", args=[number, pk])

    def save(data: dict[str, Any], seen: int) -> Milestone:
        return actions.change_milestone(milestone=found, changes=data, expected=seen, actor=user.email, now=now)

    def show(item: Milestone) -> dict[str, Any]:
        return {"row": milestone_row(item, today), "can": abilities_of(user), "contract": item.contract}

    edit = CellEdit(
        record=found,
        form_class=type("MilestoneCell", (_CellForm,), {"today": today}),
        save=save,
        show=show,
        template="financials/milestone_row.html",
        url=url,
        page=reverse("contract_billing", args=[number]),
        trigger="billing-changed",
        audited_as="milestone",
    )
    return cell_view(request, edit)


@require_http_methods(["GET", "POST"])
@allow(roles=CLIENT_READERS)
def estimate_add(request: HttpRequest, number: str) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_contract_for(user, number)

    def save(data: dict[str, Any]) -> object:
        return actions.judge_cost_to_go(contract=found, actor=user.email, **data)

    return _form(
        request, user, found, form=EstimateForm(request.POST or None), title=f"Cost to go of {found.number}", save=save,
        said="Estimate kept.", submit="Keep estimate",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allow(roles=CLIENT_READERS)
def plan_line_add(request: HttpRequest, number: str) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_contract_for(user, number)
    return _form(
        request, user, found, form=PlanLineForm(request.POST or None), title=f"Plan an invoice on {found.number}",
        save=lambda data: actions.add_plan_line(contract=found, values=data, actor=user.email),
        said="Invoice planned; the rest of the plan shares what it leaves.", submit="Plan invoice",
    )  # fmt: skip


@require_POST
@allow(roles=CLIENT_READERS)
def plan_line_remove(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    actions.remove_plan_line(line=get_editable_plan_line_for(user, number, pk), actor=user.email)
    messages.success(request, "Taken out; the plan follows the timing again.")
    return HttpResponseRedirect(reverse("contract_billing", args=[number]))


@require_POST
@allow(roles=CLIENT_READERS)
def document_add(request: HttpRequest) -> HttpResponse:
    """One address for all contracts, so that bodies of this size are taken here and nowhere else."""
    user = signed_in(request)
    found = get_termed_contract_for(user, request.POST.get("number", "").replace("\x00", ""))
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Refused("Choose a PDF or DOCX file.")
        if (file.size or 0) > settings.DOCUMENT_MAX_BYTES:
            raise Refused(f"{settings.DOCUMENT_MAX_BYTES / 1e6:,.0f} MB is the most.")
        actions.attach_document(
            contract=found, name=file.name or "", data=file.read(), actor=user.email, now=timezone.now()
        )
    except Refused as refused:
        messages.error(request, f"Not kept. {refused}")
    else:
        messages.success(request, "Document kept.")
    return HttpResponseRedirect(f"{reverse('contract_terms', args=[found.number])}#documents")


@require_GET
@allow(roles=CLIENT_READERS)
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Always a download: never shown by a browser, whatever it holds."""
    found = get_document_for(signed_in(request), pk)
    response = HttpResponse(bytes(found.body), content_type=found.media_type, headers=_SAFE)
    response.headers["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response.headers["Content-Security-Policy"] = _SANDBOX
    return response
