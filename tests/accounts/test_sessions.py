"""Planning sessions: phases, dots within limits, covered ideas, results with a link back, minutes, REST."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.actions import sessions as actions
from accounts.calc.sessions import dots_left, may_step, ranked
from accounts.models import Dots, Idea, Objective, Phase, Plan, PlanFact, PlanningSession, SessionItem
from accounts.queries.sessions import load_board
from common.models import AuditEntry
from people.actions import issue_token
from people.models import User
from tests.at_once import at_once
from tests.makers import make_client, make_user
from tests.reliability.conftest import OWN_DATABASE


def test_phases_go_one_step_and_end() -> None:
    assert may_step("gather", "vote")
    assert may_step("vote", "gather")
    assert may_step("decide", "closed")
    assert not may_step("gather", "decide")
    assert not may_step("closed", "decide")
    assert not may_step("vote", "vote")
    assert not may_step("vote", "lunch")


def test_dots_and_order() -> None:
    assert dots_left(5, [2, 1]) == 2
    assert ranked([(1, "a"), (3, "b"), (1, "c"), (3, "d")]) == ["b", "d", "a", "c"]


@pytest.fixture
def room(owner: User, manager: User) -> dict[str, Any]:
    """Halden's session with its usual agenda: an item for ideas, a pre-mortem, and one for talking."""
    client = make_client("HAL", owner=owner, members=(manager,))
    plan = Plan.objects.create(client=client, starts_on=date(2026, 1, 1))
    objective = Objective.objects.create(plan=plan, title="Renew the MSA")
    values = {"title": "Launch year", "held_on": timezone.now().date(), "dots": 3, "hidden": False}
    session = actions.create_session(client=client, values=values, people=[manager], actor=owner)
    ideas, premortem, talk = session.items.all()
    return {
        "client": client, "session": session, "ideas": ideas, "premortem": premortem, "talk": talk, "under": objective,
    }  # fmt: skip


def go(session: PlanningSession, phase: str, actor: User) -> None:
    actions.step(session=session, phase=phase, expected=None, actor=actor, now=timezone.now())


def test_ideas_votes_and_results(room: dict[str, Any], owner: User, manager: User) -> None:
    session = room["session"]
    lead = actions.add_idea(item=room["ideas"], text="A lead for each brand", actor=owner)
    calm = actions.add_idea(item=room["ideas"], text="One weekly room", actor=manager)
    fear = actions.add_idea(item=room["premortem"], text="Our sponsor left", actor=manager)
    with pytest.raises(actions.NotNow, match="for talking"):
        actions.add_idea(item=room["talk"], text="x", actor=owner)
    with pytest.raises(actions.NotNow, match="while the vote is on"):
        actions.place_dots(idea=calm, count=1, actor=owner)
    go(session, "vote", owner)
    with pytest.raises(actions.NotNow, match="gathered no more"):
        actions.add_idea(item=room["ideas"], text="Late", actor=owner)
    assert actions.place_dots(idea=calm, count=2, actor=owner) == 1
    assert actions.place_dots(idea=fear, count=1, actor=owner) == 0
    with pytest.raises(actions.NotNow, match="You have 3 dots, and 0 of them are free"):
        actions.place_dots(idea=lead, count=1, actor=owner)
    assert actions.place_dots(idea=calm, count=1, actor=owner) == 1  # taken back
    actions.place_dots(idea=calm, count=3, actor=manager)
    voting = load_board(owner, PlanningSession.objects.get(pk=session.pk))
    assert {one.dots for view in voting.items for one in view.ideas} == {None}  # nobody sees the sums yet
    assert [one.mine for one in voting.items[0].ideas] == [0, 1]
    with pytest.raises(actions.NotNow, match="once the vote is over"):
        actions.turn(idea=calm, kind="objective", under=None, actor=owner, now=timezone.now())
    go(session, "decide", owner)
    board = load_board(owner, PlanningSession.objects.get(pk=session.pk))
    assert [(one.idea.text, one.dots) for one in board.items[0].ideas] == [
        ("One weekly room", 4),
        ("A lead for each brand", 0),
    ]
    assert [one.suggested for one in board.items[1].ideas] == ["risk"]  # a pre-mortem's
    made = actions.turn(idea=calm, kind="action", under=room["under"], actor=owner, now=timezone.now())
    assert (made.title, made.objective, made.owner) == ("One weekly room", room["under"], owner)  # type: ignore[attr-defined]
    actions.turn(idea=fear, kind="risk", under=None, actor=manager, now=timezone.now())
    risk = PlanFact.objects.get(plan__client=room["client"])
    assert (risk.kind, risk.title, risk.source.startswith("Launch year, ")) == ("risk", "Our sponsor left", True)
    for kind, under, why in (("action", None, "part of the plan already"), ("party", None, "becomes an objective")):
        with pytest.raises(actions.NotNow, match=why if kind == "party" else "which objective|already"):
            actions.turn(idea=calm, kind=kind, under=under, actor=owner, now=timezone.now())
    go(session, "closed", owner)
    with pytest.raises(actions.NotNow):
        go(session, "decide", owner)
    verbs = set(AuditEntry.objects.filter(object_kind="planning session").values_list("verb", flat=True))
    assert verbs == {"added", "changed", "wrote an idea", "voted", "made part of the plan"}


