"""Made-up decks for the tests of layout and PDF: a full client review, its internal twin, and hostile ones."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from qbr.calc.slides import (
    Agenda,
    Bar,
    BarChart,
    BigFigure,
    Bridge,
    Cell,
    Column,
    Cover,
    Decision,
    Deck,
    Person,
    Point,
    Row,
    Slide,
    Step,
    Table,
    TextColumn,
)

D = Decimal


def figure(text: str | None, value: str | None = None, **more: object) -> Cell:
    return Cell(text, D(value) if value is not None else None, **more)  # type: ignore[arg-type]  # test data


def row(*texts: str | Cell | None, style: str = "") -> Row:
    cells = tuple(item if isinstance(item, Cell) else Cell(item) for item in texts)
    return Row(cells, style)  # type: ignore[arg-type]  # test data


SPARK = tuple(D(n) for n in (3120, 3180, 3260, 3310, 3480, 3560, 3690, 3842))

TITLE = Slide(
    key="title",
    kind="title",
    section="Northvale Grocers",
    headline="Net fees are $3.84M, 3.1% over budget",
    cover=Cover(
        verdict="Fees are 3.1% over budget and the year is forecast at $15.2M. Two renewals need a decision today.",
        kind_label="Quarterly business review",
        period_long="Third quarter 2026, July to September",
        meeting=("21 October 2026, 10:00 to 11:00 BST", "Northvale House, room 4.02", "Version 1"),
        agenda=(
            Agenda("Decisions we seek today", "2"),
            Agenda("Where we stand", "3–6"),
            Agenda("What is agreed and what is proposed", "7–8"),
            Agenda("Next quarter", "9"),
        ),
        theirs=(
            Person("Miriam Okafor", "Chief operating officer, sponsor"),
            Person("Daniel Reyes", "Chief financial officer"),
            Person("Leila Haddad", "Chief marketing officer"),
        ),
        ours=(Person("Anna Whitlock", "Account director"), Person("Jonas Brandt-Lee", "Operations lead")),
        basis=(
            "Figures as of 30 Sep 2026; forecast run 118.",
            "All money in US dollars. Fiscal year is the calendar year.",
        ),
    ),
)

DECISIONS = Slide(
    key="decisions",
    kind="decisions",
    section="Decisions we seek today",
    headline="Three decisions today release $2.5M and are worth $7.3M a year; "
    "the first two recover the delay in picking",
    dek="Each has one recommended option and one named decider.",
    source="change order CO-07 draft 3; scanner quotation Q-2291",
    note="Worth a year is the run-rate benefit at full effect, as modelled with Northvale Finance on 8 Oct; it is "
    "not yet signed and is in no total of this review.",
    decisions=(
        Decision(
            "Release change order CO-07: zone picking at the six remaining stores",
            "Approve $0.38M now; work starts 2 Nov, all 14 stores live by 26 Feb.",
            "Wait for the Q4 review: the year ends at 119 units an hour, target 132.",
            figure("0.38", "0.38"),
            figure("2.6", "2.6"),
            "Miriam Okafor",
            "COO, today",
        ),
        Decision(
            "Release capital for 620 handheld scanners",
            "Buy outright: failures fall from 9% to under 1% of shifts.",
            "Lease over 36 months: no capital, $0.24M dearer in all.",
            figure("0.90", "0.90"),
            figure("1.3", "1.3"),
            "Daniel Reyes",
            "CFO, by 30 Oct",
        ),
        Decision(
            "Start a rapid-delivery pilot at six city stores",
            "Fund in two stages; the second only if baskets earn $1.50 by week 10.",
            "Hold: Dashmart keeps gaining 2 points of share a year.",
            figure("1.20", "1.20"),
            figure("3.4", "3.4"),
            "Leila Haddad",
            "CMO, today",
        ),
    ),
    decision_total=(figure("2.48", "2.48"), figure("7.3", "7.3")),
    decision_unit="$M",
)

SUMMARY = Slide(
    key="summary",
    kind="summary",
    section="Executive summary",
    headline="Net fees are $3.84M, 3.1% over budget; the media line explains $94k of the $115k",
    dek="Third quarter unless marked; year to date is January to September.",
    figures=(
        BigFigure(
            "Net fees", figure("$3.84", "3842000"), "M", "Plan 3.73", "Q2 3.69", "Q3 25 3.31", "+3.1% against plan"
        ),
        BigFigure(
            "Net fees, year to date",
            figure("$11.09", "11090000"),
            "M",
            "Plan 10.95",
            "H1 7.25",
            "2025 9.84",
            "+1.3% against plan",
        ),
        BigFigure(
            "Full-year forecast",
            figure("$15.2", "15200000"),
            "M",
            "Plan 15.0",
            "Run 112 14.9",
            "2025 13.3",
            "80% range 14.8–15.7",
        ),
        BigFigure(
            "Contracted to come",
            figure("$2.1", "2100000"),
            "M",
            "",
            "Q2 2.9",
            "Q3 25 2.4",
            "68% of the next six months",
        ),
        BigFigure("Actions done on time", figure("91", "91"), "%", "Plan 90", "Q2 88", "Q3 25 85", "21 of 23 due"),
    ),
    columns=(
        TextColumn(
            "Two wins",
            (
                Point(
                    "Media fees are $94k over budget", "The loyalty launch brought two more flights; both are billed."
                ),
                Point("SOW-14 is signed at $0.62M", "Twelve months from 1 September, 9% over the old one."),
            ),
        ),
        TextColumn(
            "One challenge",
            (Point("Creative is $31k under budget", "The autumn range moved to November at your request."),),
        ),
        TextColumn(
            "What we learnt",
            (
                Point("Brief in one round", "Work briefed once cost 14% less than work briefed twice."),
                Point("Book studios a month ahead", "Late bookings cost $11k of pass-through in August."),
            ),
        ),
    ),
)

_GAP = ("", "−1.3%", "+8.0%", "+3.1%")
SCORECARD = Slide(
    key="scorecard",
    kind="scorecard",
    section="Financial scorecard",
    headline="Five of eight measures are on track; creative fees are at risk, $31k under plan",
    dek="Third quarter against plan, the quarter before and the year before.",
    source="ledger to Sep 2026",
    note="How to read status. On track at 95% of plan or more; watch from 80% to 95%; at risk below 80%.",
    table=Table(
        (
            Column("Measure", 286, "name"),
            Column("Q3 2026", 112, "actual"),
            Column("Plan", 112, "figure"),
            Column("Against plan", 118, "figure"),
            Column("Q2", 112, "figure"),
            Column("Q3 2025", 112, "figure"),
            Column("Eight quarters, plan dotted", 180, "spark"),
            Column("Status", 136, "status"),
        ),
        tuple(
            row(
                Cell(name, detail="$000"),
                Cell(now),
                plan,
                gap,
                q2,
                year,
                Cell("", series=SPARK, plan=D(3700), alt=f"{name}, eight quarters from 3,120 to 3,842, plan 3,700"),
                Cell("", status=status),  # type: ignore[arg-type]  # test data
                style="alert" if status == "at_risk" else "",
            )
            for name, now, plan, gap, q2, year, status in (
                ("Gross billings", "5,210", "5,050", "+160", "4,980", "4,610", "on_track"),
                ("Pass-through", "1,368", "1,323", "+45", "1,290", "1,300", "on_track"),
                ("Net fees", "3,842", "3,727", "+115", "3,690", "3,310", "on_track"),
                ("Media", "1,480", "1,386", "+94", "1,402", "1,190", "on_track"),
                ("Creative", "702", "733", "−31", "760", "690", "at_risk"),
                ("Data and measurement", "640", "642", "−2", "611", "560", "watch"),
                ("Commerce", "1,020", "966", "+54", "917", "870", "on_track"),
                ("Fees invoiced on time", "96%", "98%", "−2", "97%", "92%", "unknown"),
            )
        ),
        "Financial scorecard",
    ),
)

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

PIPELINE = Slide(
    key="pipeline",
    kind="pipeline",
    section="Proposals",
    headline="Four proposals worth $2.9M are open; the largest, commerce in two countries, is due on 15 December",
    dek="Fees over the life of each; a proposal without a price enters no total.",
    table=Table(
        (
            Column("Proposal", 380, "name"),
            Column("Service", 200, "text"),
            Column("Stage", 160, "text"),
            Column("Fees, $000", 110, "actual"),
            Column("Decision", 118, "figure"),
            Column("Start", 100, "figure"),
            Column("", 100, "text"),
        ),
        (
            row(
                "Commerce in Ireland and the Netherlands",
                "Commerce",
                "Proposal",
                figure("1,250", "1250000"),
                "15 Dec",
                "Jan 2027",
                "",
            ),
            row(
                "Loyalty data feed, second phase",
                "Data and measurement",
                "Negotiation",
                figure("860", "860000"),
                "30 Nov",
                "Dec",
                "",
            ),
            row("Autumn range films", "Creative", "Proposal", figure("790", "790000"), "20 Nov", "Nov", ""),
            row("Retail media desk", "Media", "Discovery", Cell(None), "31 Jan", "Mar 2027", ""),
            row("Total of 3 priced", "", "", figure("2,900", "2900000"), "", "", "", style="total"),
        ),
        "Open proposals",
    ),
)

CONTRACTS = Slide(
    key="contracts",
    kind="contracts",
    section="Contracts and renewals",
    headline="Two of five contracts need notice before year end; the first date is 30 November",
    dek="Statements of work under master agreement MSA-2024-03.",
    source="contract register, 30 Sep 2026",
    table=Table(
        (
            Column("Contract", 150, "name"),
            Column("What it covers", 370, "text"),
            Column("Fees, $000", 110, "actual"),
            Column("Start", 120, "figure"),
            Column("End", 120, "figure"),
            Column("Renewal", 138, "status"),
            Column("Notice by", 160, "status"),
        ),
        (
            row(
                "SOW-11",
                "Media planning and buying",
                "4,800",
                "1 Jan 2025",
                "31 Dec 2026",
                "Automatic",
                Cell("2 Oct, passed", status="at_risk"),
            ),
            row(
                "SOW-12",
                "Creative retainer",
                "2,640",
                "1 Mar 2026",
                "28 Feb 2027",
                "Fixed term",
                Cell("30 Nov, 37 days", status="watch"),
            ),
            row(
                "SOW-13",
                "Data and measurement",
                "1,900",
                "1 Apr 2026",
                "31 Mar 2027",
                "Fixed term",
                Cell("31 Dec", status="on_track"),
            ),
            row(
                "SOW-14",
                "Commerce operations",
                "620",
                "1 Sep 2026",
                "31 Aug 2027",
                "Automatic",
                Cell("2 Jun 2027", status="on_track"),
            ),
            row(
                "CO-07",
                "Change order: zone picking at six stores",
                "380",
                "2 Nov 2026",
                "26 Feb 2027",
                "None",
                Cell("Awaits decision 1", status="unknown"),
            ),
        ),
        "Contracts",
    ),
)

PLAN_SLIDE = Slide(
    key="plan",
    kind="plan",
    section="Next quarter",
    headline="Nine actions fall due in the next thirteen weeks; one is late and two wait on a decision of today",
    dek="Actions of both sides, by due date.",
    table=Table(
        (
            Column("Action", 360, "name"),
            Column("For", 190, "quiet"),
            Column("Owner", 140, "text"),
            Column("Due", 76, "figure"),
            Column("Status", 122, "status"),
            Column("Thirteen weeks", 280, "weeks"),
        ),
        tuple(
            row(
                name,
                goal,
                owner,
                due,
                Cell(word, status=status),  # type: ignore[arg-type]  # test data
                Cell("", due=iso, alt=f"{name}: due {due}"),
            )
            for name, goal, owner, due, iso, status, word in (
                ("Approve CO-07", "Make online pay", "M. Okafor", "21 Oct", "2026-10-21", "watch", "Waits"),
                (
                    "Release scanner capital",
                    "Cut cost per basket",
                    "D. Reyes",
                    "30 Oct",
                    "2026-10-30",
                    "watch",
                    "Waits",
                ),
                (
                    "Zone plan, store by store",
                    "Cut cost per basket",
                    "J. Brandt-Lee",
                    "30 Oct",
                    "2026-10-30",
                    "on_track",
                    "On track",
                ),
                (
                    "Name a supply sponsor",
                    "Cut cost per basket",
                    "M. Okafor",
                    "6 Nov",
                    "2026-11-06",
                    "on_track",
                    "On track",
                ),
                (
                    "Pilot stage-gate terms",
                    "Win back the weekly shop",
                    "L. Haddad",
                    "13 Nov",
                    "2026-11-13",
                    "on_track",
                    "On track",
                ),
                (
                    "Retraining done",
                    "Cut cost per basket",
                    "J. Brandt-Lee",
                    "27 Nov",
                    "2026-11-27",
                    "on_track",
                    "On track",
                ),
                ("Annual plan, first draft", "All", "A. Whitlock", "11 Dec", "2026-12-11", "on_track", "On track"),
                ("Supplier scorecards", "Cut cost per basket", "T. Ashby", "30 Sep", "2026-09-30", "at_risk", "Late"),
                (
                    "Roll-out, last stores",
                    "Make online pay",
                    "A. Whitlock",
                    "26 Feb",
                    "2027-02-26",
                    "on_track",
                    "On track",
                ),
            )
        ),
        "Actions",
        weeks_from="2026-10-05",
        today="2026-10-21",
    ),
)

SOURCES = Slide(
    key="sources",
    kind="sources",
    section="Appendix: sources",
    headline="Every figure comes from three sources, all closed to 30 September 2026",
    table=Table(
        (Column("Figure", 268, "name"), Column("How it is made", 560, "text"), Column("Source", 340, "text")),
        (
            row("Net fees", "Gross billings less pass-through, by month", "Ledger, 1,204 entries; tie-out 0.00"),
            row(
                "Forecast",
                "Recorded + contracted + likely renewals + weighted proposals",
                "Forecast run 118, 1 Oct 2026",
            ),
            row(
                "Notice dates", "Term end less the notice period, by the contract's counting rule", "Contract register"
            ),
        ),
        "Sources",
    ),
)

CLIENT_DECK = Deck(
    title="Quarterly business review",
    client="Northvale Grocers",
    firm="Alder Finch",
    period="Q3 2026",
    audience="client",
    as_of="2026-10-11T08:00:00Z",
    slides=(TITLE, DECISIONS, SUMMARY, SCORECARD, PNL, FORECAST, PIPELINE, CONTRACTS, PLAN_SLIDE, SOURCES),
    as_of_text="figures as of 30 Sep 2026",
    run_text="forecast run 118",
    confidentiality="Confidential: Northvale Grocers and Alder Finch",
)

INTERNAL_DECK = replace(
    CLIENT_DECK,
    audience="internal",
    slides=(TITLE, SUMMARY, SCORECARD, INTERNAL_PNL, FORECAST),
)

LONG_NAME = "Vereinigte Süddeutsche Lebensmittelgroßhandels- und Logistikdienstleistungs-GmbH"
GERMAN = Slide(
    key="scorecard",
    kind="scorecard",
    section="Leistungskennzahlenübersicht und Geschwindigkeitsbegrenzungsüberwachung",
    headline="Die Filialkommissionierungsgeschwindigkeit unterschreitet den Planwert um fünfzehn Einheiten je Stunde, "
    "weil die Handterminalersatzbeschaffung und die Verkaufsflächenumgestaltung verspätet begonnen haben",
    dek="Überschrift in der letzten Stufe (22 px), am Wort gekürzt und zur Freigabe gesperrt; lange Wörter brechen nur "
    "in ihrer Zelle, niemals über die Spalte hinaus, auch wenn der Satz wie hier gar kein Ende nehmen möchte.",
    table=Table(
        (
            Column("Kennzahl", 330, "name"),
            Column("Ist, 3. Quartal", 120, "actual"),
            Column("Plan", 120, "figure"),
            Column("Abweichung", 120, "figure"),
            Column("2. Quartal", 120, "figure"),
            Column("3. Quartal 2025", 140, "figure"),
            Column("Status", 218, "status"),
        ),
        tuple(
            row(name, "92,9", "93,5", "−0,6", "92,1", "89,4", Cell(word, status=status))  # type: ignore[arg-type]  # test data
            for name, word, status in (
                ("Warenverfügbarkeitsquote im Filialkommissionierungsbetrieb", "Beobachten", "watch"),
                ("Kundenzufriedenheitsindexverbesserung", "Im Plan", "on_track"),
                ("Rechtsschutzversicherungsgesellschaftenhaftungsklauselverordnung", "Gefährdet", "at_risk"),
                ("W" * 200, "Unbekannt: Donaudampfschifffahrtsgesellschaft", "unknown"),
            )
        ),
        "Kennzahlen",
    ),
)
EMPTY_CHART = BarChart(
    "Net fees by month",
    "$000",
    tuple(Bar(month, None, "—") for month in MONTHS[:4]),
    "Net fees by month: nothing is recorded yet",
    empty="No fees are recorded for these months yet.",
)
EMPTY = Slide(
    key="pnl",
    kind="pnl",
    section="Fees and billings",
    headline="No fees are recorded yet, so we claim none: the first invoice is due on 30 October",
    chart=EMPTY_CHART,
    table=Table(
        PNL.table.columns,  # type: ignore[union-attr]  # the sample has one
        (
            row("Gross billings", None, None, None, None, None),
            row("Net fees", None, None, None, None, None, style="total"),
        ),
        "Billings to fees",
    ),
)
NO_ROWS = Slide(
    key="pipeline",
    kind="pipeline",
    section="Proposals",
    headline="No proposal is open",
    note="No proposal is open on this date.",
)
FORTY = Slide(
    key="scorecard",
    kind="scorecard",
    section="KPI detail: pick rate by store",
    headline="Forty stores by pick rate: the table splits into equal slides of twenty at its smallest step",
    table=Table(
        (
            Column("Store", 400, "name"),
            Column("Region", 200, "text"),
            Column("Q3 2026", 120, "actual"),
            Column("Plan", 120, "figure"),
            Column("Gap", 128, "figure"),
            Column("Status", 200, "status"),
        ),
        tuple(
            row(
                f"Store {101 + i}, Ashby Cross",
                "North",
                str(80 + i),
                "90",
                figure(f"{i - 10:+d}", str(i - 10)),
                Cell("", status="on_track"),
            )
            for i in range(40)
        ),
        "Stores",
        gap_column=4,
    ),
)
HOSTILE_DECK = replace(
    CLIENT_DECK,
    client=LONG_NAME,
    brand="#FFC400",
    lang="de",
    period="3. Quartal 2026",
    slides=(TITLE, GERMAN, EMPTY, NO_ROWS, FORTY),
    confidentiality="Vertraulich " * 12,
)
