from django.apps import AppConfig

from common.policies import ADMINISTRATOR, CLIENT_READERS, DIRECTOR, LEGAL
from common.tabs import ClientTab, SectionTab, kpi_tabs, plan_tabs, section_tabs, tabs


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import (
            access,
            figures,
            figures_campaigns,
            figures_health,
            figures_kpis,
            figures_odds,
            figures_plans,
            figures_pursuits,
            figures_voice,
            imports,
            jobs,
            reports,
            reports_brief,
            reports_campaigns,
            reports_contacts,
            reports_health,
            reports_kpis,
            reports_map,
            reports_plans,
            reports_sessions,
            reports_voice,
            tiles,
        )  # models exist once all apps are set up
        from accounts.queries import health_components, measures, search
        from common.measures import MeasureSource, plan_measures
        from common.panels import Panel, panels
        from common.personal import kept
        from common.reports import ReportKind, report_kinds
        from common.saved_views import SavedPage, pages, sights

        figures.register()
        figures_odds.register()
        figures_pursuits.register()
        figures_plans.register()
        search.register()
        imports.register()
        figures_voice.register()
        figures_health.register()
        figures_kpis.register()
        health_components.register()
        reports_health.register()
        reports_kpis.register()
        reports_brief.register()
        reports_campaigns.register()
        figures_campaigns.register()
        jobs.register()
        reports_voice.register()
        reports_contacts.register()
        reports_map.register()
        kept.register("accounts.planversion", "a version of a plan never changes; its digest vouches for it")
        readers = CLIENT_READERS - {LEGAL}
        report_kinds.register("deals", ReportKind("Deals", readers, reports.deals))
        pages.register("clients", SavedPage("Clients", "client_list", CLIENT_READERS, tiles.clients))
        pages.register("pipeline", SavedPage("Pipeline", "pipeline", readers, tiles.deals))
        pages.register("board", SavedPage("Pipeline board", "pipeline_board", readers, tiles.deals))
        section_tabs.register("pipeline", SectionTab("Table", "pipeline", readers, 10))
        section_tabs.register("board", SectionTab("Board", "pipeline_board", readers, 20))
        section_tabs.register("offerings", SectionTab("Offerings", "offerings", readers, 75))
        section_tabs.register("proposals", SectionTab("Proposals", "proposals", readers, 50))
        section_tabs.register("pitches", SectionTab("Pitches", "pitches", readers, 60))
        section_tabs.register("win_loss", SectionTab("Won and lost", "win_loss", readers, 70))
        section_tabs.register("odds", SectionTab("Odds", "pipeline_odds", readers, 80))
        section_tabs.register("stages", SectionTab("Stages", "stages", frozenset({DIRECTOR, ADMINISTRATOR}), 90))
        plan_tabs.register("outline", ClientTab("Plan", "client_plan", readers, order=10))
        plan_tabs.register("board", ClientTab("Board", "plan_board", readers, order=20))
        plan_tabs.register("roadmap", ClientTab("Roadmap", "plan_roadmap", readers, order=30))
        plan_tabs.register("document", ClientTab("Document", "plan_document", readers, order=80))
        report_kinds.register("plan", ReportKind("Account plan", readers, reports_plans.plan))
        plan_tabs.register("measures", ClientTab("Measures", "plan_measures", readers, order=40))
        plan_tabs.register("context", ClientTab("Context", "plan_context", readers, order=50))
        plan_tabs.register("sessions", ClientTab("Sessions", "plan_sessions", readers, order=70))
        minutes = ReportKind("Minutes", readers, reports_sessions.minutes)
        report_kinds.register("session-minutes", minutes)
        plan_tabs.register("versions", ClientTab("Versions", "plan_versions", readers, order=90))
        plan_measures.register("coverage", MeasureSource("Coverage", "ratio", readers, measures.read_coverage))
        promises = MeasureSource("Our promises kept", "ratio", readers, measures.read_kept)
        plan_measures.register("kept_promises", promises)
        for name in ("client", "parent"):
            sights.register(name, access.keys_in_sight)
        panels.register("kpis", Panel("KPIs", "client_kpi_panel", readers, 20, "main"))
        panels.register("standing", Panel("Health and promises", "client_standing_panel", readers, 10, "side"))
        tabs.register("overview", ClientTab("Overview", "client", CLIENT_READERS, order=10))
        tabs.register("stakeholders", ClientTab("Stakeholders", "client_stakeholders", readers, order=20))
        tabs.register("plan", ClientTab("Plan", "client_plan", readers, order=30))
        tabs.register("growth", ClientTab("Growth", "client_growth", readers, order=40))
        tabs.register("voice", ClientTab("Voice", "client_voice", readers, order=80))
        tabs.register("kpis", ClientTab("KPIs", "client_kpis", readers, order=75))
        tabs.register("intelligence", ClientTab("Intelligence", "client_intelligence", readers, order=78))
        section_tabs.register("intelligence", SectionTab("Notes", "intelligence", readers, 10))
        section_tabs.register("calendar", SectionTab("Calendar", "intelligence_calendar", readers, 20))
        kpi_tabs.register("kpis", ClientTab("KPIs", "client_kpis", readers, order=10))
        kpi_tabs.register("campaigns", ClientTab("Campaigns", "client_campaigns", readers, order=20))
        section_tabs.register("campaigns", SectionTab("Campaigns", "campaigns", readers, 30))
        kpi_tabs.register("web", ClientTab("Web analytics", "client_web", readers, order=30))
        section_tabs.register("kpis", SectionTab("KPIs", "kpis", readers, 10))
        section_tabs.register("kpi_library", SectionTab("Library", "kpi_library", readers, 20))
        section_tabs.register("voice", SectionTab("Scores", "voice", readers, 10))
        section_tabs.register("voice_themes", SectionTab("Themes", "voice_themes", readers, 20))
        section_tabs.register("health", SectionTab("Health", "health", readers, 30))
        section_tabs.register("health_rules", SectionTab("Rules", "health_rules", frozenset({DIRECTOR}), 40))
        section_tabs.register("health_proof", SectionTab("Back-test", "health_proof", readers, 50))
        tabs.register("activity", ClientTab("Activity", "client_activity", readers, order=90))
