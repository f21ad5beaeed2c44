"""Whether a page can be read by anybody: nothing for axe to find, and nothing that scrolls sideways."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WAYS = (
    pytest.param(1440, "light"),
    pytest.param(390, "dark"),
    pytest.param(1440, "dark", marks=pytest.mark.soak),
    pytest.param(390, "light", marks=pytest.mark.soak),
)
WIDEST = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return "";
  const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > room);
  return wide.filter((one) => !one.closest(".scroller, .tabs")).map((one) => one.outerHTML.slice(0, 90)).join(" | ")
    || "by " + (document.documentElement.scrollWidth - room);
}"""


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands."""
    beyond = page.evaluate(WIDEST)
    found = Axe().run(page).response["violations"]
    return [f"scrolls sideways: {beyond}"] * bool(beyond) + [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found
    ]
