"""What moved between two forecasts: every difference of two runs lands in one term, and the terms sum exactly.

start + new + pulled_in + increased + won + decreased + lost + slipped + contracted + renewal + actuals + run_rate + fx
+ override = end, all signed. Source: docs/definitions.md#forecast-movement
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, NamedTuple

from common.money import ZERO, quantise
from common.periods import Month, month_index
from financials.calc.forecast import (
    SIGNED_STATUSES,
    ForecastInputs,
    Opportunity,
    is_closed,
    left_out_reason,
    weighted,
)

TERMS: Final = (
    "new", "pulled_in", "increased", "won", "decreased", "lost", "slipped", "contracted", "renewal", "actuals",
    "run_rate", "fx", "override",
)  # fmt: skip
DEAL_LAYERS: Final = frozenset({"commit", "best_case", "pipeline"})
OWN_TERM: Final = frozenset({"renewal", "run_rate", "override"})
"""Layers whose difference is a term of the same name."""
LAYERS: Final = DEAL_LAYERS | OWN_TERM | {"recognised", "contracted"}


class RunLine(NamedTuple):
    """One cell of a run in the reporting currency at the start's rates; fx: what the end's own rates add to it."""

    contract: str
    opportunity: str
    month: Month
    layer: str
    amount: Decimal
    fx: Decimal = ZERO


class DealKnown(NamedTuple):
    """A deal as a run knew it. worth: amount × the probability it counts at, over its whole life; None where no layer
    held it.

    contracts: numbers of the signed contracts it had become. deal: all the run read of it, None where that is not kept.
    """

    outcome: str
    worth: Decimal | None
    contracts: tuple[str, ...] = ()
    deal: Opportunity | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One client's run. deals: all that it knew by key, lost ones left out or told as lost.

    closed: its last closed month. last_open: the last month it held to the ledger; both None for no run at all.
    """

    lines: Sequence[RunLine] = ()
    deals: Mapping[str, DealKnown] = field(default_factory=dict)
    closed: Month | None = None
    last_open: Month | None = None


def deals_known(inputs: ForecastInputs) -> dict[str, DealKnown]:
    """Every deal of a run's inputs, by key."""
    signed: dict[str, list[str]] = defaultdict(list)
    numbers = set()
    for contract in inputs.contracts:
        if contract.terms.status in SIGNED_STATUSES:
            numbers.add(contract.number)
            if contract.opportunity:
                signed[contract.opportunity].append(contract.number)
    found = {}
    for deal in inputs.opportunities:
        contracts = {*signed[deal.key], *({deal.contract} & numbers)}
        outcome = deal.stage.strip().casefold() if is_closed(deal.stage) else "open"
        worth = None
        if deal.category != "omitted" and not left_out_reason(deal):
            worth = _worth(deal)
        found[deal.key] = DealKnown(outcome, worth, tuple(sorted(contracts)), deal)
    return found


def _worth(deal: Opportunity) -> Decimal | None:
    chance = deal.chance
    return None if deal.amount is None or chance is None else weighted(deal.amount, chance, deal.currency)


class Moved(NamedTuple):
    """One thing's part of one term. before and after: what the runs held of it in the months it is about.

    by_rates: it is not the deal that changed but what own history says of its stage.
    """

    term: str
    opportunity: str
    contract: str
    before: Decimal
    after: Decimal
    amount: Decimal
    by_rates: bool = False


def moved(start: Side, end: Side, first: Month, last: Month, currency: str) -> list[Moved]:
    """One client's movements within the months first to last, none of them zero, in the order of TERMS.

    They sum to what the end holds in these months − what the start held. Raises ValueError on a layer no term holds.
    """
    before, after = _within(start.lines, first, last), _within(end.lines, first, last)
    found = [
        *_actuals(start, end, before, after),
        *_layers(start, end, before, after),
        *_deals(start, end, before, after, currency),
        *_fx(after),
    ]
    place = {term: number for number, term in enumerate(TERMS)}
    kept = [one for one in found if one.amount]
    return sorted(kept, key=lambda one: (place[one.term], -abs(one.amount), one.opportunity, one.contract))


