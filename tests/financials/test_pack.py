"""The leadership pack: calls by level beside the forecast, what moved since, risks, asks; and who sees whose call."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.http import Http404
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client
from common.figures import explain
from common.models import AuditEntry
from common.reports import report_kinds
from financials.access import calls_for
from financials.actions.calls import make_call
from financials.actions.contracts import rebuild_schedules
from financials.models import Contract, ForecastCall, ForecastRun
from financials.queries.pack import load_pack, load_pack_risks
from people.actions import issue_token
from people.models import User
from tests.financials.books import NOW, OCTOBER, budget, close_through
from tests.financials.test_movement import run
from tests.makers import make_client, make_contract, make_opportunity

pytestmark = pytest.mark.django_db
BEFORE = NOW - timedelta(days=7)


def called(person: User, amount: str, *, at: Any = BEFORE, asks: str = "") -> ForecastCall:
    return make_call(
        person=person, year=2026, amount=D(amount), system=D(1000), currency="USD", reason="Agreed", asks=asks, now=at
    )


@pytest.fixture
def kestrel(owner: User, manager: User, monkeypatch: Any) -> Client:
    """1,000 signed for December 2026 a week ago, 900 today, due to end on 31 December; budget 1,200."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    close_through(OCTOBER)
    client = make_client("KESTREL", owner=owner, members=(manager,))
    sow = make_contract(
        client, number="S1", title="Media", amount=D(1000), start=date(2026, 12, 1), end=date(2026, 12, 31),
        renewal="fixed", probability=D("0.7"),
    )  # fmt: skip
    rebuild_schedules([sow.pk], now=NOW)
    run(client, BEFORE - timedelta(hours=1), 1)
    Contract.objects.filter(pk=sow.pk).update(amount=D(900))
    rebuild_schedules([sow.pk], now=NOW)
    run(client, NOW - timedelta(hours=1), 2)
    budget(client, "gross_revenue", "1200", month=date(2026, 12, 1))
    return client


def test_the_forecast_says_the_call_that_stands_beside_it(
    owner: User, manager: User, kestrel: Client, sign_in: Any
) -> None:
    page = sign_in(owner).get("/forecast/").text
    assert "You have not called 2026 yet" in page
    assert "/forecast/pack/#make-call" in page
    made = called(owner, "800")
    page = sign_in(owner).get("/forecast/").text
    assert "Your call" in page
    assert f"call.amount:call={made.pk}" in page
    assert "under the forecast" in page  # 800 against 900
    assert "You have not called 2026 yet" in sign_in(manager).get("/forecast/").text  # theirs alone is in sight
    for narrowed in ("?client=KESTREL", f"?owner={owner.email}", "?year=2027"):
        told = sign_in(owner).get(f"/forecast/{narrowed}").text
        assert "Your call" not in told


def test_the_calls_stand_apart_and_the_directors_is_the_final_one(owner: User, manager: User, kestrel: Client) -> None:
    called(owner, "800", at=BEFORE - timedelta(days=3))
    called(manager, "1050", at=BEFORE - timedelta(days=2))
    called(owner, "950", asks="Two writers")
    page = load_pack(owner, now=NOW)
    assert [(one.who, one.level, one.amount, one.system) for one in page.calls] == [
        ("Amara Reyes", "Director", D(950), D(1000)), ("Jon Park", "Manager", D(1050), D(1000)),
    ]  # fmt: skip
    assert page.final is not None
    assert (page.system.value, page.budget.value, page.asks) == (D(900), D(1200), "Two writers")
    assert page.finding == "The call for 2026 is $950, $50 over the forecast"
    assert page.found.total["contracted"] == D(-100)
    assert page.since == "the last call"


def test_without_a_call_the_forecast_speaks_and_four_weeks_are_looked_back(owner: User, kestrel: Client) -> None:
    page = load_pack(owner, now=NOW)
    assert page.finding == "No call for 2026 yet: the forecast says $900"
    assert (page.final, page.calls, page.since) == (None, (), "four weeks ago")
    assert page.found.total["start"] == 0


def test_risks_are_terms_that_end_and_commit_deals_past_their_day(owner: User, kestrel: Client) -> None:
    make_opportunity(kestrel, name="Late film", category="commit", amount=D(100), close_on=date(2026, 11, 1))
    make_opportunity(kestrel, name="On time", category="commit", amount=D(100), close_on=date(2026, 12, 1))
    found = load_pack_risks(owner, now=NOW)
    assert [(one.what, one.amount) for one in found.risks] == [("Media", D("270.0")), ("Late film", D(100))]
    assert "70% to renew" in found.risks[0].why
    assert found.record == ""
    for one in found.risks:
        assert explain(owner, one.figure.id, now=NOW).figure == one.figure
    told = explain(owner, found.risks[0].figure.id, now=NOW)
    assert [one.value for one in told.inputs] == [D("900.00"), D("0.30")]


