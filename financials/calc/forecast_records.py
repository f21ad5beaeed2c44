"""What a forecast reads and gives: plain records, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple, TypeAlias

from common.odds import weighed
from common.periods import Month, fiscal_year_start, month_add
from financials.calc.forecast_cost import CostHistory, CostRates, Estimate, HouseRates
from financials.calc.schedule import Terms

CATEGORIES: Final = ("commit", "best_case", "pipeline")
LAYERS: Final = ("recognised", "contracted", "renewal", *CATEGORIES, "run_rate", "override")
"""Rows are in this order within a month. The override is what a person changed of all the others."""
HORIZON_MONTHS: Final = 18

Reason: TypeAlias = Literal["unpriced", "undated", "won without contract"]


class LedgerCell(NamedTuple):
    """Net revenue (gross revenue − pass-through) of one cell; contract is empty where the entry names none."""

    client: str
    contract: str
    month: Month
    currency: str
    net_revenue: Decimal


@dataclass(frozen=True, slots=True)
class Contract:
    """parent: the number of the contract above it. opportunity: the key of the deal it came from. Empty for none.

    renewal: fixed, auto or evergreen. probability: of renewal, where the contract has its own. uplift: as written.
    successor: the number of the contract that took its place. estimate: the newest of what its work will still cost.
    """

    client: str
    number: str
    terms: Terms
    parent: str = ""
    opportunity: str = ""
    renewal: str = ""
    probability: Decimal | None = None
    uplift: str = ""
    successor: str = ""
    service_line: str = ""
    estimate: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Opportunity:
    """amount and probability (a fraction, as stated) are None where unknown. contract: the number it became, renews: of
    the one it renews; empty for none. Lost deals matter only for what they would have renewed.

    own: the share won of the company's closed deals that were at its stage as long, None where too few are; usual: the
    probability those carried. opened: the day the deal began, None where nobody noted it.
    """

    client: str
    key: str
    stage: str
    category: str
    amount: Decimal | None
    currency: str
    probability: Decimal | None
    close_on: date | None
    delivery_start: date | None = None
    delivery_months: int | None = None
    contract: str = ""
    renews: str = ""
    own: Decimal | None = None
    usual: Decimal | None = None
    opened: date | None = None

    @property
    def chance(self) -> Decimal | None:
        """The probability it counts at; None where none is stated."""
        return None if self.probability is None else weighed(self.probability, self.own, self.usual)


@dataclass(frozen=True, slots=True)
class Override:
    """A person's own figure for a client over months. amount: what the whole span comes to, else delta: what it adds.

    level: manager or director; a director's is applied after a manager's.
    """

    client: str
    key: str
    level: str
    first: Month
    last: Month
    currency: str
    amount: Decimal | None = None
    delta: Decimal | None = None


class Usual(NamedTuple):
    """What clients like this one earn of deals, taken of the company's closed months by `unopened.group_of`.

    monthly, size: in `currency`. left: the share of the last open month that is still to come.
    """

    client: str
    currency: str
    monthly: Decimal
    weight: Decimal
    shares: tuple[Decimal, ...]
    size: Decimal
    length: int
    left: Decimal


@dataclass(frozen=True, slots=True)
class ForecastInputs:
    """Everything a run reads.

    open_month: the first month not closed. through: the month of the as-of day where that is later, when several
    months are open. horizon: months forecast, counted from the last open one. fiscal_starts: 1–12 by client, January
    unless given; the ledger is shown from the start of the open month's year, fiscal or calendar, as is earlier, and is
    history as far back as it is given. renewal_rates: by kind, where own history decides. readings: of indexes, by
    name, as fractions. rates: units of the second currency for one of the first; overrides need them where a client's
    money is in several. overrides: in the order they were made. costs: of clients with closed months whose cost is
    known. house: the rates of everybody's work, needed where a client has less than a year of its own. unopened: what
    deals of clients like each one bring, where enough of them are known. departed: clients that are lost; what is
    signed stands, and what open deals say, but nothing is carried on or renewed of itself.
    """

    ledger: Sequence[LedgerCell]
    contracts: Sequence[Contract]
    opportunities: Sequence[Opportunity]
    open_month: Month
    through: Month | None = None
    fiscal_starts: Mapping[str, int] = field(default_factory=dict)
    horizon: int = HORIZON_MONTHS
    renewal_rates: Mapping[str, Decimal] = field(default_factory=dict)
    readings: Mapping[str, Decimal] = field(default_factory=dict)
    rates: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    overrides: Sequence[Override] = ()
    costs: Sequence[CostHistory] = ()
    house: Sequence[HouseRates] = ()
    unopened: Sequence[Usual] = ()
    departed: frozenset[str] = frozenset()

    @property
    def last_open(self) -> Month:
        return max(self.open_month, self.through or self.open_month)

    @property
    def last_month(self) -> Month:
        return month_add(self.last_open, self.horizon - 1)

    def first_month(self, client: str) -> Month:
        return min(
            date(self.open_month.year, 1, 1), fiscal_year_start(self.open_month, self.fiscal_starts.get(client, 1))
        )


class ForecastRow(NamedTuple):
    """amount: net revenue in `currency`, never zero. contract, opportunity and override are empty where they do not
    apply. unopened: of deals that nobody has opened yet, a part of the run-rate."""

    client: str
    contract: str
    opportunity: str
    month: Month
    layer: str
    currency: str
    amount: Decimal
    override: str = ""
    unopened: bool = False


class LeftOut(NamedTuple):
    """An open or won deal that no layer holds, and why: counted beside the forecast, never summed."""

    client: str
    opportunity: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class ForecastResult:
    """rows by client, month, layer, contract, opportunity, currency, override; left_out by client, opportunity.

    short: clients whose history is too short for a run-rate. unapplied: overrides that could not be, for want of a rate
    or of an open month.
    """

    rows: list[ForecastRow]
    left_out: list[LeftOut]
    short: tuple[str, ...] = ()
    unapplied: tuple[str, ...] = ()
    costs: tuple[CostRates, ...] = ()
