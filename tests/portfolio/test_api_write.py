"""REST, writing: the import kinds' rules, versions, idempotency, bulk. Over HTTP, with real tokens."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Contact, Opportunity, Stakeholding
from accounts.queries.history import last_edit
from common.models import AuditEntry, IdempotencyKey, Job
from financials.models import Contract, LedgerEntry, LedgerMonth
from people.models import User
from tests.makers import make_client, make_contract, make_opportunity
from tests.portfolio.test_api_read import bearer

API = "/api/v1"
DEAL = {
    "key": "D-1",
    "client": "A",
    "name": "Loyalty build",
    "stage": "Proposal",
    "amount": "120000.10",
    "currency": "USD",
    "probability": 0.4,
    "category": "commit",
    "close_on": "2026-12-15",
}


def send(user: User, verb: str, path: str, body: Any, **headers: str) -> Any:
    method = getattr(Browser(), verb)
    return method(
        f"{API}{path}", data=json.dumps(body), content_type="application/json", headers={**bearer(user), **headers}
    )


def test_a_deal_is_created_with_its_job_and_audit(owner: User) -> None:
    client = make_client("A", owner=owner)
    response = send(owner, "post", "/opportunities/", DEAL)
    assert response.status_code == 201, response.content
    row = response.json()
    assert (row["amount"], row["probability"], row["outcome"]) == ("120000.1000", "0.400000", "open")
    assert response["Location"] == f"/api/v1/opportunities/{row['id']}/"
    assert response["ETag"] == f'"{row["id"]}-1"'
    assert Job.objects.filter(kind="recompute", object_ref=f"client:{client.pk}").count() == 1
    entry = AuditEntry.objects.get(actor="owner@example.com", verb="created", object_id=row["id"])
    assert (entry.changes["amount"], entry.changes["client"]) == ([None, "120000.1000"], [None, "A"])
    assert {"offering", "next_step"} & entry.changes.keys() == set()  # what was left blank


def test_the_audit_trail_tells_what_a_write_changed(owner: User, finance: User, leadership: User) -> None:
    make_client("A", owner=owner)
    deal = send(owner, "post", "/opportunities/", DEAL | {"next_step": "Call"}).json()
    send(owner, "patch", f"/opportunities/{deal['id']}/", {"amount": "99", "next_step": None})
    own = AuditEntry.objects.filter(object_kind="opportunity", object_id=deal["id"])
    (entry,) = own.filter(verb="changed")
    assert entry.changes == {"amount": ["120000.1000", "99.0000"], "next_step": ["Call", None]}
    send(owner, "patch", f"/opportunities/{deal['id']}/", {"amount": "99"})
    assert own.filter(verb="changed").count() == 1
    rows = [DEAL | {"amount": "99", "next_step": ""}, DEAL | {"key": "D-2"}]
    assert send(owner, "post", "/opportunities/bulk/", rows).status_code == 200
    loaded = AuditEntry.objects.filter(verb="loaded").values_list("changes__key", flat=True)
    assert list(loaded) == [[None, "D-2"]]  # the first stands as it stood


def test_pages_tell_of_a_rest_edit_as_of_their_own(owner: User, sign_in: Any) -> None:
    client = make_client("A", owner=owner)
    contract = make_contract(client, number="C-1", title="Studio")
    assert send(owner, "patch", f"/contracts/{contract.pk}/", {"title": "Studio and film"}).status_code == 200
    page = sign_in(owner).get("/contracts/C-1/terms/").text
    assert page.split("What changed")[1].count("Studio and film") >= 1
    deal = send(owner, "post", "/opportunities/", DEAL).json()
    send(owner, "patch", f"/opportunities/{deal['id']}/", {"name": "Film"})
    assert (last_edit("opportunity", deal["id"]).who, last_edit("opportunity", deal["id"]).at is None) == (
        owner.name, False
    )  # fmt: skip
    assert f"{owner.name}</b> changed opportunity Film" in sign_in(owner).get("/clients/A/activity/").text
    kinds = set(AuditEntry.objects.values_list("object_kind", "object_label"))
    assert {("contract", "C-1 Studio and film"), ("opportunity", "Film")} <= kinds


def test_a_judgement_sent_by_rest_is_told_by_field_class(
    owner: User, finance: User, leadership: User, sign_in: Any
) -> None:
    make_client("A", owner=owner)
    body = {"key": "P", "client": "A", "first_name": "Ravi", "last_name": "Menon"}
    contact = send(owner, "post", "/contacts/", body).json()
    send(owner, "patch", f"/contacts/{contact['id']}/", {"stance": -2, "judged_on": "2026-09-14", "power": 4})
    entry = AuditEntry.objects.get(verb="changed", object_kind="contact", object_id=contact["id"])
    assert entry.changes == {"stance": [None, -2], "judged_on": [None, "2026-09-14"], "power": [None, 4]}
    assert entry.field_class == "STANCE"
    told = sign_in(leadership).get("/audit/").text
    assert "stance: — → -2" in told
    page = sign_in(finance).get("/audit/").text
    assert "power: — → 4" in page
    assert "Partly shown to your role" in page
    assert not any(word in page for word in ("stance", "2026-09-14", "judged"))


def test_a_ledger_amount_s_change_is_told(owner: User) -> None:
    make_client("A", owner=owner)
    entry = {"source_ref": "R", "client": "A", "month": "2026-09", "line": "gross_revenue", "currency": "USD"}
    made = send(owner, "post", "/ledger-entries/", entry | {"amount": "10"}).json()
    assert send(owner, "patch", f"/ledger-entries/{made['id']}/", {"amount": "12"}).status_code == 200
    assert AuditEntry.objects.get(verb="changed", object_kind="ledger", object_label="R").changes == {
        "amount": ["10.0000", "12.0000"]
    }


@pytest.mark.parametrize(
    ("changes", "pointer", "said"),
    [
        ({"probability": "60%"}, "/probability", "write 0.6"),
        ({"client": "NOPE"}, "/client", "NOPE"),
        ({"amount": "1,000"}, "/amount", "1234.56"),
        ({"close_on": "15/12/2026"}, "/close_on", "YYYY-MM-DD"),
        ({"name": ""}, "/name", "required"),
        ({"outcome": "won"}, "/outcome", "read-only"),
        ({"is_admin": True}, "/is_admin", "no such field"),
        ({"amount": {"value": 1}}, "/amount", "send text"),
    ],
)
def test_what_does_not_hold_is_named_and_nothing_is_written(
    owner: User, changes: dict[str, Any], pointer: str, said: str
) -> None:
    make_client("A", owner=owner)
    response = send(owner, "post", "/opportunities/", {**DEAL, **changes})
    assert response.status_code == 422, response.content
    assert response["Content-Type"] == "application/problem+json"
    error = next(error for error in response.json()["errors"] if error["pointer"] == pointer)
    assert said in error["detail"]
    assert not Opportunity.objects.exists()


def test_a_client_out_of_sight_is_unknown_in_the_same_words(owner: User, outsider: User) -> None:
    make_client("B", owner=outsider)
    make_client("A", owner=owner)
    foreign = send(owner, "post", "/opportunities/", {**DEAL, "client": "B"}).json()["errors"]
    missing = send(owner, "post", "/opportunities/", {**DEAL, "client": "C"}).json()["errors"]
    assert foreign[0]["detail"].replace("B", "C") == missing[0]["detail"]


def test_an_existing_key_is_409_on_create(owner: User) -> None:
    make_client("A", owner=owner)
    assert send(owner, "post", "/opportunities/", DEAL).status_code == 201
    again = send(owner, "post", "/opportunities/", DEAL)
    assert again.status_code == 409
    assert again.json()["errors"][0]["pointer"] == "/key"


def test_a_patch_changes_what_it_names_and_a_stale_one_nothing(owner: User) -> None:
    deal = make_opportunity(make_client("A", owner=owner), next_step="Call")
    path = f"/opportunities/{deal.pk}/"
    first = send(owner, "patch", path, {"amount": "99.50"}, **{"If-Match": f'"{deal.pk}-1"'})
    assert first.status_code == 200, first.content
    assert (first.json()["amount"], first.json()["next_step"]) == ("99.5000", "Call")
    assert first["ETag"] == f'"{deal.pk}-2"'
    stale = send(owner, "patch", path, {"amount": "1"}, **{"If-Match": f'"{deal.pk}-1"'})
    assert stale.status_code == 412
    assert stale.json()["current"]["amount"] == "99.5000"
    deal.refresh_from_db()
    assert (deal.amount, deal.version) == (Decimal("99.5"), 2)


def test_null_makes_unknown(owner: User) -> None:
    deal = make_opportunity(make_client("A", owner=owner))
    row = send(owner, "patch", f"/opportunities/{deal.pk}/", {"amount": None, "probability": None}).json()
    assert (row["amount"], row["probability"]) == (None, None)


def test_a_record_keeps_its_key(owner: User) -> None:
    deal = make_opportunity(make_client("A", owner=owner), key="D")
    assert send(owner, "patch", f"/opportunities/{deal.pk}/", {"key": "E"}).status_code == 422


def test_a_contact_and_its_judgements_are_one_record(owner: User) -> None:
    make_client("A", owner=owner)
    body = {"key": "P", "client": "A", "first_name": "Ravi", "last_name": "Menon", "power": 5, "stance": -1}
    row = send(owner, "post", "/contacts/", body).json()
    assert (row["power"], row["stance"], row["version"]) == (5, -1, 2)
    holding = Stakeholding.objects.get(contact__key="P")
    assert (holding.power, holding.stance) == (5, -1)
    gone = Browser().delete(f"{API}/contacts/{row['id']}/", headers=bearer(owner))
    assert gone.status_code == 204
    assert not Contact.objects.exists()


def test_roles_that_only_read_are_403(owner: User, finance: User, legal: User) -> None:
    deal = make_opportunity(make_client("A", owner=owner))
    for user in (finance, legal):
        assert send(user, "post", "/opportunities/", DEAL).status_code == 403
        assert send(user, "patch", f"/opportunities/{deal.pk}/", {"amount": "1"}).status_code == 403


def test_out_of_sight_is_404_for_writes_too(outsider: User, owner: User) -> None:
    deal = make_opportunity(make_client("A", owner=owner))
    assert send(outsider, "patch", f"/opportunities/{deal.pk}/", {"amount": "1"}).status_code == 404
    assert Browser().delete(f"{API}/opportunities/{deal.pk}/", headers=bearer(outsider)).status_code == 404


def test_clients_cannot_be_deleted(owner: User) -> None:
    client = make_client("A", owner=owner)
    assert Browser().delete(f"{API}/clients/{client.pk}/", headers=bearer(owner)).status_code == 405


def test_bulk_is_all_or_none_and_says_which_row(owner: User) -> None:
    make_client("A", owner=owner)
    rows = [{**DEAL, "key": f"D-{n}"} for n in range(3)]
    bad = send(owner, "post", "/opportunities/bulk/", [*rows, {**DEAL, "key": "D-9", "amount": "x"}])
    assert bad.status_code == 422
    assert bad.json()["errors"][0]["pointer"] == "/3/amount"
    assert not Opportunity.objects.exists()
    good = send(owner, "post", "/opportunities/bulk/", rows)
    assert good.status_code == 200, good.content
    assert [row["key"] for row in good.json()["results"]] == ["D-0", "D-1", "D-2"]
    assert send(owner, "post", "/opportunities/bulk/", []).status_code == 422


def test_an_idempotency_key_gives_the_first_answer_again(owner: User) -> None:
    make_client("A", owner=owner)
    key = {"Idempotency-Key": "k-1"}
    first = send(owner, "post", "/opportunities/", DEAL, **key)
    again = send(owner, "post", "/opportunities/", dict(reversed(DEAL.items())), **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.content, first["ETag"]) == (again.content, again["ETag"])
    assert again["Idempotent-Replayed"] == "true"
    assert Opportunity.objects.count() == 1
    other = send(owner, "post", "/opportunities/", {**DEAL, "key": "D-2"}, **key)
    assert other.status_code == 422
    assert Opportunity.objects.count() == 1


def test_a_refusal_is_not_remembered_and_one_in_flight_is_409(owner: User) -> None:
    make_client("A", owner=owner)
    key = {"Idempotency-Key": "k-1"}
    assert send(owner, "post", "/opportunities/", {**DEAL, "amount": "x"}, **key).status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert send(owner, "post", "/opportunities/", DEAL, **key).status_code == 201
    IdempotencyKey.objects.update(status=None)
    assert send(owner, "post", "/opportunities/", DEAL, **key).status_code == 409


def test_a_ledger_entry_posts_and_a_change_reverses(owner: User) -> None:
    client = make_client("A", owner=owner)
    body = {
        "source_ref": "INV-1",
        "client": "A",
        "month": "2026-09",
        "line": "gross_revenue",
        "amount": "520000.00",
        "currency": "USD",
    }
    made = send(owner, "post", "/ledger-entries/", body)
    assert made.status_code == 201, made.content
    changed = send(owner, "patch", f"/ledger-entries/{made.json()['id']}/", {"amount": "500000.00"})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["amount"], changed.json()["revision"]) == ("500000.0000", 2)
    amounts = list(LedgerEntry.objects.order_by("revision", "is_reversal").values_list("amount", "is_reversal"))
    assert amounts == [(Decimal(520000), False), (Decimal(-520000), True), (Decimal(500000), False)]
    assert LedgerMonth.objects.get(client=client).amount == Decimal(500000)


def test_a_contract_through_rest_has_its_schedule(owner: User) -> None:
    make_client("A", owner=owner)
    body = {
        "number": "SOW-1",
        "kind": "sow",
        "client": "A",
        "title": "Work",
        "start": "2026-01-15",
        "end": "2026-04-10",
        "amount": "100000.00",
        "currency": "USD",
        "status": "signed",
    }
    made = send(owner, "post", "/contracts/", body)
    assert made.status_code == 201, made.content
    contract = Contract.objects.get(number="SOW-1")
    assert [str(line.amount) for line in contract.schedule.all()] == [
        "19767.4400",
        "32558.1400",
        "36046.5100",
        "11627.9100",
    ]


def test_the_body_must_be_json(owner: User) -> None:
    headers = bearer(owner)
    for body in (b"{", b"\xff", b'{"a": NaN}'):
        response = Browser().post(f"{API}/clients/", data=body, content_type="application/json", headers=headers)
        assert response.status_code == 400, body
    response = Browser().post(f"{API}/clients/", data={"key": "x"}, headers=headers)
    assert response.status_code == 415
