"""The first panel of a client's overview, worked by hand: a year behind, the months ahead, the next notice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest

from accounts.models import Client
from common.models import ClosedPeriod
from financials.models import BudgetLine, ForecastBand, ForecastLine, ForecastRun
from financials.queries.client_outlook import Outlook, load_outlook
from people.models import User
from tests.financials.books import post
from tests.makers import make_client, make_contract

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def client(owner: User) -> Client:
    """September and October posted and closed; ahead: 100 a month signed to January, then 80 of renewal."""
    client = make_client("HAL", owner=owner, timezone="UTC")
    ClosedPeriod.objects.bulk_create(
        ClosedPeriod(month=date(2026, month, 1), closed_at=NOW, closed_by="t") for month in range(1, 11)
    )
    for month, amount in ((date(2025, 10, 1), "90"), (date(2026, 9, 1), "110"), (date(2026, 10, 1), "130")):
        post(client, "gross_revenue", amount, month=month)
    BudgetLine.objects.bulk_create(
        BudgetLine(version_name="v1", client=client, month=date(2026, month, 1), line="gross_revenue",
                   amount=D(125), currency="USD") for month in (9, 10, 12)
    )  # fmt: skip
    run = ForecastRun.objects.create(client=client, input_version=9, as_of=date(2026, 11, 23), computed_at=NOW)
    months = [(2026, 11), (2026, 12), (2027, 1), (2027, 2), (2027, 3), (2027, 4)]
    ForecastLine.objects.bulk_create(
        ForecastLine(run=run, month=date(year, month, 1), layer="contracted" if number < 3 else "renewal",
                     amount=D(100) if number < 3 else D(80), currency="USD")
        for number, (year, month) in enumerate(months)
    )  # fmt: skip
    ForecastBand.objects.create(
        run=run, first_month=date(2026, 12, 1), last_month=date(2026, 12, 1), currency="USD", low=D(-20), mid=D(0),
        high=D(15), mean=D(0), spread=D(14), lean=D(0),
    )  # fmt: skip
    return client


def outlook(owner: User, client: Client) -> Outlook:
    return load_outlook(owner, client, now=NOW)


def test_last_year_this_year_and_what_is_ahead(owner: User, client: Client) -> None:
    bars = outlook(owner, client).bars
    assert len(bars.months) == 28  # January 2025 to April 2027
    by_label = {(index, month.label): month for index, month in enumerate(bars.months)}
    october = by_label[9, "Oct"]
    assert (october.kind, october.value) == ("prior", D(90))
    newest = by_label[21, "Oct"]
    assert (newest.kind, newest.value, newest.budget, newest.strong) == ("actual", D(130), D(125), True)
    december = by_label[23, "Dec"]
    assert (december.kind, december.value, december.low, december.high) == ("forecast", D(100), D(80), D(115))
    assert by_label[24, "Jan 2027"].low is None  # not simulated: unknown, not zero
    assert by_label[0, "Jan 2025"].value is None


def test_the_finding_holds_revenue_to_its_budget_and_tells_what_rests_on_renewals(owner: User, client: Client) -> None:
    # 240 against 250; 240 of the 540 ahead are renewals.
    assert outlook(owner, client).bars.finding == (
        "Revenue runs 4% under budget; 44% of the next six months rests on renewals"
    )
    ForecastLine.objects.filter(layer="renewal").update(layer="contracted")
    assert outlook(owner, client).bars.finding == "Revenue runs 4% under budget"
    BudgetLine.objects.all().delete()
    assert outlook(owner, client).bars.finding == "Net revenue by month"


def test_the_next_notice_and_the_end_that_weighs_most(owner: User, client: Client) -> None:
    assert outlook(owner, client).notice is None
    ends = {"S1": (date(2027, 1, 31), D(500)), "S2": (date(2027, 2, 28), D(900)), "S3": (date(2028, 2, 29), D(9000))}
    for number, (end, amount) in ends.items():
        make_contract(client, number=number, title="Studio", end=end, amount=amount, renewal="auto", notice_days=30)
    told = outlook(owner, client)
    assert told.notice is not None
    assert told.notice.sub == "S1, Studio; the term ends 31 Jan 2027"
    assert told.notice.finding == "Five weeks to settle before notice falls due"  # 1 Jan 2027, 39 days ahead
    assert [(event.index, event.label) for event in told.bars.events] == [(26, "S2 ends 28 Feb")]


def test_a_missing_rate_leaves_its_month_unknown(owner: User, client: Client) -> None:
    ForecastLine.objects.filter(month=date(2026, 12, 1)).update(currency="CHF")
    bars = outlook(owner, client).bars
    assert bars.months[23].value is None
    assert bars.finding == "Revenue runs 4% under budget"


def test_the_overview_fetches_its_panels_and_each_is_a_page_without_scripts(
    owner: User, client: Client, sign_in: Any
) -> None:
    browser = sign_in(owner)
    page = browser.get("/clients/HAL/").text
    for name in ("outlook", "standing", "kpis/headline"):
        address = f"/clients/HAL/{name}/"
        assert f'hx-get="{address}"' in page
        assert "<html" in browser.get(address).text
        assert "<html" not in browser.get(address, headers={"HX-Request": "true"}).text
    assert "No KPIs yet" in browser.get("/clients/HAL/kpis/headline/").text
    assert "Nothing is promised either way" in browser.get("/clients/HAL/standing/").text
