"""A deck of sixteen slides against `deck_floor.html`: the same twelve charts and fifteen tables, plainly placed.

Cold is a process of its own, as workers render; warm the best later deck of one. 56 go through two workers at once.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Final

from bench.table import Row
from qbr.calc.layout import laid_out
from qbr.calc.slides import Bar, BarChart, Cell, Column, Deck, Kind, Slide, Table
from qbr.calc.slides import Row as Line
from qbr.pdf import FONT_SCHEME, _html_of, render_pdf

FLOOR: Final = Path(__file__).parent / "deck_floor.html"
DEAREST: Final = 1.3
MOST_MB: Final = 160
DECKS: Final = 56
_CHILD: Final = """
import json, re, sys, time
from qbr.pdf import _render
pages, rounds = json.load(sys.stdin)
spent = [[] for _ in pages]
for _ in range(rounds):
    for html, times in zip(pages, spent):
        began = time.process_time()
        pdf, made, findings = _render(html, 16, b"")
        times.append(time.process_time() - began)
        assert made == 16 and not findings, findings
held = int(re.search("VmHWM:.*?([0-9]+)", open("/proc/self/status").read())[1]) / 1024
print(json.dumps([spent, time.process_time(), held]))
"""
"""Its own high-water mark: what `getrusage` tells also counts the process that it was forked from."""


def _line(row: int) -> Line:
    figures = (Cell(f"{(row * 7919 + at * 104729) % 9000 + 1000:,}") for at in range(5))
    return Line((Cell(f"Line of work {row}"), *figures))


def deck() -> Deck:
    """Twelve slides of a chart beside a table, three of a table alone, and a title."""
    slides = [Slide("title", "title", "Title", "A cover with a few lines of words")]
    for number in range(1, 16):
        bars = tuple(
            Bar(f"M{at + 1}", Decimal((at * 37 + number * 13) % 150 + 20), str((at * 37 + number * 13) % 150 + 20))
            for at in range(12)
        )
        columns = (Column("Column 0", 204, "name"), *(Column(f"Column {at}", 90, "figure") for at in range(1, 6)))
        rows = tuple(_line(row) for row in range(10))
        said = f"The finding of page {number} is said in one sentence with 12.{number} of something"
        chart = BarChart("Bars by month", "$000", bars, f"Bars by month, page {number}") if number <= 12 else None
        kind: Kind = "pnl" if number <= 12 else "pipeline"
        slides.append(
            Slide(
                f"s{number}", kind, f"Section {number}", said, "Against plan, the quarter before and a year ago",
                "the books", table=Table(columns, rows, "Lines"), chart=chart,
            )
        )  # fmt: skip
    return Deck("Bench", "Northvale Grocers", "Alder Finch", "Q3 2026", "client", "2026-10-11T08:00:00Z", tuple(slides))


def child(pages: list[str], rounds: int) -> tuple[list[list[float]], float, float]:
    """Processor seconds of each page by round, those of the whole process, and the most megabytes it held."""
    told = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=json.dumps([pages, rounds]),
        check=True,
        capture_output=True,
        text=True,
    )
    spent, whole, held = json.loads(told.stdout)
    return spent, whole, held


def measure() -> list[Row]:
    made = deck()
    html = _html_of(made, laid_out(made), preview=False, nonce="", font_base=FONT_SCHEME)
    floor = FLOOR.read_text()
    _, cold, peak = child([html], 1)
    _, floor_cold, floor_peak = child([floor], 1)
    both, *_ = child([html, floor], 4)  # in turns, so that whatever else the machine does falls on both
    warm, floor_warm = (min(times[1:]) for times in both)
    began = time.process_time()
    _html_of(made, laid_out(made), preview=False, nonce="", font_base=FONT_SCHEME)  # fonts are measured by now
    composing = time.process_time() - began
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as workers:
        files = list(workers.map(lambda _: render_pdf(made).sha256, range(DECKS)))
    took = time.perf_counter() - started
    return [
        Row("Deck of 16 slides, cold: processor", f"{cold + composing:.2f} s", (cold + composing) / floor_cold,
            f"≤ {DEAREST:g}×", cold + composing <= DEAREST * floor_cold),
        Row("Deck of 16 slides, warm: processor", f"{warm + composing:.2f} s", (warm + composing) / floor_warm,
            f"≤ {DEAREST:g}×", warm + composing <= DEAREST * floor_warm),
        Row("Deck of 16 slides: peak memory", f"{peak:,.0f} MB", peak / floor_peak, f"≤ {MOST_MB} MB", peak <= MOST_MB),
        Row(f"{DECKS} decks through two workers, each once, alike", f"{took:,.1f} s", None, "one hash",
            len(files) == DECKS and len(set(files)) == 1),
    ]  # fmt: skip


if __name__ == "__main__":
    import django

    django.setup()
    from bench.table import show

    show(measure())