def test_what_forecast_and_call_leave(owner: User, kestrel: Client) -> None:
    """The forecast's 900 costs a third: 600 left. A call of 950 adds 50 at the same margin: 633.33."""
    called(owner, "950")
    unknown = load_pack_risks(owner, now=NOW).margin
    assert (unknown.contribution.value, unknown.call.value) == (None, None)
    assert unknown.finding == "What 2026 leaves is not known: some clients have no known cost"
    third = D("0.333333")
    ForecastRun.objects.update(labour_rate=third, freelancers_rate=D(0), direct_rate=D(0), cost_origin="own")
    found = load_pack_risks(owner, now=NOW).margin
    assert found.contribution.value == D("600.00")
    assert (found.call.value, found.call_margin.value) == (D("633.33"), D("0.666663"))
    assert found.finding == "The call leaves $633 of contribution, 66.7%; the forecast $600, 66.7%"
    told = explain(owner, "call.contribution", now=NOW)
    assert (told.figure, [one.value for one in told.inputs]) == (
        found.call, [D("600.00"), D("50.00"), D("0.666667")]
    )  # fmt: skip
    assert explain(owner, "call.margin", now=NOW).figure == found.call_margin


def test_who_sees_whose_call(
    owner: User, manager: User, outsider: User, leadership: User, legal: User, kestrel: Client
) -> None:
    called(owner, "950")
    called(manager, "1050")
    called(outsider, "5")
    seen = {
        user: sorted(calls_for(user).values_list("amount", flat=True)) for user in (owner, manager, leadership, legal)
    }
    assert seen == {owner: [950, 1050], manager: [1050], leadership: [5, 950, 1050], legal: []}
    (one, other) = load_pack(owner, now=NOW).calls
    told = explain(owner, one.amount_figure.id, now=NOW)
    assert (told.figure.value, told.inputs[0].value) == (D(950), D(1000))
    assert explain(owner, other.system_figure.id, now=NOW).figure.value == D(1000)
    with pytest.raises(Http404):
        explain(manager, one.amount_figure.id, now=NOW)


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_a_call_is_made_on_the_page_and_told(owner: User, leadership: User, legal: User, kestrel: Client) -> None:
    browser = signed_in(owner)
    assert "No call for 2026 yet" in browser.get("/forecast/pack/").content.decode()
    wrong = browser.post("/forecast/pack/call/", {"amount": "much", "reason": ""})
    assert wrong.status_code == 422
    assert not ForecastCall.objects.exists()
    sent = {"amount": "950", "reason": "Media slips", "asks": "Two writers"}
    assert browser.post("/forecast/pack/call/", sent).status_code == 302
    made = ForecastCall.objects.get()
    assert (made.level, made.system, made.amount) == ("director", D(900), D(950))
    assert AuditEntry.objects.filter(verb="called", object_kind="forecast call").count() == 1
    page = signed_in(leadership).get("/forecast/pack/").content.decode()
    assert "Two writers" in page
    assert "Make the call" not in page
    assert signed_in(leadership).post("/forecast/pack/call/", sent).status_code == 403
    assert signed_in(legal).get("/forecast/pack/").status_code == 403
    assert "Media" in browser.get("/forecast/pack/risks/").content.decode()


def test_a_withdrawn_call_stays_told_and_counts_no_more(owner: User, manager: User, kestrel: Client) -> None:
    called(owner, "990", at=BEFORE - timedelta(days=3))
    made = called(owner, "950", asks="Two writers")
    browser = signed_in(owner)
    assert "Withdraw it" in browser.get("/forecast/pack/").content.decode()
    address = f"/forecast/pack/call/{made.pk}/withdraw/"
    assert browser.post(address, {"why": ""}).status_code == 422
    assert signed_in(manager).post(address, {"why": "No"}).status_code == 404
    assert browser.post(address, {"why": "Too early"}).status_code == 302
    assert browser.post(address, {"why": "Too early"}).status_code == 409
    page = load_pack(owner, now=NOW)
    assert (page.calls, page.final, page.asks, page.since) == ((), None, "", "four weeks ago")
    assert ForecastCall.objects.count() == 2
    assert AuditEntry.objects.filter(verb="withdrew", object_kind="forecast call").count() == 1
    called(owner, "960", at=NOW)
    assert [one.amount for one in load_pack(owner, now=NOW).calls] == [D(960)]


def test_print_and_rest_say_the_same(owner: User, kestrel: Client) -> None:
    called(owner, "950", asks="Two writers")
    report = report_kinds["leadership-pack"].read(owner, {}, NOW)
    assert report.finding == "The call for 2026 is $950, $50 over the forecast"
    assert [row[0] for row in report.rows] == ["The forecast", "Amara Reyes, director", "Budget"]
    asked, moved, left, risks, record = report.more
    assert (asked.heading, asked.note, report.notes) == ("What is asked", "Two writers", ())
    assert ["Contracts", D(-100)] in list(moved.rows)
    assert [row[0] for row in left.rows] == ["The forecast"]
    assert (risks.heading, record.note) == ("What may go wrong", "Not measured yet.")
    token = issue_token(user=owner, name="t", scopes=["*"], days=1, actor="t", now=NOW).plain
    (row,) = Browser().get("/api/v1/forecast-calls/", headers={"Authorization": f"Bearer {token}"}).json()["results"]
    assert (row["person"], row["year"], D(row["amount"]), D(row["system"])) == (owner.email, 2026, D(950), D(1000))
