"""Versions: kept word for word, compared, approved by four eyes, brought back without losing anything."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.plan_versions import NothingNew, keep_version, restore_version
from accounts.calc.plan_diff import Body, FieldChange, compare
from accounts.models import (
    Action,
    Imperative,
    Initiative,
    MeasureReading,
    Objective,
    Plan,
    PlanMeasure,
    PlanMilestone,
    PlanVersion,
)
from accounts.queries.plan_versions import read_body
from common.models import AuditEntry
from people.models import User
from tests.accounts.conftest import World
from tests.makers import make_user

BASE = "/clients/HAL/plan"


def test_a_difference_names_what_was_added_changed_and_taken_out() -> None:
    before: Body = {"objective": {"A": {"title": "Renew", "due": None, "position": 1}, "B": {"title": "Grow"}}}
    after: Body = {"objective": {"A": {"title": "Renew", "due": "2027-01-01", "position": 9}, "C": {"title": "Keep"}}}
    found = {(one.key, one.verb): one.fields for one in compare(before, after, ("objective", "action"))}
    assert found == {
        ("A", "changed"): (FieldChange("due", None, "2027-01-01"),),
        ("C", "added"): (FieldChange("title", None, "Keep"),),
        ("B", "taken out"): (FieldChange("title", "Grow", None),),
    }
    assert compare(before, before, ("objective",)) == []


def test_a_version_waits_for_another_director(world: World, owner: User, manager: User, sign_in: Any) -> None:
    boss = make_user("director", email="boss@example.com", name="Bo Boss")
    User.objects.filter(pk=owner.pk).update(manager=boss)
    writer, approver = sign_in(manager), sign_in(owner)
    assert writer.post(f"{BASE}/versions/", {"note": "For the board"}).status_code == 302
    assert writer.post(f"{BASE}/versions/", {}).status_code == 302
    version = PlanVersion.objects.get()  # the second reads the same
    assert (version.number, version.note, version.made_by) == (1, "For the board", manager)
    url = f"{BASE}/versions/1"
    assert writer.post(f"{url}/decide/", {"verdict": "approve", "version": "1"}).status_code == 403
    assert writer.post(f"{url}/submit/", {"version": "1"}).status_code == 302
    assert "waits for approval" in approver.get(f"{BASE}/versions/").content.decode()
    assert approver.post(f"{url}/decide/", {"verdict": "maybe", "version": "2"}).status_code == 422
    approver.post(f"{url}/decide/", {"verdict": "return", "note": "No years", "version": "2"})
    version.refresh_from_db()
    assert (version.state, version.decision_note, version.decided_by) == ("returned", "No years", owner)
    approver.post(f"{url}/submit/", {"version": "3"})  # now the director asks
    assert approver.post(f"{url}/decide/", {"verdict": "approve", "version": "4"}).status_code == 403
    assert sign_in(boss).post(f"{url}/decide/", {"verdict": "approve", "version": "4"}).status_code == 302
    version.refresh_from_db()
    assert (version.state, version.submitted_by, version.decided_by) == ("approved", owner, boss)
    assert "reads as approved in version 1" in approver.get(f"{BASE}/versions/").content.decode()
    verbs = AuditEntry.objects.filter(object_kind="plan version").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["added", "sent for approval", "sent back", "sent for approval", "approved"]


def test_a_step_out_of_turn_or_over_a_newer_one_changes_nothing(world: World, owner: User, sign_in: Any) -> None:
    keep_version(plan=world.objective.plan, note="", actor=owner, now=timezone.now())
    browser = sign_in(owner)
    text = browser.post(f"{BASE}/versions/1/submit/", {"version": "7"}, follow=True).content.decode()
    assert "Somebody changed this version meanwhile" in text
    browser.post(f"{BASE}/versions/1/submit/", {"version": "1"})
    assert "already" in browser.post(f"{BASE}/versions/1/submit/", {"version": "2"}, follow=True).content.decode()
    assert PlanVersion.objects.get().version == 2
    assert browser.post(f"{BASE}/versions/9/submit/", {"version": "1"}).status_code == 404


def test_the_difference_is_shown_side_by_side(world: World, owner: User, sign_in: Any) -> None:
    plan = world.objective.plan
    keep_version(plan=plan, note="", actor=owner, now=timezone.now())
    Action.objects.filter(pk=world.action.pk).update(next_step="Ring <Tom>")
    Objective.objects.create(plan=plan, title="Grow in Iberia")
    browser = sign_in(owner)
    text = browser.get(f"{BASE}/difference/?from=1").content.decode()
    assert "2 parts differ between version 1 and now" in text
    assert "Ring &lt;Tom&gt;" in text
    assert "Objective added" in text
    assert "Nothing differs" in browser.get(f"{BASE}/difference/?from=1&to=1").content.decode()
    assert "between an empty plan and version 1" in browser.get(f"{BASE}/versions/1/").content.decode()
    assert browser.get(f"{BASE}/difference/?from=9").status_code == 404
    assert browser.get(f"{BASE}/difference/?from=x").status_code == 404


@pytest.fixture
def full(world: World, owner: User) -> Plan:
    """A plan with one of everything."""
    plan = world.objective.plan
    imperative = Imperative.objects.create(plan=plan, title="Grow", sponsor=world.contact, owner=owner)
    Objective.objects.filter(pk=world.objective.pk).update(imperative=imperative)
    initiative = Initiative.objects.create(objective=world.objective, title="Build")
    Action.objects.filter(pk=world.action.pk).update(initiative=initiative)
    PlanMilestone.objects.create(initiative=initiative, title="Half way", due=world.today)
    measure = PlanMeasure.objects.create(objective=world.objective, title="Leads", target=Decimal("90.5"))
    MeasureReading.objects.create(measure=measure, read_on=world.today, value=Decimal(12), note="Desk")
    return plan


def test_an_older_version_comes_back_and_nothing_is_lost(full: Plan, world: World, owner: User) -> None:
    now = timezone.now()
    first = keep_version(plan=full, note="", actor=owner, now=now)
    was = read_body(full)
    full.refresh_from_db()
    Plan.objects.filter(pk=full.pk).update(ambition="Other")
    Action.objects.all().delete()
    PlanMilestone.objects.all().delete()
    PlanMeasure.objects.all().delete()
    Initiative.objects.all().delete()
    later = Objective.objects.create(plan=full, key="LATER", title="Came later")
    Action.objects.create(objective=later, title="Under it")
    full.refresh_from_db()
    between = read_body(full)
    restored = restore_version(version=first, actor=owner, now=now)
    full.refresh_from_db()
    assert read_body(full) == was
    assert restored.number == 3
    assert restored.digest == first.digest
    assert PlanVersion.objects.get(number=2).body == between  # how it read before is kept
    assert PlanVersion.objects.get(number=2).note == "Before version 1 was restored"
    assert MeasureReading.objects.get().note == "Desk"
    back = PlanVersion.objects.get(number=2)
    restore_version(version=back, actor=owner, now=now)
    full.refresh_from_db()
    assert read_body(full) == between
    assert AuditEntry.objects.filter(verb="restored", object_kind="plan").count() == 2


def test_what_did_not_change_is_not_touched_by_a_restore(full: Plan, world: World, owner: User) -> None:
    first = keep_version(plan=full, note="", actor=owner, now=timezone.now())
    Plan.objects.filter(pk=full.pk).update(ambition="Other")
    restore_version(version=first, actor=owner, now=timezone.now())
    world.action.refresh_from_db()
    assert world.action.version == 1
    with pytest.raises(NothingNew):
        keep_version(plan=full, note="", actor=owner, now=timezone.now())


def test_versions_ask_the_same_at_any_size(world: World, owner: User, sign_in: Any) -> None:
    plan = world.objective.plan
    keep_version(plan=plan, note="", actor=owner, now=timezone.now())
    browser = sign_in(owner)

    def counts() -> list[int]:
        found = []
        for url in (f"{BASE}/versions/", f"{BASE}/versions/1/", f"{BASE}/difference/?from=1"):
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(url).status_code == 200
            found.append(len(queries))
        return found

    few = counts()
    Action.objects.bulk_create(Action(objective=world.objective, title=f"A{n}", owner=owner) for n in range(200))
    for number in range(20):
        Plan.objects.filter(pk=plan.pk).update(ambition=f"Now {number}")
        plan.refresh_from_db()
        keep_version(plan=plan, note="", actor=owner, now=timezone.now())
    assert counts() == few
    assert max(few) <= 15, few
