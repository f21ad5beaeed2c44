"""reports/forecast from outside: the contract's columns, the band of one and of several, nothing out of sight."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client
from common import jobs
from common.periods import month_add
from people.actions import issue_token
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, fx, post
from tests.financials.test_recompute import dirty
from tests.makers import make_client, make_contract, make_opportunity

pytestmark = pytest.mark.django_db

COLUMNS = [
    "currency", "recognised", "contracted", "renewal", "commit", "best_case", "pipeline", "run_rate", "override",
    "total", "p10", "p50", "p90", "run",
]  # fmt: skip


@pytest.fixture
def book(owner: User, outsider: User, monkeypatch: pytest.MonkeyPatch) -> list[Client]:
    """Three clients of the owner, one of another's. Each: 365,000 a year signed, renewing at 0.70; a commit deal."""
    monkeypatch.setattr("financials.jobs.utc_now", lambda: NOW)
    close_through(OCTOBER)
    clients = [make_client(key, owner=owner) for key in ("ALDER", "BIRCH", "CEDAR")]
    clients.append(make_client("HIDDEN", owner=outsider))
    for client in clients:
        make_contract(client, number=f"{client.key}-1", amount=D(365000), renewal="fixed")
        make_opportunity(
            client, key=f"{client.key}-D", category="commit", amount=D(120000), probability=D("0.4"),
            delivery_start=date(2027, 9, 1), delivery_months=3,
        )  # fmt: skip
        post(client, "gross_revenue", "31000")
    dirty(*clients)
    jobs.work("recompute")
    jobs.work("bands")
    return clients


def ask(user: User, query: str) -> Any:
    made = issue_token(user=user, name="t", scopes=["read:reports"], days=1, actor="x", now=timezone.now())
    return Browser(headers={"Authorization": f"Bearer {made.plain}"}).get(f"/api/v1/reports/forecast/?{query}")


def rows(user: User, query: str) -> list[dict[str, Any]]:
    answer = ask(user, query)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["rows"])


def test_columns_and_layers_by_client_and_month(book: list[Client], owner: User) -> None:
    found = rows(owner, "client=ALDER&group_by=client,month&from=2026-10&to=2027-09")
    assert list(found[0]) == ["client", "month", *COLUMNS]
    by_month = {row["month"]: row for row in found}
    assert by_month["2026-10"]["recognised"] == "31000.00"
    assert (by_month["2026-10"]["p10"], by_month["2026-10"]["p90"]) == ("31000.00", "31000.00")
    assert by_month["2026-12"]["contracted"] == "31000.00"
    assert by_month["2027-01"]["renewal"] == "21700.00"  # 31,000 × 0.70
    assert by_month["2027-09"]["commit"] == "15824.18"
    assert by_month["2027-09"]["total"] == "36824.18"  # and 30,000 × 0.70
    january = by_month["2027-01"]
    assert D(january["p10"]) < D(january["p50"]) <= D(january["p90"])
    assert january["run"].startswith("forecast-")


def test_children_sum_to_the_parent_to_the_cent(book: list[Client], owner: User) -> None:
    layers = [*COLUMNS[1:10]]
    whole = rows(owner, "from=2026-01&to=2028-04")[0]
    for by in ("client", "contract", "owner", "month", "quarter", "year", "client,month"):
        parts = rows(owner, f"from=2026-01&to=2028-04&group_by={by}")
        for layer in layers:
            assert sum(D(part[layer]) for part in parts) == D(whole[layer]), (by, layer)


def test_the_band_of_several_is_narrower_than_their_sum(book: list[Client], owner: User) -> None:
    each = rows(owner, "from=2027-01&to=2027-12&group_by=client")
    (whole,) = rows(owner, "from=2027-01&to=2027-12")
    assert D(whole["total"]) == sum(D(one["total"]) for one in each)
    added = sum(D(one["p90"]) - D(one["p10"]) for one in each)
    together = D(whole["p90"]) - D(whole["p10"])
    # Three alike and independent: √3 ÷ 3 = 0.58 of what adding them up would say, but for their lean.
    assert D("0.45") < together / added < D("0.85")


def test_bands_by_quarter_year_and_from_now_on(book: list[Client], owner: User) -> None:
    for query in ("group_by=quarter", "group_by=year", "group_by=client", "to=2027-07", "from=2026-01&to=2026-12"):
        assert all(row["p10"] is not None for row in rows(owner, query)), query
    assert all(row["p10"] is None for row in rows(owner, "group_by=contract"))
    assert rows(owner, "from=2027-02&to=2027-04")[0]["p10"] is None


def test_what_is_out_of_sight_is_in_no_row_and_no_band(book: list[Client], owner: User) -> None:
    assert {row["client"] for row in rows(owner, "group_by=client")} == {"ALDER", "BIRCH", "CEDAR"}
    assert rows(owner, "client=HIDDEN") == []
    before = rows(owner, "from=2027-01&to=2027-12")[0]
    make_contract(book[3], amount=D(9_000_000))
    dirty(book[3])
    jobs.work("recompute")
    jobs.work("bands")
    assert rows(owner, "from=2027-01&to=2027-12")[0] == before


