"""The line of dates towards the end of a term: checkpoints, the last day for notice, the end."""

from __future__ import annotations

from datetime import date

from common import charts
from common.charts.specs import Size
from financials.calc import findings
from financials.calc.notice import checkpoints


def notice_chart(*, on: date, end: date, today: date, sub: str, size: Size = "full") -> charts.Timeline:
    days = (on - today).days
    stops = [charts.Stop(point.day, f"{point.days} d") for point in checkpoints(on)]
    stops += [charts.Stop(on, "Notice", "deadline"), charts.Stop(end, "Term ends", "end")]
    return charts.Timeline(
        finding=findings.notice_ahead(days),
        sub=sub,
        stops=tuple(stops),
        today=today,
        today_label=f"Today, {days} days left" if days >= 0 else "Today",
        span=f"{(end - on).days} days notice",
        size=size,
    )
