"""Charts: what is drawn, what is said, and that no gap in the data breaks them."""

from __future__ import annotations

import re
import sys
import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from common import charts, samples
from common.charts import BandPoint, LayerMonth, LinePoint, Month, Step, Stop, marks, scales, text

SVG = "{http://www.w3.org/2000/svg}"

SPECS = [
    samples.monthly(),
    samples.ribbon(),
    samples.call(),
    samples.waterfall(),
    samples.bridge(),
    samples.layered(),
    samples.timeline(),
    samples.lines(),
    samples.ranged(),
]

EMPTY = [
    charts.MonthlyBars(finding="F", months=()),
    charts.MonthlyBars(finding="F", months=(Month("Jan", None), Month("Feb", Decimal("NaN")))),
    charts.BandLine(finding="F", points=()),
    charts.BandLine(finding="F", points=(BandPoint("Jan", None),)),
    charts.ChangeWaterfall(finding="F", start=Step("A", None), steps=(), end=Step("B", None)),
    charts.Bridge(finding="F", start=Step("A", None), steps=(Step("x", None),), end=Step("B", None)),
    charts.LayeredBars(finding="F", layers=("Contracted",), months=()),
    charts.LayeredBars(finding="F", layers=("Contracted",), months=(LayerMonth("Jan", (None,)),)),
    charts.Timeline(finding="F", stops=(), today=date(2026, 11, 23), today_label="Today"),
    charts.SmallLines(finding="F", points=()),
    charts.SmallLines(finding="F", points=(LinePoint("Jan", None),)),
    charts.RangeBar(finding="F", value=None, low=None, high=None, budget=None),
]


def parsed(spec: charts.Spec, **kwargs: object) -> ElementTree.Element:
    return ElementTree.fromstring(charts.svg(spec, **kwargs))  # type: ignore[arg-type]  # noqa: S314  # our own output


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)
@pytest.mark.parametrize("width", [340, 480, 700, 1192])
def test_every_word_stays_inside_the_picture(spec: charts.Spec, width: int) -> None:
    for node in parsed(spec, width=width, skin="print").iter(f"{SVG}text"):
        words = "".join(node.itertext())
        left = float(node.attrib["x"])
        size = float(node.attrib["font-size"])
        right = left + text.width(words, size, int(node.attrib["font-weight"]))
        assert left >= -0.6, words
        assert right <= width + 0.6, words


@pytest.mark.parametrize("spec", [*SPECS, *EMPTY], ids=lambda spec: type(spec).__name__)
def test_named_by_its_finding_and_free_of_nan(spec: charts.Spec) -> None:
    for width in (200, 340, 700):
        drawn = charts.svg(spec, width=width)
        root = ElementTree.fromstring(drawn)  # noqa: S314  # our own output
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"].startswith(spec.finding)
        assert not re.search(r"nan|None|inf[^l]", re.sub(r'aria-label="[^"]*"', "", drawn))
    assert charts.as_table(spec).head


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)
def test_browser_has_no_colours_and_print_stands_alone(spec: charts.Spec) -> None:
    browser, paper = charts.svg(spec), charts.svg(spec, skin="print")
    assert not re.search(r"#[0-9A-Fa-f]{6}", browser)
    assert "style=" not in browser
    assert "class=" not in paper
    assert "text-anchor" not in paper


def test_words_are_escaped() -> None:
    spec = charts.ChangeWaterfall(
        finding='<script>"x"&',
        start=Step("<b>", Decimal(1)),
        steps=(Step("<i>&", Decimal(1)),),
        end=Step("</svg>", Decimal(2)),
    )
    drawn = charts.svg(spec)
    assert "<script>" not in drawn
    assert "&lt;i&gt;&amp;" in drawn
    ElementTree.fromstring(drawn)  # noqa: S314  # our own output


