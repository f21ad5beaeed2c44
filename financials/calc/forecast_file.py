"""A run's inputs as text and back, so that any run can be computed again to the same cent.

JSON of rows in the order of the records' fields; amounts as text, dates as ISO, blanks at the end of a row left out.
The text does not depend on the order the inputs came in. Source: docs/decisions/0009-runs-keep-their-inputs.md
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from common.periods import Month
from financials.calc.forecast_cost import WINDOW, CostHistory, Estimate, HouseRates, Rates
from financials.calc.forecast_records import Contract, ForecastInputs, LedgerCell, Opportunity, Override, Usual
from financials.calc.schedule import Milestone, Move, Terms

FILE_VERSION: Final = 1


def write_inputs(inputs: ForecastInputs) -> dict[str, str]:
    """Client → what of the inputs concerns it."""
    parts: dict[str, _Parts] = defaultdict(_Parts)
    for client, contract, month, currency, amount in inputs.ledger:
        parts[client].ledger[contract, month, currency] += amount
    for one in inputs.contracts:
        parts[one.client].contracts.append(one)
    for deal in inputs.opportunities:
        parts[deal.client].deals.append(deal)
    for override in inputs.overrides:
        parts[override.client].overrides.append(override)
    for history in inputs.costs:
        parts[history.client].cost = history
    for usual in inputs.unopened:
        parts[usual.client].usual = usual
    for client in inputs.departed & parts.keys():
        parts[client].departed = True
    return {client: _written(inputs, client, found) for client, found in parts.items()}


@dataclass(slots=True)
class _Parts:
    ledger: dict[tuple[str, Month, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    contracts: list[Contract] = field(default_factory=list)
    deals: list[Opportunity] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    cost: CostHistory | None = None
    usual: Usual | None = None
    departed: bool = False

    def currencies(self) -> set[str]:
        found = {currency for _, _, currency in self.ledger}
        found |= {one.terms.currency for one in self.contracts} | {deal.currency for deal in self.deals}
        return found | {override.currency for override in self.overrides}


def _written(inputs: ForecastInputs, client: str, found: _Parts) -> str:
    used = found.currencies()
    rates = [[*pair, _plain(rate)] for pair, rate in sorted(inputs.rates.items()) if used.issuperset(pair)]
    told = {
        "v": FILE_VERSION,
        "client": client,
        "open": _plain(inputs.open_month),
        "through": _plain(inputs.through),
        "horizon": inputs.horizon,
        "fiscal": inputs.fiscal_starts.get(client, 1),
        "rates": rates,
        "renewal_rates": {kind: _plain(rate) for kind, rate in sorted(inputs.renewal_rates.items())},
        "readings": {name: _plain(reading) for name, reading in sorted(inputs.readings.items())},
        "ledger": [
            [contract, month.isoformat(), currency, _plain(amount)]
            for (contract, month, currency), amount in sorted(found.ledger.items())
        ],
        "contracts": sorted(_contract(one) for one in found.contracts),
        "deals": sorted(_short(_deal(deal)) for deal in found.deals),
        # In their own order: of two overrides the later is applied to what the earlier made.
        "overrides": [_short(_override(one)) for one in found.overrides],
        **_costs(inputs, found.cost),
        **({} if found.usual is None else {"unopened": _usual(found.usual)}),
        **({"departed": True} if found.departed else {}),
    }
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


def _costs(inputs: ForecastInputs, cost: CostHistory | None) -> dict[str, Any]:
    """The house's rates only where the client has less than a year of its own."""
    told: dict[str, Any] = {} if cost is None else {"cost": [_plain(value) for value in cost[1:]]}
    if inputs.house and (cost is None or cost.months < WINDOW or cost.revenue <= 0):
        told["house"] = [[one.service_line, *map(_plain, one.rates)] for one in sorted(inputs.house)]
    return told


def _usual(one: Usual) -> list[Any]:
    plain = [_plain(value) for value in (one.monthly, one.weight, one.size, one.length, one.left)]
    return [one.currency, *plain, [_plain(share) for share in one.shares]]


def _read_usual(client: str, row: list[Any]) -> Usual:
    currency, monthly, weight, size, length, left, shares = row
    known = tuple(Decimal(share) for share in shares)
    return Usual(client, currency, Decimal(monthly), Decimal(weight), known, Decimal(size), length, Decimal(left))


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_inputs(text: str) -> ForecastInputs:
    told = json.loads(text)
    client = told["client"]
    through = _day(told["through"])
    return ForecastInputs(
        ledger=[
            LedgerCell(client, contract, date.fromisoformat(month), currency, Decimal(amount))
            for contract, month, currency, amount in told["ledger"]
        ],
        contracts=[_read_contract(client, row) for row in told["contracts"]],
        opportunities=[_read_deal(client, row) for row in told["deals"]],
        open_month=date.fromisoformat(told["open"]),
        through=through,
        fiscal_starts={client: told["fiscal"]},
        horizon=told["horizon"],
        renewal_rates={kind: Decimal(rate) for kind, rate in told["renewal_rates"].items()},
        readings={name: Decimal(reading) for name, reading in told["readings"].items()},
        rates={(source, target): Decimal(rate) for source, target, rate in told["rates"]},
        overrides=[_read_override(client, row) for row in told["overrides"]],
        costs=[CostHistory(client, months, *map(Decimal, sums)) for months, *sums in [told["cost"]]]
        if "cost" in told
        else [],
        house=[HouseRates(line, Rates(*map(Decimal, rates))) for line, *rates in told.get("house", ())],
        unopened=[_read_usual(client, told["unopened"])] if "unopened" in told else [],
        departed=frozenset([client] if told.get("departed") else []),
    )


