"""One review from the calendar to closed, presented on the way; the next one opens with its promise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from qbr.models import Review, SlideNote
from tests.browser.conftest import Enter, Site

pytestmark = pytest.mark.django_db
PROMISE = "Cost of the Brazil studio"


def plan(page: Page, period: str, days: int) -> None:
    page.goto("/reviews/")
    page.get_by_role("link", name="Plan a review").click()
    page.get_by_label("Client", exact=True).select_option("HAL")
    page.get_by_label("Looks at").fill(period)
    page.get_by_label("Day", exact=True).fill((timezone.now().date() + timedelta(days=days)).isoformat())
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Quarterly business review, {period}")


def step(page: Page, button: str, stands: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".life-steps [aria-current]")).to_contain_text(stands)


def in_panel(page: Page, link: str, save: str, fill: dict[str, str]) -> None:
    page.locator(".life").get_by_role("link", name=link, exact=True).click()
    panel = page.locator("#panel")
    for label, text in fill.items():
        panel.get_by_label(label).fill(text)
    panel.get_by_role("button", name=save).click()
    expect(panel.get_by_role("button", name=save)).to_have_count(0)


def check(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_review_walks_from_the_calendar_to_closed(site: Site, enter: Enter, browser: Browser) -> None:
    page = enter("director")
    plan(page, "2026-Q1", 0)
    review = page.url
    step(page, "Freeze the data", "Data frozen")
    step(page, "Begin the decks", "Draft")
    step(page, "On to rehearsal", "Rehearsal")
    check(page)

    page.get_by_role("link", name="Open the client's deck").click()
    deck = page.url
    doubts = page.get_by_label("I have checked the numbers named above")
    if doubts.count():
        doubts.check()
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_text("How to be sure of it")).to_be_visible()
    present(site, enter, deck)

    page.goto(review)
    in_panel(page, "Send the pre-read", "Send the pre-read", {})
    expect(page.locator(".life-steps [aria-current]")).to_contain_text("Pre-read sent")
    in_panel(page, "Write the minutes", "Save", {"What was said": "They liked it.", "What was decided": "Go on"})
    step(page, "It was held", "Held")
    page.locator(".life").get_by_role("link", name="Rate it", exact=True).click()
    page.locator("#panel").get_by_label("4", exact=True).check()
    page.locator("#panel").get_by_role("button", name="Rate it").click()
    in_panel(page, "Ask their side to rate it", "Ask them", {})
    link = page.locator("#ratings input.copy").first.input_value()
    theirs = browser.new_context(base_url=site.url).new_page()
    theirs.goto(link[link.index("/", 8) :])
    theirs.get_by_label("5", exact=True).check()
    theirs.get_by_role("button", name="Send").click()
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("Thank you")
    theirs.context.close()
    page.goto(review)
    step(page, "Both sides have rated", "Rated by both")
    in_panel(page, "Note a follow-up", "Note it", {"What was promised": PROMISE, "Due": "2027-01-15"})
    step(page, "Actions are live", "Actions live")
    page.get_by_role("button", name="Close the review").click()
    expect(page.locator(".life-steps .is-ahead")).to_have_count(0)
    check(page)
    assert Review.objects.get(period="2026-Q1").steps.count() == 9

    plan(page, "2025-Q4", 30)
    opens = page.locator("#carried")
    expect(opens.get_by_role("heading")).to_have_text("It opens with what was promised last time")
    expect(opens.get_by_text(PROMISE)).to_be_visible()
    page.goto("/reviews/?view=months")
    check(page)


def present(site: Site, enter: Enter, deck: str) -> None:
    """The audience's window and the speaker's turn together; notes stay with the speaker."""
    speaker = enter("director")
    speaker.goto(f"{deck}present/speaker/")
    room = speaker.context.new_page()
    room.goto(f"{deck}present/")
    shown = room.frame_locator("[data-stage]").locator(".slide")
    count = shown.count()
    expect(room.locator("[data-count]")).to_have_text(f"1 of {count}")
    room.keyboard.press("ArrowRight")
    expect(room.locator("[data-count]")).to_have_text(f"2 of {count}")
    expect(speaker.locator("[data-count]")).to_have_text(f"2 of {count}")
    expect(shown.nth(1)).to_be_visible()
    expect(shown.nth(0)).to_be_hidden()
    speaker.locator("[data-note]:visible textarea").fill("Say this gently")
    expect(speaker.locator("[data-note]:visible [data-note-said]")).to_have_text("Notes saved.")
    assert SlideNote.objects.filter(text="Say this gently").count() == 1
    room.reload()
    expect(room.locator("[data-count]")).to_have_text(f"2 of {count}")
    assert "Say this gently" not in room.content()
    room.keyboard.press("e")
    expect(room.get_by_text("What this page is drawn from")).to_be_visible()
    check(room)
    room.keyboard.press("Escape")
    expect(room.get_by_text("What this page is drawn from")).to_be_hidden()
    check(speaker)
