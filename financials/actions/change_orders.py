"""A change order for work done beyond the scope, drafted with its evidence."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from common.exports import csv_lines
from common.money import ZERO, quantise
from financials.actions.contracts import add_contract
from financials.calc.rates import RateRow, Worked, rate_on
from financials.models import Contract, ContractDocument, ContractKind, ContractStatus, Rate
from financials.queries.servicing import Beyond, entries_beyond

if TYPE_CHECKING:
    from people.models import User

HEAD = (
    "Date",
    "Person",
    "Role",
    "Notes",
    "Hours",
    "Beyond scope",
    "Rate",
    "Currency",
    "Value",
    "Status",
    "Source reference",
)


class NothingBeyond(ValueError):
    """No hour lies beyond the scope, or no scope is known; the text says which."""


@transaction.atomic
def draft_change_order(*, contract: Contract, scope_hours: Decimal | None, user: User, now: datetime) -> Contract:
    """A draft for the hours beyond scope_hours (the scope with its signed change orders), at card.

    The list of those entries hangs on it as a CSV. An hour without a bill rate in the contract's currency is in the
    list and not in the amount, which is then short of it: the draft says so.
    """
    locked = Contract.objects.select_for_update().get(pk=contract.pk)
    if scope_hours is None:
        raise NothingBeyond("The contract has no hours in scope: nothing can be beyond them.")
    beyond = entries_beyond(locked, scope_hours)
    if not beyond:
        raise NothingBeyond("No hour lies beyond the scope.")
    rows, amount, unpriced = _rows(locked, beyond)
    hours = sum((each.hours for each in beyond), ZERO)
    first, last = beyond[0].entry.date, beyond[-1].entry.date
    short = f" {unpriced} h have no bill rate in {locked.currency} and are not in the amount." if unpriced else ""
    order = add_contract(
        fields={
            "number": _number(locked),
            "kind": ContractKind.CHANGE_ORDER,
            "parent": locked,
            "client": locked.client,
            "title": f"Work beyond scope, {first:%d %b} to {last:%d %b %Y}",
            "start": first,
            "end": max(last, locked.end or last),
            "amount": quantise(amount, locked.currency),
            "currency": locked.currency,
            "billing": locked.billing,
            "service_line": locked.service_line,
            "status": ContractStatus.DRAFT,
            "country": locked.country,
            "scope_hours": hours,
            "scope": f"{hours} h worked beyond the {scope_hours} h in scope; the entries are attached.{short}",
        },
        actor=user.email,
        now=now,
    )
    body = "".join(csv_lines(HEAD, rows)).encode()
    ContractDocument.objects.create(
        contract=order,
        name=f"{order.number} hours beyond scope.csv",
        media_type="text/csv",
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        body=body,
        added_by=user.email,
        added_at=now,
    )
    return order


def _number(contract: Contract) -> str:
    taken = set(
        Contract.objects.filter(number__startswith=f"{contract.number[:52]}-CO").values_list("number", flat=True)
    )
    count = 1
    while f"{contract.number[:52]}-CO{count}" in taken:
        count += 1
    return f"{contract.number[:52]}-CO{count}"


def _rows(contract: Contract, beyond: list[Beyond]) -> tuple[list[tuple[object, ...]], Decimal, Decimal]:
    """The rows of the list, the value of the billable ones at card, and the billable hours without a fitting rate."""
    cards = [
        RateRow(
            "bill", card.person_id, card.role, card.client_id, card.contract_id, card.rate, card.currency, card.starts
        )
        for card in Rate.objects.filter(kind="bill")
    ]
    rows: list[tuple[object, ...]] = []
    amount, unpriced = ZERO, ZERO
    for entry, hours in ((each.entry, each.hours) for each in beyond):
        work = Worked(
            entry.person_id,
            entry.role,
            entry.client_id,
            entry.contract_id,
            entry.date,
            entry.month,
            hours,
            entry.billable,
        )
        card = rate_on(cards, kind="bill", work=work) if entry.billable else None
        value = hours * card.rate if card and card.currency == contract.currency else None
        amount += value or ZERO
        unpriced += hours if entry.billable and value is None else ZERO
        rows.append(
            (
                entry.date,
                entry.person.name,
                entry.role,
                entry.notes,
                entry.hours,
                hours,
                card.rate if card else None,
                card.currency if card else None,
                None if value is None else quantise(value, contract.currency),
                entry.get_status_display() if entry.billable else f"{entry.get_status_display()}, not billable",
                entry.source_ref,
            )
        )
    return rows, amount, unpriced
