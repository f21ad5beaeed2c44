from django.apps import AppConfig

from common.policies import ADMINISTRATOR, DIRECTOR, MONEY_READERS
from common.tabs import ClientTab, SectionTab, kpi_tabs, section_tabs, tabs


class QbrConfig(AppConfig):
    name = "qbr"

    def ready(self) -> None:
        from common.personal import endings, kept

        # models can be imported only once apps are set up
        from qbr import figures_value, imports, jobs, reports_reviews, reports_value
        from qbr.actions.links import end_links_of
        from qbr.actions.value import end_asks_of
        from qbr.queries import attention

        jobs.register()
        imports.register()
        figures_value.register()
        reports_value.register()
        reports_reviews.register()
        attention.register()
        kpi_tabs.register("value", ClientTab("Value realised", "client_value", MONEY_READERS, order=30))
        section_tabs.register("reviews", SectionTab("Calendar", "reviews", MONEY_READERS, 10))
        section_tabs.register("decks", SectionTab("Decks", "review_decks", MONEY_READERS, 20, r"/reviews/\d+/"))
        section_tabs.register("cadence", SectionTab("Cadence", "review_cadence", MONEY_READERS | {ADMINISTRATOR}, 30))
        section_tabs.register("look", SectionTab("Look", "brand", frozenset({DIRECTOR}), 40))
        endings.register("open request to confirm", end_asks_of)
        endings.register("open link to a review", end_links_of)
        kept.register("qbr.snapshot", "a frozen review is kept as the client saw it; its hash vouches for it")
        tabs.register("reviews", ClientTab("Reviews", "client_reviews", MONEY_READERS, order=70))
