"""Trials of deals, renewals and the unexplained: literal where the outcome is, by its properties where it is drawn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from financials.calc.seasonality import Floats
from financials.calc.simulation import (
    Band,
    BandSpan,
    Event,
    Uncertain,
    deal_event,
    draw,
    portfolio,
    renewal_event,
    simulate,
    spans_of,
    together,
)

DEC, JAN, FEB = date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)


def months(*units: float) -> Floats:
    return np.array(units, dtype=np.float64)


def client(
    name: str = "A", *, certain: Floats, events: tuple[Event, ...] = (), expected: Floats | None = None,
    spread: Floats | None = None, currency: str = "USD",
) -> Uncertain:  # fmt: skip
    return Uncertain(
        name, currency, DEC, certain if expected is None else expected, certain, events,
        np.zeros(len(certain)) if spread is None else spread,
    )  # fmt: skip


def band(one: Uncertain, first: date, last: date) -> Band:
    (bands,) = simulate([one])
    return next(found for found in bands if found.span == BandSpan(first, last))


def test_what_is_certain_has_no_width() -> None:
    found = band(client(certain=months(100_00, 200_00)), DEC, JAN)
    assert (found.low, found.mid, found.high, found.spread, found.lean) == (D(0),) * 5


def test_a_renewal_is_there_or_not() -> None:
    """1,000 a month at 0.70: expected 700. In over 10% of trials it is lost, in over half it is there."""
    one = client(
        certain=months(0), expected=months(700_00), events=(renewal_event([0.7], [months(1000_00)]),)
    )  # fmt: skip
    found = band(one, DEC, DEC)
    assert (found.low, found.mid, found.high) == (D("-700.00"), D("300.00"), D("300.00"))
    assert abs(found.mean) < 15  # three standard errors of 10,000 trials
    assert abs(found.spread - D("458.26")) < 6  # 1,000 × √(0.7 × 0.3)
    assert float(found.lean) == pytest.approx(-0.873, abs=0.06)  # (1 − 2 × 0.7) ÷ √0.21


def test_a_renewal_likelier_than_nine_in_ten_is_in_the_low_edge_too() -> None:
    one = client(certain=months(0), expected=months(970_00), events=(renewal_event([0.97], [months(1000_00)]),))
    assert band(one, DEC, DEC).low == D("30.00")


def test_the_second_term_follows_the_first() -> None:
    terms = renewal_event([0.9, 0.5], [months(100, 0), months(0, 100)])
    drawn = draw(client(certain=months(0, 0), events=(terms,)))
    assert not ((drawn[1] > 0) & (drawn[0] == 0)).any()
    assert drawn.mean(axis=1) / 100 == pytest.approx([0.9, 0.5], abs=0.015)


def test_a_deal_that_slips_keeps_its_money_and_moves_its_months() -> None:
    """Slips are geometric with a mean of 1.3 months: 1 ÷ 2.3 = 43.5% start as said."""
    deal = deal_event(1.0, months(*[0] * 6, 100, *[0] * 8), slice(6, None))
    drawn = draw(client(certain=months(*[0] * 9), events=(deal,)))
    assert (drawn.sum(axis=0) == 100).all()
    assert (drawn > 0).mean(axis=1)[:3] == pytest.approx([0.4348, 0.2457, 0.1389], abs=0.015)
    assert (drawn > 0).mean(axis=1)[6] == pytest.approx(0.0326, abs=0.006)  # six months or later


def test_a_month_before_the_window_slips_in() -> None:
    deal = deal_event(1.0, months(*[0] * 5, 100, 0, 0), slice(6, None))
    drawn = draw(client(certain=months(0, 0), events=(deal,)))
    assert (drawn[0] > 0).mean() == pytest.approx(0.2457, abs=0.015)


def test_the_unexplained_strays_as_history_did() -> None:
    one = client(certain=months(*[100_000_00] * 12), spread=months(*[5_000_00] * 12))
    month = band(one, DEC, DEC)
    # Of four million draws elsewhere of √0.65 × (z, six times z in 15% where above zero, less its mean) + √0.35 × z.
    assert float(month.high) == pytest.approx(6918, rel=0.04)
    assert float(month.low) == pytest.approx(-7600, rel=0.04)
    assert float(month.mean) == pytest.approx(0, abs=250)  # the middle stays where the layers are
    year = band(one, DEC, date(2027, 11, 1))
    # A third of the variance lasts; the rest is 1/2 + (1 + 0.15 × 35) ÷ 2 − 0.2992² = 3.535 times as large:
    # 5,000 × √(12 × 0.65 × 3.535 + 144 × 0.35) = 44,156.
    assert float(year.spread) == pytest.approx(44_156, rel=0.04)


def test_never_below_nothing() -> None:
    assert (draw(client(certain=months(10_00), spread=months(1_000_00))) >= 0).all()


def test_deals_of_a_client_go_together() -> None:
    both = [renewal_event([0.5], [months(1)]), renewal_event([0.5], [months(100)])]
    drawn = draw(client(certain=months(0), events=tuple(both)))[0]
    first, second = drawn % 100 > 0, drawn >= 100
    # Two fates of correlation 0.15 lie on the same side in 1/2 + arcsin(0.15) ÷ π = 54.8% of trials.
    assert (first == second).mean() == pytest.approx(0.548, abs=0.015)


def test_the_same_seed_gives_the_same_cents_in_any_company_and_order() -> None:
    several = [
        client(name, certain=months(100_00, 50_00), spread=months(10_00, 20_00),
               events=(renewal_event([0.8], [months(70_00, 70_00)]),))
        for name in ("A", "B", "C")
    ]  # fmt: skip
    one_way = {bands[0].client: bands for bands in simulate(several)}
    other = {bands[0].client: bands for bands in simulate(reversed(several))}
    assert one_way == other
    assert list(simulate([several[1]])) == [one_way["B"]]
    assert [found.low for found in one_way["A"]] != [found.low for found in one_way["B"]]
    assert list(simulate([several[0]], seed=2)) != [one_way["A"]]


def test_a_pinned_draw() -> None:
    """The stream itself: another generator or another way through it would change every stored band."""
    one = client("42", certain=months(1000_00), spread=months(100_00))
    assert draw(one, trials=3, seed=1).tolist() == PINNED


PINNED: list[list[float]] = [[90919.0, 103856.0, 112570.0]]


def test_percentiles_do_not_add_up_but_squares_do() -> None:
    deal = renewal_event([0.5], [months(1000_00)])
    several = [client(f"C{number}", certain=months(0), expected=months(500_00), events=(deal,)) for number in range(20)]
    bands = [found[0] for found in simulate(several)]
    spreads = [float(one.spread) for one in bands]
    told = together(
        sum(float(one.mean) for one in bands),
        sum(spread**2 for spread in spreads),
        sum(float(one.lean) * float(one.spread) ** 3 for one in bands),
    )
    drawn = portfolio(several)[0] / 100 - 20 * 500
    low, mid, high = np.quantile(drawn, [0.1, 0.5, 0.9])
    assert told == pytest.approx((low, mid, high), abs=500)  # one deal: the portfolio moves in steps of 1,000
    assert sum(float(one.low) for one in bands) == -10_000  # what adding them up would say
    assert told.low > -3_500


def test_a_leaning_portfolio_leans() -> None:
    """Gamma of shape 16: mean 16, variance 16, third moment 32. Its 10th and 90th percentile are 11.14 and 21.29."""
    told = together(16.0, 16.0, 32.0)
    assert told == pytest.approx((11.135, 15.668, 21.292), abs=0.06)


def test_nothing_uncertain_together() -> None:
    assert together(5.0, 0.0, 0.0) == (5.0, 5.0, 5.0)


def test_the_spans_are_months_from_now_on_quarters_and_years() -> None:
    spans = spans_of(DEC, 8)
    assert BandSpan(DEC, DEC) in spans
    assert BandSpan(DEC, date(2027, 7, 1)) in spans
    assert BandSpan(JAN, date(2027, 3, 1)) in spans
    assert BandSpan(date(2027, 4, 1), date(2027, 6, 1)) in spans
    assert BandSpan(JAN, date(2027, 7, 1)) in spans
    assert len(spans) == len(set(spans)) == 8 + 7 + 2 + 1  # the quarter from July is its one month


@settings(max_examples=40, deadline=None)
@given(
    certain=st.lists(st.integers(-(10**9), 10**11), min_size=1, max_size=18),
    chance=st.floats(0, 1),
    amount=st.integers(0, 10**11),
    spread=st.integers(0, 10**10),
)
def test_bands_are_in_order_and_finite(certain: list[int], chance: float, amount: int, spread: int) -> None:
    level = months(*certain)
    event = renewal_event([chance], [np.full(len(certain), float(amount))])
    one = client(
        certain=level, expected=level + chance * amount, events=(event,), spread=np.full(len(certain), 1.0 * spread)
    )
    (bands,) = simulate([one], trials=500)
    assert all(found.low <= found.mid <= found.high and found.spread >= 0 for found in bands)
    assert all(found.lean.is_finite() for found in bands)
