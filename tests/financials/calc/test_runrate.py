"""The run-rate: lines go on as lines, seasons come back, noise is no season, and nothing breaks it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from financials.calc.runrate import FURTHEST, default_multiples, growth_of_error, pack, run_rate, run_rate_with_bands
from financials.calc.seasonality import seasonality

SEASON = (10.0, -10.0, 5.0, -5.0, 20.0, -20.0, 0.0, 0.0, 8.0, -8.0, 2.0, -2.0)


def test_a_constant_goes_on() -> None:
    assert run_rate(pack([[80.0] * 30]), 6) == pytest.approx(np.full((1, 6), 80.0))


def test_histories_are_packed_to_the_right() -> None:
    packed = pack([[1.0, 2.0, 3.0], [9.0]])
    assert packed[0].tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(packed[1, :2]).all()
    assert packed[1, 2] == 9.0


def test_a_rising_line_goes_on_rising_but_fades() -> None:
    """50 months of 100 + 2 a month end at 198; a line would say 200 … 234, a damped mean lies between."""
    (path,) = run_rate(pack([[100.0 + 2 * month for month in range(50)]]), 18)
    assert 198 < path[0] <= 200.5
    assert np.all(np.diff(path) > 0)
    assert 210 < path[-1] < 234


def test_a_clear_season_comes_back() -> None:
    """Five years of the same twelve months: the next year is the same again."""
    (path,) = run_rate(pack([[100.0 + SEASON[month % 12] for month in range(60)]]), 12)
    assert path == pytest.approx([100.0 + part for part in SEASON], abs=0.8)


def test_a_season_about_zero_is_added_not_multiplied() -> None:
    (path,) = run_rate(pack([[SEASON[month % 12] for month in range(60)]]), 12)
    assert path == pytest.approx(list(SEASON), abs=0.8)


def test_noise_is_no_season() -> None:
    """Of white noise the measured factors are noise: at most a tenth of their distance from none is kept on average."""
    dice = np.random.default_rng(7)
    found = seasonality(dice.normal(100, 10, size=(200, 60)))
    assert np.abs(found.factors - 1).mean() < 0.01  # measured: 10% noise ÷ √5 years is about 0.045


def test_one_year_has_no_season_and_two_a_half() -> None:
    year = [100.0 + part for part in SEASON]
    assert seasonality(pack([year])).factors.tolist() == [[1.0] * 12]
    half = seasonality(pack([year * 2])).factors[0]
    assert half[-5] - 1 == pytest.approx(0.10, abs=0.005)  # the fifth month stands 20% above


def test_an_unknown_month_is_not_zero() -> None:
    """A gap is bridged; had it been read as 0, the level would fall by about a thirtieth."""
    history = [80.0] * 30
    history[15] = float("nan")
    assert run_rate(pack([history]), 3) == pytest.approx(np.full((1, 3), 80.0))


def test_a_client_without_history_is_unknown() -> None:
    rows = np.full((2, 24), np.nan)
    rows[1] = 5.0
    found = run_rate_with_bands(rows, 4)
    assert np.isnan(found.point[0]).all()
    assert found.point[1].tolist() == [5.0] * 4


def test_short_histories_go_on_at_their_mean() -> None:
    assert run_rate(pack([[30.0, 60.0]]), 2) == pytest.approx(np.full((1, 2), 45.0))


def test_each_series_is_forecast_as_if_alone() -> None:
    dice = np.random.default_rng(3)
    histories = [list(dice.lognormal(4, 0.3, size=length)) for length in (5, 26, 40, 41, 72)]
    together = run_rate(pack(histories), 9)
    for number, history in enumerate(histories):
        assert run_rate(pack([history]), 9)[0] == pytest.approx(together[number], rel=1e-9)


def test_errors_grow_with_the_root_of_the_step() -> None:
    assert growth_of_error(9)[[0, 3, 8]] == pytest.approx([1.0, 1.35, 1.7])


def test_bands_hold_the_point_and_nest() -> None:
    dice = np.random.default_rng(5)
    found = run_rate_with_bands(dice.lognormal(5, 0.4, size=(50, 48)), 18)
    inner, outer = found.bands[0.8], found.bands[0.95]
    assert np.all(outer.lower <= inner.lower)
    assert np.all(inner.lower <= found.point)
    assert np.all(found.point <= inner.upper)
    assert np.all(inner.upper <= outer.upper)
    assert np.all(outer.lower >= 0)


def test_a_steady_client_has_a_narrower_band_than_a_wild_one() -> None:
    dice = np.random.default_rng(11)
    found = run_rate_with_bands(np.stack([dice.normal(100, 1, 48), dice.normal(100, 20, 48)]), 6)
    width = found.bands[0.8].upper - found.bands[0.8].lower
    assert np.all(width[1] > 5 * width[0])


def test_the_first_multiple_is_the_calibrated_one() -> None:
    multiples = default_multiples(18)
    assert (multiples[0.8][0], multiples[0.95][0]) == (1.82, 3.13)


HOSTILE = st.lists(
    st.one_of(
        st.floats(-1e12, 1e12),
        st.just(0.0),
        st.just(float("nan")),
        st.sampled_from([1e-12, 1e15, -1e15, 1.0]),
    ),
    min_size=0,
    max_size=75,
)


@settings(max_examples=400, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=4), st.integers(1, 18))
def test_nothing_breaks_or_explodes(histories: list[list[float]], horizon: int) -> None:
    rows = pack(histories)
    found = run_rate_with_bands(rows, horizon)
    for number, row in enumerate(rows):
        known = row[np.isfinite(row)]
        if not len(known):
            assert np.isnan(found.point[number]).all()
            continue
        assert np.isfinite(found.point[number]).all()
        assert np.abs(found.point[number]).max() <= FURTHEST * np.abs(known).max()
        if known.min() >= 0:
            assert found.point[number].min() >= 0


def test_a_level_shift_a_one_off_and_a_run_of_zeros_stay_near_history() -> None:
    shift = [100.0] * 30 + [40.0] * 18
    one_off = [100.0] * 47 + [600.0]
    stopped = [100.0] * 36 + [0.0] * 12
    paths = run_rate(pack([shift, one_off, stopped]), 12)
    assert np.all(paths[0] < 60)
    assert np.all(paths[1] < 600)
    assert np.all(paths[2] < 30)
