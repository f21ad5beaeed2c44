"""reports/pipeline: open deals by any grouping, worked by hand."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client as Browser
from django.utils import timezone

from common.models import FxRate
from people.actions import issue_token
from people.models import User
from tests.makers import make_client, make_opportunity, make_user

D = Decimal


@pytest.fixture
def director(db: None) -> User:
    """1,000 × 0.5 = 500; 500.01 × 0.25 = 125.0025, 125.00; one unpriced and undated; 300 omitted; one won."""
    user = make_user("director", email="d@example.com")
    client = make_client("HAL", owner=user, tier="key")
    make_opportunity(client, amount=D(1000), probability=D("0.5"), category="commit", owner=user)
    make_opportunity(client, stage="proposal", amount=D("500.01"), probability=D("0.25"), category="commit")
    make_opportunity(client, stage="Pitch", amount=None, currency="", category="", close_on=None)
    make_opportunity(
        client, stage="Pitch", amount=D(300), probability=D("0.9"), category="omitted", close_on=date(2027, 1, 10)
    )
    make_opportunity(client, stage="Won", outcome="won", amount=D(999))
    return user


def _ask(user: User, query: str = "") -> Any:
    made = issue_token(user=user, name="t", scopes=["*"], days=1, actor="x", now=timezone.now())
    return Browser().get(f"/api/v1/reports/pipeline/?{query}", headers={"Authorization": f"Bearer {made.plain}"})


def _row(count: int, unpriced: int, amount: str, weighted: str, **groups: str | None) -> dict[str, Any]:
    sums = {"currency": "USD", "count": count, "unpriced": unpriced, "amount": amount, "weighted": weighted}
    return {**groups, **sums}


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", [_row(4, 1, "1800.01", "625.00")]),
        ("group_by=client", [_row(4, 1, "1800.01", "625.00", client="HAL")]),
        (
            "group_by=stage",
            [_row(2, 1, "300.00", "0.00", stage="Pitch"), _row(2, 0, "1500.01", "625.00", stage="Proposal")],
        ),
        (
            "group_by=category,month",
            [
                _row(2, 0, "1500.01", "625.00", category="commit", month="2026-12"),
                _row(1, 0, "300.00", "0.00", category="omitted", month="2027-01"),
                _row(1, 1, "0.00", "0.00", category=None, month=None),
            ],
        ),
        (
            "group_by=owner&to=2026-12",
            [
                _row(1, 0, "1000.00", "500.00", owner="d@example.com"),
                _row(1, 0, "500.01", "125.00", owner=None),
            ],
        ),
        ("from=2027-01&tier=key", [_row(1, 0, "300.00", "0.00")]),
        ("tier=growth", []),
    ],
)
def test_open_deals_add_up(director: User, query: str, rows: list[dict[str, Any]]) -> None:
    answer = _ask(director, query)
    assert answer.status_code == 200
    assert answer.json()["rows"] == rows


def test_files_have_the_rows_of_the_json(director: User) -> None:
    lines = _ask(director, "group_by=stage&format=csv").getvalue().decode().splitlines()
    assert lines == [
        "stage,currency,count,unpriced,amount,weighted", "Pitch,USD,2,1,300.00,0.00", "Proposal,USD,2,0,1500.01,625.00",
    ]  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(_ask(director, "group_by=stage&format=xlsx").getvalue()))
    assert [cell.value for cell in book.worksheets[0][3]] == ["Proposal", "USD", 2, 0, 1500.01, 625]


def test_another_currency_and_a_rate_that_is_missing(director: User) -> None:
    make_opportunity(make_client("KES", owner=director), amount=D(100), currency="EUR", probability=D("0.5"))
    answer = _ask(director, "client=KES")
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"pointer": "?currency", "detail": MISSING}])
    month = timezone.now().date().replace(day=1)
    FxRate.objects.create(month=month, base="EUR", quote="USD", average=D("1.2"), closing=D("1.1"))
    assert _ask(director, "client=KES").json()["rows"] == [_row(1, 0, "110.00", "55.00")]
    assert _ask(director, "client=KES&currency=EUR").json()["rows"] == [
        {"currency": "EUR", "count": 1, "unpriced": 0, "amount": "100.00", "weighted": "50.00"}
    ]


MISSING = "A rate of EUR is missing."


def test_who_may_ask_and_what_for(director: User) -> None:
    assert _ask(make_user("director", email="other@example.com")).json()["rows"] == []
    assert _ask(make_user("legal", email="l@example.com")).status_code == 403
    for query in ("group_by=tier", "as_of=2026-09-30", "from=September", "what=1"):
        assert _ask(director, query).status_code == 400
