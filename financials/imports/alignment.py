"""What contracts and milestones are for, from a file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from accounts.imports.sight import Sight
from accounts.models import Imperative
from common.imports import Column, Counts, ImportKind, Incoming, LoadContext, Values, save_records
from common.imports.columns import fraction, identifier, reference
from common.money import ZERO
from common.policies import DIRECTOR
from financials.models import AlignmentTie, Contract, Milestone

ONE = Decimal(1)
Key = tuple[int, int | None, int]


def load_alignment(values: Values, context: LoadContext) -> Counts:
    """Matched on contract, milestone and imperative."""
    sight, columns = Sight(context), values.columns
    contracts = {
        row.number: row for row in Contract.objects.select_for_update(of=("self",)).filter(
            number__in=[number for number in columns["contract"] if number]
        )
    }  # fmt: skip
    rows = Milestone.objects.filter(contract__in=contracts.values())
    milestones = {(number, key): pk for number, key, pk in rows.values_list("contract__number", "key", "pk")}
    wanted = {key for key in columns["imperative"] if key}
    imperatives: dict[str, tuple[int, int]] = {
        key: (pk, client)
        for key, pk, client in Imperative.objects.filter(key__in=wanted).values_list("key", "pk", "plan__client_id")
    }
    kept = AlignmentTie.objects.select_for_update().filter(contract__in=contracts.values())
    existing: dict[Key, AlignmentTie] = {(row.contract_id, row.milestone_id, row.imperative_id): row for row in kept}
    shares = {key: row.share for key, row in existing.items()}
    taken = {row.milestone_id: row.imperative_id for row in kept if row.milestone_id}
    incoming = []
    for position in list(values.good()):
        row = values.row(position)
        contract = contracts.get(row["contract"])
        if contract is None or not sight.sees(contract.client_id):
            values.reject(position, f"contract: “{row['contract']}” is unknown")
            continue
        milestone = milestones.get((row["contract"], row["milestone"])) if row["milestone"] else None
        aim, client = imperatives.get(row["imperative"], (0, 0))
        share = ONE if milestone or row["share"] is None else row["share"]
        key: Key = (contract.pk, milestone, aim)
        reason = _refusal(row, contract, milestone, client)
        if not reason and milestone and taken.setdefault(milestone, aim) != aim:
            reason = "milestone: it serves another imperative already; take that tie away first"
        if not reason and milestone is None:
            tied = _tied(shares, contract.pk, aim)
            if tied + share > ONE:
                reason = f"share: {(ONE - tied).normalize():f} of the contract is left to be tied"
        if reason:
            values.reject(position, reason)
            continue
        shares[key] = share
        natural = {"contract_id": contract.pk, "milestone_id": milestone, "imperative_id": aim}
        incoming.append(Incoming(position, key, {"share": share}, natural))
    return Counts.of(save_records(context, AlignmentTie, incoming, existing).status.values())


def _tied(shares: dict[Key, Decimal], contract: int, aim: int) -> Decimal:
    """What other imperatives have of the contract itself."""
    return sum((one for (pk, mark, to), one in shares.items() if pk == contract and not mark and to != aim), ZERO)


def _refusal(row: dict[str, Any], contract: Contract, milestone: int | None, client: int) -> str:
    if row["milestone"] and milestone is None:
        return f"milestone: “{row['milestone']}” is none of this contract"
    if client != contract.client_id:
        return f"imperative: “{row['imperative']}” is none of this client's plan"
    if row["share"] is not None and not 0 < row["share"] <= 1:
        return "share: a fraction above 0, at most 1"
    return ""


ALIGNMENT = ImportKind(
    name="alignment",
    label="What contracts are for",
    about="Which imperative of the client a contract, or a milestone of it, serves. Match on all three keys.",
    columns=(
        Column("contract", reference(60), required=True, sample="KES-SOW-07"),
        Column("milestone", identifier(80), about="key of a milestone; blank for the contract itself", sample=""),
        Column("imperative", identifier(80), required=True, sample="KES-I1"),
        Column("share", fraction, about="fraction of the contract; 1 where blank", sample="0.5"),
    ),
    key=("contract", "milestone", "imperative"),
    load=load_alignment,
    roles=frozenset({DIRECTOR}),
)
