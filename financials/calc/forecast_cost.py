"""What the forecast's net revenue will cost: a rate for each client, and for contracts that have one of their own.

Cost of a month not closed = net revenue × rate, line by line: delivery labour, freelancers, direct expenses; overhead
is not forecast. The client's own rate is that of its last twelve closed months; each month missing of twelve is filled
with the house's. A fixed fee's rate is its estimate to complete over what is still scheduled. Unknown is None, never
zero. Source: docs/definitions.md#forecast-cost
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from common.money import SIX_PLACES, ZERO, ratio
from common.periods import Month

if TYPE_CHECKING:
    from financials.calc.forecast_records import Contract, ForecastInputs

COST_LINES: Final = ("delivery_labour", "freelancers", "direct_expenses")
WINDOW: Final = 12
"""Closed months that a rate is taken of."""
LEAST_ALONE: Final = 6
"""Months from which a client's own rate stands alone where the house has none."""
LEAST_PEERS: Final = 5
"""Clients from which the house has a rate: of fewer, one could be worked out from the others."""
MOST: Final = Decimal(10)
"""A cost above ten times the revenue says that there was hardly any, not what revenue costs."""

Origin: TypeAlias = Literal["own", "filled", "house", "estimate"]


class CostHistory(NamedTuple):
    """A client's closed months whose cost of delivery is known: how many of the last twelve, and their sums, all in
    one currency."""

    client: str
    months: int
    revenue: Decimal
    labour: Decimal
    freelancers: Decimal
    direct: Decimal


class Rates(NamedTuple):
    """Cost over net revenue, six places."""

    labour: Decimal
    freelancers: Decimal
    direct: Decimal

    @property
    def whole(self) -> Decimal:
        return self.labour + self.freelancers + self.direct


class HouseRates(NamedTuple):
    """The rates of all clients together, or of one service line; service_line blank: of all work."""

    service_line: str
    rates: Rates


class CostRates(NamedTuple):
    """contract blank: of everything of the client that has no rate of its own. months: known ones behind it."""

    client: str
    contract: str
    rates: Rates
    origin: Origin
    months: int


class Estimate(NamedTuple):
    """What a contract's work will still cost after the month, in its currency."""

    month: Month
    to_go: Decimal


def rates_of(history: CostHistory) -> Rates | None:
    """None where the months brought nothing, or hardly anything."""
    if history.months < 1 or history.revenue <= 0:
        return None
    found = Rates(
        _share(history.labour, history.revenue),
        _share(history.freelancers, history.revenue),
        _share(history.direct, history.revenue),
    )
    return found if max(map(abs, found)) <= MOST else None


def filled(own: Rates | None, months: int, house: Rates | None) -> tuple[Rates, Origin] | None:
    """The own rate for each known month, the house's for each that is missing of twelve."""
    if own is None or not months:
        return None if house is None else (house, "house")
    if months >= WINDOW or house is None:
        return (own, "own") if months >= LEAST_ALONE else None
    pairs = zip(own, house, strict=True)
    mixed = (_share(months * mine + (WINDOW - months) * theirs, Decimal(WINDOW)) for mine, theirs in pairs)
    return Rates(*mixed), "filled"


def cost_rates(
    inputs: ForecastInputs, clients: Iterable[str], scheduled: Mapping[str, Mapping[Month, Decimal]]
) -> list[CostRates]:
    """Of these clients, by client, then contract. scheduled: what is signed by contract number and month."""
    histories = {one.client: one for one in inputs.costs}
    house = {one.service_line: one.rates for one in inputs.house}
    found: dict[tuple[str, str], CostRates] = {}
    own: dict[str, tuple[Rates | None, int]] = {}
    for client in clients:
        history = histories.get(client)
        rates = None if history is None else rates_of(history)
        own[client] = rates, history.months if history and rates else 0
        _keep(found, client, "", own[client], house.get(""))
    for contract in inputs.contracts:
        client, line = contract.client, contract.service_line
        # Who has a year of its own needs no service line's rate.
        if line and line in house and client in own and own[client][1] < WINDOW:
            _keep(found, client, contract.number, own[client], house[line])
    for contract in inputs.contracts:
        if contract.estimate is not None and contract.client in own:
            family = _family(contract, inputs.contracts)
            whole = _estimated(contract.estimate, [scheduled.get(number, {}) for number in family])
            if whole is not None:
                rates = _parted(whole, found.get((contract.client, "")))
                found.update(
                    ((contract.client, number), CostRates(contract.client, number, rates, "estimate", 0))
                    for number in family
                )
    return [found[key] for key in sorted(found)]


def _keep(
    found: dict[tuple[str, str], CostRates],
    client: str,
    contract: str,
    own: tuple[Rates | None, int],
    house: Rates | None,
) -> None:
    made = filled(*own, house)
    if made is not None:
        found[client, contract] = CostRates(client, contract, *made, own[1])


def _family(contract: Contract, contracts: Iterable[Contract]) -> list[str]:
    """The contract and its change orders in its currency without an estimate of their own: one body of work."""
    return [
        contract.number,
        *(
            one.number
            for one in contracts
            if one.parent == contract.number
            and one.terms.kind == "change_order"
            and one.terms.currency == contract.terms.currency
            and one.estimate is None
        ),
    ]


def _estimated(estimate: Estimate, lines: Iterable[Mapping[Month, Decimal]]) -> Decimal | None:
    """to go ÷ scheduled after the estimate's month. None once nothing is scheduled any more: what is left to do has no
    revenue to be set against.
    """
    left = sum((amount for one in lines for month, amount in one.items() if month > estimate.month), ZERO)
    return None if left <= 0 or estimate.to_go > MOST * left else _share(estimate.to_go, left)


def _parted(whole: Decimal, usual: CostRates | None) -> Rates:
    """In the client's usual parts; labour where none are known."""
    if usual is None or usual.rates.whole <= 0 or min(usual.rates) < 0:
        return Rates(whole, ZERO, ZERO)
    freelancers, direct = (_share(whole * part, usual.rates.whole) for part in usual.rates[1:])
    return Rates(whole - freelancers - direct, freelancers, direct)


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole).quantize(SIX_PLACES, ROUND_HALF_EVEN) + ZERO


def forecast_ladder(lines: Mapping[str, Decimal | None]) -> dict[str, Decimal | None]:
    """The rows of the ladder that follow from net_revenue and COST_LINES; None is unknown, and so is what follows.

    A line that is not there is nothing: a cost that is not known has its cells too, every line of them.
    """
    net, labour, freelancers, direct = (lines.get(line, ZERO) for line in ("net_revenue", *COST_LINES))
    profit = None if net is None or labour is None or freelancers is None else net - labour - freelancers
    contribution = None if profit is None or direct is None else profit - direct
    return {
        "net_revenue": net,
        "delivery_labour": labour,
        "freelancers": freelancers,
        "gross_profit": profit,
        "gross_margin": ratio(profit, net),
        "direct_expenses": direct,
        "contribution": contribution,
        "contribution_margin": ratio(contribution, net),
    }


def called(revenue: Decimal, contribution: Decimal, margin_ahead: Decimal | None, call: Decimal) -> Decimal | None:
    """The contribution of a call: the forecast's, and what it calls more or less at the margin of what is ahead."""
    if call == revenue:
        return contribution
    return None if margin_ahead is None else contribution + (call - revenue) * margin_ahead