def merged(several: Sequence[ForecastInputs]) -> list[ForecastInputs]:
    """As few inputs as hold them all: those of the same months, rates and readings together. Without what revenue
    costs, which no band is about."""
    alike: dict[tuple[Any, ...], list[ForecastInputs]] = defaultdict(list)
    for one in several:
        tables = (tuple(sorted(table.items())) for table in (one.renewal_rates, one.readings, one.rates))
        alike[one.open_month, one.through, one.horizon, *tables].append(one)
    return [
        replace(
            group[0],
            ledger=[cell for one in group for cell in one.ledger],
            contracts=[contract for one in group for contract in one.contracts],
            opportunities=[deal for one in group for deal in one.opportunities],
            fiscal_starts={client: start for one in group for client, start in one.fiscal_starts.items()},
            overrides=[override for one in group for override in one.overrides],
            costs=(),
            house=(),
            unopened=[usual for one in group for usual in one.unopened],
            departed=frozenset().union(*(one.departed for one in group)),
        )
        for group in alike.values()
    ]


def _plain(value: Any) -> Any:
    """Decimals in one way of writing, whatever places they were stored with."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value


def _short(row: Sequence[Any]) -> list[Any]:
    told = [_plain(value) for value in row]
    while told and told[-1] in (None, "", []):
        told.pop()
    return told


def _contract(one: Contract) -> list[Any]:
    terms = one.terms
    return _short(
        [
            one.number, terms.kind, terms.status, terms.billing, terms.currency, terms.amount, terms.start, terms.end,
            one.parent, one.opportunity, one.renewal, one.probability, one.uplift, one.successor, one.service_line,
            terms.ended_on, [[_plain(value) for value in move] for move in sorted(terms.moves)],
            [[_plain(value) for value in milestone] for milestone in terms.milestones],
            [] if one.estimate is None else [_plain(value) for value in one.estimate],
        ]
    )  # fmt: skip


def _read_contract(client: str, row: list[Any]) -> Contract:
    (
        number, kind, status, billing, currency, amount, start, end, parent, opportunity, renewal, probability, uplift,
        successor, service_line, ended_on, moves, milestones, estimate,
    ) = row + [None] * (19 - len(row))  # fmt: skip
    terms = Terms(
        kind=kind,
        status=status,
        billing=billing,
        currency=currency,
        amount=_number(amount),
        start=date.fromisoformat(start),
        end=_day(end),
        milestones=tuple(
            Milestone(date.fromisoformat(due), Decimal(fee), _day(accepted)) for due, fee, accepted in milestones or ()
        ),
        moves=tuple(Move(date.fromisoformat(first), date.fromisoformat(last)) for first, last in moves or ()),
        ended_on=_day(ended_on),
    )
    return Contract(
        client, number, terms, parent or "", opportunity or "", renewal or "", _number(probability), uplift or "",
        successor or "", service_line or "",
        Estimate(date.fromisoformat(estimate[0]), Decimal(estimate[1])) if estimate else None,
    )  # fmt: skip


def _deal(one: Opportunity) -> list[Any]:
    return [
        one.key, one.stage, one.category, one.amount, one.currency, one.probability, one.close_on, one.delivery_start,
        one.delivery_months, one.contract, one.renews, one.own, one.usual, one.opened,
    ]  # fmt: skip


def _read_deal(client: str, row: list[Any]) -> Opportunity:
    (
        key, stage, category, amount, currency, probability, close_on, starts, months, contract, renews, own, usual,
        opened,
    ) = row + [None] * (14 - len(row))  # fmt: skip
    return Opportunity(
        client, key, stage or "", category or "", _number(amount), currency or "", _number(probability), _day(close_on),
        _day(starts), months, contract or "", renews or "", _number(own), _number(usual), _day(opened),
    )  # fmt: skip


def _override(one: Override) -> list[Any]:
    return [one.key, one.level, one.first, one.last, one.currency, one.amount, one.delta]


def _read_override(client: str, row: list[Any]) -> Override:
    key, level, first, last, currency, amount, delta = row + [None] * (7 - len(row))
    return Override(
        client, key, level, date.fromisoformat(first), date.fromisoformat(last), currency, _number(amount),
        _number(delta),
    )  # fmt: skip


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
