"""Posting: rows are only added; the monthly summary never disagrees with them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Client
from common.models import AuditEntry, ClosedPeriod, Job
from financials.actions.ledger import BuiltUpon, LedgerRow, MonthsClosed, Posted, post, take_back
from financials.actions.periods import CannotClose, close_month, reopen_month
from financials.models import LedgerEntry, LedgerMonth
from tests.makers import make_client

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SEP, OCT, NOV = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture
def acme() -> Client:
    return make_client("ACME")


def row(client: Client, amount: str, *, ref: str = "R1", month: date = SEP, line: str = "gross_revenue") -> LedgerRow:
    return LedgerRow(ref, client.pk, None, "Media", month, line, Decimal(amount), "USD", "")


def do(*rows: LedgerRow, batch: int | None = None) -> Posted:
    return post(rows=rows, actor="finance@example.com", now=NOW, batch_id=batch)


def entries() -> list[tuple[str, int, bool, date, date | None, Decimal]]:
    fields = ("source_ref", "revision", "is_reversal", "month", "service_month", "amount")
    return list(LedgerEntry.objects.order_by("id").values_list(*fields))


def months() -> list[tuple[date, Decimal, int]]:
    return list(LedgerMonth.objects.order_by("month", "line").values_list("month", "amount", "entries"))


def disagreements() -> int:
    """Cells of the summary that differ from the rows summed afresh."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM (SELECT client_id, contract_id, service_line, month, line, currency, "
            "amount, 1 AS entries FROM financials_ledgerentry UNION ALL SELECT client_id, contract_id, service_line, "
            "month, line, currency, -amount, -entries FROM financials_ledgermonth) u "
            "GROUP BY client_id, contract_id, service_line, month, line, currency "
            "HAVING sum(amount) <> 0 OR sum(entries) <> 0) cells"
        )
        return int(cursor.fetchone()[0])


def test_first_posting(acme: Client) -> None:
    assert do(row(acme, "100.10"), row(acme, "200.20", ref="R2")) == Posted(2, 0, 0, 0)
    assert entries() == [
        ("R1", 1, False, SEP, None, Decimal("100.10")),
        ("R2", 1, False, SEP, None, Decimal("200.20")),
    ]
    assert months() == [(SEP, Decimal("300.30"), 2)]
    assert list(Job.objects.values_list("kind", "object_ref")) == [("recompute", f"client:{acme.pk}")]


def test_the_same_again_changes_nothing(acme: Client) -> None:
    do(row(acme, "100"))
    Job.objects.all().delete()
    assert do(row(acme, "100.0000")) == Posted(0, 0, 1, 0)
    assert len(entries()) == 1
    assert not Job.objects.exists()


def test_a_changed_amount_is_a_reversal_and_a_new_row(acme: Client) -> None:
    do(row(acme, "100"))
    assert do(row(acme, "130")) == Posted(0, 1, 0, 0)
    assert do(row(acme, "90")) == Posted(0, 1, 0, 0)
    assert entries() == [
        ("R1", 1, False, SEP, None, Decimal(100)),
        ("R1", 2, False, SEP, None, Decimal(130)),
        ("R1", 1, True, SEP, None, Decimal(-100)),
        ("R1", 3, False, SEP, None, Decimal(90)),
        ("R1", 2, True, SEP, None, Decimal(-130)),
    ]
    assert months() == [(SEP, Decimal(90), 5)]
    assert disagreements() == 0


def test_a_moved_row_leaves_its_old_cell(acme: Client) -> None:
    do(row(acme, "100"))
    do(row(acme, "100", month=OCT))
    assert months() == [(SEP, Decimal(0), 2), (OCT, Decimal(100), 1)]
    assert disagreements() == 0


