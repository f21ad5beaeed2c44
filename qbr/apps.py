from django.apps import AppConfig

from common.policies import MONEY_READERS
from common.tabs import ClientTab, kpi_tabs, tabs


class QbrConfig(AppConfig):
    name = "qbr"

    def ready(self) -> None:
        from common.personal import kept
        from qbr import figures_value, imports, jobs, reports_value  # models can be imported only once apps are set up

        jobs.register()
        imports.register()
        figures_value.register()
        reports_value.register()
        kpi_tabs.register("value", ClientTab("Value realised", "client_value", MONEY_READERS, order=30))
        kept.register("qbr.snapshot", "a frozen review is kept as the client saw it; its hash vouches for it")
        tabs.register("reviews", ClientTab("Reviews", "client_reviews", MONEY_READERS, order=70))
