"""What the KPIs of clients ask of us: those at risk, and those nobody has read of late."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, CharField, DateField, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.urls import reverse

from accounts.access import kpis_for
from accounts.calc.kpis import SILENT
from accounts.models import ClientStatus, KpiReading
from accounts.queries.attention_voice import Asked
from common.attention import TODAY, AttentionItem
from common.formats import day_short, ratio

if TYPE_CHECKING:
    from people.models import User

KPI_KINDS: Final = frozenset({"kpi", "kpi_silent"})


def kpis_asking(user: User, today: date) -> list[QuerySet[Any, Any]]:
    """Rows of `Asked`, not read yet: status is the attained share, why the day it was read to, due today."""
    newest = KpiReading.objects.filter(kpi=OuterRef("pk"), starts__lte=today).order_by("-ends", "-starts")
    kpis = kpis_for(user).exclude(client__status=ClientStatus.LOST).order_by()
    kpis = kpis.annotate(asked_on=Cast(Value(today), output_field=DateField()))
    blank = Value("", output_field=CharField())
    named = ("client__key", "client__name", "name")
    at_risk = kpis.filter(standing="at_risk").values_list(
        *named, Coalesce(Cast("stood_on", CharField()), blank), "owner__name",
        Coalesce(Cast("attained", CharField()), blank), "asked_on", "pk", Value("kpi", output_field=CharField()),
    )  # fmt: skip
    last = Coalesce(Subquery(newest.values("ends")[:1]), F("starts_on"), TruncDate("created_at"))
    over = Case(
        *(When(frequency=name, then=Value(today - timedelta(days=days))) for name, days in SILENT.items()),
        output_field=DateField(),
    )
    silent = (
        kpis.annotate(last=last, over=over)
        .filter(last__lt=F("over"))
        .values_list(
            *named, Cast("last", CharField()), "owner__name", blank, "asked_on", "pk",
            Value("kpi_silent", output_field=CharField()),
        )
    )  # fmt: skip
    return [at_risk, silent]


def kpi_items(rows: list[Asked], today: date) -> list[AttentionItem]:
    """One for each client and fault: the furthest behind, the longest silent."""
    listed: dict[tuple[str, str], list[Asked]] = {}
    for row in rows:
        listed.setdefault((row.kind, row.client_key), []).append(row)
    return [
        _silent(found, today) if kind == "kpi_silent" else _off(found, today) for (kind, _), found in listed.items()
    ]


def _off(found: list[Asked], today: date) -> AttentionItem:
    worst = min(found, key=lambda row: (Decimal(row.status) if row.status else Decimal(0), row.title))
    share = f"{ratio(Decimal(worst.status), 0)} of what was asked" if worst.status else "Off what was asked"
    when = f" by {day_short(date.fromisoformat(worst.why))}" if worst.why else ""
    lead, why = f"KPI {worst.title} is at risk{_more(found)}", f"{share}{when}. With {worst.owner or 'nobody yet'}."
    return _item(worst, "at_risk", lead, why, "See why", today)


def _silent(found: list[Asked], today: date) -> AttentionItem:
    worst = min(found, key=lambda row: (row.why, row.title))
    last = date.fromisoformat(worst.why)
    lead = f"KPI {worst.title} has had no reading for {(today - last).days}\u00a0d{_more(found)}"
    why = f"Known up to {day_short(last)}. With {worst.owner or 'nobody yet'}."
    return _item(worst, "watch", lead, why, "Note a reading", today)


def _item(row: Asked, shape: str, lead: str, why: str, action: str, today: date) -> AttentionItem:
    url = reverse("kpi", args=[row.client_key, row.pk])
    return AttentionItem(row.client_key, row.client_name, shape, lead, why, action, url, today, TODAY)


def _more(found: list[Asked]) -> str:
    return f", and {len(found) - 1} more" if len(found) > 1 else ""
