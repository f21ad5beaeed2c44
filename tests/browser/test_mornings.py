"""A director's Monday, and two people at one stakeholder map at once, each walked in real browsers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Stakeholding
from financials.models import ForecastCall
from qbr.models import Deck
from tests.browser.conftest import Enter, Site

pytestmark = pytest.mark.django_db


def test_a_directors_monday(site: Site, enter: Enter) -> None:
    """From the cockpit to what needs them, to the number for the meeting and why, to the review of the week."""
    page = enter("director")
    page.goto("/")
    expect(page.locator("h1")).not_to_be_empty()
    panel = page.locator("#panel")
    page.locator("main a[data-figure]").first.click()
    expect(panel.locator("h2")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()

    page.get_by_role("link", name="All of them").click()
    expect(page).to_have_url(re.compile("attention=all"))
    page.get_by_role("link", name="Open invoices").first.click()
    expect(page).to_have_url(re.compile(r"/financials/invoices/\?client=HAL&state=overdue"))
    expect(page.locator("main tbody tr").first).to_be_visible()

    main = page.get_by_role("navigation", name="Places")
    main.get_by_role("link", name="Forecast").click()
    page.locator("main table a[data-figure]").first.click()
    expect(panel).to_contain_text("Formula")
    page.keyboard.press("Escape")
    tabs = page.get_by_role("navigation", name="Pages of this part")
    tabs.get_by_role("link", name="What moved").click()
    expect(page).to_have_url(re.compile("/forecast/movement/"))
    tabs.get_by_role("link", name="Leadership pack").click()
    page.get_by_label("Why", exact=True).fill("Two renewals are verbally agreed")
    page.get_by_label("Net revenue of the year").fill("1250000")
    page.get_by_role("button", name="Make the call").click()
    expect(page.locator("#call")).to_contain_text("Two renewals are verbally agreed")
    call = ForecastCall.objects.get(reason="Two renewals are verbally agreed")
    assert (call.amount, call.person) == (1_250_000, site.world.people["director"])

    main.get_by_role("link", name="Reviews").click()
    page.get_by_role("link", name="Decks", exact=True).click()
    page.get_by_role("link", name="New deck").first.click()
    page.get_by_label("Client", exact=True).select_option(label="Quorvane Labs")
    page.get_by_label("Period", exact=True).fill("2026-Q1")
    page.get_by_role("button", name="Begin").click()
    expect(page).to_have_url(re.compile(r"/reviews/\d+/"))
    deck = Deck.objects.get(period="2026-Q1", client=site.world.own.client)
    expect(page.locator("h1")).to_contain_text("Quorvane Labs")
    assert deck.created_by == site.world.people["director"]


def test_two_people_at_one_map_lose_nothing(site: Site, enter: Enter) -> None:
    stake = site.world.own.stake
    first, second = enter("account_manager"), enter("director")
    first.goto(f"/clients/HAL/stakeholders/{stake.pk}/")
    first.get_by_label("Interest").select_option("2")
    first.get_by_role("button", name="Save").click()
    expect(first).to_have_url(re.compile(r"/clients/HAL/stakeholders/(\?.*)?$"))
    second.goto(f"/clients/HAL/stakeholders/{stake.pk}/")
    second.get_by_label("Evidence").fill("He told the board that we are safe hands")
    other = enter("director")
    for page in (first, other):
        page.goto("/clients/HAL/stakeholders/?view=power")

    def square(power: int, interest: int) -> str:
        return f'[data-drop][data-power="{power}"][data-interest="{interest}"]'

    chip = first.locator(".chip", has_text="Ravi Qvmenov")
    chip.drag_to(first.locator(square(3, 4)))
    expect(first.locator(square(3, 4))).to_contain_text("Ravi Qvmenov")

    # A second drag from a map drawn before: refused, told, and the map as it stands.
    other.locator(".chip", has_text="Ravi Qvmenov").drag_to(other.locator(square(1, 1)))
    expect(other.locator("#power-matrix [role=alert]")).to_contain_text("Not moved")
    expect(other.locator(square(3, 4))).to_contain_text("Ravi Qvmenov")

    # A form opened before: its words wait in the form, beside what was saved.
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("Changed while you were editing")).to_be_visible()
    expect(second.get_by_label("Evidence")).to_have_value("He told the board that we are safe hands")
    second.get_by_label("Power").select_option("3")
    second.get_by_label("Interest").select_option("4")
    second.get_by_role("button", name="Save").click()
    expect(second).to_have_url(re.compile("/clients/HAL/stakeholders/"))
    fresh = Stakeholding.objects.get(pk=stake.pk)
    assert (fresh.power, fresh.interest, fresh.evidence) == (3, 4, "He told the board that we are safe hands")
