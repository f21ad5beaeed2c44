"""One client with everything on it, and the day the tests call today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Action, Client, Contact, Objective, Opportunity, Plan, Stakeholding, Touchpoint
from people.models import User
from tests.makers import make_client, make_contact, make_opportunity, make_stakeholding


@dataclass
class World:
    client: Client
    contact: Contact
    stake: Stakeholding
    objective: Objective
    action: Action
    deal: Opportunity
    touch: Touchpoint
    today: date


@pytest.fixture
def world(owner: User, manager: User, delivery: User) -> World:
    """HAL, owned by the director, with the account manager and a delivery lead on its team."""
    today = timezone.now().date()
    client = make_client("HAL", owner=owner, members=(manager, delivery), name="Halden Pharma", tier="strategic")
    contact = make_contact(client, first_name="Ravi", last_name="Menon", title="Chief financial officer")
    stake = make_stakeholding(
        client,
        contact=contact,
        power=5,
        level=1,
        stance=-1,
        evidence="Said no on the call",
        buying_role="economic",
        cadence_days=14,
        owner=owner,
    )
    plan = Plan.objects.create(client=client, starts_on=date(2026, 1, 1), ambition="First among agencies")
    objective = Objective.objects.create(plan=plan, title="Renew the MSA", owner=owner, position=1)
    action = Action.objects.create(
        objective=objective, title="Send the benchmark", owner=manager, due=today - timedelta(days=3), position=1
    )
    deal = make_opportunity(
        client, key="HAL-OPP-1", name="Launch film", amount=Decimal("120000"), probability=Decimal("0.4"), owner=owner
    )
    touch = Touchpoint.objects.create(
        client=client, source_ref="T1", date=today - timedelta(days=41), notes="Budget talk"
    )
    touch.theirs.add(contact)
    touch.ours.add(owner)
    return World(client, contact, stake, objective, action, deal, touch, today)
