from __future__ import annotations

import pytest

from accounts.calc.deals import outcome_of


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [("Won", "won"), (" WON ", "won"), ("lost", "lost"), ("Won back", "open"), ("Engaging", "open"), ("", "open")],
)
def test_won_or_lost_in_any_case_closes_a_deal(stage: str, outcome: str) -> None:
    assert outcome_of(stage) == outcome