def test_monthly_bars_stand_on_zero_and_forecast_is_hatched() -> None:
    spec = charts.MonthlyBars(
        finding="Half",
        months=(
            Month("Jan", Decimal(2_000_000)),
            Month("Feb", Decimal(4_000_000)),
            Month("Mar", Decimal(3_000_000), kind="forecast"),
        ),
    )
    root = parsed(spec, width=340)
    jan, feb = [node for node in root.iter(f"{SVG}rect") if node.get("class") == "c-actual"]
    assert float(feb.attrib["height"]) == pytest.approx(2 * float(jan.attrib["height"]), abs=0.05)
    bottoms = {round(float(n.attrib["y"]) + float(n.attrib["height"]), 1) for n in (jan, feb)}
    assert len(bottoms) == 1
    hatched = [node for node in root.iter(f"{SVG}rect") if node.get("fill", "").startswith("url(#hatch-")]
    assert len(hatched) == 1
    assert root.find(f"{SVG}defs/{SVG}pattern") is not None
    words = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    assert words.count("Actual") == 1
    assert words.count("Forecast") == 1
    assert "$4M" in words


def test_losses_hang_below_zero() -> None:
    spec = charts.MonthlyBars(
        finding="Loss", months=(Month("Jan", Decimal(-2_000_000)), Month("Feb", Decimal(2_000_000))), unit="EUR"
    )
    root = parsed(spec, width=340)
    jan, feb = [node for node in root.iter(f"{SVG}rect") if node.get("class") == "c-actual"]
    assert float(jan.attrib["y"]) == pytest.approx(float(feb.attrib["y"]) + float(feb.attrib["height"]), abs=0.05)
    assert "€2M" in ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def test_waterfall_colours_up_and_down_and_prints_both_totals() -> None:
    root = parsed(samples.waterfall(), width=400)
    classes = [node.get("class") for node in root.iter(f"{SVG}rect")]
    assert classes.count("c-up") == 4
    assert classes.count("c-down") == 3
    words = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    assert {"86.9", "86.6", "−0.3", "+0.3", "−0.5"} <= set(words)


def test_bridge_lies_down_where_its_names_do_not_fit() -> None:
    narrow = parsed(samples.bridge(), width=340)
    words = ["".join(node.itertext()) for node in narrow.iter(f"{SVG}text")]
    assert "Cost and mix" in words
    assert not any(word.endswith("…") for word in words)


def test_layers_are_stacked_in_order_of_certainty() -> None:
    spec = charts.LayeredBars(
        finding="Layers",
        layers=("Contracted", "Renewal", "Run-rate"),
        months=(
            LayerMonth("Oct", (Decimal(5_000_000),), recognised=True),
            LayerMonth("Nov", (Decimal(3_000_000), Decimal(1_000_000), Decimal(1_000_000))),
        ),
    )
    root = parsed(spec, width=700)
    contracted = next(node for node in root.iter(f"{SVG}rect") if node.get("class") == "c-layer2")
    renewal = next(node for node in root.iter(f"{SVG}rect") if node.get("class") == "c-layer3")
    assert float(renewal.attrib["y"]) < float(contracted.attrib["y"])
    assert charts.as_table(spec).rows == (
        ("Oct", "Recognised", "5.00", "—", "—"),
        ("Nov", "Forecast", "3.00", "1.00", "1.00"),
    )


def test_the_words_of_a_notice_stand_beside_todays_line() -> None:
    """The band runs from October to January; today cuts it late in November."""
    stops = (
        Stop(date(2026, 4, 7), "180 d"), Stop(date(2026, 10, 4), "Notice", "deadline"),
        Stop(date(2027, 1, 2), "Term ends", "end"),
    )  # fmt: skip
    spec = charts.Timeline(
        finding="F", stops=stops, today=date(2026, 11, 27), today_label="Today", span="90 days notice"
    )
    drawn = parsed(spec, width=900)
    at = {"".join(n.itertext()): float(n.get("x") or 0) for n in drawn.iter(f"{SVG}text")}
    line = at["Today"] + text.width("Today", 11, 600) / 2
    assert abs(at["90 days notice"] - line) > text.width("90 days notice", 11) / 2


def test_timeline_keeps_deadline_and_end_when_room_is_short() -> None:
    words = ["".join(n.itertext()) for n in parsed(samples.timeline(), width=340).iter(f"{SVG}text")]
    assert "30 Dec" in words
    assert "28 Feb" in words
    assert len(charts.as_table(samples.timeline()).rows) == 7


