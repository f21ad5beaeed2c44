"""A real ledger, loaded as its owner would, against plain SQL over the rows it became and sums over its own file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count

from accounts.models import Client
from financials.models import LedgerEntry
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest
from people.models import User
from tests import databases
from tests.financials.plain_pnl import LABELS, Book, plain_pnl, whole_ladder
from tests.makers import make_user
from tests.portfolio.loading import Answer, load
from tests.portfolio.xero_book import DATA, HOME, Posted, posted, write_bundle

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the Xero tables are not at {DATA}")
FIRST, LAST = date(2019, 11, 1), date(2021, 3, 1)
NOW = datetime(2021, 4, 6, 9, tzinfo=UTC)
PROFIT = D("502151.89")
"""562,848.43 of sales and 4,125.31 of other revenue, less the 19 accounts of cost, 64,821.85."""


@pytest.fixture(scope="module")
def lines() -> list[Posted]:
    return posted()


@pytest.fixture(scope="module", params=[False, True], ids=["as posted", "as invoiced"])
def loaded(
    request: Any, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[tuple[bool, Answer]]:
    """The bundle as `load bundle` took it: in Canadian dollars, as the journals are; in the invoices' currencies."""
    folder = tmp_path_factory.mktemp("xero")
    write_bundle(folder, as_invoiced=request.param)
    with django_db_blocker.unblock(), transaction.atomic():
        make_user("finance", email="fay@firm.example")
        answer = load("bundle", folder)
        databases.settle()
        yield request.param, answer
        transaction.set_rollback(True)


@pytest.fixture
def finance(loaded: tuple[bool, Answer], db: None) -> User:
    return User.objects.get(email="fay@firm.example")


def test_every_journal_balances(lines: list[Posted], capsys: pytest.CaptureFixture[str]) -> None:
    journals: dict[str, D] = defaultdict(D)
    accounts: dict[str, D] = defaultdict(D)
    for one in lines:
        journals[one.journal] += one.net
        accounts[one.line["account_id"]] += one.net
    assert (len(journals), len(lines), len(accounts)) == (1685, 4033, 40)
    assert Counter(journals.values()) == {D("0.00"): 1685}
    assert sum(accounts.values()) == D("0.00")
    kinds = Counter(one.kind for one in lines if one.of_profit)
    with capsys.disabled():
        print(f"\nXero: 1,685 journals balance, trial balance 0.00; ladder lines {dict(kinds)}")


def test_the_ladder_is_the_ledgers_own_result(lines: list[Posted]) -> None:
    assert -sum((one.net for one in lines if one.of_profit), D(0)) == PROFIT


def test_all_of_it_lands_and_again_nothing_changes(
    loaded: tuple[bool, Answer], lines: list[Posted], db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    as_invoiced, answer = loaded
    files = {file["kind"]: file for file in answer.report["files"]}
    assert (answer.code, files["ledger"]["read"], files["ledger"]["created"]) == (0, 1351, 1351)
    assert files["ledger"]["created"] == sum(one.of_profit for one in lines)
    assert LedgerEntry.objects.count() == 1351
    assert files["clients"]["created"] == Client.objects.count()
    by_currency = dict(LedgerEntry.objects.values_list("currency").annotate(rows=Count("pk")))
    assert set(by_currency) == ({"CAD", "USD", "GBP"} if as_invoiced else {"CAD"})
    with capsys.disabled():
        print(f"\nXero {'as invoiced' if as_invoiced else 'as posted'}: {by_currency}, {files['clients']['created']} "
              f"clients, {files['contracts']['created']} contracts, {files['fx']['created']} rates")  # fmt: skip


@pytest.mark.parametrize("group", LABELS)
@pytest.mark.parametrize("to", ["CAD", "USD", "GBP"])
def test_every_grouping_equals_plain_sql(finance: User, to: str, group: str) -> None:
    plain, left = plain_pnl(Book(FIRST, LAST, to), group)
    result = load_pnl(finance, PnlRequest(FIRST, LAST, (group,), currency=to), now=NOW)
    ladders = {label: whole_ladder(lines) for label, lines in plain.items()}
    shown = {row.group[0] or "": row for row in result.rows}
    assert {label: {name: row[name] for name in ladders[label]} for label, row in shown.items()} == ladders
    assert result.tie_out is not None
    assert (result.tie_out.difference, result.unallocated, result.missing) == (D("0.00"), left, ())


def test_the_whole_is_the_trial_balances_result(finance: User, loaded: tuple[bool, Answer]) -> None:
    """What the ladder shows, less the pool that nothing carries (no delivery labour was posted), is the profit."""
    result = load_pnl(finance, PnlRequest(FIRST, LAST, currency=HOME), now=NOW)
    assert result.total is not None
    assert result.unallocated is not None
    whole = result.total["operating_profit"]
    assert whole is not None
    if loaded[0]:
        # At monthly means instead of each invoice's own rate. Every cell of it is checked above, to the cent.
        assert whole - result.unallocated - PROFIT == D("-125.98")
    else:
        assert whole - result.unallocated == PROFIT
