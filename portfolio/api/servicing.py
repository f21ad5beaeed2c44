"""The over-servicing meter as a report, and the change order it calls for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.money import quantise
from financials.access import contracts_for, get_editable_contract_for
from financials.actions.change_orders import NothingBeyond, draft_change_order
from financials.actions.contracts import ContractRefused
from financials.queries.servicing import load_service
from financials.queries.servicing_report import ServiceLine, load_service_lines
from people.models import User
from portfolio.api import idempotency
from portfolio.api.authentication import require_scope
from portfolio.api.problems import Problem
from portfolio.api.reports import SIX
from portfolio.api.schema import problems
from portfolio.api.tables import Asked, Table, TableView, describe
from portfolio.api.views import ApiView

COLUMNS: Final = (
    "contract", "client", "currency", "status", "scope_hours", "hours", "used", "done", "burn", "over_hours",
    "beyond_scope", "fee_to_date", "value_at_card", "over_value",
)  # fmt: skip
HOURS: Final = Decimal("0.01")


class OverServicingView(TableView):
    name = "over-servicing"
    groups = ()

    @describe(
        "over-servicing",
        "Each statement of work in force: hours and value at card against its scope and what the fee has paid for.",
        groups,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        if asked.as_of is not None or asked.currency or asked.first or asked.last:
            wrong = [
                ("?", "the meter reads now, each contract in its own currency: leave as_of, currency, from and to")
            ]
            raise Problem(400, "Some query parameters do not hold.", errors=wrong)
        lines = load_service_lines(user, now=now, client=asked.client, owner=asked.owner, tier=asked.tier)
        month = now.date().replace(day=1)
        return Table(
            columns=COLUMNS, rows=[_row(line) for line in lines], currency="", first=month, last=month, as_of=now
        )


def _row(line: ServiceLine) -> dict[str, Any]:
    service, code = line.service, line.contract.currency

    def money(value: Decimal | None) -> Decimal | None:
        return None if value is None else quantise(value, code)

    def share(value: Decimal | None) -> Decimal | None:
        return None if value is None else value.quantize(SIX)

    def hours(value: Decimal | None) -> Decimal | None:
        return None if value is None else value.quantize(HOURS)

    return {
        "contract": line.contract.number,
        "client": line.contract.client.key,
        "currency": code,
        "status": service.status,
        "scope_hours": hours(service.scope_hours),
        "hours": hours(service.hours),
        "used": share(service.used),
        "done": share(service.done),
        "burn": share(service.burn),
        "over_hours": hours(service.over_hours),
        "beyond_scope": hours(service.beyond),
        "fee_to_date": money(service.earned),
        "value_at_card": money(service.value),
        "over_value": money(service.over_value),
    }


class ChangeOrderBody(serializers.Serializer[Any]):
    contract = serializers.CharField(help_text="Number of the change order drafted.")
    location = serializers.CharField(help_text="Its address here.")


class NoBody(serializers.Serializer[Any]):
    """Nothing is asked."""


class DraftOrderView(ApiView):
    @extend_schema(
        tags=["contracts"],
        operation_id="contracts_draft-change-order",
        description="Draft a change order for the hours beyond a statement of work's scope, evidence attached.",
        parameters=[OpenApiParameter("Idempotency-Key", str, "header")],
        request=NoBody,
        responses={201: ChangeOrderBody, **problems(401, 403, 404, 409, 422, 429)},
    )
    def post(self, request: Request, pk: str) -> HttpResponse:
        require_scope(request, "write:contracts")
        if not self.can.edit_contracts:
            raise PermissionDenied("Your role does not draft change orders.")
        user, now = self.person, timezone.now()
        known = pk.isdecimal() and len(pk) <= 18
        number = contracts_for(user).filter(pk=int(pk)).values_list("number", flat=True).first() if known else None
        contract = get_editable_contract_for(user, number or "")

        def act() -> HttpResponse:
            service = load_service(user, contract, now=now)
            scope = service.service.scope_hours if service else None
            try:
                order = draft_change_order(contract=contract, scope_hours=scope, user=user, now=now)
            except (NothingBeyond, ContractRefused) as refused:
                raise Problem(422, str(refused)) from refused
            place = reverse("api_contracts", kwargs={"pk": order.pk})
            body = orjson.dumps({"contract": order.number, "location": place})
            return HttpResponse(body, status=201, content_type="application/json", headers={"Location": place})

        raw = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)
        return idempotency.once(request, user, raw, act)
