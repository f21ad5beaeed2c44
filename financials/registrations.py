"""What this app adds to pages of the apps below it: client tabs, columns, facts and panels."""

from __future__ import annotations

from common.columns import ColumnSource, column_sources
from common.panels import FactSource, Panel, facts, panels
from common.policies import CLIENT_READERS, MONEY_READERS
from common.tabs import ClientTab, tabs
from financials.queries import client_money


def register() -> None:
    tabs.register("contracts", ClientTab("Contracts", "client_contracts", CLIENT_READERS, 50))
    tabs.register("financials", ClientTab("Financials", "client_financials", MONEY_READERS, 60))
    column_sources.register("financials", ColumnSource(MONEY_READERS, client_money.columns, client_money.cells))
    facts.register("financials", FactSource(MONEY_READERS, client_money.facts))
    panels.register("pnl", Panel("Profit and loss", "client_pnl_panel", MONEY_READERS, 10))
