"""Opportunities and targets from a file."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from accounts.actions.stage_moves import before_of, record_moves
from accounts.imports.sight import NOT_YOURS, Sight, client_ids, link, person_ids, still_here
from accounts.imports.white_space import unit_ids
from accounts.models import Category, Opportunity, OpportunityKind, Outcome, StageMove, Target, TargetMeasure
from common.imports import (
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Note,
    Values,
    matching,
    save_records,
    undo_records,
)
from common.imports.columns import (
    amount,
    amount_not_negative,
    choice,
    currency,
    day,
    email,
    fraction,
    identifier,
    month,
    reference,
    text,
    whole,
)
from common.jobs import mark_dirty
from common.models import ImportChange
from common.policies import DIRECTOR, FINANCE
from people.models import User
from people.queries import reporting_line_ids

_FIELDS = {
    name: name
    for name in (
        "name",
        "stage",
        "amount",
        "currency",
        "opened_on",
        "close_on",
        "probability",
        "category",
        "delivery_start",
        "delivery_months",
        "offering",
        "kind",
        "renews",
        "contract",
        "next_step",
    )
}


def outcome_of(stage: str) -> str:
    """Won or lost, in any case, closes a deal; every other stage is the company's own word for open."""
    word = stage.strip().lower()
    return word if word in (Outcome.WON, Outcome.LOST) else Outcome.OPEN


