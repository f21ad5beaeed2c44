"""Sentences over a P&L cut by groups, and what stands where none holds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from financials.calc.findings import Part, share_of
from financials.calc.group_findings import groups_against, largest_group, lowest_group

D = Decimal
TOPIC = "Topic"


def parts(**given: str) -> list[Part]:
    return [Part(name, D(value)) for name, value in given.items()]


@pytest.mark.parametrize(
    ("total", "given", "said"),
    [
        ("29700000", {"Halden": "7000000", "Marlow": "6000000"}, "Halden has $7.0M of the $29.7M contribution"),
        ("-500", {"Halden": "-400", "Marlow": "-100"}, TOPIC),
        ("100", {"Alpha": "50", "Beta": "50"}, "Alpha has $50 of the $100 contribution"),
        ("100", {"Alpha": "100"}, TOPIC),
        (None, {"Alpha": "1", "Beta": "2"}, TOPIC),
        ("0", {"Alpha": "1", "Beta": "-1"}, TOPIC),
    ],
)
def test_the_largest(total: str | None, given: dict[str, str], said: str) -> None:
    assert largest_group("contribution", None if total is None else D(total), parts(**given), "USD", TOPIC) == said


def test_the_lowest_margin() -> None:
    given = parts(Corvus="0.2790", Halden="0.4160")
    said = "Corvus has the lowest gross margin, 27.9% against 41.2% in all"
    assert lowest_group("gross margin", D("0.412"), given, TOPIC) == said
    assert lowest_group("gross margin", D("0.2"), given, TOPIC) == TOPIC
    assert lowest_group("gross margin", None, given, TOPIC) == TOPIC


@pytest.mark.parametrize(
    ("total", "currency", "given", "said"),
    [
        ("-1400000", "USD", {"Media": "-900000", "Brand": "-500000"},
         "Contribution is $1.4M worse than budget, most of it in Media"),
        ("800", "USD", {"Media": "300", "Brand": "300", "Web": "200"}, "Contribution is $800 better than budget"),
        ("0", "USD", {"Media": "1", "Brand": "-1"}, "Contribution is level with budget"),
        ("-1.7", "", {}, "Contribution is 1.7 points worse than budget"),
        ("0.04", "", {}, "Contribution is level with budget"),
        (None, "USD", {}, TOPIC),
    ],
)  # fmt: skip
def test_against(total: str | None, currency: str, given: dict[str, str], said: str) -> None:
    assert (
        groups_against("Contribution", "budget", None if total is None else D(total), parts(**given), currency, TOPIC)
        == said
    )


@pytest.mark.parametrize(
    ("share", "word"), [("48", "nearly half of it in A"), ("50", "half of it in A"), ("51", "most of it in A"),
                        ("100", "all of it in A"), ("44.9", "")],
)  # fmt: skip
def test_a_share_in_words(share: str, word: str) -> None:
    rest = (D(100) - D(share)) / 2
    assert share_of(D(100), [Part("A", D(share)), Part("B", rest), Part("C", rest)]) == word
