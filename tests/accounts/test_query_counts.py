"""Pages cost the same number of queries at 10 clients and at 200, and never more than 15."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.health import rules_in_force
from accounts.models import (
    Action,
    Client,
    Contact,
    Feedback,
    HealthReading,
    Insight,
    Invitation,
    Objective,
    Opportunity,
    Plan,
    Stakeholding,
    Survey,
    Touchpoint,
)
from accounts.queries.attention import attention
from people.models import User
from tests.accounts.conftest import World

PAGES = (
    "/clients/",
    "/clients/?columns=parent&columns=next&sort=-overdue",
    "/clients/?format=csv",
    "/clients/HAL/",
    "/clients/HAL/facts/",
    "/clients/HAL/stakeholders/",
    "/clients/HAL/plan/",
    "/clients/HAL/growth/",
    "/clients/HAL/activity/",
    "/clients/HAL/voice/",
    "/clients/HAL/health/",
    "/voice/",
    "/voice/themes/",
    "/voice/health/",
    "/voice/health/proof/",
    "/voice/surveys/S/",
    "/voice/surveys/S/ask/",
    "/clients/HAL/log/",
    "/clients/HAL/edit/",
    "/clients/HAL/team/",
    "/log/",
    "/pipeline/",
    "/pipeline/?sort=-amount&outcome=all",
    "/pipeline/?format=csv",
    "/new/opportunity/",
    "/opportunities/HAL-OPP-1/",
)


Link: Any = Touchpoint.theirs.through


def grow(world: World, owner: User, start: int, stop: int) -> None:
    """More clients, each with a deal, a plan, an action and a contact; and as many rows again on HAL."""
    numbers = range(start, stop)
    clients = Client.objects.bulk_create(
        Client(key=f"G{n}", name=f"Client {n}", owner=owner, parent=world.client, industry=f"I{n % 7}") for n in numbers
    )
    Opportunity.objects.bulk_create(
        Opportunity(key=f"G{n}-{c.pk}", client=c, name=f"Deal {n}", stage="Proposal", close_on=world.today)
        for n, made in zip(numbers, clients, strict=True)
        for c in (made, world.client)
    )
    plans = Plan.objects.bulk_create(Plan(client=client, starts_on=world.today) for client in clients)
    objectives = Objective.objects.bulk_create(
        [
            *(Objective(plan=plan, title="O") for plan in plans),
            *(Objective(plan=world.objective.plan, title="O") for _ in numbers),
        ]
    )
    late = world.today - timedelta(days=2)
    Action.objects.bulk_create(Action(objective=o, title="A", due=late, owner=owner) for o in objectives)
    Feedback.objects.bulk_create(
        Feedback(client=c, source_ref=f"{n}-{c.pk}", date=world.today, scale="nps", score=n % 11, comment="late")
        for n, made in zip(numbers, clients, strict=True)
        for c in (made, world.client)
    )
    Insight.objects.bulk_create(
        Insight(client=c, key=f"{n}-{c.pk}", said="S", kind="service", action="A", raised_on=world.today)
        for n, made in zip(numbers, clients, strict=True)
        for c in (made, world.client)
    )
    rules = rules_in_force(timezone.now())
    HealthReading.objects.bulk_create(
        HealthReading(client=made, day=world.today, rules=rules, read_at=timezone.now()) for made in clients
    )
    contacts = Contact.objects.bulk_create(
        Contact(client=c, key=f"K{n}-{c.pk}", first_name="A", last_name=f"B{n}")
        for n, made in zip(numbers, clients, strict=True)
        for c in (made, world.client)
    )
    Stakeholding.objects.bulk_create(
        Stakeholding(contact=c, client=c.client, power=5, cadence_days=7, owner=owner) for c in contacts
    )
    survey, _ = Survey.objects.get_or_create(
        key="S", defaults={"title": "S", "question": "Q?", "owner": owner, "closes_on": world.today}
    )
    Invitation.objects.bulk_create(
        Invitation(survey=survey, client=c.client, contact=c, asked_at=timezone.now()) for c in contacts
    )
    points = Touchpoint.objects.bulk_create(Touchpoint(client=c.client, source_ref=c.key, date=late) for c in contacts)
    Link._default_manager.bulk_create(
        Link(touchpoint_id=p.pk, contact_id=c.pk) for p, c in zip(points, contacts, strict=True)
    )


def counts(browser: Any) -> dict[str, int]:
    found = {}
    for url in PAGES:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = browser.get(url)
            assert answer.status_code == 200, url
            if answer.streaming:
                b"".join(answer)
        found[url] = len(queries)
    return found


@pytest.mark.usefixtures("manager")
def test_queries_do_not_grow_with_the_book(world: World, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    grow(world, owner, 0, 9)
    few = counts(browser)
    grow(world, owner, 9, 200)
    assert counts(browser) == few
    assert max(few.values()) <= 15, few
    with CaptureQueriesContext(connection) as queries:
        assert len(attention(owner, world.today)) == 12
    assert len(queries) <= 4
