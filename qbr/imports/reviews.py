"""Planned reviews from a file."""

from __future__ import annotations

from accounts.imports.sight import Sight, client_ids, fault_of, link, person_ids
from accounts.models import Client
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
from common.imports.columns import choice, day, email, identifier, reference, text
from common.periods import InvalidPeriod, parse_period
from common.policies import DIRECTOR
from qbr.models import Deck, Review

_FIELDS = {name: name for name in ("kind", "period", "day", "place", "agenda")}


def load_reviews(values: Values, context: LoadContext) -> Counts:
    """Plans reviews and moves planned ones; their steps are taken on their pages. What was held is not moved."""
    sight = Sight(context)
    clients, owners = client_ids(values, sight), person_ids(values, sight)
    existing = matching(Review.objects.all(), "key", values.columns["key"])
    starts = dict(Client.objects.filter(pk__in=sight.client_ids).values_list("pk", "fiscal_year_start"))
    there = {
        (client, kind, period): key
        for client, kind, period, key in Review.objects.filter(client__in=sight.client_ids)
        .exclude(state="cancelled")
        .values_list("client_id", "kind", "period", "key")
    }
    reader = FieldReader(Review, values, _FIELDS)
    incoming = []
    for position in list(values.good()):
        row, client = values.row(position), clients[position]
        review = existing.get(row["key"])
        fault = _fault(row, review, client, sight, starts)
        named = client or 0, row["kind"], row["period"]
        if not fault and there.setdefault(named, row["key"]) != row["key"]:
            fault = f"period: this client has a {row['kind']} about {row['period']} already; change that one"
        if fault:
            values.reject(position, fault)
            continue
        fields = {
            **reader.at(position),
            "client_id": client,
            **link(values, "owner_email", owners, "owner_id", position),
        }
        incoming.append(Incoming(position, row["key"], fields, {"key": row["key"]}))
    return Counts.of(save_records(context, Review, incoming, existing).status.values())


def _fault(
    row: dict[str, object], review: Review | None, client: int | None, sight: Sight, starts: dict[int, int]
) -> str:
    if fault := fault_of(review, client, sight, row["key"], "a review"):
        return fault
    if review is not None and review.state != "planned":
        return "key: this review is past planning; change it on its page"
    try:
        parse_period(str(row["period"]), starts.get(client or 0, 1))
    except InvalidPeriod as error:
        return f"period: {error}"
    return ""


REVIEWS = ImportKind(
    name="reviews",
    label="Planned reviews",
    about="Which reviews are held when. Match on key. Steps, minutes and ratings are noted on their pages.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-R1"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column(
            "kind", choice(Deck.Kind.values), required=True, about="business review or annual meeting", sample="qbr"
        ),
        Column("period", text(12), required=True, about="what it looks at", sample="2026-Q4"),
        Column("day", day, required=True, sample="2027-01-20"),
        Column("place", text(200), about="room or address of the call", sample="Harbour Street 4"),
        Column("owner_email", email, about="who of ours leads it", sample="ana.reyes@firm.example"),
        Column("agenda", text(4000), sample=""),
    ),
    key=("key",),
    load=load_reviews,
    roles=frozenset({DIRECTOR}),
)
