"""Scenarios and calls written through REST: the page's own rules, keys that repeat nothing, stale tags that change
nothing."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Client
from common.models import AuditEntry
from financials.actions.scenarios import make_scenario
from financials.models import ForecastCall, Scenario
from people.actions import issue_token
from people.models import User
from tests.financials.books import NOW
from tests.financials.test_scenarios import LOSE, kestrel
from tests.makers import make_client

__all__ = ["kestrel"]
pytestmark = pytest.mark.django_db


class Caller:
    def __init__(self, user: User, *scopes: str) -> None:
        issued = issue_token(user=user, name="t", scopes=list(scopes or ("*",)), days=1, actor="t", now=NOW)
        self.headers = {"Authorization": f"Bearer {issued.plain}"}

    def __call__(self, verb: str, path: str, body: Any = None, **headers: str) -> Any:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        browser = Browser()
        if verb == "get":
            return browser.get(f"/api/v1/{path}", headers=self.headers | more)
        return getattr(browser, verb)(
            f"/api/v1/{path}", body if body is not None else {}, content_type="application/json",
            headers=self.headers | more,
        )  # fmt: skip


def test_a_scenario_is_made_changed_compared_and_deleted(owner: User, kestrel: Client) -> None:
    call = Caller(owner)
    rise = {"kind": "raise", "client": "", "by": "0.05", "from": "2027-01"}
    made = call("post", "scenarios/", {"name": "Kestrel leaves", "steps": [LOSE]}, Idempotency_Key="k1")
    assert made.status_code == 201
    again = call("post", "scenarios/", {"name": "Kestrel leaves", "steps": [LOSE]}, Idempotency_Key="k1")
    assert (again.content, again["Location"]) == (made.content, made["Location"])
    assert Scenario.objects.count() == 1
    assert call("post", "scenarios/", {"name": "Other"}, Idempotency_Key="k1").status_code == 422
    place, tag = made["Location"].removeprefix("/api/v1/"), made["ETag"]
    changed = call("patch", place, {"note": "Before the board", "steps": [LOSE, rise]}, If_Match=tag)
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["steps"]) == ("Kestrel leaves", [LOSE, rise])
    stale = call("patch", place, {"name": "Mine"}, If_Match=tag)
    assert (stale.status_code, stale.json()["current"]["note"]) == (412, "Before the board")
    (row,) = call("get", "reports/scenarios/").json()["rows"]
    assert (row["scenario"], row["currency"]) == ("Kestrel leaves", "USD")
    steps = call("get", f"reports/scenarios/?group_by=scenario,step&id={made.json()['id']}").json()["rows"]
    assert next((one["step"], one["net_revenue"], one["contribution"]) for one in steps) == (
        "Lose Kestrel Ltd from Mar 2027", "-1086.91", "-434.77",
    )  # fmt: skip
    months = call("get", "reports/scenarios/?group_by=month").json()["rows"]
    assert len(months) == 12  # those with anything in them
    assert sum(D(one["net_revenue"]) for one in months) == D(row["net_revenue"])
    assert call("delete", place).status_code == 204
    assert call("get", place).status_code == 404
    told = AuditEntry.objects.filter(object_kind="scenario").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["made", "changed", "deleted"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": "A", "owner": "x"}, "/owner"),
        ({"name": True}, "/name"),
        ({"name": "A", "steps": "lose"}, "/steps"),
        ({"name": "A", "steps": [{"kind": "win"}]}, "/steps/0/kind"),
        ({"name": "A", "steps": [LOSE, 3]}, "/steps/1/kind"),
        ({"name": "A", "steps": [{**LOSE, "client": "HIDDEN"}]}, "/steps/0/client"),
        ({"name": "A", "steps": [{**LOSE, "why": "x"}]}, "/steps/0/why"),
        ({"name": "A", "steps": [{**LOSE, "from": "March"}]}, "/steps/0/from"),
        ({"name": "A", "steps": [{"kind": "slip", "deals": ["NONE"], "months": 2}]}, "/steps/0/deals"),
        ({"name": "A", "steps": [{"kind": "slip", "deals": ["D1"], "months": 0}]}, "/steps/0/months"),
        ({"name": "A", "steps": [{"kind": "raise", "by": "much", "from": "2027-01"}]}, "/steps/0/by"),
        *(
            ({"name": "A", "steps": [{"kind": "raise", "by": by, "from": "2027-01"}]}, "/steps/0/by")
            for by in ("1e999999", "-1e999999", "NaN", "Infinity", "-0.91", "3.01", 5, None)
        ),
        ({"name": "A", "note": "a\x00b"}, "/note"),
        ({"name": "A", "steps": [{**LOSE, "client": "a\x00b"}]}, "/steps/0/client"),
    ],
)
def test_what_does_not_hold_is_told_by_pointer(
    owner: User, outsider: User, kestrel: Client, body: dict[str, Any], pointer: str
) -> None:
    make_client("HIDDEN", owner=outsider)
    answer = Caller(owner)("post", "scenarios/", body)
    assert answer.status_code == 422, answer.content
    told = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert pointer in told
    assert not pointer.endswith("/by") or told[pointer].startswith("a fraction from -0.9 to 3")
    assert not Scenario.objects.exists()


def test_clashes_and_limits_are_told_and_rights_hold(
    owner: User, manager: User, outsider: User, finance: User, kestrel: Client
) -> None:
    mine = make_scenario(owner=owner, name="Mine")
    call = Caller(owner)
    assert call("post", "scenarios/", {"name": "Mine"}).status_code == 409
    other = call("post", "scenarios/", {"name": "Other"}).json()["id"]
    assert call("patch", f"scenarios/{other}/", {"name": "Mine"}).status_code == 409
    assert call("post", "scenarios/", {"name": "Long", "steps": [LOSE] * 13}).status_code == 409
    for user in (manager, outsider):
        for verb in ("get", "patch", "delete"):
            assert Caller(user)(verb, f"scenarios/{mine.pk}/").status_code == 404
    assert Caller(finance)("post", "scenarios/", {"name": "A"}).status_code == 403
    assert Caller(finance)("get", "reports/scenarios/").status_code == 403
    assert Caller(owner, "read:scenarios")("post", "scenarios/", {"name": "A"}).status_code == 403
    assert Caller(outsider)("get", f"reports/scenarios/?id={mine.pk}").json()["rows"] == []
    for wrong in ("from=2026-01", "id=x", "group_by=client,month", "client=KESTREL", "scenario=1"):
        assert call("get", f"reports/scenarios/?{wrong}").status_code == 400, wrong


def test_a_call_is_made_revised_and_withdrawn(owner: User, leadership: User, kestrel: Client) -> None:
    call = Caller(owner)
    body = {"amount": "950.00", "reason": "Media slips", "asks": "Two writers"}
    made = call("post", "forecast-calls/", body, Idempotency_Key="c1")
    assert made.status_code == 201, made.content
    assert call("post", "forecast-calls/", body, Idempotency_Key="c1").json() == made.json()
    row = made.json()
    assert (row["person"], row["level"], row["year"], D(row["amount"]), D(row["system"])) == (
        owner.email, "director", 2026, D(950), D(1000),
    )  # fmt: skip
    first = f"forecast-calls/{row['id']}/"
    revised = call("patch", first, {"amount": "940"}, If_Match=made["ETag"])
    assert revised.status_code == 200
    fresh = revised.json()
    assert (fresh["id"] != row["id"], D(fresh["amount"]), fresh["reason"], fresh["asks"]) == (
        True, D(940), "Media slips", "Two writers",
    )  # fmt: skip
    assert D(call("get", first).json()["amount"]) == D(950)
    assert call("delete", first).status_code == 409
    assert call("delete", f"forecast-calls/{fresh['id']}/").status_code == 204
    assert call("delete", f"forecast-calls/{fresh['id']}/").status_code == 409
    assert call("patch", f"forecast-calls/{fresh['id']}/", {"amount": "1"}).status_code == 409
    gone = call("get", f"forecast-calls/{fresh['id']}/").json()
    assert (gone["withdrawn_why"], gone["withdrawn_at"] is not None, gone["version"]) == ("over REST", True, 2)
    assert Caller(leadership)("patch", f"forecast-calls/{fresh['id']}/", {"amount": "1"}).status_code == 403
    assert ForecastCall.objects.count() == 2
    told = AuditEntry.objects.filter(object_kind="forecast call").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["called", "called", "withdrew"]


def test_a_call_of_a_report_is_read_but_not_touched(owner: User, manager: User, kestrel: Client) -> None:
    manager.manager = owner
    manager.save(update_fields=["manager"])
    made = Caller(manager)("post", "forecast-calls/", {"amount": "900", "reason": "Said"}).json()
    place = f"forecast-calls/{made['id']}/"
    assert Caller(owner)("get", place).status_code == 200
    assert Caller(owner)("patch", place, {"amount": "1"}).status_code == 403
    assert Caller(owner)("delete", place).status_code == 403
    for wrong in ({"amount": "-1", "reason": "x"}, {"amount": "1"}, {"amount": "1", "reason": "x", "year": 2025}):
        assert Caller(owner)("post", "forecast-calls/", wrong).status_code == 422
