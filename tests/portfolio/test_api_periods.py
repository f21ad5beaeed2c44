"""Months over REST: reading them, closing and opening them, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest
from django.test import Client as Browser
from django.utils import timezone

from common.models import AuditEntry, ClosedPeriod
from financials.models import CloseEvent
from people.actions import issue_token
from people.models import User
from tests.financials.books import post
from tests.makers import make_client

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
URL = "/api/v1/periods/"


class Caller:
    def __init__(self, user: User, *scopes: str) -> None:
        made = issue_token(
            user=user, name="t", scopes=list(scopes) or ["*"], days=1, actor=user.email, now=timezone.now()
        )
        self.headers = {"Authorization": f"Bearer {made.plain}"}

    def get(self, path: str) -> Any:
        return Browser().get(f"{URL}{path}", headers=self.headers)

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return Browser().post(
            f"{URL}{path}", orjson.dumps(body or {}), content_type="application/json", headers=self.headers | headers
        )


@pytest.fixture
def book(owner: User) -> None:
    halden = make_client("HALDEN", owner=owner)
    for month in (AUGUST, SEPTEMBER):
        post(halden, "gross_revenue", "100", month=month)


def test_a_month_is_closed_and_opened_again(finance: User, book: None) -> None:
    caller = Caller(finance)
    assert caller.get("2026-08/").json()["state"] == "open"
    closed = caller.post("2026-08/close/")
    assert closed.status_code == 200
    assert {name: closed.json()[name] for name in ("id", "state", "closed_by", "closes")} == {
        "id": "2026-08", "state": "closed", "closed_by": finance.email, "closes": 1,
    }  # fmt: skip
    assert caller.post("2026-08/close/").json()["closes"] == 1
    opened = caller.post("2026-08/reopen/", {"reason": "late invoice"}).json()
    assert (opened["state"], opened["reopened_by"], opened["reason"]) == ("open", finance.email, "late invoice")
    assert list(CloseEvent.objects.values_list("kind", flat=True)) == ["closed", "reopened"]
    assert list(AuditEntry.objects.filter(object_kind="month").order_by("pk").values_list("verb", "actor")) == [
        ("closed", finance.email),
        ("reopened", finance.email),
    ]


def test_what_is_refused_changes_nothing(finance: User, book: None) -> None:
    caller = Caller(finance)
    early = caller.post("2026-09/close/")
    assert (early.status_code, early.json()["errors"]) == (
        422,
        [{"pointer": "/month", "detail": "2026-08 is still open: months close in order."}],
    )
    assert caller.post("2026-08/reopen/", {"reason": "x"}).status_code == 422
    caller.post("2026-08/close/")
    for body in ({}, {"reason": "  "}, {"reason": "x", "month": "2026-07"}, {"reason": "x" * 301}):
        assert caller.post("2026-08/reopen/", body).status_code == 422, body
    assert ClosedPeriod.objects.count() == 1
    for month in ("2199-01", "2026-13", "1", "2020-01"):
        assert caller.get(f"{month}/").status_code == 404
    assert caller.post("2199-01/close/").status_code == 404


def test_the_same_key_closes_once(finance: User, book: None) -> None:
    caller, key = Caller(finance), {"Idempotency-Key": "k-1"}
    first = caller.post("2026-08/close/", **key)
    again = caller.post("2026-08/close/", **key)
    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"


def test_the_list_and_its_filter(finance: User, book: None) -> None:
    caller = Caller(finance)
    caller.post("2026-08/close/")
    months = {row["id"]: row["state"] for row in caller.get("").json()["results"]}
    assert (months["2026-08"], months["2026-09"]) == ("closed", "open")
    assert [row["id"] for row in caller.get("?state=closed").json()["results"]] == ["2026-08"]
    assert caller.get("?state=ajar").status_code == 400
    assert caller.get("?mood=good").status_code == 400


def test_scopes_and_roles(finance: User, owner: User, leadership: User, legal: User, book: None) -> None:
    Caller(finance).post("2026-08/close/")
    Caller(finance).post("2026-08/reopen/", {"reason": "Quorvane called"})
    assert Caller(finance, "read:periods").post("2026-08/close/").status_code == 403
    assert Caller(finance, "read:clients").get("").status_code == 403
    assert Caller(legal).get("").status_code == 403
    assert "reason" in Caller(leadership).get("2026-08/").json()
    assert "reason" not in Caller(owner).get("2026-08/").json()
    for user in (owner, leadership):
        assert Caller(user).post("2026-08/close/").status_code == 403
    assert CloseEvent.objects.count() == 2


def test_months_are_read_page_by_page_and_back(finance: User, book: None) -> None:
    caller = Caller(finance)
    every = [row["id"] for row in caller.get("").json()["results"]]
    assert every[-2:] == ["2026-09", "2026-08"]
    seen, page = [], caller.get("?page_size=1&fields=id").json()
    assert page["previous"] is None
    while True:
        seen += page["results"]
        if page["next"] is None:
            break
        page = caller.get("?" + page["next"].split("?", 1)[1]).json()
    assert seen == [{"id": month} for month in every]
    back = caller.get("?" + page["previous"].split("?", 1)[1]).json()
    assert back["results"] == [{"id": "2026-09"}]
    assert [row["id"] for row in caller.get("?ordering=month&page_size=1").json()["results"]] == ["2026-08"]
    assert [row["id"] for row in caller.get("?month=2026-09").json()["results"]] == ["2026-09"]
    assert [row["id"] for row in caller.get("?q=6-08").json()["results"]] == ["2026-08"]
    for odd in ("page_size=0", "page_size=1001", "fields=salary", "ordering=reason", "cursor=x", "posted=1"):
        assert caller.get(f"?{odd}").status_code == 400, odd


def test_a_close_on_a_stale_look_is_refused(finance: User, book: None) -> None:
    caller = Caller(finance)
    seen = caller.get("2026-08/")["ETag"]
    assert Browser().get(f"{URL}2026-08/", headers=caller.headers | {"If-None-Match": seen}).status_code == 304
    closed = caller.post("2026-08/close/", **{"If-Match": seen})
    assert closed.status_code == 200
    assert closed["ETag"] != seen
    stale = caller.post("2026-08/reopen/", {"reason": "late invoice"}, **{"If-Match": seen})
    assert (stale.status_code, stale.json()["current"]["state"]) == (412, "closed")
    assert ClosedPeriod.objects.filter(month=AUGUST).exists()
    again = caller.post("2026-08/reopen/", {"reason": "late invoice"}, **{"If-Match": closed["ETag"]})
    assert again.json()["state"] == "open"
