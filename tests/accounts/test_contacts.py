"""Contacts and network: found twice, merged without loss, introduced, told about, erased."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.apps import apps
from django.test import Client as Browser
from django.utils import timezone

from accounts.actions.contact_merge import CannotMerge, keep_apart, merge_contacts, undo_merge
from accounts.actions.contacts import add_introduction, change_introduction
from accounts.actions.erasure import CannotErase, erase_contact
from accounts.actions.plan_versions import keep_version
from accounts.actions.stakeholders import change_stakeholder
from accounts.calc.duplicates import Person, pairs
from accounts.models import (
    Action,
    Bond,
    Contact,
    Feedback,
    Imperative,
    Influence,
    Introduction,
    Invitation,
    Plan,
    Proposal,
    ProposalDocument,
    Stakeholding,
    Survey,
    Touchpoint,
)
from accounts.queries.contacts import load_contact, load_pairs
from accounts.queries.name_remains import ALONE, NAMED, UNREAD, places_for
from accounts.queries.personal import held_of
from common import audit
from common.models import AuditEntry, IdempotencyKey
from people.models import User
from portfolio.imports.runner import load_rows
from tests.accounts.conftest import World
from tests.makers import make_client, make_contact, make_opportunity, make_stakeholding, make_user

pytestmark = pytest.mark.django_db


def snapshot_all() -> dict[str, list[dict[str, object]]]:
    """Every row that could point to a contact, without what counts edits."""
    found = {}
    for model in apps.get_app_config("accounts").get_models(include_auto_created=True):
        rows = list(model._base_manager.order_by("pk").values())
        for row in rows:
            row.pop("version", None)
            row.pop("updated_at", None)
        if model._meta.model_name not in ("contactmerge", "stakestate", "linestate"):  # they tell of what happened
            found[model._meta.label_lower] = rows
    return found


# Who may be one person


def test_same_address_or_like_name_at_one_employer() -> None:
    people = [
        Person(1, "Łukasz Nowak", "l.nowak@x.example", "#1"),
        Person(2, "Lukasz Nowak", "", "#1"),
        Person(3, "Maya Okafor", "Maya@x.example", "#1"),
        Person(4, "M. Okafor-Reid", "maya@X.example", "#2"),
        Person(5, "Lukasz Nowak", "", "#3"),
        Person(6, "Nowak, Lukasz", "other@y.example", ""),
        Person(7, "Jon Marsh", "jon@x.example", "#1"),
        Person(8, "Joan Marsh", "joan@x.example", "#1"),
    ]
    found = [(pair.one, pair.other, pair.why) for pair in pairs(people)]
    assert found == [(1, 2, "Names 100% alike, same employer"), (3, 4, "Same e-mail address")]


def test_pairs_kept_apart_do_not_come_back(world: World, owner: User) -> None:
    one = make_contact(world.client, first_name="Maya", last_name="Okafor")
    two = make_contact(world.client, first_name="Maya", last_name="Okafor")
    assert [(row.one.pk, row.other.pk) for row in load_pairs(owner).rows] == [(one.pk, two.pk)]
    keep_apart(one=two, other=one, actor=owner)
    keep_apart(one=one, other=two, actor=owner)
    assert load_pairs(owner).rows == ()
    assert AuditEntry.objects.filter(verb="kept apart").count() == 1


# Merged without loss


@pytest.fixture
def twice(world: World, owner: User, manager: User) -> tuple[Contact, Contact]:
    """Ravi Menon a second time, with something of every kind hanging on the second entry."""
    client, ravi = world.client, world.contact
    second = make_contact(client, first_name="R.", last_name="Menon", email="ravi@halden.example", employer="")
    boss, clerk = make_contact(client, last_name="Boss"), make_contact(client, last_name="Clerk")
    other = make_stakeholding(client, contact=second, power=4, interest=3, evidence="Liked it", level_wanted=3,
                              reports_to=boss)  # fmt: skip
    make_stakeholding(client, contact=boss, reports_to=ravi)
    make_stakeholding(client, contact=clerk, reports_to=second)
    Bond.objects.create(stake=other, person=manager, level=3)
    Bond.objects.create(stake=other, person=owner, level=1)
    Bond.objects.create(stake=world.stake, person=owner, level=2)
    Influence.objects.create(client=client, source=second, target=boss, kind="influence", strength=4)
    Influence.objects.create(client=client, source=ravi, target=boss, kind="influence", strength=2)
    Influence.objects.create(client=client, source=second, target=ravi, kind="alliance")
    Influence.objects.create(client=client, source=clerk, target=second, kind="conflict")
    Introduction.objects.create(source=clerk, target=second, strength=3)
    Introduction.objects.create(source=clerk, target=ravi)
    world.touch.theirs.add(second)
    touch = Touchpoint.objects.create(client=client, source_ref="T2", date=world.today)
    touch.theirs.add(second)
    survey = Survey.objects.create(client=client, key="S", title="Autumn", question="?", closes_on=world.today)
    Invitation.objects.create(survey=survey, client=client, contact=ravi, asked_at=timezone.now())
    asked = Invitation.objects.create(
        survey=survey, client=client, contact=second, asked_at=timezone.now(), answered_at=timezone.now()
    )
    Feedback.objects.create(
        client=client, source_ref="F", contact=second, invitation=asked, date=world.today, scale="nps", score=9
    )
    Imperative.objects.create(plan=Plan.objects.get(client=client), key="I", title="Grow", sponsor=second, position=1)
    return ravi, second


def test_a_merge_moves_every_reference_and_can_be_undone(twice: tuple[Contact, Contact], owner: User) -> None:
    ravi, second = twice
    before, gone = snapshot_all(), second.pk
    made = merge_contacts(kept=ravi, gone=second, actor=owner, now=timezone.now())

    assert not Contact.objects.filter(pk=gone).exists()
    ravi.refresh_from_db()
    assert (ravi.first_name, ravi.email) == ("Ravi", "ravi@halden.example")  # own words stay, blanks are filled
    part = Stakeholding.objects.get(contact=ravi)
    assert (part.power, part.interest, part.level_wanted) == (5, 3, 3)
    assert part.evidence == "Said no on the call\n\nLiked it"
    assert part.reports_to is None  # the boss reports to Ravi: taking over that line would close a ring
    assert sorted(part.bonds.values_list("person__name", "level")) == sorted([("Jon Park", 3), ("Amara Reyes", 2)])
    assert Stakeholding.objects.get(contact__last_name="Clerk").reports_to == ravi
    lines = Influence.objects.values_list("source__last_name", "target__last_name", "kind", "strength")
    assert sorted(lines, key=str) == [("Clerk", "Menon", "conflict", None), ("Menon", "Boss", "influence", 2)]
    assert Introduction.objects.filter(target=ravi).count() == 1
    assert ravi.touchpoints.count() == 2
    assert Feedback.objects.get().contact == ravi
    assert Invitation.objects.get().contact == ravi
    assert Invitation.objects.get().answered_at is not None
    assert Imperative.objects.get(key="I").sponsor == ravi
    assert AuditEntry.objects.get(verb="merged").changes["merged"] == ["R. Menon", "Ravi Menon"]

    undo_merge(merge=made, actor=owner, now=timezone.now())
    assert snapshot_all() == before
    with pytest.raises(CannotMerge):
        undo_merge(merge=made, actor=owner, now=timezone.now())


def test_what_was_written_since_the_merge_stays(twice: tuple[Contact, Contact], owner: User) -> None:
    ravi, second = twice
    made = merge_contacts(kept=ravi, gone=second, actor=owner, now=timezone.now())
    stake = Stakeholding.objects.select_related("contact", "client").get(contact=ravi)
    change_stakeholder(
        stake=stake, values={"interest": 1, "email": "r@new.example"}, expected=None, actor=owner, now=timezone.now()
    )
    undo_merge(merge=made, actor=owner, now=timezone.now())
    stake.refresh_from_db()
    ravi.refresh_from_db()
    assert (stake.interest, ravi.email) == (1, "r@new.example")


def test_an_undo_that_no_longer_fits_changes_nothing(twice: tuple[Contact, Contact], owner: User) -> None:
    ravi, second = twice
    made = merge_contacts(kept=ravi, gone=second, actor=owner, now=timezone.now())
    make_contact(None, key=second.key)
    before = snapshot_all()
    with pytest.raises(CannotMerge, match="Something was built"):
        undo_merge(merge=made, actor=owner, now=timezone.now())
    assert snapshot_all() == before


def test_people_of_two_clients_are_not_merged(world: World, owner: User) -> None:
    other = make_contact(make_client("ELS", owner=owner))
    with pytest.raises(CannotMerge, match="two clients"):
        merge_contacts(kept=world.contact, gone=other, actor=owner, now=timezone.now())
    outside = make_contact(None, employer="Forrest", kind="analyst")
    merge_contacts(kept=outside, gone=world.contact, actor=owner, now=timezone.now())
    outside.refresh_from_db()
    assert outside.client == world.client


def test_merge_page_shows_both_and_merges(twice: tuple[Contact, Contact], owner: User) -> None:
    ravi, second = twice
    browser = Browser()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/contacts/{ravi.key}/merge/{second.key}/"
    assert "R. Menon" in browser.get(url).content.decode()
    assert browser.post(url).status_code == 302
    assert browser.post(url).status_code == 404
    assert browser.get(f"/contacts/{ravi.key}/merge/{ravi.key}/").status_code == 404
    page = browser.get(f"/contacts/{ravi.key}/").content.decode()
    assert "Take apart" in page


# Introductions


def test_ways_in_begin_with_who_knows_the_person(world: World, owner: User, manager: User) -> None:
    broker = make_contact(None, first_name="Sol", last_name="Nygaard", kind="analyst", employer="Analysts Ltd")
    friend = make_contact(world.client, first_name="Tom", last_name="Ashby")
    make_stakeholding(world.client, contact=friend, owner=manager, level=3)
    for source, strength in ((broker, 4), (friend, 5)):
        add_introduction(
            values={"source": source, "target": world.contact, "strength": strength, "state": "possible"},
            actor=owner, now=timezone.now(),
        )  # fmt: skip
    page = load_contact(owner, world.contact)
    assert page.ways is not None
    ways = [(way.steps, way.level_word, way.strength) for way in page.ways]
    assert ways == [
        (("Jon Park", "Tom Ashby", "Ravi Menon"), "Problem solver", 5),
        (("Sol Nygaard", "Ravi Menon"), "", 4),
    ]
    finance = load_contact(make_user("finance"), world.contact)
    assert finance.ways is None
    assert finance.introduced_by == ()


def test_a_new_state_is_of_today(world: World, owner: User) -> None:
    now = timezone.now()
    one = add_introduction(
        values={"source": make_contact(None), "target": world.contact, "state": "possible", "on": date(2026, 1, 2)},
        actor=owner, now=now,
    )  # fmt: skip
    fresh = change_introduction(introduction=one, values={"state": "made"}, expected=1, actor=owner, now=now)
    assert fresh.on == now.date()
    told = AuditEntry.objects.get(object_kind="introduction", verb="changed")
    assert told.client_id == world.client.pk


# One person's data


@pytest.fixture
def known(world: World, owner: User) -> World:
    """Ravi, named in notes, plans, promises and the trail."""
    contact = world.contact
    Contact.objects.filter(pk=contact.pk).update(email="ravi.menon@halden.example", first_name="Ravi")
    Touchpoint.objects.filter(pk=world.touch.pk).update(notes="Ravi Menon (ravi.menon@halden.example) was cross")
    Action.objects.filter(pk=world.action.pk).update(next_step="Call ravi menon again")
    Feedback.objects.create(
        client=world.client, source_ref="F1", contact=contact, date=world.today, scale="nps", score=3, comment="Slow"
    )
    Feedback.objects.create(client=world.client, source_ref="F2", contact=contact, date=world.today, comment="Late")
    Influence.objects.create(
        client=world.client, source=contact, target=make_contact(world.client), kind="conflict", strength=3
    )
    elsewhere = make_client("ELS", owner=make_user("director"))
    Touchpoint.objects.create(client=elsewhere, source_ref="E", date=world.today, notes="Another Ravi Menon came")
    change_stakeholder(
        stake=Stakeholding.objects.select_related("contact", "client").get(pk=world.stake.pk),
        values={"stance": -2, "evidence": "Ravi Menon shouted", "title": "CFO of all"},
        expected=None, actor=owner, now=timezone.now(),
    )  # fmt: skip
    audit.record(actor="x@y.z", verb="noted", kind="touchpoint", object_id=1, label="Call with Ravi Menon",
                 client_id=world.client.pk, changes={"theirs": ("", "Ravi Menon, Ana")})  # fmt: skip
    audit.seal()
    return world


def test_a_director_is_told_all_that_is_held(known: World, owner: User) -> None:
    rows = held_of(owner, Contact.objects.get(pk=known.contact.pk), timezone.now())
    text = json.dumps(rows, default=str, ensure_ascii=False)
    assert rows["parts_in_clients"][0]["stance"] == -2
    assert [one["comment"] for one in rows["answers"]] == ["Late", "Slow"]
    assert "Call ravi menon again" in text
    assert "Call with Ravi Menon" in text
    assert "Another Ravi Menon came" not in text  # a namesake at a client that is none of theirs


def test_erasure_takes_the_name_out_and_leaves_the_numbers(known: World, owner: User) -> None:
    contact = Contact.objects.get(pk=known.contact.pk)
    IdempotencyKey.objects.create(
        user_id=1, key="k", method_path="POST", body_hash="0", body=b'{"first_name":"Ravi","last_name":"MENON"}'
    )
    done = erase_contact(contact=contact, reason="Asked on 3 March", actor=owner, now=timezone.now())
    contact.refresh_from_db()
    assert (contact.name, contact.title, contact.email, contact.identified) == ("Erased person", "", "", False)
    stake = Stakeholding.objects.get(pk=known.stake.pk)
    assert (stake.power, stake.level, stake.stance, stake.evidence) == (5, 1, None, "")
    touch = Touchpoint.objects.get(pk=known.touch.pk)
    assert touch.notes == "erased person (erased person) was cross"
    assert list(touch.theirs.all()) == [contact]
    assert Action.objects.get(pk=known.action.pk).next_step == "Call erased person again"
    assert sorted(Feedback.objects.values_list("score", "comment"), key=str) == [(3, ""), (None, "Erased person")]
    assert not Influence.objects.exists()
    assert Touchpoint.objects.get(source_ref="E").notes == "Another Ravi Menon came"
    assert not IdempotencyKey.objects.exists()
    assert done.counts["audit entry"] >= 3

    trail = json.dumps(list(AuditEntry.objects.values("object_label", "changes")), default=str)
    for word in ("Ravi Menon", "ravi.menon", "shouted", "CFO of all"):
        assert word not in trail
    told = AuditEntry.objects.get(object_kind="touchpoint", verb="noted")
    assert told.changes == {"theirs": ["", "erased person, Ana"]}


def test_where_the_name_may_still_stand_is_listed(known: World, owner: User, manager: User) -> None:
    """A kept version, the surname alone, a paper that names the person and one that cannot be read; no other client."""
    Action.objects.filter(pk=known.action.pk).update(title="Thank Ms Menon")
    keep_version(plan=Plan.objects.get(client=known.client), note="Before", actor=owner, now=timezone.now())
    deal = make_opportunity(known.client, key="D")
    proposal = Proposal.objects.create(opportunity=deal, key="P", title="Offer")
    for name, body in (("terms.txt", b"To Ms Menon"), ("scan.pdf", b"%PDF-1.7"), ("plain.txt", b"Nobody")):
        ProposalDocument.objects.create(
            proposal=proposal, name=name, media_type="x", size=1, sha256=name, body=body, added_by="x",
            added_at=timezone.now(),
        )  # fmt: skip
    done = erase_contact(contact=known.contact, reason="Asked", actor=owner, now=timezone.now())
    places = {(one["what"], one["which"], one["why"]) for one in done.remains}
    assert {
        ("action", "Thank Ms erased person", ALONE), ("proposal document", "terms.txt", NAMED),
        ("proposal document", "scan.pdf", UNREAD),
    } <= places  # fmt: skip
    assert ("plan version", True) in {
        (what, why.startswith("a version of a plan never changes")) for what, _, why in places
    }
    assert "plain.txt" not in str(places)
    assert "Menon" not in str(done.remains)
    assert {one["client"] for one in done.remains} == {"Halden Pharma"}
    contact = Contact.objects.get(pk=known.contact.pk)
    assert len(places_for(owner, contact)) == len(done.remains)
    assert places_for(make_user("director"), contact) == []


def test_the_chain_holds_after_an_erasure_and_shows_tampering(known: World, owner: User) -> None:
    assert audit.faults() == []
    erase_contact(contact=known.contact, reason="Asked", actor=owner, now=timezone.now())
    audit.seal()
    assert audit.faults() == []
    told = AuditEntry.objects.get(object_kind="touchpoint", verb="noted")
    AuditEntry.objects.filter(pk=told.pk).update(object_label="Call with Somebody Else")
    assert [fault.seal_no for fault in audit.faults()] == [told.seal_no]
    AuditEntry.objects.filter(pk=told.pk).update(object_label=told.object_label)
    other = AuditEntry.objects.get(verb="erased")
    AuditEntry.objects.filter(pk=other.pk).update(actor="forger", redacted_by=told.redacted_by)
    assert [fault.seal_no for fault in audit.faults()] == [other.seal_no]


def test_an_erased_person_does_not_come_back_by_file(known: World, owner: User) -> None:
    contact = Contact.objects.get(pk=known.contact.pk)
    row = {"key": contact.key, "client": "HAL", "first_name": "Ravi", "last_name": "Menon"}
    again = {**row, "key": "NEW", "email": "Ravi.Menon@halden.example"}
    erase_contact(contact=contact, reason="Asked", actor=owner, now=timezone.now())
    for given in (row, again):
        report = load_rows("contacts", [given], actor="t", now=timezone.now(), file_name="t.csv")
        assert "asked to be erased" in str(report.rejects)


def test_a_namesake_at_the_same_client_stops_the_erasure(known: World, owner: User) -> None:
    make_contact(known.client, first_name="ravi", last_name="menon")
    with pytest.raises(CannotErase, match="Another contact"):
        erase_contact(contact=known.contact, reason="Asked", actor=owner, now=timezone.now())
    assert Contact.objects.get(pk=known.contact.pk).last_name == "Menon"


def test_only_a_director_erases_and_only_with_a_reason(known: World, owner: User, manager: User) -> None:
    url = f"/contacts/{known.contact.key}/erase/"
    browser = Browser()
    browser.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(url, {"reason": "x", "sure": "on"}).status_code == 403
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(url, {"reason": "", "sure": "on"}).status_code == 422
    assert browser.post(url, {"reason": "Asked"}).status_code == 422
    assert browser.post(url, {"reason": "Asked", "sure": "on"}).status_code == 302
    assert browser.get(f"/contacts/erased-{known.contact.pk}/edit/").status_code == 403
    held = browser.post(f"/contacts/erased-{known.contact.pk}/held/")
    assert held.status_code == 200
    assert "Menon" not in held.content.decode()
