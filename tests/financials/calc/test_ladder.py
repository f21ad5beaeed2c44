from __future__ import annotations

from decimal import Decimal as D

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from financials.calc.frames import BadFrame
from financials.calc.ladder import (
    LINES,
    Ladder,
    TieOut,
    add,
    by_group,
    difference,
    ladder,
    margin_parts,
    tie_out,
    variance,
)

WORKED = {
    "gross_revenue": D("520000.00"),
    "pass_through": D("120000.00"),
    "delivery_labour": D("186000.00"),
    "freelancers": D("34000.00"),
    "direct_expenses": D("21500.00"),
    "overhead": D("48000.00"),
}


def cells(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["client", "month", "line", "amount"])
    return frame.astype({"amount": "int64"})


def test_the_worked_ladder() -> None:
    assert ladder(WORKED) == Ladder(
        gross_revenue=D(520000),
        pass_through=D(120000),
        net_revenue=D(400000),
        delivery_labour=D(186000),
        freelancers=D(34000),
        gross_profit=D(180000),
        direct_expenses=D(21500),
        contribution=D(158500),
        overhead=D(48000),
        operating_profit=D(110500),
        gross_margin=D("0.45"),
        contribution_margin=D("0.39625"),
        operating_margin=D("0.27625"),
    )


def test_a_ladder_as_a_table_reads_top_to_bottom() -> None:
    rows = ladder(WORKED).as_dict()
    assert list(rows)[:3] == ["gross_revenue", "pass_through", "net_revenue"]
    assert (rows["contribution"], rows["contribution_margin"]) == (D(158500), D("0.39625"))


def test_margins_are_unknown_without_net_revenue() -> None:
    for lines in ({"delivery_labour": D(100)}, {"gross_revenue": D(50), "pass_through": D(80)}):
        result = ladder(lines)
        assert (result.gross_margin, result.contribution_margin, result.operating_margin) == (None, None, None)
    assert ladder({"delivery_labour": D(100)}).operating_profit == D(-100)


def test_margins_may_be_negative() -> None:
    assert ladder({"gross_revenue": D(100), "delivery_labour": D(150)}).gross_margin == D("-0.5")


def test_a_line_the_ledger_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError, match="marketing"):
        ladder({"marketing": D(1)})


def test_the_margin_of_a_sum_is_not_the_mean_of_margins() -> None:
    small = ladder({"gross_revenue": D(10), "delivery_labour": D(1)})
    large = ladder({"gross_revenue": D(990), "delivery_labour": D(891)})
    assert (small.gross_margin, large.gross_margin) == (D("0.9"), D("0.1"))
    assert add([small, large]).gross_margin == D("0.108")


def test_variance_is_favourable_when_positive() -> None:
    actual = ladder({"gross_revenue": D(110), "delivery_labour": D(60)})
    budget = ladder({"gross_revenue": D(100), "delivery_labour": D(50)})
    plain, shown = difference(actual, budget), variance(actual, budget)
    assert (plain["net_revenue"], plain["delivery_labour"], plain["gross_profit"]) == (D(10), D(10), D(0))
    assert (shown["net_revenue"], shown["delivery_labour"], shown["gross_profit"]) == (D(10), D(-10), D(0))
    assert plain["gross_margin"] == shown["gross_margin"] == D("-4.5455")


def test_the_variance_of_an_unknown_margin_is_unknown() -> None:
    assert difference(ladder(WORKED), ladder({}))["gross_margin"] is None
    assert difference(ladder(WORKED), ladder({}))["net_revenue"] == D(400000)


