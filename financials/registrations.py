"""What this app adds to pages of the apps below it: client tabs, columns, facts and panels."""

from __future__ import annotations

from common.columns import ColumnSource, column_sources
from common.panels import FactSource, Panel, facts, panels
from common.policies import CLIENT_READERS, MONEY_READERS
from common.tabs import ClientTab, SectionTab, section_tabs, tabs
from financials.queries import client_money


def register() -> None:
    tabs.register("contracts", ClientTab("Contracts", "client_contracts", CLIENT_READERS, 50))
    tabs.register("financials", ClientTab("Financials", "client_financials", MONEY_READERS, 60))
    section_tabs.register("pnl", SectionTab("P&L", "pnl", MONEY_READERS, 10))
    section_tabs.register("entries", SectionTab("Ledger", "entries", MONEY_READERS, 90))
    column_sources.register("financials", ColumnSource(MONEY_READERS, client_money.columns, client_money.cells))
    facts.register("financials", FactSource(MONEY_READERS, client_money.facts))
    panels.register("pnl", Panel("Profit and loss", "client_pnl_panel", MONEY_READERS, 10))
