"""What the trail tells of calls, overrides of a portfolio and scenarios: amounts to readers of money, and a what-if to
nobody but whoever asked it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from financials.actions.calls import make_call
from financials.actions.overrides import Wanted, make_override
from financials.actions.scenarios import add_step, make_scenario
from people.models import User
from portfolio.queries.audit import audit_entries_told_to, audit_page
from tests.financials.books import NOW
from tests.makers import make_client, make_user
from tests.portfolio.test_api_calls import Caller

pytestmark = pytest.mark.django_db

WITHHELD = ("731418", "731,418", "Qvreason", "Qvleaves", "HALDEN")
"""Digits enough that no fraction of a second holds them by chance."""


@pytest.fixture
def told(owner: User) -> None:
    make_client("HALDEN", owner=owner)
    make_call(
        person=owner, year=2026, amount=D(731_418), system=D(735_902), currency="USD", reason="Qvreason", asks="",
        now=NOW,
    )  # fmt: skip
    wanted = Wanted(
        client_id=None, level="director", first=date(2026, 12, 1), last=date(2026, 12, 1), currency="USD",
        amount=None, delta=D(731_418), reason="Qvreason", expires_on=date(2199, 1, 1),
    )  # fmt: skip
    make_override(wanted=wanted, author=owner, now=NOW)
    scenario = make_scenario(owner=owner, name="Qvleaves us")
    add_step(scenario=scenario, step={"kind": "lose", "client": "HALDEN", "from": "2027-01"}, actor=owner, expected=1)


def words(user: User) -> str:
    rows = [str(row) for row in audit_page(user, text="", before=None)]
    told: Any = audit_entries_told_to(user)
    return " ".join((*rows, str(list(told.values_list("object_label", "told")))))


def test_an_administrator_reads_who_and_when_but_no_amount(owner: User, told: None) -> None:
    seen = words(make_user("administrator"))
    assert "called" in seen
    assert [text for text in WITHHELD if text in seen] == []


def test_a_scenario_is_told_to_its_owner_alone(owner: User, leadership: User, finance: User, told: None) -> None:
    assert "Qvleaves" in words(owner)
    for user in (leadership, finance):
        seen = words(user)
        assert "Qvleaves" not in seen
        assert "Qvreason" in seen  # calls and overrides are theirs to read


def test_the_trail_over_rest_says_no_more(owner: User, told: None) -> None:
    answer: Any = Caller(make_user("administrator"))("get", "audit/?page_size=1000")
    assert answer.status_code == 200
    seen = answer.content.decode()
    assert [text for text in WITHHELD if text in seen] == []
