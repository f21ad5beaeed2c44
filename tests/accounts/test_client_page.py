"""A client's overview, its record and its team."""

from __future__ import annotations

from typing import Any

from accounts.models import Client, ClientMember
from common.models import AuditEntry, Job
from people.models import User
from tests.accounts.conftest import World
from tests.makers import make_client

FORM = {
    "name": "Halden Pharma",
    "tier": "key",
    "status": "active",
    "industry": "Life sciences",
    "currency": "eur",
    "country": "de",
    "timezone": "Europe/Berlin",
    "fiscal_year_start": "4",
    "notes": "",
}


def test_overview_says_what_stands(world: World, owner: User, sign_in: Any) -> None:
    page = sign_in(owner).get("/clients/HAL/").content.decode()
    assert "1 action is overdue" in page
    assert "We cover 0% of the power at Halden Pharma, and not the economic buyer" in page
    assert "$48.0k" in page
    assert "Last in touch 41 days ago" in page


def test_foreign_is_the_same_as_missing(world: World, outsider: User, sign_in: Any) -> None:
    browser = sign_in(outsider)
    foreign, missing = browser.get("/clients/HAL/"), browser.get("/clients/NO-SUCH/")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


def test_legal_sees_the_client_but_no_relationship(world: World, legal: User, sign_in: Any) -> None:
    Client.objects.update(notes="Their CFO is leaving")
    page = sign_in(legal).get("/clients/HAL/").content.decode()
    assert "Halden Pharma" in page
    assert "/clients/HAL/contracts/" in page
    for secret in ("Menon", "Send the benchmark", "Launch film", "Budget talk", "CFO", "/clients/HAL/plan/"):
        assert secret not in page


def test_a_new_client_needs_a_director_and_becomes_theirs(owner: User, manager: User, sign_in: Any) -> None:
    assert sign_in(manager).get("/new/client/").status_code == 403
    answer = sign_in(owner).post("/new/client/", {**FORM, "key": "NEW-1", "owner": owner.pk})
    assert (answer.status_code, answer.url) == (302, "/clients/NEW-1/")
    made = Client.objects.get(key="NEW-1")
    assert (made.owner, made.currency, made.country, made.fiscal_year_start) == (owner, "EUR", "DE", 4)
    entry = AuditEntry.objects.get(object_kind="client")
    assert (entry.actor, entry.verb, entry.client_id) == ("owner@example.com", "added", made.pk)


def test_a_client_given_to_a_stranger_stays_in_its_makers_sight(owner: User, outsider: User, sign_in: Any) -> None:
    sign_in(owner).post("/new/client/", {**FORM, "key": "NEW-1", "owner": outsider.pk})
    assert sign_in(owner).get("/clients/NEW-1/").status_code == 200


def test_bad_input_is_422_with_a_message_and_writes_nothing(world: World, owner: User, sign_in: Any) -> None:
    bad = {**FORM, "key": "a/b", "currency": "XXX", "country": "Germany", "timezone": "Mars/One", "name": ""}
    answer = sign_in(owner).post("/new/client/", bad)
    text = answer.content.decode()
    assert answer.status_code == 422
    for message in ("starting with a letter", "XXX is not an ISO 4217", "Mars/One is not a time zone", "required"):
        assert message in text
    again = sign_in(owner).post("/new/client/", {**FORM, "key": "HAL"})
    assert again.status_code == 422
    assert "already exists" in again.content.decode()
    assert Client.objects.count() == 1


def test_only_a_director_edits_the_record(
    world: World, manager: User, leadership: User, outsider: User, sign_in: Any
) -> None:
    body = {**FORM, "version": "1"}
    assert sign_in(manager).post("/clients/HAL/edit/", body).status_code == 403
    assert sign_in(leadership).post("/clients/HAL/edit/", body).status_code == 403
    assert sign_in(outsider).post("/clients/HAL/edit/", body).status_code == 404
    assert sign_in(None).post("/clients/HAL/edit/", body).status_code == 302
    assert Client.objects.get(key="HAL").version == 1