def sums(moves: Iterable[Moved]) -> dict[str, Decimal]:
    """Every term, zero where nothing moved."""
    totals = dict.fromkeys(TERMS, ZERO)
    for one in moves:
        totals[one.term] += one.amount
    return totals


def _within(lines: Iterable[RunLine], first: Month, last: Month) -> list[RunLine]:
    kept = [line for line in lines if first <= line.month <= last]
    unknown = {line.layer for line in kept} - LAYERS
    if unknown:
        raise ValueError(f"No term of the movement holds the layer {', '.join(sorted(unknown))}.")
    return kept


def _told(start: Side, end: Side) -> Month | None:
    """The last month that the end holds to the ledger and the start did not: its whole difference is actuals."""
    if end.last_open is None:
        return end.closed
    if start.last_open is not None and start.last_open >= end.last_open:
        return end.closed
    return end.last_open


def _ahead(line: RunLine, told: Month | None) -> bool:
    return told is None or line.month > told


def _actuals(start: Side, end: Side, before: list[RunLine], after: list[RunLine]) -> Iterator[Moved]:
    """Months the ledger has told since, whole; and the ledger of months open in both, less what it took from the
    schedule."""
    told = _told(start, end)
    was: dict[str, Decimal] = defaultdict(Decimal)
    now: dict[str, Decimal] = defaultdict(Decimal)
    for lines, side in ((before, was), (after, now)):
        for line in lines:
            if line.layer == "recognised" or not _ahead(line, told):
                side[line.contract] += line.amount
    for contract in was.keys() | now.keys():
        yield Moved("actuals", "", contract, was[contract], now[contract], now[contract] - was[contract])
    for (contract, _), part in _billed_away(start, end, before, after).items():
        yield Moved("actuals", "", contract, ZERO, part, part)


