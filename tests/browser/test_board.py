"""The board in a real browser: a deal moves by drag, by keys and by its menu; what must be asked is asked."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import Opportunity, StageMove
from tests.browser.conftest import Enter, Site
from tests.browser.eyes import WAYS, faults

pytestmark = pytest.mark.django_db
PAGES = (
    "/pipeline/board/", "/pipeline/odds/", "/pipeline/stages/", "/opportunities/HAL-OPP/", "/pipeline/renewals/",
    "/contracts/HAL-SOW/renewal/", "/pipeline/proposals/", "/proposals/HAL-PRO/", "/pipeline/pitches/",
    "/pitches/HAL-PITCH/", "/pipeline/won-lost/", "/settings/calendar/", "/opportunities/HAL-OPP/move/?to=Lost",
)  # fmt: skip


def test_a_deal_moves_by_drag_by_keys_and_by_menu(site: Site, enter: Enter) -> None:
    deal = site.world.own.deal
    page = enter("director")
    for name, criteria in (("Verbal", "Buyer said yes"), ("Final", "")):
        page.goto("/pipeline/stages/add/")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Exit criteria").fill(criteria)
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("row", name=name)).to_be_visible()
    page.goto("/pipeline/board/?q=Qvlaunch")
    card = page.locator(f"#card-{deal.pk}")

    def column(name: str) -> str:
        return f'.board-column[data-drop="{name}"]'

    expect(page.locator(column("Proposal")).locator(f"#card-{deal.pk}")).to_be_visible()
    card.drag_to(page.locator(column("Verbal")))
    expect(page.locator(column("Verbal")).locator(f"#card-{deal.pk}")).to_be_visible()
    assert Opportunity.objects.get(pk=deal.pk).stage == "Verbal"

    card.locator("a.name").focus()
    page.keyboard.press("[")
    expect(page.locator(column("Proposal")).locator(f"#card-{deal.pk}")).to_be_visible()
    expect(card.locator("a.name")).to_be_focused()
    page.keyboard.press("]")
    expect(page.locator(column("Verbal")).locator(f"#card-{deal.pk}")).to_be_visible()
    expect(card.locator("a.name")).to_be_focused()

    page.keyboard.press("]")  # forwards from here something is asked
    panel = page.locator("#panel")
    panel.get_by_label("Buyer said yes").check()
    panel.get_by_role("button", name="Move").click()
    expect(page.locator(column("Final")).locator(f"#card-{deal.pk}")).to_be_visible()

    card.locator("summary").click()
    card.get_by_role("button", name="Proposal", exact=True).click()
    expect(page.locator(column("Proposal")).locator(f"#card-{deal.pk}")).to_be_visible()
    steps = StageMove.objects.filter(opportunity=deal).order_by("pk").values_list("before", "after")
    assert list(steps)[1:] == [
        ("Proposal", "Verbal"),
        ("Verbal", "Proposal"),
        ("Proposal", "Verbal"),
        ("Verbal", "Final"),
        ("Final", "Proposal"),
    ]


@pytest.mark.parametrize(("width", "theme"), WAYS)
def test_the_board_reads_by_any_eyes(enter: Enter, width: int, theme: str) -> None:
    page = enter("director", width=width, theme=theme)
    for address in PAGES:
        page.goto(address)
        assert faults(page) == [], address
