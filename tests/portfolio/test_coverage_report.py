"""reports/coverage: worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.access import clients_for
from accounts.models import Bond, Touchpoint
from common import jobs
from financials.actions.contracts import mark_clients_dirty, rebuild_schedules
from financials.queries.at_risk import load_coverage
from financials.queries.basis import load_basis
from tests.makers import make_client, make_contract, make_stakeholding, make_user

pytestmark = pytest.mark.django_db


def test_the_worked_coverage_and_what_hangs_on_one_person() -> None:
    """Powers 5, 5, 4, 3, 3 with the 1st, 3rd and 4th covered: 60%. The 1st alone carries the client."""
    director = make_user("director", email="dora@example.com")
    other = make_user("account_manager", email="max@example.com")
    client = make_client("HAL", owner=director)
    today = timezone.now().date()
    stakes = [
        make_stakeholding(client, power=power, level=level, buying_role=role, owner=director, cadence_days=30)
        for power, level, role in ((5, 3, "economic"), (5, 1, "sponsor"), (4, 2, "user"), (3, 2, ""), (3, 0, ""))
    ]
    touch = Touchpoint.objects.create(client=client, source_ref="T", date=today)
    touch.theirs.add(*(stake.contact for stake in stakes))
    make_client("OUT", owner=other)
    first = date(today.year, today.month, 1)
    contract = make_contract(
        client, number="S-1", start=first, end=date(first.year + 3, first.month, 1), amount=Decimal("365000"),
        status="active", signed_on=first,
    )  # fmt: skip
    rebuild_schedules([contract.pk], now=timezone.now())
    mark_clients_dirty([client.pk])
    jobs.work("recompute")
    basis = load_basis(director, now=timezone.now())
    (row,) = load_coverage(basis, clients_for(director))
    assert (row.client, row.stakeholders, row.coverage) == ("HAL", 5, Decimal("0.6"))
    assert row.single_threaded is True  # all three strong ties are the director's
    assert row.revenue_if_lost is not None
    assert row.revenue_if_lost > 0
    Bond.objects.create(stake=stakes[0], person=other, level=2)
    Bond.objects.create(stake=stakes[2], person=other, level=3)
    assert load_coverage(basis, clients_for(director))[0].single_threaded is False  # three of five: 60%
    stakes[1].level = 2
    stakes[1].save()
    assert load_coverage(basis, clients_for(director))[0].revenue_if_lost == 0