def load_opportunities(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, owners = client_ids(values, sight), person_ids(values, sight)
    units = unit_ids(values, clients)
    existing = matching(Opportunity.objects.all(), "key", values.columns["key"])
    reader = FieldReader(Opportunity, values, _FIELDS)
    incoming, unpriced, given_currency = [], 0, context.options.get("currency", "")
    for position in list(values.good()):
        deal = existing.get(values.columns["key"][position])
        fields = {
            **reader.at(position),
            "client_id": clients[position],
            **link(values, "owner_email", owners, "owner_id", position),
            **link(values, "business_unit", units, "business_unit_id", position),
        }
        if deal is not None and deal.client_id != clients[position]:
            fields.setdefault("business_unit_id", None)  # the unit is of the client it leaves
        fields["outcome"] = outcome_of(fields["stage"])
        if given_currency and not fields.get("currency") and not (deal and deal.currency):
            fields["currency"] = given_currency
        faults = _deal_faults(fields, deal, sight)
        for reason in faults:
            values.reject(position, reason)
        if faults:
            continue
        unpriced += fields["outcome"] == Outcome.OPEN and _known(fields, deal, "amount") is None
        key = values.columns["key"][position]
        incoming.append(Incoming(position, key, fields, {"key": key}))
    before, stages = {deal.pk: deal.client_id for deal in existing.values()}, before_of(existing.values())
    saved = save_records(context, Opportunity, incoming, existing)
    changed = set(saved.updated)
    touched = [deal for deal in existing.values() if deal.pk in changed]  # they hold what was written
    touched += list(Opportunity.objects.filter(pk__in=saved.created)) if saved.created else []
    record_moves(touched, stages, by=context.actor, now=context.now, source=StageMove.Source.FILE)
    _mark({*(deal.client_id for deal in touched), *(before[pk] for pk in saved.updated)}, context)
    notes = [Note("Open deals without an amount: counted as unpriced, never summed.", unpriced)] if unpriced else []
    return Counts.of(saved.status.values(), notes)


def _known(fields: dict[str, Any], deal: Opportunity | None, name: str) -> Any:
    """What the deal will have: the file's word, else what stands."""
    return fields[name] if name in fields else getattr(deal, name, None)


def _deal_faults(fields: dict[str, Any], deal: Opportunity | None, sight: Sight) -> list[str]:
    faults = []
    if deal is not None and not sight.sees(deal.client_id):
        faults.append(NOT_YOURS.format("key", deal.key))
    missing = [
        name
        for name in ("amount", "currency", "close_on")
        if fields["outcome"] == Outcome.WON and _known(fields, deal, name) in (None, "")
    ]
    if missing:
        faults.append(f"won, but without {', '.join(missing)}")
    elif _known(fields, deal, "amount") is not None and not _known(fields, deal, "currency"):
        faults.append("amount without a currency")
    return faults


def _mark(clients: set[int], context: LoadContext) -> None:
    refs = [f"client:{pk}" for pk in sorted(clients)]
    if refs:
        mark_dirty("recompute", refs, asked_by=context.actor)


def undo_opportunities(batch_id: int, context: LoadContext) -> int:
    written = ImportChange.objects.filter(batch_id=batch_id, table="accounts.opportunity").values("object_id")
    known = list(Opportunity.objects.filter(pk__in=written))
    undone = undo_records(batch_id)["accounts.opportunity"] if written.exists() else []
    left = list(Opportunity.objects.filter(pk__in=undone))
    record_moves(left, before_of(known), by=context.actor, now=context.now, source=StageMove.Source.FILE)
    _mark(set(still_here(deal.client_id for deal in (*known, *left))), context)
    return len(undone)


def load_targets(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, owners = client_ids(values, sight), person_ids(values, sight)
    months = {values.columns["month"][position] for position in values.good()}
    mine = Target.objects.select_for_update(of=("self",)).filter(month__in=months)
    existing = {(row.measure, row.client_id, row.owner_id, row.month): row for row in mine}
    reader = FieldReader(Target, values, {"amount": "amount", "currency": "currency"})
    line = _own_line(sight.user)
    incoming = []
    for position in list(values.good()):
        measure, due = values.columns["measure"][position], values.columns["month"][position]
        key = (measure, clients[position], owners[position], due)
        if line is not None and key[1] is None and key[2] not in line:
            values.reject(position, "a target names a client of yours, or someone who reports to you")
            continue
        own = {"measure": measure, "client_id": key[1], "owner_id": key[2], "month": due}
        incoming.append(Incoming(position, key, reader.at(position), own))
    return Counts.of(save_records(context, Target, incoming, existing).status.values())


def _own_line(user: User | None) -> set[int] | None:
    """Whose targets the loader may set; None for everyone's."""
    if user is None or user.role == FINANCE:
        return None
    return set(User.objects.filter(Q(pk__in=reporting_line_ids(user))).values_list("pk", flat=True))


OPPORTUNITIES = ImportKind(
    name="opportunities",
    label="Opportunities",
    about="Deals, open and closed. Match on key. Stage won or lost (any case) closes a deal. Amounts are fees: "
    "without pass-through and tax.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-OPP-03"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("name", text(200), required=True, sample="Loyalty relaunch"),
        Column("stage", text(60), required=True, about="your own words; won or lost closes it", sample="Proposal"),
        Column("amount", amount_not_negative, about="required when won; blank: unpriced", sample="240000"),
        Column("currency", currency, about="required with an amount", sample="GBP"),
        Column("close_on", day, about="required when won", sample="2027-01-29"),
        Column("probability", fraction, about="fraction 0–1", sample="0.6"),
        Column("category", choice(Category.values), sample="best_case"),
        Column("delivery_start", day, about="blank: first of the month after close_on", sample="2027-03-01"),
        Column("delivery_months", whole(1, 240), about="blank: 12", sample="9"),
        Column("offering", text(120), about="key or name of one of yours, or your own words", sample="Loyalty"),
        Column("kind", choice(OpportunityKind.values), sample="expansion"),
        Column("renews", reference(60), about="number of the contract it renews", sample=""),
        Column("contract", reference(60), about="number of the contract it became", sample=""),
        Column("next_step", text(300), sample="Send the revised scope"),
        Column("owner_email", email, sample=""),
        Column("opened_on", day, about="when the deal began", sample="2026-08-03"),
        Column("business_unit", reference(80), about="key of a unit of the client", sample=""),
    ),
    key=("key",),
    load=load_opportunities,
    roles=frozenset({DIRECTOR}),
    undo=undo_opportunities,
)

TARGETS = ImportKind(
    name="targets",
    label="Targets",
    about="What a client or a person is asked to bring in a month. Match on measure, client, owner_email and month.",
    columns=(
        Column("measure", choice(TargetMeasure.values), required=True, sample="net_revenue"),
        Column("client", reference(80), sample="kestrel-air"),
        Column("owner_email", email, sample=""),
        Column("month", month, required=True, sample="2027-01"),
        Column("amount", amount, required=True, sample="180000"),
        Column("currency", currency, required=True, sample="GBP"),
    ),
    key=("measure", "client", "owner_email", "month"),
    load=load_targets,
    roles=frozenset({DIRECTOR, FINANCE}),
)
