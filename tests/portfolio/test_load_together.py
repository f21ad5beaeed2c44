"""Two loads at once, and a load that is killed: nothing doubled, nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum

from accounts.models import Client
from common.models import ImportBatch
from financials.models import LedgerEntry, LedgerMonth
from portfolio.imports.runner import load_rows, take_turn
from tests.at_once import SOON, at_once
from tests.makers import make_client

# Naming the apps lets the emptying afterwards reach tables that no model stands for.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def ledger(count: int) -> list[dict[str, str]]:
    return [
        {
            "source_ref": f"R-{number}",
            "client": "ACME",
            "month": "2026-09",
            "line": "gross_revenue",
            "amount": "1.10",
            "currency": "USD",
        }
        for number in range(count)
    ]


def test_two_loads_at_once_take_turns() -> None:
    make_client("ACME")
    reports = at_once([lambda: load_rows("ledger", ledger(500), actor="x", now=NOW)] * 3)
    assert sorted((report.created, report.unchanged) for report in reports) == [(0, 500), (0, 500), (500, 0)]
    assert LedgerEntry.objects.count() == 500
    assert LedgerMonth.objects.get().amount == Decimal("550.00")


def test_the_second_is_told_that_it_waits() -> None:
    told: list[str] = []

    def second() -> None:
        with transaction.atomic():
            take_turn(lambda _done, _total, doing: told.append(doing))
        connection.close()

    with transaction.atomic():
        take_turn()
        thread = threading.Thread(target=second, daemon=True)
        thread.start()
        deadline = time.monotonic() + SOON
        while not told and time.monotonic() < deadline:
            time.sleep(0.01)
    thread.join(SOON)
    assert told == ["Another load is running: this one waits for its end"]


def test_a_killed_load_leaves_nothing_and_may_be_repeated(tmp_path: Path) -> None:
    make_client("ACME")
    path = tmp_path / "ledger.csv"
    rows = ledger(10_000)
    path.write_text(",".join(rows[0]) + "\n" + "".join(",".join(row.values()) + "\n" for row in rows))
    place = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**place)
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portfolio.settings"}
    child = subprocess.Popen([sys.executable, "manage.py", "load", "ledger", str(path)], env=environment)
    while not _writes_ledger() and child.poll() is None:
        time.sleep(0.005)
    assert child.poll() is None, "it ended before it could be killed"
    child.send_signal(signal.SIGKILL)
    child.wait(SOON)
    deadline = time.monotonic() + 20
    while _writes_ledger() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (LedgerEntry.objects.count(), LedgerMonth.objects.count(), ImportBatch.objects.count()) == (0, 0, 0)
    report = load_rows("ledger", rows, actor="x", now=NOW)
    assert (report.created, report.rejected) == (10_000, 0)
    assert LedgerEntry.objects.aggregate(total=Sum("amount"))["total"] == Decimal("11000.00")
    assert Client.objects.count() == 1


def _writes_ledger() -> bool:
    """Whether another session has reached the temporary tables of a posting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' "
            "AND l.objid = 7301002 AND a.datname = current_database() AND pid <> pg_backend_pid()"
        )
        return bool(cursor.fetchone()[0])
