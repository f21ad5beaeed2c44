"""Import kinds of contracts and money."""

from common.imports import derived_tables, kinds
from financials.imports.alignment import ALIGNMENT
from financials.imports.allocations import ALLOCATIONS
from financials.imports.contracts import CONTRACTS
from financials.imports.index_readings import INDEX_READINGS
from financials.imports.money import BUDGETS, FX, LEDGER
from financials.imports.overrides import OVERRIDES
from financials.imports.rates import RATES
from financials.imports.receivables import INVOICES, PURCHASE_ORDERS
from financials.imports.terms import ESTIMATES, MILESTONES, TERMS
from financials.imports.time import TIME


def register() -> None:
    for kind in (
        CONTRACTS,
        MILESTONES,
        ESTIMATES,
        TERMS,
        ALIGNMENT,
        LEDGER,
        BUDGETS,
        FX,
        INDEX_READINGS,
        RATES,
        TIME,
        ALLOCATIONS,
        OVERRIDES,
        PURCHASE_ORDERS,
        INVOICES,
    ):
        kinds.register(kind.name, kind)
    computed = (
        "scheduleline",
        "forecastrun",
        "forecastline",
        "forecastinput",
        "forecastband",
        "timemonth",
        "statuschange",
    )
    derived_tables.update(f"financials.{table}" for table in computed)
