"""The forecast of the year as it was made from month to month: worked by hand, and the part of the cockpit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest

from accounts.models import Client
from common.models import FxRate
from financials.models import BudgetLine, ForecastBand, ForecastLine, ForecastRun
from financials.queries.basis import load_basis
from financials.queries.year_path import Told, YearPath, load_year_path, path_finding
from people.models import User
from portfolio.queries.cockpit import load_cockpit
from tests.makers import make_client

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def run(
    client: Client, made: date, *lines: tuple[int, str], currency: str = "USD", current: bool = False
) -> ForecastRun:
    at = datetime(made.year, made.month, made.day, 9, tzinfo=UTC)
    run = ForecastRun.objects.create(
        client=client, input_version=made.month, as_of=made, computed_at=at, is_current=current
    )
    ForecastLine.objects.bulk_create(
        ForecastLine(run=run, month=date(2026, month, 1), layer="contracted", amount=D(amount), currency=currency)
        for month, amount in lines
    )
    return run


@pytest.fixture
def book(owner: User) -> User:
    """September: A alone. October: A lower, B in euro. November: A made anew twice, B as in October."""
    FxRate.objects.create(month=date(2026, 10, 1), base="EUR", quote="USD", average=D("1.10"))
    FxRate.objects.create(month=date(2026, 12, 1), base="EUR", quote="USD", average=D("1.20"))
    a, b = make_client("A", owner=owner), make_client("B", owner=owner, currency="EUR")
    BudgetLine.objects.create(
        version_name="v1", client=a, month=date(2026, 12, 1), line="gross_revenue", amount=D(900), currency="USD"
    )
    run(a, date(2026, 9, 10), (12, "500"))
    run(a, date(2026, 9, 20), (9, "100"), (12, "700"))
    run(a, date(2026, 10, 20), (9, "100"), (12, "600"))
    run(b, date(2026, 10, 20), (10, "100.01"), (12, "10"), currency="EUR", current=True)
    run(a, date(2026, 11, 2), (12, "1"))
    newest = run(a, date(2026, 11, 20), (9, "100"), (12, "650"), current=True)
    ForecastBand.objects.create(
        run=newest, first_month=date(2026, 12, 1), last_month=date(2026, 12, 1), currency="USD", low=D(-50), mid=D(0),
        high=D(40), mean=D(0), spread=D(35), lean=D(0),
    )  # fmt: skip
    return owner


def path_of(user: User) -> YearPath:
    return load_year_path(user, load_basis(user, now=NOW))


def test_each_month_tells_its_last_run(book: User) -> None:
    told = path_of(book).told
    # B: 100.01 × 1.10 = 110.011, 10 × 1.20 = 12; each line is rounded once.
    assert [(one.made.month, one.total) for one in told] == [(9, D(800)), (10, D("822.01")), (11, D("872.01"))]
    assert [(one.low, one.high) for one in told] == [(None, None), (None, None), (D("822.01"), D("912.01"))]


def test_the_newest_is_the_forecast_of_the_page(book: User) -> None:
    assert path_of(book).told[-1].total == load_cockpit(book, now=NOW).full_year.value


def test_the_line_says_what_it_did(book: User) -> None:
    chart = path_of(book).chart
    assert chart is not None
    assert chart.finding == "Forecast rose $72 since September"
    assert [point.budget for point in chart.points] == [D(900)] * 3
    eased = path_finding(Told(date(2026, 1, 1), D(8_000_000)), Told(date(2026, 11, 1), D(6_800_000)), "USD")
    assert eased == "Forecast eased $1.2M since January"
    level = path_finding(Told(date(2026, 1, 1), D(8_000_000)), Told(date(2026, 11, 1), D(8_000_100)), "USD")
    assert level == "Forecast as it was in January"


def test_a_missing_rate_is_unknown_not_zero(book: User) -> None:
    FxRate.objects.all().delete()
    told = path_of(book).told
    assert [one.total for one in told] == [D(800), None, None]
    assert path_of(book).chart is None


def test_one_month_is_no_path_and_a_stranger_sees_none(book: User, outsider: User) -> None:
    assert path_of(outsider).told == ()
    ForecastRun.objects.filter(as_of__lt=date(2026, 11, 1), client__key="A").delete()
    ForecastRun.objects.filter(client__key="B").delete()
    path = path_of(book)
    assert (len(path.told), path.chart) == (1, None)


def test_the_cockpit_fetches_it_and_without_scripts_it_is_a_page(book: User, sign_in: Any) -> None:
    browser = sign_in(book)
    assert 'hx-get="/forecast/movement/this-month/"' in browser.get("/").text
    page = browser.get("/forecast/movement/this-month/").text
    assert "<html" in page
    part = browser.get("/forecast/movement/this-month/", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "All that moved" in part
