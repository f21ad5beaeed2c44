"""The sentence above a contract, by the first rule that holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

from financials.calc.contract_findings import Standing, contract_finding

TODAY = date(2026, 11, 27)
ACTIVE = Standing("Media 2026", "sow", "active", "EUR", end=date(2027, 12, 31), notice_on=date(2027, 10, 2))


def test_a_contract_without_money_says_how_long_it_runs() -> None:
    assert contract_finding(ACTIVE, TODAY) == "Runs to 31 Dec 2027; notice by 2 Oct 2027"
    assert contract_finding(replace(ACTIVE, notice_on=None), TODAY) == "Runs to 31 Dec 2027"
    passed = replace(ACTIVE, end=date(2027, 1, 2), notice_on=date(2026, 10, 4))
    assert contract_finding(passed, TODAY) == "Notice fell due on 4 Oct 2026; the term ends on 2 Jan 2027"
    soon = replace(ACTIVE, notice_on=date(2026, 12, 9))
    assert contract_finding(soon, TODAY) == "Notice must be given by 9 Dec 2026, in 12 days"


def test_the_title_stands_where_nothing_can_be_said() -> None:
    assert contract_finding(replace(ACTIVE, end=None, notice_on=None), TODAY) == "Media 2026"
    assert contract_finding(replace(ACTIVE, status="completed"), TODAY) == "Media 2026"


def test_money_comes_before_the_term() -> None:
    earned = replace(ACTIVE, amount=D(1000), earned=D(400))
    assert contract_finding(earned, TODAY) == "€400 of €1.0k is earned"
    assert contract_finding(replace(earned, earned_not_billed=D(90)), TODAY) == "€90 is earned and not yet billed"
    assert contract_finding(replace(earned, status="review"), TODAY).startswith("In internal review")
