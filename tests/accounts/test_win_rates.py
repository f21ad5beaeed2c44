"""Win rates by stage and age: tables worked by hand."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from accounts.calc.win_rates import Passage, brier, calibration, smoothed, win_rates


def passages(stage: str, won: int, lost: int, days: int = 10, stated: str | None = None) -> list[Passage]:
    said = None if stated is None else D(stated)
    return [Passage(stage, days, number < won, said) for number in range(won + lost)]


@pytest.mark.parametrize(
    ("won", "deals", "prior", "value"),
    [
        (0, 0, "0.5", "0.500000"),  # nothing happened yet: what was stated
        (3, 3, "0.5", "0.615385"),  # (3 + 5) / 13, far from certain
        (5, 20, "0.5", "0.333333"),  # (5 + 5) / 30
        (9, 20, "0.45", "0.450000"),  # as stated: (9 + 4.5) / 30
        (0, 90, "0.1", "0.010000"),  # (0 + 1) / 100: never nought
    ],
)
def test_smoothing(won: int, deals: int, prior: str, value: str) -> None:
    assert smoothed(won, deals, D(prior)).value == D(value)


def test_a_rate_is_our_own_from_twenty_deals_on() -> None:
    assert not smoothed(10, 19, D("0.5")).own
    assert smoothed(10, 20, D("0.5")).own


def test_a_stage_without_closed_deals_answers_what_the_company_states() -> None:
    rate = win_rates([], {"proposal": D("0.5")}).of("Proposal ")
    assert rate is not None
    assert (rate.value, rate.deals, rate.own) == (D("0.500000"), 0, False)


def test_a_word_nobody_set_up_leans_on_what_its_deals_carried() -> None:
    found = win_rates(passages("verbal", won=2, lost=2, stated="0.9"), {})
    rate = found.of("VERBAL")
    assert rate is not None
    assert rate.value == D("0.785714")  # (2 + 10 × 0.9) / 14
    assert found.of("unheard") is None


def test_the_old_are_won_less_often() -> None:
    """30 left within the month, 24 won; 20 stayed 45 days, 4 won. Prior 0.6."""
    book = passages("proposal", won=24, lost=6, days=12) + passages("proposal", won=4, lost=16, days=45)
    found = win_rates(book, {"proposal": D("0.6")})
    young, old, older = (found.of("proposal", days) for days in (0, 30, 300))
    assert young is not None
    assert old is not None
    assert (young.value, young.deals, young.won) == (D("0.566667"), 50, 28)  # (28 + 6) / 60
    assert (old.value, old.deals, old.age) == (D("0.322222"), 20, 30)  # (4 + 5.66667) / 30
    assert older == old  # no deal stayed longer: the oldest age that has enough of its own


def test_too_few_old_deals_answer_with_the_age_below() -> None:
    book = passages("lead", won=10, lost=20, days=5) + passages("lead", won=0, lost=3, days=70)
    found = win_rates(book, {"lead": D("0.1")})
    rate = found.of("lead", 75)
    assert rate is not None
    assert (rate.age, rate.deals) == (0, 33)


def test_the_order_of_the_deals_does_not_matter() -> None:
    book = passages("a", 3, 9, days=40, stated="0.3") + passages("b", 5, 1, days=3)
    assert win_rates(book, {}) == win_rates(book[::-1], {})


def test_calibration_in_fifths() -> None:
    book = [
        *passages("x", won=1, lost=3, stated="0.10"),
        *passages("x", won=1, lost=0, stated="0.19"),
        *passages("x", won=1, lost=1, stated="0.2"),
        *passages("x", won=3, lost=0, stated="1"),
        *passages("x", won=5, lost=5),
    ]
    first, second, last = calibration(book)
    assert (first.low, first.high, first.deals, first.won) == (D("0"), D("0.2"), 5, 2)
    assert (first.stated, first.happened, first.gap) == (D("0.118"), D("0.4"), D("-28.2"))
    assert (second.low, second.deals, second.happened) == (D("0.2"), 2, D("0.5"))
    assert (last.low, last.deals, last.stated, last.gap) == (D("0.8"), 3, D("1"), D("0"))


def test_brier_by_hand() -> None:
    book = [Passage("x", 1, True, D("0.7")), Passage("x", 1, False, D("0.4")), Passage("x", 1, True, None)]
    assert brier(book) == D("0.125000")  # (0.09 + 0.16) / 2
    assert brier([]) is None
