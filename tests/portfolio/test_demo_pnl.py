"""The whole demo portfolio's P&L against plain SQL over its raw rows: every grouping × actual, budget, prior year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal as D
from io import StringIO
from typing import Any, Literal

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest
from financials.queries.pnl_rows import PnlResult
from people.models import User
from tests import databases
from tests.financials.plain_pnl import LABELS, LINES, Book, plain_pnl, whole_ladder

FIRST, LAST = date(2025, 11, 1), date(2026, 10, 1)
BEFORE = (date(2024, 11, 1), date(2025, 10, 1))
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
Scenario = Literal["actual", "budget", "prior_year"]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    """Loaded once for the module; finance, who sees all of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", stdout=StringIO(), as_of=date(2026, 11, 23), password="a long demo password")
        databases.settle()
        yield User.objects.get(email="finance@demo.example")
        transaction.set_rollback(True)


@pytest.fixture
def finance(demo: User, db: None) -> User:
    return demo


def versions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT version_name FROM financials_budgetline ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def plain_book(scenario: Scenario, to: str, version: str = "") -> Book:
    if scenario == "prior_year":
        return Book(*BEFORE, to, back=1)
    return Book(FIRST, LAST, to, version)


def ask(user: User, scenario: Scenario, group: str, to: str, version: str = "") -> PnlResult:
    asked = PnlRequest(FIRST, LAST, (group,), scenario, currency=to, budget_version=version)
    return load_pnl(user, asked, now=NOW)


def agree(user: User, scenario: Scenario, group: str, to: str, version: str = "") -> int:
    """Rows compared, each in ten amounts."""
    plain, left = plain_pnl(plain_book(scenario, to, version), group)
    result = ask(user, scenario, group, to, version)
    shown = {row.group[0] or "": row.values for row in result.rows}
    assert sorted(shown) == sorted(plain)
    for label, lines in plain.items():
        expected = whole_ladder(lines)
        assert {name: shown[label][name] for name in expected} == expected, (scenario, group, label)
    if scenario == "actual":
        assert result.tie_out is not None
        assert result.tie_out.difference == D("0.00")
        assert result.unallocated == left
    return len(plain)


@pytest.mark.parametrize("scenario", ["actual", "prior_year"])
@pytest.mark.parametrize("group", LABELS)
def test_the_ledger_by_every_grouping(finance: User, group: str, scenario: Scenario) -> None:
    assert agree(finance, scenario, group, "USD") >= 1


@pytest.mark.parametrize("group", LABELS)
def test_every_budget_by_every_grouping(finance: User, group: str) -> None:
    counts = {name: agree(finance, "budget", group, "USD", name) for name in versions()}
    assert len(counts) >= 1
    assert max(counts.values()) >= 1


@pytest.mark.parametrize("scenario", ["actual", "prior_year"])
def test_in_pounds_by_client(finance: User, scenario: Scenario) -> None:
    """The file has no rate between the euro and the pound: each month is given one, unlike the two dollar rates'."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO common_fxrate (month, base, quote, average, version, created_at, updated_at) "
            "SELECT month, 'EUR', 'GBP', 0.8713, 1, now(), now() FROM common_fxrate "
            "WHERE base = 'EUR' AND quote = 'USD'"
        )
    assert agree(finance, scenario, "client", "GBP") == {"actual": 14, "prior_year": 13}[scenario]


def test_the_check_would_notice_a_cent(finance: User) -> None:
    """One more raw row of a cent, behind the roll-up's back, and the two no longer agree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO financials_ledgerentry (source_ref, revision, is_reversal, client_id, service_line, month, "
            "line, amount, currency, description, posted_at, posted_by) SELECT 'behind', 1, false, min(id), '', %s, "
            "'gross_revenue', 0.01, 'USD', '', now(), '' FROM accounts_client",
            [LAST],
        )
    with pytest.raises(AssertionError):
        agree(finance, "actual", "month", "USD")


def test_what_was_compared(finance: User) -> None:
    """Three years of it, fourteen clients, three currencies, each line of the ladder."""
    rows = plain_book("actual", "USD").rows
    assert {row[4] for row in rows} == {"USD", "EUR", "GBP"}
    assert {row[3] for row in rows} == set(LINES)
    assert len({row[1] for row in rows} - {None}) == 14
    assert any(row[1] is None for row in rows)
