from django.urls import URLPattern, URLResolver, path

from financials.views import contracts, forecast, pnl, receivables

urlpatterns: list[URLPattern | URLResolver] = [
    path("financials/pnl/", pnl.pnl, name="pnl"),
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
    path("forecast/", forecast.forecast, name="forecast"),
    path("forecast.<str:form>", forecast.forecast_export, name="forecast_export"),
]