def test_what_each_unit_did_to_the_margin() -> None:
    def unit(net: int, cost: int) -> Ladder:
        return ladder({"gross_revenue": D(net), "delivery_labour": D(cost)})

    # 100 of 200 then; 90 of 200 now. Media lost ten points of its own, at half of the revenue.
    then = {"Media": unit(100, 50), "Brand": unit(100, 50)}
    now = {"Media": unit(100, 60), "Brand": unit(100, 50)}
    assert margin_parts(now, then, "gross_profit") == {"Brand": D(0), "Media": D(-5)}
    # A unit of no margin that comes new takes the whole from 50% to 40%; one that leaves takes its part along.
    assert margin_parts({**then, "New": unit(50, 50)}, then, "contribution") == {
        "Brand": D(0),
        "Media": D(0),
        "New": D(-10),
    }
    assert margin_parts({"Brand": unit(100, 50)}, then, "contribution") == {"Brand": D(0), "Media": D(0)}
    assert margin_parts(now, {}, "gross_profit") is None


BOOK = cells(
    ("HALDEN", "2026-09", "gross_revenue", 1000000),
    ("HALDEN", "2026-09", "gross_revenue", 50),
    ("HALDEN", "2026-10", "gross_revenue", 2000000),
    ("HALDEN", "2026-10", "delivery_labour", 500000),
    ("ALDER", "2026-10", "gross_revenue", 300),
    ("ALDER", "2026-10", "overhead", 9_007_199_254_740_993),
)


def test_ladders_by_group_in_the_order_of_the_keys() -> None:
    rows = by_group(BOOK, ["client", "month"], "USD")
    assert [(row.keys, row.ladder.net_revenue, row.ladder.delivery_labour) for row in rows] == [
        (("ALDER", "2026-10"), D("3.00"), D("0.00")),
        (("HALDEN", "2026-09"), D("10000.50"), D("0.00")),
        (("HALDEN", "2026-10"), D("20000.00"), D("5000.00")),
    ]
    # One more than a float can hold: cents never pass through one.
    assert rows[0].ladder.overhead == D("90071992547409.93")


def test_one_group_or_none() -> None:
    assert [(row.keys, row.ladder.net_revenue) for row in by_group(BOOK, ["client"], "USD")] == [
        (("ALDER",), D("3.00")),
        (("HALDEN",), D("30000.50")),
    ]
    assert [(row.keys, row.ladder.net_revenue) for row in by_group(BOOK, [], "USD")] == [((), D("30003.50"))]
    assert by_group(BOOK.iloc[:0], ["client"], "USD") == []
    assert by_group(BOOK.iloc[:1], ["client"], "JPY")[0].ladder.net_revenue == D(1000000)


def test_a_frame_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadFrame, match="no column client"):
        by_group(BOOK.drop(columns="client"), ["client"], "USD")
    with pytest.raises(BadFrame, match="float64, not int64"):
        by_group(BOOK.astype({"amount": "float64"}), ["client"], "USD")
    with pytest.raises(BadFrame, match=r"line holds \['marketing'\]"):
        by_group(cells(("A", "2026-10", "marketing", 1)), ["client"], "USD")
    with pytest.raises(BadFrame, match="client is blank"):
        by_group(BOOK.assign(client=None), ["client"], "USD")


def test_the_tie_out_states_what_is_not_shown() -> None:
    shown = [ladder({"gross_revenue": D(500000), "pass_through": D(120000)}), ladder({"delivery_labour": D(186000)})]
    assert tie_out(WORKED, [ladder(WORKED)]) == TieOut(D(110500), D(110500), D(0))
    assert tie_out(WORKED, shown).difference == D(-83500)


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("AB"), st.sampled_from(["x", "y"]), st.sampled_from(LINES), st.integers(-(10**9), 10**9)
        ),
        min_size=1,
        max_size=30,
    ),
    st.randoms(use_true_random=False),
)
def test_groups_sum_to_the_whole_in_any_order(rows: list[tuple[str, str, str, int]], random: object) -> None:
    frame = cells(*rows)
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands over a Random
    assert by_group(cells(*shuffled), ["client", "month"], "USD") == by_group(frame, ["client", "month"], "USD")
    parts = [row.ladder for row in by_group(frame, ["client", "month"], "USD")]
    assert add(parts) == by_group(frame, [], "USD")[0].ladder
