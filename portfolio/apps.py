from collections.abc import Sequence

from django.apps import AppConfig


def _scopes() -> Sequence[str]:
    from portfolio.api.scopes import scopes  # the whole interface: loaded when somebody asks, not by every command

    return scopes()


class PortfolioConfig(AppConfig):
    name = "portfolio"

    def ready(self) -> None:
        from people.scopes import scope_sources
        from portfolio import jobs  # models can be imported only once all apps are set up

        jobs.register()
        scope_sources.register("rest", _scopes)
