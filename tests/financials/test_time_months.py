"""TimeMonth: the same as a recompute from the rows, whatever was edited in whatever order; closed months stand."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Client
from common.models import ClosedPeriod
from financials.actions.time import rebuild_time_months
from financials.calc.rates import Cell, RateRow, Worked, time_months
from financials.models import Contract, LedgerMonth, Rate, TimeEntry, TimeMonth
from financials.queries.basis import load_basis
from financials.queries.labour import TimeCut, compare_sources, labour_cells, load_unpriced
from people.models import User
from tests.financials.books import post
from tests.makers import make_client, make_contract, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SEP, OCT, NOV = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


_NUMBERS = itertools.count(1)
"""Not the count of entries: after one is dropped that would name another twice."""


def work(person: User, client: Client, hours: str, *, day: date = date(2026, 9, 3), **kw: Any) -> TimeEntry:
    number = next(_NUMBERS)
    given: dict[str, Any] = {"month": day.replace(day=1), "decided_at": NOW, **kw}
    return TimeEntry.objects.create(
        source_ref=f"T-{number}", date=day, person=person, client=client, hours=Decimal(hours), **given
    )


def rate(kind: str, amount: str, **kw: Any) -> Rate:
    given: dict[str, Any] = {"currency": "USD", "starts": date(2026, 1, 1), **kw}
    return Rate.objects.create(kind=kind, rate=Decimal(amount), **given)


def stored() -> dict[Cell, tuple[Any, ...]]:
    return {
        Cell(
            row.client_id,
            row.contract_id,
            row.person_id,
            row.role,
            row.month,
            row.cost_currency,
            row.value_currency,
        ): (
            row.hours,
            row.billable_hours,
            row.unpriced_hours,
            row.uncarded_hours,
            row.cost,
            row.value,
            row.entries,
        )
        for row in TimeMonth.objects.all()
    }


def afresh() -> dict[Cell, tuple[Any, ...]]:
    """By the pure function, from the rows as they are."""
    rates = [
        RateRow(r.kind, r.person_id, r.role, r.client_id, r.contract_id, r.rate, r.currency, r.starts)  # type: ignore[arg-type]  # as declared
        for r in Rate.objects.all()
    ]
    worked = [
        Worked(
            e.person_id,
            e.role,
            e.client_id,
            e.contract_id,
            e.date,
            e.month,
            e.hours,
            e.billable,
            e.status != "rejected",
        )
        for e in TimeEntry.objects.all()
    ]
    return {
        cell: (s.hours, s.billable_hours, s.unpriced_hours, s.uncarded_hours, s.cost, s.value, s.entries)
        for cell, s in time_months(worked, rates).items()
    }


def test_a_month_in_sql_as_by_hand() -> None:
    acme = make_client("ACME")
    sow = make_contract(acme)
    ana, ben = make_user("delivery"), make_user("delivery")
    rate("cost", "60.5050", person=ana, currency="EUR")
    rate("bill", "100", role="Designer")
    work(ana, acme, "7.5", contract=sow, role="Designer")
    work(ana, acme, "2.25", contract=sow, role="Designer", billable=False)
    work(ben, acme, "4")
    work(ben, acme, "9", status="rejected")
    assert rebuild_time_months([acme.pk]) == 3
    half, whole, none = Decimal("136.1362"), Decimal("453.7875"), Decimal(0)
    assert stored() == {
        Cell(acme.pk, sow.pk, ana.pk, "Designer", SEP, "EUR", "USD"): (
            Decimal("7.5"), Decimal("7.5"), none, none, whole, Decimal(750), 1,
        ),
        Cell(acme.pk, sow.pk, ana.pk, "Designer", SEP, "EUR", ""): (Decimal("2.25"), none, none, none, half, none, 1),
        Cell(acme.pk, None, ben.pk, "", SEP, "", ""): (
            Decimal(4), Decimal(4), Decimal(4), Decimal(4), none, none, 1,
        ),
    }  # fmt: skip


def test_a_closed_month_stands_and_the_others_are_rewritten() -> None:
    acme, ana = make_client("ACME"), make_user("delivery")
    rate("cost", "50", person=ana)
    work(ana, acme, "8")
    work(ana, acme, "8", day=date(2026, 10, 5))
    rebuild_time_months([acme.pk])
    ClosedPeriod.objects.create(month=SEP, closed_at=NOW, closed_by="fay@example.com")
    rate("cost", "70", person=ana, starts=date(2026, 9, 1))
    rebuild_time_months(None)
    assert list(TimeMonth.objects.order_by("month").values_list("month", "cost")) == [
        (SEP, Decimal(400)),
        (OCT, Decimal(560)),
    ]


def test_the_database_keeps_hours_of_a_closed_month() -> None:
    acme, ana = make_client("ACME"), make_user("delivery")
    entry = work(ana, acme, "8")
    ClosedPeriod.objects.create(month=SEP, closed_at=NOW, closed_by="fay@example.com")
    mine = TimeEntry.objects.filter(pk=entry.pk)
    for attempt in (
        lambda: mine.update(hours=7),
        lambda: mine.update(status="rejected"),
        lambda: mine.update(month=OCT),
        lambda: mine.delete(),
        lambda: work(ana, acme, "1"),
    ):
        with pytest.raises(DatabaseError, match="2026-09 are not changed"), transaction.atomic():
            attempt()
    assert mine.update(status="approved", decided_at=NOW, decided_by="fay@example.com") == 1
    assert work(ana, acme, "1", month=OCT).month == OCT  # a late one lands in an open month


class AnyOrder(TestCase):
    """Edits of time and rates in any order: the stored months equal the recompute after each."""

    @given(st.data())
    @settings(max_examples=25, deadline=None)
    def test_rebuild_equals_recompute(self, data: st.DataObject) -> None:
        clients = [make_client(), make_client()]
        contracts: list[Contract | None] = [None, *[make_contract(client) for client in clients]]
        people = [make_user("delivery") for _ in range(2)]
        for _ in range(data.draw(st.integers(1, 8))):
            touched = _one_edit(data, clients, contracts, people)
            rebuild_time_months(touched)
            assert stored() == afresh()


def _one_edit(
    data: st.DataObject, clients: list[Client], contracts: list[Contract | None], people: list[User]
) -> Sequence[int] | None:
    """One edit; returns the clients it touches, None for all."""
    day = st.dates(date(2026, 8, 25), date(2026, 10, 10))
    what = data.draw(st.sampled_from(["work", "rate", "reject", "drop", "change"]))
    entries = list(TimeEntry.objects.order_by("pk"))
    if what == "work" or (what != "rate" and not entries):
        contract = data.draw(st.sampled_from(contracts))
        client = contract.client if contract else data.draw(st.sampled_from(clients))
        entry = work(
            data.draw(st.sampled_from(people)),
            client,
            str(data.draw(st.decimals("0.01", "24", places=2))),
            day=data.draw(day),
            contract=contract,
            role=data.draw(st.sampled_from(["", "Designer", "Lead"])),
            billable=data.draw(st.booleans()),
        )
        return [entry.client_id]
    if what == "rate":
        person = data.draw(st.sampled_from([None, *people]))
        contract = data.draw(st.sampled_from(contracts))
        Rate.objects.update_or_create(
            kind=data.draw(st.sampled_from(["bill", "cost"])),
            person=person,
            role="" if person else data.draw(st.sampled_from(["Designer", "Lead"])),
            client=contract.client if contract else data.draw(st.sampled_from([None, *clients])),
            contract=contract,
            starts=data.draw(day),
            defaults={
                "rate": data.draw(st.decimals("0", "500", places=4)),
                "currency": data.draw(st.sampled_from(["USD", "EUR"])),
            },
        )
        return None
    entry = data.draw(st.sampled_from(entries))
    if what == "drop":
        entry.delete()
    elif what == "reject":
        TimeEntry.objects.filter(pk=entry.pk).update(status="rejected")
    else:
        TimeEntry.objects.filter(pk=entry.pk).update(hours=data.draw(st.decimals("0.25", "12", places=2)))
    return [entry.client_id]


def rows_of(text: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return sorted(cursor.fetchall(), key=str)


def test_labour_is_from_time_only_where_the_ledger_has_none(finance: User) -> None:
    acme = make_client("ACME")
    people = [make_user("delivery") for _ in range(3)]
    sow = make_contract(acme, service_line="Media")
    for number, person in enumerate(people, 1):
        rate("cost", str(number * 10), person=person)
        work(person, acme, "10", contract=sow)
        work(person, acme, "10", contract=sow, day=date(2026, 10, 5))
    rebuild_time_months([acme.pk])
    post(acme, "delivery_labour", "999", month=OCT)
    basis = load_basis(finance, now=NOW)
    labour = "delivery_labour"
    row = (acme.pk, sow.pk, "Media", SEP, labour, "USD", Decimal(600), 3, False)
    for parts in (False, True):
        assert rows_of(*labour_cells(TimeCut(basis, SEP, NOV, parts=parts), salary=True)) == [row]
        assert rows_of(*labour_cells(TimeCut(basis, SEP, NOV, parts=parts), salary=False)) == [row]
    assert rows_of(*labour_cells(TimeCut(basis, SEP, NOV, client_ids=(acme.pk + 1,)), salary=True)) == []
    assert rows_of(*labour_cells(TimeCut(basis, SEP, NOV, client_ids=()), salary=True)) == []
    compared = compare_sources(basis, [acme.pk], SEP, OCT, salary=True)
    assert [(c.month, c.ledger, c.time, c.difference, c.used, c.people) for c in compared] == [
        (SEP, None, Decimal("600.00"), None, "time", 3),
        (OCT, Decimal("999.00"), Decimal("600.00"), Decimal("399.00"), "ledger", 3),
    ]


def test_a_reversed_posting_is_no_ledger_labour(finance: User) -> None:
    acme, ana = make_client("ACME"), make_user("delivery")
    rate("cost", "10", person=ana)
    work(ana, acme, "10")
    rebuild_time_months([acme.pk])
    post(acme, "delivery_labour", "5", month=SEP)
    post(acme, "delivery_labour", "-5", month=SEP)
    basis = load_basis(finance, now=NOW)
    assert [row[6] for row in rows_of(*labour_cells(TimeCut(basis, SEP, SEP), salary=True))] == [Decimal(100)]


def test_what_few_people_cost_is_withheld_from_readers_without_salary(owner: User) -> None:
    """Two people on one contract, a third on another: the whole is of three, its parts are not."""
    acme = make_client("ACME", owner=owner)
    ana, ben, cay = (make_user("delivery") for _ in range(3))
    one, two = make_contract(acme, service_line="Media"), make_contract(acme, service_line="Data")
    for person in (ana, ben, cay):
        rate("cost", "10", person=person)
    work(ana, acme, "1", contract=one)
    work(ben, acme, "2", contract=one)
    work(cay, acme, "4", contract=two)
    work(ana, acme, "8", contract=one, day=date(2026, 10, 5))
    rebuild_time_months([acme.pk])
    basis = load_basis(owner, now=NOW)
    labour, dollars = "delivery_labour", "USD"

    def cells(*, parts: bool) -> list[tuple[Any, ...]]:
        found = rows_of(*labour_cells(TimeCut(basis, SEP, OCT, parts=parts), salary=False))
        return sorted(found, key=lambda row: (row[3], row[1]))

    assert cells(parts=False) == [
        (acme.pk, one.pk, "Media", SEP, labour, dollars, Decimal(30), 2, False),
        (acme.pk, two.pk, "Data", SEP, labour, dollars, Decimal(40), 1, False),
        (acme.pk, one.pk, "Media", OCT, labour, dollars, Decimal(80), 1, True),
    ]
    assert [row[-1] for row in cells(parts=True)] == [True, True, True]
    assert len(rows_of(*labour_cells(TimeCut(basis, SEP, OCT), salary=True))) == 3
    compared = compare_sources(basis, [acme.pk], SEP, OCT, salary=False)
    assert [(c.time, c.withheld, c.hours) for c in compared] == [
        (Decimal("70.00"), False, Decimal(7)),
        (None, True, Decimal(8)),
    ]


def test_each_currency_is_of_three_people_or_withheld(owner: User) -> None:
    """Held at two months' rates, the two reports would differ by what the one person paid in euros costs."""
    acme = make_client("ACME", owner=owner)
    people = [make_user("delivery") for _ in range(4)]
    for number, person in enumerate(people):
        rate("cost", "10", person=person, currency="USD" if number else "EUR")
        work(person, acme, "1")
    rebuild_time_months([acme.pk])
    basis = load_basis(owner, now=NOW)
    assert {row[-1] for row in rows_of(*labour_cells(TimeCut(basis, SEP, SEP), salary=False))} == {True}
    (compared,) = compare_sources(basis, [acme.pk], SEP, SEP, salary=False)
    assert compared.withheld


