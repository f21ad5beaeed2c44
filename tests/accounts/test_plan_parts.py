"""The chain of a plan: imperatives, measures, initiatives, milestones, facts and years; by page, file and REST."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.calc.measures import Aim, attainment, stand
from accounts.models import (
    Action,
    Imperative,
    Initiative,
    MeasureReading,
    Objective,
    Plan,
    PlanFact,
    PlanMeasure,
    PlanMilestone,
    PlanTarget,
)
from common.models import AuditEntry
from people.models import User
from portfolio.imports.runner import load_rows
from tests.accounts.conftest import World

BASE = "/clients/HAL/plan"


def test_attainment_as_the_domain_works_it_out() -> None:
    """20 → 30, actual 28: 80%, watch; 10 → 6, actual 7: 75%, at risk."""
    up = stand(Decimal(28), Aim(Decimal(20), Decimal(30)), date(2026, 11, 26))
    assert (up.share, up.standing) == (Decimal("0.8"), "watch")
    down = stand(Decimal(7), Aim(Decimal(10), Decimal(6)), date(2026, 11, 26))
    assert (down.share, down.standing) == (Decimal("0.75"), "at_risk")
    assert attainment(Decimal(5), Aim(None, Decimal(10))) == Decimal("0.5")  # a blank baseline is 0
    assert attainment(None, Aim(None, Decimal(10))) is None
    assert attainment(Decimal(5), Aim(Decimal(10), Decimal(10))) is None


def test_attainment_to_date_follows_a_straight_line() -> None:
    """Half of the year gone: of 100 → 200, 150 is due. 148 is 96% of that, on track; 136 is 72%, at risk."""
    aim = Aim(Decimal(100), Decimal(200), date(2026, 1, 1), date(2026, 1, 11))
    middle = date(2026, 1, 6)
    assert stand(Decimal(148), aim, middle).to_date == Decimal("0.96")
    assert [stand(Decimal(now), aim, middle).standing for now in (148, 141, 136)] == ["on_track", "watch", "at_risk"]
    assert stand(Decimal(99), aim, date(2026, 1, 1)).standing == "watch"  # nothing is due, and it moved the wrong way


def test_the_chain_is_written_in_the_browser(world: World, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    assert (
        browser.post(f"{BASE}/add/imperative/", {"title": "Grow in Iberia", "why": "Home is full"}).status_code == 302
    )
    imperative = Imperative.objects.get()
    assert "sponsor" in browser.get(f"{BASE}/add/imperative/").content.decode()
    body = {"title": "Renew", "status": "on_track", "imperative": imperative.pk, "version": "1"}
    assert browser.post(f"{BASE}/objectives/{world.objective.pk}/", body).status_code == 302
    under = f"?under={world.objective.pk}"
    work = {"title": "Madrid office", "status": "on_track", "starts_on": "2026-10-01", "ends_on": "2026-09-01"}
    refused = browser.post(f"{BASE}/add/initiative/{under}", work)
    assert (refused.status_code, "ends before it starts" in refused.content.decode()) == (422, True)
    assert browser.post(f"{BASE}/add/initiative/{under}", {**work, "ends_on": "2027-03-01"}).status_code == 302
    initiative = Initiative.objects.get()
    stone = {"title": "Lease signed", "due": "2026-12-01"}
    assert browser.post(f"{BASE}/add/milestone/?under={initiative.pk}", stone).status_code == 302
    gauge = {"title": "Leads", "source": "reading", "unit": "count", "direction": "up", "target": "90"}
    assert browser.post(f"{BASE}/add/measure/{under}", gauge).status_code == 302
    act = {"title": "Call Madrid", "status": "not_started", "initiative": initiative.pk}
    assert browser.post(f"{BASE}/objectives/{world.objective.pk}/actions/add/", act).status_code == 302
    text = browser.get(f"{BASE}/").content.decode()
    order = ["Grow in Iberia", "Renew", "Leads", "Madrid office", "Lease signed", "Call Madrid", "Send the benchmark"]
    places = [text.index(f">{title}<") for title in order]
    assert places == sorted(places)
    assert browser.get(f"{BASE}/add/milestone/").status_code == 404  # it hangs on nothing
    assert browser.get(f"{BASE}/add/nothing/").status_code == 404


def test_a_part_that_carries_others_stays(world: World, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    objective = f"{BASE}/parts/objective/{world.objective.pk}/remove/"
    answer = browser.post(objective)
    assert (answer.status_code, "It stays for now" in answer.content.decode()) == (409, True)
    imperative = Imperative.objects.create(plan=world.objective.plan, title="Grow")
    Objective.objects.update(imperative=imperative)
    assert browser.post(f"{BASE}/parts/imperative/{imperative.pk}/remove/").status_code == 409
    assert browser.post(f"{BASE}/parts/action/{world.action.pk}/remove/").status_code == 302
    assert browser.post(objective).status_code == 302
    entry = AuditEntry.objects.filter(verb="deleted", object_kind="action").get()
    assert entry.changes["title"] == ["Send the benchmark", None]


def test_measures_are_computed_or_read(world: World, owner: User, sign_in: Any) -> None:
    typed = PlanMeasure.objects.create(objective=world.objective, key="M1", title="Leads", target=Decimal(40))
    known = {"source": "coverage", "unit": "ratio", "target": Decimal("0.8")}
    PlanMeasure.objects.create(objective=world.objective, key="M2", title="People covered", **known)
    browser = sign_in(owner)
    url = f"{BASE}/measures/{typed.pk}/reading/"
    assert browser.post(url, {"read_on": "2026-11-02", "value": "10"}).status_code == 302
    assert browser.post(url, {"read_on": "2026-11-02", "value": "20"}).status_code == 302  # the same day again
    assert MeasureReading.objects.get().value == Decimal(20)
    text = browser.get(f"{BASE}/measures/").content.decode()
    assert "50.0%" in text
    assert "Computed: Coverage" in text
    assert "2 of 2 measures are behind" in text
    Action.objects.update(status="done")
    assert "and leads has not followed" in browser.get(f"{BASE}/measures/").content.decode()
    figure = browser.get("/figures/plan.measure:client=HAL;measure=M1/").content.decode()
    assert "(now − baseline) ÷ (target − baseline)" in figure
    assert browser.get("/figures/plan.measure:client=HAL;measure=NO/").status_code == 404


def test_context_is_one_set_of_facts_seen_several_ways(world: World, owner: User, sign_in: Any) -> None:
    plan = world.objective.plan
    facts = (
        ("risk", "Rate cut", 4, 5),
        ("competitor", "Brightwater", None, None),
        ("strength", "We know them", None, None),
    )
    for number, (kind, title, likelihood, impact) in enumerate(facts):
        PlanFact.objects.create(
            plan=plan, key=f"F{number}", kind=kind, title=title, likelihood=likelihood, impact=impact
        )
    text = sign_in(owner).get(f"{BASE}/context/").content.decode()
    assert "1 risk has no answer yet, “Rate cut” first" in text
    assert text.count("Brightwater") == 2  # among threats and among competitors
    assert "Launch film" in text  # an open deal is an opening
    assert ">20<" in text


def test_a_small_client_answers_six_questions(world: World, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    assert "Who decides?" not in browser.get(f"{BASE}/").content.decode()
    type(world.client).objects.filter(pk=world.client.pk).update(tier="maintain")
    text = browser.get(f"{BASE}/").content.decode()
    for said in ("Does the client know this plan?", "Nobody has said.", "Launch film, $120", "Ravi Menon"):
        assert said in text
    body = {"ambition": "Keep it", "quarter_focus": "Renew", "known_to_client": "yes", "version": "1"}
    assert browser.post(f"{BASE}/ambition/", body).status_code == 302
    assert "we made it with them" in browser.get(f"{BASE}/").content.decode()
    Plan.objects.update(depth="full")
    assert "Who decides?" not in browser.get(f"{BASE}/").content.decode()


def test_a_plan_of_two_hundred_actions_asks_no_more(world: World, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    initiative = Initiative.objects.create(objective=world.objective, title="Build")
    pages = [f"{BASE}/", f"{BASE}/measures/", f"{BASE}/context/"]

    def counts() -> list[int]:
        found = []
        for url in pages:
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(url).status_code == 200
            found.append(len(queries))
        return found

    few = counts()
    shared = {"objective": world.objective, "owner": owner, "due": world.today}
    Action.objects.bulk_create(
        Action(title=f"A{n}", initiative=initiative if n % 2 else None, **shared) for n in range(200)
    )
    PlanMilestone.objects.bulk_create(
        PlanMilestone(initiative=initiative, title=f"S{n}", due=world.today + timedelta(days=n)) for n in range(30)
    )
    assert counts() == few
    assert max(few) <= 15
    assert browser.get(f"{BASE}/").content.decode().count('class="work') == 201


def load(kind: str, *rows: dict[str, str]) -> Any:
    return load_rows(kind, list(rows), actor="test", now=timezone.now(), file_name="test")


def test_files_carry_the_chain_and_refuse_what_is_elsewhere(world: World) -> None:
    Objective.objects.update(key="HAL-O1")
    one = {"key": "HAL-I1", "client": "HAL", "title": "Grow", "sponsor": world.contact.key}
    assert load("imperatives", one).created == 1
    assert load("imperatives", one).unchanged == 1
    bad = load("imperatives", {**one, "key": "HAL-I2", "sponsor": "P-NOBODY"}, {**one, "key": "I3", "client": "NOPE"})
    reasons = " | ".join(reason for _, reason in bad.rejects)
    assert "nobody on this client's map" in reasons
    assert "unknown" in reasons
    work = {"key": "HAL-N1", "objective": "HAL-O1", "title": "Build"}
    assert load("initiatives", work).created == 1
    second = Objective.objects.create(plan=world.objective.plan, key="HAL-O2", title="Other")
    act = {"key": "HAL-A9", "objective": "HAL-O2", "initiative": "HAL-N1", "title": "Call"}
    assert "stands under another objective" in load("actions", act).rejects[0][1]
    assert load("actions", {**act, "objective": "HAL-O1"}).created == 1
    assert load("plan_targets", {"client": "HAL", "year": "2027", "amount": "10", "currency": "USD"}).created == 1
    assert load("plan_measures", {"key": "M", "objective": "HAL-O1", "title": "X", "target": "0"}).rejected == 1
    assert second.actions.count() == 0
    assert PlanTarget.objects.get().plan == world.objective.plan


@pytest.mark.parametrize("kind", ["imperatives", "plan_facts"])
def test_a_file_starts_a_plan_where_there_is_none(world: World, owner: User, kind: str) -> None:
    world.objective.plan.delete()
    row = {"key": "K", "client": "HAL", "title": "Grow", **({"kind": "risk"} if kind == "plan_facts" else {})}
    assert load(kind, row).created == 1
    assert Plan.objects.get().client == world.client
