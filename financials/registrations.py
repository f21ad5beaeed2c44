"""What this app adds to pages of the apps below it: client tabs, columns, facts and panels."""

from __future__ import annotations

from common.attention import AttentionSource, attention_sources
from common.columns import ColumnSource, column_sources
from common.measures import MeasureSource, plan_measures
from common.panels import FactSource, Panel, facts, panels
from common.policies import CLIENT_READERS, FINANCE, LEADERSHIP, LEGAL, MONEY_READERS
from common.reports import ReportKind, report_kinds
from common.saved_views import SavedPage
from common.saved_views import pages as saved_pages
from common.tabs import ClientTab, SectionTab, plan_tabs, section_tabs, tabs
from financials import (
    reports,
    reports_capacity,
    reports_close,
    reports_forecast,
    reports_invoices,
    reports_lists,
    reports_pnl,
    reports_white_space,
    tiles,
)
from financials.access import CLOSE_READERS, SCENARIO_WRITERS
from financials.queries import attention, client_money, contract_desk, health, plan_targets


def register() -> None:
    health.register()
    plan_tabs.register("alignment", ClientTab("Alignment", "client_alignment", MONEY_READERS, 60))
    plan_tabs.register("white_space", ClientTab("White space", "client_white_space", MONEY_READERS, 55))
    section_tabs.register("white_space", SectionTab("White space", "white_space", MONEY_READERS, 45))
    panels.register("white_space", Panel("White space", "client_white_space_panel", MONEY_READERS, 40))
    space = ReportKind("White space", MONEY_READERS, reports_white_space.white_space)
    report_kinds.register("white-space", space)
    tabs.register("contracts", ClientTab("Contracts", "client_contracts", CLIENT_READERS, 50))
    tabs.register("financials", ClientTab("Financials", "client_financials", MONEY_READERS, 60))
    section_tabs.register("pnl", SectionTab("P&L", "pnl", MONEY_READERS, 10))
    saved_pages.register("pnl", SavedPage("P&L", "pnl", MONEY_READERS, tiles.pnl))
    section_tabs.register("bridge", SectionTab("Bridge", "bridge", MONEY_READERS, 20))
    section_tabs.register("retention", SectionTab("Retention", "retention", MONEY_READERS, 30))
    section_tabs.register("receivables", SectionTab("Receivables", "receivables", MONEY_READERS, 40))
    section_tabs.register("invoices", SectionTab("Invoices", "invoices", MONEY_READERS, 42))
    section_tabs.register("purchase_orders", SectionTab("Purchase orders", "purchase_orders", MONEY_READERS, 44))
    section_tabs.register("entries", SectionTab("Ledger", "entries", MONEY_READERS, 90))
    section_tabs.register("capacity", SectionTab("Capacity", "capacity", MONEY_READERS, 55))
    saved_pages.register("capacity", SavedPage("Capacity", "capacity", MONEY_READERS, tiles.capacity))
    section_tabs.register("time", SectionTab("Time", "time_list", MONEY_READERS, 60))
    section_tabs.register("my_week", SectionTab("My week", "my_week", MONEY_READERS - {LEADERSHIP}, 61))
    section_tabs.register("leave", SectionTab("Leave", "leave", MONEY_READERS, 57))
    section_tabs.register("rates", SectionTab("Rates", "rates", MONEY_READERS, 62))
    section_tabs.register("close", SectionTab("Close", "close_list", CLOSE_READERS, 70))
    section_tabs.register("overhead", SectionTab("Overhead", "overhead", frozenset({FINANCE, LEADERSHIP}), 80))
    section_tabs.register("forecast", SectionTab("Forecast", "forecast", MONEY_READERS, 10))
    section_tabs.register("margin", SectionTab("Margin ahead", "forecast_margin", MONEY_READERS, 15))
    section_tabs.register("movement", SectionTab("What moved", "forecast_movement", MONEY_READERS, 20))
    section_tabs.register("scenarios", SectionTab("Scenarios", "scenarios", SCENARIO_WRITERS, 40))
    section_tabs.register("pack", SectionTab("Leadership pack", "forecast_pack", MONEY_READERS, 50))
    section_tabs.register("accuracy", SectionTab("Track record", "forecast_accuracy", MONEY_READERS, 30))
    section_tabs.register("renewals", SectionTab("Renewals", "renewals", CLIENT_READERS, 40))
    saved_pages.register("renewals", SavedPage("Renewals", "renewals", CLIENT_READERS))
    column_sources.register("financials", ColumnSource(MONEY_READERS, client_money.columns, client_money.cells))
    facts.register("financials", FactSource(MONEY_READERS, client_money.facts))
    facts.register("contracts", FactSource(frozenset({LEGAL}), contract_desk.facts))
    panels.register("contracts", Panel("Contracts", "client_contracts_panel", frozenset({LEGAL}), 5))
    panels.register("outlook", Panel("Outlook", "client_outlook_panel", MONEY_READERS, 10, "main"))
    panels.register("pnl", Panel("Profit and loss", "client_pnl_panel", MONEY_READERS, 10))
    panels.register("margin", Panel("Margin ahead", "client_margin_panel", MONEY_READERS, 15))
    panels.register("receivables", Panel("Receivables", "client_receivables_panel", MONEY_READERS, 20))
    panels.register("capacity", Panel("People planned", "client_capacity_panel", MONEY_READERS, 30))
    revenue = MeasureSource("Net revenue, last twelve months", "money", MONEY_READERS, plan_targets.read_net_revenue)
    plan_measures.register("net_revenue", revenue)
    margin = MeasureSource("Contribution margin, last twelve months", "ratio", MONEY_READERS, plan_targets.read_margin)
    plan_measures.register("contribution_margin", margin)
    attention_sources.register("money", AttentionSource(MONEY_READERS, attention.money_items))
    report_kinds.register("pnl", ReportKind("Profit and loss", MONEY_READERS, reports_pnl.pnl))
    report_kinds.register("bridge", ReportKind("Bridge", MONEY_READERS, reports_pnl.bridge))
    report_kinds.register("forecast-accuracy", ReportKind("Track record", MONEY_READERS, reports_forecast.accuracy))
    report_kinds.register("leadership-pack", ReportKind("Leadership pack", MONEY_READERS, reports_forecast.pack))
    report_kinds.register("forecast-movement", ReportKind("What moved", MONEY_READERS, reports_forecast.movement))
    report_kinds.register("forecast", ReportKind("Forecast", MONEY_READERS, reports.forecast))
    report_kinds.register("margin-ahead", ReportKind("Margin ahead", MONEY_READERS, reports_forecast.margin))
    report_kinds.register("contracts", ReportKind("Contracts", CLIENT_READERS, reports.contracts))
    report_kinds.register("renewals", ReportKind("Renewals ahead", CLIENT_READERS, reports.renewals))
    report_kinds.register("retention", ReportKind("Retention and concentration", MONEY_READERS, reports.retention))
    report_kinds.register("receivables", ReportKind("Receivables", MONEY_READERS, reports.receivables))
    report_kinds.register("capacity", ReportKind("Capacity", MONEY_READERS, reports_capacity.capacity))
    report_kinds.register("invoices", ReportKind("Invoices", MONEY_READERS, reports_invoices.invoice_report))
    report_kinds.register("orders", ReportKind("Purchase orders", MONEY_READERS, reports_invoices.order_report))
    report_kinds.register("entries", ReportKind("Ledger entries", MONEY_READERS, reports_lists.entry_report))
    report_kinds.register("time", ReportKind("Hours", MONEY_READERS, reports_lists.time_report))
    report_kinds.register("rates", ReportKind("Rates", MONEY_READERS, reports_lists.rate_report))
    month = reports_close.month_asked
    report_kinds.register("close", ReportKind("Close", CLOSE_READERS, reports_close.close, month))
    report_kinds.register("restatement", ReportKind("Restatement", CLOSE_READERS, reports_close.restatement, month))
