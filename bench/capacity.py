"""The capacity page of 200 people over a year of weeks, three allocations each, against the database's sum of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Client, Opportunity
from bench.book import director
from bench.table import Row, against_floor, interleaved
from financials.models import Allocation
from financials.queries.capacity import CapacityAsked, monday_of
from financials.queries.capacity_page import load_capacity_page
from people.models import Leave, User

PEOPLE: Final = 200
WEEKS: Final = 52
ROWS: Final = 3
MOST_QUERIES: Final = 15
_SUM: Final = """
SELECT person_id, week, sum(hours) FILTER (WHERE firm), sum(hours * o.probability) FILTER (WHERE NOT firm)
FROM financials_allocation a LEFT JOIN accounts_opportunity o ON o.id = a.opportunity_id GROUP BY 1, 2
"""


def make_plans(first: date) -> None:
    owner = director()
    clients = list(Client.objects.filter(owner=owner).order_by("pk")[:60])
    deals = Opportunity.objects.bulk_create(
        Opportunity(key=f"CAP-{one.pk}", client=one, name="Work", stage="Proposal", probability=Decimal("0.4"))
        for one in clients
    )
    people = User.objects.bulk_create(
        User(
            email=f"planned{number}@bench.example", name=f"Planned {number}", role="delivery", manager=owner,
            discipline=f"Role {number % 10}", weekly_hours=Decimal("37.5"), country="GB-ENG",
        )
        for number in range(PEOPLE)
    )  # fmt: skip
    Leave.objects.bulk_create(
        Leave(person=one, starts=first + timedelta(weeks=5), ends=first + timedelta(weeks=5, days=4)) for one in people
    )
    Allocation.objects.bulk_create(
        (
            Allocation(
                week=first + timedelta(weeks=week), person=person, client=clients[place], hours=Decimal(12),
                firm=row < ROWS - 1, opportunity=None if row < ROWS - 1 else deals[place],
            )
            for number, person in enumerate(people)
            for week in range(WEEKS)
            for row in range(ROWS)
            for place in [(number + 7 * row) % len(clients)]
        ),
        batch_size=5000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure() -> list[Row]:
    """Needs the book of the pages' measure."""
    now = timezone.now()
    first = monday_of(now.date())
    make_plans(first)
    asked, user = CapacityAsked(first, first + timedelta(weeks=WEEKS - 1)), director()

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_SUM)
            assert len(cursor.fetchall()) == PEOPLE * WEEKS

    def page() -> None:
        assert len(load_capacity_page(user, asked, now=now).rows) >= 10

    times = interleaved({"floor": floor, "page": page}, rounds=5, warm=1)
    with CaptureQueriesContext(connection) as read:
        page()
    count = len(read)
    return [
        against_floor(f"Capacity, {PEOPLE} people × {WEEKS} weeks × {ROWS}", times["page"], times["floor"]),
        Row("Capacity, queries", f"{count}", None, f"≤ {MOST_QUERIES}", met=count <= MOST_QUERIES),
    ]
