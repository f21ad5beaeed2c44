from django.apps import AppConfig

from common.policies import CLIENT_READERS, LEGAL
from common.tabs import ClientTab, tabs


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import access, figures, imports, tiles  # models can be imported only once all apps are set up
        from accounts.queries import search
        from common.saved_views import SavedPage, pages, sights

        figures.register()
        search.register()
        imports.register()
        readers = CLIENT_READERS - {LEGAL}
        pages.register("clients", SavedPage("Clients", "client_list", CLIENT_READERS, tiles.clients))
        pages.register("pipeline", SavedPage("Pipeline", "pipeline", readers, tiles.deals))
        for name in ("client", "parent"):
            sights.register(name, access.keys_in_sight)
        tabs.register("overview", ClientTab("Overview", "client", CLIENT_READERS, order=10))
        tabs.register("stakeholders", ClientTab("Stakeholders", "client_stakeholders", readers, order=20))
        tabs.register("plan", ClientTab("Plan", "client_plan", readers, order=30))
        tabs.register("growth", ClientTab("Growth", "client_growth", readers, order=40))
        tabs.register("activity", ClientTab("Activity", "client_activity", readers, order=90))
