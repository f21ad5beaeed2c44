"""The trail of a client: no value of the STANCE class for those without it, nor that it moved."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.actions.plans import change_part
from accounts.actions.stakeholders import change_stakeholder
from common import audit
from people.models import User
from tests.accounts.conftest import World


def text_for(user: User, sign_in: Any) -> str:
    return str(sign_in(user).get("/clients/HAL/activity/").content.decode())


def test_changes_are_told_by_name(world: World, owner: User, manager: User, sign_in: Any) -> None:
    change_part(part=world.action, changes={"next_step": "Ring <Tom>"}, expected=1, actor=manager)
    text = text_for(owner, sign_in)
    assert "<b>Jon Park</b> changed action Send the benchmark" in text
    assert "next step: — → Ring &lt;Tom&gt;" in text
    assert "Budget talk" in text


def test_a_group_of_values_is_told_in_words(world: World, owner: User, sign_in: Any) -> None:
    """Of what was typed on a slide, each value that moved: no braces, no quotes, no part told twice."""
    before, after = {"headline": "Two"}, {"headline": "Two", "note": "Cost is the fee"}
    changes = {"decisions words": (before, after)}
    shared: dict[str, Any] = {"kind": "deck", "object_id": 1, "client_id": world.client.pk}
    audit.record(actor=owner.email, verb="wrote words", changes=changes, **shared)
    text = text_for(owner, sign_in)
    assert text.count("decisions words") == 1
    assert "decisions words, note: — → Cost is the fee" in text
    assert "{&#x27;" not in text


def test_stance_stays_within_its_class(
    world: World, owner: User, finance: User, leadership: User, legal: User, outsider: User, sign_in: Any
) -> None:
    values = {"stance": 2, "evidence": "Praised us to the board"}
    change_stakeholder(stake=world.stake, values=values, expected=(1, 1), actor=owner, now=timezone.now())
    change_stakeholder(stake=world.stake, values={"cadence_days": 21}, expected=None, actor=owner, now=timezone.now())
    assert "Praised us to the board" in text_for(leadership, sign_in)
    hidden = text_for(finance, sign_in)
    for secret in ("Praised us", "stance", "evidence", "judged"):
        assert secret not in hidden
    assert "cadence: 14 → 21" in hidden
    assert hidden.count("changed stakeholding") == 1
    assert sign_in(legal).get("/clients/HAL/activity/").status_code == 403
    assert sign_in(outsider).get("/clients/HAL/activity/").status_code == 404
    assert sign_in(owner).post("/clients/HAL/activity/").status_code == 405
