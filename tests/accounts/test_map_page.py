"""The stakeholder map: its four views, lines, ties, and a name dragged to another square."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Bond, Influence, Stakeholding
from common.models import AuditEntry
from people.models import User
from tests.accounts.conftest import World
from tests.makers import make_client, make_contact, make_stakeholding, make_user


@pytest.fixture
def pair(world: World, owner: User) -> tuple[Stakeholding, Stakeholding]:
    """Greta leads, Ravi reports to her; the owner knows Ravi well."""
    greta = make_contact(world.client, first_name="Greta", last_name="Holm", title="Chief executive")
    ravi = make_contact(world.client, first_name="Ravi", last_name="Menon", title="Chief financial officer")
    boss = make_stakeholding(world.client, contact=greta, power=5, interest=3, level=1)
    stake = make_stakeholding(
        world.client, contact=ravi, power=4, interest=2, level=3, stance=-1, buying_role="economic", owner=owner,
        reports_to=greta, judged_on=world.today,
    )  # fmt: skip
    return boss, stake


def text_of(user: User, sign_in: Any, query: str = "") -> str:
    return str(sign_in(user).get(f"/clients/HAL/stakeholders/{query}").content.decode())


def test_each_view_shows_everybody(world: World, pair: Any, owner: User, sign_in: Any) -> None:
    for view in ("org", "influence", "power", "list"):
        page = text_of(owner, sign_in, f"?view={view}")
        assert "Greta Holm" in page
        assert "Ravi Menon" in page
    org = text_of(owner, sign_in)
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in org
    assert "c-report" in org  # the reporting line


def test_a_line_is_drawn_ranked_changed_and_removed(world: World, pair: Any, owner: User, sign_in: Any) -> None:
    boss, stake = pair
    browser = sign_in(owner)
    body = {"source": stake.contact_id, "target": boss.contact_id, "kind": "influence", "strength": "4"}
    assert browser.post("/clients/HAL/lines/add/", body).status_code == 302
    line = Influence.objects.get()
    page = text_of(owner, sign_in, "?view=influence")
    assert "Influence 4" in page
    assert page.index('">Ravi Menon</a></th>') < page.index('">Greta Holm</a></th>')  # who moves others ranks first
    twice = browser.post("/clients/HAL/lines/add/", body)
    assert twice.status_code == 422
    assert "There is such a line already" in twice.content.decode()
    itself = browser.post("/clients/HAL/lines/add/", {**body, "target": stake.contact_id})
    assert "two different people" in itself.content.decode()
    url = f"/clients/HAL/lines/{line.pk}/"
    assert browser.post(url, {**body, "strength": "2", "version": "1"}).status_code == 302
    assert browser.post(url, {**body, "strength": "5", "version": "1"}).status_code == 409  # as it was seen first
    assert Influence.objects.get().strength == 2
    assert browser.post(f"{url}remove/").status_code == 302
    assert not Influence.objects.exists()
    told = AuditEntry.objects.filter(object_kind="influence").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["added", "changed", "deleted"]


def test_lines_are_for_those_who_may_know_a_stance(
    world: World, pair: Any, owner: User, finance: User, sign_in: Any
) -> None:
    boss, stake = pair
    Influence.objects.create(
        client=world.client, source=stake.contact, target=boss.contact, kind="conflict", strength=3
    )
    assert "Conflict 3" in text_of(owner, sign_in)
    seen = text_of(finance, sign_in, "?view=influence")
    assert "Conflict" not in seen
    assert "is not shown to your role" in seen
    assert "Sceptic" not in seen


def test_a_tie_is_noted_replaced_and_taken_away(world: World, pair: Any, owner: User, sign_in: Any) -> None:
    boss, _ = pair
    other = make_user("delivery", email="dee@example.com", name="Dee Livery")
    browser, url = sign_in(owner), f"/clients/HAL/stakeholders/{boss.pk}/bonds/"
    for level in ("2", "3"):
        assert browser.post(url, {"person": other.pk, "level": level, "level_wanted": "4"}).status_code == 302
    assert Bond.objects.get().level == 3
    page = text_of(owner, sign_in)
    assert "Dee Livery" in page
    assert "3 Solver" in page
    assert browser.post(url, {"person": other.pk, "level": ""}).status_code == 302
    assert not Bond.objects.exists()


def test_the_owner_of_a_relationship_has_no_second_tie(world: World, pair: Any, owner: User, sign_in: Any) -> None:
    _, stake = pair
    answer = sign_in(owner).post(f"/clients/HAL/stakeholders/{stake.pk}/bonds/", {"person": owner.pk, "level": "2"})
    assert answer.status_code == 422


def test_a_name_is_dragged_to_another_square(world: World, pair: Any, owner: User, sign_in: Any) -> None:
    _, stake = pair
    browser, url = sign_in(owner), f"/clients/HAL/stakeholders/{stake.pk}/place/"
    assert browser.post(url, {"power": "6", "interest": "1", "version": "1"}).status_code == 422
    moved = browser.post(url, {"power": "5", "interest": "5", "version": "1"})
    assert moved.status_code == 200
    stake.refresh_from_db()
    assert (stake.power, stake.interest, stake.judged_by) == (5, 5, owner.email)
    late = browser.post(url, {"power": "1", "interest": "1", "version": "1"})
    assert late.status_code == 409
    assert "was changed meanwhile" in late.content.decode()
    stake.refresh_from_db()
    assert stake.power == 5


def test_the_person_selected_says_how_long_a_judgement_holds(
    world: World, pair: Any, owner: User, sign_in: Any
) -> None:
    _, stake = pair
    page = text_of(owner, sign_in, f"?person={stake.pk}")
    assert "reports to Greta Holm" in page
    assert "180 d" in page  # power
    assert "60 d" in page  # stance
    assert "Sceptic" in page


def test_a_seat_is_drawn_as_not_yet_identified(world: World, owner: User, sign_in: Any) -> None:
    body = {"last_name": "President, US", "identified": "no", "power": "4"}
    assert sign_in(owner).post("/clients/HAL/stakeholders/add/", body).status_code == 302
    page = text_of(owner, sign_in)
    assert "Not yet identified" in page
    assert "c-person-seat" in page


def test_what_rests_on_one_person(world: World, pair: Any, owner: User, sign_in: Any) -> None:
    boss, stake = pair
    browser = sign_in(owner)
    alone = browser.get(f"/clients/HAL/stakeholders/{stake.pk}/at-risk/").content.decode()
    assert "rests on this one person" in alone
    boss.buying_role, boss.level = "sponsor", 2
    boss.save()
    assert (
        "Greta Holm would still carry the client"
        in browser.get(f"/clients/HAL/stakeholders/{stake.pk}/at-risk/").content.decode()
    )


def test_another_clients_people_are_not_here(world: World, pair: Any, outsider: User, sign_in: Any) -> None:
    _, stake = pair
    make_client("OUT", owner=outsider)
    browser = sign_in(outsider)
    for path in ("at-risk/", "bonds/"):
        assert browser.get(f"/clients/HAL/stakeholders/{stake.pk}/{path}").status_code == 404
        assert browser.get(f"/clients/OUT/stakeholders/{stake.pk}/{path}").status_code == 404
