"""The cockpit: figures worked by hand from a book of two clients, and what each role finds there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import Client, Target
from common.figures import Figure, UnknownFigure, explain
from common.models import ClosedPeriod, FxRate
from financials.actions.ledger import LedgerRow, post
from financials.models import BudgetLine, ForecastLine, ForecastRun
from people.models import User
from portfolio.queries.cockpit import health_of, load_cockpit
from tests.makers import make_client, make_contract, make_user

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def ledger(client: Client, month: date, line: str, amount: str, currency: str = "USD") -> None:
    row = LedgerRow(
        source_ref=f"{client.key}-{month}-{line}",
        client_id=client.pk,
        contract_id=None,
        service_line="",
        month=month,
        line=line,
        amount=Decimal(amount),
        currency=currency,
        description="",
    )
    post(rows=[row], actor="t", now=NOW)


def budget(client: Client, month: date, line: str, amount: str) -> None:
    BudgetLine.objects.create(
        version_name="v1", client=client, month=month, line=line, amount=Decimal(amount), currency="USD"
    )


def forecast(client: Client, *months: tuple[date, str, str]) -> None:
    run = ForecastRun.objects.create(client=client, input_version=99, as_of=date(2026, 11, 23), computed_at=NOW)
    ForecastLine.objects.bulk_create(
        ForecastLine(run=run, month=month, layer=layer, amount=Decimal(amount), currency="USD")
        for month, layer, amount in months
    )


@pytest.fixture
def book(owner: User) -> User:
    """A: worked ladder of October. B bills in euro. The books are closed through October."""
    FxRate.objects.create(month=date(2026, 10, 1), base="EUR", quote="USD", average=Decimal("1.0845"))
    a = make_client("A", owner=owner, name="Alpha", tier="key")
    b = make_client("B", owner=owner, name="Beta", currency="EUR")
    october = date(2026, 10, 1)
    for line, amount in (
        ("gross_revenue", "520000"),
        ("pass_through", "120000"),
        ("delivery_labour", "186000"),
        ("freelancers", "34000"),
        ("direct_expenses", "21500"),
    ):
        ledger(a, october, line, amount)
    ledger(a, date(2025, 10, 1), "gross_revenue", "390000")
    ledger(b, october, "gross_revenue", "10000.00", "EUR")
    budget(a, october, "gross_revenue", "655000")
    budget(a, october, "pass_through", "145000")
    budget(a, date(2026, 12, 1), "gross_revenue", "100000")
    forecast(a, (october, "recognised", "400000"), (date(2026, 12, 1), "contracted", "150000"))
    for month in range(1, 11):
        ClosedPeriod.objects.create(month=date(2026, month, 1), closed_at=NOW, closed_by="t")
    Target.objects.create(owner=owner, measure="net_revenue", month=october, amount=Decimal(500000), currency="USD")
    return owner


def test_the_strip_says_what_the_book_holds(book: User) -> None:
    page = load_cockpit(book, now=NOW)
    assert page.revenue.value == Decimal("410845.00")  # 520,000 − 120,000 + 10,000 × 1.0845
    assert page.revenue_budget == Decimal(510000)
    assert page.revenue_gap.value == Decimal("-99155.00")
    assert page.target_gap.value == Decimal("-89155.00")
    assert page.growth.value == Decimal("0.053449")  # 410,845 against 390,000
    assert page.full_year.value == Decimal(550000)
    assert page.full_year_budget == Decimal(610000)
    assert page.finding == "Forecast is $60.0k short of budget: Alpha costs $60.0k"


def test_the_rows_carry_gaps_margin_and_status(book: User) -> None:
    page = load_cockpit(book, now=NOW)
    alpha, beta = page.clients
    assert (alpha.key, alpha.tier, alpha.status) == ("A", "Key", "at_risk")
    assert alpha.revenue.value == Decimal(400000)
    assert alpha.margin.value == Decimal("0.396250")
    assert alpha.full_year_gap.value == Decimal(-60000)
    assert (len(alpha.months), alpha.forecast_from) == (16, 13)
    assert alpha.months[12] == Decimal(400000)
    assert (beta.status, beta.full_year.value, beta.full_year_gap.value) == ("unknown", None, None)
    assert page.total.revenue.value == page.revenue.value


@pytest.mark.parametrize(
    ("full", "plan", "margin", "margin_plan", "status"),
    [
        ("100", "100", None, None, "on_track"),
        ("97.9", "100", None, None, "watch"),
        ("93.9", "100", None, None, "at_risk"),
        ("100", "100", "0.39", "0.4", "on_track"),
        ("100", "100", "0.37", "0.4", "watch"),
        ("100", "100", "0.34", "0.4", "at_risk"),
        ("100", None, "0.4", "0.4", "unknown"),
        ("100", "0", None, None, "unknown"),
    ],
)
def test_status_by_its_rule(
    full: str, plan: str | None, margin: str | None, margin_plan: str | None, status: str
) -> None:
    values = [None if text is None else Decimal(text) for text in (full, plan, margin, margin_plan)]
    assert health_of(*values) == status


def explained(user: User, figure: Figure) -> tuple[object, list[tuple[str, object]]]:
    """What its panel says: the value, and each input with its sign."""
    told = explain(user, figure.id, now=NOW)
    assert (told.figure.id, told.figure.unit) == (figure.id, figure.unit)
    return told.figure.value, [(f"{line.sign}{line.label}", line.value) for line in told.inputs]


def test_every_change_explains_itself_by_both_its_sides(book: User) -> None:
    page = load_cockpit(book, now=NOW)
    assert explained(book, page.revenue_gap) == (
        Decimal("-99155.00"), [("Actual", Decimal("410845.00")), ("−Budget", Decimal(510000))]
    )  # fmt: skip
    assert explained(book, page.full_year_gap) == (
        Decimal(-60000), [("Forecast", Decimal(550000)), ("−Budget v1", Decimal(610000))]
    )  # fmt: skip
    assert explained(book, page.target_gap) == (
        Decimal("-89155.00"), [("Actual", Decimal("410845.00")), ("−Your target", Decimal(500000))]
    )  # fmt: skip
    assert explained(book, page.growth) == (
        Decimal("0.053449"),
        [("Actual", Decimal("410845.00")), ("−Prior year", Decimal(390000)), ("÷Prior year", Decimal(390000))],
    )
    # Contribution 169,345 of 410,845 against a budget without costs, 100%.
    assert page.total.margin_gap.value == Decimal("-58.7813")
    assert explained(book, page.total.margin_gap)[0] == Decimal("-58.7813")


def test_a_rows_changes_are_of_its_client(book: User, legal: User) -> None:
    alpha = load_cockpit(book, now=NOW).clients[0]
    assert explained(book, alpha.full_year_gap)[0] == Decimal(-60000)
    assert explained(book, alpha.revenue_gap)[0] == Decimal(-110000)  # 400,000 against 510,000
    assert explained(book, alpha.margin_gap)[0] == alpha.margin_gap.value == Decimal("-60.375")
    outsider = make_user("director", email="other@example.com")
    for figure in (alpha.full_year_gap, alpha.revenue_gap):
        with pytest.raises(Http404):
            explain(outsider, figure.id, now=NOW)
        with pytest.raises(Http404):
            explain(legal, figure.id, now=NOW)


def test_the_count_of_renewals_names_them(book: User, administrator: User) -> None:
    make_contract(Client.objects.get(key="A"), number="SOW-Z", end=date(2026, 12, 31))
    make_contract(Client.objects.get(key="A"), number="SOW-FAR", end=date(2027, 12, 31))
    count = load_cockpit(book, now=NOW).renewals_count
    assert count.value == 1
    assert explained(book, count) == (1, [("+Alpha, SOW-Z: ends 31 Dec", 1)])
    assert explain(make_user("director", email="other@example.com"), count.id, now=NOW).figure.value == 0
    with pytest.raises(Http404):
        explain(administrator, count.id, now=NOW)
    for wrong in ("renewals.count", "renewals.count:days=0", "renewals.count:days=²", "renewals.count:days=9999"):
        with pytest.raises(UnknownFigure):
            explain(book, wrong, now=NOW)


def test_no_change_on_the_page_is_without_its_explanation(book: User, sign_in: Any) -> None:
    text = sign_in(book).get("/").content.decode()
    assert '<span class="delta bad">' not in text
    assert '<span class="delta good">' not in text
    assert text.count('class="fig delta') == 5 + 3 * 3  # the strip's, each client's and the total's
    assert 'href="/figures/renewals.count:days=120/"' in text


def test_an_empty_book_says_what_to_do(owner: User, sign_in: Any) -> None:
    response = sign_in(owner).get("/")
    assert response.status_code == 200
    assert "No clients yet" in response.content.decode()


def test_each_role_finds_its_own(book: User, sign_in: Any, legal: User, administrator: User, finance: User) -> None:
    make_contract(Client.objects.get(key="A"), number="SOW-Z", end=date(2026, 12, 31))
    assert "Full-year forecast" in sign_in(book).get("/").content.decode()
    assert "Full-year forecast" in sign_in(finance).get("/").content.decode()
    counsel = sign_in(legal).get("/").content.decode()
    assert "SOW-Z" in counsel
    assert "margin" not in counsel.lower()
    keeper = sign_in(administrator).get("/").content.decode()
    assert "Alpha" not in keeper
    assert "Jobs set aside" in keeper


def test_the_table_can_be_taken_away(book: User, sign_in: Any, legal: User) -> None:
    response = sign_in(book).get("/export/clients.csv")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[0].startswith("client,name,tier,status,currency,revenue_to_date")
    assert lines[1].startswith("A,Alpha,Key,at_risk,USD,400000")
    assert sign_in(legal).get("/export/clients.csv").status_code == 403
    assert sign_in(book).get("/export/clients.pdf").status_code == 404


def test_the_page_asks_fifteen_questions_at_most_however_many_clients(book: User, sign_in: Any) -> None:
    browser = sign_in(book)
    browser.get("/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/")
    for number in range(40):
        make_client(f"N{number}", owner=book)
    with CaptureQueriesContext(connection) as many:
        browser.get("/")
    assert len(few) == len(many) <= 15
