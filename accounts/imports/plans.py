"""Plans and their parts from files. What hangs on a client starts that client's plan where there is none yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Max

from accounts.imports.sight import NOT_YOURS, Sight, client_ids, link, person_ids
from accounts.models import (
    ABOVE,
    KPI_SOURCE,
    PARTS,
    PLAN_PATHS,
    Audience,
    Client,
    Depth,
    Direction,
    FactKind,
    Known,
    Kpi,
    MeasureReading,
    MeasureUnit,
    Plan,
    PlanTarget,
    Stakeholding,
    WorkStatus,
)
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
from common.imports.columns import (
    amount,
    amount_not_negative,
    choice,
    currency,
    day,
    email,
    identifier,
    reference,
    text,
    whole,
)
from common.measures import plan_measures
from common.policies import DIRECTOR

Owner = tuple[int, int, int]
"""A part's id, its client's, and that of what it hangs on itself."""
_KEY = identifier(80)
_LONG = text(5000)
_OWNER = Column("owner", email, about="who of ours", sample="ana.reyes@firm.example")
_STATUS = Column("status", choice(WorkStatus.values), about="not_started where it is new", sample="on_track")


def _title(sample: str) -> Column:
    return Column("title", text(200), required=True, sample=sample)


def _key(sample: str) -> Column:
    return Column("key", _KEY, required=True, sample=sample)


def _client() -> Column:
    return Column("client", reference(80), required=True, sample="kestrel-air")


@dataclass(frozen=True, slots=True)
class Part:
    """How rows of one kind become parts. links: columns that name another part of the same plan, by its kind; rule:
    a reason to refuse a row, from its values, or "".
    """

    kind: str
    fields: Mapping[str, str]
    links: Mapping[str, str]
    rule: Callable[[Mapping[str, Any]], str] = lambda row: ""

    @property
    def above(self) -> str:
        return "client" if ABOVE[self.kind] == "plan" else ABOVE[self.kind]


def plans_of(clients: set[int], context: LoadContext) -> dict[int, int]:
    """Plan ids by client; an empty plan from this January for those without."""
    found = dict(Plan.objects.filter(client__in=clients).values_list("client_id", "pk"))
    missing = Client.objects.filter(pk__in=clients - found.keys())
    made = Plan.objects.bulk_create(
        Plan(client=client, starts_on=client.local_date(context.now).replace(month=1, day=1)) for client in missing
    )
    return found | {plan.client_id: plan.pk for plan in made}


def _above(values: Values, sight: Sight, context: LoadContext, column: str) -> list[Owner | None]:
    """What each row hangs on; a name that is nobody's, or out of sight, rejects the row."""
    if column == "client":
        clients = client_ids(values, sight)
        good = {pk for position in values.good() if (pk := clients[position]) is not None}
        plans = plans_of(good, context)
        return [(plans[pk], pk, pk) if pk in plans else None for pk in clients]
    known = _parts(values, column)
    found: list[Owner | None] = []
    for position, key in enumerate(values.columns[column]):
        hit = known.get(key)
        if key is not None and (hit is None or not sight.sees(hit[1])):
            values.reject(position, f"{column}: “{key}” is unknown")
            hit = None
        found.append(hit)
    return found


def _parts(values: Values, column: str) -> dict[str, Owner]:
    """Parts named in a column, by key."""
    keys = {key for key in values.columns[column] if key}
    rows = PARTS[column]._default_manager.filter(key__in=keys)
    names = ("key", "pk", f"{PLAN_PATHS[column]}__client", f"{ABOVE[column]}_id")
    return {key: (pk, client, above) for key, pk, client, above in rows.values_list(*names)}


