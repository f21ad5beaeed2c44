"""The plan: its finding, adding, ordering, and editing in place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Action, Objective, Plan
from common.models import AuditEntry
from people.models import User
from tests.accounts.conftest import World
from tests.makers import make_client

HX = {"HX-Request": "true"}


def cell(world: World) -> str:
    return f"/clients/HAL/plan/actions/{world.action.pk}/cell/"


def add_actions(world: World, statuses: list[str]) -> None:
    for at, status in enumerate(statuses, start=2):
        Action.objects.create(objective=world.objective, title=f"A{at}", status=status, position=at)


def test_the_finding_counts_what_is_overdue(world: World, owner: User, sign_in: Any) -> None:
    add_actions(world, ["done", "dropped", "on_track"])
    Action.objects.filter(status="done").update(due=world.today - timedelta(days=9))
    text = sign_in(owner).get("/clients/HAL/plan/").content.decode()
    assert "1 of 4 actions is overdue" in text
    assert "3 d late" in text
    assert "First among agencies" in text
    Action.objects.filter(pk=world.action.pk).update(due=None, status="at_risk")
    assert "1 of 4 actions is at risk" in sign_in(owner).get("/clients/HAL/plan/").content.decode()
    Action.objects.update(status="done")
    assert "Every action is done" in sign_in(owner).get("/clients/HAL/plan/").content.decode()


def test_who_may_open_and_who_may_write(
    world: World, outsider: User, legal: User, finance: User, leadership: User, delivery: User, sign_in: Any
) -> None:
    assert sign_in(None).get("/clients/HAL/plan/").status_code == 302
    assert sign_in(outsider).get("/clients/HAL/plan/").status_code == 404
    assert sign_in(legal).get("/clients/HAL/plan/").status_code == 403
    assert sign_in(outsider).post(cell(world), {"field": "status", "status": "done", "version": 1}).status_code == 404
    objective = world.objective.pk
    for reader in (finance, leadership, delivery):
        browser = sign_in(reader)
        assert browser.get("/clients/HAL/plan/").status_code == 200
        assert "cell/" not in browser.get("/clients/HAL/plan/").content.decode()
        assert browser.post(cell(world), {"field": "status", "status": "done", "version": 1}).status_code == 403
        for tail in ("ambition/", "objectives/add/", f"objectives/{objective}/", f"parts/objective/{objective}/move/"):
            assert browser.post(f"/clients/HAL/plan/{tail}", {"title": "X"}).status_code == 403
    assert Action.objects.get().version == 1


def test_the_first_objective_starts_the_plan(owner: User, sign_in: Any) -> None:
    client = make_client("NEW", owner=owner)
    browser = sign_in(owner)
    assert "No objectives yet" in browser.get("/clients/NEW/plan/").content.decode()
    body = {"title": "Grow in Iberia", "status": "not_started", "due": "2027-06-30"}
    assert browser.post("/clients/NEW/plan/objectives/add/", body).status_code == 302
    objective = Objective.objects.get()
    assert (objective.plan.client, objective.title, objective.position) == (client, "Grow in Iberia", 1)
    url = f"/clients/NEW/plan/objectives/{objective.pk}/actions/add/"
    assert browser.post(url, {"title": "Call Madrid", "status": "not_started", "next_step": "Ring"}).status_code == 302
    assert Action.objects.get().next_step == "Ring"
    assert list(AuditEntry.objects.order_by("id").values_list("verb", "object_kind")) == [
        ("added", "objective"),
        ("added", "action"),
    ]


def test_bad_input_is_told_and_kept(world: World, owner: User, sign_in: Any) -> None:
    body = {"title": "", "status": "sideways", "due": "31 Nov 2026"}
    answer = sign_in(owner).post(f"/clients/HAL/plan/objectives/{world.objective.pk}/actions/add/", body)
    assert answer.status_code == 422
    assert "31 Nov 2026" in answer.content.decode()
    assert Action.objects.count() == 1


def test_the_ambition_is_written_and_guarded(world: World, owner: User, sign_in: Any) -> None:
    body = {"ambition": "Lead agency by 2028", "horizon_years": "3"}
    browser = sign_in(owner)
    assert browser.post("/clients/HAL/plan/ambition/", {**body, "version": "1"}).status_code == 302
    assert browser.post("/clients/HAL/plan/ambition/", {**body, "ambition": "Other", "version": "1"}).status_code == 409
    assert (
        browser.post("/clients/HAL/plan/ambition/", {**body, "horizon_years": "0", "version": "2"}).status_code == 422
    )
    plan = Plan.objects.get()
    assert (plan.ambition, plan.version) == ("Lead agency by 2028", 2)


# In place


def test_a_cell_opens_closes_and_leads_somewhere_without_javascript(world: World, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    opened = browser.get(f"{cell(world)}?field=due", headers=HX).content.decode()
    assert f'value="{(world.today - timedelta(days=3)).isoformat()}"' in opened
    assert "data-cell-edit" not in browser.get(cell(world), headers=HX).content.decode()
    plain = browser.get(f"{cell(world)}?field=due")
    assert (plain.status_code, plain.url) == (302, f"/clients/HAL/plan/actions/{world.action.pk}/")
    assert browser.get(f"{cell(world)}?field=version", headers=HX).status_code == 404
    assert browser.post(cell(world), {"version": 1}, headers=HX).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [("status", "done", "Done"), ("next_step", "Send <it>", "Send &lt;it&gt;"), ("due", "2027-01-15", "15 Jan 2027")],
)
def test_a_cell_saves_and_answers_its_row(
    world: World, manager: User, sign_in: Any, field: str, value: str, shown: str
) -> None:
    answer = sign_in(manager).post(cell(world), {"field": field, field: value, "version": 1}, headers=HX)
    assert answer.status_code == 200
    assert shown in answer.content.decode()
    assert 'class="work' in answer.content.decode()
    assert answer.headers["HX-Trigger"] == "plan-changed"
    action = Action.objects.get()
    assert (str(getattr(action, field)), action.version) == (value, 2)
    assert AuditEntry.objects.get().actor == "manager@example.com"


def test_a_cell_writes_only_its_own_field(world: World, owner: User, sign_in: Any) -> None:
    body = {"field": "status", "status": "done", "title": "Hijacked", "version": 1}
    sign_in(owner).post(cell(world), body, headers=HX)
    assert Action.objects.get().title == "Send the benchmark"


def test_a_bad_value_stays_in_its_cell_with_the_reason(world: World, owner: User, sign_in: Any) -> None:
    answer = sign_in(owner).post(cell(world), {"field": "due", "due": "someday", "version": 1}, headers=HX)
    assert answer.status_code == 422
    assert "Enter a valid date" in answer.content.decode()
    assert "someday" in answer.content.decode()


def test_the_second_of_two_editors_is_shown_both_versions(
    world: World, owner: User, manager: User, sign_in: Any
) -> None:
    first = {"field": "next_step", "next_step": "Call on Monday", "version": 1}
    second = {"field": "next_step", "next_step": "Write on Tuesday", "version": 1}
    sign_in(manager).post(cell(world), first, headers=HX)
    answer = sign_in(owner).post(cell(world), second, headers=HX)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Jon Park" in text
    assert "Call on Monday" in text
    assert 'value="Write on Tuesday"' in text
    assert 'name="version" value="2"' in text
    assert Action.objects.get().next_step == "Call on Monday"
    kept = sign_in(owner).post(cell(world), {**second, "version": 2}, headers=HX)
    assert kept.status_code == 200
    assert Action.objects.get().next_step == "Write on Tuesday"


def test_saving_the_same_again_changes_nothing(world: World, owner: User, sign_in: Any) -> None:
    for _ in range(2):
        answer = sign_in(owner).post(
            cell(world), {"field": "status", "status": "not_started", "version": 1}, headers=HX
        )
        assert answer.status_code == 200
    assert Action.objects.get().version == 1
    assert not AuditEntry.objects.exists()


def test_the_plain_form_saves_everything(world: World, owner: User, sign_in: Any) -> None:
    url = f"/clients/HAL/plan/actions/{world.action.pk}/"
    body = {"title": "Send it", "status": "watch", "owner": owner.pk, "due": "", "next_step": "", "version": "1"}
    answer = sign_in(owner).post(url, body)
    assert (answer.status_code, answer.url) == (302, f"/clients/HAL/plan/#action-{world.action.pk}")
    assert sign_in(owner).post(url, {**body, "title": "Again"}).status_code == 409
    action = Action.objects.get()
    assert (action.title, action.owner, action.due) == ("Send it", owner, None)


def test_an_owner_who_has_left_is_not_cleared_by_saving(world: World, owner: User, manager: User, sign_in: Any) -> None:
    User.objects.filter(pk=manager.pk).update(is_active=False)
    url = f"/clients/HAL/plan/actions/{world.action.pk}/"
    body = {"title": "Send it", "status": "watch", "owner": manager.pk, "version": "1"}
    assert sign_in(owner).post(url, body).status_code == 302
    assert Action.objects.get().owner == manager


# Order


def order(world: World) -> list[str]:
    return list(world.objective.actions.order_by("position", "id").values_list("title", flat=True))


def test_actions_move_one_place_and_stop_at_the_ends(world: World, owner: User, sign_in: Any) -> None:
    add_actions(world, ["on_track", "on_track"])
    Action.objects.update(position=0)  # as an import leaves them
    url = f"/clients/HAL/plan/parts/action/{world.action.pk}/move/"
    browser = sign_in(owner)
    browser.post(url, {"to": "down"})
    assert order(world) == ["A2", "Send the benchmark", "A3"]
    browser.post(url, {"to": "down"})
    browser.post(url, {"to": "down"})
    assert order(world) == ["A2", "A3", "Send the benchmark"]
    browser.post(url, {"to": "up"})
    assert order(world) == ["A2", "Send the benchmark", "A3"]
    assert browser.post(url, {"to": "sideways"}).status_code == 404
    assert browser.get(url).status_code == 405
    assert Action.objects.get(pk=world.action.pk).version == 1


def test_objectives_move_too(world: World, owner: User, sign_in: Any) -> None:
    second = Objective.objects.create(plan=world.objective.plan, title="Second", position=2)
    sign_in(owner).post(f"/clients/HAL/plan/parts/objective/{second.pk}/move/", {"to": "up"})
    assert list(Objective.objects.values_list("title", flat=True)) == ["Second", "Renew the MSA"]


def test_an_action_of_another_client_is_not_reached_through_ones_own(
    world: World, owner: User, outsider: User, sign_in: Any
) -> None:
    mine = make_client("MINE", owner=outsider)
    url = f"/clients/{mine.key}/plan/actions/{world.action.pk}/"
    assert sign_in(outsider).get(url).status_code == 404
    url = f"/clients/{mine.key}/plan/parts/action/{world.action.pk}/move/"
    assert sign_in(outsider).post(url, {"to": "up"}).status_code == 404
