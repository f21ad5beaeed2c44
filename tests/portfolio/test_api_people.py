"""Planned hours and leave over HTTP: created once, changed by version, kept to one's own clients and reports."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Client
from common.models import AuditEntry
from financials.models import Allocation
from people.models import Leave, User
from tests.makers import make_client, make_user
from tests.portfolio.test_api_read import get
from tests.portfolio.test_api_write import send

WEEK: dict[str, Any] = {
    "week": "2026-12-07", "person_email": "Ana@x.example", "client": "ACME", "hours": "24", "firm": True
}  # fmt: skip


@pytest.fixture(autouse=True)
def acme(owner: User) -> Client:
    make_user("delivery", email="ana@x.example", name="Ana Silva", manager=owner)
    return make_client("ACME", owner=owner)


def test_a_week_is_planned_changed_and_taken_out(owner: User, outsider: User) -> None:
    made = send(owner, "post", "/allocations/", WEEK, **{"Idempotency-Key": "k1"})
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["key"], row["hours"], row["firm"]) == ("2026-12-07|ana@x.example||ACME|", "24.00", True)
    again = send(owner, "post", "/allocations/", WEEK, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()["id"], Allocation.objects.count()) == (201, row["id"], 1)
    assert send(owner, "post", "/allocations/", WEEK).status_code == 409
    place = f"/allocations/{row['id']}/"
    changed = send(owner, "patch", place, {"hours": "16"}, **{"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["hours"], changed["ETag"]) == (200, "16.00", f'"{row["id"]}-2"')
    stale = send(owner, "patch", place, {"hours": "8"}, **{"If-Match": made["ETag"]})
    assert (stale.status_code, stale.json()["current"]["hours"]) == (412, "16.00")
    moved = send(owner, "patch", place, {"week": "2026-12-14"})
    assert (moved.status_code, moved.json()["errors"][0]["pointer"]) == (422, "/key")
    assert send(outsider, "delete", place, {}).status_code == 404
    assert send(owner, "delete", place, {}).status_code == 204
    told = list(AuditEntry.objects.filter(object_kind="allocation").order_by("id").values_list("verb", flat=True))
    assert (told, Allocation.objects.count()) == (["created", "changed", "removed"], 0)


def test_account_managers_read_what_is_planned_and_do_not_write_it(owner: User) -> None:
    manager = make_user("account_manager", email="jon@x.example")
    Client.objects.get().members.create(person=manager)
    send(owner, "post", "/allocations/", WEEK)
    assert [row["hours"] for row in get(manager, "/allocations/?client=ACME").json()["results"]] == ["24.00"]
    assert send(manager, "post", "/allocations/", {**WEEK, "week": "2026-12-14"}).status_code == 403


def test_a_wrong_week_names_its_field(owner: User) -> None:
    answer = send(owner, "post", "/allocations/", {**WEEK, "week": "2026-12-09"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "pointer": "/week",
            "detail": "week “2026-12-09” is a Wednesday: a week is named by its Monday, 2026-12-07",
        }
    ]


def test_leave_is_of_oneself_and_ones_reports(owner: User, outsider: User, finance: User) -> None:
    ana = User.objects.get(email="ana@x.example")
    days = {"person_email": "ana@x.example", "from": "2026-12-21", "to": "2026-12-24", "hours": None}
    made = send(ana, "post", "/leave/", days)
    assert (made.status_code, made.json()["key"]) == (201, "ana@x.example|2026-12-21")
    place = f"/leave/{made.json()['id']}/"
    assert send(owner, "patch", place, {"hours": "16"}).json()["hours"] == "16.00"
    assert get(outsider, place).status_code == 404
    assert get(finance, place).json()["person_email"] == "ana@x.example"
    assert send(finance, "delete", place, {}).status_code == 403
    elsewhere = send(outsider, "post", "/leave/", {**days, "from": "2027-01-04", "to": "2027-01-05"})
    assert elsewhere.json()["errors"][0]["detail"] == (
        "person_email “ana@x.example” is neither you nor one of your reports"
    )
    assert send(ana, "delete", place, {}).status_code == 204
    assert Leave.objects.count() == 0