def test_covered_ideas_are_told_to_nobody_else(room: dict[str, Any], owner: User, manager: User, sign_in: Any) -> None:
    PlanningSession.objects.update(hidden=True)
    session, secret = PlanningSession.objects.get(), "Zqleave the client"
    actions.add_idea(item=room["ideas"], text=secret, actor=manager)
    url = f"/clients/HAL/sessions/{session.pk}/"
    for path in (url, f"{url}minutes/", "/audit/", "/clients/HAL/activity/"):
        assert secret not in sign_in(owner).get(path).content.decode(), path
    assert secret in sign_in(manager).get(url).content.decode()
    assert "1 idea of others, hidden" in sign_in(owner).get(url).content.decode()
    idea = Idea.objects.get()
    assert sign_in(owner).get(f"/clients/HAL/ideas/{idea.pk}/").status_code == 404
    assert api(owner).get("/api/v1/session-ideas/").json()["results"] == []
    assert AuditEntry.objects.filter(changes__icontains=secret).count() == 0
    go(session, "vote", owner)  # the vote shows them to all
    assert secret in sign_in(owner).get(url).content.decode()
    assert PlanningSession.objects.get().revealed_at is not None


def test_the_board_says_nothing_new_until_there_is(room: dict[str, Any], owner: User, sign_in: Any) -> None:
    browser, session = sign_in(owner), room["session"]
    url = f"/clients/HAL/sessions/{session.pk}/board/"
    stamp = load_board(owner, session).stamp
    assert browser.get(f"{url}?seen={stamp}", headers={"HX-Request": "true"}).status_code == 204
    actions.add_idea(item=room["ideas"], text="New", actor=owner)
    fresh = browser.get(f"{url}?seen={stamp}", headers={"HX-Request": "true"})
    assert (fresh.status_code, "New" in fresh.content.decode()) == (200, True)
    assert browser.get(url).status_code == 302  # without htmx, the page


def test_pages_lead_through_a_session(room: dict[str, Any], owner: User, manager: User, sign_in: Any) -> None:
    browser, session = sign_in(manager), room["session"]
    url = f"/clients/HAL/sessions/{session.pk}/"
    added = browser.post(f"/clients/HAL/session-items/{room['ideas'].pk}/ideas/", {"text": "Two doors to the board"})
    assert (added.status_code, Idea.objects.get().author) == (302, manager)
    idea = Idea.objects.get()
    assert browser.post(f"/clients/HAL/ideas/{idea.pk}/", {"text": "Two doors", "version": "1"}).status_code == 302
    stale = browser.post(f"/clients/HAL/ideas/{idea.pk}/", {"text": "Three doors", "version": "1"})
    assert (stale.status_code, Idea.objects.get().text) == (409, "Two doors")
    other = sign_in(owner).post(f"/clients/HAL/ideas/{idea.pk}/", {"text": "Mine now", "version": "2"})
    assert "An idea is changed by whoever wrote it." in other.content.decode()
    for bad in ("", "x" * 201, "a\x00b"):
        answer = browser.post(f"/clients/HAL/session-items/{room['ideas'].pk}/ideas/", {"text": bad}, follow=True)
        assert "The idea was not taken" in answer.content.decode()
    assert Idea.objects.count() == 1
    moved = browser.post(f"{url}phase/", {"to": "vote", "version": str(session.version)}, headers={"HX-Request": "1"})
    assert "on to: decide" in moved.content.decode().lower()
    late = browser.post(f"{url}phase/", {"to": "decide", "version": str(session.version)}, headers={"HX-Request": "1"})
    assert (late.status_code, PlanningSession.objects.get().phase) == (409, "vote")
    assert "Somebody moved the session meanwhile" in late.content.decode()
    for count in ("2", "99", "-1", "x"):
        browser.post(f"/clients/HAL/ideas/{idea.pk}/dots/", {"count": count}, headers={"HX-Request": "1"})
    assert Dots.objects.get().count == 2
    go(PlanningSession.objects.get(), "decide", owner)
    turned = browser.post(f"/clients/HAL/ideas/{idea.pk}/turn/", {"kind": "initiative", "under": room["under"].pk})
    assert turned.status_code == 302
    part = Idea.objects.get()
    back = browser.get(f"/clients/HAL/plan/parts/initiative/{room['under'].initiatives.get().pk}/").content.decode()
    assert f"{url}#idea-{part.pk}" in back
    minutes = browser.get(f"{url}minutes/").content.decode()
    assert "Initiative: <a" in minutes
    assert "2" in minutes
    assert sign_in(make_user("account_manager")).get(url).status_code == 404
    text = sign_in(owner).get("/").content.decode()
    assert "Planning session Launch year, today, is to be decided" in text


