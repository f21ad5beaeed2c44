# ruff: noqa: E501  # a table of rows and the words they are refused with reads best unbroken
"""The bad input of contracts and money, by file and by REST: told what, where and how to mend; nothing half-written."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Client
from common.models import ClosedPeriod
from financials.models import BudgetLine, LedgerEntry, Rate, ScheduleLine, TimeEntry
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest
from people.models import User
from tests.financials.books import NOW, fx
from tests.makers import make_client, make_contract, make_user
from tests.portfolio.loading import Answer, load, rejects
from tests.portfolio.test_api_write import send
from tests.sweeps.test_access_matrix import fingerprint

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
TALKED = ("common_importbatch", "common_idempotencykey", "people_apitoken", "common_auditentry")
"""What even a refusal leaves: the report of the load, the answer kept for a repeated request, a token and its trail."""
Row = dict[str, Any]

SOW: Row = {
    "number": "B-1", "kind": "sow", "client": "ACME", "title": "Work", "start": "2026-06-01", "end": "2026-12-31",
    "amount": "100", "currency": "USD", "status": "signed",
}  # fmt: skip
ORDER: Row = {**SOW, "number": "CO-1", "kind": "change_order", "parent": "A-OLD"}
RATE: Row = {"kind": "cost", "person_email": "ana@x.example", "rate": "60", "currency": "USD", "from": "2026-11-16"}
HOURS: Row = {
    "source_ref": "T-1", "date": "2026-10-06", "person_email": "ana@x.example", "client": "ACME", "contract": "A-1",
    "hours": "5",
}  # fmt: skip
POSTING: Row = {
    "source_ref": "L-1", "client": "ACME", "month": "2026-10", "line": "gross_revenue", "amount": "5", "currency": "USD",
}  # fmt: skip
PLANNED: Row = {
    "version": "2027 v1", "client": "ACME", "month": "2026-10", "line": "gross_revenue", "amount": "5", "currency": "USD",
}  # fmt: skip


@pytest.fixture(autouse=True)
def acme(owner: User) -> Client:
    client = make_client("ACME", owner=owner)
    make_contract(client, number="A-1")
    make_contract(client, number="A-OLD", status="terminated", ended_on=date(2026, 8, 31))
    make_user("delivery", email="ana@x.example", name="Ana Silva")
    ClosedPeriod.objects.create(month=SEPTEMBER, closed_at=datetime(2026, 10, 8, tzinfo=UTC), closed_by="fay@x.example")
    return client


def by_file(folder: Path, kind: str, *rows: Row) -> Answer:
    path = folder / f"{kind}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return load(kind, path)


def written() -> dict[str, tuple[int, int]]:
    return {table: state for table, state in fingerprint().items() if table not in TALKED}


ORDER_WORDS = (
    "parent “A-OLD” is terminated: a change order to it changes nothing; draw up a new statement of work instead"
)
REFUSED = [
    (
        "end before start", "contracts", "contracts", {**SOW, "end": "2026-05-31"}, "end",
        "end lies before start, 2026-05-31 before 2026-06-01: swap the two, or mend the wrong one",
    ),
    ("change order to a terminated SOW", "contracts", "contracts", ORDER, "parent", ORDER_WORDS),
    (
        "a negative hour", "time", "time-entries", {**HOURS, "hours": "-5"}, "hours",
        "hours “-5” is below zero: load the entry itself again with the hours that are right",
    ),
    (
        "no currency at all", "ledger", "ledger-entries", {**POSTING, "currency": "ZZZ"}, "currency",
        "currency “ZZZ” is not a currency: write an ISO 4217 code such as USD",
    ),
    (
        "29 February of no leap year", "contracts", "contracts", {**SOW, "start": "2026-02-29"}, "start",
        "start “2026-02-29” is no day of the calendar",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "kind", "resource", "row", "field", "words"), REFUSED, ids=[one[0] for one in REFUSED]
)
def test_refused_by_file_and_by_rest(
    tmp_path: Path, finance: User, what: str, kind: str, resource: str, row: Row, field: str, words: str
) -> None:
    """Beside a good row, by each way in: the bad one is named by its line, or its place, and neither is written."""
    good = {**row, **_GOOD[kind]}
    before = written()
    answer = by_file(tmp_path, kind, good, row)
    assert (answer.code, answer.counts) == (1, (2, 0, 0, 0, 1))
    assert rejects(answer) == [("3", words)]
    assert written() == before

    single = send(finance, "post", f"/{resource}/", row)
    assert (single.status_code, single.json()["errors"]) == (422, [{"pointer": f"/{field}", "detail": words}])
    several = send(finance, "post", f"/{resource}/bulk/", [good, row])
    assert (several.status_code, several.json()["errors"]) == (422, [{"pointer": f"/1/{field}", "detail": words}])
    assert written() == before


_GOOD: dict[str, Row] = {
    "contracts": {**SOW, "number": "GOOD", "parent": ""},
    "time": {**HOURS, "source_ref": "GOOD"},
    "ledger": {**POSTING, "source_ref": "GOOD"},
}


# --- twice the same key: neither row is taken, as nobody knows which is meant -----------------------------------------


def test_two_rates_from_one_day_overlap(tmp_path: Path, finance: User) -> None:
    """Of one card, two rates from the same day; by REST the second is told to change the first."""
    key, words = "kind + person_email + role + client + contract + from", "is on line {} too: neither row is taken"
    said = f"{key} “cost · ana@x.example · 2026-11-16” {words}"
    before = written()
    answer = by_file(tmp_path, "rates", RATE, {**RATE, "rate": "70"})
    assert (answer.code, rejects(answer)) == (1, [("2", said.format(3)), ("3", said.format(2))])
    several = send(finance, "post", "/rate-cards/bulk/", [RATE, {**RATE, "rate": "70"}])
    assert (several.status_code, several.json()["errors"]) == (
        422,
        [{"pointer": "/0/kind", "detail": said.format(2)}, {"pointer": "/1/kind", "detail": said.format(1)}],
    )
    assert written() == before

    assert send(finance, "post", "/rate-cards/", RATE).status_code == 201
    again = send(finance, "post", "/rate-cards/", {**RATE, "rate": "70"})
    assert (again.status_code, again.json()["errors"][0]["detail"]) == (
        409, "cost|ana@x.example|||2026-11-16 exists already: change it with PATCH",
    )  # fmt: skip
    assert list(Rate.objects.values_list("rate")) == [(D(60),)]
    # From another day there is nothing to overlap: the earlier one ends where the later one begins.
    assert by_file(tmp_path, "rates", {**RATE, "rate": "70", "from": "2026-12-01"}).counts == (1, 1, 0, 0, 0)


def test_a_budget_with_a_line_twice(tmp_path: Path) -> None:
    words = "version + client + contract + service_line + month + line “2027 v1 · ACME · 2026-10 · gross_revenue” is on line {} too: neither row is taken"
    before = written()
    answer = by_file(tmp_path, "budgets", PLANNED, {**PLANNED, "amount": "6"}, {**PLANNED, "line": "pass_through"})
    assert (answer.code, rejects(answer)) == (1, [("2", words.format(3)), ("3", words.format(2))])
    assert answer.error == "Nothing was written: 2 rows were refused. Mend them, or accept the valid ones."
    assert written() == before
    assert not BudgetLine.objects.exists()


# --- what lands, and is said ------------------------------------------------------------------------------------------


def test_hours_of_a_closed_month_count_in_the_open_one(tmp_path: Path, finance: User, owner: User) -> None:
    """By file and by REST they land in October and keep their day; a closed entry itself no longer moves."""
    late = {**HOURS, "date": "2026-09-03"}
    answer = by_file(tmp_path, "time", late)
    assert (answer.code, answer.notes) == (0, ["Hours of closed months: they count in the first open month."])
    made = send(owner, "post", "/time-entries/", {**late, "source_ref": "T-2"})
    assert (made.status_code, made.json()["date"], made.json()["month"]) == (201, "2026-09-03", "2026-10")
    assert set(TimeEntry.objects.values_list("date", "month")) == {(date(2026, 9, 3), OCTOBER)}

    TimeEntry.objects.filter(source_ref="T-2").delete()
    ClosedPeriod.objects.create(month=OCTOBER, closed_at=NOW, closed_by="fay@x.example")
    before = written()
    words = (
        "source_ref “T-1” counts in 2026-10, which is closed: its hours stay as they are. Give the difference an id of "
        "its own in an open month, or ask finance to open the month again"
    )
    assert rejects(by_file(tmp_path, "time", {**late, "hours": "6"})) == [("2", words)]
    entry = TimeEntry.objects.get()
    changed = send(finance, "patch", f"/time-entries/{entry.pk}/", {"hours": "6"})
    assert (changed.status_code, changed.json()["errors"]) == (422, [{"pointer": "/source_ref", "detail": words}])
    assert written() == before


def test_a_currency_without_a_rate_lands_is_named_and_stays_unknown(tmp_path: Path, finance: User) -> None:
    """Never a guess and never a zero: the load says which pair and month are missing, so does every report."""
    answer = by_file(tmp_path, "ledger", POSTING, {**POSTING, "source_ref": "L-2", "currency": "CHF", "amount": "7"})
    assert (answer.code, answer.counts) == (0, (2, 2, 0, 0, 0))
    assert [(note["text"], note["examples"]) for note in answer.report["notes"]] == [
        (
            "Currencies without a rate to USD: figures of these months stay unknown until one is loaded (fx).",
            ["CHF/USD 2026-10"],
        )
    ]
    asked = PnlRequest(OCTOBER, OCTOBER, ("month",), currency="USD")
    result = load_pnl(finance, asked, now=NOW)
    assert (result.missing, result.tie_out) == (("No CHF/USD rate for 2026-10.",), None)
    assert [(row["gross_revenue"], row["net_revenue"]) for row in result.rows] == [(None, None)]
    fx(OCTOBER, "CHF", "1.25")
    assert [row["gross_revenue"] for row in load_pnl(finance, asked, now=NOW).rows] == [D("13.75")]
    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize("way", ["file", "rest"])
def test_ten_years_from_29_february(tmp_path: Path, finance: User, way: str) -> None:
    """29 February 2024 to 28 February 2034: 3,653 days, three leap days, 121 months, and not a cent lost.

    365,300.00 is 100.00 a day: February 2024 holds one day, February 2028 holds 29, the last month 28.
    """
    row = {**SOW, "start": "2024-02-29", "end": "2034-02-28", "amount": "365300"}
    if way == "file":
        assert by_file(tmp_path, "contracts", row).counts == (1, 1, 0, 0, 0)
    else:
        assert send(finance, "post", "/contracts/", row).status_code == 201
    lines = dict(ScheduleLine.objects.filter(contract__number="B-1").values_list("month", "amount"))
    assert (len(lines), sum(lines.values())) == (121, D(365300))
    picked = (date(2024, 2, 1), date(2024, 3, 1), date(2027, 2, 1), date(2028, 2, 1), date(2034, 2, 1))
    assert [lines[month] for month in picked] == [D(100), D(3100), D(2800), D(2900), D(2800)]
    evergreen = {**SOW, "number": "E-1", "start": "2024-02-29", "end": "", "renewal": "evergreen", "amount": "36500"}
    assert by_file(tmp_path, "contracts", evergreen).counts == (1, 1, 0, 0, 0)
    # Its first year, to 27 February 2025, has 365 days: 338 of them before that February.
    first_year = ScheduleLine.objects.filter(contract__number="E-1", month__lt=date(2025, 2, 1))
    assert sum(first_year.values_list("amount", flat=True)) == D(33800)


# --- a workbook that unpacks to gigabytes -----------------------------------------------------------------------------


def bomb(size: int) -> bytes:
    """A workbook by its parts, one of which is so many zeros packed to next to nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            piece = b"0" * 1024 * 1024
            for _ in range(size // len(piece)):
                part.write(piece)
    return out.getvalue()


def test_a_workbook_that_unpacks_to_gigabytes(tmp_path: Path, finance: User, sign_in: Any) -> None:
    packed = bomb(2 * 1024**3)
    assert len(packed) < 3 * 1024**2
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(packed)
    before = written()
    answer = load("ledger", path)
    assert (answer.code, answer.counts) == (2, (0, 0, 0, 0, 0))
    assert answer.error == "ledger.xlsx unpacks to 2 parts of 2,147 MB: too much to be read."
    assert written() == before
    assert not LedgerEntry.objects.exists()
