"""Offerings, business units and what is known of each pair of them; a cell becomes a deal. Each is audited."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.actions.opportunities import create_opportunity
from accounts.calc.offerings import Catalogue
from accounts.models import (
    BusinessUnit,
    CellState,
    Client,
    Offering,
    Opportunity,
    OpportunityKind,
    Outcome,
    Stage,
    WhiteSpaceCell,
)
from people.models import User

OFFERING_FIELDS = ("key", "name", "service_line", "price", "currency", "margin", "roles", "is_active")
UNIT_FIELDS = ("key", "name", "parent", "spend", "currency", "owner")
CELL_FIELDS = ("state", "why", "amount", "currency", "note")


class InUse(Exception):
    """Something hangs on it: the text says what."""


def _offering(row: Offering) -> Subject:
    return Subject("offering", row.name, None)


def _unit(row: BusinessUnit) -> Subject:
    return Subject("business unit", row.name, row.client_id)


def save_offering(
    *, offering: Offering | None, values: Mapping[str, Any], expected: int | None, actor: User
) -> Offering:
    """offering: None adds one. Raises StaleRecord."""
    given = {name: values[name] for name in OFFERING_FIELDS if name in values}
    if offering is not None:
        return save_changes(offering, given, expected=expected, actor=actor.email, subject=_offering(offering))
    row = Offering(**given)
    return add(row, actor=actor.email, subject=_offering(row), values=given)


def remove_offering(*, offering: Offering, actor: User) -> None:
    """Raises InUse where cells name it: it is no longer offered instead."""
    _remove(offering, OFFERING_FIELDS, _offering(offering), actor, "cells of the white space name it")


def save_unit(
    *, unit: BusinessUnit | None, client: Client, values: Mapping[str, Any], expected: int | None, actor: User
) -> BusinessUnit:
    """unit: None adds one. Raises StaleRecord."""
    given = {name: values[name] for name in UNIT_FIELDS if name in values}
    if unit is not None:
        return save_changes(unit, given, expected=expected, actor=actor.email, subject=_unit(unit))
    row = BusinessUnit(client=client, **given)
    return add(row, actor=actor.email, subject=_unit(row), values=given)


def remove_unit(*, unit: BusinessUnit, actor: User) -> None:
    """Its cells go with it; deals and contracts stay and no longer name it. Raises InUse."""
    _remove(unit, UNIT_FIELDS, _unit(unit), actor, "other units stand under it")


def _remove(row: Offering | BusinessUnit, names: tuple[str, ...], subject: Subject, actor: User, why: str) -> None:
    try:
        with transaction.atomic():
            remove(row, actor=actor.email, subject=subject, values={name: getattr(row, name) for name in names})
    except ProtectedError as error:
        raise InUse(why) from error


def judge_cell(
    *,
    unit: BusinessUnit,
    offering: Offering,
    values: Mapping[str, Any],
    expected: int | None,
    actor: User,
    today: date,
) -> WhiteSpaceCell:
    """Say what is known of one cell as of today. expected: None where the writer saw none yet. Raises StaleRecord."""
    given = {name: values[name] for name in CELL_FIELDS if name in values}
    given |= {"judged_by": actor, "judged_on": today}
    subject = Subject("white space", f"{offering.name} for {unit.name}"[:200], unit.client_id)
    with transaction.atomic():
        BusinessUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)  # two first judgements do not race
        standing = WhiteSpaceCell.objects.filter(unit=unit, offering=offering).first()
        if standing is not None:
            seen = 0 if expected is None else expected
            return save_changes(standing, given, expected=seen, actor=actor.email, subject=subject)
        row = WhiteSpaceCell(unit=unit, offering=offering, **given)
        return add(row, actor=actor.email, subject=subject, values=given)


def remove_cell(*, cell: WhiteSpaceCell, actor: User) -> None:
    subject = Subject("white space", str(cell)[:200], cell.unit.client_id)
    remove(cell, actor=actor.email, subject=subject, values={name: getattr(cell, name) for name in CELL_FIELDS})


class NotPursued(Exception):
    """Why no deal was opened. deal: the one that is open already, if that is why."""

    def __init__(self, why: str, deal: Opportunity | None = None) -> None:
        super().__init__(why)
        self.deal = deal


def pursue_cell(
    *,
    unit: BusinessUnit,
    offering: Offering,
    amount: Decimal | None,
    currency: str,
    stage: Stage,
    close_on: date,
    actor: User,
) -> Opportunity:
    """One click: an open deal for this unit and offering, prefilled. amount: None is a deal not priced yet.

    stage: where it begins, with what the company states of it. Raises NotPursued where a deal is open already, as after
    a second click, and where the cell is blocked.
    """
    with transaction.atomic():
        BusinessUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
        catalogue = Catalogue(Offering.objects.values_list("pk", "key", "name"))
        for deal in Opportunity.objects.filter(business_unit=unit, outcome=Outcome.OPEN).order_by("pk"):
            if catalogue.meant_by(deal.offering) == offering.pk:
                raise NotPursued(f"“{deal.name}” is open for it already", deal)
        cell = WhiteSpaceCell.objects.filter(unit=unit, offering=offering).first()
        if cell is not None and cell.state == CellState.BLOCKED:
            raise NotPursued(f"it is blocked: {cell.why}")
        deal = Opportunity(
            key=f"WS-{uuid.uuid4().hex[:12]}",
            client=unit.client,
            name=f"{offering.name} for {unit.name}"[:200],
            stage=stage.name,
            probability=stage.probability,
            category=stage.category,
            amount=amount,
            currency=currency if amount is not None else "",
            close_on=close_on,
            offering=offering.key,
            business_unit=unit,
            kind=OpportunityKind.EXPANSION,
            owner=unit.owner or actor,
        )
        return create_opportunity(opportunity=deal, actor=actor)
