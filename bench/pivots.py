"""The P&L's pivots against the plain GROUP BY of the same grouping, the page against one over all facts, and an export.

The plain queries stand in bench/sql and see every fact: no permission, no conversion. Ours answer with both, each cell
rounded once, ready to print. Both hand all their rows to Python.
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from bench.facts import Facts, analyse, finance, make_facts
from bench.table import Row, against_floor, interleaved
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest, Scenario
from people.actions import issue_token

SQL = Path(__file__).parent / "sql"
ROUNDS = 3
MOST = 1.5
PAGE_MOST = 0.5
EXPORT_MOST_MB = 40
_WHOLE = "SELECT month, line, currency, sum(amount) FROM financials_ledgerentry GROUP BY 1, 2, 3"


def _plain(text: str, facts: Facts) -> Callable[[], None]:
    def go() -> None:
        with connection.cursor() as cursor:
            cursor.execute(text, facts.params())
            assert cursor.fetchall()

    return go


def _pivot(name: str, facts: Facts) -> Callable[[], None]:
    groups, scenario = name.split(".")
    found: dict[str, Scenario] = {
        "actual": "actual", "budget": "budget", "prior_year": "prior_year", "variance": "variance",
    }  # fmt: skip
    request = PnlRequest(
        first=facts.first, last=facts.last, group_by=tuple(groups.split("-")), scenario=found[scenario],
        budget_version=facts.version,
    )  # fmt: skip

    def go() -> None:
        assert load_pnl(finance(), request, now=timezone.now()).rows

    return go


def pivots(facts: Facts, only: str = "") -> list[Row]:
    rows = []
    for path in sorted(SQL.glob("*.sql")):
        name = path.name.removesuffix(".sql")
        if only not in name:
            continue
        ways = {"plain": _plain(path.read_text(), facts), "ours": _pivot(name, facts)}
        took = interleaved(ways, rounds=ROUNDS, warm=1)
        rows.append(against_floor(f"Pivot {name}", took["ours"], took["plain"], most=MOST))
    return rows


def page(facts: Facts) -> list[Row]:
    browser = Browser()
    browser.force_login(finance(), backend="django.contrib.auth.backends.ModelBackend")

    def ours() -> None:
        assert browser.get("/financials/pnl/").status_code == 200

    took = interleaved({"plain": _plain(_WHOLE, facts), "ours": ours}, rounds=9)
    return [
        against_floor("P&L floor: one GROUP BY over 720,000 facts", took["plain"], took["plain"]),
        against_floor("P&L page of the whole portfolio", took["ours"], took["plain"], most=PAGE_MOST),
    ]


def export() -> list[Row]:
    """120,000 rows as CSV, drained as a client would: how much the process grows."""
    issued = issue_token(user=finance(), name="bench", scopes=["*"], days=1, actor="bench", now=timezone.now())
    path = f"/api/v1/reports/pnl/?format=csv&group_by=client,month&from={_month('first')}&to={_month('last')}"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = Browser().get(path, headers={"Authorization": f"Bearer {issued.plain}"})
    lines = sum(part.count(b"\n") for part in answer.streaming_content)  # type: ignore[attr-defined]  # a stream
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return [
        Row(
            f"Export of {lines - 1:,} rows as CSV: memory it adds", f"{grown:,.0f} MB", None,
            f"≤ {EXPORT_MOST_MB} MB", grown <= EXPORT_MOST_MB,
        )
    ]  # fmt: skip


_MONTHS: dict[str, str] = {}


def _month(name: str) -> str:
    return _MONTHS[name]


def measure() -> list[Row]:
    facts = make_facts()
    analyse()
    _MONTHS.update(first=f"{facts.first:%Y-%m}", last=f"{facts.last:%Y-%m}")
    return [*export(), *page(facts), *pivots(facts)]
