"""S1, S2: what lies out of sight shows neither in a field, nor in an order, nor through an old load."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client, Opportunity
from common.imports import CannotUndo
from common.models import AuditEntry
from people.models import User
from portfolio.imports.files import SourceFile
from portfolio.imports.requests import Options, batches_for
from portfolio.imports.runner import load_files
from portfolio.imports.undoing import undo
from portfolio.queries.audit import audit_entries_for
from tests.makers import make_client, make_opportunity
from tests.security.callers import bearer

pytestmark = pytest.mark.django_db


def test_rest_does_not_name_a_parent_out_of_sight(owner: User, outsider: User) -> None:
    parent = make_client("SECRET", owner=outsider)
    make_client("HALDEN", owner=owner, parent=parent)
    make_client("HALDEN-EU", owner=owner, parent=Client.objects.get(key="HALDEN"))

    def seen(query: str = "") -> list[tuple[str, str | None]]:
        found = Browser().get(f"/api/v1/clients/?ordering=key&{query}", headers=bearer(owner)).json()["results"]
        return [(row["key"], row["parent"]) for row in found]

    assert seen() == [("HALDEN", None), ("HALDEN-EU", "HALDEN")]
    assert seen("parent=HALDEN") == [("HALDEN-EU", "HALDEN")]
    assert seen("parent=SECRET") == seen("parent=NOBODY") == []


def test_a_change_keeps_the_parent_it_does_not_see(owner: User, outsider: User) -> None:
    parent = make_client("SECRET", owner=outsider)
    child = make_client("HALDEN", owner=owner, parent=parent)
    answer = Browser().patch(
        f"/api/v1/clients/{child.pk}/", '{"industry": "Air"}', content_type="application/json", headers=bearer(owner)
    )
    assert answer.status_code == 200
    child.refresh_from_db()
    assert (child.industry, child.parent_id) == ("Air", parent.pk)


def test_an_order_tells_no_role_what_it_may_not_see(legal: User, sign_in: Any) -> None:
    for key, deals in (("B", 0), ("A", 0), ("C", 2)):
        client = make_client(key, name=key)
        for _ in range(deals):
            make_opportunity(client)
    plain, sorted_by_deals = (
        b"".join(sign_in(legal).get(f"/clients/?sort={sort}&format=csv").streaming_content)
        for sort in ("-name", "-open")
    )
    assert sorted_by_deals == plain


def test_a_load_is_not_taken_back_from_somebody_elses_client(owner: User, outsider: User) -> None:
    client = make_client("HALDEN", owner=owner)
    text = "key,client,name,stage,amount,currency,close_on\nH-1,HALDEN,Relaunch,Proposal,100,USD,2026-12-01\n"
    file = SourceFile("deals.csv", data=text.encode())
    now = timezone.now()
    load_files("opportunities", [file], options=Options(), actor=owner.email, now=now, user=owner)
    batches = list(batches_for(owner))
    Client.objects.filter(pk=client.pk).update(owner=outsider)
    with pytest.raises(CannotUndo, match="not yours any more"):
        undo(batches=batches, actor=owner.email, now=now, user=owner)
    assert Opportunity.objects.get().amount == Decimal(100)
    Client.objects.filter(pk=client.pk).update(owner=owner)
    assert undo(batches=batches, actor=owner.email, now=now, user=owner) == 1


def test_what_rest_wrote_is_told_to_the_clients_readers_alone(
    owner: User, outsider: User, administrator: User, manager: User
) -> None:
    make_client("HALDEN", owner=owner, members=(manager,))
    body = {"key": "H-9", "client": "HALDEN", "name": "Hush", "stage": "Proposal"}
    answer = Browser().post("/api/v1/opportunities/", body, content_type="application/json", headers=bearer(manager))
    assert answer.status_code == 201
    assert AuditEntry.objects.get(object_id=answer.json()["id"]).client_id == Client.objects.get().pk
    told = [
        audit_entries_for(user).filter(object_kind="opportunity", object_label="Hush").count()
        for user in (owner, outsider, administrator)
    ]
    assert told == [1, 0, 0]


def test_the_trail_tells_an_administrator_of_a_rate_but_not_how_much(
    finance: User, administrator: User, leadership: User, sign_in: Any
) -> None:
    """Rates for all clients belong to no client, and an administrator reads what belongs to none: but no money."""
    card = {"kind": "bill", "role": "Designer", "rate": "143.77", "currency": "USD", "from": "2026-11-01"}
    answer = Browser().post("/api/v1/rate-cards/", card, content_type="application/json", headers=bearer(finance))
    assert answer.status_code == 201
    form = {"kind": "bill", "role": "Writer", "rate": "143.77", "currency": "USD", "starts": "2026-11-01"}
    assert sign_in(finance).post("/financials/rates/add/", form).status_code == 302
    shown = {user.role: sign_in(user).get("/audit/").text for user in (administrator, leadership)}
    assert [shown[role].count("143.77") for role in ("administrator", "leadership")] == [0, 2]
    assert "Designer" in shown["administrator"]
    told = [Browser().get("/api/v1/audit/", headers=bearer(user)).text for user in (administrator, leadership)]
    assert ["143.77" in text for text in told] == [False, True]
