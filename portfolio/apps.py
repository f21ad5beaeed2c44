from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from people.models import User


def _scopes(user: User | None) -> Sequence[str]:
    from portfolio.api.scopes import scopes  # the whole interface: loaded when somebody asks, not by every command

    return scopes(user)


class PortfolioConfig(AppConfig):
    name = "portfolio"

    def ready(self) -> None:
        from people.scopes import scope_sources
        from portfolio import jobs  # models can be imported only once all apps are set up

        jobs.register()
        scope_sources.register("rest", _scopes)
