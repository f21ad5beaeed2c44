from django.apps import AppConfig


class FinancialsConfig(AppConfig):
    name = "financials"

    def ready(self) -> None:
        # Registries are filled here, when the models exist.
        from financials import jobs

        jobs.register()
