"""manage.py demo: everything lands, twice is once, and the door stays shut without a password."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client as Browser

from accounts.models import Action, Client, ClientMember, Contact, Opportunity, Plan, Touchpoint
from common.models import AuditEntry, ClosedPeriod
from financials.models import CloseEvent, Contract, LedgerEntry
from people.models import User
from qbr.models import Snapshot

PASSWORD = "a long demo password"


def load(**options: object) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **{"as_of": date(2026, 11, 23), "password": PASSWORD} | options)
    return out.getvalue()


def table_sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        sizes: dict[str, int] = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - names from the catalogue
            sizes[table] = cursor.fetchone()[0]
    return sizes


def contents() -> dict[str, str]:
    """A digest of every table's rows."""
    with connection.cursor() as cursor:
        return {
            table: cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" t")  # noqa: S608
            or cursor.fetchone()[0]
            for table in table_sizes()
        }


@pytest.mark.django_db
def test_demo_loads_once_and_signs_in(client: Browser, settings: Any) -> None:
    settings.DEMO_PASSWORD = PASSWORD
    said = load()
    assert "14 created" in said
    assert Client.objects.count() == 15
    assert Client.objects.filter(notes__startswith="Demo data").count() == 15
    assert Contact.objects.count() == 77
    assert Contract.objects.count() == 193
    assert Opportunity.objects.filter(outcome="open").count() == 32
    assert Touchpoint.objects.filter(date__gt=date(2026, 11, 23)).count() == 0
    assert ClientMember.objects.count() == 35
    assert Plan.objects.count() == 14
    assert Action.objects.filter(status="done").count() == 1
    held = Snapshot.objects.filter(deck__held_on__lt=date(2026, 11, 23)).values_list("deck__held_on", "frozen_at")
    assert sorted({str(day) for day, _ in held}) == ["2026-07-20", "2026-10-20"]
    assert [(day - frozen.date()).days for day, frozen in held if day] == [8] * 6
    late = LedgerEntry.objects.exclude(service_month=None).values_list("source_ref", "month", "service_month")
    assert list(late) == [("LATE-EDIT-2026-08", date(2026, 10, 1), date(2026, 8, 1))]
    assert CloseEvent.objects.count() == 38
    assert CloseEvent.objects.filter(kind="reopened").values_list("month").get() == (date(2026, 9, 1),)
    assert ClosedPeriod.objects.count() == 36
    assert ClosedPeriod.objects.filter(month=date(2026, 11, 1)).count() == 0
    director = User.objects.get(email="director@demo.example")
    assert director.check_password(PASSWORD)
    assert Client.objects.visible_to(director).count() == 15
    manager = User.objects.get(email="manager@demo.example")
    seen = Client.objects.visible_to(manager).order_by("key").values_list("key", flat=True)
    assert list(seen) == ["marlow-bank", "northline-rail", "pell-and-rowe"]
    assert not User.objects.get(email="marcus.bell@demo.example").has_usable_password()

    before = table_sizes()
    assert load(as_of=None, password=PASSWORD).endswith("No change.\n")
    after = table_sizes()
    assert after == before

    # What people have done since stays done: an edit, an emptied field, a removal, a reopened month.
    Client.objects.filter(key="marlow-bank").update(tier="maintain", industry="", notes="")
    Opportunity.objects.filter(outcome="open").update(stage="Ours", amount=1)
    User.objects.filter(email="marcus.bell@demo.example").update(name="Marcus B.", weekly_hours=None)
    Action.objects.filter(objective__plan__client__key="marlow-bank").delete()
    Touchpoint.objects.all().delete()
    ClosedPeriod.objects.filter(month=date(2026, 10, 1)).delete()
    rows = contents()
    assert load(as_of=None, password=None) == "No change.\n"
    assert contents() == rows
    with pytest.raises(CommandError, match="2026-11-23 is already here"):
        load(as_of=date(2026, 12, 1))
    assert AuditEntry.objects.filter(object_kind="demo", verb="loaded").count() == 1


@pytest.mark.django_db
def test_demo_without_any_password_says_what_to_do(settings: object, tmp_path: object) -> None:
    settings.DATA_DIR, settings.DEMO_PASSWORD = tmp_path, ""  # type: ignore[attr-defined]  # pytest-django's wrapper
    with pytest.raises(CommandError, match="give --password or set DEMO_PASSWORD"):
        load(password=None)
    assert User.objects.count() == 0
