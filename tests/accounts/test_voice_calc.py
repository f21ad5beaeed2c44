"""Scores of answers and of health, by the figures of the field's own definitions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts.calc import health as calc
from accounts.calc.voice import Answer, csat, loop_of, newest_each, nps, suggested, weighted_mean, weighted_nps

D = Decimal


def test_nps_is_promoters_less_detractors() -> None:
    found = nps([10, 9, 9, 8, 7, 6, 3, 10])
    assert (found.score, found.promoters, found.passives, found.detractors) == (D(25), 4, 2, 2)
    assert nps([]).score is None  # unknown is not zero
    assert nps([7, 8]).score == 0
    assert nps([0, 6]).score == -100


def test_csat_is_the_top_two_boxes() -> None:
    found = csat([5, 4, 3, 4, 1])
    assert (found.share, found.satisfied, found.answers) == (D("0.6"), 3, 5)
    assert csat([]).share is None


def test_scores_weigh_by_role_and_by_revenue() -> None:
    assert weighted_nps([(6, 3), (10, 1), (9, 1)]) == D("-20")  # the budget owner's 6 against two users
    assert weighted_nps([]) is None
    assert weighted_nps([(10, 0)]) is None
    assert weighted_mean([(D(50), D(300)), (D(-100), D(100)), (None, D(9)), (D(3), None)]) == D("12.5")
    assert weighted_mean([(None, D(9))]) is None


def test_the_last_answer_of_a_person_counts_and_all_of_unknown_ones() -> None:
    first = Answer(1, date(2026, 5, 1), 1, 3)
    last = Answer(1, date(2026, 9, 1), 2, 9)
    nameless = [Answer(None, date(2026, 6, 1), 3, 7), Answer(None, date(2026, 6, 1), 4, 7)]
    assert newest_each([last, first, *nameless]) == [*nameless, last]


def test_a_theme_is_suggested_by_whole_words() -> None:
    themes = [(1, "late, deadline"), (2, "price, media cost"), (3, "")]
    assert suggested("Always LATE; the media is fine", themes) == [1]
    assert suggested("The cost of media rose", themes) == [2]
    assert suggested("We relate well", themes) == []


def test_the_loop_counts_the_days_until_the_client_was_told() -> None:
    day = date(2026, 9, 1)
    found = loop_of([
        (day, None, None), (day, date(2026, 9, 9), None),
        (day, date(2026, 9, 9), date(2026, 9, 11)), (day, date(2026, 9, 9), date(2026, 9, 21)),
    ])  # fmt: skip
    assert (found.open, found.done_untold, found.told, found.days) == (1, 1, 2, D(15))
    assert loop_of([]).days is None


WORKED = [calc.Part(25, D(70)), calc.Part(20, D(80)), calc.Part(20, None), calc.Part(20, D(60)), calc.Part(15, D(90))]


def test_health_weighs_what_is_known() -> None:
    """70/80/unknown/60/90: 5,900 ÷ 80."""
    found = calc.health(WORKED)
    assert (found.score, found.known, found.status) == (D("73.75"), D("0.8"), "watch")
    assert calc.health(WORKED, [40]).score == 40
    assert (calc.health(WORKED, [40, 10]).score, calc.health(WORKED, [40, 10]).status) == (D(10), "at_risk")
    assert calc.health(WORKED, [40]).uncapped == D("73.75")


def test_too_little_known_is_never_green() -> None:
    found = calc.health(
        [calc.Part(25, D(100)), calc.Part(20, D(100)), calc.Part(20, None), calc.Part(20, None), calc.Part(15, None)]
    )
    assert (found.score, found.known, found.status) == (D(100), D("0.45"), "unknown")
    assert calc.health([calc.Part(60, D(80)), calc.Part(40, None)]).status == "on_track"  # 60% is enough
    nothing = calc.health([calc.Part(25, None)])
    assert (nothing.score, nothing.known, nothing.status) == (None, D(0), "unknown")
    assert calc.health([]).known is None


@pytest.mark.parametrize(
    ("score", "status"),
    [(D("75"), "on_track"), (D("74.99"), "watch"), (D("60"), "watch"), (D("59.99"), "at_risk")],
)
def test_where_the_bands_end(score: Decimal, status: str) -> None:
    assert calc.status_of(score, D(1)) == status


def test_the_components() -> None:
    assert calc.relationship(D("0.6"), single_threaded=False) == 60
    assert calc.relationship(D("0.6"), single_threaded=True) == 35
    assert calc.relationship(D("0.1"), single_threaded=True) == 0
    assert calc.relationship(None, single_threaded=True) is None
    assert calc.clamped(D("1.2")) == 100
    assert calc.clamped(D("-0.2")) == 0
    assert calc.clamped(None) is None
    assert calc.sentiment(D(25)) == D("62.5")
    assert calc.sentiment(None) is None


def test_what_moved_sums_to_the_change() -> None:
    before = {"a": calc.Part(25, D(70)), "b": calc.Part(20, D(80)), "c": calc.Part(20, None)}
    after = {"a": calc.Part(25, D(50)), "b": calc.Part(20, D(80)), "c": calc.Part(20, D(60))}
    found = calc.moves(before, after)
    was, now = calc.health(before.values()).uncapped, calc.health(after.values()).uncapped
    assert was is not None
    assert now is not None
    total = sum((move.points for move in found if move.points is not None), D(0))
    assert abs(total - (now - was)) < D("0.00001")
    assert found[0].name == "a"
    assert calc.moves(after, after) == []


def test_the_proof_counts_who_was_right() -> None:
    found = calc.proof([
        calc.Judged(D(80), "on_track", kept=True),
        calc.Judged(D(82), "on_track", kept=False),
        calc.Judged(D(40), "at_risk", kept=False),
        calc.Judged(D(70), "watch", kept=True),
        calc.Judged(None, "unknown", kept=True),
        calc.Judged(None, None, kept=False),
    ])  # fmt: skip
    assert found.auc == D("0.5")  # of kept × lost: 80>40, 70>40 right; 80<82, 70<82 wrong
    assert (found.judged, found.unread) == (5, 1)
    assert found.bands[0].share_kept == D("0.5")
    assert found.bands[2].share_kept == 0
    assert calc.proof([]).auc is None
