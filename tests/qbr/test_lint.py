"""The linter: what it objects to, that each objection has a way to mend it, and what it lets pass."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from people.models import User
from qbr.access import get_deck_for
from qbr.calc.compose import compose
from qbr.calc.lint import MOST_WORDS, Finding, lint
from qbr.calc.review import Task
from qbr.calc.slides import Bar, BarChart, BigFigure, Cell, Deck, Move, Point, Slide, TextColumn
from qbr.calc.words import decision_of, with_words, worded
from qbr.models import Deck as Stored
from qbr.queries.decks import compose_deck
from tests.financials.books import NOW
from tests.qbr.test_compose import data, slide
from tests.qbr.test_reviews import words_of

D = Decimal
ASK = {"decisions": [{"what": "Renew", "recommend": "Sign now", "decider": "M. Okafor", "when": "today"}]}


def sound() -> Deck:
    return with_words(compose(data()), {"decisions": ASK}, ())


def rules(deck: Deck, rule: str) -> list[Finding]:
    return [one for one in lint(deck) if one.rule == rule]


def changed(kind: str, **changes: Any) -> Deck:
    deck = sound()
    slides = tuple(replace(item, **changes) if item.kind == kind else item for item in deck.slides)
    return replace(deck, slides=slides)


def test_a_review_that_asks_nothing() -> None:
    assert [one.says for one in rules(with_words(compose(data()), {}, ()), "no ask")] == [
        "The review asks for nothing."
    ]
    assert rules(sound(), "no ask") == []


def test_a_review_that_looks_back() -> None:
    # Ahead: decisions, moves, plan, forecast, pipeline, contracts; back: summary, scorecard, dive, pnl. 6 of 10.
    assert rules(sound(), "rear view") == []
    kept = ("title", "summary", "scorecard", "dive", "pnl", "plan")
    deck = replace(sound(), slides=tuple(item for item in sound().slides if item.kind in kept))
    assert [one.says for one in rules(deck, "rear view")] == ["Only 20% of the slides look ahead; 40% is the least."]


def test_a_decision_without_a_decider_or_a_day() -> None:
    bare = decision_of({"what": "Renew", "recommend": "Sign now"})
    assert [one.says for one in rules(changed("decisions", decisions=(bare,)), "ask")] == [
        "Decision 1 does not say who decides and by when."
    ]


def test_an_action_without_an_owner_or_a_day() -> None:
    tasks = (Task("Name a sponsor", "", "", None, "on_track", "On track", ""),)
    found = rules(with_words(compose(data(tasks=tasks)), {"decisions": ASK}, ()), "owner and date")
    assert [one.says for one in found] == ["“Name a sponsor” has no owner and date."]
    assert rules(sound(), "owner and date") == []


def test_recommendations_need_a_reason_and_one_that_grows() -> None:
    assert [one.weight for one in rules(sound(), "reason")] == ["check"]
    two = (Move("A", "Growth", "It pays", when="Mar"), Move("B", "Growth", "", when="Mar"))
    deck = changed("moves", moves=two)
    assert [one.says for one in rules(deck, "reason")] == ["Recommendation 2 does not say why."]
    assert len(rules(deck, "growth")) == 1
    assert rules(changed("moves", moves=(two[0], replace(two[1], label="", why="So"))), "growth") == []


def test_too_many_words() -> None:
    long = TextColumn("What moved", (Point("", "word " * (MOST_WORDS + 1)),))
    assert len(rules(changed("summary", columns=(long,)), "words")) == 1
    assert rules(sound(), "words") == []


@pytest.mark.parametrize(("text", "words"), [("We leverage synergies", 2), ("A lever and robustness", 0)])
def test_jargon_by_whole_words(text: str, words: int) -> None:
    found = rules(changed("summary", headline=f"{text} worth $3M"), "jargon")
    assert len(found) == words
    assert all(one.fix.startswith("Say ") for one in found)


def test_a_figure_that_stands_alone() -> None:
    alone = BigFigure("Fees", Cell("$3M", D(3)))
    assert len(rules(changed("summary", figures=(alone,)), "comparison")) == 1
    assert rules(changed("summary", figures=(replace(alone, previous="Q2 $2M"),)), "comparison") == []


def test_a_chart_without_a_finding() -> None:
    found = rules(changed("pnl", headline="Fees overview"), "finding")
    assert [one.says for one in found] == ["A chart stands under a headline without a figure."]
    assert rules(changed("pnl", headline="Nothing was billed"), "finding") == []
    assert rules(sound(), "finding") == []


def test_a_quarter_that_hides_a_bad_month() -> None:
    bars = tuple(Bar(name, D(v), str(v), D(100)) for name, v in (("Jul", 120), ("Aug", 80), ("Sep", 110)))
    chart = BarChart("Fees", "$000", bars, "alt")
    found = rules(changed("pnl", chart=chart), "average")
    assert [one.says for one in found] == ["The quarter hides Aug, 20% under its budget."]
    assert rules(changed("pnl", chart=chart, headline="Aug was $20k under, made up in Sep"), "average") == []


def test_every_brand_colour_leaves_the_title_readable() -> None:
    for colour in ("#FFC400", "#FFFFFF", "#000000", "#B3261E", "not a colour"):
        assert rules(replace(sound(), brand=colour), "contrast") == []


def test_the_builder_shows_each_remark_with_its_fix(deck: Stored, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    page = browser.get(reverse("review", args=[deck.pk])).content.decode()
    assert "The review asks for nothing." in page
    assert "Write a decision: what is asked" in page
    words_of(browser, deck, "summary", headline="A holistic view of October: $400k")
    found = compose_deck(owner, get_deck_for(owner, deck.pk), now=NOW).findings
    assert [(one.rule, one.fix) for one in found if one.rule == "jargon"] == [("jargon", "Say whole.")]


def test_a_written_slide_is_judged_as_it_prints() -> None:
    plain: Slide = slide(compose(data()), "summary")
    assert lint(replace(sound(), slides=(worded(plain, {"headline": "Seamless, $3M"}),)))[-1].rule == "jargon"
