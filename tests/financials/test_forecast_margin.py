"""Margin ahead: the page, its files and figures say the same; sums hold to the cent; nobody without COST is told."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Client
from common.figures import explain
from common.models import ClosedPeriod
from financials.actions.time import rebuild_time_months
from financials.calc.forecast_cost import CostHistory, Rates, filled, forecast_ladder, rates_of
from financials.calc.margin_findings import clients_finding, layers_finding, margin_finding, months_finding
from financials.figures import pnl_figure
from financials.models import BudgetLine, ForecastBand, ForecastLine, ForecastRun
from financials.queries.basis import load_basis
from financials.queries.forecast import cut_of
from financials.queries.forecast_margin import load_margin_page, load_sides, together
from financials.queries.movement import MovementRequest
from financials.queries.movement_margin import load_margin_move
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, post
from tests.financials.test_forecast_cost import YEAR, months, recompute
from tests.financials.test_time_months import rate, work
from tests.makers import make_client, make_contract, make_user

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def book(owner: User, monkeypatch: pytest.MonkeyPatch) -> list[Client]:
    """Halden: ten months of this year at 100,000 less 60,000. Corvus: the same revenue at no known cost."""
    monkeypatch.setattr("financials.jobs.utc_now", lambda: NOW)
    close_through(OCTOBER)
    halden, corvus = make_client("HALDEN", owner=owner), make_client("CORVUS", owner=owner)
    months(halden, 12, "100000", "50000", "8000", "2000")
    months(corvus, 12, "100000", "0")
    make_contract(halden, number="H-1", start=DECEMBER, end=date(2026, 12, 31), amount=D("31000"))
    BudgetLine.objects.bulk_create(
        BudgetLine(
            version_name="B1", client=halden, month=month, line=line, amount=D(amount), currency="USD",
        )
        for month in [*YEAR[:10], NOVEMBER, DECEMBER]
        for line, amount in (("gross_revenue", "100000"), ("delivery_labour", "55000"))
    )  # fmt: skip
    recompute(halden, corvus)
    return [halden, corvus]


def test_a_client_of_known_cost(book: list[Client], owner: User) -> None:
    page = load_margin_page(owner, now=NOW, client="HALDEN")
    october = next(row for row in page.months if row.key == "2026-10")
    assert [figure.value for figure in (october.revenue, october.cost, october.contribution, october.margin)] == [
        D("100000.00"), D("60000.00"), D("40000.00"), D("0.400000"),
    ]  # fmt: skip
    assert (october.plan.value, october.gap) == (D("45000.00"), D("-5000.00"))
    december = next(row for row in page.months if row.key == "2026-12")
    assert december.margin.value == D("0.400000")
    assert page.total.contribution.value == sum(D(row.contribution.value or 0) for row in page.months)
    assert page.total.contribution.value == sum(D(row.contribution.value or 0) for row in page.layers)
    assert page.finding.startswith("2026 brings $")
    assert [row.note for row in page.clients] == ["60.0% of revenue, own, 12 months known"]


def test_unknown_costs_are_a_dash_and_named(book: list[Client], owner: User) -> None:
    page = load_margin_page(owner, now=NOW)
    corvus = next(row for row in page.clients if row.key == "CORVUS")
    assert (corvus.cost.value, corvus.contribution.value, corvus.margin.value) == (None, None, None)
    assert corvus.revenue.value
    assert corvus.note == "not known"
    assert page.total.contribution.value is None
    assert page.unknown == 1
    assert page.missing == ()
    assert page.finding == "Contribution of 2026 is not known: some clients have no known cost"


def test_the_page_and_its_files_say_the_same(
    book: list[Client], sign_in: Callable[[User], Browser], owner: User
) -> None:
    signed_in = sign_in(owner)
    answer = signed_in.get(reverse("forecast_margin"), {"client": "HALDEN"})
    assert answer.status_code == 200
    page = answer.context["page"]
    text = signed_in.get(reverse("forecast_margin_export", args=["csv"]), {"client": "HALDEN"}).getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    total = next(row for row in rows if row["by"] == "total")
    assert D(total["contribution"]) == page.total.contribution.value
    assert D(total["cost"]) == page.total.cost.value
    assert signed_in.get(reverse("forecast_margin_export", args=["xlsx"])).status_code == 200
    assert signed_in.get(reverse("forecast_margin_export", args=["pdf"])).status_code == 404
    panel = signed_in.get(reverse("client_margin_panel", args=["HALDEN"]), headers={"HX-Request": "true"})
    assert b"60.0% of revenue" in panel.content
    assert signed_in.get(reverse("client_margin_panel", args=["HALDEN"])).status_code == 200


@pytest.mark.parametrize("name", ["cost", "contribution", "margin"])
def test_figures_explain_themselves(book: list[Client], owner: User, name: str) -> None:
    page = load_margin_page(owner, now=NOW, client="HALDEN")
    for row in (page.total, *page.months, *page.layers, *page.clients):
        figure = getattr(row, name)
        told = explain(owner, figure.id, now=NOW)
        assert told.figure == figure
        assert told.inputs
    whole = explain(owner, getattr(page.total, name).id, now=NOW)
    assert "own, 12 months known" in whole.notes[0]
    if name == "cost":
        assert sum(D(one.value or 0) for one in whole.inputs) == page.total.cost.value


def test_the_pnl_ahead_is_the_same_to_the_cent(book: list[Client], owner: User) -> None:
    asked = PnlRequest(first=date(2026, 1, 1), last=DECEMBER, scenario="forecast", client="HALDEN")
    row = load_pnl(owner, asked, now=NOW).total
    page = load_margin_page(owner, now=NOW, client="HALDEN")
    assert row is not None
    assert (row["net_revenue"], row["contribution"]) == (page.total.revenue.value, page.total.contribution.value)
    assert row["contribution_margin"] == page.total.margin.value


def test_every_row_of_the_pnl_ahead_explains_itself(book: list[Client], owner: User) -> None:
    asked = PnlRequest(first=date(2026, 1, 1), last=DECEMBER, scenario="forecast", client="HALDEN")
    result = load_pnl(owner, asked, now=NOW)
    assert result.total is not None
    for row in result.columns:
        figure = pnl_figure(
            row, result.total[row], result.basis, months=[asked.first or OCTOBER, DECEMBER], client="HALDEN",
            scenario="forecast",
        )  # fmt: skip
        told = explain(owner, figure.id, now=NOW)
        assert told.figure == figure
        assert (told.formula == "not forecast") == (figure.value is None), row


def test_what_a_movement_did_to_contribution(
    book: list[Client], owner: User, sign_in: Callable[[User], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    """62,000 more signed for December at 40%, and what the run-rate gives way by; Corvus's cost is not known."""
    later = NOW + timedelta(hours=1)
    monkeypatch.setattr("financials.jobs.utc_now", lambda: later)
    make_contract(book[0], number="H-2", start=DECEMBER, end=date(2026, 12, 31), amount=D("62000"))
    recompute(book[0])
    asked = MovementRequest(start=NOW, first=date(2026, 1, 1), last=DECEMBER)
    page = load_margin_move(owner, asked, now=later + timedelta(minutes=1))
    told = {row.name: (row.revenue, D(row.contribution.value or 0)) for row in page.rows}
    assert told["Contracts"] == (D("62000.00"), D("24800.00"))
    assert sum(told[row.name][1] for row in page.rows if not row.whole) == told["End"][1] - told["Start"][1]
    for row in page.rows:
        assert explain(owner, row.contribution.id, now=later + timedelta(minutes=1)).figure == row.contribution
    assert page.margins == (D("0.400000"), D("0.400000"))
    assert page.note == "1 client without a known cost left out of both columns."
    before = load_margin_page(owner, now=NOW, client="HALDEN").total.contribution.value
    assert told["End"][1] == before
    browser = sign_in(owner)
    assert b"Contribution" in browser.get(reverse("movement_margin")).content
    assert browser.get(reverse("movement_margin"), headers={"HX-Request": "true"}).status_code == 200
    since = "since=2026-11-02&from=2026-01&to=2026-12"
    monkeypatch.setattr("django.utils.timezone.now", lambda: later + timedelta(minutes=1))
    answer: Any = browser.get(f"{reverse('forecast_movement')}?{since}&measure=contribution&format=csv")
    head, *rows = b"".join(answer.streaming_content).decode().splitlines()
    assert (head.split(",")[0], head.split(",")[-2:]) == ("client", ["costs", "end"])
    halden = next(row for row in rows if row.startswith("HALDEN,"))
    assert D(halden.split(",")[-1]) == told["End"][1]


