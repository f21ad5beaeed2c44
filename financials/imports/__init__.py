"""Import kinds of contracts and money."""

from common.imports import derived_tables, kinds
from financials.imports.contracts import CONTRACTS
from financials.imports.money import BUDGETS, FX, LEDGER
from financials.imports.rates import RATES
from financials.imports.time import TIME


def register() -> None:
    for kind in (CONTRACTS, LEDGER, BUDGETS, FX, RATES, TIME):
        kinds.register(kind.name, kind)
    derived_tables.update(
        {"financials.scheduleline", "financials.forecastrun", "financials.forecastline", "financials.timemonth"}
    )
