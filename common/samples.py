"""The made-up figures of the component sheet (/help/components/): a portfolio of twelve clients, in US dollars."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from common import charts
from common.charts import BandPoint, Event, LayerMonth, LinePoint, Month, Step, Stop
from common.figures import Figure

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SOURCE = "Ledger to Oct 2026, forecast run 118"

SWATCHES = (
    ("paper", "Paper", "Page"),
    ("surface", "Surface", "Panels"),
    ("sunken", "Sunken", "Wells"),
    ("rule", "Rule", "Hairline"),
    ("ink", "Ink", "Text"),
    ("ink2", "Ink 2", "Support"),
    ("ink3", "Ink 3", "Labels"),
    ("accent", "Accent", "Action"),
    ("layer1", "Layer 1", "Recognised"),
    ("layer2", "Layer 2", "Contracted"),
    ("layer3", "Layer 3", "Renewal"),
    ("layer4", "Layer 4", "Best case"),
    ("layer5", "Layer 5", "Pipeline"),
    ("budget", "Budget", "Line only"),
    ("down", "Down", "Decrease"),
    ("prior", "Prior", "Last year"),
)


def _m(millions: str) -> Decimal:
    return Decimal(millions) * 1_000_000


def monthly() -> charts.MonthlyBars:
    actual = ("6.7", "6.8", "7.1", "7.1", "7.1", "7.2", "6.9", "6.8", "7.5", "7.7")
    budget = ("6.8", "6.9", "7.2", "7.2", "7.2", "7.3", "7.1", "7.1", "7.6", "7.8", "7.5", "7.5")
    months = [Month(_MONTHS[i], _m(value), _m(budget[i]), strong=_MONTHS[i] == "Oct") for i, value in enumerate(actual)]
    months.append(Month("Nov", _m("7.5"), _m("7.5"), _m("7.0"), _m("7.9"), "forecast"))
    months.append(Month("Dec", _m("7.3"), _m("7.5"), _m("6.5"), _m("8.1"), "forecast"))
    return charts.MonthlyBars(
        finding="Two months to go: $15.4M needed, $14.8M forecast",
        sub="Net revenue by month, $M; bracket is the 80% band",
        source=f"{_SOURCE}, budget v3",
        months=tuple(months),
    )


def ribbon() -> charts.MonthlyBars:
    prior = ("1.31", "1.33", "1.4", "1.42", "1.44", "1.49", "1.41", "1.38", "1.47", "1.52", "1.55", "1.57")
    actual = ("1.52", "1.49", "1.53", "1.48", "1.46", "1.47", "1.42", "1.38", "1.42", "1.43")
    ahead = (
        ("Nov", "1.5", "1.43", "1.6"),
        ("Dec", "1.5", "1.4", "1.62"),
        ("Jan", "1.36", "1.21", "1.55"),
        ("Feb", "1.36", "1.18", "1.52"),
        ("Mar", "1.31", "0.72", "1.53"),
        ("Apr", "1.31", "0.7", "1.54"),
    )
    months = [Month(_MONTHS[i] if i else "Jan 2025", _m(value), kind="prior") for i, value in enumerate(prior)]
    months += [
        Month(_MONTHS[i] if i else "Jan 2026", _m(value), _m("1.53"), strong=i == 9) for i, value in enumerate(actual)
    ]
    months += [
        Month(label, _m(value), _m("1.53") if label in ("Nov", "Dec") else None, _m(low), _m(high), "forecast")
        for label, value, low, high in ahead
    ]
    return charts.MonthlyBars(
        finding="Revenue runs 4% under budget; after February it all rests on the renewal",
        sub="Net revenue by month, $M; band is the 80% interval",
        source=f"{_SOURCE}, renewal probability 72%",
        months=tuple(months),
        band="ribbon",
        events=(Event(26, "MSA ends 28 Feb"),),
        budget_label="Budget 2026",
        size="l",
        height=220,
    )


def call() -> charts.BandLine:
    value = ("87.3", "87.5", "87.4", "87.5", "87.3", "87.4", "87.2", "87.1", "87.0", "87.0", "86.6")
    low = ("84.2", "84.6", "84.6", "84.9", "85.0", "85.2", "85.1", "85.2", "85.3", "85.3", "85.4")
    high = ("90.2", "90.3", "90.0", "89.6", "89.5", "89.5", "89.0", "88.9", "88.6", "88.4", "87.9")
    return charts.BandLine(
        finding="Call eased $0.7M since January",
        sub="Full-year call by month made, $M",
        points=tuple(
            BandPoint(_MONTHS[i], _m(value[i]), _m(low[i]), _m(high[i]), _m("87.2")) for i in range(len(value))
        ),
    )


def waterfall() -> charts.ChangeWaterfall:
    steps = (
        ("New", "0.3"),
        ("Pulled in", "0.2"),
        ("Increased", "0.2"),
        ("Run-rate", "0.1"),
        ("Decreased", "-0.2"),
        ("Lost", "-0.4"),
        ("Slipped past Dec", "-0.5"),
    )
    return charts.ChangeWaterfall(
        finding="Slippage and one loss took out $0.3M since October’s call",
        sub="Change in full-year forecast, $M. Bars start at zero change.",
        start=Step("Run 112, 31 Oct", _m("86.9")),
        steps=tuple(Step(label, _m(value)) for label, value in steps),
        end=Step("Run 118, 23 Nov", _m("86.6")),
        size="s",
    )


def bridge() -> charts.Bridge:
    steps = (
        ("Volume", "-57200"),
        ("Cost and mix", "-16000"),
        ("Price", "-14000"),
        ("Pass-through", "0"),
        ("Exchange", "1200"),
        ("Expenses", "1500"),
    )
    return charts.Bridge(
        finding="Cancelled route launches cost $57.2k; dearer freelancers and rate cuts took $30.0k more",
        sub="Contribution, October 2026, budget to actual, $ thousand",
        source="Volume = change in hours × budget unit margin. The parts sum to −84.5 exactly.",
        start=Step("Budget", Decimal("243000"), "47.6% margin"),
        steps=tuple(Step(label, Decimal(value)) for label, value in steps),
        end=Step("Actual", Decimal("158500"), "39.6% margin"),
        size="xl",
    )


def layered() -> charts.LayeredBars:
    names = ("Contracted", "Renewal", "Commit", "Best case", "Pipeline", "Run-rate")
    done = [
        LayerMonth(label, (_m(value),), recognised=True, year="2026")
        for label, value in (("Jul", "6.9"), ("Aug", "6.8"), ("Sep", "7.6"), ("Oct", "7.8"))
    ]
    contracted = ("6.7", "6.3", "5.8", "5.7", "4.2", "4.0", "3.9", "3.8", "3.3", "3.2", "3.2", "3.1", "3.0", "2.9")
    renewal = ("0", "0", "0", "0.2", "1.7", "1.8", "2.0", "2.0", "2.2", "2.2", "2.5", "2.6", "2.7", "2.7")
    notes = {4: "29%", 7: "34%", 10: "43%", 13: "48%"}
    ahead = []
    for i, label in enumerate(("Nov", "Dec", *_MONTHS)):
        parts = (_m(contracted[i]), _m(renewal[i]), _m("0.2"), _m("0.4"), _m("0.2"), _m("0.4"))
        total = sum(parts, Decimal(0))
        low, high = total - _m("0.3") - i * _m("0.05"), total + _m("0.3") + i * _m("0.08")
        year = "2026" if i < 2 else "2027"
        ahead.append(LayerMonth(label, parts, low, high, note=notes.get(i, ""), year=year, total_shown=i < 2))
    return charts.LayeredBars(
        finding="Signed work covers 88% of what is left of 2026, and 53% of 2027",
        sub="Net revenue by month and layer, $M. Darker is more certain; dashed lines are the 80% band.",
        source=f"{_SOURCE}, 10,000 trials, seed 118",
        layers=names,
        months=(*done, *ahead),
        forecast_label="Forecast, run 118",
        events=(Event(8, "Halden and Corvus terms end 28 Feb"),),
    )


def timeline() -> charts.Timeline:
    stops = (
        (date(2026, 7, 3), "180 d"),
        (date(2026, 9, 1), "120 d"),
        (date(2026, 10, 1), "90 d"),
        (date(2026, 10, 31), "60 d"),
        (date(2026, 11, 30), "30 d"),
    )
    return charts.Timeline(
        finding="Five weeks to settle before notice falls due",
        sub="MSA 2024, fixed term to 28 Feb 2027, 60 calendar days",
        stops=(
            *(Stop(on, label) for on, label in stops),
            Stop(date(2026, 12, 30), "Notice", "deadline"),
            Stop(date(2027, 2, 28), "Term ends", "end"),
        ),
        today=date(2026, 11, 23),
        today_label="Today, 37 days left",
        span="60 days notice",
    )


def lines() -> charts.SmallLines:
    value = (228, 230, 229, 227, 226, 225, 224, 226, 228, 206.5, 202.5, 158.5)
    return charts.SmallLines(
        finding="Contribution, twelve months to October 2026",
        sub="$ thousand, actual against budget",
        points=tuple(
            LinePoint(f"{_MONTHS[(i + 10) % 12]} {2025 if i < 2 else 2026}", Decimal(str(v)) * 1000, Decimal(243_000))
            for i, v in enumerate(value)
        ),
    )


def ranged() -> charts.RangeBar:
    return charts.RangeBar(
        finding="Forecast $86.6M against a budget of $87.2M",
        value=_m("86.6"),
        low=_m("85.4"),
        high=_m("87.9"),
        budget=_m("87.2"),
    )


def sheet() -> dict[str, Any]:
    """The context of templates/portfolio/components.html."""
    fall = (18, 19, 17, 16.5, 16, 14, 13.5, 13, 13, 12.5, 12, 11.6, 11)
    rise = (11, 11.5, 11.2, 12, 12.4, 13, 13.1, 14, 14.4, 15, 16, 16.3, 17)
    rows = (
        ("Halden Pharma", "watch", "17.6", "-0.8", fall),
        ("Marlow Bank", "on_track", "14.9", "0.7", rise),
        ("Corvus Retail", "at_risk", "10.3", "-0.7", fall),
    )
    return {
        "swatches": SWATCHES,
        "forecast": Figure("sample.forecast", "Full-year forecast", _m("86.5934127"), "USD"),
        "margin": Figure("sample.margin", "Contribution margin", Decimal("0.38299"), "ratio"),
        "gap": _m("-0.6"),
        "points": Decimal("-0.8"),
        "rows": [
            {
                "name": name,
                "status": status,
                "full": Figure("sample.client", name, _m(full), "USD"),
                "gap": _m(gap),
                "series": series,
                "selected": index == 2,
            }
            for index, (name, status, full, gap, series) in enumerate(rows)
        ],
        "monthly": monthly(),
        "call": call(),
        "ranged": ranged(),
        "layered": layered(),
        "waterfall": waterfall(),
        "lines": lines(),
        "bridge": bridge(),
        "timeline": timeline(),
        "ribbon": ribbon(),
    }
