"""Scenarios as they are kept, read and compared: steps from the page, margins from the books, each one's own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.http import Http404
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client
from common.figures import UnknownFigure, explain
from common.models import AuditEntry
from common.records import StaleRecord
from financials.actions.contracts import rebuild_schedules
from financials.actions.scenarios import ScenarioRefused, add_step, drop_step, make_scenario
from financials.models import ForecastLine, Scenario
from financials.queries.scenario_page import load_scenario_page
from financials.queries.scenarios import load_scenarios
from people.actions import issue_token
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, post
from tests.financials.test_movement import run
from tests.makers import make_client, make_contract, make_opportunity

pytestmark = pytest.mark.django_db
LOSE = {"kind": "lose", "client": "KESTREL", "from": "2027-03"}


@pytest.fixture
def kestrel(owner: User, monkeypatch: Any) -> Client:
    """1,200 signed over 2027 at a margin of 40%; a deal of 240 at 50% over January to June 2027."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    close_through(OCTOBER)
    client = make_client("KESTREL", owner=owner)
    sow = make_contract(client, number="S1", amount=D(1200), start=date(2027, 1, 1), end=date(2027, 12, 31))
    rebuild_schedules([sow.pk], now=NOW)
    make_opportunity(
        client, key="D1", name="Film", amount=D(240), probability=D("0.5"), delivery_start=date(2027, 1, 1),
        delivery_months=6,
    )  # fmt: skip
    post(client, "gross_revenue", "1000")
    post(client, "delivery_labour", "600")
    for _ in range(5):  # the house: 60% of net revenue as well
        other = make_client()
        post(other, "gross_revenue", "1000")
        post(other, "delivery_labour", "600")
    run(client, NOW, 1)
    return client


def kept(owner: User, *steps: dict[str, Any], name: str = "What if") -> Scenario:
    scenario = make_scenario(owner=owner, name=name)
    for step in steps:
        scenario = add_step(scenario=scenario, step=step, actor=owner, expected=scenario.version)
    return scenario


def test_losing_the_client_costs_its_months_at_its_margin(owner: User, kestrel: Client) -> None:
    """From March 1,200 × 306 ÷ 365 = 1,006.03 and 120 × 122 ÷ 181 = 80.88 go; 40% of each line is contribution."""
    told = load_scenarios(owner, [kept(owner, LOSE)], now=NOW)
    (one,) = told.scenarios
    assert one.change == D("-1086.91")
    assert one.profit == D("-434.77")
    assert one.steps[0].words == "Lose Kestrel Ltd from Mar 2027"
    assert ForecastLine.objects.filter(run__is_current=True).exists()
    assert (told.first, told.last) == (date(2026, 11, 1), date(2028, 4, 1))


def test_several_are_compared_against_the_same_forecast(owner: User, kestrel: Client) -> None:
    slip = {"kind": "slip", "deals": ["D1"], "months": 12}
    told = load_scenarios(owner, [kept(owner, LOSE), kept(owner, slip, name="Late")], now=NOW)
    assert len({one.before for one in told.scenarios}) == 1
    # January to April 2028 still hold 120 × 121 ÷ 182 days of the moved deal.
    assert told.scenarios[1].change == D("79.78") - D("120.00")


def test_a_step_about_what_is_out_of_sight_is_not_named_and_changes_nothing(
    owner: User, outsider: User, kestrel: Client
) -> None:
    slip = {"kind": "slip", "deals": ["D1"], "months": 2}
    told = load_scenarios(outsider, [kept(outsider, LOSE, slip)], now=NOW)
    assert [step.words for step in told.scenarios[0].steps] == [
        "Lose a client out of sight from Mar 2027", "Deals out of sight: 2 months later"
    ]  # fmt: skip
    assert told.scenarios[0].change == 0


