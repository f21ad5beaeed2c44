"""The row of pages of a section: what the role may open, the open one marked, none for a lone page."""

from __future__ import annotations

import pytest

from common.tabs import tabs_of_section


def labels(role: str, path: str) -> list[str]:
    return [tab.label for tab in tabs_of_section(role, path)]


def test_the_pages_of_financials_in_their_order() -> None:
    found = labels("finance", "/financials/pnl/")
    assert found[0] == "P&L"
    assert "Ledger" in found


def test_the_open_page_is_marked_and_no_other() -> None:
    active = [tab.label for tab in tabs_of_section("finance", "/financials/entries/?page=2") if tab.active]
    assert active == ["Ledger"]


def test_a_page_below_a_tab_keeps_it_marked() -> None:
    assert [tab.label for tab in tabs_of_section("director", "/financials/pnl/more/") if tab.active] == ["P&L"]


def test_a_deck_is_a_page_of_decks_and_the_look_has_its_own() -> None:
    def marked(role: str, path: str) -> list[str]:
        return [tab.label for tab in tabs_of_section(role, path) if tab.active]

    assert marked("finance", "/reviews/12/present/") == ["Decks"]
    assert marked("director", "/reviews/look/") == ["Look"]
    assert "Look" not in labels("account_manager", "/reviews/")
    assert marked("finance", "/reviews/") == ["Calendar"]


@pytest.mark.parametrize(("role", "path"), [("legal", "/financials/pnl/"), ("finance", "/"), ("finance", "/settings/")])
def test_no_row_without_right_or_section(role: str, path: str) -> None:
    assert labels(role, path) == []