def test_labour_of_one_person_is_in_no_rate_and_no_figure(
    owner: User, finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Freelancers are posted each month; in October one person's hours are the labour: that month is in no rate."""
    monkeypatch.setattr("financials.jobs.utc_now", lambda: NOW)
    client, ana = make_client("SOLO", owner=owner), make_user("delivery")
    rate("cost", "90", person=ana)
    work(ana, client, "10", day=date(2026, 10, 5))
    rebuild_time_months([client.pk])
    months(client, 12, "10000", "0", "4000")
    ClosedPeriod.objects.create(month=OCTOBER, closed_at=NOW, closed_by="x")
    recompute(client)
    run = ForecastRun.objects.get(client=client, is_current=True)
    assert (run.freelancers_rate, run.labour_rate, run.cost_months) == (D("0.400000"), D(0), 11)
    hidden, told = (load_margin_page(user, now=NOW, client="SOLO").months[9] for user in (owner, finance))
    assert (hidden.cost.value, told.cost.value) == (None, D("4900.00"))
    # What the run stores is the same for everybody: nothing of the nine hundred.
    assert load_margin_page(owner, now=NOW, client="SOLO").months[11].margin.value == D("0.600000")


def test_legal_may_not(book: list[Client], legal: User) -> None:
    book[0].members.create(person=legal)
    browser = Browser()
    browser.force_login(legal)
    for address in (
        reverse("forecast_margin"),
        reverse("forecast_margin_export", args=["csv"]),
        reverse("client_margin_panel", args=["HALDEN"]),
    ):
        assert browser.get(address).status_code == 403


def test_a_rate_from_a_few_months_is_filled() -> None:
    """Three months at 0.2 and a house at 0.485714: (3 × 0.2 + 9 × 0.485714) ÷ 12 = 0.414286."""
    own, house = Rates(D("0.2"), D(0), D(0)), Rates(D("0.485714"), D("0.1"), D("0.04"))
    assert filled(own, 3, house) == (Rates(D("0.414286"), D("0.075000"), D("0.030000")), "filled")
    assert filled(own, 12, house) == (own, "own")
    assert filled(own, 6, None) == (own, "own")
    assert filled(own, 5, None) is None
    assert filled(None, 0, house) == (house, "house")
    assert filled(None, 0, None) is None


def test_revenue_that_is_hardly_any_tells_no_rate() -> None:
    assert rates_of(CostHistory("1", 12, D("1"), D("50"), D(0), D(0))) is None
    assert rates_of(CostHistory("1", 12, D("-5"), D("50"), D(0), D(0))) is None
    assert rates_of(CostHistory("1", 12, D("100"), D("120"), D(0), D("-5"))) == Rates(D("1.2"), D(0), D("-0.05"))


def test_what_is_unknown_leaves_what_follows_unknown() -> None:
    lines = {"net_revenue": D(100), "delivery_labour": D(40), "freelancers": D(10), "direct_expenses": None}
    told = forecast_ladder(lines)
    assert (told["gross_profit"], told["gross_margin"]) == (D(50), D("0.500000"))
    assert (told["contribution"], told["contribution_margin"]) == (None, None)


def test_findings() -> None:
    assert layers_finding((D(40), D(100)), (D(35), D(100))) == "Signed work ahead leaves 40.0%, what is weighted 35.0%"
    assert layers_finding((D(40), D(100)), None) == layers_finding((D(0), D(0)), (D(1), D(2))) == "Margin by layer"
    assert margin_finding(D(400000), D("0.4"), D(450000), "2026", "USD") == (
        "2026 brings $400.0k of contribution, 40.0% of net revenue, $50.0k under budget"
    )
    assert margin_finding(D(400000), D("0.4"), None, "2026", "USD").endswith("40.0% of net revenue")
    assert months_finding([("Jan", D("0.3")), ("Feb", D("0.41"))], "2026") == (
        "The margin runs from 30.0% in Jan to 41.0% in Feb"
    )
    assert clients_finding([("Corvus", D("0.12")), ("Halden", D("0.4"))], 1) == (
        "Corvus leaves least, 12.0% of its net revenue; 1 client without a known cost"
    )
    assert clients_finding([("Corvus", D("-0.02"))], 0) == "Corvus loses 2.0% of its net revenue"


class Sums(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        amounts=st.lists(st.decimals("-99999.99", "99999.99", places=2), min_size=3, max_size=9),
        rates=st.lists(st.decimals("-0.5", "1.5", places=6), min_size=9, max_size=9),
    )
    def test_every_sum_is_that_of_its_parts(self, amounts: list[D], rates: list[D]) -> None:
        owner = make_user("director")
        clients = [make_client(owner=owner) for _ in range(3)]
        runs = ForecastRun.objects.bulk_create(
            ForecastRun(
                client=client, input_version=1, as_of=NOW.date(), closed_through=OCTOBER, computed_at=NOW,
                labour_rate=rates[3 * n], freelancers_rate=rates[3 * n + 1], direct_rate=rates[3 * n + 2],
            )
            for n, client in enumerate(clients)
        )  # fmt: skip
        layers = ("contracted", "renewal", "run_rate")
        ForecastLine.objects.bulk_create(
            ForecastLine(
                run=runs[n % 3], month=(NOVEMBER, DECEMBER)[n % 2], layer=layers[n // 3], amount=amount, currency="USD"
            )
            for n, amount in enumerate(amounts)
        )
        basis = load_basis(owner, now=NOW)
        cut = cut_of(owner, "", NOVEMBER, DECEMBER)
        (whole,) = load_sides(basis, cut, ()).values()
        by_hand = sum(
            (
                (amount * part).quantize(D("0.01"), rounding="ROUND_HALF_EVEN")
                for n, amount in enumerate(amounts)
                for part in rates[3 * (n % 3) : 3 * (n % 3) + 3]
            ),
            D(0),
        )
        assert together(whole.values()).cost == by_hand
        for group in (("client",), ("month",), ("client", "month"), ("owner",)):
            parts = [earned for found in load_sides(basis, cut, group).values() for earned in found.values()]
            assert together(parts) == together(whole.values()), group


def test_a_missing_exchange_rate_is_named_and_asks_no_more_than_the_page_may(
    book: list[Client], owner: User, sign_in: Callable[[User], Browser]
) -> None:
    browser = sign_in(owner)
    with CaptureQueriesContext(connection) as whole:
        assert browser.get(reverse("forecast_margin")).status_code == 200
    post(book[0], "gross_revenue", "10", currency="EUR", month=date(2026, 3, 1))
    recompute(book[0])
    page = load_margin_page(owner, now=NOW)
    assert page.missing[0] == "No EUR/USD rate for 2026-03."
    assert page.months[2].revenue.value is None
    with CaptureQueriesContext(connection) as lacking:
        assert browser.get(reverse("forecast_margin")).status_code == 200
    assert (len(whole) <= 14, len(lacking) <= 15) == (True, True), (len(whole), len(lacking))


def test_contribution_strays_as_revenue_does_less_its_cost(book: list[Client], owner: User) -> None:
    """Halden keeps 40%: a band of −50,000 to +80,000 of revenue leaves one of −20,000 to +32,000. What Corvus keeps is
    not known, nor then what both do."""
    for run in ForecastRun.objects.filter(is_current=True):
        for last in (DECEMBER, date(2027, 1, 1)):
            ForecastBand.objects.create(
                run=run, first_month=DECEMBER, last_month=last, low=D(-50000), mid=D(5000), high=D(80000), mean=D(0),
                spread=D(50000), lean=D(0), currency="USD",
            )  # fmt: skip
    page = load_margin_page(owner, now=NOW, client="HALDEN")
    december = next(row for row in page.months if row.key == "2026-12")
    left = D(december.contribution.value or 0)
    assert (december.low.value, december.high.value) == (left - 20000, left + 32000)
    (row,) = page.clients
    assert row.low.value == page.total.low.value == D(page.total.contribution.value or 0) - 20000
    assert next(row for row in page.months if row.key == "2026-10").low.value is None  # closed
    told = explain(owner, december.high.id, now=NOW)
    assert [one.value for one in told.inputs] == [left, D(32000)]
    assert told.figure.value == december.high.value
    both = load_margin_page(owner, now=NOW)
    assert both.total.low.value is None
    assert {row.key: row.low.value is None for row in both.clients} == {"HALDEN": False, "CORVUS": True}
