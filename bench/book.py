"""The seeded book every part of the bench runs on: 1,000 clients with what their list shows, half of them in sight."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Action, Client, ClientMember, Contact, Objective, Opportunity, Plan, Touchpoint
from common.models import ClosedPeriod
from common.periods import month_add, month_of
from financials.actions.contracts import RECOMPUTE, mark_clients_dirty, rebuild_schedules
from financials.models import Contract, LedgerMonth
from people.models import User

CLIENTS = 1000
SEED = 20261123


def director() -> User:
    return User.objects.get(email="bench@example.com")


def make_book() -> None:
    dice, today = random.Random(SEED), timezone.now().date()
    owner = User.objects.create_user("bench@example.com", None, name="Ben Chmark", role="director")
    other = User.objects.create_user("other@example.com", None, name="Otto Other", role="director")
    clients = Client.objects.bulk_create(
        Client(
            key=f"C-{number:04}", name=f"Client {dice.randrange(10**6):06} {number}", owner=(other, owner)[number % 2],
            tier=dice.choice(("strategic", "key", "growth")), industry=dice.choice(("Retail", "Energy", "Media")),
            currency="USD", country="GB", salesforce_id=f"001{number:012}", finance_code=f"F{number}",
        )
        for number in range(CLIENTS)
    )  # fmt: skip
    for number in range(0, CLIENTS, 7):
        clients[number].parent = clients[number - 1 if number else 1]
    Client.objects.bulk_update(clients, ["parent"])
    # Every other client is in sight by owning it, a few more by working on it: both ways of the permission are walked.
    ClientMember.objects.bulk_create(ClientMember(client=client, person=owner) for client in clients[0:200:2])
    Contact.objects.bulk_create(
        Contact(client=client, key=f"P-{client.key}", first_name="Ana", last_name="Silva") for client in clients
    )
    Opportunity.objects.bulk_create(
        Opportunity(
            key=f"D-{client.key}-{number}", client=client, name="Deal", stage="Proposal", amount=Decimal(90_000),
            currency="USD", probability=Decimal("0.4"), category="commit", close_on=today + timedelta(days=40),
        )
        for client in clients
        for number in range(3)
    )  # fmt: skip
    Touchpoint.objects.bulk_create(
        Touchpoint(client=client, source_ref=f"T-{client.key}-{back}", date=today - timedelta(days=back * 30))
        for client in clients
        for back in range(4)
    )
    plans = Plan.objects.bulk_create(Plan(client=client, starts_on=today) for client in clients)
    objectives = Objective.objects.bulk_create(Objective(plan=plan, title="Grow", owner=owner) for plan in plans)
    Action.objects.bulk_create(
        Action(objective=objective, title=f"Step {step}", owner=owner, due=today + timedelta(days=step * 9 - 9))
        for objective in objectives
        for step in range(3)
    )
    make_money(clients)


def make_money(clients: list[Client]) -> None:
    now = timezone.now()
    this = month_of(now.date())
    contracts = Contract.objects.bulk_create(
        Contract(
            number=f"S-{client.key}-{number}", client=client, kind="sow", title="Work", start=month_add(this, -10),
            end=month_add(this, 8), amount=Decimal(180_000 + number), currency="USD", status="active",
            billing="retainer", service_line="Media",
        )
        for client in clients
        for number in range(2)
    )  # fmt: skip
    rebuild_schedules([contract.pk for contract in contracts], now=now)
    LedgerMonth.objects.bulk_create(
        [
            LedgerMonth(
                client_id=contract.client_id, contract=contract, service_line="Media", month=month_add(this, -back),
                line=line, currency="USD", amount=Decimal(10_000), entries=1,
            )
            for contract in contracts
            for back in range(1, 11)
            for line in ("gross_revenue", "pass_through", "delivery_labour")
        ],
        batch_size=5000,
    )  # fmt: skip
    closed = [month_add(this, -back) for back in range(1, 11)]
    ClosedPeriod.objects.bulk_create(ClosedPeriod(month=month, closed_at=now, closed_by="bench") for month in closed)
    mark_clients_dirty([client.pk for client in clients])


__all__ = ["CLIENTS", "RECOMPUTE", "director", "make_book"]
