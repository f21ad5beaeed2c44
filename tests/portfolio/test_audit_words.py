"""The audit page says changes in words: nothing of it looks like a program's own notation."""

from __future__ import annotations

import pytest

from common import audit
from people.models import User
from portfolio.queries.audit import audit_page
from tests.makers import make_client

pytestmark = pytest.mark.django_db


def test_of_a_group_of_words_only_what_moved_is_told(owner: User) -> None:
    client = make_client("HALDEN", owner=owner)
    before = {"headline": "Two decisions", "note": ""}
    after = {"headline": "Two decisions", "note": "In $M.", "decisions": [{"what": "Renew", "cost": "4.08"}]}
    changes = {"words": (before, after), "close_on": (None, "2026-12-09"), "hidden": (False, True)}
    audit.record(actor=owner.email, verb="wrote words", kind="deck", object_id=1, client_id=client.pk, changes=changes)
    row = audit_page(owner, text="wrote", before=None)[0]
    assert set(row.changes) == {
        ("words, note", "", "In $M."),
        ("words, decisions", "", "4.08, Renew"),
        ("close on", "", "2026-12-09"),
        ("hidden", "no", "yes"),
    }
