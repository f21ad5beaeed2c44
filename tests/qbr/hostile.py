"""Slides that ask too much of a page: long names and words, nothing at all, many rows."""

from __future__ import annotations

from dataclasses import replace

from qbr.calc.slides import (
    Bar,
    BarChart,
    Cell,
    Column,
    Slide,
    Table,
)
from tests.qbr.samples import CLIENT_DECK, TITLE
from tests.qbr.samples_base import figure, row
from tests.qbr.samples_money import MONTHS, PNL

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
