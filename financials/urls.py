from django.urls import URLPattern, URLResolver, path

from financials.views import forecast

urlpatterns: list[URLPattern | URLResolver] = [
    path("forecast/", forecast.forecast, name="forecast"),
    path("forecast.<str:form>", forecast.forecast_export, name="forecast_export"),
]
