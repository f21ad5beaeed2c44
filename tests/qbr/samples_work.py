"""Sample slides of proposals, contracts, the plan and sources."""

from __future__ import annotations

from qbr.calc.slides import (
    Cell,
    Column,
    Slide,
    Table,
)
from tests.qbr.samples_base import figure, row

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
