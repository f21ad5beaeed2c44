"""KPIs, their phases and readings, and the library, through REST."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import BigIntegerField, CharField, F, QuerySet, Value
from django.db.models.functions import Concat

from accounts.access import kpi_definitions_for, kpi_readings_for, kpi_targets_for, kpis_for, web_metrics_for
from accounts.actions.kpis import remove_definition, remove_kpi, remove_phase, remove_reading
from accounts.calc.web import web_key
from accounts.models import Frequency, Gathers, KpiDirection, ReadingSource
from people.models import User
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource

_MEANING = (
    Field("name", required=True),
    Field("unit", help="money, ratio, count, score, days, a currency or any word."),
    Field("direction", choices=tuple(KpiDirection.values)),
)
_MORE = (
    Field("how", help="How it is measured.", filter=False),
    Field("frequency", choices=tuple(Frequency.values)),
    Field("category"),
    Field("gathers", choices=tuple(Gathers.values), help="last: a level; sum: readings add up."),
)


def _named(rows: Callable[[User], QuerySet[Any]]) -> Callable[[User], QuerySet[Any]]:
    """Each row with the key its KPI and period make."""
    return lambda user: rows(user).annotate(
        line=Concat(F("kpi__key"), Value("|"), F("period"), output_field=CharField())
    )


def _key(row: Mapping[str, Any]) -> str:
    return "|".join(str(row.get(name) or "").strip() for name in ("kpi", "period"))


def _library(user: User) -> QuerySet[Any]:
    """Of no client: whoever reads the trail of the firm reads what was written of it."""
    return kpi_definitions_for(user).annotate(no_client=Value(None, output_field=BigIntegerField()))


def _remove_kpi(user: User, record: Any) -> None:
    remove_kpi(kpi=record, actor=user)


def _remove_reading(user: User, record: Any) -> None:
    remove_reading(reading=record, actor=user)


def _remove_phase(user: User, record: Any) -> None:
    remove_phase(phase=record, actor=user)


def _remove_definition(user: User, record: Any) -> None:
    remove_definition(definition=record, actor=user)


KPI_DEFINITIONS = Resource(
    name="kpi-definitions",
    label="library of KPIs",
    kind="kpi_definitions",
    told_as="kpi_definition",
    told_label=("name",),
    natural_key="key",
    fields=(ID_FIELD, Field("key", required=True), *_MEANING, *_MORE, *RECORD_FIELDS),
    rows=_library,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_client,
    orderings=("key", "name", "created_at", "updated_at"),
    search=("key", "name", "category"),
    delete=_remove_definition,
    client="no_client",
)
KPIS = Resource(
    name="kpis",
    label="KPIs of clients",
    kind="kpis",
    told_as="kpi",
    told_label=("name",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", required=True),
        *_MEANING,
        Field("baseline", "decimal", help="Null counts as 0."),
        Field("target", "decimal"),
        Field("target_low", "decimal", help="Of a range."),
        Field("target_high", "decimal", help="Of a range."),
        Field("owner", path="owner__email", help="On our side."),
        Field("contact", path="contact__key", help="At the client."),
        Field("definition", path="definition__key", help="Key in the library."),
        *_MORE,
        Field("starts_on", "date", help="Day of the baseline."),
        Field("due", "date", help="Day of the target."),
        Field("web_metric", help="Read from web analytics."),
        Field("web_channel", help="Of one channel; blank: of all."),
        *RECORD_FIELDS,
    ),
    rows=kpis_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("key", "name", "due", "created_at", "updated_at"),
    search=("key", "name", "category"),
    delete=_remove_kpi,
)


def _by_period(
    name: str,
    label: str,
    kind: str,
    told_as: str,
    rows: Callable[[User], QuerySet[Any]],
    remove: Callable[[User, Any], None],
    *said: Field,
) -> Resource:
    """Records of a KPI, one a period. said: the fields of their own."""
    return Resource(
        name=name,
        label=label,
        kind=kind,
        told_as=told_as,
        told_label=("kpi__name",),
        natural_key="key",
        fields=(
            ID_FIELD,
            Field("key", path="line", writable=False, help="Made of kpi and period."),
            Field("kpi", path="kpi__key", required=True),
            Field("period", required=True, help="2026, 2026-Q3 or 2026-09."),
            *said,
            *RECORD_FIELDS,
        ),
        rows=_named(rows),
        can_read=lambda can: can.see_relationships,
        can_write=lambda can: can.edit_relationships,
        orderings=("period", "created_at", "updated_at"),
        search=("kpi__name",),
        delete=remove,
        compose=_key,
        client="kpi__client_id",
    )


KPI_TARGETS = _by_period(
    "kpi-targets", "phases of KPIs", "kpi_targets", "kpi_target", kpi_targets_for, _remove_phase,
    Field("target", "decimal", required=True),
)  # fmt: skip
READINGS = _by_period(
    "readings", "readings of KPIs", "readings", "kpi_reading", kpi_readings_for, _remove_reading,
    Field("actual", "decimal", required=True),
    Field("note", filter=False),
    Field("source", writable=False, choices=tuple(ReadingSource.values), help="web: computed, not written."),
)  # fmt: skip
WEB_ANALYTICS = Resource(
    name="web-analytics",
    label="figures of web analytics",
    kind="web_analytics",
    told_as="web figure",
    told_label=("report",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", writable=False, help="Made of all but amount and channel."),
        Field("client", path="client__key", required=True),
        Field("property"),
        Field("report", required=True),
        Field("from", "date", path="first", required=True),
        Field("to", "date", path="last", required=True),
        Field("dimensions", help="What it is cut by, + between."),
        Field("value", filter=False),
        Field("channel"),
        Field("metric", required=True),
        Field("amount", "decimal", required=True),
        *RECORD_FIELDS,
    ),
    rows=web_metrics_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("first", "last", "created_at", "updated_at"),
    search=("report", "value"),
    compose=web_key,
)
KPI_RESOURCES = (WEB_ANALYTICS, KPI_DEFINITIONS, KPIS, KPI_TARGETS, READINGS)
