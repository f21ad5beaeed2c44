"""Alignment through REST: the ties as a resource, the shares as a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Coalesce, Concat
from django.http import HttpResponseBase
from rest_framework.request import Request

from accounts.access import clients_for
from common.money import quantise
from financials.access import alignment_for
from financials.actions.alignment import untie
from financials.queries.alignment import load_shares
from financials.queries.alignment_page import span
from financials.queries.basis import load_basis
from people.access import Abilities
from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.reports import SIX
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource
from portfolio.api.tables import Asked, Table, TableView, describe

GROUPS = ("client",)
_BAR = Value("|")
_KEY = ("contract", "milestone", "imperative")


def _rows(user: User) -> QuerySet[Any]:
    milestone = Coalesce("milestone__key", Value(""))
    parts = (F("contract__number"), _BAR, milestone, _BAR, F("imperative__key"))
    return alignment_for(user).annotate(tie=Concat(*parts, output_field=CharField()))


def _compose(row: Mapping[str, Any]) -> str:
    return "|".join(str(row.get(name) or "").strip() for name in _KEY)


def _remove(user: User, record: Any) -> None:
    untie(tie=record, actor=user)


ALIGNMENT = Resource(
    name="alignment-ties",
    label="what contracts are for",
    kind="alignment",
    told_as="alignment",
    told_label=("contract__number", "imperative__title"),
    natural_key="key",
    client="contract__client_id",
    fields=(
        ID_FIELD,
        Field("key", path="tie", writable=False, help="Made of contract, milestone and imperative."),
        Field("contract", path="contract__number", required=True, help="Number of the contract."),
        Field("milestone", path="milestone__key", help="Key of a milestone of it; null for the contract itself."),
        Field("imperative", path="imperative__key", required=True),
        Field("share", "decimal", help="Fraction of the contract; those of one contract never exceed 1."),
        *RECORD_FIELDS,
    ),
    rows=_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("created_at", "updated_at"),
    search=("contract__number", "imperative__title"),
    delete=_remove,
    compose=_compose,
)


class AlignmentView(TableView):
    name = "alignment"
    groups = GROUPS

    @describe(
        "alignment",
        "By client and imperative: scheduled fees, hours, and the share of each of the client's whole. The row without "
        "an imperative is orphan work.",
        GROUPS,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def may(self, can: Abilities) -> bool:
        return can.see_relationships and can.see_money

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        if asked.as_of is not None:
            problem = [("?as_of", "what work is for is kept as it stands now")]
            raise Problem(400, "Some query parameters do not hold.", errors=problem)
        basis = load_basis(user, now=now, currency=asked.currency, newest_entry=False)
        clients = clients_for(user)
        for name, value in (("key", asked.client), ("owner__email", asked.owner), ("tier", asked.tier)):
            clients = clients.filter(**{name: value}) if value else clients
        first, last = asked.first or span(basis)[0], asked.last or span(basis)[1]
        named = dict(clients.order_by().values_list("pk", "key"))
        return Table(
            columns=("client", "imperative", "title", "currency", "fees", "hours", "share", "hour_share"),
            rows=[
                {
                    "client": row.client,
                    "imperative": row.imperative,
                    "title": row.title,
                    "currency": basis.currency,
                    "fees": None if row.fees is None else quantise(row.fees, basis.currency),
                    "hours": row.hours,
                    "share": _six(row.share),
                    "hour_share": _six(row.hour_share),
                }
                for row in load_shares(user, basis, named, first, last)
            ],
            currency=basis.currency,
            first=first,
            last=last,
            as_of=now,
        )


def _six(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(SIX)