def test_while_a_run_waits_for_its_band_the_report_says_so(book: list[Client], owner: User) -> None:
    dirty(book[0])
    jobs.work("recompute")
    answer = ask(owner, "client=ALDER&group_by=client").json()
    assert answer["rows"][0]["p10"] is None
    assert answer["notes"] == ["1 runs wait for their bands"]


def test_files_have_exactly_the_rows(book: list[Client], owner: User) -> None:
    text = ask(owner, "format=csv&group_by=client,quarter").getvalue().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    told = rows(owner, "group_by=client,quarter")
    assert [line["total"] for line in lines] == [row["total"] for row in told]
    assert list(lines[0]) == ["client", "quarter", *COLUMNS]


def test_another_currency_converts_layers_and_band_alike(book: list[Client], owner: User) -> None:
    fx(OCTOBER, "EUR", "2")
    plain = rows(owner, "client=ALDER&group_by=month&from=2027-01&to=2027-01")[0]
    euro = rows(owner, "client=ALDER&group_by=month&from=2027-01&to=2027-01&currency=EUR")[0]
    for name in ("renewal", "total", "p10", "p90"):
        assert abs(D(euro[name]) * 2 - D(plain[name])) <= D("0.02"), name


def test_what_stood_then(book: list[Client], owner: User) -> None:
    then = month_add(NOW.date(), 0)
    assert rows(owner, f"group_by=client&as_of={then.year - 1}-01-01") == []


@pytest.mark.parametrize("query", ["group_by=tier", "from=2026", "nonsense=1", "format=pdf", "currency=ZZZZ"])
def test_bad_input_says_what_is_wrong(book: list[Client], owner: User, query: str) -> None:
    answer = ask(owner, query)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


COSTS = ["cost", "contribution", "contribution_margin"]


def test_costs_where_they_are_asked_for(book: list[Client], owner: User) -> None:
    """Twelve closed months at 40% of 31,000 each: 12,400. October: the ledger's own 12,400."""
    for back in range(12):
        if back:
            post(book[0], "gross_revenue", "31000", month=month_add(OCTOBER, -back))
        post(book[0], "delivery_labour", "12400", month=month_add(OCTOBER, -back))
    dirty(book[0])
    jobs.work("recompute")
    found = rows(owner, "client=ALDER&group_by=client,month&from=2026-10&to=2027-09&costs=yes")
    edges = [f"contribution_{edge}" for edge in ("p10", "p50", "p90")]
    assert list(found[0]) == ["client", "month", *COLUMNS[:-1], *COSTS, *edges, "run"]
    assert [found[0][edge] for edge in edges] == ["18600.00"] * 3  # October is closed
    by_month = {row["month"]: [row[name] for name in COSTS] for row in found}
    assert by_month["2026-10"] == ["12400.00", "18600.00", "0.600000"]
    assert by_month["2026-12"] == ["12400.00", "18600.00", "0.600000"]
    told = {row["month"]: row["total"] for row in found}
    assert D(by_month["2027-01"][1]) == D(told["2027-01"]) - D(by_month["2027-01"][0])
    unknown = rows(owner, "client=BIRCH&group_by=month&from=2026-12&to=2026-12&costs=yes")
    assert [unknown[0][name] for name in COSTS] == [None, None, None]
    assert ask(owner, "costs=maybe").status_code == ask(owner, "parts=maybe").status_code == 400
    assert rows(owner, "client=ALDER&parts=yes")[0]["unopened"] == "0.00"


def test_costs_by_client_sum_to_the_whole(book: list[Client], owner: User) -> None:
    for number, client in enumerate(book[:3]):
        for back in range(12):
            post(client, "gross_revenue", "777.77", month=month_add(OCTOBER, -back))
            post(client, "delivery_labour", f"{333 + number}.33", month=month_add(OCTOBER, -back))
    dirty(*book)
    jobs.work("recompute")
    whole = rows(owner, "from=2026-01&to=2028-04&costs=yes")[0]
    for group in ("client", "month", "client,month", "contract,quarter"):
        parts = rows(owner, f"from=2026-01&to=2028-04&costs=yes&group_by={group}")
        for name in ("total", "cost", "contribution"):
            assert sum(D(row[name]) for row in parts) == D(whole[name]), (group, name)


def test_readers_without_costs_are_not_told_any(book: list[Client], legal: User) -> None:
    book[0].members.create(person=legal)
    for query in ("costs=yes", "costs=yes&format=csv", "costs=yes&format=xlsx"):
        answer = ask(legal, query)
        assert answer.status_code == 403
        assert b"contribution" not in answer.content
