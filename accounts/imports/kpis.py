"""The library, KPIs of clients, their phases and readings from files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from accounts.actions.surveys import HEALTH
from accounts.actions.web_readings import read_from_web
from accounts.calc.kpis import Span, kpi_faults, reading_fault, span_of
from accounts.imports.sight import NOT_YOURS, Sight, client_ids, link, person_ids
from accounts.models import (
    Contact,
    Frequency,
    Gathers,
    Kpi,
    KpiDefinition,
    KpiDirection,
    KpiReading,
    KpiTarget,
    ReadingSource,
)
from common import jobs
from common.imports import (
    BadValue,
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
from common.imports.columns import amount, choice, day, email, identifier, reference, text
from common.periods import InvalidPeriod
from common.policies import DIRECTOR

_MEANING: Final = ("name", "unit", "direction", "how", "frequency", "category", "gathers")
_AIMS: Final = ("baseline", "target", "target_low", "target_high", "starts_on", "due", "web_metric", "web_channel")
_ROLES: Final = frozenset({DIRECTOR})


def period(cell: str) -> str:
    cell = cell.strip()
    try:
        span_of(cell)
    except InvalidPeriod as error:
        raise BadValue(f"“{cell[:60]}” is not a period: write 2026, 2026-Q3 or 2026-09") from error
    return cell


def load_definitions(values: Values, context: LoadContext) -> Counts:
    """The library is the whole firm's: no client's sight is asked."""
    keys = values.columns["key"]
    existing = matching(KpiDefinition.objects.all(), "key", keys)
    reader = FieldReader(KpiDefinition, values, {name: name for name in _MEANING})
    incoming = [
        Incoming(position, keys[position], reader.at(position), {"key": keys[position]}) for position in values.good()
    ]
    return Counts.of(save_records(context, KpiDefinition, incoming, existing).status.values())


def load_kpis(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, owners = client_ids(values, sight), person_ids(values, sight, "owner")
    people = dict(
        Contact.objects.filter(key__in={key for key in values.columns["contact"] if key}).values_list("key", "pk")
    )
    at_client = set(Contact.objects.filter(pk__in=people.values()).values_list("pk", "client_id"))
    library = {one.key: one for one in KpiDefinition.objects.all()} if values.has("definition") else {}
    existing = matching(Kpi.objects.all(), "key", values.columns["key"])
    reader = FieldReader(Kpi, values, {name: name for name in (*_MEANING, *_AIMS)})
    incoming = []
    for position in list(values.good()):
        key, who, meant = (values.columns[name][position] for name in ("key", "contact", "definition"))
        kpi = existing.get(key)
        faults = []
        if kpi is not None and not sight.sees(kpi.client_id):
            faults.append(NOT_YOURS.format("key", key))
        fields = {
            **reader.at(position),
            "client_id": clients[position],
            **link(values, "owner", owners, "owner_id", position),
        }
        defaults: dict[str, Any] = {"key": key}
        if values.has("contact"):
            fields["contact_id"] = people.get(who) if who else None
            if who and (fields["contact_id"], clients[position]) not in at_client:
                faults.append(f"contact “{who}” is unknown at this client")
        if values.has("definition"):
            found = library.get(meant) if meant else None
            fields["definition_id"] = found.pk if found else None
            if meant and found is None:
                faults.append(f"definition “{meant}” is not in the library")
            if found is not None:  # what the file does not say begins as the library has it
                defaults |= {name: getattr(found, name) for name in _MEANING if values.columns[name][position] is None}
        standing = {
            name: fields.get(name, defaults.get(name, getattr(kpi, name, None))) for name in (*_MEANING, *_AIMS)
        }
        faults += [f"{name}: {words}" for name, words in kpi_faults(standing).items()]
        for reason in faults:
            values.reject(position, reason)
        if not faults:
            fields = {name: value for name, value in fields.items() if kpi is not None or value not in ("", None)}
            incoming.append(Incoming(position, key, fields, defaults))
    counts = Counts.of(save_records(context, Kpi, incoming, existing).status.values())
    touched = {pk for one in incoming if (pk := clients[one.position]) is not None}
    if values.has("web_metric") or values.has("web_channel"):
        read_from_web(sorted(touched), actor=context.actor)
    _read_again(touched)
    return counts


def _read_again(clients: Iterable[int | None]) -> None:
    jobs.mark_dirty(HEALTH, [f"health:{pk}" for pk in {pk for pk in clients if pk is not None}])


def _kpis(values: Values, context: LoadContext) -> list[Kpi | None]:
    """By position; one out of sight is as unknown as one that is not there."""
    sight = Sight(context)
    keys = values.columns["kpi"]
    known = {one.key: one for one in Kpi.objects.filter(key__in={key for key in keys if key})}
    found = [None if key is None else known.get(key) for key in keys]
    found = [one if one is not None and sight.sees(one.client_id) else None for one in found]
    for position in list(values.good()):
        if found[position] is None:
            values.reject(position, f"kpi “{keys[position]}” is unknown")
    return found


def load_phases(values: Values, context: LoadContext) -> Counts:
    """Matched on KPI and period."""
    kpis = _kpis(values, context)
    ids = {kpi.pk for kpi in kpis if kpi}
    existing = {(row.kpi_id, row.period): row for row in KpiTarget.objects.select_for_update().filter(kpi__in=ids)}
    reader = FieldReader(KpiTarget, values, {"target": "target"})
    incoming = []
    for position in list(values.good()):
        kpi, name = kpis[position], values.columns["period"][position]
        if kpi is not None:
            natural = {"kpi_id": kpi.pk, "period": name, "ends": span_of(name).last}
            incoming.append(Incoming(position, (kpi.pk, name), reader.at(position), natural))
    counts = Counts.of(save_records(context, KpiTarget, incoming, existing).status.values())
    _read_again(kpi.client_id for kpi in kpis if kpi)
    return counts


def load_readings(values: Values, context: LoadContext) -> Counts:
    """Matched on KPI and period. A month read from web analytics is not ours to change."""
    kpis = _kpis(values, context)
    ids = {kpi.pk for kpi in kpis if kpi}
    existing = {(row.kpi_id, row.period): row for row in KpiReading.objects.select_for_update().filter(kpi__in=ids)}
    read: dict[int, dict[str, Span]] = {}
    for (pk, name), row in existing.items():
        read.setdefault(pk, {})[name] = Span(row.starts, row.ends)
    reader = FieldReader(KpiReading, values, {"actual": "actual", "note": "note"})
    incoming = []
    for position in list(values.good()):
        kpi, name = kpis[position], values.columns["period"][position]
        if kpi is None:
            continue
        if words := _fault(kpi, name, read.setdefault(kpi.pk, {}), existing.get((kpi.pk, name)), context.now.date()):
            values.reject(position, f"period: {words}")
            continue
        span = span_of(name)
        read[kpi.pk][name] = span
        natural = {"kpi_id": kpi.pk, "period": name, "starts": span.first, "ends": span.last}
        incoming.append(Incoming(position, (kpi.pk, name), reader.at(position), natural))
    counts = Counts.of(save_records(context, KpiReading, incoming, existing).status.values())
    _read_again(kpi.client_id for kpi in kpis if kpi)
    return counts


def _fault(kpi: Kpi, name: str, read: dict[str, Span], record: KpiReading | None, today: date) -> str:
    if record is not None and record.source == ReadingSource.WEB:
        return "it is computed from web analytics: load those"
    others = [(other, span) for other, span in read.items() if other != name]
    return reading_fault(kpi.gathers == Gathers.SUM, span_of(name), others, today)


def _meaning(name_required: bool) -> tuple[Column, ...]:
    return (
        Column("name", text(160), required=name_required, sample="Leads from content"),
        Column("unit", text(20), about="money, ratio, count, score, days or any word; count where new", sample="leads"),
        Column("direction", choice(KpiDirection.values), about="up where it is new", sample="up"),
    )


_MORE: Final = (
    Column("how", text(500), about="how it is measured", sample="CRM: first touch on content"),
    Column("frequency", choice(Frequency.values), about="month where it is new", sample="month"),
    Column("category", text(60), sample="Growth"),
    Column("gathers", choice(Gathers.values), about="last: a level; sum: readings add up", sample="last"),
)
DEFINITIONS = ImportKind(
    name="kpi_definitions",
    label="Library of KPIs",
    about="KPIs defined once for all clients. Match on key.",
    columns=(Column("key", identifier(80), required=True, sample="leads-content"), *_meaning(True), *_MORE),
    key=("key",),
    load=load_definitions,
    roles=_ROLES,
)
KPIS = ImportKind(
    name="kpis",
    label="KPIs of clients",
    about="What a client and we are held to. Match on key. A range has two ends, anything else one target.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-K01"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        *_meaning(True),
        Column("baseline", amount, about="blank counts as 0", sample="20"),
        Column("target", amount, sample="30"),
        Column("target_low", amount, about="of a range", sample=""),
        Column("target_high", amount, about="of a range", sample=""),
        Column("owner", email, about="on our side", sample="ana.reyes@firm.example"),
        Column("contact", reference(80), about="at the client: key of a contact", sample="KES-C02"),
        Column("definition", reference(80), about="key in the library, whose words it begins with", sample=""),
        *_MORE,
        Column("starts_on", day, about="day of the baseline", sample="2026-01-01"),
        Column("due", day, about="day of the target", sample="2026-12-31"),
        Column("web_metric", text(60), about="read from web analytics: sessions, page_views, …", sample=""),
        Column("web_channel", text(80), about="of one channel; blank: of all", sample=""),
    ),
    key=("key",),
    load=load_kpis,
    roles=_ROLES,
)
PHASES = ImportKind(
    name="kpi_targets",
    label="Phases of KPIs",
    about="Where a KPI should stand at the end of a period. Match on kpi and period.",
    columns=(
        Column("kpi", reference(80), required=True, sample="KES-K01"),
        Column("period", period, required=True, about="2026, 2026-Q3 or 2026-09", sample="2026-Q3"),
        Column("target", amount, required=True, sample="26"),
    ),
    key=("kpi", "period"),
    load=load_phases,
    roles=_ROLES,
)
READINGS = ImportKind(
    name="readings",
    label="Readings of KPIs",
    about="What a KPI was over a period. Match on kpi and period.",
    columns=(
        Column("kpi", reference(80), required=True, sample="KES-K01"),
        Column("period", period, required=True, about="2026, 2026-Q3 or 2026-09", sample="2026-09"),
        Column("actual", amount, required=True, sample="28"),
        Column("note", text(300), sample=""),
    ),
    key=("kpi", "period"),
    load=load_readings,
    roles=_ROLES,
)
ALL: Final = (DEFINITIONS, KPIS, PHASES, READINGS)
