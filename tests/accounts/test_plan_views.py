"""Freshness, the board, the roadmap, the document, and what plans put on the list of what needs a person."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.access import get_client_for
from accounts.actions.plan_versions import keep_version, submit_version
from accounts.calc.freshness import Fact, fresh, freshness
from accounts.models import Action, Imperative, Initiative, MeasureReading, Objective, Plan, PlanMeasure, PlanMilestone
from accounts.queries.attention import attention
from accounts.queries.freshness import load_facts
from accounts.queries.plan_work import load_roadmap
from accounts.reports_plans import plan
from people.models import User
from tests.accounts.conftest import World

BASE = "/clients/HAL/plan"
TODAY = date(2026, 11, 26)


def test_a_fact_fades_by_half_in_a_half_life() -> None:
    assert [fresh(age, 60) for age in (-3, 0, 60, 120)] == [1, 1, Decimal("0.5"), Decimal("0.25")]
    assert fresh(30, 60) == Decimal("0.707107")


def test_the_score_and_what_is_cheapest_to_refresh() -> None:
    """Weights 15, 15, 20, 15: words whole, objectives 0.5, work ½ × (1 + 0.25), context empty, so
    100 × (15 + 7.5 + 12.5 + 0) ÷ 65 = 53.846. The older action gives 100 × 0.75 ÷ 2 × 20 ÷ 65 = 11.538 for one minute,
    the objective 100 × 0.5 × 15 ÷ 65 = 11.538 for three.
    """
    facts = [
        Fact("words", "plan", 1, "Words", TODAY),
        Fact("objectives", "objective", 2, "Renew", TODAY - timedelta(days=60)),
        Fact("work", "action", 3, "Call", TODAY),
        Fact("work", "action", 4, "Write", TODAY - timedelta(days=60)),
        Fact("measures", "measure", 5, "Not asked of a small plan", TODAY - timedelta(days=900)),
    ]
    found = freshness(facts, TODAY, full=False)
    assert found.score is not None
    assert round(found.score, 3) == Decimal("53.846")
    assert [(one.fact.pk, one.minutes, round(one.gain, 3)) for one in found.cheapest] == [
        (4, 1, Decimal("11.538")),
        (2, 3, Decimal("11.538")),
    ]
    assert freshness([], TODAY, full=True).score == 0


def age(model: Any, days: int) -> None:
    model.objects.update(updated_at=timezone.now() - timedelta(days=days))


def test_what_was_written_confirmed_or_read_is_fresh(world: World, owner: User, sign_in: Any) -> None:
    measure = PlanMeasure.objects.create(objective=world.objective, title="Leads", target=Decimal(9))
    for model in (Plan, Objective, Action, PlanMeasure):
        age(model, 100)
    seen = {fact.kind: fact.seen_on for fact in load_facts([world.client.pk])[world.client.pk]}
    old = (timezone.now() - timedelta(days=100)).date()
    assert seen == {"plan": old, "objective": old, "action": old, "measure": old}
    text = sign_in(owner).get(f"{BASE}/freshness/").content.decode()
    assert "nothing is written under what they are trying to do" in text
    assert "Still true: Send the benchmark" in text
    browser = sign_in(owner)
    assert browser.post(f"{BASE}/confirm/objective/{world.objective.pk}/").status_code == 302
    assert browser.post(f"{BASE}/confirm/plan/{world.objective.plan.pk}/").status_code == 302
    assert browser.post(f"{BASE}/confirm/plan/{world.objective.plan.pk + 1}/").status_code == 404
    MeasureReading.objects.create(measure=measure, read_on=world.today, value=Decimal(1))
    seen = {fact.kind: fact.seen_on for fact in load_facts([world.client.pk])[world.client.pk]}
    assert (seen["objective"], seen["measure"], seen["action"]) == (world.today, world.today, old)
    Action.objects.update(status="done")
    assert "action" not in {fact.kind for fact in load_facts([world.client.pk])[world.client.pk]}
    assert "½ ^" in browser.get("/figures/plan.freshness:client=HAL/").content.decode()


def test_a_card_moves_and_a_stale_one_does_not(world: World, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    url = f"{BASE}/actions/{world.action.pk}/status/"
    assert browser.post(url, {"to": "at_risk", "version": "1"}).status_code == 302
    assert browser.post(url, {"to": "done", "version": "1"}, follow=True).content.decode().count("meanwhile") == 1
    answer = browser.post(url, {"to": "watch", "version": "2"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    assert browser.post(url, {"to": "sideways", "version": "3"}).status_code == 422
    assert Action.objects.get().status == "watch"
    assert "1 of 1 action overdue" in browser.get(f"{BASE}/board/").content.decode()


def test_the_roadmap_lays_initiatives_over_quarters(world: World) -> None:
    work = Initiative.objects.create(
        objective=world.objective, title="Build", starts_on=date(2026, 11, 15), ends_on=date(2027, 4, 1)
    )
    Initiative.objects.create(objective=world.objective, title="Some day")
    for title, due, reached in (("A", date(2026, 11, 20), None), ("B", date(2026, 12, 1), date(2026, 12, 1))):
        PlanMilestone.objects.create(initiative=work, title=title, due=due, reached_on=reached)
    PlanMilestone.objects.create(initiative=work, title="C", due=date(2027, 3, 1))
    page = load_roadmap(world.client, TODAY)
    (row,) = page.rows
    assert [place for place, slot in enumerate(row.slots) if slot.on] == [3, 4, 5]  # Q4 2026 to Q2 2027
    assert [slot.current for slot in row.slots].index(True) == 3
    assert [mark.shape for slot in row.slots for mark in slot.marks] == ["at_risk", "on_track", "watch"]
    assert page.finding == "1 milestone was missed"
    assert [one.title for one in page.undated] == ["Some day"]
    assert (len(page.quarters), page.years[0]) == (12, (2026, 4))


def test_missed_milestones_and_waiting_versions_ask_for_a_person(world: World, owner: User, manager: User) -> None:
    work = Initiative.objects.create(objective=world.objective, title="Build")
    PlanMilestone.objects.create(initiative=work, title="Half way", due=world.today - timedelta(days=9), owner=manager)
    version = keep_version(plan=world.objective.plan, note="", actor=manager, now=timezone.now())
    submit_version(version=version, expected=1, actor=manager, now=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        found = {item.lead: item for item in attention(owner, world.today, limit=40)}
    assert len(queries) <= 4
    assert found["Milestone: Half way, 9\u00a0d late"].url == f"{BASE}/roadmap/#milestone-{work.milestones.get().pk}"
    assert found["version 1 of the plan waits for approval"].why.startswith("Sent by Jon Park")
    assert not any("waits for approval" in item.lead for item in attention(manager, world.today, limit=40))


def test_the_document_and_its_print_hold_the_whole_plan(world: World, owner: User, sign_in: Any) -> None:
    imperative = Imperative.objects.create(plan=world.objective.plan, title="Grow in Iberia")
    Objective.objects.update(imperative=imperative)
    report = plan(owner, {"client": "HAL"}, datetime.now(tz=timezone.get_current_timezone()))
    assert [row[:2] for row in report.rows] == [
        ["Imperative of theirs", "Grow in Iberia"],
        ["Objective", "Renew the MSA"],
        ["Action", "Send the benchmark"],
    ]
    assert [table.heading for table in report.more][:2] == ["Ambition and charter", "Measures"]
    text = sign_in(owner).get(f"{BASE}/document/").content.decode()
    assert "First among agencies" in text
    assert "/reports/plan" in text
    assert get_client_for(owner, "HAL") == world.client


def test_every_view_asks_the_same_at_two_hundred_actions(world: World, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    urls = [f"{BASE}/{tail}/" for tail in ("board", "roadmap", "document", "freshness")]

    def counts() -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(url).status_code == 200
            found.append(len(queries))
        return found

    few = counts()
    work = Initiative.objects.create(objective=world.objective, title="Build")
    Action.objects.bulk_create(Action(objective=world.objective, title=f"A{n}", initiative=work) for n in range(200))
    assert counts() == few
    assert max(few) <= 15, few