def in_ladder() -> list[tuple[date, bool]]:
    return list(TimeMonth.objects.order_by("month").values_list("month", "in_ladder"))


def test_the_ladder_takes_hours_until_the_ledger_speaks_and_again_when_it_is_silent() -> None:
    """Kept from both sides: what comes, changes, moves and goes in the ledger, and what is written of time."""
    acme, other, ana = make_client("ACME"), make_client("OTHER"), make_user("delivery")
    rate("cost", "10", person=ana)
    work(ana, acme, "1")
    work(ana, acme, "1", day=date(2026, 10, 5))
    rebuild_time_months([acme.pk])
    assert in_ladder() == [(SEP, True), (OCT, True)]
    post(acme, "gross_revenue", "5", month=OCT)
    post(other, "delivery_labour", "5", month=OCT)
    assert in_ladder() == [(SEP, True), (OCT, True)]
    post(acme, "delivery_labour", "5", month=OCT)
    assert in_ladder() == [(SEP, True), (OCT, False)]
    rebuild_time_months([acme.pk])
    assert in_ladder() == [(SEP, True), (OCT, False)]
    labour = LedgerMonth.objects.filter(client=acme, line="delivery_labour")
    labour.update(month=SEP)
    assert in_ladder() == [(SEP, False), (OCT, True)]
    labour.update(amount=0)
    assert in_ladder() == [(SEP, True), (OCT, True)]
    labour.update(amount=3)
    labour.delete()
    assert in_ladder() == [(SEP, True), (OCT, True)]


def test_hours_without_a_cost_rate_are_counted_apart(finance: User) -> None:
    acme, ana = make_client("ACME"), make_user("delivery")
    work(ana, acme, "6")
    rebuild_time_months([acme.pk])
    assert [(u.client, u.month, u.hours) for u in load_unpriced([acme.pk], SEP, OCT)] == [("ACME", SEP, Decimal(6))]
    basis = load_basis(finance, now=NOW)
    assert rows_of(*labour_cells(TimeCut(basis, SEP, OCT), salary=True)) == []
    assert [(c.time, c.people, c.used) for c in compare_sources(basis, [acme.pk], SEP, OCT, salary=True)] == [
        (None, 0, "none")
    ]