def loader(part: Part) -> Callable[[Values, LoadContext], Counts]:
    def load(values: Values, context: LoadContext) -> Counts:
        sight, model = Sight(context), PARTS[part.kind]
        above = _above(values, sight, context, part.above)
        owners = person_ids(values, sight, "owner") if "owner" in values.columns else []
        linked = {column: _parts(values, kind) for column, kind in part.links.items()}
        sponsors = _sponsors(values) if "sponsor" in values.columns else {}
        kpis = _kpis(values) if part.kind == "measure" else frozenset()
        existing = matching(model._default_manager.all(), "key", values.columns["key"])
        standing = dict(
            model._default_manager.filter(key__in=existing).values_list("key", f"{PLAN_PATHS[part.kind]}__client")
        )
        top = int(model._default_manager.aggregate(top=Max("position"))["top"] or 0)
        reader, incoming = FieldReader(model, values, part.fields), []
        for position in list(values.good()):
            owner, row = above[position], values.row(position)
            if owner is None:
                continue
            key, client = row["key"], owner[1]
            links = {column: known.get(row[column]) for column, known in linked.items()}
            reason = _refusal(row, owner, standing.get(key, client), links, sponsors) or part.rule(row)
            if (row.get("source") or "").startswith(KPI_SOURCE) and (client, row["source"]) not in kpis:
                reason = reason or f"source: “{row['source']}” is no KPI of this client"
            if reason:
                values.reject(position, reason)
                continue
            fields = {**reader.at(position), f"{ABOVE[part.kind]}_id": owner[0]}
            for column, hit in links.items():
                if values.has(column):
                    fields[f"{column}_id"] = hit[0] if hit else None
            if owners:
                fields |= link(values, "owner", owners, "owner_id", position)
            if values.has("sponsor"):
                fields["sponsor_id"] = sponsors.get((client, row["sponsor"]))
            incoming.append(Incoming(position, key, fields, {"key": key, "position": top + 1 + position}))
        return Counts.of(save_records(context, model, incoming, existing).status.values())

    return load


def _refusal(
    row: Mapping[str, Any],
    above: Owner,
    stands_at: int,
    links: Mapping[str, Owner | None],
    sponsors: Mapping[tuple[int, str], int],
) -> str:
    client = above[1]
    if stands_at != client:
        return NOT_YOURS.format("key", row["key"])
    for column, hit in links.items():
        if row[column] is not None and (hit is None or hit[1] != client):
            return f"{column}: “{row[column]}” is none of this client's plan"
        if column == "initiative" and hit is not None and hit[2] != above[0]:
            return f"initiative: “{row[column]}” stands under another objective"
    if row.get("sponsor") is not None and (client, row["sponsor"]) not in sponsors:
        return f"sponsor: “{row['sponsor']}” is nobody on this client's map"
    return ""


def _kpis(values: Values) -> frozenset[tuple[int, str]]:
    """KPIs that measures name, as they name them, by client."""
    keys = {name.removeprefix(KPI_SOURCE) for name in values.columns["source"] if name and name.startswith(KPI_SOURCE)}
    rows = Kpi.objects.filter(key__in=keys).values_list("client_id", "key")
    return frozenset((client, f"{KPI_SOURCE}{key}") for client, key in rows)


def _sponsors(values: Values) -> dict[tuple[int, str], int]:
    keys = {key for key in values.columns["sponsor"] if key}
    rows = Stakeholding.objects.filter(contact__key__in=keys)
    return {(client, key): pk for client, key, pk in rows.values_list("client_id", "contact__key", "contact_id")}


def _ends_after_start(row: Mapping[str, Any]) -> str:
    if row["starts_on"] and row["ends_on"] and row["ends_on"] < row["starts_on"]:
        return "ends_on: it ends before it starts"
    return ""


def _measures_something(row: Mapping[str, Any]) -> str:
    if row["target"] == (row["baseline"] or 0):
        return "target: where it stood already, so nothing would be measured"
    return ""


def _source(cell: str) -> str:
    """A number the product knows, or a KPI of the client by its key."""
    if cell.strip().startswith(KPI_SOURCE):
        return str(identifier(90)(cell))
    return str(choice(("reading", *plan_measures.names()))(cell))


_PARTS: Final = {
    "imperatives": Part("imperative", {name: name for name in ("title", "why", "confirmed_on")}, {}),
    "objectives": Part("objective", {name: name for name in ("title", "due", "status")}, {"imperative": "imperative"}),
    "plan_measures": Part(
        "measure",
        {name: name for name in ("title", "source", "unit", "direction", "baseline", "target", "starts_on", "due")},
        {},
        _measures_something,
    ),
    "initiatives": Part(
        "initiative", {name: name for name in ("title", "starts_on", "ends_on", "status")}, {}, _ends_after_start
    ),
    "plan_milestones": Part("milestone", {name: name for name in ("title", "due", "reached_on")}, {}),
    "actions": Part(
        "action",
        {name: name for name in ("title", "due", "next_step", "status", "audience")},
        {"initiative": "initiative"},
    ),
    "plan_facts": Part(
        "fact",
        {name: name for name in ("kind", "title", "detail", "response", "source", "likelihood", "impact")},
        {"imperative": "imperative"},
    ),
}


