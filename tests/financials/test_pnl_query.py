"""The P&L query: literal ladders, conversion, groupings checked against plain SQL, access."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from financials.models import ForecastLine, ForecastRun
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import GROUP_NAMES, BadRequest, PnlRequest
from financials.queries.pnl_rows import PnlResult
from people.models import User
from tests.financials.books import NOW, OCTOBER, budget, close_through, fx, post, post_worked
from tests.makers import make_client, make_contract

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def kestrel(owner: User) -> Client:
    close_through(OCTOBER)
    return make_client("KESTREL", owner=owner, tier="strategic", industry="Airlines", fiscal_year_start=4)


def ask(user: User, **kw: Any) -> PnlResult:
    return load_pnl(user, PnlRequest(**kw), now=NOW)


def test_the_worked_ladder(owner: User, kestrel: Client) -> None:
    post_worked(kestrel)
    result = ask(owner, client="KESTREL", first=OCTOBER, last=OCTOBER, counted=True)
    (row,) = result.rows
    assert {name: str(value) for name, value in row.values.items()} == {
        "gross_revenue": "520000.00",
        "pass_through": "120000.00",
        "net_revenue": "400000.00",
        "delivery_labour": "186000.00",
        "freelancers": "34000.00",
        "gross_profit": "180000.00",
        "direct_expenses": "21500.00",
        "contribution": "158500.00",
        "overhead": "48000.00",
        "operating_profit": "110500.00",
        "gross_margin": "0.450000",
        "contribution_margin": "0.396250",
        "operating_margin": "0.276250",
    }
    assert result.tie_out == (D("110500.00"), D("110500.00"), D(0))
    assert row.entries["gross_revenue"] == 1
    assert row.rows_behind == 6
    assert result.missing == ()


def test_three_rows_of_one_cell_convert_once(owner: User, kestrel: Client) -> None:
    fx(OCTOBER, "EUR", "1.0845")
    for _ in range(3):
        post(kestrel, "gross_revenue", "10.10", currency="EUR")
    assert ask(owner).total.values["gross_revenue"] == D("32.86")  # type: ignore[union-attr]  # 3 × 10.95 would be 32.85


def test_ten_thousand_euro(owner: User, kestrel: Client) -> None:
    fx(OCTOBER, "EUR", "1.0845")
    post(kestrel, "gross_revenue", "10000", currency="EUR")
    result = ask(owner)
    assert [row["gross_revenue"] for row in result.rows] == [D("10845.00")]
    assert result.rates_note == "converted to USD at each month's average rate"


def test_halves_round_to_even(owner: User, kestrel: Client) -> None:
    fx(OCTOBER, "EUR", "0.5")
    post(kestrel, "gross_revenue", "0.05", currency="EUR", service_line="a")  # 0.025 → 0.02
    post(kestrel, "gross_revenue", "0.15", currency="EUR", service_line="b")  # 0.075 → 0.08
    rows = ask(owner, group_by=("service_line",)).rows
    assert [(row.group, row["gross_revenue"]) for row in rows] == [(("a",), D("0.02")), (("b",), D("0.08"))]


def test_a_missing_rate_is_named_and_leaves_its_rows_unknown(owner: User, kestrel: Client) -> None:
    fx(OCTOBER, "EUR", "1.0845")
    post(kestrel, "gross_revenue", "100", month=SEPTEMBER, currency="EUR")
    post(kestrel, "freelancers", "10", month=SEPTEMBER)
    post(kestrel, "gross_revenue", "100", currency="EUR")
    result = ask(owner, group_by=("month",))
    assert result.missing == ("No EUR/USD rate for 2026-09.",)
    september, october = result.rows
    assert september["gross_revenue"] is None
    assert september["net_revenue"] is None
    assert september["operating_profit"] is None
    assert september["gross_margin"] is None
    assert september["freelancers"] == D("10.00")
    assert october["net_revenue"] == D("108.45")
    assert result.tie_out is None


def test_months_after_the_last_rate_hold_its_closing(owner: User, kestrel: Client) -> None:
    fx(SEPTEMBER, "EUR", "1.08", closing="1.10")
    post(kestrel, "gross_revenue", "100", currency="EUR")
    result = ask(owner)
    assert result.total is not None
    assert result.total["gross_revenue"] == D("110.00")
    assert "on the last known rate" in result.rates_note


def test_budget_prior_year_variance(owner: User, kestrel: Client) -> None:
    post_worked(kestrel)
    post(kestrel, "gross_revenue", "618000", month=date(2025, 10, 1))
    post(kestrel, "pass_through", "140000", month=date(2025, 10, 1))
    budget(kestrel, "gross_revenue", "1", version="v2")
    for line, amount in (("gross_revenue", "655000"), ("pass_through", "145000"), ("delivery_labour", "226000")):
        budget(kestrel, line, amount)
    month = {"first": OCTOBER, "last": OCTOBER, "group_by": ("month",)}
    (planned,) = ask(owner, scenario="budget", **month).rows
    assert planned["net_revenue"] == D("510000.00")
    assert planned["freelancers"] == D(0)
    (before,) = ask(owner, scenario="prior_year", **month).rows
    assert before.group == ("2026-10",)
    assert before["net_revenue"] == D("478000.00")
    (gap,) = ask(owner, scenario="variance", **month).rows
    assert gap["net_revenue"] == D("-110000.00")
    assert gap["delivery_labour"] == D("-40000.00")
    # 180,000 ÷ 400,000 = 45.0%; budget (510,000 − 226,000) ÷ 510,000 = 55.6863%
    assert gap["gross_margin"] == D("-10.6863")


def test_forecast_knows_net_revenue_only(owner: User, kestrel: Client) -> None:
    run = ForecastRun.objects.create(client=kestrel, input_version=2, as_of=NOW.date(), computed_at=NOW)
    ForecastRun.objects.create(
        client=kestrel,
        input_version=1,
        as_of=NOW.date(),
        computed_at=datetime(2026, 11, 1, tzinfo=UTC),
        is_current=False,
    )
    ForecastLine.objects.create(
        run=run, month=date(2026, 12, 1), layer="contracted", amount=D("1000.005"), currency="USD"
    )
    (row,) = ask(owner, scenario="forecast", first=OCTOBER, last=date(2026, 12, 1)).rows
    assert row["net_revenue"] == D("1000.00")
    assert row["gross_revenue"] is None
    assert row["gross_margin"] is None


def test_the_pool_follows_labour_and_sums_exactly(owner: User, outsider: User, finance: User, kestrel: Client) -> None:
    other = make_client("OTHER", owner=outsider)
    third = make_client("THIRD", owner=outsider)
    for client in (kestrel, other, third):
        post(client, "gross_revenue", "1000")
        post(client, "delivery_labour", "100")
    post(None, "overhead", "100")
    post(None, "overhead", "7", month=SEPTEMBER)  # nobody booked labour in September
    rows = ask(finance, group_by=("client",)).rows
    assert [(row.group[0], row["overhead"]) for row in rows] == [
        ("KESTREL", D("33.33")),
        ("OTHER", D("33.34")),
        ("THIRD", D("33.33")),
    ]
    whole = ask(finance)
    assert whole.unallocated == D("7.00")
    assert whole.tie_out is not None
    assert whole.tie_out.difference == 0
    mine = ask(owner)
    assert mine.total is not None
    assert mine.total["operating_profit"] == D("866.67")
    assert mine.unallocated is None


def test_what_one_sees(owner: User, outsider: User, legal: User, administrator: User, kestrel: Client) -> None:
    post_worked(kestrel)
    assert ask(outsider).rows == ()
    assert ask(outsider, client="KESTREL").rows == ()
    assert ask(administrator).rows == ()
    seen = ask(legal)
    assert seen.columns == ("gross_revenue", "pass_through", "net_revenue")
    assert set(seen.records()[0]) == {"currency", "gross_revenue", "pass_through", "net_revenue"}
    assert ask(owner, safe=True).columns == ("gross_revenue", "pass_through", "net_revenue")


def test_as_of_shows_what_was_known_then(owner: User, kestrel: Client) -> None:
    post(kestrel, "gross_revenue", "100", posted_at=datetime(2026, 11, 1, tzinfo=UTC))
    post(kestrel, "gross_revenue", "50", posted_at=datetime(2026, 11, 20, tzinfo=UTC))
    close = {"first": OCTOBER, "last": OCTOBER}
    then = ask(owner, as_of=datetime(2026, 11, 10, tzinfo=UTC), **close)
    assert [row["gross_revenue"] for row in then.rows] == [D("100.00")]
    assert [row["gross_revenue"] for row in ask(owner, **close).rows] == [D("150.00")]


def test_bad_requests(owner: User) -> None:
    for bad in ({"group_by": ("planet",)}, {"group_by": ("month", "month")}, {"scenario": "wish"}):
        with pytest.raises(BadRequest):
            ask(owner, **bad)
    with pytest.raises(BadRequest):
        ask(owner, first=OCTOBER, last=SEPTEMBER)


# --- every grouping against plain SQL over the raw entries ------------------------------------------------------------


@pytest.fixture
def book(owner: User, kestrel: Client) -> list[Client]:
    """Three clients, two currencies, two years, drawn once from a fixed seed."""
    dice = random.Random(11)
    child = make_client("KESTREL-UK", owner=owner, parent=kestrel, tier="key", industry="Airlines", currency="GBP")
    loose = make_client("LOOSE", owner=owner, fiscal_year_start=7)
    for year in (2025, 2026):
        for month in range(1, 11):
            fx(date(year, month, 1), "GBP", f"1.{dice.randint(20, 35)}")
    for client in (kestrel, child, loose):
        work = make_contract(client, number=f"SOW-{client.key}")
        for _ in range(60):
            post(
                client,
                dice.choice(["gross_revenue", "gross_revenue", "pass_through", "delivery_labour", "direct_expenses"]),
                f"{dice.randint(-200, 90000)}.{dice.randint(0, 99):02}",
                month=date(dice.choice([2025, 2026]), dice.randint(1, 10), 1),
                currency=dice.choice(["USD", client.currency]),
                contract=dice.choice([None, work]),
                service_line=dice.choice(["", "Media"]),
            )
    return [kestrel, child, loose]


_PLAIN = """
WITH cells AS (
  SELECT e.client_id, e.contract_id, e.service_line, e.month, e.line,
         half_even(sum(e.amount) * CASE WHEN e.currency = 'USD' THEN 1
           ELSE (SELECT average FROM common_fxrate f WHERE f.month = e.month AND f.base = e.currency) END, 2) AS amount
  FROM financials_ledgerentry e WHERE e.month BETWEEN '2025-01-01' AND '2026-10-01'
  GROUP BY e.client_id, e.contract_id, e.service_line, e.month, e.line, e.currency
)
SELECT {group} AS label,
       sum(CASE x.line WHEN 'gross_revenue' THEN x.amount WHEN 'pass_through' THEN -x.amount ELSE 0 END),
       sum(CASE x.line WHEN 'gross_revenue' THEN x.amount ELSE -x.amount END)
