from django.urls import URLPattern, path

from portfolio.views import imports

urlpatterns: list[URLPattern] = [
    path("imports/", imports.imports, name="imports"),
    path("imports/load/", imports.load, name="import_load"),
    path("imports/columns/", imports.columns, name="import_columns"),
    path("imports/columns/<slug:kind>.csv", imports.sample, name="import_sample"),
    path("imports/<int:pk>/", imports.batch, name="import_batch"),
    path("imports/<int:pk>/progress/", imports.progress, name="import_progress"),
    path("imports/<int:pk>/rejects.csv", imports.rejects, name="import_rejects"),
    path("imports/<int:pk>/undo/", imports.ask_undo, name="import_undo"),
    path("imports/<int:pk>/undo/confirm/", imports.take_back, name="import_take_back"),
]