def test_rows_of_a_closed_month_post_to_the_first_open_one(acme: Client) -> None:
    do(row(acme, "100"))
    close_month(month=SEP, actor="finance@example.com", now=NOW)
    close_month(month=OCT, actor="finance@example.com", now=NOW)
    assert do(row(acme, "130"), row(acme, "7", ref="R2")) == Posted(1, 1, 0, 2)
    assert sorted(entries()[1:]) == [
        ("R1", 1, True, NOV, SEP, Decimal(-100)),
        ("R1", 2, False, NOV, SEP, Decimal(130)),
        ("R2", 1, False, NOV, SEP, Decimal(7)),
    ]
    assert months() == [(SEP, Decimal(100), 1), (NOV, Decimal(37), 3)]
    assert do(row(acme, "130"), row(acme, "7", ref="R2")) == Posted(0, 0, 2, 0)


def test_rows_cannot_be_edited_or_deleted_behind_the_products_back(acme: Client) -> None:
    do(row(acme, "100"), batch=7)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        LedgerEntry.objects.update(amount=1)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        LedgerEntry.objects.filter(batch_id=7)._raw_delete(using="default")


def test_take_back_leaves_no_trace(acme: Client) -> None:
    do(row(acme, "100"), batch=1)
    before, sums = entries(), months()
    do(row(acme, "130"), row(acme, "5", ref="R2", month=OCT), batch=2)
    assert take_back(batch_id=2, actor="finance@example.com") == 3
    assert (entries(), months()) == (before, sums)
    assert disagreements() == 0
    assert take_back(batch_id=1, actor="finance@example.com") == 1
    assert (entries(), months()) == ([], [])


def test_take_back_is_refused_when_built_upon_or_closed(acme: Client) -> None:
    do(row(acme, "100"), batch=1)
    do(row(acme, "130"), batch=2)
    with pytest.raises(BuiltUpon, match="R1"):
        take_back(batch_id=1, actor="x")
    close_month(month=SEP, actor="finance@example.com", now=NOW)
    with pytest.raises(MonthsClosed, match="2026-09"):
        take_back(batch_id=2, actor="x")
    assert len(entries()) == 3


def test_after_take_back_the_row_may_be_posted_again(acme: Client) -> None:
    do(row(acme, "100"), batch=1)
    do(row(acme, "130"), batch=2)
    take_back(batch_id=2, actor="x")
    assert do(row(acme, "130"), batch=3) == Posted(0, 1, 0, 0)
    assert months() == [(SEP, Decimal(130), 3)]


def test_what_the_source_does_not_speak_of_stands(acme: Client) -> None:
    do(row(acme, "100"))
    silent = row(acme, "100")._replace(service_line="")
    post_again = post(rows=[silent], actor="x", now=NOW, leave_alone=frozenset({"service_line"}))
    assert post_again == Posted(0, 0, 1, 0)
    assert do(silent) == Posted(0, 1, 0, 0)


def test_hostile_description_is_stored_as_given(acme: Client) -> None:
    text = '\\N "quoted", a\r\nline\tand \\. more'
    do(row(acme, "1")._replace(description=text), row(acme, "1", ref="R2")._replace(description="\\N"))
    assert list(LedgerEntry.objects.order_by("source_ref").values_list("description", flat=True)) == [text, "\\N"]


def test_closing_a_month_is_once_and_only_after_its_end() -> None:
    assert close_month(month=OCT, actor="finance@example.com", now=NOW) is True
    assert close_month(month=OCT, actor="finance@example.com", now=NOW) is False
    with pytest.raises(CannotClose, match=r"2026-11 has not ended yet: it can be closed from 2026-12-01\."):
        close_month(month=NOV, actor="finance@example.com", now=NOW)
    assert list(AuditEntry.objects.values_list("verb", "object_id")) == [("closed", "2026-10")]


def test_reopening_needs_a_reason_and_keeps_it() -> None:
    close_month(month=OCT, actor="finance@example.com", now=NOW)
    with pytest.raises(CannotClose, match="Say why"):
        reopen_month(month=OCT, reason=" ", actor="x", now=NOW)
    with pytest.raises(CannotClose, match="2026-09 is not closed"):
        reopen_month(month=SEP, reason="late invoice", actor="x", now=NOW)
    reopen_month(month=OCT, reason="late invoice", actor="x", now=NOW)
    assert not ClosedPeriod.objects.exists()
    assert AuditEntry.objects.get(verb="reopened").changes["reason"] == [None, "late invoice"]
