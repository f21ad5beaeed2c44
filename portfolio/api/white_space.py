"""The white space through REST: offerings, business units, what is said of cells, and the report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, CharField, F, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpResponseBase
from rest_framework.request import Request

from accounts.access import cells_for, offerings_for, units_for
from accounts.actions.white_space import InUse, remove_cell, remove_offering, remove_unit
from accounts.models import CellState
from common.periods import month_add, month_of
from financials.queries.white_space_page import RollUp, load_rollup
from people.access import Abilities
from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.reports import SIX
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource
from portfolio.api.tables import Asked, Table, TableView, describe

GROUPS = ("client", "offering")
_KEY = ("unit", "offering")
_AMOUNTS = ("active", "pipeline", "left", "reachable", "contribution")


def _offering_rows(user: User) -> QuerySet[Any]:
    return offerings_for(user).annotate(no_client=Value(None, output_field=BigIntegerField()))


def _remove_offering(user: User, record: Any) -> None:
    try:
        remove_offering(offering=record, actor=user)
    except InUse as reason:
        raise Problem(409, f"It stays: {reason}.") from reason


def _remove_unit(user: User, record: Any) -> None:
    try:
        remove_unit(unit=record, actor=user)
    except InUse as reason:
        raise Problem(409, f"It stays: {reason}.") from reason


def _cell_rows(user: User) -> QuerySet[Any]:
    pair = Concat(F("unit__key"), Value("|"), F("offering__key"), output_field=CharField())
    return cells_for(user).annotate(pair=pair)


def _compose(row: Mapping[str, Any]) -> str:
    return "|".join(str(row.get(name) or "").strip() for name in _KEY)


def _remove_cell(user: User, record: Any) -> None:
    remove_cell(cell=record, actor=user)


OFFERINGS = Resource(
    name="offerings",
    label="offerings",
    kind="offerings",
    told_as="offering",
    told_label=("name",),
    natural_key="key",
    client="no_client",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("name", required=True),
        Field("service_line"),
        Field("price", "decimal", help="Of one sale a year: fees, without pass-through and tax."),
        Field("currency", help="Required with a price."),
        Field("margin", "decimal", field_class="COST", help="It is expected to leave: 0 to 1."),
        Field("roles", help="Hours it takes a year, by role, as Designer: 300; Writer: 120."),
        Field("active", "boolean", path="is_active"),
        *RECORD_FIELDS,
    ),
    rows=_offering_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_client,
    orderings=("key", "name", "created_at", "updated_at"),
    search=("key", "name", "service_line"),
    delete=_remove_offering,
)
BUSINESS_UNITS = Resource(
    name="business-units",
    label="business units",
    kind="business_units",
    told_as="business unit",
    told_label=("name",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", required=True),
        Field("name", required=True),
        Field("parent", path="parent__key", help="Key of a unit of the same client."),
        Field("spend", "decimal", help="A year, on what we could sell."),
        Field("currency", help="Required with a spend."),
        Field("owner_email", path="owner__email"),
        *RECORD_FIELDS,
    ),
    rows=units_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("key", "name", "created_at", "updated_at"),
    search=("key", "name"),
    delete=_remove_unit,
)
WHITESPACE = Resource(
    name="whitespace",
    label="cells of the white space",
    kind="whitespace",
    told_as="white space",
    told_label=("offering__name", "unit__name"),
    natural_key="key",
    client="unit__client_id",
    fields=(
        ID_FIELD,
        Field("key", path="pair", writable=False, help="Made of unit and offering."),
        Field("client", path="unit__client__key", writable=False),
        Field("unit", path="unit__key", required=True, help="Key of a business unit."),
        Field("offering", path="offering__key", required=True, help="Key of an offering."),
        Field(
            "state",
            choices=tuple(state for state in CellState.values if state),
            help="As a person said it. Running contracts and open deals say active and in pipeline themselves.",
        ),
        Field("why", help="What blocks it, or which competitor has it."),
        Field("amount", "decimal", help="What all of it is worth a year; null: unknown."),
        Field("currency", help="Required with an amount."),
        Field("note"),
        Field("judged_on", "date", help="As of when; today unless given."),
        Field("judged_by", path="judged_by__email", writable=False),
        *RECORD_FIELDS,
    ),
    rows=_cell_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("judged_on", "created_at", "updated_at"),
    search=("unit__key", "unit__name", "offering__name"),
    delete=_remove_cell,
    compose=_compose,
)


class WhiteSpaceView(TableView):
    name = "white-space"
    groups = GROUPS

    @describe(
        "white-space",
        "By client, or by offering: cells, those sold and those blocked, penetration by cells and by potential, and "
        "amounts of a year: what runs, what is in the pipeline, what is open, what people and margin allow of it, and "
        "what that would leave. As things stand now, over the twelve months ahead.",
        GROUPS,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def may(self, can: Abilities) -> bool:
        return can.see_relationships and can.see_money

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        wrong = [("?as_of", "it is kept as it stands now")] if asked.as_of is not None else []
        if len(asked.group_by) > 1:
            wrong.append(("?group_by", "client or offering, not both"))
        if wrong:
            raise Problem(400, "Some query parameters do not hold.", errors=wrong)
        by = "offering" if asked.group_by == ("offering",) else "client"
        page = load_rollup(
            user, now, by=by, currency=asked.currency, client=asked.client, owner=asked.owner, tier=asked.tier
        )
        first = month_of(now.date())
        return Table(
            columns=(by, "currency", "cells", "sold", "blocked", "penetration", "worth", *_AMOUNTS),
            rows=_rows(page),
            currency=page.basis.currency,
            first=first,
            last=month_add(first, 11),
            as_of=now,
            notes=page.notes,
        )


def _rows(page: RollUp) -> list[dict[str, Any]]:
    rows = []
    for line in sorted(page.rows, key=lambda line: line.key):
        figures = {name: line.figures[name].value for name in _AMOUNTS}
        shares = {name: _six(line.figures[name].value) for name in ("penetration", "worth")}
        counts = {"cells": line.sum.cells, "sold": line.sum.active_cells, "blocked": line.sum.blocked}
        rows.append({page.by: line.key, "currency": page.basis.currency, **counts, **shares, **figures})
    return rows


def _six(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value).quantize(SIX)
