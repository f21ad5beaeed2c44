"""Figures of web analytics from files; KPIs that are read from them follow."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from accounts.actions.surveys import HEALTH
from accounts.actions.web_readings import read_from_web
from accounts.calc.web import web_key
from accounts.imports.sight import Sight, client_ids, still_here
from accounts.models import WebMetric
from common import jobs
from common.imports import (
    BadValue,
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
from common.imports.columns import day, identifier, reference, text
from common.models import ImportChange
from common.policies import DIRECTOR

_NUMBER: Final = re.compile(r"-?[0-9]{1,17}(?:\.[0-9]{1,6})?")


def number(cell: str) -> Decimal:
    cell = cell.strip()
    if not _NUMBER.fullmatch(cell):
        raise BadValue(f"“{cell[:40]}” is not a plain number: digits, a point, at most six decimals")
    return Decimal(cell)


def load_web(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients = client_ids(values, sight)
    columns = values.table.columns
    keys = {position: web_key({name: cells[position] for name, cells in columns.items()}) for position in values.good()}
    existing = matching(WebMetric.objects.all(), "key", keys.values())
    reader = FieldReader(WebMetric, values, {"channel": "channel", "amount": "amount"})
    incoming = []
    for position in list(values.good()):
        first, last = values.columns["from"][position], values.columns["to"][position]
        if last < first:
            values.reject(position, "to: before from")
            continue
        natural = {
            "key": keys[position], "client_id": clients[position], "first": first, "last": last,
            **{name: values.columns[name][position] or "" for name in ("property", "report", "metric")},
            "dimensions": values.columns["dimensions"][position] or "",
            "value": values.columns["value"][position] or "",
        }  # fmt: skip
        incoming.append(Incoming(position, keys[position], reader.at(position), natural))
    counts = Counts.of(save_records(context, WebMetric, incoming, existing).status.values())
    told = read_again({pk for pk in clients if pk is not None}, context.actor)
    if told:
        counts.notes.append(Note("Readings of KPIs computed from these figures, whole months only.", told))
    return counts


def read_again(clients: set[int], actor: str) -> int:
    told = read_from_web(sorted(clients), actor=actor)
    if told:
        jobs.mark_dirty(HEALTH, [f"health:{pk}" for pk in sorted(clients)])
    return told


def undo_web(batch_id: int, context: LoadContext) -> int:
    """The figures go, and the readings made of them."""
    ids = ImportChange.objects.filter(batch_id=batch_id).values("object_id")
    touched = set(WebMetric.objects.filter(pk__in=ids).values_list("client_id", flat=True))
    undone = undo_records(batch_id)
    read_again(set(still_here(touched)), context.actor)
    return sum(len(ids) for ids in undone.values())


WEB = ImportKind(
    name="web_analytics",
    label="Web analytics",
    about="Figures of web analytics, by report and days. Match on all but amount and channel.",
    columns=(
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("property", text(120), about="which site or app, where a client has several", sample="kestrel.example"),
        Column("report", text(120), required=True, sample="Traffic acquisition"),
        Column("from", day, required=True, sample="2026-09-01"),
        Column("to", day, required=True, sample="2026-09-30"),
        Column("dimensions", text(120), about="what it is cut by, + between", sample="channel"),
        Column("value", text(600), about="of which; × between", sample="Organic Search"),
        Column("channel", text(80), about="where it is one of a channel", sample="Organic Search"),
        Column("metric", identifier(60), required=True, about="sessions, users, page_views …", sample="sessions"),
        Column("amount", number, required=True, sample="48211"),
    ),
    key=("client", "property", "report", "from", "to", "dimensions", "value", "metric"),
    load=load_web,
    roles=frozenset({DIRECTOR}),
    undo=undo_web,
)
