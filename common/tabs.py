"""Rows of pages: those every client has, and those of a place of the rail. Each app adds its own; a row shows a reader
only what the role may open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.urls import reverse

from common.registry import Registry


@dataclass(frozen=True, slots=True)
class ClientTab:
    """route: a URL name that takes `key`. order: smaller stands further left."""

    label: str
    route: str
    roles: frozenset[str]
    order: int


@dataclass(frozen=True, slots=True)
class TabLink:
    label: str
    url: str
    active: bool
    count: int | None = None


tabs: Registry[ClientTab] = Registry("client tabs")
plan_tabs: Registry[ClientTab] = Registry("plan tabs")
"""Pages of one client's plan, under its tab."""
kpi_tabs: Registry[ClientTab] = Registry("KPI tabs")
"""Pages of what one client and we are measured by, under its tab."""


@dataclass(frozen=True, slots=True)
class SectionTab:
    """A page among several of one place of the rail. route: a URL name without arguments, whose path all pages below it
    begin with. order: smaller stands further left. too: a pattern of paths elsewhere that are its pages as well.
    """

    label: str
    route: str
    roles: frozenset[str]
    order: int
    too: str = ""


section_tabs: Registry[SectionTab] = Registry("section tabs")
"""By name; the first segment of the route's path says which section it is in."""


def client_tabs(role: str, key: str, active: str, among: Registry[ClientTab] = tabs) -> list[TabLink]:
    """The tabs of one client for one role. active: the name the open page's tab was registered under."""
    entries = sorted(((tab.order, name, tab) for name, tab in among), key=lambda entry: entry[:2])
    return [
        TabLink(tab.label, reverse(tab.route, args=[key]), name == active)
        for _, name, tab in entries
        if role in tab.roles
    ]


def tabs_of_section(role: str, path: str) -> list[TabLink]:
    """The row for the page at this path; empty where its section has fewer than two pages for the role."""
    found = [(tab.order, name, tab.label, reverse(tab.route)) for name, tab in section_tabs if role in tab.roles]
    section = path.split("/", 2)[1]
    mine = sorted(entry for entry in found if section and entry[3].split("/", 2)[1] == section)
    if len(mine) < 2:
        return []
    too = {reverse(tab.route): tab.too for _, tab in section_tabs if tab.too}
    below = max((url for *_, url in mine if path.startswith(url)), key=len, default="")
    open_url = next((url for *_, url in mine if url in too and re.match(too[url], path)), below)
    return [TabLink(label, url, url == open_url) for _, _, label, url in mine]
