from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "portfolio"

    def ready(self) -> None:
        from portfolio import jobs  # models can be imported only once all apps are set up

        jobs.register()
