from django.apps import AppConfig


class FinancialsConfig(AppConfig):
    name = "financials"

    def ready(self) -> None:
        # Registries are filled here, when the models exist.
        from financials import (
            explain_bridge,
            explain_receivables,
            explain_retention,
            explanations,
            imports,
            jobs,
            registrations,
        )
        from financials.queries import search

        search.register()
        imports.register()
        jobs.register()
        explanations.register()
        explain_bridge.register()
        explain_receivables.register()
        explain_retention.register()
        registrations.register()
