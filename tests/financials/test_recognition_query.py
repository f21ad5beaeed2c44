"""Recognition read from the books: one figure a contract, by its kind, in its own currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from financials.actions.contracts import rebuild_schedules
from financials.models import Contract, Estimate, Invoice, Milestone, TimeMonth
from financials.queries.basis import load_basis
from financials.queries.recognition import Recognised, recognised_by_contract
from people.models import User
from tests.financials.books import NOW, OCTOBER, fx, post
from tests.makers import make_client, make_contract, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def halden(owner: User) -> Client:
    return make_client("HALDEN", owner=owner)


def position(user: User, *contracts: Contract, through: date = OCTOBER, salary: bool = True) -> list[Recognised]:
    rebuild_schedules([one.pk for one in contracts], now=NOW)
    found = recognised_by_contract(load_basis(user, now=NOW), [one.pk for one in contracts], through, salary=salary)
    return [found[one.pk] for one in contracts]


def work(client: Client, hours: str, value: str, *, month: date = OCTOBER, **kw: Any) -> None:
    cells: dict[str, Any] = {
        "billable_hours": D(hours),
        "unpriced_hours": D(0),
        "uncarded_hours": D(0),
        "cost": D(0),
        "cost_currency": "USD",
        "value_currency": "USD",
        "entries": 1,
        **kw,
    }
    TimeMonth.objects.create(
        client=client, person=make_user("delivery"), month=month, hours=D(hours), value=D(value), **cells
    )


def test_a_retainer_by_its_schedule(owner: User, halden: Client) -> None:
    # 36,500 over 2026: 304 of 365 days by the end of October.
    (found,) = position(owner, make_contract(halden, amount=D("36500")))
    assert (found.recognised, found.backlog, found.scheduled) == (D("30400.00"), D("6100.00"), D("30400.00"))
    assert (found.billed, found.invoiced, found.earned_not_billed) == (D(0), D(0), D("30400.00"))


def test_a_fixed_fee_by_the_cost_of_the_ledger(owner: User, halden: Client) -> None:
    fixed = make_contract(halden, billing="fixed_fee", amount=D("300000"))
    post(halden, "delivery_labour", "50000", contract=fixed)
    post(halden, "freelancers", "30000", contract=fixed)
    post(halden, "direct_expenses", "4000", contract=fixed)
    post(halden, "overhead", "9999", contract=fixed)  # no part of the job's own cost
    post(halden, "gross_revenue", "170000", contract=fixed)
    post(halden, "pass_through", "20000", contract=fixed)
    Estimate.objects.create(contract=fixed, month=date(2026, 6, 1), cost_to_go=D("500000"))
    Estimate.objects.create(contract=fixed, month=OCTOBER, cost_to_go=D("126000"))
    Estimate.objects.create(contract=fixed, month=date(2026, 11, 1), cost_to_go=D("1"))  # judged later
    (found,) = position(owner, fixed)
    assert (found.recognised, found.backlog) == (D("120000.00"), D("180000.00"))
    assert (found.billed, found.billed_not_earned, found.earned_not_billed) == (D("150000"), D("30000.00"), D(0))
    assert (found.earned.percent, found.earned.cost, found.earned.cost_to_go) == (D("0.4"), D("84000"), D("126000"))


def test_time_stands_in_for_labour_the_ledger_lacks_month_by_month(owner: User, halden: Client) -> None:
    fixed = make_contract(halden, billing="fixed_fee", amount=D("100"))
    september = date(2026, 9, 1)
    post(halden, "delivery_labour", "30", contract=fixed, month=september)
    work(halden, "1", "0", month=september, contract=fixed, cost=D("999"))  # September's labour is posted
    work(halden, "1", "0", contract=fixed, cost=D("10"))
    Estimate.objects.create(contract=fixed, month=OCTOBER, cost_to_go=D("40"))
    (found,) = position(owner, fixed)
    assert (found.earned.cost, found.recognised) == (D("40"), D("50.00"))
    assert found.time_people == 1  # October's; September's two stand beside what was posted


# --- what one or two people cost stays with finance: field class SALARY ----------------------------------------------


def team(client: Client, contract: Contract, size: int, *, month: date = OCTOBER, **kw: Any) -> None:
    for _ in range(size):
        work(client, "10", "0", contract=contract, month=month, **{"cost": D("400"), **kw})


def fixed_job(client: Client, **kw: Any) -> Contract:
    made = make_contract(client, billing="fixed_fee", amount=D("3000"), **kw)
    Estimate.objects.create(contract=made, month=date(2026, 6, 1), cost_to_go=D("2400"))
    return made


def told(user: User, *contracts: Contract) -> list[tuple[D | None, bool]]:
    return [(one.recognised, one.withheld) for one in position(user, *contracts, salary=False)]


def test_a_fixed_fee_of_few_people_is_withheld(owner: User, halden: Client) -> None:
    """Earned ÷ fee × to go ÷ (1 − earned ÷ fee) is the cost; of one person, divided by hours, a rate."""
    few, three = fixed_job(halden), fixed_job(halden)
    team(halden, few, 2)
    team(halden, three, 3)
    assert told(owner, few, three) == [(None, True), (D("1000.00"), False)]
    (hidden,) = position(owner, few, salary=False)
    assert (hidden.earned.percent, hidden.earned.cost, hidden.earned.cost_to_go, hidden.backlog) == (None,) * 4
    assert (hidden.earned_not_billed, hidden.billed_not_earned) == (None, None)
    assert (hidden.expected_loss, hidden.earned.reason) == (
        D(0), "it would tell what one or two people cost, which finance alone may know",
    )  # fmt: skip
    (whole,) = position(owner, few, salary=True)
    assert (whole.recognised, whole.earned.cost, whole.withheld) == (D("750.00"), D("800"), False)


def test_one_month_of_one_person_is_enough_to_withhold(owner: User, halden: Client) -> None:
    """The position at September against that at October would tell October's cost, which is one person's."""
    job = fixed_job(halden)
    team(halden, job, 3, month=date(2026, 9, 1))
    team(halden, job, 1)
    assert told(owner, job) == [(None, True)]
    before = position(owner, job, through=date(2026, 9, 1), salary=False)
    assert [(one.recognised, one.withheld) for one in before] == [(D("1000.00"), False)]


def test_people_without_a_rate_hide_nobody(owner: User, halden: Client) -> None:
    job = fixed_job(halden)
    team(halden, job, 1)
    team(halden, job, 2, cost=D(0), cost_currency="", unpriced_hours=D(10))
    assert told(owner, job) == [(None, True)]


def test_a_job_is_as_many_people_as_work_on_it_and_its_orders(owner: User, halden: Client) -> None:
    job = fixed_job(halden)
    order = make_contract(halden, kind="change_order", parent=job, billing="", amount=D("600"), start=OCTOBER)
    team(halden, order, 2)
    assert told(owner, job, order) == [(None, True), (None, True)]
    team(halden, job, 1)
    assert [withheld for _, withheld in told(owner, job, order)] == [False, False]


def test_labour_from_the_ledger_and_other_billing_are_told(owner: User, halden: Client) -> None:
    job = fixed_job(halden)
    post(halden, "delivery_labour", "600", contract=job)
    team(halden, job, 1)
    hourly = make_contract(halden, billing="time_and_materials", amount=D("3000"))
    work(halden, "10", "1500", contract=hourly, cost=D("400"))
    assert told(owner, job, hourly) == [(D("600.00"), False), (D("1500.00"), False)]


def test_an_expected_loss_is_taken_at_once(owner: User, halden: Client) -> None:
    fixed = make_contract(halden, billing="fixed_fee", amount=D("100"))
    post(halden, "delivery_labour", "60", contract=fixed)
    Estimate.objects.create(contract=fixed, month=OCTOBER, cost_to_go=D("60"))
    (found,) = position(owner, fixed)
    assert (found.recognised, found.expected_loss, found.provision) == (D("50.00"), D("20.00"), D("10.00"))


def test_a_change_order_joins_its_fixed_fee(owner: User, halden: Client) -> None:
    fixed = make_contract(halden, billing="fixed_fee", amount=D("100.00"))
    order = make_contract(halden, kind="change_order", parent=fixed, billing="", amount=D("0.01"), start=OCTOBER)
    ahead = date(2026, 11, 1)
    later = make_contract(halden, kind="change_order", parent=fixed, billing="", amount=D("50"), start=ahead)
    post(halden, "delivery_labour", "50", contract=fixed)
    Estimate.objects.create(contract=fixed, month=OCTOBER, cost_to_go=D("50"))
    post(halden, "gross_revenue", "13", contract=order)
    post(halden, "pass_through", "3", contract=order)
    Invoice.objects.create(
        number="I-1", client=halden, contract=order, issued=OCTOBER, due=OCTOBER, amount=D("15.60"), currency="USD"
    )
    found = position(owner, fixed, order, later)
    # Half of 100.01 is 50.00 (half to even): the order's part is what is left of it.
    assert [one.recognised for one in found] == [D("50.00"), D("0.00"), D("0.00")]
    assert [one.earned_not_billed for one in found] == [D("40.00"), D(0), D(0)]
    # Fees are held against what is earned; the invoice has 20% tax and the pass-through in it.
    assert [(one.billed, one.passed_on, one.invoiced) for one in found] == [
        (D(0), D(0), D(0)), (D(10), D(3), D("15.60")), (D(0), D(0), D(0)),
    ]  # fmt: skip


def test_without_an_estimate_a_fixed_fee_is_unknown(owner: User, halden: Client) -> None:
    (found,) = position(owner, make_contract(halden, billing="fixed_fee"))
    assert (found.recognised, found.backlog, found.earned_not_billed, found.billed_not_earned) == (None,) * 4
    assert found.earned.reason == "no cost to go has been estimated"


def test_milestones_on_acceptance_never_beyond_the_fee(owner: User, halden: Client) -> None:
    built = make_contract(halden, billing="milestone", amount=D("100"))
    for key, amount, accepted in (("a", "60", OCTOBER), ("b", "70", date(2026, 10, 31)), ("c", "5", None)):
        Milestone.objects.create(
            contract=built, key=key, title=key, due=OCTOBER, amount=D(amount), accepted_on=accepted
        )
    (found,) = position(owner, built)
    assert (found.recognised, found.backlog) == (D("100"), D("0"))
    (before,) = position(owner, built, through=date(2026, 9, 1))
    assert before.recognised == D(0)


def test_time_and_materials_as_worked(owner: User, halden: Client) -> None:
    hourly = make_contract(halden, billing="time_and_materials", amount=D("50000"))
    work(halden, "10", "2000", contract=hourly)
    work(halden, "10", "2050", contract=hourly, month=date(2026, 9, 1), uncarded_hours=D("3"))
    work(halden, "10", "9999", contract=hourly, month=date(2026, 11, 1))
    (found,) = position(owner, hourly)
    assert (found.recognised, found.backlog, found.uncarded_hours) == (D("4050"), D("45950"), D("3"))


def test_time_in_another_currency_is_converted_in_its_month(owner: User, halden: Client) -> None:
    fx(OCTOBER, "EUR", "1.0845")
    hourly = make_contract(halden, billing="time_and_materials")
    work(halden, "10", "10000", contract=hourly, value_currency="EUR")
    assert position(owner, hourly)[0].recognised == D("10845.00")
    work(halden, "10", "1", contract=hourly, value_currency="CHF")
    unknown = position(owner, hourly)[0]
    assert (unknown.recognised, unknown.earned_not_billed) == (None, None)


def test_nothing_is_earned_before_signature_and_by_an_agreement(owner: User, halden: Client) -> None:
    frame = make_contract(halden, kind="msa", amount=None)
    draft = make_contract(halden, status="draft")
    assert [found.recognised for found in position(owner, frame, draft)] == [D(0), D(0)]


def test_queries_do_not_grow_with_contracts(owner: User, halden: Client) -> None:
    several = [make_contract(halden, billing=kind).pk for kind in ("retainer", "fixed_fee", "milestone") * 20]
    basis = load_basis(owner, now=NOW)
    with CaptureQueriesContext(connection) as one:
        recognised_by_contract(basis, several[:1], OCTOBER, salary=True)
    with CaptureQueriesContext(connection) as many:
        assert len(recognised_by_contract(basis, several, OCTOBER, salary=True)) == 60
    assert len(one) == len(many) == 4