def _kind(name: str, label: str, about: str, *columns: Column) -> ImportKind:
    return ImportKind(
        name=name,
        label=label,
        about=about,
        columns=columns,
        key=("key",),
        load=loader(_PARTS[name]),
        roles=frozenset({DIRECTOR}),
    )


_WORDS: Final = ("ambition", "quarter_focus", "field_of_play", "our_value", "their_gain", "our_gain")
_PLAN_FIELDS: Final = {name: name for name in (*_WORDS, "starts_on", "horizon_years", "depth", "known_to_client")}


def load_plans(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients = client_ids(values, sight)
    existing = matching(Plan.objects.all(), "client_id", [pk for pk in clients if pk is not None])
    reader = FieldReader(Plan, values, _PLAN_FIELDS)
    start = context.now.date().replace(month=1, day=1)
    incoming = [
        Incoming(position, clients[position], reader.at(position), {"client_id": clients[position], "starts_on": start})
        for position in list(values.good())
    ]
    return Counts.of(save_records(context, Plan, incoming, existing).status.values())


def load_targets(values: Values, context: LoadContext) -> Counts:
    """Matched on client and year."""
    sight = Sight(context)
    above = _above(values, sight, context, "client")
    plans = {owner[0] for owner in above if owner}
    existing = {(row.plan_id, row.year): row for row in PlanTarget.objects.select_for_update().filter(plan__in=plans)}
    reader = FieldReader(PlanTarget, values, {"amount": "amount", "currency": "currency"})
    incoming = []
    for position in list(values.good()):
        owner = above[position]
        if owner is not None:
            natural = {"plan_id": owner[0], "year": values.columns["year"][position]}
            incoming.append(Incoming(position, tuple(natural.values()), reader.at(position), natural))
    return Counts.of(save_records(context, PlanTarget, incoming, existing).status.values())


def load_readings(values: Values, context: LoadContext) -> Counts:
    """Matched on measure and day."""
    above = _above(values, Sight(context), context, "measure")
    ids = {owner[0] for owner in above if owner}
    existing = {
        (row.measure_id, row.read_on): row for row in MeasureReading.objects.select_for_update().filter(measure__in=ids)
    }
    reader = FieldReader(MeasureReading, values, {"value": "value", "note": "note"})
    incoming = []
    for position in list(values.good()):
        owner = above[position]
        if owner is not None:
            natural = {"measure_id": owner[0], "read_on": values.columns["read_on"][position]}
            incoming.append(Incoming(position, tuple(natural.values()), reader.at(position), natural))
    return Counts.of(save_records(context, MeasureReading, incoming, existing).status.values())


PLANS = ImportKind(
    name="plans",
    label="Account plans",
    about="What a plan says of itself: ambition, horizon, charter, whether the client knows it. Match on client.",
    columns=(
        _client(),
        Column("ambition", _LONG, sample="Partner for every launch in three years"),
        Column("starts_on", day, about="this January where it is new", sample="2026-01-01"),
        Column("horizon_years", whole(1, 10), about="3 where it is new", sample="3"),
        Column("depth", choice(Depth.values), about="blank follows the tier", sample=""),
        Column("known_to_client", choice(Known.values), about="does the client know this plan?", sample="partly"),
        Column("quarter_focus", _LONG, about="what we go for this quarter", sample="Sign the media year"),
        Column("field_of_play", _LONG, about="charter: where we play", sample="Brand and media in Europe"),
        Column("our_value", _LONG, about="charter: the value we bring", sample="One plan for all markets"),
        Column("their_gain", _LONG, about="charter: how they gain", sample="Launch in half the time"),
        Column("our_gain", _LONG, about="charter: what we gain", sample="A reference in life sciences"),
    ),
    key=("client",),
    load=load_plans,
    roles=frozenset({DIRECTOR}),
)
IMPERATIVES = _kind(
    "imperatives", "Imperatives", "What a client is trying to do. Match on key.",
    _key("KES-I1"), _client(), _title("Win back business travellers"),
    Column("why", _LONG, about="what presses them", sample="A third of corporate bookings went in two years"),
    Column("sponsor", reference(80), about="key of a contact on the client's map", sample="KES-C01"), _OWNER,
    Column("confirmed_on", day, about="the client said that we read it right", sample=""),
)  # fmt: skip
OBJECTIVES = _kind(
    "objectives", "Objectives", "What we mean to achieve with a client. Match on key.",
    _key("KES-O1"), _client(), _title("Prove what content brings in bookings"),
    Column("imperative", _KEY, about="key of the imperative it serves", sample="KES-I1"), _OWNER,
    Column("due", day, sample="2027-03-31"), _STATUS,
)  # fmt: skip
MEASURES = _kind(
    "plan_measures", "Measures of plans", "How an objective is judged. Match on key.",
    _key("KES-M1"), Column("objective", _KEY, required=True, sample="KES-O1"), _title("Bookings from content"),
    Column("source", _source, about="reading for typed numbers, or one the product computes", sample="reading"),
    Column("unit", choice(MeasureUnit.values), sample="count"),
    Column("direction", choice(Direction.values), sample="up"),
    Column("baseline", amount, about="blank counts as 0", sample="1200"),
    Column("target", amount, required=True, sample="3000"),
    Column("starts_on", day, about="the baseline's day", sample="2026-01-31"),
    Column("due", day, sample="2027-03-31"),
)  # fmt: skip
INITIATIVES = _kind(
    "initiatives", "Initiatives", "Work under an objective that takes months. Match on key.",
    _key("KES-N1"), Column("objective", _KEY, required=True, sample="KES-O1"), _title("Link content to bookings"),
    _OWNER, Column("starts_on", day, sample="2026-10-01"), Column("ends_on", day, sample="2027-03-31"), _STATUS,
)  # fmt: skip
MILESTONES = _kind(
    "plan_milestones", "Milestones of plans", "Points on the way of an initiative. Match on key.",
    _key("KES-S1"), Column("initiative", _KEY, required=True, sample="KES-N1"), _title("Data agreement signed"),
    _OWNER, Column("due", day, required=True, sample="2026-12-15"), Column("reached_on", day, sample=""),
)  # fmt: skip
ACTIONS = _kind(
    "actions", "Actions", "What is to be done, under an objective or one of its initiatives. Match on key.",
    _key("KES-A1"), Column("objective", _KEY, required=True, sample="KES-O1"),
    Column("initiative", _KEY, about="one of the same plan; blank for none", sample="KES-N1"),
    _title("Send the draft agreement"), _OWNER, Column("due", day, sample="2026-12-04"),
    Column("next_step", text(300), sample="Legal reads it first"), _STATUS,
    Column("audience", choice(Audience.values), about="internal unless it says client", sample="internal"),
)  # fmt: skip
FACTS = _kind(
    "plan_facts", "Facts of plans", "Strengths, weaknesses, openings, threats, competitors, risks. Match on key.",
    _key("KES-F1"), _client(), Column("kind", choice(FactKind.values), required=True, sample="risk"),
    _title("Media contract ends in January"), Column("detail", _LONG, sample="No successor agreed"),
    Column("response", _LONG, about="what we do about it", sample="Two budget levels offered"),
    Column("source", text(200), about="how we know", sample="Contract register"),
    Column("imperative", _KEY, about="key of the imperative it bears on", sample=""),
    Column("likelihood", whole(1, 5), about="of a risk, 1–5", sample="4"),
    Column("impact", whole(1, 5), about="of a risk, 1–5", sample="5"), _OWNER,
)  # fmt: skip
TARGETS = ImportKind(
    name="plan_targets",
    label="Years of plans",
    about="Net revenue a plan asks of a calendar year. Match on client and year.",
    columns=(
        _client(),
        Column("year", whole(2000, 2199), required=True, sample="2027"),
        Column("amount", amount_not_negative, required=True, sample="1800000"),
        Column("currency", currency, required=True, sample="USD"),
    ),
    key=("client", "year"),
    load=load_targets,
    roles=frozenset({DIRECTOR}),
)
READINGS = ImportKind(
    name="plan_readings",
    label="Readings of measures",
    about="What a typed measure read on a day. Match on measure and day.",
    columns=(
        Column("measure", _KEY, required=True, sample="KES-M1"),
        Column("read_on", day, required=True, sample="2026-10-31"),
        Column("value", amount, required=True, sample="1650"),
        Column("note", text(300), sample="From their booking desk"),
    ),
    key=("measure", "read_on"),
    load=load_readings,
    roles=frozenset({DIRECTOR}),
)
ALL: Final = (
    PLANS, IMPERATIVES, OBJECTIVES, MEASURES, READINGS, INITIATIVES, MILESTONES, ACTIONS, FACTS, TARGETS,
)  # fmt: skip
