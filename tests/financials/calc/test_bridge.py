"""The bridge: the worked figure, what has no hours, exchange apart, and parts that sum to the cent for anything."""

from __future__ import annotations

from decimal import Decimal as D

from hypothesis import given, settings
from hypothesis import strategies as st

from common.money import quantise
from financials.calc.bridge import Measure, Moves, Pair, Side, add_up, moves


def side(hours: str, rate: str, cost: str, passed: str = "0") -> Side:
    net = D(hours) * D(rate)
    return Side(net + D(passed), D(passed), D(hours) * D(cost), D(hours))


def test_the_worked_bridge() -> None:
    """1,000 h at 200/110 → 1,100 h at 205/112: 90,000 + 5,500 + 9,000 − 2,200 = 102,300."""
    after = side("1100", "205", "112")
    assert moves(Pair(side("1000", "200", "110"), after, after), "USD") == Moves(
        start=D(90000), price=D(5500), volume=D(9000), cost_mix=D(-2200), end=D(102300)
    )


def test_revenue_has_no_cost_in_it() -> None:
    """200,000 → 225,500: price 5 × 1,100 = 5,500, volume 100 × 200 = 20,000; billings also move by pass-through."""
    before, after = side("1000", "200", "110", passed="3000"), side("1100", "205", "112", passed="7000")
    assert moves(Pair(before, after, after), "USD", "net_revenue") == Moves(
        start=D(200000), price=D(5500), volume=D(20000), end=D(225500)
    )
    assert moves(Pair(before, after, after), "USD", "gross_revenue") == Moves(
        start=D(203000), price=D(5500), volume=D(20000), pass_through=D(4000), end=D(232500)
    )


def test_without_hours_all_is_other() -> None:
    new = side("10", "100", "60")
    assert moves(Pair(Side(), new, new), "USD") == Moves(other=D(400), end=D(400))
    assert moves(Pair(new, Side(), Side()), "USD") == Moves(start=D(400), other=D(-400))


def test_exchange_stands_apart() -> None:
    """EUR 1,000 h at 100/60, then the same again: at 1.10 worth 44,000, at 1.20 worth 48,000. Only exchange moved."""
    before = side("1000", "110", "66")
    assert moves(Pair(before, side("1000", "120", "72"), before), "USD") == Moves(
        start=D(44000), fx=D(4000), end=D(48000)
    )


def test_thirds_leave_no_cent_behind() -> None:
    """7 h earn 10.00 − 3.00; 3 h earn 5.00 − 1.00. price 5 − 10×3/7 = 0.714…, volume 7 × −4/7 = −4.00."""
    before, after = Side(D(10), D(0), D(3), D(7)), Side(D(5), D(0), D(1), D(3))
    assert moves(Pair(before, after, after), "USD") == Moves(
        start=D(7), price=D("0.71"), volume=D(-4), cost_mix=D("0.29"), end=D(4)
    )


currencies = st.sampled_from(["USD", "JPY", "KWD", "EUR"])
amounts = st.decimals(D("-1e9"), D("1e9"), places=4)
hours = st.one_of(st.just(D(0)), st.decimals(D(0), D(20000), places=2), st.decimals(D(-5), D(0), places=2))
measures = st.sampled_from(["gross_profit", "net_revenue", "gross_revenue"])


@st.composite
def pairs(draw: st.DrawFn, currency: str) -> Pair:
    def money() -> D:
        return quantise(draw(amounts), currency)

    worked = draw(hours)
    return Pair(
        Side(money(), money(), money(), draw(hours)),
        Side(money(), money(), money(), worked),
        Side(money(), money(), money(), worked),
    )


@given(st.data(), currencies, measures)
@settings(max_examples=3000, deadline=None)
def test_the_parts_sum_to_the_cent(data: st.DataObject, currency: str, measure: Measure) -> None:
    pair = data.draw(pairs(currency))
    moved = moves(pair, currency, measure)
    assert moved.start + sum(moved.parts().values()) == moved.end
    assert moved.start == pair.before.of(measure)
    assert moved.end == pair.after.of(measure)
    assert all(part == quantise(part, currency) for part in moved.parts().values())


@given(st.data(), currencies)
@settings(max_examples=300, deadline=None)
def test_sums_of_bridges_are_bridges(data: st.DataObject, currency: str) -> None:
    whole = add_up(moves(pair, currency) for pair in data.draw(st.lists(pairs(currency), max_size=5)))
    assert whole.start + sum(whole.parts().values()) == whole.end
