"""Ledger entries, hours, rates and deals as PDF: tied out, capped with a word about it, cut by class and sight."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.http import Http404

from accounts.models import Client
from common.reports import PRINTED, Report, report_kinds
from financials.models import LedgerMonth, Rate, TimeEntry
from people.models import User
from portfolio.pdf import report_html
from tests.financials.books import NOW, OCTOBER, close_through, post
from tests.makers import make_client, make_opportunity, make_user

pytestmark = pytest.mark.django_db


def read(user: User, name: str, **query: str) -> Report:
    return report_kinds[name].read(user, query, NOW)


@pytest.fixture
def acme(owner: User) -> Client:
    close_through(OCTOBER)
    client = make_client("ACME", owner=owner, name="Acme")
    post(client, "gross_revenue", "1000.10")
    post(client, "delivery_labour", "300.05")
    post(client, "gross_revenue", "77", currency="EUR")
    return client


def test_entries_tie_to_the_sums_kept_of_them(owner: User, acme: Client) -> None:
    report = read(owner, "entries", client="ACME")
    assert [(row[0], row[1], row[2], row[3], row[5]) for row in report.more[0].rows] == [
        ("Delivery labour", "USD", 1, D("300.05"), D(0)),
        ("Gross revenue", "EUR", 1, D(77), D(0)),
        ("Gross revenue", "USD", 1, D("1000.10"), D(0)),
    ]
    assert report.tie_out == "Entries − kept monthly sums = 0.00 in every line and currency"
    assert report.finding == "3 entries in 2 currencies"
    words = read(owner, "entries", client="ACME", q="no such words")
    assert (words.rows, words.tie_out) == ([], "")  # no kept sum knows a description
    LedgerMonth.objects.filter(line="delivery_labour").update(amount=D(300))
    assert read(owner, "entries").tie_out.startswith("Entries − kept monthly sums: Delivery labour 0.05 USD")


def test_the_pool_is_in_no_directors_list(owner: User, finance: User, acme: Client) -> None:
    post(None, "overhead", "50")
    assert len(read(owner, "entries").rows) == 3
    report = read(finance, "entries", row="overhead")
    assert [(row[1], row[6]) for row in report.rows] == [("Overhead pool", D(50))]
    assert "0.00 in every" in report.tie_out


def test_what_is_not_printed_is_said_and_summed(owner: User, acme: Client) -> None:
    person = make_user("delivery", email="a@x.example", name="Ana")
    TimeEntry.objects.bulk_create(
        TimeEntry(source_ref=f"H{n}", person=person, client=acme, date=date(2026, 11, 2), month=date(2026, 11, 1),
                  hours=D("0.25"))
        for n in range(PRINTED + 2)
    )  # fmt: skip
    report = read(owner, "time")
    assert (len(report.rows), report.count, report.tie_out) == (PRINTED, PRINTED + 2, "")
    assert report.more[0].rows[0] == ["Hours", D("250.50")]
    text = report_html(report)
    assert "1,002" in text
    assert "250.50" in text
    few = read(owner, "time", q="nothing")
    assert few.tie_out == "Hours that count − the rows printed = 0.00"


def test_cost_rates_are_printed_for_finance_alone(owner: User, finance: User, acme: Client) -> None:
    shared: dict[str, Any] = {"role": "Writer", "currency": "USD", "starts": date(2026, 1, 1)}
    Rate.objects.create(kind="bill", rate=D(150), **shared)
    Rate.objects.create(kind="cost", rate=D("61.25"), **shared)
    assert "61.25" not in report_html(read(owner, "rates"))
    assert (read(owner, "rates").finding, read(owner, "rates").count) == ("1 bill rate", 1)
    assert "61.25" in report_html(read(finance, "rates"))


def test_deals_are_those_of_the_page(owner: User, outsider: User, acme: Client) -> None:
    make_opportunity(acme, key="D1", name="Film", owner=owner)
    make_opportunity(acme, key="D2", name="Won one", outcome="won", stage="won")
    assert [row[0] for row in read(owner, "deals").rows] == ["Film"]
    assert {row[0] for row in read(owner, "deals", outcome="").rows} == {"Film", "Won one"}
    assert [row[0] for row in read(owner, "deals").more[0].rows][-1] == "Unpriced open deals"
    assert [row[0] for row in read(owner, "deals", outcome="won").more[0].rows] == ["Deals won", "Won value"]
    assert read(outsider, "deals").rows == []
    for name in ("deals", "entries", "time", "rates"):
        with pytest.raises(Http404):
            read(outsider, name, client="ACME")
