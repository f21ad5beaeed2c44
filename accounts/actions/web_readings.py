"""Readings of KPIs computed from web analytics: whole months only, none where somebody typed one."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.db import transaction

from accounts.calc.kpis import span_of
from accounts.calc.web import WebRow, months_of
from accounts.models import Kpi, KpiReading, ReadingSource, WebMetric
from common import audit
from common.periods import format_month


@transaction.atomic
def read_from_web(client_ids: Collection[int], *, actor: str) -> int:
    """Make the readings of these clients' KPIs what their web analytics say now; returns how many were written,
    changed or taken out. A month of which days are missing has no reading.
    """
    changed = 0
    for kpi in Kpi.objects.filter(client__in=client_ids).select_for_update().order_by("pk"):
        known = {row.period: row for row in kpi.readings.all()}
        computed = {name: row for name, row in known.items() if row.source == ReadingSource.WEB}
        wanted = _months(kpi) if kpi.web_metric else {}
        for name in sorted(computed.keys() - wanted.keys()):
            _told(kpi, name, computed[name].actual, None, actor, computed[name].pk)
            computed[name].delete()
            changed += 1
        for name, amount in sorted(wanted.items()):
            changed += _written(kpi, name, amount, known.get(name), actor)
    return changed


def _months(kpi: Kpi) -> dict[str, Decimal]:
    rows = WebMetric.objects.filter(client=kpi.client_id, metric=kpi.web_metric)
    found = (WebRow(*row) for row in rows.values_list("property", "first", "last", "dimensions", "channel", "amount"))
    return {
        format_month(one.month): round(one.amount, 4)
        for one in months_of(found, channel=kpi.web_channel)
        if one.complete
    }


def _written(kpi: Kpi, name: str, amount: Decimal, record: KpiReading | None, actor: str) -> int:
    if record is not None and (record.source != ReadingSource.WEB or record.actual == amount):
        return 0
    if record is None:
        span = span_of(name)
        record = KpiReading.objects.create(
            kpi=kpi, period=name, starts=span.first, ends=span.last, actual=amount, source=ReadingSource.WEB
        )
        _told(kpi, name, None, amount, actor, record.pk)
        return 1
    was, record.actual, record.version = record.actual, amount, record.version + 1
    record.save(update_fields=["actual", "version", "updated_at"])
    _told(kpi, name, was, amount, actor, record.pk)
    return 1


def _told(kpi: Kpi, name: str, was: Decimal | None, now: Decimal | None, actor: str, pk: int) -> None:
    audit.record(
        actor=actor,
        verb="computed",
        kind="kpi_reading",
        object_id=pk,
        label=f"{kpi.name[:150]}, {name}",
        client_id=kpi.client_id,
        changes={"actual": (None if was is None else str(was), None if now is None else str(now))},
    )
