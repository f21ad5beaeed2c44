"""Contracts and money, one module a topic."""

from financials.models.contracts import (
    Billing,
    Contract,
    ContractKind,
    ContractStatus,
    NoticeRule,
    Renewal,
    ScheduleLine,
)
from financials.models.forecast import ForecastLine, ForecastRun, Layer
from financials.models.ledger import BudgetLine, LedgerEntry, LedgerMonth, Line

__all__ = [
    "Billing",
    "BudgetLine",
    "Contract",
    "ContractKind",
    "ContractStatus",
    "ForecastLine",
    "ForecastRun",
    "Layer",
    "LedgerEntry",
    "LedgerMonth",
    "Line",
    "NoticeRule",
    "Renewal",
    "ScheduleLine",
]
