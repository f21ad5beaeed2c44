"""The leave page: whose is seen, who writes it, what is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal as D
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from common.models import AuditEntry
from people.models import Leave, User
from tests.makers import make_user
from tests.sweeps.withheld import body_of

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.fixture
def ana(owner: User) -> User:
    return make_user("delivery", email="ana@x.example", name="Ana Silva", manager=owner)


def test_ones_own_and_ones_reports_leave_is_seen(
    ana: User, owner: User, outsider: User, finance: User, sign_in: Any
) -> None:
    today = timezone.now().date()
    Leave.objects.create(person=ana, starts=today, ends=today + timedelta(days=3))
    Leave.objects.create(person=outsider, starts=today + timedelta(days=9), ends=today + timedelta(days=9), hours=D(4))
    assert "1 person is away today" in text_of(sign_in(ana).get("/financials/leave/"))
    assert "Ana Silva" in text_of(sign_in(owner).get("/financials/leave/"))
    assert "Otto" not in text_of(sign_in(owner).get("/financials/leave/")).split("Days away")[1]
    file = body_of(sign_in(finance).get("/financials/leave/?format=csv")).decode("utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in file] == ["person_email", "ana@x.example", "outsider@example.com"]
    assert file[2].endswith(",4.00")


def test_leave_is_written_and_taken_out(ana: User, owner: User, outsider: User, sign_in: Any) -> None:
    body = {"person": ana.pk, "starts": "2027-03-01", "ends": "2027-03-05", "hours": ""}
    assert sign_in(owner).post("/financials/leave/add/", body).status_code == 302
    leave = Leave.objects.get()
    assert (leave.person, leave.hours) == (ana, None)
    again = sign_in(ana).post("/financials/leave/add/", body)
    assert (again.status_code, "has leave from 2027-03-01 already" in text_of(again)) == (422, True)
    assert sign_in(outsider).post("/financials/leave/add/", {**body, "starts": "2027-03-02"}).status_code == 422
    wrong = sign_in(ana).post("/financials/leave/add/", {**body, "starts": "2027-03-09"})
    assert "The last day lies before the first" in text_of(wrong)
    assert sign_in(outsider).post(f"/financials/leave/{leave.pk}/remove/").status_code == 404
    assert sign_in(ana).post(f"/financials/leave/{leave.pk}/remove/").status_code == 302
    assert Leave.objects.count() == 0
    verbs = AuditEntry.objects.filter(object_kind="leave").order_by("id").values_list("verb", "actor")
    assert list(verbs) == [("created", "owner@example.com"), ("removed", "ana@x.example")]
