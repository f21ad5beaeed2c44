"""What every page's frame needs: the rail, the person, the theme. Costs at most two queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from common.policies import ACCOUNT_MANAGER, CLIENT_READERS, DIRECTOR, EVERYONE, LEGAL, MONEY_READERS
from common.tabs import tabs_of_section
from people.access import abilities_of


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    key: str
    """The letter after g that jumps here."""
    active: bool
    count: int | None = None
    phone: bool = False
    panel: bool = False
    """Opens beside the page one is on, on a wide screen."""


@dataclass(frozen=True, slots=True)
class Place:
    label: str
    route: str
    key: str
    roles: frozenset[str]
    phone: bool = False
    under: str = ""
    """The path that all pages of the place begin with, where that is not the route's own."""
    panel: bool = False


PLACES = (
    Place("Cockpit", "cockpit", "h", EVERYONE, phone=True),
    Place("Clients", "client_list", "c", CLIENT_READERS, phone=True),
    Place("Log", "log", "l", frozenset({DIRECTOR, ACCOUNT_MANAGER}), phone=True, panel=True),
    Place("Contacts", "contact_list", "n", CLIENT_READERS - {LEGAL}),
    Place("Pipeline", "pipeline", "p", CLIENT_READERS - {LEGAL}, phone=True),
    Place("Contracts", "contract_list", "o", CLIENT_READERS),
    Place("Financials", "pnl", "f", MONEY_READERS, under="/financials/"),
    Place("Forecast", "forecast", "r", MONEY_READERS),
    Place("Reviews", "reviews", "q", MONEY_READERS),
    Place("Voice and health", "voice", "v", CLIENT_READERS - {LEGAL}),
    Place("KPIs", "kpis", "k", CLIENT_READERS - {LEGAL}),
    Place("Intelligence", "intelligence", "n", CLIENT_READERS - {LEGAL}),
    Place("Imports", "imports", "i", frozenset({"director", "finance"})),
    Place("Jobs", "jobs", "j", frozenset({"director", "finance", "administrator"})),
    Place("Audit", "audit", "a", frozenset({"director", "finance", "leadership", "administrator"})),
    Place("Settings", "settings", "s", EVERYONE),
    Place("Help", "help", "?", EVERYONE),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    frame: dict[str, Any] = {"theme": theme if theme in ("light", "dark") else ""}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return frame
    path = request.path
    nav = []
    for place in PLACES:
        if user.role not in place.roles:
            continue
        url = reverse(place.route)
        active = path == url if url == "/" else path.startswith(place.under or url)
        nav.append(NavItem(place.label, url, place.key, active, phone=place.phone, panel=place.panel))
    frame.update(
        nav=nav,
        section_tabs=tabs_of_section(user.role, path),
        can=abilities_of(user),
        person={"name": user.name, "line2": user.get_role_display(), "email": user.email},
    )
    return frame
