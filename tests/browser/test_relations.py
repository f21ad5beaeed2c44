"""An account manager's morning, and the org chart moved by pointer and by keys, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Action, Ask, Stakeholding, Touchpoint
from tests.browser.conftest import Enter, Site

pytestmark = pytest.mark.django_db


def box(page: Page, name: str) -> str:
    return f'a[data-boss][data-name="{name}"]'


def boss_of(stake: Stakeholding) -> int | None:
    return Stakeholding.objects.values_list("reports_to_id", flat=True).get(pk=stake.pk)


def test_the_org_chart_is_moved_by_pointer_and_by_keys(site: Site, enter: Enter) -> None:
    page, own = enter("account_manager"), site.world.own
    page.goto("/clients/HAL/stakeholders/?view=org")
    ravi, greta = (f'a[data-boss][data-person="{one.pk}"]' for one in (own.contact, own.boss))
    page.locator(ravi).hover()
    page.mouse.down()
    spot = page.locator(greta).bounding_box()
    assert spot is not None
    page.mouse.move(spot["x"] + 30, spot["y"] + 30, steps=6)
    expect(page.locator(".map-ghost")).to_be_visible()
    page.mouse.up()
    expect(page.locator("#map-picture [role=alert]")).to_contain_text("Ravi Qvmenov reports to Greta Qvholm.")
    assert boss_of(own.stake) == own.boss.pk
    assert page.url.endswith("view=org")  # a drag is no click

    page.locator(greta).focus()
    page.keyboard.press("m")
    expect(page.locator("#map-said")).to_contain_text("is taken up")
    page.locator(ravi).focus()
    page.keyboard.press("m")
    expect(page.locator("#map-picture [role=alert]")).to_contain_text("reports to them already")

    page.locator(ravi).focus()
    page.keyboard.press("m")
    page.keyboard.press("n")
    expect(page.locator("#map-picture [role=alert]")).to_contain_text("reports to nobody we know")
    assert boss_of(own.stake) is None


def test_an_account_managers_morning(site: Site, enter: Enter) -> None:
    """From the to-do list to a touch logged, an ask answered, an action updated and a deal's next step."""
    page, own = enter("account_manager"), site.world.own
    page.goto("/")
    page.get_by_role("link", name="All of them").click()
    page.get_by_role("link", name="Answer").first.click()
    expect(page).to_have_url(re.compile(r"/clients/HAL/activity/#asks"))
    row = page.locator("#asks .list-row", has_text="Qvmay we have the figures")
    row.get_by_role("textbox").fill("Sent this morning")
    row.get_by_role("button", name="Answered").click()
    expect(page.locator("#asks")).to_contain_text("Nobody waits for our answer")
    assert Ask.objects.get(pk=own.ask.pk).answer == "Sent this morning"

    page.get_by_role("navigation", name="Places").get_by_role("link", name="Log").click()
    panel = page.locator("#panel")
    panel.get_by_label("Name of a person or client").fill("Qvmen")
    panel.get_by_role("link", name="Ravi Qvmenov").click()
    expect(panel.get_by_role("checkbox", name="Ravi Qvmenov")).to_be_checked()
    panel.get_by_label("Call").check()
    panel.get_by_label("What was said or decided").fill("He will read it today")
    panel.get_by_role("button", name="Log touchpoint").click()
    expect(page.locator("main")).to_contain_text("He will read it today")
    assert list(Touchpoint.objects.get(notes="He will read it today").theirs.all()) == [own.contact]

    page.goto(f"/clients/HAL/plan/actions/{own.action.pk}/")
    page.get_by_label("Next step").fill("Hear what he thinks")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile("/clients/HAL/plan/"))
    assert Action.objects.get(pk=own.action.pk).next_step == "Hear what he thinks"

    page.goto(f"/opportunities/{own.deal.key}/")
    expect(page.locator("h1")).to_contain_text("Qvlaunch film")


def test_a_touch_is_logged_on_a_phone(site: Site, enter: Enter) -> None:
    page = enter("account_manager", width=390, theme="dark")
    page.goto("/clients/")
    page.get_by_role("navigation", name="Main places").get_by_role("link", name="Log").click()
    page.get_by_label("Name of a person or client").fill("Quor")
    page.get_by_role("link", name="Quorvane Labs", exact=True).click()
    page.get_by_label("What was said or decided").fill("Short word on the phone")
    page.get_by_role("button", name="Log touchpoint").click()
    expect(page.locator("main")).to_contain_text("Short word on the phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
