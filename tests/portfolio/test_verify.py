"""`manage.py verify` finds what was broken behind the product's back."""

from __future__ import annotations

import contextlib
import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import BusinessUnit
from common import audit
from financials.actions.contracts import rebuild_schedules
from financials.models import Contract
from people.models import User
from tests.makers import make_client, make_contract, make_opportunity


def verify() -> dict[str, list[str]]:
    out = StringIO()
    with contextlib.suppress(SystemExit):
        call_command("verify", "--json", stdout=out)
    return {check["name"]: check["faults"] for check in json.loads(out.getvalue())}


def break_it(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_sound_state_passes(owner: User) -> None:
    contract = make_contract(make_client("A", owner=owner))
    rebuild_schedules([contract.pk], now=timezone.now())
    audit.record(actor="t", verb="did", kind="client", object_id=1)
    assert not any(verify().values())


@pytest.mark.parametrize(
    ("sql", "check", "said"),
    [
        ("UPDATE financials_scheduleline SET amount = amount + 1 WHERE month = '2026-03-01'", "Schedules", "SOW-A"),
        (
            "INSERT INTO financials_ledgermonth (client_id, service_line, month, line, currency, amount, entries) "
            "SELECT id, '', '2026-01-01', 'gross_revenue', 'USD', 5, 1 FROM accounts_client",
            "The kept monthly sums",
            "entries 0",
        ),
        (
            "INSERT INTO financials_ledgerentry (source_ref, revision, is_reversal, client_id, service_line, month, "
            "line, amount, currency, description, posted_at, posted_by) SELECT 'X', 1, false, id, '', '2026-01-01', "
            "'gross_revenue', 5, 'USD', '', now(), '' FROM accounts_client",
            "The ledger ties out",
            "2026-01, USD: entries 5.0000, shown 0",
        ),
        (
            "INSERT INTO common_closedperiod (month, closed_at, closed_by) VALUES ('2026-02-01', now(), 'x')",
            "Closed months stand",
            "2026-02 is closed without a close of it",
        ),
        (
            "INSERT INTO common_closedperiod (month, closed_at, closed_by) VALUES ('2026-02-01', now(), 'x'); "
            "INSERT INTO financials_closeevent (month, kind, at, by, reason, ledger_no) "
            "VALUES ('2026-02-01', 'closed', now(), 'x', '', 0); "
            "INSERT INTO financials_ledgermonth (client_id, service_line, month, line, currency, amount, entries) "
            "SELECT id, '', '2026-02-01', 'gross_revenue', 'USD', 5, 1 FROM accounts_client",
            "Closed months stand",
            "2026-02, client A, gross_revenue: closed at 0, now 5.0000",
        ),
        ("UPDATE common_auditentry SET actor = 'x'", "The audit chain", "altered"),
        (
            "INSERT INTO common_inputversion (object_ref, value) SELECT 'client:' || id, 7 FROM accounts_client; "
            "DELETE FROM common_job",
            "Forecasts",
            "no job waits",
        ),
    ],
)
def test_what_was_broken_is_named(owner: User, sql: str, check: str, said: str) -> None:
    contract = make_contract(make_client("A", owner=owner), number="SOW-A", start=date(2026, 1, 1))
    rebuild_schedules([contract.pk], now=timezone.now())
    audit.record(actor="t", verb="did", kind="client", object_id=1)
    audit.seal()
    break_it(sql)
    with pytest.raises(SystemExit, match="1"):
        call_command("verify", stdout=StringIO())
    faults = {name: texts for name, texts in verify().items() if texts}
    assert [name for name in faults if name.startswith(check)]
    assert any(said in text for texts in faults.values() for text in texts)


def test_a_unit_stays_with_its_client(owner: User) -> None:
    client, other = make_client("A", owner=owner), make_client("B", owner=owner)
    theirs = BusinessUnit.objects.create(client=other, key="U-B", name="Retail")
    BusinessUnit.objects.create(client=client, key="U-A", name="Media", parent=theirs)
    contract = make_contract(client, number="SOW-A")
    rebuild_schedules([contract.pk], now=timezone.now())
    Contract.objects.update(business_unit=theirs)
    make_opportunity(client, key="D", business_unit=theirs)
    assert sorted(verify()["Nothing is orphaned"]) == [
        f"{what} of another client"
        for what in ("contract SOW-A for unit U-B", "deal D for unit U-B", "unit U-A under U-B")
    ]
