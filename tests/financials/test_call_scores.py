"""Calls of closed years beside the forecast on the day they were made, and who reads which."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from accounts.models import Client
from common.figures import formulae
from common.models import FxRate
from financials.actions.calls import make_call, withdraw_call
from financials.calc.call_scores import Called, score_calls
from financials.models import ForecastCall
from financials.queries.call_scores import load_call_scores
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, post
from tests.financials.test_pack import signed_in
from tests.makers import make_client
from tests.portfolio.test_api_calls import Caller

pytestmark = pytest.mark.django_db
AUTUMN = datetime(2025, 9, 20, 9, 0, tzinfo=UTC)


def called(person: User, amount: str, system: str | None, *, at: datetime = AUTUMN, year: int = 2025) -> ForecastCall:
    return make_call(
        person=person, year=year, amount=D(amount), system=None if system is None else D(system), currency="USD",
        reason="Agreed", asks="", now=at,
    )  # fmt: skip


@pytest.fixture
def kestrel(owner: User, manager: User, monkeypatch: Any) -> Client:
    """940 came in 2025, 40 of it as EUR 40 at par; 100 more in 2024, which no call is about."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    close_through(OCTOBER)
    FxRate.objects.create(month=date(2025, 3, 1), base="EUR", quote="USD", average=1, closing=1)
    client = make_client("KESTREL", owner=owner, members=(manager,))
    post(client, "gross_revenue", "1000", month=date(2025, 2, 1))
    post(client, "pass_through", "100", month=date(2025, 2, 1))
    post(client, "gross_revenue", "40", month=date(2025, 3, 1), currency="EUR")
    post(client, "gross_revenue", "100", month=date(2024, 12, 1))
    return client


def test_the_worked_figure() -> None:
    """950 where the forecast said 1,000 and 940 came: 6.382979% − 1.063830%."""
    found = score_calls([Called(D(950), D(1000), D(940))])
    assert (found.wape, found.bias, found.added) == (D("0.010638"), D("0.010638"), D("0.053192"))
    assert score_calls([]).added is None
    assert score_calls([Called(D(1), D(2), D(0))]).wape is None


def test_calls_are_held_against_the_closed_year_by_person(owner: User, manager: User, kestrel: Client) -> None:
    called(owner, "950", "1000")
    called(owner, "930", None)  # the forecast was unknown that day
    called(manager, "900", "1000")
    called(owner, "1200", "1100", at=NOW, year=2026)  # still open
    gone = called(owner, "10", "1000", at=AUTUMN.replace(day=21))
    withdraw_call(call=gone, why="A slip of the pen", now=NOW)
    called(owner, "960", "1000", at=datetime(2026, 1, 2, tzinfo=UTC))  # the year was over
    manager.manager = owner
    manager.save(update_fields=["manager"])
    found = load_call_scores(owner, now=NOW)
    assert [(one.name, one.score.n, one.unknown, one.score.added) for one in found.people] == [
        ("Amara Reyes", 1, 1, D("0.053192")), ("Jon Park", 1, 0, D("0.021277")),
    ]  # fmt: skip
    assert found.waiting == 1
    assert [one.email for one in load_call_scores(manager, now=NOW).people] == [manager.email]


def test_an_open_year_is_not_held_yet(owner: User, kestrel: Client) -> None:
    called(owner, "950", "1000", year=2026, at=NOW)
    found = load_call_scores(owner, now=NOW)
    assert (found.people, found.waiting) == ((), 1)
    assert "held against it once it is" in signed_in(owner).get("/forecast/accuracy/calls/").content.decode()


def test_what_came_of_hidden_clients_stays_unknown(owner: User, manager: User, kestrel: Client) -> None:
    """The director reads the manager's call, but not what a client out of sight brought."""
    make_client("SECRET", owner=manager)
    called(manager, "900", "1000")
    manager.manager = owner
    manager.save(update_fields=["manager"])
    kestrel.owner = manager
    Client.objects.filter(key="SECRET").update(owner=None)
    (one,) = load_call_scores(owner, now=NOW).people
    assert (one.score.n, one.unknown, one.score.wape) == (0, 1, None)


def test_page_rest_and_explanation_say_the_same(
    owner: User, outsider: User, legal: User, leadership: User, kestrel: Client
) -> None:
    called(owner, "950", "1000")
    page = signed_in(owner).get("/forecast/accuracy/calls/").content.decode()
    assert "The calls of Amara Reyes came 5.3" in page
    (row,) = Caller(leadership)("get", "reports/forecast-accuracy/?about=calls&group_by=person").json()["rows"]
    assert (row["person"], row["value_added"], row["wape"], row["n"]) == (owner.email, "0.053192", "0.010638", 1)
    params = {"person": owner.email, "currency": "USD"}
    told = formulae["calls.value_added"](owner, params, NOW)
    assert [one.value for one in told.inputs] == [D(60), D(10), D(940)]
    assert formulae["calls.calls"](owner, params, NOW).figure.value == 1
    assert "/figures/calls.calls:" in page
    assert told.notes == ("2025, called 2025-09-20: 950 against 1,000 by the forecast; 940 came",)
    with pytest.raises(Http404):
        formulae["calls.value_added"](outsider, params, NOW)
    assert Caller(outsider)("get", "reports/forecast-accuracy/?about=calls&group_by=person").json()["rows"] == []
    for wrong in ("about=wins&group_by=person", "about=calls", "about=calls&group_by=person&client=KESTREL"):
        assert Caller(owner)("get", f"reports/forecast-accuracy/?{wrong}").status_code == 400
    assert signed_in(legal).get("/forecast/accuracy/calls/").status_code == 403
