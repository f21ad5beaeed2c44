"""Proposals and pitches from a file."""

from __future__ import annotations

from typing import Any

from accounts.access import opportunities_for
from accounts.calc.pitches import QUESTIONS
from accounts.imports.sight import NOT_YOURS, Sight, client_ids
from accounts.models import Decision, Opportunity, Pitch, PitchStatus, Proposal, ProposalStatus
from common.imports import (
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Values,
    matching,
    save_records,
)
from common.imports.columns import amount_not_negative, choice, currency, day, identifier, reference, text, whole
from common.policies import DIRECTOR

_PROPOSAL = ("title", "edition", "amount", "currency", "status", "sent_on", "valid_until", "note")
_PITCH = ("name", "status", "due_on", "decision", "decided_on", "cost", "currency", *QUESTIONS, "note")


def _deals(values: Values, sight: Sight) -> dict[str, tuple[int, int]]:
    """Deals in sight by the keys named: (id, client id)."""
    keys = {key for key in values.columns["opportunity"] if key}
    rows = Opportunity.objects.all() if sight.user is None else opportunities_for(sight.user)
    found = rows.filter(key__in=keys).values_list("key", "pk", "client_id")
    return {key: (pk, client) for key, pk, client in found}


def load_proposals(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    deals = _deals(values, sight)
    existing = matching(Proposal.objects.select_related("opportunity"), "key", values.columns["key"])
    reader = FieldReader(Proposal, values, {name: name for name in _PROPOSAL})
    taken = {
        (deal, edition): key
        for key, deal, edition in Proposal.objects.filter(
            opportunity__in=[pk for pk, _ in deals.values()]
        ).values_list("key", "opportunity_id", "edition")
    }  # fmt: skip
    incoming = []
    for position in list(values.good()):
        key, deal_key = values.columns["key"][position], values.columns["opportunity"][position]
        standing = existing.get(key)
        if deal_key not in deals:
            values.reject(position, f"opportunity “{deal_key}” is unknown")
            continue
        if standing is not None and not sight.sees(standing.opportunity.client_id):
            values.reject(position, NOT_YOURS.format("key", key))
            continue
        fields = {**reader.at(position), "opportunity_id": deals[deal_key][0]}
        faults = _proposal_faults(fields, standing)
        place = (fields["opportunity_id"], _known(fields, standing, "edition") or 1)
        if taken.setdefault(place, key) != key:
            faults.append("edition: this deal has a proposal of it already")
        for reason in faults:
            values.reject(position, reason)
        if not faults:
            incoming.append(Incoming(position, key, fields, {"key": key}))
    return Counts.of(save_records(context, Proposal, incoming, existing).status.values())


def _known(fields: dict[str, Any], standing: Any, name: str) -> Any:
    return fields[name] if name in fields else getattr(standing, name, None)


def _proposal_faults(fields: dict[str, Any], standing: Proposal | None) -> list[str]:
    faults = []
    if _known(fields, standing, "amount") is not None and not _known(fields, standing, "currency"):
        faults.append("amount without a currency")
    status = _known(fields, standing, "status") or ProposalStatus.DRAFT
    unsent = (ProposalStatus.DRAFT, ProposalStatus.WITHDRAWN)
    if status not in unsent and _known(fields, standing, "sent_on") is None:
        faults.append(f"sent_on: needed once it is {status}")
    return faults


def load_pitches(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, deals = client_ids(values, sight), _deals(values, sight)
    existing = matching(Pitch.objects.all(), "key", values.columns["key"])
    reader = FieldReader(Pitch, values, {name: name for name in _PITCH})
    incoming = []
    for position in list(values.good()):
        key, deal_key = values.columns["key"][position], values.columns["opportunity"][position]
        standing = existing.get(key)
        fields = {**reader.at(position), "client_id": clients[position]}
        faults = []
        if standing is not None and not sight.sees(standing.client_id):
            faults.append(NOT_YOURS.format("key", key))
        if values.has("opportunity"):
            deal = deals.get(deal_key or "")
            if deal_key and (deal is None or deal[1] != clients[position]):
                faults.append(f"opportunity “{deal_key}” is unknown")
            fields["opportunity_id"] = deal[0] if deal else None
        if _known(fields, standing, "cost") is not None and not _known(fields, standing, "currency"):
            faults.append("cost without a currency")
        for reason in faults:
            values.reject(position, reason)
        if not faults:
            incoming.append(Incoming(position, key, fields, {"key": key}))
    return Counts.of(save_records(context, Pitch, incoming, existing).status.values())


PROPOSALS = ImportKind(
    name="proposals",
    label="Proposals",
    about="What was offered for a deal, one row an edition. Match on key. Amounts are fees.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-PRO-04"),
        Column("opportunity", reference(80), required=True, sample="KES-OPP-03"),
        Column("title", text(200), required=True, sample="Rebuilt media plan"),
        Column("edition", whole(1, 999), about="blank: 1", sample="2"),
        Column("amount", amount_not_negative, sample="1900000"),
        Column("currency", currency, about="required with an amount", sample="USD"),
        Column("status", choice(ProposalStatus.values), about="blank: draft", sample="sent"),
        Column("sent_on", day, about="required once it is sent, accepted or declined", sample="2026-11-12"),
        Column("valid_until", day, sample="2026-12-31"),
        Column("note", text(500), sample=""),
    ),
    key=("key",),
    load=load_proposals,
    roles=frozenset({DIRECTOR}),
)

PITCHES = ImportKind(
    name="pitches",
    label="Pitches",
    about="Competitions for work, with what speaks for them from 1 to 5. Match on key.",
    columns=(
        Column("key", identifier(80), required=True, sample="P-2026-07"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("name", text(200), required=True, sample="Loyalty relaunch"),
        Column("opportunity", reference(80), about="the deal it would become; of the same client", sample="KES-OPP-03"),
        Column("status", choice(PitchStatus.values), about="blank: considering", sample="pitching"),
        Column("due_on", day, sample="2026-12-09"),
        Column("decision", choice(Decision.values), sample="go"),
        Column("decided_on", day, sample="2026-11-03"),
        Column("cost", amount_not_negative, about="what pitching costs us", sample="38000"),
        Column("currency", currency, about="required with a cost", sample="USD"),
        *(Column(name, whole(1, 5), about=words.lower(), sample="4") for name, words in QUESTIONS.items()),
        Column("note", text(1000), sample=""),
    ),
    key=("key",),
    load=load_pitches,
    roles=frozenset({DIRECTOR}),
)
