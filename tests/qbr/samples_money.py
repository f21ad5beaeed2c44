"""Sample slides of fees, margin and what is ahead."""

from __future__ import annotations

from dataclasses import replace

from qbr.calc.slides import (
    Bar,
    BarChart,
    Bridge,
    Cell,
    Column,
    Point,
    Row,
    Slide,
    Step,
    Table,
    TextColumn,
)
from tests.qbr.samples_base import D, figure, row

MONTHS = ("Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep")
NET = (1080, 1105, 1240, 1020, 1066, 1164, 1190, 1220, 1280, 1210, 1262, 1370)
PLAN = (1060, 1090, 1230, 1050, 1080, 1150, 1170, 1230, 1260, 1200, 1240, 1287)

PNL = Slide(
    key="pnl",
    kind="pnl",
    section="Fees and billings",
    headline="Fees rose in every month of the quarter and ended September $83k over budget",
    dek="Gross billings less what we pass through to third parties are our net fees.",
    source="ledger to Sep 2026",
    chart=BarChart(
        "Net fees by month",
        "$000",
        tuple(
            Bar(month, D(net), f"{net:,}", D(plan), group="2025" if i < 3 else "2026")
            for i, (month, net, plan) in enumerate(zip(MONTHS, NET, PLAN, strict=True))
        ),
        "Net fees by month, October 2025 to September 2026: from 1,080 to 1,370 thousand dollars, "
        "budget 1,060 to 1,287",
        key_actual="Net fees",
        key_plan="Budget",
    ),
    table=Table(
        (
            Column("$000", 214, "name"),
            Column("Q3 2026", 88, "actual"),
            Column("Budget", 88, "figure"),
            Column("Gap", 88, "figure"),
            Column("Q2", 88, "figure"),
            Column("Q3 2025", 88, "figure"),
        ),
        (
            row("Gross billings", figure("5,210", "5210000"), "5,050", "+160", "4,980", "4,610"),
            row("Pass-through", figure("1,368", "1368000"), "1,323", "+45", "1,290", "1,300"),
            row("Net fees", figure("3,842", "3842000"), "3,727", "+115", "3,690", "3,310", style="total"),
        ),
        "Billings to fees",
        "third quarter, $000",
    ),
    columns=(
        TextColumn(
            "What moved",
            (Point("", "Media is $94k over budget: two more flights for the loyalty launch, both billed."),),
        ),
        TextColumn(
            "What did not", (Point("", "Creative is $31k under: the autumn range moved to November at your request."),)
        ),
        TextColumn("What follows", (Point("", "Creative catches up in Q4; the full year stays $0.2M over budget."),)),
    ),
)

COST_TABLE = Table(
    (
        Column("$000; margins in %", 214, "name"),
        Column("Q3 2026", 88, "actual"),
        Column("Budget", 88, "figure"),
        Column("Gap", 88, "figure"),
        Column("Q2", 88, "figure"),
        Column("Q3 2025", 88, "figure"),
    ),
    tuple(
        Row(
            tuple(
                Cell(text, field="cost" if line not in ("Gross billings", "Pass-through", "Net revenue") else "open")
                for text in (line, *figures)
            ),
            style,  # type: ignore[arg-type]  # test data
        )
        for line, figures, style in (
            ("Gross billings", ("5,210", "5,050", "+160", "4,980", "4,610"), ""),
            ("Pass-through", ("1,368", "1,323", "+45", "1,290", "1,300"), ""),
            ("Net revenue", ("3,842", "3,727", "+115", "3,690", "3,310"), "total"),
            ("Delivery labour", ("1,780", "1,690", "−90", "1,660", "1,540"), ""),
            ("Freelancers", ("449", "360", "−89", "372", "315"), ""),
            ("Gross profit", ("1,613", "1,677", "−64", "1,658", "1,455"), "total"),
            ("Gross margin", ("42.0", "45.0", "−3.0", "44.9", "44.0"), "ratio"),
            ("Direct expenses", ("120", "115", "−5", "118", "104"), ""),
            ("Contribution", ("1,493", "1,562", "−69", "1,540", "1,351"), "total"),
            ("Contribution margin", ("38.9", "41.9", "−3.0", "41.7", "40.8"), "ratio"),
            ("Overhead", ("461", "447", "−14", "443", "397"), ""),
            ("Operating profit", ("1,032", "1,115", "−83", "1,097", "954"), "total"),
        )
    ),
    "Ladder to operating profit",
    "third quarter",
)

BRIDGE = Bridge(
    "Gross profit, Q2 to Q3",
    "$000",
    (
        Step("Q2 2026", D(1658), "1,658", total=True, note="44.9%"),
        Step("Price", D(22), "+22"),
        Step("Volume", D(98), "+98"),
        Step("Cost and mix", D(-88), "−88"),
        Step("Freelancers", D(-77), "−77"),
        Step("Q3 2026", D(1613), "1,613", total=True, note="42.0%"),
    ),
    "Gross profit from 1,658 in Q2 to 1,613 in Q3: price +22, volume +98, cost and mix −88, freelancers −77",
    field="cost",
)

INTERNAL_PNL = replace(PNL, table=COST_TABLE, chart=None, bridge=BRIDGE, columns=(), section="Profit and margin")

AHEAD = ("Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun")
FORECAST = Slide(
    key="forecast",
    kind="forecast",
    section="Forecast",
    headline="The year is forecast at $15.2M, $0.2M over budget; 68% of the next six months is contracted",
    dek="Net fees. From October: contracted, then likely renewals, then proposals by their likelihood.",
    source="forecast run 118",
    chart=BarChart(
        "Net fees by month",
        "$000; after the line, forecast with its 80% range",
        (
            *(
                Bar(m, D(n), f"{n:,}", layers=(D(n),), group="2025" if i < 3 else "2026")
                for i, (m, n) in enumerate(zip(MONTHS, NET, strict=True))
            ),
            *(
                Bar(
                    m,
                    D(1330 + 8 * i),
                    f"{1330 + 8 * i:,}",
                    forecast=True,
                    low=D(1260 - 20 * i),
                    high=D(1400 + 30 * i),
                    layers=(D(0), D(1000 - 60 * i), D(150 + 40 * i), D(180 + 28 * i)),
                    group="2026" if i < 3 else "2027",
                )
                for i, m in enumerate(AHEAD)
            ),
        ),
        "Net fees by month, October 2025 to June 2027: actual 1,080 to 1,370, forecast 1,330 to 1,394 thousand dollars",
        layers=("Recorded", "Contracted", "Likely renewals", "Proposals, weighted"),
    ),
    table=Table(
        (
            Column("$000", 328, "name"),
            *(
                Column(name, 140, "actual" if i == 0 else "figure")
                for i, name in enumerate(("Q3 2026", "Q4", "Q1 2027", "Q2", "2026", "2027"))
            ),
        ),
        (
            row("Recorded", "3,842", "", "", "", "11,090", ""),
            row("Contracted", "", "2,820", "2,280", "1,740", "2,820", "4,020"),
            row("Likely renewals", "", "570", "930", "1,290", "570", "2,220"),
            row("Proposals, weighted", "", "624", "876", "1,128", "624", "2,004"),
            row("Total", "3,842", "4,014", "4,086", "4,158", "15,104", "8,244", style="total"),
        ),
        "Forecast by quarter",
    ),
)
