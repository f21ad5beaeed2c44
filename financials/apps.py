from django.apps import AppConfig


class FinancialsConfig(AppConfig):
    name = "financials"

    def ready(self) -> None:
        # Registries are filled here, when the models exist.
        from common.personal import kept
        from financials import (
            explain_accuracy,
            explain_bridge,
            explain_calls,
            explain_capacity,
            explain_movement,
            explain_pack,
            explain_receivables,
            explain_retention,
            explain_white_space,
            explanations,
            imports,
            jobs,
            jobs_accuracy,
            registrations,
        )
        from financials.queries import search

        search.register()
        imports.register()
        jobs.register()
        jobs_accuracy.register()
        explanations.register()
        explain_accuracy.register()
        explain_calls.register()
        explain_bridge.register()
        explain_movement.register()
        explain_pack.register()
        explain_capacity.register()
        explain_receivables.register()
        explain_retention.register()
        explain_white_space.register()
        registrations.register()
        kept.register("financials.ledgerentry", "the ledger is never rewritten")
        kept.register(
            "financials.forecastinput", "what a forecast read is kept as it was, so that it can be made again"
        )
        kept.register("financials.closeevent", "the history of closes is never rewritten")
        kept.register("financials.closeline", "the history of closes is never rewritten")