def test_they_are_kept_with_their_audit_and_never_by_a_stale_hand(owner: User) -> None:
    made = kept(owner, LOSE)
    assert (made.version, made.steps) == (2, [LOSE])
    with pytest.raises(StaleRecord):
        add_step(scenario=made, step=LOSE, actor=owner, expected=1)
    with pytest.raises(ScenarioRefused, match="no such step"):
        drop_step(scenario=made, place=4, actor=owner, expected=None)
    with pytest.raises(ScenarioRefused, match="named What if already"):
        make_scenario(owner=owner, name="What if")
    with pytest.raises(ScenarioRefused, match="name"):
        make_scenario(owner=owner, name="  ")
    assert drop_step(scenario=made, place=0, actor=owner, expected=2).steps == []
    told = AuditEntry.objects.filter(object_kind="scenario").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["made", "changed", "changed"]


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_made_and_changed_on_the_page(owner: User, kestrel: Client) -> None:
    browser = signed_in(owner)
    assert "No scenario yet" in browser.get("/forecast/scenarios/").content.decode()
    made = browser.post("/forecast/scenarios/new/", {"name": "Kestrel leaves"})
    address = made.headers["Location"]
    assert "has no step yet" in browser.get(address).content.decode()
    browser.post(f"{address}add/", {**LOSE, "version": 1})
    page = browser.get(address).content.decode()
    assert "“Kestrel leaves” would cost $1.1k of net revenue and $435 of contribution" in page
    wrong = browser.post(f"{address}add/", {"kind": "slip", "months": "0", "version": 2})
    assert wrong.status_code == 422
    assert "Say by how many months" in wrong.content.decode()
    assert browser.post(f"{address}add/", {"kind": "raise", "by": "x", "from": "2027-01"}).status_code == 422
    assert browser.post(f"{address}add/", {"kind": "win"}).status_code == 422
    assert browser.post(f"{address}add/", {**LOSE, "version": 1}).status_code == 409
    assert (
        browser.post(f"{address}add/", {"kind": "raise", "by": "5", "from": "2027-01", "version": 2}).status_code == 302
    )
    assert Scenario.objects.get().steps[1] == {"kind": "raise", "client": "", "by": "0.05", "from": "2027-01"}
    browser.post(f"{address}drop/1/", {"version": 3})
    text = b"".join(browser.get("/forecast/scenarios/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert text.splitlines()[1] == "Kestrel leaves,Lose Kestrel Ltd from Mar 2027,USD,-1086.91,-434.77"
    assert browser.post(f"{address}delete/").status_code == 302
    assert not Scenario.objects.exists()


def test_each_person_has_their_own(owner: User, manager: User, outsider: User, finance: User, kestrel: Client) -> None:
    pk = kept(owner, LOSE).pk
    assert signed_in(outsider).get(f"/forecast/scenarios/{pk}/").status_code == 404
    assert signed_in(manager).get(f"/forecast/scenarios/{pk}/").status_code == 404
    assert signed_in(outsider).post(f"/forecast/scenarios/{pk}/delete/").status_code == 404
    assert signed_in(finance).get("/forecast/scenarios/").status_code == 403
    assert Scenario.objects.filter(pk=pk).exists()


def test_rest_lists_ones_own_with_their_steps(owner: User, outsider: User, kestrel: Client) -> None:
    kept(owner, LOSE)
    for user, found in ((owner, [("What if", [LOSE])]), (outsider, [])):
        token = issue_token(user=user, name="t", scopes=["*"], days=1, actor="t", now=NOW).plain
        rows = Browser().get("/api/v1/scenarios/", headers={"Authorization": f"Bearer {token}"}).json()["results"]
        assert [(row["name"], row["steps"]) for row in rows] == found


def test_every_effect_explains_itself(owner: User, outsider: User, kestrel: Client) -> None:
    scenario = kept(owner, {"kind": "lose", "client": "KESTREL", "from": "2027-01"})
    page = load_scenario_page(owner, scenario, now=NOW)
    figures = [*page.together, *(figure for _, *pair in page.steps for figure in pair)]
    figures += [figure for one in page.clients for figure in (one.revenue, one.profit)]
    figures += [change for *_, change in page.months]
    assert len(figures) > 6
    for figure in figures:
        told = explain(owner, figure.id, now=NOW)
        assert (told.figure, bool(told.inputs)) == (figure, True)
    with pytest.raises(Http404):
        explain(outsider, page.together[0].id, now=NOW)
    for wrong in ("step=9", "client=NONE", "month=2027", "pace=1"):
        with pytest.raises(UnknownFigure):
            explain(owner, f"scenario.revenue:scenario={scenario.pk};{wrong}", now=NOW)