FROM cells x JOIN accounts_client c ON c.id = x.client_id LEFT JOIN accounts_client p ON p.id = c.parent_id
LEFT JOIN financials_contract k ON k.id = x.contract_id LEFT JOIN people_user u ON u.id = c.owner_id
GROUP BY 1
"""
_FY = (
    "CASE WHEN c.fiscal_year_start > 1 AND extract(month FROM x.month) >= c.fiscal_year_start "
    "THEN extract(year FROM x.month) + 1 ELSE extract(year FROM x.month) END"
)
_FQ = "((extract(month FROM x.month)::int - c.fiscal_year_start + 12) % 12) / 3 + 1"
PLAIN_GROUPS = {
    "client": "c.key",
    "parent": "CASE WHEN p.key IS NULL THEN c.key ELSE p.key END",
    "contract": "CASE WHEN k.number IS NULL THEN '' ELSE k.number END",
    "service_line": "x.service_line",
    "owner": "u.email",
    "tier": "c.tier",
    "industry": "c.industry",
    "month": "substr(x.month::text, 1, 7)",
    "quarter": "extract(year FROM x.month) || '-Q' || extract(quarter FROM x.month)",
    "year": "extract(year FROM x.month)::text",
    "fiscal_quarter": f"'FY' || {_FY} || '-Q' || {_FQ}",
    "fiscal_year": f"'FY' || {_FY}",
}


@pytest.mark.parametrize("group", GROUP_NAMES)
def test_every_grouping_equals_plain_sql(owner: User, book: list[Client], group: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN.format(group=PLAIN_GROUPS[group]))
        plain = sorted(cursor.fetchall(), key=lambda row: str(row[0] or ""))
    result = ask(owner, first=date(2025, 1, 1), last=OCTOBER, group_by=(group,))
    assert [(row.group[0] or "", row["net_revenue"], row["operating_profit"]) for row in result.rows] == plain
    assert len(plain) >= (1 if group == "owner" else 2)
    assert result.tie_out is not None
    assert result.tie_out.difference == 0


_PLANNED = """
WITH rate AS (
  SELECT 'USD' AS base, m.month::date AS month, 1::numeric AS average
  FROM generate_series('2024-01-01'::date, '2026-12-01', '1 month') AS m(month)
  UNION ALL SELECT base, month, average FROM common_fxrate WHERE quote = 'USD'
),
cells AS (
  SELECT e.client_id, e.contract_id, e.service_line, (e.month + interval '{years} year')::date AS month, e.line,
         half_even(sum(e.amount) * r.average, 2) AS amount
  FROM {table} e JOIN rate r ON r.base = e.currency AND r.month = {rate_month}
  WHERE (e.month + interval '{years} year') BETWEEN '2025-01-01' AND '2026-10-01'
  GROUP BY e.client_id, e.contract_id, e.service_line, e.month, e.line, e.currency, r.average
)
SELECT {group} AS label,
       sum(CASE x.line WHEN 'gross_revenue' THEN x.amount WHEN 'pass_through' THEN -x.amount ELSE 0 END),
       sum(CASE x.line WHEN 'gross_revenue' THEN x.amount ELSE -x.amount END)
