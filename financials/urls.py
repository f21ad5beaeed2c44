from django.urls import URLPattern, URLResolver, path

from financials.views import bridge, contracts, forecast, hours, pnl, rates, receivables, time

urlpatterns: list[URLPattern | URLResolver] = [
    path("financials/pnl/", pnl.pnl, name="pnl"),
    path("financials/bridge/", bridge.bridge, name="bridge"),
    path("financials/entries/", pnl.ledger_entries, name="entries"),
    path("financials/receivables/", receivables.receivables, name="receivables"),
    path("financials/invoices/", receivables.invoice_list, name="invoices"),
    path("financials/purchase-orders/", receivables.purchase_order_list, name="purchase_orders"),
    path("clients/<str:key>/receivables/panel/", receivables.client_panel, name="client_receivables_panel"),
    path("clients/<str:key>/financials/", pnl.client_financials, name="client_financials"),
    path("clients/<str:key>/financials/panel/", pnl.client_pnl_panel, name="client_pnl_panel"),
    path("clients/<str:key>/contracts/", contracts.client_contracts, name="client_contracts"),
    path("contracts/", contracts.contract_list, name="contract_list"),
    path("contracts/<str:number>/", contracts.contract, name="contract"),
    path("contracts/<str:number>/edit/", contracts.contract_edit, name="contract_edit"),
    path("clients/<str:key>/financials/hours/", hours.client_hours, name="client_hours"),
    path("contracts/<str:number>/hours/", hours.contract_hours, name="contract_hours"),
    path("contracts/<str:number>/draft-order/", hours.draft_order, name="draft_order"),
    path("financials/time/", time.time_list, name="time_list"),
    path("financials/time/bulk/", time.time_bulk, name="time_bulk"),
    path("financials/time/week/", time.my_week, name="my_week"),
    path("financials/rates/", rates.rates, name="rates"),
    path("financials/rates/add/", rates.rate_add, name="rate_add"),
    path("forecast/", forecast.forecast, name="forecast"),
    path("forecast.<str:form>", forecast.forecast_export, name="forecast_export"),
]
