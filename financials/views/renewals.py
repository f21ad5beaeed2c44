"""The renewals board, and the plan of one renewal."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Tier
from accounts.queries.header import client_header
from accounts.views.editing import FormPage, expected_version, form_page
from common.policies import ACCOUNT_MANAGER, CLIENT_READERS, DIRECTOR, FINANCE, allow
from common.reports import report_file
from common.saved_views import plain_query
from financials.access import get_contract_for
from financials.actions.renewals import UNSAID, keep_plan
from financials.calc.renewals import LEAST_HISTORY
from financials.forms_renewals import RenewalForm
from financials.models import Contract, RenewalPlan, RenewalStatus
from financials.queries.basis import load_basis
from financials.queries.renewal_board import (
    WINDOW_WORDS,
    WINDOWS,
    load_renewal_board,
    renewal_finding,
    renewal_scope,
)
from financials.queries.renewals import plan_of, renewals_ahead
from people.access import abilities_of
from people.requests import signed_in

PLANNERS = frozenset({DIRECTOR, ACCOUNT_MANAGER, FINANCE})
_FAR = 5 * 366
"""Days ahead within which a contract's renewal can be planned."""


@require_GET
@allow(roles=CLIENT_READERS)
def renewals(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        return report_file("renewals", user, request.GET, now, kind)
    scope, basis = renewal_scope(request.GET), load_basis(user, now=now)
    board = load_renewal_board(user, scope, basis=basis, now=now)
    context = {
        "board": board,
        "scope": scope,
        "finding": renewal_finding(board),
        "statuses": RenewalStatus.choices,
        "tiers": Tier.choices,
        "windows": [(key, WINDOW_WORDS[key]) for key in WINDOWS],
        "owners": [(scope.owner, scope.owner)],
        "least": LEAST_HISTORY,
        "may_plan": user.role in PLANNERS,
        "query": request.GET.urlencode(),
    }
    return render(request, "financials/renewals.html", context)


@require_http_methods(["GET", "POST"])
@allow(roles=PLANNERS)
def renewal(request: HttpRequest, number: str) -> HttpResponse:
    """The plan of the renewal a contract comes to next; 404 where it comes to none."""
    user, now = signed_in(request), timezone.now()
    contract = get_contract_for(user, number)
    ahead = renewals_ahead(user, today=now.date(), days=_FAR, client_id=contract.client_id, now=now)
    row = next((one for one in ahead if one.pk == contract.pk), None)
    if row is None:
        raise Http404("This contract comes to no renewal.")
    plan = plan_of(contract, row.ends_on)
    can, seen = abilities_of(user), expected_version(request)
    form = RenewalForm(
        request.POST or None,
        instance=plan or RenewalPlan(contract=contract, term_end=row.ends_on),
        final=contract.probability,
        may_plan=can.edit_opportunities,
        may_say_final=can.edit_contracts,
    )

    def save(data: dict[str, Any]) -> RenewalPlan:
        changes = {name: value for name, value in data.items() if name != "final"}
        final = data.get("final", UNSAID)
        return keep_plan(
            contract=contract, term_end=row.ends_on, changes=changes, final=final, expected=seen, actor=user, now=now
        )

    return form_page(request, _page(request, contract, form, save, str(plan.version if plan else 0), plan))


def _page(
    request: HttpRequest, contract: Contract, form: RenewalForm, save: Any, version: str, plan: RenewalPlan | None
) -> FormPage:
    query = plain_query(request.GET.get("query", ""))
    return FormPage(
        form=form,
        title=f"Renewal of {contract.number}",
        back=f"{reverse('renewals')}?{query}" if query else reverse("renewals"),
        save=save,
        said="Renewal plan kept.",
        version=version,
        header=client_header(signed_in(request), contract.client, active="contracts"),
        audited_as=("renewal", plan.pk) if plan else None,
    )
