"""The ladder cut otherwise: fiscal columns, forecast, another budget, held rates, owners, tiers and parents."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from accounts.models import Client
from common.figures import explain
from common.models import ImportBatch
from financials.forms.pnl import pivot_view, pnl_view
from financials.models import BudgetLine
from financials.queries.pivot_page import load_pivot_page
from financials.queries.pnl_page import PnlPage, load_pnl_page
from financials.queries.pnl_periods import first_month, fiscal_periods
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, fx, post
from tests.makers import make_client

pytestmark = pytest.mark.django_db
D = Decimal


def ask(user: User, query: str) -> PnlPage:
    view, errors = pnl_view(QueryDict(query))
    assert errors == []
    return load_pnl_page(user, view, now=NOW)


def values(page: PnlPage, row: str = "net_revenue") -> dict[str, Any]:
    line = next(line for line in page.lines if line.key == row)
    return {period.label: figure.value for period, (figure, _) in zip(page.periods, line.cells, strict=True)}


@pytest.fixture
def april(owner: User) -> Client:
    """A client whose year begins in April, with revenue from July 2025 to October 2026: 100, 200 … 1,600."""
    close_through(OCTOBER)
    client = make_client("APRIL", owner=owner, currency="USD", fiscal_year_start=4, tier="key")
    for number in range(16):
        month = date(2025 + (6 + number) // 12, (6 + number) % 12 + 1, 1)
        post(client, "gross_revenue", str(100 * (number + 1)), month=month)
    return client


def test_fiscal_quarters_follow_the_client_and_say_where_they_are_cut(owner: User, april: Client) -> None:
    # FY2026-Q2 = Jul–Sep 2025: 100+200+300. FY2027-Q3 begins in October 2026, of which one month is there.
    assert values(ask(owner, "client=APRIL&group=fiscal_quarter")) == {
        "FY2026-Q3": D(1500), "FY2026-Q4": D(2400), "FY2027-Q1": D(3300), "FY2027-Q2": D(4200),
        "FY2027-Q3 to Oct": D(1600),
    }  # fmt: skip
    assert values(ask(owner, "client=APRIL&group=fiscal_quarter&from=2026-08&to=2026-10")) == {
        "FY2027-Q2 from Aug": D(2900), "FY2027-Q3 to Oct": D(1600),
    }  # fmt: skip
    page = ask(owner, "client=APRIL&group=fiscal_year")
    assert values(page) == {"FY2026": D(4500), "FY2027 to Oct": D(9100)}
    assert page.spans["prior"] == "FY2026"


def test_a_fiscal_column_of_two_years_adds_each_client_s_own_months(owner: User, april: Client) -> None:
    other = make_client("JANUARY", owner=owner, currency="USD")
    post(other, "gross_revenue", "7", month=date(2026, 4, 1))
    # FY2026-Q2 is April to June 2026 for one, July to September 2025 for the other.
    assert values(ask(owner, "group=fiscal_quarter&from=2025-07&to=2026-10"))["FY2026-Q2"] == D(607)


def test_fiscal_periods_that_the_first_month_cuts_are_left_out_unless_asked_for() -> None:
    labels, starts = ["FY2026-Q4", "FY2027-Q1"], [4]
    first, last = date(2026, 2, 1), date(2026, 6, 1)
    cut = fiscal_periods("fiscal_quarter", first, last, labels, starts, whole=False)
    assert [(one.label, one.current) for one in cut] == [("FY2026-Q4 from Feb", False), ("FY2027-Q1", True)]
    whole = fiscal_periods("fiscal_quarter", first, last, labels, starts, whole=True)
    assert [one.label for one in whole] == ["FY2027-Q1"]
    assert first_month("fiscal_year", date(2026, 10, 1)) == date(2023, 11, 1)


def test_every_fiscal_cell_explains_to_itself(owner: User, april: Client) -> None:
    page = ask(owner, "client=APRIL&group=fiscal_quarter")
    for line in page.lines:
        for figure in (*(figure for figure, _ in line.cells), line.prior, line.ytd, line.variance):
            told = explain(owner, figure.id, now=NOW).figure.value
            assert told == figure.value or (figure.value is None and not told), figure.id


def test_filters_narrow_the_ladder_and_its_explanations(owner: User, april: Client, outsider: User) -> None:
    child = make_client("CHILD", owner=owner, parent=april, currency="USD", tier="growth")
    post(child, "gross_revenue", "11")
    alone = make_client("ALONE", owner=owner, currency="USD", tier="growth")
    post(alone, "gross_revenue", "5")
    month = "from=2026-10&to=2026-10"
    assert values(ask(owner, f"tier=growth&{month}")) == {"Oct 2026": D(16)}
    assert values(ask(owner, f"parent=APRIL&{month}")) == {"Oct 2026": D(1611)}
    assert values(ask(owner, f"owner={owner.email}&{month}")) == {"Oct 2026": D(1616)}
    page = ask(owner, f"parent=APRIL&tier=growth&{month}")
    figure = next(line for line in page.lines if line.key == "net_revenue").cells[0][0]
    assert (figure.value, explain(owner, figure.id, now=NOW).figure.value) == (D(11), D(11))


def test_another_budget_and_held_rates(owner: User, april: Client) -> None:
    for name, amount in (("v1", "1000"), ("v2", "1200")):
        BudgetLine.objects.create(
            version_name=name, client=april, month=OCTOBER, line="gross_revenue", amount=D(amount), currency="USD"
        )
    euros = make_client("EUROS", owner=owner, currency="EUR")
    post(euros, "gross_revenue", "100", currency="EUR")
    fx(date(2026, 9, 1), "EUR", "1.10")
    fx(OCTOBER, "EUR", "1.20")
    month = "from=2026-10&to=2026-10"

    def budget(query: str) -> Any:
        return next(line for line in ask(owner, query).lines if line.key == "net_revenue").budget.value

    assert budget(f"client=APRIL&version=v1&{month}") == D(1000)
    assert budget(f"client=APRIL&version=v2&{month}") == D(1200)
    assert values(ask(owner, f"client=EUROS&{month}")) == {"Oct 2026": D(120)}
    held = ask(owner, f"client=EUROS&rates=2026-09&{month}")
    assert values(held) == {"Oct 2026": D(110)}
    figure = next(line for line in held.lines if line.key == "net_revenue").cells[0][0]
    assert explain(owner, figure.id, now=NOW).figure.value == D(110)


def test_a_forecast_shows_net_revenue_and_explains_what_it_misses_the_budget_by(owner: User, april: Client) -> None:
    BudgetLine.objects.create(
        version_name="v1", client=april, month=OCTOBER, line="gross_revenue", amount=D(1000), currency="USD"
    )
    page = ask(owner, "client=APRIL&scenario=forecast&from=2026-10&to=2026-10")
    assert page.spans["shown"] == "Forecast"
    assert page.tie_out is None
    net = next(line for line in page.lines if line.key == "net_revenue")
    assert net.cells[0][0].id == "pnl.net_revenue:client=APRIL;from=2026-10;to=2026-10;scenario=forecast"
    assert "scenario=forecast_variance" in net.variance.id
    told = explain(owner, net.variance.id, now=NOW)
    assert told.formula == "forecast − budget"
    assert told.figure.value == net.variance.value
    assert [line.cells[0][0].value for line in page.lines if line.key == "contribution"] == [None]


def test_the_page_keeps_what_was_chosen_in_its_address(owner: User, april: Client, sign_in: Any) -> None:
    browser = sign_in(owner)
    query = "tier=key&group=fiscal_quarter&scenario=actual&rates=2026-09&version=v9"
    page = browser.get(f"/financials/pnl/?{query}").text
    assert "Fiscal quarter" in page
    assert "Held at Sep 2026" in page
    assert "No budget has the version v9" in page
    browser.post("/views/pnl/save/", {"name": "Key by fiscal quarter", "query": query})
    assert "View <b>Key by fiscal quarter</b>" in browser.get(f"/financials/pnl/?{query}").text
    assert browser.get("/financials/pnl/?parent=NIL").status_code == 404
    assert "after the last" in browser.get("/financials/pnl/?from=2026-10&to=2026-09").text


def points(page: PnlPage) -> dict[str, tuple[int, str]]:
    return {point.code: (point.count, point.words) for point in page.points}


def test_beside_the_tie_out_stands_what_it_cannot_hold(owner: User, finance: User, sign_in: Any) -> None:
    close_through(OCTOBER)
    post(make_client("OWNED", owner=owner, currency="USD"), "gross_revenue", "100")
    month = "from=2026-10&to=2026-10"
    assert points(ask(finance, month)) == {
        "unmapped": (0, ""), "rates": (0, ""), "orphans": (0, ""), "overhead": (0, ""),
    }  # fmt: skip
    post(make_client("LOOSE", name="Loose Ltd", owner=None, currency="USD"), "gross_revenue", "9", currency="EUR")
    post(None, "overhead", "40")
    batch = {"kind": "ledger", "state": "loaded"}
    for rejected in (7, 3):  # the file was mended once: the newest load counts
        made = ImportBatch.objects.create(file_name="oct.csv", read=9, rejected=rejected, **batch)
        ImportBatch.objects.filter(pk=made.pk).update(created_at=datetime(2026, 11, 4, tzinfo=UTC))
    shown = points(ask(finance, month))
    assert shown["unmapped"] == (3, "oct.csv (3 rows)")
    assert shown["rates"] == (1, "No EUR/USD rate for 2026-10")
    assert shown["orphans"] == (1, "Loose Ltd")
    fx(OCTOBER, "EUR", "1.10")
    assert points(ask(finance, month))["overhead"] == (1, "40.00 USD")
    assert points(ask(owner, month)) == {"rates": (0, ""), "orphans": (0, "")}
    assert points(ask(finance, f"scenario=forecast&{month}")) == {}
    page = sign_in(finance).get(f"/financials/pnl/?{month}").text
    assert "Loose Ltd" in page
    assert "oct.csv (3 rows)" in page
    assert "Loose Ltd" in sign_in(finance).get(f"/financials/pnl/?rows=client&{month}").text
    assert "Loose Ltd" not in sign_in(owner).get(f"/financials/pnl/?{month}").text


def test_rows_without_service_line_or_tier_explain_themselves(owner: User, sign_in: Any) -> None:
    close_through(OCTOBER)
    client = make_client("BARE", owner=owner, currency="USD", tier="")
    post(client, "gross_revenue", "100")
    post(client, "gross_revenue", "30", service_line="Design")
    tiered = make_client("TIER", owner=owner, currency="USD", tier="key")
    post(tiered, "gross_revenue", "8", service_line="Design")
    for rows, amount in (("service_line", D(100)), ("tier", D(130))):
        view, _ = pivot_view(QueryDict(f"rows={rows}&from=2026-10&to=2026-10"), OCTOBER)
        bare = next(row for row in load_pivot_page(owner, view, now=NOW).rows if row.key is None)
        assert bare.total.value == amount
        told = explain(owner, bare.total.id, now=NOW)
        assert (told.figure.value, told.figure.id) == (amount, bare.total.id)
        assert f"{rows}=-" in bare.filter
    assert values(ask(owner, "service_line=-&from=2026-10&to=2026-10")) == {"Oct 2026": D(100)}
    assert "Service line <b>Not given</b>" in sign_in(owner).get("/financials/pnl/?service_line=-").text
