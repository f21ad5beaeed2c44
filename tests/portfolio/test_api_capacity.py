"""reports/capacity: exact columns and hours worked by hand, whose hours they are, and what is refused."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from accounts.models import Client
from financials.models import Allocation
from people.models import Leave, User
from tests.makers import make_client, make_opportunity, make_user
from tests.portfolio.test_api_read import get
from tests.sweeps.withheld import body_of

pytestmark = pytest.mark.django_db
WEEK, NEXT = date(2026, 12, 7), date(2026, 12, 14)
YEAR_END = date(2026, 12, 28)
DECEMBER = "from=2026-12&to=2026-12"


def plan(client: Client, week: date, hours: str, **kw: Any) -> None:
    Allocation.objects.create(client=client, week=week, hours=D(hours), **kw)


@pytest.fixture
def book(owner: User, outsider: User) -> dict[str, Any]:
    """Ana: 40 h a week in England, away two days in the second week; Ben: 20 h a week, hours not always known."""
    ana = make_user(
        "delivery", email="ana@x.example", discipline="Designer", weekly_hours=D(40), country="GB-ENG", manager=owner
    )
    ben = make_user("delivery", email="ben@x.example", discipline="Writer", weekly_hours=D(20), manager=owner)
    acme, other = make_client("ACME", owner=owner), make_client("OTHER", owner=outsider)
    deal = make_opportunity(acme, probability=D("0.25"))
    Leave.objects.create(person=ana, starts=NEXT, ends=date(2026, 12, 15))
    plan(acme, WEEK, "30", person=ana)
    plan(other, WEEK, "14", person=ana)
    plan(acme, WEEK, "16", role="Designer", firm=False, opportunity=deal)
    plan(acme, WEEK, "9", role="Writer", firm=False)
    plan(other, WEEK, "99", role="Designer")
    plan(acme, NEXT, "36", person=ana)
    plan(acme, YEAR_END, "40", person=ben)
    return {"ana": ana, "ben": ben, "acme": acme, "deal": deal}


def rows(user: User, query: str) -> list[dict[str, Any]]:
    answer = get(user, f"/reports/capacity/?{query}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["rows"])


def test_the_columns_are_the_contracts_and_files_have_the_rows(owner: User, book: dict[str, Any]) -> None:
    found = rows(owner, f"{DECEMBER}&group_by=role,week")
    assert list(found[0]) == ["role", "week", "capacity", "firm", "weighted", "gap", "utilisation"]
    text = body_of(get(owner, f"/reports/capacity/?{DECEMBER}&group_by=role,week&format=csv")).decode("utf-8-sig")
    assert [{**row} for row in csv.DictReader(io.StringIO(text))] == [
        {name: value or "" for name, value in row.items()} for row in found
    ]
    sheet = get(owner, f"/reports/capacity/?{DECEMBER}&format=xlsx")
    assert (sheet.status_code, body_of(sheet)[:2]) == (200, b"PK")


def test_demand_and_capacity_by_role_and_week(owner: User, book: dict[str, Any]) -> None:
    """Ana's 14 h for a client out of sight count; its placeholder, of nobody in reach, does not."""
    found = {(row["role"], row["week"]): row for row in rows(owner, f"{DECEMBER}&group_by=role,week")}
    week = found["Designer", "2026-12-07"]
    assert (week["capacity"], week["firm"], week["weighted"], week["gap"]) == ("40.00", "44.00", "4.00", "8.00")
    assert week["utilisation"] == "1.100000"
    following = found["Designer", "2026-12-14"]
    assert (following["capacity"], following["gap"], following["utilisation"]) == ("24.00", "12.00", "1.500000")
    # Christmas Day; then the Monday that stands in for Boxing Day, and New Year's Day.
    assert found["Designer", "2026-12-21"]["capacity"] == "32.00"
    assert found["Designer", "2026-12-28"]["capacity"] == "24.00"
    assert {week for role, week in found} == {f"2026-12-{day}" for day in ("07", "14", "21", "28")}


def test_months_take_the_days_that_lie_in_them(owner: User, book: dict[str, Any]) -> None:
    """Of Ben's week from 28 December four days of five lie in December: 32 of 40 h. December has 23 working days."""
    december, january = rows(owner, "from=2026-12&to=2027-01&group_by=person,month&person=ben@x.example")
    assert (december["person"], december["month"], december["firm"]) == ("ben@x.example", "2026-12", "32.00")
    assert (january["month"], january["firm"]) == ("2027-01", "8.00")
    assert (december["capacity"], january["capacity"]) == ("92.00", "84.00")


def test_of_one_client_capacity_is_what_the_others_leave(owner: User, book: dict[str, Any]) -> None:
    found = {(row["person"], row["week"]): row for row in rows(owner, f"{DECEMBER}&group_by=person,week&client=ACME")}
    week = found["ana@x.example", "2026-12-07"]
    assert (week["capacity"], week["firm"], week["gap"], week["utilisation"]) == ("26.00", "30.00", "4.00", "0.750000")
    placeholder = found[None, "2026-12-07"]
    assert (placeholder["capacity"], placeholder["weighted"], placeholder["gap"]) == ("0.00", "4.00", "4.00")
    assert placeholder["utilisation"] is None


def test_who_is_in_reach(owner: User, outsider: User, finance: User, book: dict[str, Any]) -> None:
    by_person = f"{DECEMBER}&group_by=person"
    assert [row["person"] for row in rows(owner, by_person)] == ["ana@x.example", "ben@x.example", None]
    assert [row["person"] for row in rows(outsider, by_person)] == ["ana@x.example", None]
    assert [row["firm"] for row in rows(outsider, by_person)] == ["80.00", "99.00"]
    assert [row["firm"] for row in rows(finance, by_person)] == ["80.00", "32.00", "99.00"]
    assert rows(make_user("delivery", email="new@x.example"), by_person)[0]["person"] == "new@x.example"


def test_unknown_weekly_hours_are_said_and_in_no_gap(owner: User, book: dict[str, Any]) -> None:
    User.objects.filter(pk=book["ben"].pk).update(weekly_hours=None)
    body = get(owner, f"/reports/capacity/?{DECEMBER}&group_by=person").json()
    ben = next(row for row in body["rows"] if row["person"] == "ben@x.example")
    assert (ben["capacity"], ben["firm"], ben["gap"], ben["utilisation"]) == (None, "32.00", None, None)
    assert body["notes"][1] == "Weekly hours are not known, so in no capacity and no gap: ben@x.example"
    [whole] = rows(owner, DECEMBER)
    assert (whole["firm"], whole["capacity"]) == ("112.00", "152.00")  # 23 days × 8, less two holidays, two days' leave
    assert whole["gap"] == "-68.00"  # 80 + 4 − 152


@pytest.mark.parametrize(
    ("query", "pointer", "words"),
    [
        ("group_by=client", "?group_by", "cannot group by client; choose from role, person, week, month"),
        ("from=2026-12&to=2026-11", "?to", "lies before from"),
        ("from=2026-01&to=2030-01", "?to", "a capacity report takes at most three years"),
        ("as_of=2026-01-01", "?as_of", "plans are kept as they stand now"),
        ("scenario=x", "?scenario", "no such parameter"),
    ],
)
def test_what_no_report_can_be_made_of(owner: User, query: str, pointer: str, words: str) -> None:
    answer = get(owner, f"/reports/capacity/?{query}")
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"pointer": pointer, "detail": words}])
