"""Made-up decks for the tests of layout and PDF: a full client review, its internal twin, and hostile ones."""

from __future__ import annotations

from dataclasses import replace

from qbr.calc.slides import (
    Agenda,
    BigFigure,
    Cell,
    Column,
    Cover,
    Decision,
    Deck,
    Person,
    Point,
    Slide,
    Table,
    TextColumn,
)
from tests.qbr.samples_base import SPARK, D, figure, row
from tests.qbr.samples_money import FORECAST, INTERNAL_PNL, PNL
from tests.qbr.samples_work import CONTRACTS, PIPELINE, PLAN_SLIDE, SOURCES

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
