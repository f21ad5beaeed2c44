"""Cost of planned hours for the forecast: currency, who may know it, what is short."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from financials.models import Allocation, Rate
from financials.queries.allocated_cost import allocated_cost
from financials.queries.basis import load_basis
from people.models import User
from tests.financials.books import NOW, fx
from tests.makers import make_client, make_opportunity, make_user

pytestmark = pytest.mark.django_db
DEC = date(2026, 12, 1)
MONDAY = date(2026, 12, 7)


@pytest.fixture
def acme(owner: User) -> Client:
    return make_client("ACME", owner=owner)


def people(count: int) -> list[User]:
    several = [make_user("delivery", discipline="Designer") for _ in range(count)]
    Rate.objects.bulk_create(
        Rate(kind="cost", person=person, rate=D(50 + number), currency="EUR", starts=date(2026, 1, 1))
        for number, person in enumerate(several)
    )
    return several


def plan(client: Client, *, hours: str = "10", week: date = MONDAY, **kw: Any) -> Allocation:
    return Allocation.objects.create(client=client, week=week, hours=D(hours), **kw)


def test_costs_come_in_the_currency_of_the_basis(owner: User, acme: Client) -> None:
    fx(DEC, "EUR", "1.10")
    deal = make_opportunity(acme, probability=D("0.4"))
    for person in people(3):
        plan(acme, person=person)
    plan(acme, role="Designer", hours="20", firm=False, opportunity=deal)
    Rate.objects.create(kind="cost", role="Designer", rate=D(40), currency="USD", starts=date(2026, 1, 1))
    [found] = allocated_cost(load_basis(owner, now=NOW), DEC, DEC, [acme.pk], salary=True)
    # 10 × (50 + 51 + 52) EUR = 1,530 × 1.10; 20 × 0.4 × 40 USD.
    assert (found.firm_cost, found.weighted_cost, found.cost) == (D("1683.00"), D("320.00"), D("2003.00"))
    assert (found.firm_hours, found.weighted_hours, found.unpriced_hours, found.people) == (D(30), D(8), D(0), 3)


def test_a_cost_of_fewer_than_three_people_is_for_finance(owner: User, acme: Client) -> None:
    fx(DEC, "EUR", "1")
    several = people(3)
    basis = load_basis(owner, now=NOW)
    for person in several[:2]:
        plan(acme, person=person)
    [two] = allocated_cost(basis, DEC, DEC, [acme.pk], salary=False)
    assert (two.cost, two.firm_cost, two.withheld, two.people, two.firm_hours) == (None, None, True, 2, D(20))
    third = plan(acme, person=several[2])
    [three] = allocated_cost(basis, DEC, DEC, [acme.pk], salary=False)
    assert (three.cost, three.firm_cost, three.withheld) == (D(1530), D(1530), False)
    third.firm, third.opportunity = False, make_opportunity(acme, probability=D("0.5"))
    third.save()
    [mixed] = allocated_cost(basis, DEC, DEC, [acme.pk], salary=False)
    # The sum is of three people; either part alone would give one away.
    assert (mixed.cost, mixed.firm_cost, mixed.weighted_cost) == (D(1270), None, None)


def test_the_third_person_without_a_rate_hides_nobody(owner: User, acme: Client) -> None:
    fx(DEC, "EUR", "1")
    for person in [*people(1), make_user("delivery"), make_user("delivery")]:
        plan(acme, person=person)
    [found] = allocated_cost(load_basis(owner, now=NOW), DEC, DEC, [acme.pk], salary=False)
    assert (found.cost, found.withheld, found.people, found.unpriced_hours) == (None, True, 1, D(20))


def test_a_missing_exchange_rate_leaves_the_cost_unknown(owner: User, acme: Client) -> None:
    for person in people(3):
        plan(acme, person=person)
    [found] = allocated_cost(load_basis(owner, now=NOW), DEC, DEC, [acme.pk], salary=True)
    assert (found.cost, found.missing, found.firm_hours) == (None, ("EUR",), D(30))


def test_rows_of_other_clients_and_months_stay_out_and_queries_are_three(owner: User, acme: Client) -> None:
    fx(DEC, "EUR", "1")
    several = people(3)
    other = make_client("OTHER", owner=owner)
    for person in several:
        plan(acme, person=person)
        plan(acme, person=person, week=date(2027, 1, 4))
        plan(other, person=person)
    basis = load_basis(owner, now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as read:
        found = allocated_cost(basis, DEC, DEC, [acme.pk], salary=True)
    assert [(row.client_id, row.month, row.firm_hours) for row in found] == [(acme.pk, DEC, D(30))]
    assert len(read) == 3