FROM cells x JOIN accounts_client c ON c.id = x.client_id LEFT JOIN accounts_client p ON p.id = c.parent_id
LEFT JOIN financials_contract k ON k.id = x.contract_id LEFT JOIN people_user u ON u.id = c.owner_id
GROUP BY 1
"""
Sums = dict[str, tuple[D, D]]


def plainly(group: str, table: str = "financials_ledgerentry", *, years: int = 0, rate_month: str = "e.month") -> Sums:
    text = _PLANNED.format(group=PLAIN_GROUPS[group], table=table, years=years, rate_month=rate_month)
    with connection.cursor() as cursor:
        cursor.execute(text)
        return {str(label or ""): (net, profit) for label, net, profit in cursor.fetchall()}


@pytest.fixture
def planned(book: list[Client]) -> list[Client]:
    """The book's budget: each client, two currencies, both years."""
    dice = random.Random(12)
    for client in book:
        for year in (2025, 2026):
            for month in range(1, 11):
                line, code = dice.choice(["gross_revenue", "delivery_labour"]), dice.choice(["USD", "GBP"])
                amount = f"{dice.randint(1, 80000)}.{dice.randint(0, 99):02}"
                budget(client, line, amount, month=date(year, month, 1), currency=code, service_line=f"s{month % 2}")
    return book


