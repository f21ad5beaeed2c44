"""A stated probability held against own history: worked by hand."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from common.odds import smoothed_share, weighed


@pytest.mark.parametrize(
    ("stated", "own", "usual", "counts_at"),
    [
        ("0.5", "0.333333", "0.5", "0.333333"),  # it carries what its like carry: own history itself
        ("0.8", "0.333333", "0.5", "0.666666"),  # odds 4 × 0.5 ÷ 1 = 2, in six places
        ("0.6", "0.5", "0.75", "0.333333"),  # odds 1.5 × 1 ÷ 3 = 0.5
        ("0.2", "0.5", "0.2", "0.5"),  # hopes too low
        ("0.4", None, None, "0.4"),  # too few closed: as stated
        ("1", "0.333333", "0.5", "1"),  # what is certain stays certain
        ("0", "0.333333", "0.5", "0"),
        ("0.4", "0.3", None, "0.3"),  # nobody said what they carried
        ("0.4", "0.3", "1", "0.3"),
    ],
)
def test_what_a_deal_counts_at(stated: str, own: str | None, usual: str | None, counts_at: str) -> None:
    found = weighed(D(stated), None if own is None else D(own), None if usual is None else D(usual))
    assert found == D(counts_at)


def test_five_won_of_twenty_at_a_stated_half() -> None:
    assert smoothed_share(5, 20, D("0.5")) == D("0.333333")  # (5 + 5) ÷ 30
