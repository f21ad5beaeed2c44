"""Closing and opening months: in order, for reasons said at once, with what stood then kept for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from accounts.models import Client
from common.models import ClosedPeriod
from financials.actions.ledger import LedgerRow
from financials.actions.ledger import post as post_rows
from financials.actions.periods import CannotClose, close_month, reopen_month
from financials.models import CloseEvent, CloseLine, LedgerMonth
from financials.queries.basis import load_basis
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest
from people.models import User
from tests.financials.books import NOW, fx, post
from tests.makers import make_client, make_user

pytestmark = pytest.mark.django_db
FAY = "fay@example.com"
AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)


def day(month: int, number: int, hour: int = 9) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def row(client: Client, ref: str, amount: str, month: date, line: str = "gross_revenue") -> LedgerRow:
    return LedgerRow(ref, client.pk, None, "", month, line, D(amount), "USD", "")


@pytest.fixture
def halden(owner: User) -> Client:
    return make_client("HALDEN", owner=owner)


def test_a_close_keeps_what_stood(halden: Client) -> None:
    post(halden, "gross_revenue", "100", month=SEPTEMBER)
    post(halden, "gross_revenue", "20.50", month=SEPTEMBER)
    post(None, "overhead", "7", month=SEPTEMBER, currency="USD")
    post(halden, "gross_revenue", "999", month=OCTOBER)
    assert close_month(month=SEPTEMBER, actor=FAY, now=NOW) is True
    event = CloseEvent.objects.get()
    assert (event.month, event.kind, event.at, event.by) == (SEPTEMBER, "closed", NOW, FAY)
    kept = CloseLine.objects.order_by("line").values_list("client__key", "line", "currency", "amount", "entries")
    assert list(kept) == [
        ("HALDEN", "gross_revenue", "USD", D("120.50"), 2),
        (None, "overhead", "USD", D("7"), 1),
    ]


def test_months_close_in_order(halden: Client) -> None:
    post(halden, "gross_revenue", "100", month=AUGUST)
    post(halden, "gross_revenue", "100", month=OCTOBER)
    with pytest.raises(CannotClose, match=r"^2026-08 is still open: months close in order\.$"):
        close_month(month=OCTOBER, actor=FAY, now=NOW)
    close_month(month=AUGUST, actor=FAY, now=NOW)
    with pytest.raises(CannotClose, match="2026-09 is still open"):
        close_month(month=OCTOBER, actor=FAY, now=NOW)
    close_month(month=SEPTEMBER, actor=FAY, now=NOW)
    close_month(month=OCTOBER, actor=FAY, now=NOW)
    reopen_month(month=AUGUST, reason="late invoice", actor=FAY, now=NOW)
    assert close_month(month=AUGUST, actor=FAY, now=NOW) is True
    assert CloseEvent.objects.count() == 5


def test_a_missing_or_held_rate_keeps_it_open(halden: Client) -> None:
    fx(AUGUST, "EUR", "1.08")
    post(halden, "gross_revenue", "100", month=SEPTEMBER, currency="EUR")
    post(halden, "gross_revenue", "100", month=SEPTEMBER, currency="GBP")
    with pytest.raises(CannotClose) as stop:
        close_month(month=SEPTEMBER, actor=FAY, now=NOW)
    assert stop.value.reasons == (
        "Exchange rates are missing: EUR/USD 2026-09 stands on an older month's rate; no GBP/USD rate for 2026-09.",
    )
    assert not ClosedPeriod.objects.exists()
    fx(SEPTEMBER, "EUR", "1.0845")
    fx(SEPTEMBER, "GBP", "1.33")
    assert close_month(month=SEPTEMBER, actor=FAY, now=NOW) is True


def test_sums_that_disagree_keep_it_open(halden: Client) -> None:
    post(halden, "gross_revenue", "100", month=SEPTEMBER)
    LedgerMonth.objects.update(amount=D("100.01"))
    with pytest.raises(CannotClose, match=r"does not tie out in USD: entries 100\.0000, kept sum 100\.0100"):
        close_month(month=SEPTEMBER, actor=FAY, now=NOW)


def test_what_was_kept_cannot_be_changed(halden: Client) -> None:
    post(halden, "gross_revenue", "100", month=SEPTEMBER)
    close_month(month=SEPTEMBER, actor=FAY, now=NOW)
    changes: tuple[Callable[[], object], ...] = (
        lambda: CloseLine.objects.update(amount=1),
        lambda: CloseEvent.objects.update(by="x"),
        lambda: CloseLine.objects.all()._raw_delete(using="default"),
    )
    for change in changes:
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()


def test_looking_back_over_a_reopening(finance: User, halden: Client) -> None:
    """September: 100 closed on 8 Oct, opened on 20 Oct, 130 from the 21st, closed again on the 22nd."""
    post_rows(rows=[row(halden, "R1", "100", SEPTEMBER)], actor=FAY, now=day(10, 2))
    close_month(month=SEPTEMBER, actor=FAY, now=day(10, 8))
    reopen_month(month=SEPTEMBER, reason="late credit", actor=FAY, now=day(10, 20))
    post_rows(rows=[row(halden, "R1", "130", SEPTEMBER)], actor=FAY, now=day(10, 21))
    close_month(month=SEPTEMBER, actor=FAY, now=day(10, 22))
    asked = {
        day(10, 5): (None, None, "100"),
        day(10, 10): (SEPTEMBER, day(10, 8), "100"),
        day(10, 20, 12): (None, None, "100"),
        day(10, 21, 12): (None, None, "130"),
        day(10, 23): (SEPTEMBER, day(10, 22), "130"),
    }
    for instant, (through, at, amount) in asked.items():
        basis = load_basis(finance, now=NOW, as_of=instant)
        assert (basis.closed_through, basis.closed_at) == (through, at), instant
        total = load_pnl(finance, PnlRequest(first=SEPTEMBER, last=SEPTEMBER, as_of=instant), now=NOW).total
        assert total is not None
        assert total["gross_revenue"] == D(amount), instant
    now = load_basis(finance, now=NOW)
    assert (now.closed_through, now.closed_at) == (SEPTEMBER, day(10, 22))


def test_the_run_named_is_the_newest_entry_known_then(finance: User, halden: Client) -> None:
    post_rows(rows=[row(halden, "R1", "100", SEPTEMBER)], actor=FAY, now=day(10, 2))
    first = load_basis(finance, now=NOW).ledger_no
    post_rows(rows=[row(halden, "R2", "5", SEPTEMBER)], actor=FAY, now=day(10, 9))
    assert load_basis(finance, now=NOW, as_of=day(10, 3)).ledger_no == first
    assert load_basis(finance, now=NOW).ledger_no == first + 1


def test_the_run_named_is_of_the_clients_in_sight(finance: User, owner: User, halden: Client) -> None:
    """How many entries the company posts is told to nobody by a number on a page."""
    hidden = make_client("HIDDEN")
    post_rows(rows=[row(halden, "R1", "100", SEPTEMBER)], actor=FAY, now=day(10, 2))
    own = load_basis(owner, now=NOW).ledger_no
    post_rows(rows=[row(hidden, f"X{n}", "1", SEPTEMBER) for n in range(3)], actor=FAY, now=day(10, 3))
    assert load_basis(owner, now=NOW).ledger_no == own
    assert load_basis(finance, now=NOW).ledger_no == own + 3
    assert load_basis(make_user("director", email="none@example.com"), now=NOW).ledger_no == 0
    assert load_basis(make_user("administrator", email="keeper@example.com"), now=NOW).ledger_no == 0


def test_the_commands_do_the_same(halden: Client) -> None:
    post(halden, "gross_revenue", "100", month=date(2020, 8, 1))
    with pytest.raises(CommandError, match="2020-08 is still open: months close in order"):
        call_command("close_month", "2020-09")
    call_command("close_month", "2020-08", stdout=StringIO())
    with pytest.raises(CommandError, match="has not ended yet"):
        call_command("close_month", "2199-01")
    with pytest.raises(CommandError, match="Say why"):
        call_command("reopen_month", "2020-08", reason="  ")
    call_command("reopen_month", "2020-08", reason="late invoice", stdout=StringIO())
    assert list(CloseEvent.objects.values_list("kind", "reason")) == [("closed", ""), ("reopened", "late invoice")]
