"""The audit chain finds what was done to it behind the product's back."""

from __future__ import annotations

import pytest
from django.db import connection

from common import audit
from common.models import AuditEntry


@pytest.fixture
def chain(db: None) -> list[AuditEntry]:
    for number in range(1, 6):
        audit.record(actor="a@example.com", verb="changed", kind="client", object_id=number, label=f"Client {number}")
    assert audit.seal() == 5
    assert audit.seal() == 0
    return list(AuditEntry.objects.order_by("seal_no"))


def test_an_untouched_chain_holds(chain: list[AuditEntry]) -> None:
    assert audit.faults() == []


@pytest.mark.parametrize(
    ("sql", "first_fault"),
    [
        ("UPDATE common_auditentry SET actor = 'b' WHERE seal_no = 2", 2),
        ("UPDATE common_auditentry SET at = at + interval '1 second' WHERE seal_no = 4", 4),
        ("DELETE FROM common_auditentry WHERE seal_no = 3", 3),
        ("UPDATE common_auditentry SET seal = repeat('0', 64) WHERE seal_no = 1", 1),
    ],
)
def test_edits_and_removals_show(chain: list[AuditEntry], sql: str, first_fault: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert audit.faults()[0].seal_no == first_fault


def test_sealing_goes_on_where_it_stopped(chain: list[AuditEntry]) -> None:
    audit.record(actor="a", verb="changed", kind="client", object_id=6, changes={"stance": (None, 1)})
    assert AuditEntry.objects.get(seal_no=None).field_class == "STANCE"
    assert audit.seal() == 1
    assert audit.faults() == []
