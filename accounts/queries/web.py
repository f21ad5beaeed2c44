"""What a client's web analytics say: months by channel, the reports they came in, the KPIs that read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Count, Max, Min
from django.urls import reverse

from accounts.calc.web import ADDS_UP, WebMonth, WebRow, months_of
from accounts.models import Client, Kpi, WebMetric
from common.formats import month_short, number, ratio

SHOWN: Final = 7
"""Months side by side."""
DRAWN: Final = 14


@dataclass(frozen=True, slots=True)
class Cell:
    """text: the figure, or how many days of the month are known."""

    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class ChannelRow:
    name: str
    cells: tuple[Cell, ...]
    share: Decimal | None
    spark: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class ReportRow:
    name: str
    property: str
    first: date
    last: date
    figures: int


@dataclass(frozen=True, slots=True)
class WebPage:
    """metrics: those that add up, of which months can be made. outside: figures of days over two months."""

    finding: str
    metric: str
    metrics: tuple[tuple[str, str], ...]
    months: tuple[str, ...]
    channels: tuple[ChannelRow, ...]
    whole: ChannelRow | None
    reports: tuple[ReportRow, ...]
    kpis: tuple[tuple[str, str], ...]
    outside: int


def load_web(client: Client, metric: str = "") -> WebPage:
    """Four queries."""
    known = WebMetric.objects.filter(client=client)
    names = sorted(set(known.order_by().values_list("metric", flat=True).distinct()) & ADDS_UP)
    chosen = metric if metric in names else "sessions" if "sessions" in names else names[0] if names else ""
    rows = [
        WebRow(*row)
        for row in known.filter(metric=chosen).values_list(
            "property", "first", "last", "dimensions", "channel", "amount"
        )
    ]
    whole = {one.month: one for one in months_of(rows)}
    months = sorted(whole)[-DRAWN:]
    shown = months[-SHOWN:]
    by_name = {name.lower(): name for name in sorted({row.channel for row in rows if row.channel})}
    channels = [
        _row(name, {one.month: one for one in months_of(rows, channel=name)}, months, shown, whole)
        for name in by_name.values()
    ]
    reports = (
        known.order_by()
        .values("report", "property")
        .annotate(first_day=Min("first"), last_day=Max("last"), figures=Count("pk"))
        .order_by("-last_day", "report")
    )
    kpis = Kpi.objects.filter(client=client).exclude(web_metric="").order_by("name").values_list("pk", "name")
    return WebPage(
        finding=_finding(client.name, chosen, whole, channels),
        metric=chosen,
        metrics=tuple((name, name.replace("_", " ")) for name in names),
        months=tuple(month_short(month) for month in shown),
        channels=tuple(sorted(channels, key=lambda row: (-(row.spark[-1] if row.spark else 0), row.name))),
        whole=_row("All channels", whole, months, shown, whole) if whole else None,
        reports=tuple(
            ReportRow(one["report"], one["property"], one["first_day"], one["last_day"], one["figures"])
            for one in reports[:60]
        ),
        kpis=tuple((name, reverse("kpi", args=[client.key, pk])) for pk, name in kpis),
        outside=sum((row.first.year, row.first.month) != (row.last.year, row.last.month) for row in rows),
    )


def _row(
    name: str, found: dict[date, WebMonth], months: Iterable[date], shown: Iterable[date], whole: dict[date, WebMonth]
) -> ChannelRow:
    complete = [one for month in months if (one := found.get(month)) is not None and one.complete]
    last = complete[-1] if complete else None
    base = whole.get(last.month) if last else None
    share = last.amount / base.amount if last and base and base.complete and base.amount else None
    return ChannelRow(name, tuple(_cell(found.get(month)) for month in shown), share, tuple(o.amount for o in complete))


def _cell(one: WebMonth | None) -> Cell:
    if one is None or not one.days:
        return Cell("—", False)
    return Cell(number(one.amount), True) if one.complete else Cell(f"{one.days}\u00a0d only", False)


def _finding(name: str, metric: str, whole: dict[date, WebMonth], channels: list[ChannelRow]) -> str:
    complete = [one for _, one in sorted(whole.items()) if one.complete]
    if not complete:
        return f"No whole month of {name}'s web analytics is known yet" if whole else f"{name}'s web analytics"
    first = max(channels, key=lambda row: row.share or Decimal(0), default=None)
    led = f", {ratio(first.share, 0)} of them from {first.name}" if first and first.share else ""
    word = metric.replace("_", " ")
    return f"{number(complete[-1].amount)} {word} in {month_short(complete[-1].month)}{led}"
