"""One served installation for the journeys, and people signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from people.models import User
from tests.makers import PASSWORD
from tests.sweeps.live import give_session, served, session_of
from tests.sweeps.world import World, build_world, judge


@dataclass
class Site:
    url: str
    world: World
    sessions: dict[str, str]


Enter = Callable[..., Page]


def _build() -> tuple[World, dict[str, str]]:
    world = build_world()
    judge(world)
    director = world.people["director"]
    director.set_password(PASSWORD)
    User.objects.filter(pk=director.pk).update(password=director.password)
    return world, {role: session_of(user) for role, user in world.people.items()}


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    with served(django_db_blocker, _build) as (url, (world, sessions)):
        yield Site(url, world, sessions)


@pytest.fixture
def enter(site: Site, browser: Browser, db: None) -> Iterator[Enter]:
    """`enter(role, width=, theme=)`: a page of a new browser with that person's session."""
    contexts: list[BrowserContext] = []

    def go(role: str, *, width: int = 1440, theme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, base_url=site.url)
        contexts.append(context)
        give_session(context, site.url, site.sessions[role])
        context.add_cookies([{"name": "theme", "value": theme, "url": site.url}])
        context.set_default_timeout(60_000)
        return context.new_page()

    yield go
    for context in contexts:
        context.close()