def _billed_away(
    start: Side, end: Side, before: list[RunLine], after: list[RunLine]
) -> dict[tuple[str, Month], Decimal]:
    """How much less (or more) the schedule of months open in both still has to come, because the ledger rose (or fell):
    by contract and month. It is part of actuals, not of contracted."""
    told = _told(start, end)
    ledger: dict[Month, Decimal] = defaultdict(Decimal)
    to_come: dict[Month, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for lines, sign in ((before, -1), (after, 1)):
        for line in lines:
            if end.last_open is None or not _ahead(line, told) or line.month > end.last_open:
                continue
            if line.layer == "recognised":
                ledger[line.month] += sign * line.amount
            elif line.layer == "contracted":
                to_come[line.month][line.contract] += sign * line.amount
    parts: dict[tuple[str, Month], Decimal] = {}
    for month, rose in ledger.items():
        left = abs(rose)
        for contract, moved_by in sorted(to_come[month].items()):
            if left and moved_by and (moved_by < 0) == (rose > 0):
                part = min(left, abs(moved_by))
                parts[contract, month] = -part if rose > 0 else part
                left -= part
    return parts


def _layers(start: Side, end: Side, before: list[RunLine], after: list[RunLine]) -> Iterator[Moved]:
    """Contracts that came of no deal won since, and the layers that are a term by themselves."""
    told, won = _told(start, end), _won_contracts(start, end)
    was: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    now: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for lines, side in ((before, was), (after, now)):
        for line in lines:
            if not _ahead(line, told) or (line.layer == "contracted" and line.contract in won):
                continue
            if line.layer == "contracted" or line.layer in OWN_TERM:
                side[line.layer, line.opportunity, line.contract] += line.amount
    billed = _billed_away(start, end, before, after)
    for (contract, _), part in billed.items():
        if contract not in won:
            now["contracted", "", contract] -= part
    for term, opportunity, contract in was.keys() | now.keys():
        held, holds = was[term, opportunity, contract], now[term, opportunity, contract]
        yield Moved(term, opportunity, contract, held, holds, holds - held)


def _won_contracts(start: Side, end: Side) -> dict[str, str]:
    """Contract → deal, of the contracts that deals became since the start."""
    return {
        contract: key
        for key, deal in end.deals.items()
        for contract in deal.contracts
        if contract not in start.deals.get(key, DealKnown("open", None)).contracts
    }


def _deals(start: Side, end: Side, before: list[RunLine], after: list[RunLine], currency: str) -> Iterator[Moved]:
    told, won = _told(start, end), _won_contracts(start, end)
    was: dict[str, list[RunLine]] = defaultdict(list)
    now: dict[str, list[RunLine]] = defaultdict(list)
    signed: dict[str, Decimal] = defaultdict(Decimal)
    for lines, side, sign in ((before, was, -1), (after, now, 1)):
        for line in lines:
            if not _ahead(line, told):
                continue
            if line.layer in DEAL_LAYERS:
                side[line.opportunity].append(line)
            elif line.layer == "contracted" and line.contract in won:
                signed[won[line.contract]] += sign * line.amount
    for (contract, _), part in _billed_away(start, end, before, after).items():
        if contract in won:
            signed[won[contract]] -= part
    for key in sorted(was.keys() | now.keys() | signed.keys()):
        held, holds = _sum(was[key]), _sum(now[key])
        if key in signed:
            contract = next(number for number, deal in won.items() if deal == key)
            yield Moved("won", key, contract, held, holds + signed[key], holds + signed[key] - held)
        else:
            yield from _open_deal(key, start, end, (was[key], now[key]), currency)


def _open_deal(
    key: str, start: Side, end: Side, lines: tuple[list[RunLine], list[RunLine]], currency: str
) -> Iterator[Moved]:
    """A deal that became no contract: new, gone, worth more or less, later or earlier."""
    held, holds = _sum(lines[0]), _sum(lines[1])
    known, knows = start.deals.get(key), end.deals.get(key)
    if known is None and not held:
        yield Moved("new", key, "", held, holds, holds)
        return
    if knows is None or knows.outcome in ("lost", "won"):
        term = "won" if knows is not None and knows.outcome == "won" else "lost"
        yield Moved(term, key, "", held, holds, holds - held)
        return
    worth = known.worth if known is not None else held
    if not worth or knows.worth is None or knows.worth == 0:
        yield Moved("increased" if holds > held else "decreased", key, "", held, holds, holds - held)
        return
    scaled = held
    for reached, by_rates in ((_at_rates_of(known, knows), False), (knows.worth, True)):
        stood, scaled = scaled, quantise(held * reached / worth, currency)
        if scaled != stood:
            term = "increased" if scaled > stood else "decreased"
            yield Moved(term, key, "", stood, scaled, scaled - stood, by_rates)
    if holds != scaled:
        yield Moved(
            "slipped" if _is_later(lines, holds < scaled) else "pulled_in", key, "", scaled, holds, holds - scaled
        )


def _at_rates_of(known: DealKnown | None, knows: DealKnown) -> Decimal:
    """What the deal is worth by the win rates the start knew, where it stands at the same stage; a step to another
    stage is the deal's own doing."""
    worth = knows.worth or ZERO
    was, now = known.deal if known is not None else None, knows.deal
    if was is None or now is None or was.stage.strip().casefold() != now.stage.strip().casefold():
        return worth
    return _worth(replace(now, own=was.own, usual=was.usual)) or worth


def _is_later(lines: tuple[list[RunLine], list[RunLine]], less: bool) -> bool:
    """Whether the deal's middle moved to a later month; where one side shows nothing, whether the months lost by it."""
    was, now = (_middle(side) for side in lines)
    return less if was is None or now is None or was == now else now > was


def _middle(lines: list[RunLine]) -> Decimal | None:
    whole = _sum(lines)
    if not whole:
        return None
    return sum((month_index(line.month) * line.amount for line in lines), ZERO) / whole


def _fx(after: list[RunLine]) -> Iterator[Moved]:
    by: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in after:
        if line.fx:
            by[line.opportunity, line.contract] += line.fx
    for (opportunity, contract), amount in by.items():
        yield Moved("fx", opportunity, contract, ZERO, amount, amount)


def _sum(lines: Iterable[RunLine]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)
