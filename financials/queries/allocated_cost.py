"""What the hours planned for clients will cost: allocations × the cost rate of the day.

For the forecast's cost side:

    allocated_cost(basis, first, last, client_ids, salary=True) -> list[AllocatedCost]

one row for each client and month with planned hours, by client id and month, in the basis's currency. Field class
SALARY: a cost of fewer than three people is told only to its readers. Who stores it for all readers asks with
salary=True, keeps `people` beside the amount and holds it back where that is below FEW (`labour.FEW`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from common.fx import apply
from common.money import ZERO
from common.periods import Month, month_end
from financials.calc.allocated import STATED, Planned, PlannedCell, PlannedSums, chance_of, planned_cost
from financials.calc.rates import RateRow
from financials.models import Allocation, Rate, RateKind
from financials.queries.basis import Basis
from financials.queries.disciplines import load_disciplines
from financials.queries.labour import FEW
from financials.queries.own_rates import load_deal_odds


@dataclass(frozen=True, slots=True)
class AllocatedCost:
    """One client's month. cost = firm_cost + weighted_cost (soft hours × probability), of the hours that have a rate.

    unpriced_hours: firm and weighted ones without a cost rate, in no cost. unweighted_hours: soft ones whose deal has
    no probability, in no other number. people: how many are named in the priced hours. A cost is None where it is
    withheld, or where `missing` names a currency without a rate for the month.
    """

    client_id: int
    month: Month
    firm_hours: Decimal
    weighted_hours: Decimal
    unpriced_hours: Decimal
    unweighted_hours: Decimal
    cost: Decimal | None
    firm_cost: Decimal | None
    weighted_cost: Decimal | None
    people: int
    withheld: bool
    missing: tuple[str, ...] = ()


def allocated_cost(
    basis: Basis, first: Month, last: Month, client_ids: Iterable[int], *, salary: bool
) -> list[AllocatedCost]:
    """Client × month from first to last, both included. Three queries, however many clients.

    A week's hours lie evenly on its five working days, so that one across two months is split. Converted once per
    client, contract, month and currency at the month's average, as the ladder is. salary False: a cost of fewer than
    FEW people is None; so are its two parts where one of them is.
    """
    ids = sorted(set(client_ids))
    cells = planned_cost(_planned(basis, first, last, ids), _cost_rates(ids), first, last)
    places: dict[tuple[int, Month], dict[PlannedCell, PlannedSums]] = defaultdict(dict)
    for cell, sums in cells.items():
        places[cell.client, cell.month][cell] = sums
    return [_summed(basis, client, month, places[client, month], salary=salary) for client, month in sorted(places)]


def _planned(basis: Basis, first: Month, last: Month, client_ids: list[int]) -> list[Planned]:
    rows: list[tuple[Any, ...]] = list(
        Allocation.objects.filter(
            client_id__in=client_ids, week__gt=first - timedelta(days=7), week__lte=month_end(last), hours__gt=0
        ).values_list(
            "client_id", "contract_id", "person_id", "role", "week", "hours", "firm",
            "opportunity__outcome", "opportunity__category", "opportunity__probability", "opportunity",
        )
    )  # fmt: skip
    odds = load_deal_odds((row[-1] for row in rows if row[-1] is not None and not row[6]), basis.today)
    roles = load_disciplines({row[2] for row in rows if row[2] is not None}, basis.today)
    return [
        Planned(
            client,
            contract,
            person,
            role if person is None else roles[person],
            week,
            hours,
            firm,
            chance_of(
                firm=firm,
                outcome=outcome or "",
                category=category or "",
                probability=probability,
                odds=odds.get(deal, STATED),
            ),
        )
        for client, contract, person, role, week, hours, firm, outcome, category, probability, deal in rows
    ]


def _cost_rates(client_ids: list[int]) -> list[RateRow]:
    rates = Rate.objects.filter(kind=RateKind.COST)
    names = ("kind", "person_id", "role", "client_id", "contract_id", "rate", "currency", "starts")
    return [
        RateRow(*row)
        for row in (rates.filter(client=None) | rates.filter(client_id__in=client_ids)).values_list(*names)
    ]


def _summed(
    basis: Basis, client: int, month: Month, cells: dict[PlannedCell, PlannedSums], *, salary: bool
) -> AllocatedCost:
    firm = weighted = ZERO
    missing = set()
    for cell, sums in cells.items():
        rate = basis.rate(cell.currency, month) if cell.currency else None
        if rate is not None:
            firm += apply(sums.firm_cost, rate, basis.currency)
            weighted += apply(sums.weighted_cost, rate, basis.currency)
        elif cell.currency:
            missing.add(cell.currency)
    priced = [sums for cell, sums in cells.items() if cell.currency]
    parts = [
        (sum(sums.firm_hours for sums in priced), set[int]().union(*(sums.firm_people for sums in priced))),
        (sum(sums.weighted_hours for sums in priced), set[int]().union(*(sums.weighted_people for sums in priced))),
    ]
    people = len(parts[0][1] | parts[1][1])
    thin = not salary and people < FEW and any(hours for hours, _ in parts)
    told = not missing and not thin
    apart = told and (salary or all(not hours or len(known) >= FEW for hours, known in parts))
    unpriced = [sums for cell, sums in cells.items() if not cell.currency]
    return AllocatedCost(
        client_id=client,
        month=month,
        firm_hours=sum((sums.firm_hours for sums in cells.values()), ZERO),
        weighted_hours=sum((sums.weighted_hours for sums in cells.values()), ZERO),
        unpriced_hours=sum((sums.firm_hours + sums.weighted_hours for sums in unpriced), ZERO),
        unweighted_hours=sum((sums.unweighted_hours for sums in cells.values()), ZERO),
        cost=firm + weighted if told else None,
        firm_cost=firm if apart else None,
        weighted_cost=weighted if apart else None,
        people=people,
        withheld=thin,
        missing=tuple(sorted(missing)),
    )
