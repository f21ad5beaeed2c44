"""50,000 hours of the clients in sight: what the list costs more than the same list of one client, a hundred rows.

Both print a page of a hundred, so the size of the book is all that is between them. A bare query of the page and the
sums, without permissions, stands beside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Client
from bench.book import director
from bench.table import Row, against_floor, interleaved
from common.models import ClosedPeriod
from common.periods import month_add, month_of
from financials.actions.time import rebuild_time_months
from people.models import User

ENTRIES = 50_000
PEOPLE = 60
ROUNDS = 15
MOST = 2
MOST_QUERIES = 15
_ENTRIES = """
INSERT INTO financials_timeentry (version, created_at, updated_at, source_ref, date, month, person_id, client_id,
  contract_id, hours, billable, role, notes, status, decided_by, decided_at)
SELECT 1, now(), now(), 'H-' || n, d.day, date_trunc('month', d.day), p.id, k.client_id, k.id, 1 + n %% 7, n %% 5 > 0,
       'Planner', 'Bench', CASE n %% 10 WHEN 0 THEN 'submitted' ELSE 'approved' END, 'bench', now()
FROM generate_series(1, %(entries)s) n
CROSS JOIN LATERAL (SELECT (%(last)s::date - (n %% 700))::date AS day) d
JOIN unnest(%(people)s) WITH ORDINALITY AS p(id, no) ON p.no = 1 + n %% cardinality(%(people)s)
JOIN (SELECT id, client_id, row_number() OVER (ORDER BY id) - 1 AS no, count(*) OVER () AS of_all
      FROM financials_contract WHERE client_id = ANY(%(clients)s)) k ON k.no = n %% k.of_all
"""
_LIST = """
SELECT t.*, p.name, c.name, k.number, s.count, s.hours
FROM (SELECT * FROM financials_timeentry ORDER BY date DESC, id DESC LIMIT 100) t
JOIN people_user p ON p.id = t.person_id JOIN accounts_client c ON c.id = t.client_id
LEFT JOIN financials_contract k ON k.id = t.contract_id
CROSS JOIN (SELECT count(*), sum(hours) AS hours FROM financials_timeentry) s ORDER BY t.date DESC, t.id DESC
"""


def make_hours() -> None:
    ClosedPeriod.objects.all().delete()  # whose hours nobody writes any more
    clients = list(Client.objects.visible_to(director()).values_list("pk", flat=True))
    last = timezone.now().date()
    people = [
        User.objects.create_user(f"hours-{no}@example.com", None, name=f"Hour Lee {no}", role="delivery").pk
        for no in range(PEOPLE)
    ]
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"people": people, "entries": ENTRIES, "last": last, "clients": clients}
        cursor.execute(_ENTRIES, given)
    with transaction.atomic():
        rebuild_time_months(clients)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure() -> list[Row]:
    make_hours()
    browser = Browser()
    browser.force_login(director(), backend="django.contrib.auth.backends.ModelBackend")
    client = Client.objects.visible_to(director()).filter(time_entries__isnull=False).order_by("pk")[0]
    month = month_add(month_of(timezone.now().date()), -1)
    pages = {
        "Time list, newest": "/financials/time/",
        "Time list, 400th page": "/financials/time/?page=400",
        "Time list, one month": f"/financials/time/?month={month:%Y-%m}",
    }
    panels = {"A person's week": "/financials/time/week/", "Rates realised": f"/clients/{client.key}/financials/hours/"}
    small = f"/financials/time/?client={client.key}"

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_LIST)
            assert cursor.fetchall()

    def ours(path: str) -> Callable[[], None]:
        def go() -> None:
            assert browser.get(path).status_code == 200

        return go

    asked = {"small": small, **pages, **panels}
    took = interleaved({"bare": bare, **{name: ours(path) for name, path in asked.items()}}, rounds=ROUNDS)
    floor = took["small"]
    rows = [
        against_floor("Hours floor: the time list of one client", floor, floor),
        against_floor(f"  bare query: 100 of {ENTRIES:,} rows and their sum", took["bare"], floor),
    ]
    for name, path in {**pages, **panels}.items():
        with CaptureQueriesContext(connection) as captured:
            browser.get(path)
        row = against_floor(f"{name}: {ENTRIES:,} rows, {len(captured)} queries", took[name], floor, most=MOST)
        rows.append(replace(row, met=row.met and len(captured) <= MOST_QUERIES))
    return rows
