"""Stakeholders, who may know a stance, and touchpoints."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Contact, Stakeholding, Touchpoint
from common.models import AuditEntry
from people.models import User
from tests.accounts.conftest import World
from tests.makers import make_client, make_contact, make_stakeholding

PERSON = {
    "first_name": "Ingrid",
    "last_name": "Solheim",
    "title": "Chief marketing officer",
    "power": "5",
    "level": "4",
}


def page_of(user: User, sign_in: Any) -> str:
    return str(sign_in(user).get("/clients/HAL/stakeholders/?view=list").content.decode())


def test_the_finding_follows_from_the_rows(world: World, owner: User, sign_in: Any) -> None:
    assert "We cover 0% of the power at Halden Pharma, and not the economic buyer" in page_of(owner, sign_in)
    good = make_stakeholding(world.client, power=5, level=3, cadence_days=30, buying_role="sponsor")
    point = Touchpoint.objects.create(client=world.client, source_ref="T2", date=world.today)
    point.theirs.add(good.contact)
    text = page_of(owner, sign_in)
    assert "We cover 50% of the power at Halden Pharma, and not the economic buyer" in text
    assert "Power covered 5 of 10." in text
    assert "27 d late" in text  # 41 days since the last touch, 14 agreed


def test_an_empty_map_says_what_it_is_for(owner: User, sign_in: Any) -> None:
    make_client("NEW", owner=owner)
    text = sign_in(owner).get("/clients/NEW/stakeholders/").content.decode()
    assert "Nobody on the map yet" in text
    assert "Add the first stakeholder" in text


@pytest.mark.parametrize(
    ("role", "sees"),
    [("owner", True), ("manager", True), ("leadership", True), ("finance", False), ("delivery", False)],
)
def test_stance_is_absent_for_roles_without_it(
    world: World, request: pytest.FixtureRequest, sign_in: Any, role: str, sees: bool
) -> None:
    text = page_of(request.getfixturevalue(role), sign_in)
    assert ("Sceptic" in text) is sees
    assert ("Said no on the call" in text) is sees
    assert (">Stance<" in text) is sees


def test_who_may_open_and_who_may_write(
    world: World, outsider: User, legal: User, finance: User, leadership: User, delivery: User, sign_in: Any
) -> None:
    url = f"/clients/HAL/stakeholders/{world.stake.pk}/"
    assert sign_in(None).post(url, PERSON).status_code == 302
    assert sign_in(outsider).get("/clients/HAL/stakeholders/").status_code == 404
    assert sign_in(outsider).post(url, PERSON).status_code == 404
    assert sign_in(legal).get("/clients/HAL/stakeholders/").status_code == 403
    for reader in (finance, leadership, delivery):
        assert sign_in(reader).post(url, PERSON).status_code == 403
        assert sign_in(reader).post("/clients/HAL/stakeholders/add/", PERSON).status_code == 403
        assert sign_in(reader).post(f"{url}remove/").status_code == 403
        assert sign_in(reader).post("/clients/HAL/log/", {}).status_code == 403
    assert Stakeholding.objects.get().version == 1


def test_adding_a_stakeholder_makes_the_contact_and_says_who_judged(world: World, manager: User, sign_in: Any) -> None:
    answer = sign_in(manager).post("/clients/HAL/stakeholders/add/", {**PERSON, "reports_to": world.contact.pk})
    assert (answer.status_code, answer.url) == (302, "/clients/HAL/stakeholders/")
    stake = Stakeholding.objects.get(contact__last_name="Solheim")
    assert (stake.contact.client, stake.power, stake.level, stake.reports_to) == (world.client, 5, 4, world.contact)
    assert (stake.judged_on, stake.judged_by) == (world.today, "manager@example.com")


def test_a_stance_needs_evidence_and_a_name_is_needed(world: World, owner: User, sign_in: Any) -> None:
    answer = sign_in(owner).post("/clients/HAL/stakeholders/add/", {**PERSON, "last_name": "", "stance": "-2"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "A stance needs evidence" in text
    assert 'value="Ingrid"' in text
    assert Contact.objects.count() == 1


def test_a_contact_of_another_client_cannot_be_the_boss(world: World, owner: User, sign_in: Any) -> None:
    stranger = make_contact(make_client("X", owner=owner))
    answer = sign_in(owner).post("/clients/HAL/stakeholders/add/", {**PERSON, "reports_to": stranger.pk})
    assert answer.status_code == 422


def test_a_foreign_stakeholder_is_not_reached_through_ones_own_client(world: World, owner: User, sign_in: Any) -> None:
    other = make_stakeholding(make_client("X", owner=owner))
    assert sign_in(owner).get(f"/clients/HAL/stakeholders/{other.pk}/").status_code == 404


def test_a_change_of_judgement_is_dated_and_a_change_of_title_is_not(world: World, owner: User, sign_in: Any) -> None:
    url = f"/clients/HAL/stakeholders/{world.stake.pk}/"
    body = {
        "first_name": "Ravi",
        "last_name": "Menon",
        "title": "CFO",
        "power": "5",
        "level": "1",
        "stance": "-1",
        "evidence": "Said no on the call",
        "buying_role": "economic",
        "cadence_days": "14",
        "owner": owner.pk,
    }
    assert sign_in(owner).post(url, {**body, "version": "1-1"}).status_code == 302
    world.stake.refresh_from_db()
    world.contact.refresh_from_db()
    assert (world.contact.title, world.contact.version) == ("CFO", 2)
    assert (world.stake.judged_on, world.stake.version) == (None, 1)
    assert sign_in(owner).post(url, {**body, "level": "2", "version": "1-2"}).status_code == 302
    world.stake.refresh_from_db()
    assert (world.stake.level, world.stake.judged_on) == (2, world.today)


@pytest.mark.parametrize("version", ["0-1", "1-0", "", "nonsense"])
def test_a_stale_form_changes_nothing(world: World, owner: User, sign_in: Any, version: str) -> None:
    url = f"/clients/HAL/stakeholders/{world.stake.pk}/"
    answer = sign_in(owner).post(url, {**PERSON, "version": version})
    assert answer.status_code == 409
    assert 'value="Solheim"' in answer.content.decode()
    assert 'name="version" value="1-1"' in answer.content.decode()
    assert Contact.objects.get().last_name == "Menon"


def test_removing_asks_first_and_keeps_the_contact_a_touchpoint_needs(world: World, owner: User, sign_in: Any) -> None:
    url = f"/clients/HAL/stakeholders/{world.stake.pk}/remove/"
    assert "Take this person off the map?" in sign_in(owner).get(url).content.decode()
    assert Stakeholding.objects.count() == 1
    assert sign_in(owner).post(url).status_code == 302
    assert sign_in(owner).post(url).status_code == 404
    assert (Stakeholding.objects.count(), Contact.objects.count()) == (0, 1)
    entry = AuditEntry.objects.get(verb="deleted")
    assert (entry.field_class, entry.changes["stance"]) == ("STANCE", [-1, None])


def test_a_contact_nothing_needs_goes_too(world: World, owner: User, sign_in: Any) -> None:
    lone = make_stakeholding(world.client)
    sign_in(owner).post(f"/clients/HAL/stakeholders/{lone.pk}/remove/")
    assert list(Contact.objects.all()) == [world.contact]


# Touchpoints


def touch(world: World, **more: Any) -> dict[str, Any]:
    return {
        "ref": "abc",
        "date": world.today.isoformat(),
        "kind": "call",
        "theirs": [world.contact.pk],
        "notes": "Agreed",
        **more,
    }


def test_logging_a_touchpoint_resets_the_cadence_and_counts_once(world: World, manager: User, sign_in: Any) -> None:
    browser = sign_in(manager)
    answer = browser.post("/clients/HAL/log/", touch(world))
    assert (answer.status_code, answer.url) == (302, "/clients/HAL/activity/")
    assert browser.post("/clients/HAL/log/", touch(world)).status_code == 302
    point = Touchpoint.objects.exclude(source_ref="T1").get()
    assert (point.kind, point.notes, list(point.theirs.all()), list(point.ours.all())) == (
        "call",
        "Agreed",
        [world.contact],
        [manager],
    )
    assert "Within 14 d" in page_of(manager, sign_in)


def test_a_touchpoint_lies_in_the_past_and_with_their_people(world: World, owner: User, sign_in: Any) -> None:
    stranger = make_contact(make_client("X", owner=owner))
    late = (world.today + timedelta(days=2)).isoformat()
    answer = sign_in(owner).post("/clients/HAL/log/", touch(world, date=late, theirs=[stranger.pk]))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "That day is still to come" in text
    assert "Select a valid choice" in text
    assert "Agreed" in text
    assert Touchpoint.objects.count() == 1


def test_the_form_opens_with_the_person_chosen(world: World, owner: User, sign_in: Any) -> None:
    text = sign_in(owner).get(f"/clients/HAL/log/?with={world.contact.pk}&with=x").content.decode()
    assert f'value="{world.contact.pk}" id="id_theirs_0" checked' in text


def test_editing_a_touchpoint(world: World, owner: User, manager: User, finance: User, sign_in: Any) -> None:
    stake = Stakeholding.objects.get(client=world.client, contact=world.contact)
    judged = (stake.version, stake.judged_on, stake.level)
    point = Touchpoint.objects.create(
        client=world.client, source_ref="T7", date=world.today - timedelta(days=3), notes="Said yes"
    )
    point.ours.add(manager)
    path = f"/clients/HAL/touchpoints/{point.pk}/edit/"
    assert sign_in(finance).get(path).status_code == 403
    browser = sign_in(owner)
    assert b"Said yes" in browser.get(path).content
    said = {"date": str(world.today), "kind": "call", "notes": "Said no", "theirs": world.contact.pk, "version": "1"}
    assert browser.post(path, {**said, "date": str(world.today + timedelta(days=1))}).status_code == 422
    assert browser.post(path, said).status_code == 302
    point.refresh_from_db()
    assert (point.date, point.kind, point.notes) == (world.today, "call", "Said no")
    assert ([*point.theirs.all()], [*point.ours.all()]) == ([world.contact], [])
    told = AuditEntry.objects.filter(object_kind="touchpoint", object_id=str(point.pk)).order_by("pk")
    assert told[0].changes["notes"] == ["Said yes", "Said no"]
    assert told[1].changes == {"theirs": ["", world.contact.name], "ours": [manager.name, ""]}
    late = browser.post(path, {**said, "notes": "Said maybe", "theirs": [], "ours": manager.pk})
    assert late.status_code == 409
    assert f"{world.contact}" in late.content.decode()
    stake.refresh_from_db()
    assert (stake.version, stake.judged_on, stake.level) == judged


def test_people_alone_count_as_a_change(world: World, owner: User, manager: User, sign_in: Any) -> None:
    point = Touchpoint.objects.create(client=world.client, source_ref="T8", date=world.today)
    said = {"date": str(world.today), "kind": "meeting", "notes": "", "ours": manager.pk, "version": "1"}
    path = f"/clients/HAL/touchpoints/{point.pk}/edit/"
    assert sign_in(owner).post(path, said).status_code == 302
    assert sign_in(owner).post(path, {**said, "ours": []}).status_code == 409
    assert Touchpoint.objects.get(pk=point.pk).version == 2


def test_deleting_a_touchpoint(world: World, owner: User, finance: User, sign_in: Any) -> None:
    url = f"/clients/HAL/touchpoints/{world.touch.pk}/remove/"
    assert sign_in(finance).post(url).status_code == 403
    assert sign_in(owner).get(url).status_code == 405
    assert sign_in(owner).post(url).status_code == 302
    assert sign_in(owner).post(url).status_code == 404
    assert not Touchpoint.objects.exists()


def test_logging_from_anywhere_offers_the_clients_in_sight(
    world: World, owner: User, outsider: User, sign_in: Any
) -> None:
    assert "/clients/HAL/log/" in sign_in(owner).get("/log/").content.decode()
    assert "/clients/HAL/log/" not in sign_in(outsider).get("/log/").content.decode()
    assert "No client matches" in sign_in(owner).get("/log/?q=zzz").content.decode()