@OWN_DATABASE
def test_a_dot_is_not_spent_twice_by_two_clicks_at_once(owner: User, manager: User) -> None:
    client = make_client("HAL", owner=owner, members=(manager,))
    session = PlanningSession.objects.create(
        client=client, title="Race", held_on=date(2026, 11, 1), phase=Phase.VOTE, dots=1
    )
    item = SessionItem.objects.create(session=session, title="Ideas", position=1)
    ideas = [Idea.objects.create(item=item, author=owner, text=f"Idea {n}") for n in range(4)]
    acts = [partial(actions.place_dots, idea=idea, count=1, actor=manager) for idea in ideas]
    refused = [one for one in at_once(acts) if isinstance(one, actions.NotNow)]
    assert (sum(Dots.objects.values_list("count", flat=True)), len(refused)) == (1, 3)


def api(user: User) -> APIClient:
    made = issue_token(user=user, name="t", scopes=["*"], days=1, actor=user.email, now=timezone.now())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.plain}")
    return client


def test_rest_leads_a_session_from_end_to_end(room: dict[str, Any], owner: User, manager: User) -> None:
    mine, other = api(owner), api(manager)
    made = mine.post(
        "/api/v1/planning-sessions/", {"client": "HAL", "title": "By REST", "held_on": "2026-12-01"}, format="json"
    )
    assert made.status_code == 201, made.content
    place = f"/api/v1/planning-sessions/{made.json()['id']}/"
    item = SessionItem.objects.filter(session__title="By REST").first()
    assert item is not None
    idea = other.post("/api/v1/session-ideas/", {"item": str(item.pk), "text": "Said so"}, format="json").json()
    assert (idea["author"], idea["dots"], idea["session"]) == (manager.email, None, made.json()["key"])
    skipped = mine.patch(place, {"phase": "closed"}, format="json")
    assert (skipped.status_code, PlanningSession.objects.get(title="By REST").phase) == (409, "gather")
    assert mine.patch(place, {"phase": "vote"}, format="json").json()["phase"] == "vote"
    voted = other.patch(f"/api/v1/session-ideas/{idea['id']}/", {"my_dots": "4"}, format="json")
    assert (voted.json()["my_dots"], voted.json()["dots"]) == ("4", None)
    over = other.patch(f"/api/v1/session-ideas/{idea['id']}/", {"my_dots": "6"}, format="json")
    assert over.status_code == 409
    mine.patch(place, {"phase": "decide"}, format="json")
    done = mine.patch(f"/api/v1/session-ideas/{idea['id']}/", {"became": "objective"}, format="json").json()
    assert (done["became"], done["dots"], bool(done["part"])) == ("objective", 4, True)
    assert Objective.objects.filter(key=done["part"], title="Said so").exists()
    stranger = api(make_user("account_manager"))
    assert stranger.get(place).status_code == 404
    bad = stranger.post(
        "/api/v1/planning-sessions/", {"client": "HAL", "title": "x", "held_on": "2026-12-01"}, format="json"
    )
    assert bad.status_code == 422


def test_fewer_dots_than_lie_there_are_refused(room: dict[str, Any], owner: User, sign_in: Any) -> None:
    session = room["session"]
    idea = actions.add_idea(item=room["ideas"], text="One", actor=owner)
    go(session, "vote", owner)
    actions.place_dots(idea=idea, count=3, actor=owner)
    fresh = PlanningSession.objects.get()
    body = {
        "title": "Launch year",
        "held_on": str(fresh.held_on + timedelta(days=1)),
        "dots": "2",
        "version": fresh.version,
    }
    answer = sign_in(owner).post(f"/clients/HAL/sessions/{session.pk}/edit/", body)
    assert "Somebody has placed more dots than that already." in answer.content.decode()
    assert PlanningSession.objects.get().dots == 3
    assert sign_in(owner).post(f"/clients/HAL/session-items/{room['ideas'].pk}/remove/").status_code == 302
    assert SessionItem.objects.filter(pk=room["ideas"].pk).exists()  # an idea stands under it
    assert sign_in(owner).post(f"/clients/HAL/sessions/{session.pk}/remove/").status_code == 302
    assert not PlanningSession.objects.exists()
