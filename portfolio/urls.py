from django.urls import URLPattern, URLResolver, include, path

from portfolio.views import api_docs, audit, health, help, search

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("search/", search.search, name="search"),
    path("audit/", audit.audit, name="audit"),
    path("api/docs/", api_docs.api_docs, name="api_docs"),
    path("api/v1/", include("portfolio.api.urls")),
    path("help/", help.index, name="help"),
    path("help/definitions/", help.definitions, name="definitions"),
    path("help/components/", help.components, name="components"),
    path("", include("people.urls")),
    path("", include("accounts.urls")),
    path("", include("financials.urls")),
    path("", include("qbr.urls")),
]
