"""A planning session with three browsers at once: nobody's words are lost, nobody has more dots than the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import Idea, Objective, PlanFact, PlanningSession
from tests.browser.conftest import Enter, Site

pytestmark = pytest.mark.django_db


def _field(page: Page, number: int) -> str:
    return page.locator(".session-write input[name=text]").nth(number).get_attribute("id") or ""


def test_three_browsers_plan_together(site: Site, enter: Enter, tmp_path: Path) -> None:
    world, session = site.world, site.world.own.session
    address = f"/clients/HAL/sessions/{session.pk}/"
    pages = [enter("director"), enter("account_manager"), enter("director", width=390)]
    for page in pages:
        page.goto(address)
    words = [[f"Idea {person}.{number}" for number in range(3)] for person in range(3)]
    fields = [page.locator(f"#{_field(page, 0)}") for page in pages]
    half_typed = pages[2].locator(".session-write input[name=text]").nth(1)
    half_typed.fill("Half a thought")
    for number in range(3):  # all three write before anybody sees the others'
        for person, field in enumerate(fields):
            field.fill(words[person][number])
        for field in fields:
            field.press("Enter")
        for field in fields:
            expect(field).to_have_value("")
    every = [text for own in words for text in own]
    for page in pages:
        for text in every:
            expect(page.locator(".ideas").get_by_text(text, exact=True)).to_be_visible()
    expect(half_typed).to_have_value("Half a thought")  # what others do takes no word out of a field
    half_typed.press("Enter")
    expect(pages[0].get_by_text("Half a thought", exact=True)).to_be_visible()
    assert Idea.objects.filter(item__session=session).count() == 11

    pages[0].get_by_role("button", name="On to: vote").click()
    for page in pages:
        expect(page.get_by_text("you have 5 of 5 dots left")).to_be_visible()
    for page in pages[:2]:
        for left in (4, 3, 2, 1, 0):
            page.get_by_role("button", name="One dot more on Idea 1.0").click()
            expect(page.get_by_text(f"you have {left} of 5 dots left")).to_be_visible()
        expect(page.get_by_role("button", name="One dot more on Idea 0.0")).to_have_count(0)
    expect(pages[2].get_by_text("you have 0 of 5 dots left")).to_be_visible()  # the director's dots, on any screen
    pages[1].get_by_role("button", name="On to: decide").click()
    for page in pages:
        expect(page.locator(".ideas li").first).to_contain_text("Idea 1.0")  # ten dots: the first of its item
    pages[0].get_by_role("button", name="Make Idea 1.0 an objective").click()
    pages[1].get_by_role("button", name="Make Half a thought a risk").click()
    for page in pages:
        expect(page.get_by_text("2 of 11 ideas made part of the plan")).to_be_visible()
    assert Objective.objects.filter(plan__client=world.own.client, title="Idea 1.0").exists()
    assert PlanFact.objects.filter(plan__client=world.own.client, title="Half a thought", kind="risk").exists()
    for number, page in enumerate(pages):
        page.screenshot(path=tmp_path / f"session-{number}.png", full_page=True)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    pages[0].get_by_role("button", name="Close the session").click()
    expect(pages[1].get_by_text("Closed: 2 of 11 ideas became part of the plan")).to_be_visible()
    pages[1].goto(f"{address}minutes/")
    expect(pages[1].get_by_text("Closed: 2 of 11 ideas became part of the plan")).to_be_visible()
    assert PlanningSession.objects.get(pk=session.pk).phase == "closed"
