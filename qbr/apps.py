from django.apps import AppConfig

from common.policies import MONEY_READERS
from common.tabs import ClientTab, tabs


class QbrConfig(AppConfig):
    name = "qbr"

    def ready(self) -> None:
        from common.personal import kept
        from qbr import jobs  # models can be imported only once all apps are set up

        jobs.register()
        kept.register("qbr.snapshot", "a frozen review is kept as the client saw it; its hash vouches for it")
        tabs.register("reviews", ClientTab("Reviews", "client_reviews", MONEY_READERS, order=70))
