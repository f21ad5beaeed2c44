"""The row of pages every client has. Each app adds its own; the row shows a reader only what the role may open."""

from __future__ import annotations

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


def client_tabs(role: str, key: str, active: str) -> list[TabLink]:
    """The tabs of one client for one role. active: the name the open page's tab was registered under."""
    entries = sorted(((tab.order, name, tab) for name, tab in tabs), key=lambda entry: entry[:2])
    return [
        TabLink(tab.label, reverse(tab.route, args=[key]), name == active)
        for _, name, tab in entries
        if role in tab.roles
    ]
