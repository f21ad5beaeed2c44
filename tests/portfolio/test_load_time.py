# ruff: noqa: E501  # a table of rows and the words they are refused with reads best unbroken
"""Rates and time from files: what is refused and why, closed months, undo, the exports of time trackers."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.models import ClosedPeriod
from financials.models import Contract, Rate, TimeEntry, TimeMonth
from people.models import User
from tests.makers import make_client, make_contract, make_user
from tests.portfolio.loading import load, rejects, write

pytestmark = pytest.mark.django_db

SEP, OCT = date(2026, 9, 1), date(2026, 10, 1)
HEAD = "source_ref,date,person_email,client,contract,hours,billable,role,notes\n"


@pytest.fixture
def ana() -> User:
    return make_user("delivery", email="ana@x.example", name="Ana Silva")


@pytest.fixture(autouse=True)
def acme(ana: User) -> None:
    client = make_client("ACME", name="Acme Corporation")
    make_contract(client, number="A-1")
    make_contract(client, number="A-OLD", status="terminated", ended_on=date(2026, 8, 31))
    make_contract(make_client("HALDEN"), number="H-1")


def close(month: date) -> None:
    ClosedPeriod.objects.create(month=month, closed_at=datetime(2026, 11, 6, tzinfo=UTC), closed_by="fay@x.example")


def refused(tmp_path: Path, kind: str, text: str, **options: str) -> list[str]:
    return [reason for _, reason in rejects(load(kind, write(tmp_path, "f.csv", text), **options))]


def time(tmp_path: Path, *rows: str) -> Path:
    return write(tmp_path, "t.csv", HEAD + "".join(f"{row}\n" for row in rows))


def test_time_lands_once_and_is_costed(tmp_path: Path) -> None:
    rates = "kind,person_email,role,client,rate,currency,from\ncost,ana@x.example,,,60,EUR,2026-01-01\nbill,,Designer,ACME,145,GBP,2026-01-01\n"
    assert load("rates", write(tmp_path, "r.csv", rates)).counts == (2, 2, 0, 0, 0)
    assert load("rates", write(tmp_path, "r.csv", rates)).counts == (2, 0, 0, 2, 0)
    path = time(
        tmp_path,
        "T1,2026-09-03,ANA@x.example,ACME,A-1,7.5,,Designer,Sketches",
        "T2,2026-09-04,ana@x.example,ACME,,2,no,,",
    )
    assert load("time", path).counts == (2, 2, 0, 0, 0)
    assert load("time", path).counts == (2, 0, 0, 2, 0)
    assert list(TimeEntry.objects.order_by("source_ref").values_list("hours", "billable", "status", "month")) == [
        (Decimal("7.50"), True, "submitted", SEP),
        (Decimal("2.00"), False, "submitted", SEP),
    ]
    assert list(
        TimeMonth.objects.order_by("hours").values_list("hours", "cost", "cost_currency", "value", "value_currency")
    ) == [
        (Decimal(2), Decimal(120), "EUR", Decimal(0), ""),
        (Decimal("7.5"), Decimal(450), "EUR", Decimal("1087.5"), "GBP"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("T,2026-09-03,ana@x.example,ACME,,-2,,,", "hours “-2” is below zero: load the entry itself again with the hours that are right"),
        ("T,2026-09-03,ana@x.example,ACME,,24.25,,,", "hours “24.25” is not a number of hours of one day: write 7.5, above 0 and at most 24"),
        ("T,2026-09-03,ana@x.example,ACME,,0,,,", "hours “0” is not a number of hours of one day: write 7.5, above 0 and at most 24"),
        ("T,2026-09-03,ana@x.example,ACME,,,,,", "hours is missing"),
        ("T,2026-09-03,no@x.example,ACME,,1,,,", "person_email “no@x.example” is no one here"),
        ("T,2026-09-03,ana@x.example,NONE,,1,,,", "client “NONE” is unknown"),
        ("T,2026-09-03,ana@x.example,ACME,X-9,1,,,", "contract “X-9” is unknown at this client: give one of its own, or leave it blank"),
        ("T,2026-09-03,ana@x.example,ACME,H-1,1,,,", "contract “H-1” is unknown at this client: give one of its own, or leave it blank"),
        ("T,2026-09-03,ana@x.example,ACME,A-OLD,1,,,", "contract “A-OLD” was terminated on 2026-08-31: book the hours on another contract, or on none"),
        ("T,2026-09-03,ana@x.example,ACME,,1,maybe,,", "billable “maybe” is neither yes nor no"),
    ],
)  # fmt: skip
def test_time_that_is_refused(tmp_path: Path, row: str, reason: str) -> None:
    assert refused(tmp_path, "time", f"{HEAD}{row}\n") == [reason]


def test_hours_before_the_termination_still_land(tmp_path: Path) -> None:
    assert load("time", time(tmp_path, "T,2026-08-31,ana@x.example,ACME,A-OLD,1,,,")).code == 0


def test_nobody_works_after_their_last_day(tmp_path: Path, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(ends=date(2026, 8, 31))
    assert refused(tmp_path, "time", f"{HEAD}T,2026-09-01,ana@x.example,ACME,,1,,,\n") == [
        "person_email “ana@x.example” left on 2026-08-31: check the date, or the person's last day"
    ]


def test_hours_of_a_closed_month_count_in_the_first_open_one(tmp_path: Path) -> None:
    load("time", time(tmp_path, "T1,2026-09-03,ana@x.example,ACME,,5,,,"))
    close(SEP)
    answer = load(
        "time",
        time(tmp_path, "T1,2026-09-03,ana@x.example,ACME,,5,,,Later note", "T2,2026-09-04,ana@x.example,ACME,,3,,,"),
    )
    assert (answer.counts, answer.notes) == (
        (2, 1, 1, 0, 0),
        ["Hours of closed months: they count in the first open month."],
    )
    assert list(TimeMonth.objects.order_by("month").values_list("month", "hours")) == [
        (SEP, Decimal(5)),
        (OCT, Decimal(3)),
    ]
    assert refused(tmp_path, "time", f"{HEAD}T1,2026-09-03,ana@x.example,ACME,,6,,,\n") == [
        "source_ref “T1” counts in 2026-09, which is closed: its hours stay as they are. Give the difference an id of "
        "its own in an open month, or ask finance to open the month again"
    ]


def test_a_changed_entry_is_to_be_approved_again(tmp_path: Path) -> None:
    load("time", time(tmp_path, "T1,2026-09-03,ana@x.example,ACME,,5,,,"))
    TimeEntry.objects.update(status="approved", decided_by="fay@x.example", decided_at=datetime(2026, 9, 9, tzinfo=UTC))
    load("time", time(tmp_path, "T1,2026-09-03,ana@x.example,ACME,,5,,,Only a note"))
    assert TimeEntry.objects.get().status == "approved"
    load("time", time(tmp_path, "T1,2026-09-03,ana@x.example,ACME,,6,,,Only a note"))
    assert (TimeEntry.objects.get().status, TimeEntry.objects.get().decided_by) == ("submitted", "")


def test_undo_of_time_leaves_no_trace_unless_the_month_closed(tmp_path: Path) -> None:
    first = load("time", time(tmp_path, "T1,2026-09-03,ana@x.example,ACME,,5,,,"))
    second = load(
        "time", time(tmp_path, "T1,2026-09-03,ana@x.example,ACME,,6,,,", "T2,2026-09-03,ana@x.example,ACME,,1,,,")
    )
    call_command("load", undo=str(second.report["batch"]), stdout=io.StringIO())
    assert list(TimeMonth.objects.values_list("hours")) == [(Decimal(5),)]
    close(SEP)
    with pytest.raises(CommandError, match="2026-09 has been closed since"):
        call_command("load", undo=str(first.report["batch"]))
    ClosedPeriod.objects.all().delete()
    call_command("load", undo=str(first.report["batch"]), stdout=io.StringIO())
    assert (TimeEntry.objects.count(), TimeMonth.objects.count()) == (0, 0)


RATES = "kind,person_email,role,client,contract,rate,currency,from\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("cost,,,,,60,USD,2026-01-01", "person_email or role is missing: a rate is of a person or of a role"),
        ("cost,ana@x.example,Designer,,,60,USD,2026-01-01", "person_email or role: give one of them, not both"),
        ("cost,ana@x.example,,,,-1,USD,2026-01-01", "rate “-1” is below zero"),
        ("sell,ana@x.example,,,,1,USD,2026-01-01", "kind “sell” is none of bill, cost"),
        ("bill,ana@x.example,,HALDEN,A-1,1,USD,2026-01-01", "contract “A-1” is unknown at this client: give one of its own"),
        ("bill,ana@x.example,,,,1,USD,1 January", "from “1 January” is not a date: write YYYY-MM-DD, as in 2026-09-30"),
    ],
)  # fmt: skip
def test_rates_that_are_refused(tmp_path: Path, row: str, reason: str) -> None:
    assert refused(tmp_path, "rates", f"{RATES}{row}\n") == [reason]


def test_the_same_card_twice_in_a_file(tmp_path: Path) -> None:
    twice = f"{RATES}cost,ana@x.example,,,,60,USD,2026-01-01\ncost,ana@x.example,,,,61,USD,2026-01-01\n"
    assert len(refused(tmp_path, "rates", twice)) == 2


def test_a_contract_brings_its_client(tmp_path: Path) -> None:
    load("rates", write(tmp_path, "r.csv", f"{RATES}bill,,Designer,,A-1,150,USD,2026-01-01\n"))
    assert Rate.objects.get().client == Contract.objects.get(number="A-1").client


def test_a_new_rate_prices_open_months_and_never_a_closed_one(tmp_path: Path) -> None:
    load("rates", write(tmp_path, "r.csv", f"{RATES}cost,,Designer,,,50,USD,2026-01-01\n"))
    load(
        "time",
        time(
            tmp_path,
            "T1,2026-09-03,ana@x.example,ACME,,10,,Designer,",
            "T2,2026-10-05,ana@x.example,ACME,,10,,Designer,",
        ),
    )
    close(SEP)
    from_september = f"{RATES}cost,ana@x.example,,,,70,USD,2026-09-03\n"
    assert refused(tmp_path, "rates", from_september) == [
        "from 2026-09-03 on there are hours in 2026-09, which is closed: its figures do not move. Date the rate from "
        "2026-10-01 on"
    ]
    assert refused(tmp_path, "rates", f"{RATES}cost,,Designer,,,55,USD,2026-01-01\n")  # changing the one in use
    assert load("rates", write(tmp_path, "r.csv", f"{RATES}cost,ana@x.example,,,,70,USD,2026-09-04\n")).code == 0
    assert load("rates", write(tmp_path, "r.csv", f"{RATES}cost,,Writer,,,55,USD,2026-01-01\n")).code == 0
    assert list(TimeMonth.objects.order_by("month").values_list("cost")) == [(Decimal(500),), (Decimal(700),)]


def test_undo_of_rates(tmp_path: Path) -> None:
    load("time", time(tmp_path, "T1,2026-09-03,ana@x.example,ACME,,10,,,"))
    answer = load("rates", write(tmp_path, "r.csv", f"{RATES}cost,ana@x.example,,,,70,USD,2026-01-01\n"))
    assert TimeMonth.objects.get().cost == Decimal(700)
    close(SEP)
    with pytest.raises(CommandError, match="hours of 2026-09, closed since, stand on these rates"):
        call_command("load", undo=str(answer.report["batch"]))
    ClosedPeriod.objects.all().delete()
    call_command("load", undo=str(answer.report["batch"]), stdout=io.StringIO())
    assert (Rate.objects.count(), TimeMonth.objects.get().unpriced_hours) == (0, Decimal(10))


HARVEST = (
    "Date,Client,Project,Project Code,Task,Notes,Hours,Billable?,Invoiced?,Approved?,First Name,Last Name,Roles\n"
    "2026-09-03,Acme Corporation,Autumn,A-1,Design,Sketches,7.5,Yes,No,No,Ana,Silva,Designer\n"
    '2026-09-04,ACME CORPORATION,Pitch work,,Design,,1.25,No,No,No,Ana,Silva,"Designer, Lead"\n'
)
TOGGL = (
    "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags,Amount ()\n"
    "Ana,ana@x.example,Acme Corporation,A-1 Autumn,,Sketches,Yes,2026-09-03,09:00:00,2026-09-03,16:30:00,07:30:00,,\n"
    "Ana,ana@x.example,Acme Corporation,,,Pitch,No,2026-09-04,09:00:00,2026-09-04,10:15:00,01:15:00,,\n"
)
CLOCKIFY = (
    "Project,Client,Description,Task,User,Group,Email,Tags,Billable,Start Date,Start Time,End Date,End Time,"
    "Duration (h),Duration (decimal),Billable Rate (USD),Billable Amount (USD)\n"
    "A-1,Acme Corporation,Sketches,,Ana,,ana@x.example,,Yes,09/03/2026,09:00,09/03/2026,16:30,07:30:00,7.50,0,0\n"
    ",Acme Corporation,Pitch,,Ana,,ana@x.example,,No,09/14/2026,09:00,09/14/2026,10:15,01:15:00,1.25,0,0\n"
)


@pytest.mark.parametrize(("source", "text"), [("harvest", HARVEST), ("toggl", TOGGL), ("clockify", CLOCKIFY)])
def test_exports_of_time_trackers(tmp_path: Path, source: str, text: str) -> None:
    path = write(tmp_path, f"{source}.csv", text)
    answer = load("time", path, source=source)
    assert (answer.error, answer.counts) == ("", (2, 2, 0, 0, 0))
    assert load("time", path, source=source).counts == (2, 0, 0, 2, 0)
    first, second = TimeEntry.objects.order_by("date").select_related("client", "contract", "person")
    assert (first.date, first.hours, first.billable, first.contract and first.contract.number) == (
        date(2026, 9, 3), Decimal("7.50"), True, "A-1",
    )  # fmt: skip
    assert (second.hours, second.billable, second.contract, second.role) == (Decimal("1.25"), False, None, "")
    assert first.client.key == "ACME"


def test_what_a_tracker_leaves_open_is_said(tmp_path: Path) -> None:
    make_user("delivery", email="ana2@x.example", name="ana silva")
    reasons = refused(tmp_path, "time", HARVEST, source="harvest")
    assert (
        reasons
        == [
            "person “Ana Silva” is the name of 2 people here: add an Email column to the export, or load the person first"
        ]
        * 2
    )
    unclear = CLOCKIFY.replace("09/14/2026", "09/04/2026")
    answer = load("time", write(tmp_path, "c.csv", unclear), source="clockify")
    assert answer.error == (
        "c.csv could be read with day/month and month/day dates, such as 09/03/2026: set the date format to YYYY-MM-DD "
        "there and export again."
    )
    lacking = load("time", write(tmp_path, "d.csv", TOGGL.replace("Duration,", "Length,")), source="toggl")
    assert lacking.error == ("d.csv lacks the column duration: export it as CSV from Toggl Track, detailed report.")
    stranger = refused(tmp_path, "time", TOGGL.replace("Acme Corporation", "Acme"), source="toggl")
    assert stranger == ["client “Acme” is unknown"] * 2


def test_a_load_asks_the_database_as_often_for_many_rows_as_for_few(tmp_path: Path) -> None:
    def statements(count: int, prefix: str) -> int:
        rows = (
            f"{prefix}{n},2026-09-{1 + n % 30:02},ana@x.example,ACME,A-1,{1 + n % 7},,Designer," for n in range(count)
        )
        path = time(tmp_path, *rows)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert load("time", path).counts == (count, count, 0, 0, 0)
        return len(asked)

    assert statements(20, "a") == statements(1500, "b")
