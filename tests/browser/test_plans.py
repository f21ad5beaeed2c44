"""Two people at one plan at once: each sees the other's words before own ones replace them, and nothing is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import Action, Imperative
from common.models import AuditEntry
from tests.browser.conftest import Enter, Site
from tests.browser.eyes import WAYS, faults

pytestmark = pytest.mark.django_db
PLAN = (
    "", "board/", "roadmap/", "measures/", "context/", "document/", "versions/", "versions/1/", "freshness/",
    "targets/", "alignment/", "add/imperative/",
)  # fmt: skip
WHITE_SPACE = ("/clients/HAL/white-space/", "/pipeline/white-space/", "/pipeline/offerings/")
PAGES = (*(f"/clients/HAL/plan/{tail}" for tail in PLAN), *WHITE_SPACE)


def test_two_people_edit_one_plan_and_no_word_is_lost(site: Site, enter: Enter) -> None:
    action, imperative = site.world.own.action, site.world.own.parts["imperative"]
    first, second = enter("account_manager"), enter("director")
    row = f"#action-{action.pk}"
    for page in (first, second):
        page.goto("/clients/HAL/plan/")
        page.locator(f"{row} a.cell").nth(3).click()
        expect(page.locator(f"{row} input[name=next_step]")).to_be_focused()
    first.keyboard.type("Ring Greta first")
    first.keyboard.press("Enter")
    expect(first.locator(row)).to_contain_text("Ring Greta first")
    second.keyboard.type("Write to Ravi")
    second.keyboard.press("Enter")
    note = second.locator(f"{row} .cell-note")
    expect(note).to_contain_text("Ring Greta first")
    expect(second.locator(f"{row} input[name=next_step]")).to_have_value("Write to Ravi")
    assert Action.objects.get(pk=action.pk).next_step == "Ring Greta first"
    note.get_by_role("button", name="Keep yours").click()
    expect(second.locator(row)).to_contain_text("Write to Ravi")

    address = f"/clients/HAL/plan/parts/imperative/{imperative.pk}/"  # the same in a form, two fields apart
    for page in (first, second):
        page.goto(address)
    first.get_by_label("What presses them").fill("Their rival opened in Porto")
    first.get_by_role("button", name="Save").click()
    expect(first.locator(f"#imperative-{imperative.pk}")).to_contain_text("Porto")
    second.get_by_label("What they are trying to do").fill("Grow in Iberia")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("Changed while you were editing")).to_be_visible()
    expect(second.locator(".box.notice")).to_contain_text("Their rival opened in Porto")
    expect(second.get_by_label("What they are trying to do")).to_have_value("Grow in Iberia")
    second.get_by_label("What presses them").fill("Their rival opened in Porto")
    second.get_by_role("button", name="Save").click()
    expect(second.locator(f"#imperative-{imperative.pk}")).to_contain_text("Grow in Iberia")
    fresh = Imperative.objects.get(pk=imperative.pk)
    assert (fresh.title, fresh.why) == ("Grow in Iberia", "Their rival opened in Porto")
    told = AuditEntry.objects.filter(object_kind="action", object_id=str(action.pk)).order_by("pk")
    assert [entry.changes["next_step"] for entry in told] == [
        [None, "Ring Greta first"],
        ["Ring Greta first", "Write to Ravi"],
    ]


@pytest.mark.parametrize(("width", "theme"), WAYS)
def test_a_plan_reads_by_any_eyes(enter: Enter, width: int, theme: str) -> None:
    page = enter("director", width=width, theme=theme)
    for address in PAGES:
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        page.wait_for_load_state("networkidle")
        assert faults(page) == [], address
