"""STANCE and COST are absent, not blank, for a role without the class: forms, filters, files, history, reviews.

That no address tells them is asked in the access matrix, where each is asked as each role anyway.
"""

from __future__ import annotations

import orjson
import pytest

from tests.sweeps.cases import Case
from tests.sweeps.withheld import COST_WORDS, NO_SALARY, NO_STANCE, text_of
from tests.sweeps.world import COST_RATE, EVIDENCE, LABOUR, World, judge


@pytest.mark.parametrize("role", ["director", "account_manager", "leadership"])
def test_stance_is_told_to_those_with_it(world: World, role: str) -> None:
    judge(world)
    page = world.browser(world.people[role]).get("/clients/HAL/stakeholders/?view=list").content.decode()
    assert EVIDENCE in page


@pytest.mark.parametrize("role", NO_STANCE)
def test_stance_is_no_field_and_no_filter(world: World, role: str) -> None:
    """Absent from REST and from forms, and no way to ask for it: neither filter nor order nor field list."""
    judge(world)
    user = world.people[role]
    page = world.browser(user).get("/clients/HAL/stakeholders/").content.decode()
    assert [word for word in ("Opponent", "Sceptic", "Stance", "Evidence") if word in page] == []
    headers = world.bearer(user)
    browser = world.browser(None)
    for query in ("", "?key=x", "?q=Zqstance"):
        rows = orjson.loads(browser.get(f"/api/v1/contacts/{query}", headers=headers).content).get("results", [])
        assert [row for row in rows if "stance" in row] == []
    for query in ("stance=-2", "fields=stance", "ordering=stance", "evidence=x", "holding__stance=-2"):
        assert browser.get(f"/api/v1/contacts/?{query}", headers=headers).status_code in (400, 403), query


def test_the_history_keeps_who_and_when_but_no_stance(world: World) -> None:
    judge(world)
    page = world.browser(world.people["finance"]).get("/audit/").content.decode()
    assert "Zqstance" not in page
    assert "owner@example.com" in page


def test_who_is_against_whom_is_in_no_trail_without_the_class(world: World) -> None:
    """Its very name is the judgement: neither trail nor client's history says that there is one."""
    director, line = world.people["director"], world.own.line
    browser = world.browser(director)
    add = {"source": line.target_id, "target": line.source_id, "kind": "conflict", "strength": "5"}
    assert browser.post("/clients/HAL/lines/add/", add).status_code == 302
    row = {"client": "HAL", "from": line.source.key, "to": line.target.key, "kind": "alliance", "strength": "3"}
    made = world.browser(None).post(
        "/api/v1/influences/", orjson.dumps(row), content_type="application/json", headers=world.bearer(director)
    )
    assert made.status_code == 201
    addresses = ("/audit/", "/audit/?q=against", "/clients/HAL/activity/", "/api/v1/audit/?kind=influence")
    told: dict[str, list[str]] = {}
    for role, user in world.people.items():
        for address in addresses:
            asked = (None, world.bearer(user)) if address.startswith("/api/") else (user, {})
            text = text_of(world.browser(asked[0]).get(address, headers=asked[1]))
            if "Qvholm against Ravi" in text or "|alliance" in text:
                told.setdefault(role, []).append(address)
    assert told.keys() == {"director", "account_manager", "leadership"}
    assert told["leadership"] == list(addresses)


def test_cost_is_told_to_those_with_it(world: World) -> None:
    text = text_of(world.browser(world.people["delivery"]).get("/financials/entries/?client=HAL&format=csv"))
    assert LABOUR in text


@pytest.mark.parametrize("case", [Case("review_preview"), Case("review_pdf")], ids=lambda case: case.route)
def test_a_clients_review_holds_neither(world: World, case: Case) -> None:
    judge(world)
    director = world.browser(world.people["director"])
    deck = world.own.draft if case.route == "review_preview" else world.own.frozen
    text = text_of(director.get(f"/reviews/{deck.pk}/preview/"))
    assert "Quorvane" in text
    assert [word for word in (*COST_WORDS[:6], "Zqstance", "Gross profit", "Contribution") if word in text] == []


@pytest.mark.parametrize("role", NO_SALARY)
def test_cost_rates_are_no_rows_without_the_class(world: World, role: str) -> None:
    answer = world.browser(None).get("/api/v1/rate-cards/?kind=cost", headers=world.bearer(world.people[role]))
    assert orjson.loads(answer.content).get("results", []) == []


def test_finance_keeps_cost_rates_and_the_trail_tells_them_to_it_alone(world: World) -> None:
    finance = world.people["finance"]
    rows = orjson.loads(
        world.browser(None).get("/api/v1/rate-cards/?kind=cost", headers=world.bearer(finance)).content
    )["results"]
    assert [row["rate"] for row in rows] == [COST_RATE]
    change = {"kind": "cost", "role": "Qvwriter", "rate": "61.2345", "currency": "USD", "from": "2026-11-01"}
    of_client = {**change, "role": "Qvproofer", "client": "HAL", "rate": "63.2345"}
    for row in (change, of_client):
        made = world.browser(None).post(
            "/api/v1/rate-cards/", orjson.dumps(row), content_type="application/json", headers=world.bearer(finance)
        )
        assert made.status_code == 201
    told = {
        role
        for role in ("finance", "director", "account_manager", "delivery", "leadership")
        if "63.2345" in world.browser(world.people[role]).get("/clients/HAL/activity/").content.decode()
    }
    assert told == {"finance"}
    body = {"kind": "cost", "role": "Qveditor", "rate": "62.2345", "currency": "USD", "starts": "2026-11-01"}
    assert world.browser(finance).post("/financials/rates/add/", body).status_code == 302
    pages = {
        role: world.browser(world.people[role]).get("/audit/").content.decode()
        for role in ("finance", "director", "leadership", "administrator")
    }
    assert [role for role, page in pages.items() if "61.2345" in page or "62.2345" in page] == ["finance"]
