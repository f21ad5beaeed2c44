"""Allocations and leave: what the database itself refuses, files of both, who may write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Client
from financials.models import Allocation
from people.models import Leave, User
from tests.makers import make_client, make_contract, make_user

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
