from django.urls import URLPattern, URLResolver, include, path

from portfolio.api.throttling import AddressRate, limited
from portfolio.views import api_docs, audit, cockpit, figures, health, help, jobs, reports, saved_views, search

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", cockpit.cockpit, name="cockpit"),
    path("export/clients.<str:form>", cockpit.cockpit_export, name="cockpit_export"),
    path("search/", search.search, name="search"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/progress/", jobs.job_progress, name="job_progress"),
    path("jobs/<int:pk>/retry/", jobs.job_retry, name="job_retry"),
    path("views/<slug:page>/save/", saved_views.save, name="save_view"),
    path("views/<int:pk>/change/", saved_views.change, name="change_view"),
    path("views/<int:pk>/delete/", saved_views.delete, name="delete_view"),
    path("views/pinned/", saved_views.pinned, name="pinned_views"),
    path("views/<int:pk>/pin/", saved_views.pin, name="pin_view"),
    path("views/<int:pk>/move/", saved_views.move, name="move_pin"),
    path("views/<int:pk>/tile/", saved_views.tile, name="view_tile"),
    path("reports/<slug:name>.pdf", reports.report_pdf, name="report_pdf"),
    path("reports/files/<int:pk>/", reports.report_file, name="report_file"),
    path("reports/files/<int:pk>/download/", reports.report_download, name="report_download"),
    path("figures/<path:figure_id>/", figures.figure, name="figure"),
    path("audit/", audit.audit, name="audit"),
    path("api/docs/", limited(AddressRate, api_docs.api_docs), name="api_docs"),
    path("api/v1/", include("portfolio.api.urls")),
    path("help/", help.index, name="help"),
    path("help/definitions/", help.definitions, name="definitions"),
    path("help/components/", help.components, name="components"),
    path("", include("portfolio.urls_imports")),
    path("", include("people.urls")),
    path("", include("accounts.urls")),
    path("", include("financials.urls")),
    path("", include("qbr.urls")),
]
