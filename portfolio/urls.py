from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("people.urls")),
    path("", include("accounts.urls")),
    path("", include("financials.urls")),
    path("", include("qbr.urls")),
]
