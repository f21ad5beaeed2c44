"""Budgets, targets, exchange rates, people, saved views, decisions on hours and over-servicing, over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Client, Target
from common.models import AuditEntry, FxRate, SavedView, ViewPin
from financials.actions.contracts import rebuild_schedules
from financials.actions.time import rebuild_time_months
from financials.models import BudgetLine, Contract, TimeEntry
from people.models import User
from tests.financials.books import OCTOBER, close_through
from tests.makers import make_client, make_contract, make_user
from tests.portfolio.test_api_read import get
from tests.portfolio.test_api_write import send

LINE: dict[str, Any] = {
    "version": "2027 v1", "client": "ACME", "month": "2027-01", "line": "delivery_labour", "amount": "11000",
    "currency": "USD", "hours": "100",
}  # fmt: skip


@pytest.fixture(autouse=True)
def acme(owner: User) -> Client:
    return make_client("ACME", owner=owner, name="Acme")


def test_a_budget_line_is_written_changed_and_kept_by_its_name(owner: User, outsider: User, legal: User) -> None:
    made = send(owner, "post", "/budgets/", LINE, **{"Idempotency-Key": "b1"})
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["key"], row["version"], row["hours"], row["edits"]) == (
        "2027 v1|ACME|||2027-01|delivery_labour", "2027 v1", "100.00", 1,
    )  # fmt: skip
    assert send(owner, "post", "/budgets/", LINE, **{"Idempotency-Key": "b1"}).json()["id"] == row["id"]
    assert send(owner, "post", "/budgets/", LINE).status_code == 409
    place = f"/budgets/{row['id']}/"
    changed = send(owner, "patch", place, {"hours": "110"}, **{"If-Match": made["ETag"]})
    assert (changed.json()["hours"], changed["ETag"]) == ("110.00", f'"{row["id"]}-2"')
    assert send(owner, "patch", place, {"hours": "1"}, **{"If-Match": made["ETag"]}).status_code == 412
    wrong = send(owner, "post", "/budgets/", {**LINE, "line": "gross_revenue"})
    assert wrong.json()["errors"] == [
        {"pointer": "/hours", "detail": "hours stand on delivery_labour and freelancers alone: leave them blank here"}
    ]
    assert get(outsider, place).status_code == 404
    assert get(legal, "/budgets/").status_code == 403
    assert BudgetLine.objects.get().hours == Decimal(110)
    told = AuditEntry.objects.filter(object_kind="budget line").order_by("id").values_list("verb", flat=True)
    assert list(told) == ["created", "changed"]


def test_targets_are_of_clients_in_sight_and_of_ones_own_line(owner: User, outsider: User, finance: User) -> None:
    aim = {
        "measure": "bookings",
        "owner_email": "owner@example.com",
        "month": "2027-01",
        "amount": "5",
        "currency": "USD",
    }
    made = send(owner, "post", "/targets/", aim)
    assert (made.status_code, made.json()["key"]) == (201, "bookings||owner@example.com|2027-01")
    assert send(owner, "post", "/targets/", {**aim, "owner_email": "", "client": "ACME"}).status_code == 201
    assert send(outsider, "post", "/targets/", {**aim, "month": "2027-02"}).status_code == 422
    assert [len(get(user, "/targets/").json()["results"]) for user in (owner, outsider, finance)] == [2, 0, 2]
    assert Target.objects.count() == 2


def test_a_closed_months_rate_stays(owner: User, finance: User) -> None:
    close_through(OCTOBER)
    rate = {"month": "2026-11", "base": "GBP", "quote": "USD", "average": "1.31"}
    made = send(finance, "post", "/fx-rates/", rate)
    assert (made.status_code, made.json()["average"], made["ETag"][-3:]) == (201, "1.31000000", '-1"')
    place = f"/fx-rates/{made.json()['id']}/"
    assert send(finance, "patch", place, {"closing": "1.3"}).json()["version"] == 2
    FxRate.objects.update(month=OCTOBER)
    refused = send(finance, "patch", place, {"average": "1.4"})
    assert (refused.status_code, "is closed" in refused.json()["errors"][0]["detail"]) == (422, True)
    assert get(owner, place).json()["average"] == "1.31000000"
    assert send(owner, "patch", place, {"average": "1.4"}).status_code == 403


def test_people_are_ones_own_line_and_keep_their_role(owner: User, outsider: User, administrator: User) -> None:
    hire = {"email": "Ana@x.example", "name": "Ana", "manager_email": "owner@example.com"}
    made = send(owner, "post", "/people/", hire)
    assert (made.status_code, made.json()["role"]) == (201, "delivery"), made.content
    place = f"/people/{made.json()['id']}/"
    for wanted in ({"role": "finance"}, {"manager_email": None}):
        assert send(owner, "patch", place, wanted).status_code == 422, wanted
    for secret in ("password", "is_active", "is_superuser", "reporting_currency"):
        assert send(owner, "patch", place, {secret: "x"}).status_code == 422, secret
    assert send(owner, "patch", place, {"weekly_hours": "30"}).json()["weekly_hours"] == "30.00"
    assert send(owner, "post", "/people/", {**hire, "email": "b@x.example", "role": "finance"}).status_code == 422
    assert get(outsider, place).status_code == 404
    assert get(administrator, place).json()["name"] == "Ana"
    assert send(administrator, "patch", place, {"name": "Eve"}).status_code == 403
    assert not User.objects.get(email="ana@x.example").has_usable_password()


def test_a_view_is_kept_shared_and_pinned(owner: User, finance: User) -> None:
    kept = {"page": "pnl", "name": "Media", "query": "?client=ACME&page=2", "shared": True}
    made = send(owner, "post", "/saved-views/", kept, **{"Idempotency-Key": "v1"})
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["query"], row["mine"], row["position"], row["owner_email"]) == (
        "client=ACME", True, None, "owner@example.com",
    )  # fmt: skip
    assert send(owner, "post", "/saved-views/", kept, **{"Idempotency-Key": "v1"}).json()["id"] == row["id"]
    assert send(owner, "post", "/saved-views/", kept).status_code == 409
    place = f"/saved-views/{row['id']}/"
    assert send(finance, "post", f"{place}pin/", {}).json()["position"] == 1
    assert ViewPin.objects.get().owner_id == finance.pk
    assert send(finance, "patch", place, {"name": "Mine"}).status_code == 403
    assert send(finance, "post", f"{place}unpin/", {}).json()["position"] is None
    assert send(owner, "patch", place, {"owner_id": finance.pk}).status_code == 422
    assert send(owner, "patch", place, {"shared": False}, **{"If-Match": made["ETag"]}).json()["version"] == 2
    assert get(finance, place).status_code == 404
    assert send(owner, "delete", place, {}).status_code == 204
    assert not SavedView.objects.exists()


def test_a_shared_view_of_a_client_out_of_sight_is_not_there(owner: User, outsider: User) -> None:
    made = send(owner, "post", "/saved-views/", {"page": "pnl", "name": "A", "query": "client=ACME", "shared": True})
    assert get(outsider, f"/saved-views/{made.json()['id']}/").status_code == 404
    assert send(outsider, "post", f"/saved-views/{made.json()['id']}/pin/", {}).status_code == 404


@pytest.fixture
def work(acme: Client, owner: User) -> Contract:
    """100 h of scope over a year at 12,000; 120 h worked by the delivery lead, 2 by the owner."""
    contract = make_contract(acme, number="SOW-1", amount=Decimal(12000), scope_hours=Decimal(100), status="active")
    rebuild_schedules([contract.pk], now=timezone.now())
    ana = make_user("delivery", email="ana@x.example", name="Ana", manager=owner)
    shared = {"client": acme, "contract": contract, "month": date(2026, 11, 1), "date": date(2026, 11, 3)}
    for number in range(5):
        TimeEntry.objects.create(source_ref=f"H{number}", person=ana, hours=Decimal(24), **shared)
    TimeEntry.objects.create(source_ref="OWN", person=owner, hours=Decimal(2), **shared)
    rebuild_time_months([acme.pk])
    return contract


def test_hours_are_decided_on_together_and_never_ones_own(owner: User, outsider: User, work: Contract) -> None:
    ids = [str(pk) for pk in TimeEntry.objects.values_list("pk", flat=True)]
    body = {"status": "approved", "ids": ids}
    assert send(outsider, "post", "/time-entries/decisions/", body).status_code == 404
    done = send(owner, "post", "/time-entries/decisions/", body, **{"Idempotency-Key": "t1"})
    assert done.json() == {"decided": 5, "own": 1, "locked": 0, "unchanged": 0}
    assert send(owner, "post", "/time-entries/decisions/", body).json()["unchanged"] == 5
    assert TimeEntry.objects.get(source_ref="OWN").status == "submitted"
    wrong = send(owner, "post", "/time-entries/decisions/", {"status": "done", "ids": []})
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/status", "/ids"]


def test_the_meter_and_the_change_order_it_calls_for(owner: User, outsider: User, work: Contract) -> None:
    (row,) = get(owner, "/reports/over-servicing/").json()["rows"]
    assert (row["contract"], row["scope_hours"], row["hours"], row["beyond_scope"], row["used"]) == (
        "SOW-1", "100.00", "122.00", "22.00", "1.220000",
    )  # fmt: skip
    assert row["status"] == "at_risk"
    assert get(outsider, "/reports/over-servicing/").json()["rows"] == []
    place = f"/contracts/{work.pk}/draft-change-order/"
    assert send(outsider, "post", place, {}).status_code == 404
    made = send(owner, "post", place, {}, **{"Idempotency-Key": "c1"})
    assert made.status_code == 201, made.content
    assert Contract.objects.get(number=made.json()["contract"]).parent == work
    assert send(owner, "post", place, {}, **{"Idempotency-Key": "c1"}).json() == made.json()
    assert Contract.objects.count() == 2