def test_an_edit_is_kept_told_and_recomputed(world: World, owner: User, sign_in: Any) -> None:
    answer = sign_in(owner).post("/clients/HAL/edit/", {**FORM, "owner": owner.pk, "version": "1"})
    assert answer.status_code == 302
    client = Client.objects.get(key="HAL")
    assert (client.tier, client.currency, client.version) == ("key", "EUR", 2)
    changes = AuditEntry.objects.get(object_kind="client").changes
    assert changes["currency"] == ["USD", "EUR"]
    assert "name" not in changes
    assert Job.objects.get().object_ref == f"client:{client.pk}"


def test_a_second_editor_sees_both_versions_and_loses_nothing(world: World, owner: User, sign_in: Any) -> None:
    first = {**FORM, "owner": owner.pk, "version": "1"}
    sign_in(owner).post("/clients/HAL/edit/", first)
    second = {**first, "industry": "Pharma and chemistry", "tier": "growth"}
    answer = sign_in(owner).post("/clients/HAL/edit/", second)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Amara Reyes saved this first" in text
    assert "<td>Life sciences</td><td>Pharma and chemistry</td>" in text
    assert 'name="version" value="2"' in text
    assert Client.objects.get(key="HAL").industry == "Life sciences"
    assert sign_in(owner).post("/clients/HAL/edit/", {**second, "version": "2"}).status_code == 302
    assert Client.objects.get(key="HAL").industry == "Pharma and chemistry"


def test_a_client_cannot_be_its_own_ancestor(world: World, owner: User, sign_in: Any) -> None:
    child = make_client("CHILD", owner=owner, parent=world.client)
    answer = sign_in(owner).post("/clients/HAL/edit/", {**FORM, "parent": child.pk, "version": "1"})
    assert answer.status_code == 422
    assert "is already part of this client" in answer.content.decode()


def test_saving_does_not_clear_a_parent_out_of_sight(world: World, owner: User, outsider: User, sign_in: Any) -> None:
    secret = make_client("SECRET", owner=outsider, name="Secret Holdings")
    Client.objects.filter(key="HAL").update(parent=secret)
    browser = sign_in(owner)
    assert "Secret Holdings" not in browser.get("/clients/HAL/edit/").content.decode()
    assert "Secret Holdings" not in browser.get("/clients/HAL/").content.decode()
    assert browser.post("/clients/HAL/edit/", {**FORM, "version": "1"}).status_code == 302
    assert Client.objects.get(key="HAL").parent == secret


def test_joining_and_leaving_a_team_changes_sight(world: World, owner: User, delivery: User, sign_in: Any) -> None:
    ClientMember.objects.filter(person=delivery).delete()
    assert sign_in(delivery).get("/clients/HAL/").status_code == 404
    browser = sign_in(owner)
    assert browser.post("/clients/HAL/team/", {"person": delivery.pk, "duty": "delivery"}).status_code == 302
    assert browser.post("/clients/HAL/team/", {"person": delivery.pk, "duty": "delivery"}).status_code == 302
    assert sign_in(delivery).get("/clients/HAL/").status_code == 200
    member = ClientMember.objects.get(person=delivery)
    assert browser.get(f"/clients/HAL/team/{member.pk}/remove/").status_code == 405
    assert browser.post(f"/clients/HAL/team/{member.pk}/remove/").status_code == 302
    assert browser.post(f"/clients/HAL/team/{member.pk}/remove/").status_code == 404
    assert sign_in(delivery).get("/clients/HAL/").status_code == 404
    verbs = list(AuditEntry.objects.filter(object_kind="client member").order_by("id").values_list("verb", flat=True))
    assert verbs == ["gave access to", "took access from"]


def test_a_manager_does_not_change_the_team(world: World, manager: User, outsider: User, sign_in: Any) -> None:
    body = {"person": outsider.pk, "duty": "member"}
    assert sign_in(manager).post("/clients/HAL/team/", body).status_code == 403
    assert sign_in(outsider).post("/clients/HAL/team/", body).status_code == 404
