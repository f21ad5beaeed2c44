"""The stakeholder map moved by hand, compared over time, judged by questions, and taken away."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from accounts.actions.map_edits import rate_by_answers, set_boss
from accounts.actions.stakeholders import ReportingRing, remove_stakeholder
from accounts.calc.guide import rate
from accounts.calc.map_diff import Moved, State, map_diff
from accounts.models import Influence, LineState, Rating, Stakeholding, StakeState
from accounts.queries.map_export import org_picture, svg_of
from accounts.queries.map_history import load_changes
from accounts.reports_map import org_map
from common.charts.people import HIGH, WIDE
from people.models import User
from portfolio.imports.runner import load_rows
from portfolio.pdf import render_report
from tests.accounts.conftest import World
from tests.accounts.test_sessions import api
from tests.makers import make_contact, make_stakeholding, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend=BACKEND)
    return browser


# Who reports to whom


def test_nobody_comes_to_report_to_themselves(world: World, owner: User) -> None:
    boss = make_stakeholding(world.client, contact=make_contact(world.client, last_name="Boss"))
    top = make_stakeholding(world.client, contact=make_contact(world.client, last_name="Top"))
    now = timezone.now()
    set_boss(stake=world.stake, boss=boss.contact, expected=1, actor=owner, now=now)
    set_boss(stake=boss, boss=top.contact, expected=1, actor=owner, now=now)
    with pytest.raises(ReportingRing, match="Ravi Menon reports to them already"):
        set_boss(stake=top, boss=world.contact, expected=1, actor=owner, now=now)
    browser = browser_of(owner)
    url = f"/clients/HAL/stakeholders/{top.pk}/"
    refused = browser.post(f"{url}boss/", {"boss": world.contact.pk, "version": 1}, headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert "was not moved" in refused.content.decode()
    form = browser.post(url, {"last_name": "Top", "reports_to": world.contact.pk, "version": "1-1"})
    assert form.status_code == 422
    assert "reports to them already" in form.content.decode()


def test_a_drop_moves_once_and_a_stale_one_shows_the_chart(world: World, owner: User) -> None:
    boss = make_stakeholding(world.client, contact=make_contact(world.client, last_name="Boss"))
    browser, url = browser_of(owner), f"/clients/HAL/stakeholders/{world.stake.pk}/boss/"
    moved = browser.post(url, {"boss": boss.contact.pk, "version": 1}, headers={"HX-Request": "true"})
    assert moved.status_code == 200
    assert f'data-boss="{url}"' in moved.content.decode()
    stale = browser.post(url, {"boss": "", "version": 1}, headers={"HX-Request": "true"})
    assert stale.status_code == 409
    assert Stakeholding.objects.get(pk=world.stake.pk).reports_to == boss.contact
    assert browser.post(url, {"boss": make_contact(None).pk, "version": 2}).status_code == 422
    assert browser.post(url, {"boss": "", "version": 2}).status_code == 302
    assert Stakeholding.objects.get(pk=world.stake.pk).reports_to is None


# Two days


def test_a_map_is_held_against_another() -> None:
    before = {
        1: State("A", "", {"level": 0, "stance": 1, "power": 3}),
        2: State("B", "", {"reports_to": 1}),
        3: State("C", "", {}),
    }
    after = {
        1: State("A", "", {"level": 2, "stance": -1, "power": 3}),
        2: State("B", "", {"reports_to": 4, "level": 1}),
        4: State("D", "", {}),
    }
    found = map_diff(before, after)
    assert (found.came, found.left) == ((4,), (3,))
    assert found.moved == (
        Moved(1, "stance", 1, -1, False),
        Moved(1, "level", 0, 2, True),
        Moved(2, "reports_to", 1, 4, None),
        Moved(2, "level", None, 1, None),
    )
    assert all(one.field != "stance" for one in map_diff(before, after, hidden=frozenset({"stance"})).moved)


def _backdate(days: int) -> None:
    StakeState.objects.update(at=datetime.now(tz=UTC) - timedelta(days=days))


def test_every_way_of_writing_is_in_the_history(world: World, owner: User) -> None:
    gone = make_stakeholding(world.client, contact=make_contact(world.client, first_name="Lea", last_name="Ving"))
    _backdate(30)
    rate_by_answers(stake=world.stake, what="level", value=3, answers={}, note="", expected=1, actor=owner,
                    now=timezone.now())  # fmt: skip
    remove_stakeholder(stake=gone, actor=owner)
    row = {"key": "N-1", "client": "HAL", "first_name": "New", "last_name": "Comer", "stance": "1", "power": "2"}
    load_rows("contacts", [row], actor="t", now=timezone.now(), file_name="t.csv")
    load_rows("contacts", [{**row, "stance": "-1"}], actor="t", now=timezone.now(), file_name="u.csv")
    found = load_changes(owner, world.client, world.today - timedelta(days=10), world.today)
    assert [one.name for one in found.came] == ["New Comer"]
    assert [one.name for one in found.left] == ["Lea Ving"]
    assert [(one.what, one.before, one.after, one.way) for one in found.moved] == [
        ("Relationship", "1 Vendor", "3 Problem solver", "up")
    ]
    assert found.finding.startswith("1 person came, 1 person left and 1 person changed between")
    early = load_changes(owner, world.client, world.today - timedelta(days=60), world.today - timedelta(days=40))
    assert early.finding == "Nothing changed on the map of Halden Pharma"


def test_stance_is_not_compared_for_who_may_not_know_it(world: World, owner: User) -> None:
    _backdate(30)
    rate_by_answers(stake=world.stake, what="stance", value=2, answers={"room": "for"}, note="Spoke up", expected=1,
                    actor=owner, now=timezone.now())  # fmt: skip
    days = world.today - timedelta(days=10), world.today
    assert [one.what for one in load_changes(owner, world.client, *days).moved] == ["Stance"]
    finance = make_user("finance")
    assert load_changes(finance, world.client, *days).moved == ()
    query = f"?from={days[0]}&to={days[1]}"
    assert "Advocate" in browser_of(owner).get(f"/clients/HAL/stakeholders/compare/{query}").content.decode()
    file: Any = browser_of(finance).get(f"/clients/HAL/stakeholders/compare/{query}&format=csv")
    text = b"".join(file.streaming_content)
    assert b"Stance" not in text


def test_lines_are_compared_for_who_may_know_of_them(world: World, owner: User) -> None:
    """One of 2 became 4, one was taken away, one was drawn without a strength; one stands as it was."""
    ann, ben, cy = (make_stakeholding(world.client, contact=make_contact(world.client, last_name=name)).contact
                    for name in ("Ann", "Ben", "Cy"))  # fmt: skip
    line = {"client": world.client, "source": world.contact}
    grown = Influence.objects.create(**line, target=ann, kind="influence", strength=2)
    gone = Influence.objects.create(**line, target=ben, kind="conflict", strength=1)
    Influence.objects.create(**line, target=cy, kind="alliance", strength=1)
    past = datetime.now(tz=UTC) - timedelta(days=30)
    StakeState.objects.update(at=past)
    LineState.objects.update(at=past)
    Influence.objects.filter(pk=grown.pk).update(strength=4)
    gone.delete()
    Influence.objects.create(client=world.client, source=ann, target=ben, kind="influence")
    days = world.today - timedelta(days=10), world.today
    found = load_changes(owner, world.client, *days)
    assert [(one.source, one.target, one.what, one.before, one.after) for one in found.lines] == [
        ("Ravi Menon", ann.name, "Influence", "2 of 5", "4 of 5"),
        ("Ravi Menon", ben.name, "Conflict", "1 of 5", "—"),
        (ann.name, ben.name, "Influence", "—", "Drawn"),
    ]
    assert found.finding.startswith("3 lines changed between")
    asked = f"/api/v1/reports/map-changes/?client=HAL&from={days[0]}"
    assert api(owner).get(asked).json()["rows"][0] == {
        "person": f"Ravi Menon, {ann.name}", "what": "Influence", "before": "2 of 5", "after": "4 of 5"
    }  # fmt: skip
    finance = make_user("finance")
    assert api(finance).get(asked).json()["rows"] == []
    assert [api(owner).get(f"/api/v1/reports/map-changes/{q}").status_code for q in ("", "?client=HAL&to=soon")] == [
        400
    ] * 2
    told = load_changes(finance, world.client, *days)
    assert (told.lines, told.finding) == ((), "Nothing changed on the map of Halden Pharma")


def test_an_update_that_says_nothing_new_writes_no_history(world: World) -> None:
    before = StakeState.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_stakeholding SET evidence = 'x'")
    assert StakeState.objects.count() == before


# Plain questions


@pytest.mark.parametrize(
    ("what", "answers", "value"),
    [
        ("power", {"signs": "yes", "stops": "yes", "waits": "no", "asked": ""}, 3),
        ("power", {"signs": "no", "stops": "no", "waits": "no", "asked": "no"}, 1),
        ("power", {"signs": "yes"}, None),
        ("interest", {"bonus": "yes", "comes": "yes", "between": "", "speaks": "no"}, 3),
        ("level", {"answers": "yes", "believes": "yes", "early": "no", "advice": "yes"}, 2),
        ("level", {"answers": "no"}, 0),
        ("level", {}, None),
        ("stance", {"room": "for", "choice": "for", "tells": "for"}, 2),
        ("stance", {"room": "against", "choice": ""}, -1),
        ("stance", {"room": "for", "tells": "against"}, 0),
        ("stance", {}, None),
    ],
)
def test_answers_give_a_rating(what: str, answers: dict[str, str], value: int | None) -> None:
    assert rate(what, answers) == value  # type: ignore[arg-type]


def test_a_rating_keeps_what_was_answered(world: World, owner: User) -> None:
    browser, url = browser_of(owner), f"/clients/HAL/stakeholders/{world.stake.pk}/guide/stance/"
    said = {"room": "for", "choice": "for", "note": "Backed us in the board on 3 March", "version": "1"}
    assert browser.post(url, {**said, "note": ""}).status_code == 422
    assert browser.post(url, {"note": "x", "version": "1"}).status_code == 422
    assert browser.post(url, said).status_code == 302
    assert browser.post(url, said).status_code == 409
    stake = Stakeholding.objects.get(pk=world.stake.pk)
    assert (stake.stance, stake.evidence, stake.judged_by) == (2, said["note"], owner.email)
    assert Rating.objects.get().answers == {"room": "for", "choice": "for", "tells": ""}
    page = browser.get(f"/clients/HAL/stakeholders/?person={stake.pk}").content.decode()
    assert "When we were not in the room, they spoke for us" in page
    reader = browser_of(make_user("finance")).get(f"/clients/HAL/stakeholders/?person={stake.pk}").content.decode()
    assert "in the room" not in reader
    assert browser.get(url.replace("stance", "charm")).status_code == 404


# Taken away


def test_the_clients_drawing_says_nothing_that_we_judge(world: World, owner: User) -> None:
    make_stakeholding(world.client, contact=make_contact(world.client, last_name="Seat", identified=False), power=4)
    Influence.objects.create(
        client=world.client, source=world.contact, target=make_stakeholding(world.client).contact, kind="conflict"
    )
    safe = browser_of(owner).get("/clients/HAL/stakeholders/map-client.svg")
    text = safe.content.decode()
    assert "Ravi Menon" in text
    assert not re.search("Sceptic|Conflict|covered|Covered|Seat|Buyer|buyer|circle", text)
    assert not re.search("<a |class=|<script|href", text)
    ours = browser_of(owner).get("/clients/HAL/stakeholders/map-internal.svg").content.decode()
    assert "Sceptic" in ours
    assert "Sceptic" not in browser_of(make_user("finance")).get(
        "/clients/HAL/stakeholders/map-internal.svg"
    ).content.decode()  # fmt: skip


@pytest.mark.parametrize("people", [5, 80])
def test_boxes_of_the_drawing_meet_nothing(world: World, owner: User, people: int) -> None:
    made = [world.contact]
    for number in range(people - 1):
        contact = make_contact(world.client, last_name=f"Person {number}", title="Director of marketing operations")
        make_stakeholding(world.client, contact=contact, reports_to=made[number // 4])
        made.append(contact)
    picture = org_picture(owner, world.client, world.today, "client")
    assert picture is not None
    assert len(picture.boxes) == people
    boxes = [(box.x, box.y, box.x + WIDE, box.y + HIGH) for box in picture.boxes]
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert svg_of(picture).count("<rect") == people


def test_the_map_prints(world: World, owner: User) -> None:
    report = org_map(owner, {"client": "HAL", "audience": "client"}, timezone.now())
    assert [cell[:2] for cell in report.rows] == [["Ravi Menon", "Chief financial officer"]]
    made = render_report(report)
    assert made.pdf.startswith(b"%PDF")
    assert made.pages == 1
