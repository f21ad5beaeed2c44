"""Bill and cost rates from a file: dated rows of a person or a role. What a closed month stands on is not changed."""

from __future__ import annotations

from typing import Any, Final

from accounts.imports.sight import Sight, client_ids, person_ids
from common.imports import (
    CannotUndo,
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Values,
    save_records,
    undo_records,
)
from common.imports.columns import amount_not_negative, choice, currency, day, email, reference, text
from common.models import ImportChange
from common.periods import format_month, month_add
from common.policies import FINANCE
from financials.actions.ledger import closed_months, first_open, lock_ledger
from financials.actions.rates import Card, clients_priced_by, closed_months_using
from financials.actions.time import rebuild_time_months
from financials.models import Contract, Rate, RateKind

TABLE: Final = "financials.rate"


def load_rates(values: Values, context: LoadContext) -> Counts:
    lock_ledger()
    sight = Sight(context)
    people, clients = person_ids(values, sight, "person_email"), client_ids(values, sight)
    contracts = _contracts(values, clients, sight)
    for position in list(values.good()):
        person, role = values.columns["person_email"][position], values.columns["role"][position]
        if (person is None) == (role is None):
            values.reject(position, "person_email or role: give one of them, not both" if person else _NOBODY)
    cards = {
        position: Card(
            kind=values.columns["kind"][position],
            person=people[position],
            role=values.columns["role"][position] or "",
            client=clients[position],
            contract=contracts[position],
            starts=values.columns["from"][position],
        )
        for position in values.good()
    }
    existing = _existing(cards)
    reader = FieldReader(Rate, values, {"rate": "rate", "currency": "currency"})
    fields = {position: reader.at(position) for position in cards}
    _reject_closed(values, cards, fields, existing)
    incoming = [
        Incoming(position, cards[position], fields[position], cards[position].as_fields()) for position in values.good()
    ]
    saved = save_records(context, Rate, incoming, existing)
    if saved.touched:
        rebuild_time_months(clients_priced_by(saved.touched))
    return Counts.of(saved.status.values())


_NOBODY: Final = "person_email or role is missing: a rate is of a person or of a role"


def _contracts(values: Values, clients: list[int | None], sight: Sight) -> list[int | None]:
    """Ids by position; a row with a contract and no client gets the contract's own."""
    cells = values.columns["contract"]
    named = {cell for cell in cells if cell is not None}
    rows = Contract.objects.filter(number__in=named, client__in=sight.client_ids) if named else ()
    known = {contract.number: contract for contract in rows}
    found: list[int | None] = [None] * len(values)
    for position in list(values.good()) if named else ():
        number = cells[position]
        contract = known.get(number)
        if number is None:
            continue
        if contract is None or clients[position] not in (None, contract.client_id):
            values.reject(position, f"contract “{number}” is unknown at this client: give one of its own")
            continue
        found[position], clients[position] = contract.pk, contract.client_id
    return found


def _existing(cards: dict[int, Card]) -> dict[Card, Rate]:
    starts = {card.starts for card in cards.values()}
    rows = Rate.objects.select_for_update().filter(starts__in=starts)
    return {Card.of(rate): rate for rate in rows}


def _reject_closed(
    values: Values, cards: dict[int, Card], fields: dict[int, dict[str, Any]], existing: dict[Card, Rate]
) -> None:
    fresh = [
        position
        for position, card in cards.items()
        if position not in values.table.rejected
        and (
            (rate := existing.get(card)) is None
            or any(getattr(rate, name) != value for name, value in fields[position].items())
        )
    ]
    used = closed_months_using([cards[position] for position in fresh])
    closed = closed_months()
    for position in fresh:
        if month := used.get(cards[position]):
            begin = first_open(month_add(month, 1), closed)
            values.reject(
                position,
                f"from {cards[position].starts} on there are hours in {format_month(month)}, which is closed: its "
                f"figures do not move. Date the rate from {begin} on",
            )


def undo_rates(batch_id: int, context: LoadContext) -> int:
    lock_ledger()
    written = list(ImportChange.objects.filter(batch_id=batch_id, table=TABLE).values_list("object_id", flat=True))
    used = closed_months_using([Card.of(rate) for rate in Rate.objects.filter(pk__in=written)])
    if used:
        months = ", ".join(sorted({format_month(month) for month in used.values()}))
        raise CannotUndo([f"hours of {months}, closed since, stand on these rates"])
    clients = set(clients_priced_by(written))
    undone = undo_records(batch_id).get(TABLE, [])
    rebuild_time_months(clients | set(clients_priced_by(undone)))
    return len(undone)


RATES = ImportKind(
    name="rates",
    label="Rates",
    about="What an hour of a person or a role is sold for (bill) or costs (cost), from a day on. Match on kind, person "
    "or role, client, contract and from. A change is a new row from a date. The person's rate holds before the role's, "
    "the contract's before the client's before one for all.",
    columns=(
        Column("kind", choice(RateKind.values), required=True, sample="bill"),
        Column("person_email", email, about="or role", sample=""),
        Column("role", text(80), about="or person_email", sample="Designer"),
        Column("client", reference(80), about="blank: for all", sample="kestrel-air"),
        Column("contract", reference(60), about="number; blank: for all of the client's", sample=""),
        Column("rate", amount_not_negative, required=True, about="for one hour", sample="145.00"),
        Column("currency", currency, required=True, sample="GBP"),
        Column("from", day, required=True, sample="2027-01-01"),
    ),
    key=("kind", "person_email", "role", "client", "contract", "from"),
    load=load_rates,
    roles=frozenset({FINANCE}),
    undo=undo_rates,
)
