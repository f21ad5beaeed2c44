"""Contracts and money, one module a topic."""

from financials.models.accuracy import ForecastScore
from financials.models.alignment import AlignmentTie
from financials.models.allocations import Allocation, RoleLead
from financials.models.calls import ForecastCall
from financials.models.closing import CloseCheck, CloseEvent, CloseLine, OverheadDriver, OverheadRule
from financials.models.contracts import (
    Billing,
    BillingTiming,
    Contract,
    ContractKind,
    ContractStatus,
    NoticeRule,
    Renewal,
    ScheduleLine,
)
from financials.models.forecast import (
    ForecastBand,
    ForecastInput,
    ForecastLine,
    ForecastOverride,
    ForecastRate,
    ForecastRun,
    HouseRate,
    Layer,
    NewWorkRate,
    OverrideLevel,
    OwnRate,
)
from financials.models.index_readings import IndexReading
from financials.models.ledger import (
    ACCRUAL,
    WORKED_LINES,
    BudgetLadder,
    BudgetLine,
    LedgerEntry,
    LedgerLadder,
    LedgerMonth,
    Line,
)
from financials.models.movement import ForecastLook
from financials.models.receivables import Invoice, PurchaseOrder
from financials.models.renewals import RenewalPlan, RenewalStatus
from financials.models.scenarios import Scenario
from financials.models.terms import (
    BillingPlanLine,
    ContractDocument,
    Estimate,
    Milestone,
    StatusChange,
    Term,
    TermTopic,
)
from financials.models.time import Rate, RateKind, TimeEntry, TimeMonth, TimeStatus

__all__ = [
    "ACCRUAL",
    "WORKED_LINES",
    "AlignmentTie",
    "Allocation",
    "Billing",
    "BillingPlanLine",
    "BillingTiming",
    "BudgetLadder",
    "BudgetLine",
    "CloseCheck",
    "CloseEvent",
    "CloseLine",
    "Contract",
    "ContractDocument",
    "ContractKind",
    "ContractStatus",
    "Estimate",
    "ForecastBand",
    "ForecastCall",
    "ForecastInput",
    "ForecastLine",
    "ForecastLook",
    "ForecastOverride",
    "ForecastRate",
    "ForecastRun",
    "ForecastScore",
    "HouseRate",
    "IndexReading",
    "Invoice",
    "Layer",
    "LedgerEntry",
    "LedgerLadder",
    "LedgerMonth",
    "Line",
    "Milestone",
    "NewWorkRate",
    "NoticeRule",
    "OverheadDriver",
    "OverheadRule",
    "OverrideLevel",
    "OwnRate",
    "PurchaseOrder",
    "Rate",
    "RateKind",
    "Renewal",
    "RenewalPlan",
    "RenewalStatus",
    "RoleLead",
    "Scenario",
    "ScheduleLine",
    "StatusChange",
    "Term",
    "TermTopic",
    "TimeEntry",
    "TimeMonth",
    "TimeStatus",
]
