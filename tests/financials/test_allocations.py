"""Allocations and leave: what the database itself refuses, files of both, who may write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import Client
from common.models import Job
from financials.models import Allocation
from people.models import Leave, User
from tests.makers import make_client, make_contract, make_opportunity, make_user
from tests.portfolio.loading import load, rejects, write

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 12, 7)


@pytest.fixture
def ana() -> User:
    return make_user("delivery", email="ana@x.example", name="Ana Silva", weekly_hours=D(40))


@pytest.fixture
def acme(owner: User) -> Client:
    return make_client("ACME", owner=owner)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"week": date(2026, 12, 8)}, "allocation_week_is_a_monday"),
        ({"week": date(2026, 12, 6)}, "allocation_week_is_a_monday"),
        ({"role": "Designer"}, "allocation_person_or_role"),
        ({"person": None}, "allocation_person_or_role"),
        ({"hours": D("-0.01")}, "allocation_hours_not_negative"),
    ],
)
def test_the_database_refuses_what_no_week_can_hold(
    acme: Client, ana: User, wrong: dict[str, Any], constraint: str
) -> None:
    fine: dict[str, Any] = {"week": MONDAY, "person": ana, "client": acme, "hours": D(8)}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Allocation.objects.create(**{**fine, **wrong})
    Allocation.objects.create(**fine)


def test_one_row_for_a_week_somebody_a_client_and_a_contract(acme: Client, ana: User) -> None:
    contract = make_contract(acme)
    fine: dict[str, Any] = {"week": MONDAY, "client": acme, "hours": D(8)}
    for who in ({"person": ana}, {"role": "Designer"}, {"person": ana, "contract": contract}):
        Allocation.objects.create(**fine, **who)
        with pytest.raises(IntegrityError, match="allocation_once"), transaction.atomic():
            Allocation.objects.create(**fine, **who)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"ends": date(2026, 12, 6)}, "leave_ends_after_start"),
        ({"hours": D(0)}, "leave_hours_above_zero"),
    ],
)
def test_leave_ends_on_its_first_day_at_the_soonest(ana: User, wrong: dict[str, Any], constraint: str) -> None:
    fine: dict[str, Any] = {"person": ana, "starts": MONDAY, "ends": MONDAY}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Leave.objects.create(**{**fine, **wrong})
    Leave.objects.create(**fine)
    with pytest.raises(IntegrityError, match="leave_once"), transaction.atomic():
        Leave.objects.create(**fine)


HEAD = "week,person_email,role,client,contract,opportunity,hours,firm\n"


def file(folder: Path, *rows: str) -> Path:
    return write(folder, "a.csv", HEAD + "".join(f"{row}\n" for row in rows))


def refused(folder: Path, *rows: str) -> list[str]:
    return [reason for _, reason in rejects(load("allocations", file(folder, *rows)))]


def test_allocations_land_once_and_go_again(tmp_path: Path, acme: Client, ana: User) -> None:
    make_contract(acme, number="A-1")
    make_opportunity(acme, key="D-1")
    path = file(
        tmp_path,
        "2026-12-07,ANA@x.example,,ACME,A-1,,24,yes",
        "2026-12-07,ana@x.example,,ACME,,,8.5,",
        "2026-12-07,,Designer,ACME,,D-1,60,",
    )
    answer = load("allocations", path)
    assert answer.counts == (3, 3, 0, 0, 0)
    assert load("allocations", path).counts == (3, 0, 0, 3, 0)
    rows = Allocation.objects.order_by("hours").values_list(
        "person__email", "role", "hours", "firm", "opportunity__key"
    )
    assert list(rows) == [
        ("ana@x.example", "", D("8.50"), True, None),
        ("ana@x.example", "", D("24.00"), True, None),
        (None, "Designer", D("60.00"), False, "D-1"),
    ]
    assert Job.objects.filter(kind="recompute", object_ref=f"client:{acme.pk}").exists()
    changed = load("allocations", file(tmp_path, "2026-12-07,ana@x.example,,ACME,A-1,,16,yes"))
    assert changed.counts == (1, 0, 1, 0, 0)
    call_command("load", undo=str(changed.report["batch"]))
    assert Allocation.objects.get(contract__number="A-1").hours == D(24)


def test_soft_hours_without_a_probability_are_told_of(tmp_path: Path, acme: Client) -> None:
    make_opportunity(acme, key="D-1", amount=None, probability=None)
    answer = load(
        "allocations", file(tmp_path, "2026-12-07,,Designer,ACME,,D-1,60,no", "2026-12-14,,Writer,ACME,,,6,no")
    )
    assert answer.report["notes"] == [
        {
            "text": "Soft hours without a deal that has a probability: they are in no demand until they name one.",
            "count": 2,
            "examples": [],
        }
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            "2026-12-08,ana@x.example,,ACME,,,8,",
            "week “2026-12-08” is a Tuesday: a week is named by its Monday, 2026-12-07",
        ),
        ("2026-12-07,,,ACME,,,8,", "person_email or role is missing: hours are of a person or of a role"),
        ("2026-12-07,ana@x.example,Designer,ACME,,,8,", "person_email or role: give one of them, not both"),
        ("2026-12-07,ana@x.example,,ACME,,,-8,", "hours “-8” is below zero: write 0 to take the hours out"),
        ("2026-12-07,ana@x.example,,ACME,,,169,", "hours of one person are at most 168 a week"),
        ("2026-12-07,bo@x.example,,ACME,,,8,", "person_email “bo@x.example” is no one here"),
        ("2026-12-07,ana@x.example,,NOPE,,,8,", "client “NOPE” is unknown"),
        (
            "2026-12-07,ana@x.example,,ACME,OTHER-1,,8,",
            "contract “OTHER-1” is unknown at this client: give one of its own, or leave it blank",
        ),
        (
            "2026-12-07,ana@x.example,,ACME,A-OLD,,8,",
            "contract “A-OLD” was terminated on 2026-12-01: plan the hours on another",
        ),
        (
            "2026-12-07,ana@x.example,,ACME,A-MSA,,8,",
            "contract “A-MSA” is a master agreement: plan hours on work under it",
        ),
        ("2026-12-07,ana@x.example,,ACME,,D-OTHER,8,", "opportunity “D-OTHER” is unknown at this client"),
        (
            "2026-12-07,left@x.example,,ACME,,,8,",
            "person_email “left@x.example” left on 2026-12-04: plan the hours for somebody else",
        ),
        (
            "2026-12-07,new@x.example,,ACME,,,8,",
            "person_email “new@x.example” begins on 2026-12-14: plan hours from that week on",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused_with_the_reason(
    tmp_path: Path, acme: Client, ana: User, row: str, reason: str
) -> None:
    other = make_client("OTHER")
    make_contract(other, number="OTHER-1")
    make_opportunity(other, key="D-OTHER")
    make_contract(acme, number="A-OLD", status="terminated", ended_on=date(2026, 12, 1))
    make_contract(acme, number="A-MSA", kind="msa", amount=None, billing="")
    make_user("delivery", email="left@x.example", ends=date(2026, 12, 4))
    make_user("delivery", email="new@x.example", starts=date(2026, 12, 14))
    assert refused(tmp_path, "2026-11-30,ana@x.example,,ACME,,,8,yes", row) == [reason]
    assert Allocation.objects.count() == 0


def test_leave_lands_once_and_is_refused_with_the_reason(tmp_path: Path, ana: User) -> None:
    head = "person_email,from,to,hours\n"
    good = write(
        tmp_path, "l.csv", head + "ana@x.example,2026-12-21,2027-01-01,\nana@x.example,2026-12-09,2026-12-09,4\n"
    )
    assert load("leave", good).counts == (2, 2, 0, 0, 0)
    assert load("leave", good).counts == (2, 0, 0, 2, 0)
    rows = Leave.objects.values_list("starts", "ends", "hours")
    assert list(rows) == [
        (date(2026, 12, 9), date(2026, 12, 9), D("4.00")),
        (date(2026, 12, 21), date(2027, 1, 1), None),
    ]
    bad = write(
        tmp_path,
        "b.csv",
        head
        + "bo@x.example,2026-12-21,2026-12-21,\nana@x.example,2027-02-02,2027-02-01,\n"
        + "ana@x.example,2027-03-01,2027-03-01,0\n",
    )
    assert [reason for _, reason in rejects(load("leave", bad))] == [
        "person_email “bo@x.example” is no one here",
        "to lies before from, 2027-02-01 before 2027-02-02: swap the two, or mend the wrong one",
        "hours is 0: leave it blank for whole days, or leave the row out",
    ]