def test_same_instants_do_not_divide_by_zero() -> None:
    day = date(2026, 11, 23)
    spec = charts.Timeline(finding="F", stops=(Stop(day, "Now"),), today=day, today_label="Today")
    assert "23 Nov" in charts.svg(spec)
    flat = charts.SmallLines(finding="F", points=(LinePoint("Jan", Decimal(0)), LinePoint("Feb", Decimal(0))))
    assert "<svg" in charts.svg(flat)


def test_table_says_the_same_figures() -> None:
    table = charts.as_table(samples.monthly())
    assert table.head == ("Month", "Value, $M", "Budget", "Low", "High", "Kind")
    assert table.rows[9] == ("Oct", "7.70", "7.80", "—", "—", "Actual")
    assert table.rows[11] == ("Dec", "7.30", "7.50", "6.50", "8.10", "Forecast")


def test_variants_are_the_widths_of_the_size() -> None:
    names = [name for name, _ in charts.variants(replace(samples.bridge(), size="l"))]
    assert names == ["fit-700", "fit-600", "fit-480", "least"]


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([7.9], [0, 2, 4, 6, 8]),
        ([1.58], [0.0, 0.4, 0.8, 1.2, 1.6]),
        ([-1.0, 3.0], [-1, 0, 1, 2, 3]),
        ([0.0], [0, 1]),
    ],
)
def test_axis_reaches_past_the_data_in_round_steps(values: list[float], ticks: list[float]) -> None:
    assert scales.axis(values, 0, 100).ticks() == ticks


def test_labels_are_kept_apart() -> None:
    assert scales.spread([10, 12, 40], 14, 0, 100) == [10, 24, 40]
    assert scales.spread([95, 99], 14, 0, 100) == [86, 100]


def test_words_are_measured_in_the_font() -> None:
    # Inter's tabular digits share one width, so any five-digit figure is as wide as another.
    assert text.width("11111", 12) == pytest.approx(text.width("80808", 12))
    assert text.width("Forecast", 11, 600) > text.width("Forecast", 11)
    assert text.clip("Contribution margin", 60, 11) == "Contribut…"
    assert text.wrap("Cost and mix", 60, 11) == ["Cost and", "mix"]


@pytest.mark.parametrize(
    ("code", "name"),
    [("green", "on_track"), ("Amber", "watch"), ("at_risk", "at_risk"), ("purple", "unknown"), (None, "unknown")],
)
def test_status_never_turns_green_by_accident(code: str | None, name: str) -> None:
    assert marks.status_code(code) == name


def test_variance_bar_leans_by_sign_and_length() -> None:
    assert 'class="down" x="12.5" y="5" width="11.5"' in marks.variance_bar(Decimal(-1), 2)
    assert 'class="up" x="24" y="5" width="23"' in marks.variance_bar(Decimal(9), 2)
    assert "rect" not in marks.variance_bar(None, 2)
    assert "rect" not in marks.variance_bar(Decimal(0), 2)


def test_spark_leaves_gaps_and_dashes_the_forecast() -> None:
    drawn = marks.spark([1, None, 3, 4], forecast_from=3, label="Net revenue")
    assert drawn.count("M") == 3
    assert 'class="ahead"' in drawn
    assert 'aria-label="Net revenue"' in drawn
    assert "<path" not in marks.spark([None, None])


def test_two_first_pages_at_once_measure_the_same_words() -> None:
    """Fonts are read lazily: threads of a server that has just started would read each other's bits."""
    whole = text.width("Contracted 12.3", 11, 600)
    found: list[float] = []
    went_wrong: list[Exception] = []

    def measure() -> None:
        try:
            found.append(text.width("Contracted 12.3", 11, 600))
        except Exception as error:  # told by the test's own thread
            went_wrong.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(3):
            for kept in (text._font, text._widths, text.width):
                kept.cache_clear()
            threads = [threading.Thread(target=measure) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert went_wrong == []
    assert found == [whole] * 12