@pytest.mark.parametrize("group", GROUP_NAMES)
def test_every_grouping_of_other_scenarios_equals_plain_sql(owner: User, planned: list[Client], group: str) -> None:
    def ours(scenario: str, **kw: Any) -> Sums:
        rows = ask(owner, first=date(2025, 1, 1), last=OCTOBER, group_by=(group,), scenario=scenario, **kw).rows
        return {
            row.group[0] or "": (row["net_revenue"], row["operating_profit"])  # type: ignore[misc]  # none is unknown
            for row in rows
        }

    plan = plainly(group, "financials_budgetline")
    assert ours("budget") == plan
    # Last year's months under this year's labels: the book begins in January 2025, so only 2026 has any.
    assert ours("prior_year") == plainly(group, years=1)
    actual, zero = plainly(group), (D(0), D(0))
    assert ours("variance") == {
        label: (
            actual.get(label, zero)[0] - plan.get(label, zero)[0],
            actual.get(label, zero)[1] - plan.get(label, zero)[1],
        )
        for label in actual.keys() | plan.keys()
    }
    assert ours("actual", rates=date(2026, 3, 1)) == plainly(group, rate_month="DATE '2026-03-01'")


def test_parts_sum_to_the_whole(owner: User, book: list[Client]) -> None:
    span = {"first": date(2025, 1, 1), "last": OCTOBER}
    whole = ask(owner, **span).total
    assert whole is not None
    for group in GROUP_NAMES:
        rows = ask(owner, group_by=(group,), **span).rows
        assert sum((row["operating_profit"] or D(0) for row in rows), D(0)) == whole["operating_profit"]


def test_groups_come_first_in_the_order_asked(owner: User, book: list[Client]) -> None:
    records = ask(owner, group_by=("quarter", "client")).records()
    assert list(records[0])[:3] == ["quarter", "client", "currency"]
    assert [(row["quarter"], row["client"]) for row in records] == sorted(
        (row["quarter"], row["client"]) for row in records
    )


def test_the_number_of_queries_is_fixed(owner: User, book: list[Client]) -> None:
    post(None, "overhead", "10")
    counts = []
    for scenario in ("actual", "budget", "prior_year", "variance"):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            ask(owner, group_by=("client", "month"), scenario=scenario)
        counts.append(len(seen))
    assert max(counts) <= 8


def test_a_parent_out_of_sight_is_not_named(owner: User, outsider: User) -> None:
    parent = make_client("SECRET-GROUP", owner=outsider)
    child = make_client("CHILD", owner=owner, parent=parent)
    post(child, "gross_revenue", "1000")
    result = load_pnl(owner, PnlRequest(first=OCTOBER, last=OCTOBER, group_by=("parent",)), now=NOW)
    assert [row.group for row in result.rows] == [("CHILD",)]
