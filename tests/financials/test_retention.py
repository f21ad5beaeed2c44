"""Retention over posted rows: the worked figures of the definitions, groups, sight, page and REST."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client as Browser
from django.utils import timezone

from financials.explain_retention import explain
from financials.queries.retention import RetentionRequest, load_retention
from people.actions import issue_token
from people.models import User
from tests.financials.books import NOW, close_through, post
from tests.makers import make_client, make_contract, make_user

pytestmark = pytest.mark.django_db
D = Decimal
THEN, LATER = date(2025, 6, 1), date(2026, 6, 1)


@pytest.fixture
def director() -> User:
    """A 1,000 → 1,150, B 400 → 300, C 600 → 0, D 0 → 500; and what lies outside the two years."""
    user = make_user("director", email="d@example.com")
    close_through(date(2026, 10, 1))
    for key, then, now in (("A", "1000", "1150"), ("B", "400", "300"), ("C", "600", "0"), ("D", "0", "500")):
        client = make_client(key, owner=user, tier="key" if key in "AB" else "growth")
        for month, amount in ((THEN, then), (LATER, now)):
            if amount != "0":
                post(client, "gross_revenue", str(int(amount) + 50), month=month)
                post(client, "pass_through", "50", month=month)
        post(client, "gross_revenue", "9999", month=date(2026, 11, 1))
        post(client, "gross_revenue", "9999", month=date(2024, 10, 1))
    return user


def test_the_worked_figures(director: User) -> None:
    book = load_retention(director, RetentionRequest(), now=NOW)
    total = book.total
    assert (total.found.then, total.found.now, total.found.nrr, total.found.grr) == (
        D(2000),
        D(1450),
        D("0.725"),
        D("0.65"),
    )
    assert (total.gained, total.shrunk, total.lost, total.new) == (D(150), D(-100), D(-600), D(500))
    assert [(key, group.found.nrr) for (key,), group in book.grouped(["tier"])] == [
        ("growth", D(0)),
        ("key", D("1.035714")),
    ]


def test_figures_explain_themselves(director: User) -> None:
    found = explain("nrr", director, {"to": "2026-10"}, NOW)
    assert found.figure.value == D("0.725")
    assert [(one.label, one.value) for one in found.inputs] == [
        ("Net revenue then", D(2000)),
        ("Grown", D(150)),
        ("Shrunk", D(-100)),
        ("Left", D(-600)),
        ("Net revenue then", D(2000)),
    ]
    assert explain("now", director, {"to": "2026-10"}, NOW).figure.value == D(1450)


def test_concentration_of_what_is_earned_now(director: User) -> None:
    book = load_retention(director, RetentionRequest(), now=NOW)
    # 1,150, 500 and 300 of 1,950: 58.97² + 25.64² + 15.38² = 4,372.1.
    assert [one.key for one in book.revenue.shares] == ["A", "D", "B"]
    assert book.revenue.hhi is not None
    assert book.revenue.hhi.quantize(D("0.1")) == D("4372.1")


def test_escalators_stand_apart_and_projects_from_recurring_work(director: User) -> None:
    client = make_client("E", owner=director)
    old = make_contract(
        client, number="E1", start=date(2025, 2, 1), end=date(2026, 1, 31), renewal="auto", uplift="0.04",
    )  # fmt: skip
    new = make_contract(
        client, number="E2", start=date(2026, 2, 1), end=date(2027, 1, 31), renewal="auto", uplift="0.04"
    )
    project = make_contract(client, number="E3", start=date(2026, 1, 1), end=date(2026, 12, 31))
    post(client, "gross_revenue", "240000", month=THEN, contract=old)
    post(client, "gross_revenue", "249600", month=LATER, contract=new)
    post(client, "gross_revenue", "20000", month=LATER, contract=project)
    book = load_retention(director, RetentionRequest(client="E"), now=NOW)
    assert (book.total.escalators, book.total.gained) == (D(9600), D(29600))
    assert (book.recurring.nrr, book.one_off.nrr) == (D("1.04"), None)


def test_an_outsider_and_legal_see_none_of_it(director: User) -> None:
    assert load_retention(make_user("director"), RetentionRequest(), now=NOW).rows == ()
    browser = Browser()
    browser.force_login(make_user("legal"))
    assert browser.get("/financials/retention/").status_code == 403


def test_page_file_and_rest_say_the_same(client: Browser, director: User) -> None:
    client.force_login(director)
    page = client.get("/financials/retention/").content.decode()
    assert "Last year&#x27;s clients bring 72.5% of what they did, 65.0% without their growth" in page
    made = issue_token(user=director, name="t", scopes=["*"], days=1, actor="x", now=timezone.now())
    body = client.get("/api/v1/reports/retention/", headers={"Authorization": f"Bearer {made.plain}"}).json()
    assert body["rows"] == [
        {"then": "2000.00", "now": "1450.00", "nrr": "0.725000", "grr": "0.650000", "escalators": "0.00"}
    ]
    rows = client.get("/financials/retention/?format=csv").getvalue().decode().splitlines()
    assert rows[1].split(",")[:7] == ["A", "A Ltd", "USD", "1000.00", "1150.00", "1.150000", "1.000000"]
