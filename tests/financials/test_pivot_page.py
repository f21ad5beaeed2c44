"""The P&L with groups in its rows: figures, variances, filters, files, explanations that give the same figure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal as D
from html import unescape

import pytest
from django.http import QueryDict
from django.test import Client as Browser

from accounts.models import Client
from common.figures import explain
from financials.forms.pnl import pivot_view
from financials.queries.pivot_page import PivotPage, load_pivot_page
from people.models import User
from tests.financials.books import NOW, OCTOBER, budget, close_through, fx, post, post_worked
from tests.makers import make_client

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def kestrel(owner: User) -> Client:
    """The worked ladder in October, billed 100,000 in September; a child with EUR 1,000, and a budget."""
    close_through(OCTOBER)
    client = make_client("KESTREL", owner=owner, tier="strategic", industry="Airlines", fiscal_year_start=4)
    child = make_client("CHILD", owner=owner, tier="key", industry="", parent=client, fiscal_year_start=10)
    post_worked(client)
    post(client, "gross_revenue", "100000", month=SEPTEMBER)
    fx(SEPTEMBER, "EUR", "1.10")
    fx(OCTOBER, "EUR", "1.20")
    post(child, "gross_revenue", "1000", currency="EUR")
    budget(client, "gross_revenue", "500000")
    budget(client, "delivery_labour", "200000")
    return client


def ask(user: User, query: str) -> PivotPage:
    view, errors = pivot_view(QueryDict(query), OCTOBER)
    assert errors == []
    return load_pivot_page(user, view, now=NOW)


def table(page: PivotPage) -> dict[str, list[D | int | None]]:
    rows = [*page.rows, page.total]
    return {row.name: [*(fig.value for fig, _ in row.cells), row.total.value] for row in rows}


def test_clients_by_month(owner: User, outsider: User, kestrel: Client) -> None:
    page = ask(owner, "rows=client&from=2026-09&to=2026-10")
    assert page.columns == ("2026-09", "2026-10")
    assert table(page) == {
        "Kestrel Ltd": [D(100000), D(400000), D(500000)],
        "Child Ltd": [None, D(1200), D(1200)],
        "Total": [D(100000), D(401200), D(501200)],
    }
    assert [current for _, current in page.rows[0].cells] == [False, True]
    assert page.tie_out is not None
    assert (page.tie_out.ledger, page.tie_out.difference) == (D("211700"), D(0))
    assert ask(outsider, "rows=client").rows == ()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("parent", {"Kestrel Ltd": D(501200)}),
        ("tier", {"Strategic": D(500000), "Key": D(1200)}),
        ("industry", {"Airlines": D(500000), "Not given": D(1200)}),
        ("owner", {"Amara Reyes": D(501200)}),
        ("contract", {"Not given": D(501200)}),
        ("service_line", {"Not given": D(501200)}),
    ],
)
def test_every_grouping(owner: User, kestrel: Client, rows: str, expected: dict[str, D]) -> None:
    found = table(ask(owner, f"rows={rows}&from=2026-09&to=2026-10"))
    assert {name: values[-1] for name, values in found.items()} == {**expected, "Total": D(501200)}


def test_margins_are_of_the_sums(owner: User, kestrel: Client) -> None:
    """Gross profit 180,000 + 100,000 over net revenue 500,000 is 56%; the mean of 45% and 100% it is not."""
    assert table(ask(owner, "rows=client&measure=gross_margin&client=KESTREL&from=2026-09&to=2026-10")) == {
        "Kestrel Ltd": [D(1), D("0.45"), D("0.56")],
        "Total": [D(1), D("0.45"), D("0.56")],
    }


def test_variances_are_favourable_positive(owner: User, kestrel: Client) -> None:
    month = "rows=client&client=KESTREL&from=2026-10&to=2026-10&scenario=variance"
    assert table(ask(owner, f"{month}&measure=gross_revenue"))["Total"] == [D(20000), D(20000)]
    assert table(ask(owner, f"{month}&measure=delivery_labour"))["Total"] == [D(14000), D(14000)]
    assert table(ask(owner, f"{month}&measure=gross_revenue&share=1"))["Total"] == [D("0.04"), D("0.04")]
    # 45% against (500,000 − 200,000) ÷ 500,000 = 60%.
    assert table(ask(owner, f"{month}&measure=gross_margin"))["Total"] == [D(-15), D(-15)]


def test_rates_held_at_a_month(owner: User, kestrel: Client) -> None:
    found = table(ask(owner, "rows=client&client=CHILD&rates=2026-09&from=2026-10&to=2026-10"))
    assert found["Total"] == [D(1100), D(1100)]


def test_fiscal_years_follow_the_client(owner: User, kestrel: Client) -> None:
    """September and October 2026 lie in FY2027 of a year from April; October opens FY2027 of one from October."""
    page = ask(owner, "rows=client&group=fiscal_year&from=2026-09&to=2026-10")
    assert page.columns == ("FY2027",)
    assert ask(owner, "rows=client&group=fiscal_quarter&from=2026-09&to=2026-10").columns == (
        "FY2027-Q1", "FY2027-Q2", "FY2027-Q3",
    )  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        "rows=client&from=2026-09&to=2026-10",
        "rows=parent&group=quarter&from=2026-09&to=2026-10&measure=contribution",
        "rows=industry&from=2026-09&to=2026-10&measure=gross_margin",
        "rows=contract&from=2026-09&to=2026-10&measure=pass_through",
        "rows=tier&group=fiscal_quarter&from=2026-09&to=2026-10&measure=gross_revenue",
        "rows=client&scenario=variance&from=2026-10&to=2026-10&measure=freelancers",
        "rows=client&client=CHILD&rates=2026-09&from=2026-10&to=2026-10",
        "rows=client&scenario=budget&from=2026-10&to=2026-10&version=v3",
    ],
)
def test_every_cell_explains_to_itself(owner: User, kestrel: Client, query: str) -> None:
    page = ask(owner, query)
    figures = [fig for row in [*page.rows, page.total] for fig in (*(fig for fig, _ in row.cells), row.total)]
    explained = [fig for fig in figures if fig.id]
    assert len(explained) == len(figures)
    for fig in explained:
        told = explain(owner, fig.id, now=NOW).figure.value
        # The panel says a cost as it stands in the ledger; the table shows it negative.
        shown = -told if "pass_through" in fig.id and told is not None else told
        assert shown == fig.value or (fig.value is None and not told), fig.id


def test_the_page_its_chips_and_its_file(owner: User, kestrel: Client) -> None:
    browser = Browser()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get("/financials/pnl/?rows=client&tier=key&from=2026-09&to=2026-10&unit=1").content.decode()
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))
    assert "Net revenue by client, Sep 2026 to Oct 2026" in text
    assert "Tier Key All Strategic Key" in text
    assert "1,200.00" in text
    assert "Kestrel Ltd" not in text.split("Total")[0].split("USD in full")[1]
    file = browser.get("/financials/pnl/?rows=client&from=2026-09&to=2026-10&format=csv")
    lines = b"".join(file.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # a stream
    assert lines == [
        "Client,2026-09,2026-10,Total", "Kestrel Ltd,100000.00,400000.00,500000.00", "Child Ltd,,1200.00,1200.00",
    ]  # fmt: skip
    assert browser.get("/financials/pnl/?rows=client&client=NIL").status_code == 404
    odd = browser.get("/financials/pnl/?rows=client&group=week&from=2027-01&to=2026-01")
    assert b"must run forwards" in odd.content
