"""What a month of the seeded book knew: the forecast's inputs as they stood then. What came later is the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from common.odds import ENOUGH, smoothed_share
from common.periods import month_add
from financials.calc.forecast import Contract, ForecastInputs, LedgerCell, Opportunity
from financials.calc.forecast_records import Usual
from financials.calc.renewals import own_rates
from financials.calc.schedule import Terms
from financials.calc.seasonality import Floats
from financials.calc.seeded_book import OPEN, STAGES, SeededBook, SeededContract, SeededDeal
from financials.calc.unopened import Aged, group_of, known_months

CURRENCY: Final = "USD"
CATEGORIES: Final = ("pipeline", "pipeline", "best_case", "commit")
"""By stage."""
CLOSE_DAY: Final = 14
"""Days after the first of a month on which its deals close."""
ENDLESS: Final = 12
"""Months that the amount of a contract without end covers."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The end of a month, all of it known and closed. history: months of the ledger kept; None for all."""

    book: SeededBook
    month: int
    history: int | None = 36

    @property
    def as_of(self) -> date:
        return self.book.shape.month(self.month + 1)

    @property
    def first_known(self) -> int:
        return 0 if self.history is None else max(0, self.month - self.history + 1)

    def revenue(self) -> Floats:
        """Net revenue as known, clients × months, oldest first."""
        return self.book.revenue()[:, self.first_known : self.month + 1]

    def truth(self, months: int) -> Floats:
        """Net revenue of the months after the open one, clients × months. The open month is the one after `month`."""
        return self.book.revenue()[:, self.month + 2 : self.month + 2 + months]


def client_name(client: int) -> str:
    return f"C{client:04}"


def inputs_at(origin: Origin, *, horizon: int = 12) -> ForecastInputs:
    """The inputs of a run on the first day after the month; horizon: months after the open one."""
    open_month = origin.as_of
    odds = odds_seen(origin)
    return ForecastInputs(
        ledger=list(ledger_at(origin)),
        contracts=list(contracts_at(origin)),
        opportunities=[_by_own_history(deal, odds) for deal in deals_at(origin)],
        open_month=open_month,
        through=open_month,
        horizon=horizon + 1,
        renewal_rates=own_rates(renewals_seen(origin)),
        unopened=list(usual_at(origin)),
    )


def usual_at(origin: Origin) -> Iterator[Usual]:
    """All clients are one group; nothing of the open month has passed."""
    shape, deals = origin.book.shape, {deal.key: deal for deal in origin.book.deals}
    seen = ((client_name(n), shape.month(m)) for n, m in np.argwhere(origin.revenue() > 0))
    known = known_months(((client, month_add(month, origin.first_known)) for client, month in seen), origin.as_of)
    cells = (
        Aged(
            client_name(one.client),
            shape.month(month),
            month - deals[one.deal].opened,
            Decimal(f"{one.monthly:.2f}"),
            one.number,
        )
        for one in origin.book.contracts
        if one.deal and one.known <= origin.month
        for month in range(one.start, min(one.last, origin.month) + 1)
    )
    found = group_of(cells, known, shape.month(origin.month))
    if found is not None:
        for client in sorted(known):
            yield Usual(
                client, CURRENCY, found.monthly, found.weight, found.shares, found.size, found.length, Decimal(1)
            )


def odds_seen(origin: Origin) -> dict[str, tuple[Decimal, Decimal]]:
    """By stage: what was won of the deals that closed at it, smoothed as the product does, and what they carried."""
    shape, found = origin.book.shape, {}
    for number, stage in enumerate(STAGES):
        closed = [
            deal for deal in origin.book.deals if deal.closed <= origin.month and deal.entered <= number <= deal.left_at
        ]
        stated = Decimal(f"{shape.win_rates[number] + shape.stated_bias:.2f}")
        if len(closed) >= ENOUGH:
            found[stage] = smoothed_share(sum(deal.won for deal in closed), len(closed), stated), stated
    return found


def _by_own_history(deal: Opportunity, odds: Mapping[str, tuple[Decimal, Decimal]]) -> Opportunity:
    if deal.stage not in odds:
        return deal
    own, usual = odds[deal.stage]
    return replace(deal, own=own, usual=usual)


def renewals_seen(origin: Origin) -> dict[str, tuple[int, int]]:
    """By kind: terms renewed and terms ended, as known; an evergreen's anniversaries count as terms."""
    known = [one for one in origin.book.contracts if one.kind and one.start >= 0 and one.known <= origin.month]
    followed = {one.renews for one in origin.book.contracts if one.known <= origin.month}
    found: dict[str, tuple[int, int]] = {}
    for one in known:
        renewed, ended = found.get(one.kind, (0, 0))
        if one.last == OPEN:
            over = one.ended is not None and one.ended <= origin.month
            until = one.ended if over and one.ended is not None else origin.month
            years = (until + 1 - one.start) // ENDLESS
            found[one.kind] = renewed + years - int(over), ended + years
        elif one.last <= origin.month:
            found[one.kind] = renewed + (one.number in followed), ended + 1
    return found


def ledger_at(origin: Origin) -> Iterator[LedgerCell]:
    book, first = origin.book, origin.first_known
    months = [book.shape.month(month) for month in range(origin.month + 1)]
    for place, row in enumerate(book.billed[:, first : origin.month + 1]):
        contract = book.contracts[place] if place < len(book.contracts) else None
        client = client_name(contract.client if contract else place - len(book.contracts))
        for month in row.nonzero()[0]:
            amount = Decimal(f"{row[month]:.2f}")
            yield LedgerCell(client, contract.number if contract else "", months[first + month], CURRENCY, amount)


def contracts_at(origin: Origin) -> Iterator[Contract]:
    followed = {one.renews: one.number for one in origin.book.contracts if one.renews and one.known <= origin.month}
    for contract in origin.book.contracts:
        if contract.known <= origin.month:
            yield Contract(
                client_name(contract.client),
                contract.number,
                terms_at(origin, contract),
                contract.parent,
                contract.deal,
                renewal=contract.kind,
                uplift=f"{contract.uplift:.4f}" if contract.kind else "",
                successor=followed.get(contract.number, ""),
            )


def terms_at(origin: Origin, contract: SeededContract) -> Terms:
    shape = origin.book.shape
    endless = contract.last == OPEN
    months = ENDLESS if endless else contract.last - contract.start + 1
    end = None if endless else shape.month(contract.last + 1) - timedelta(days=1)
    ended = contract.ended is not None and contract.ended <= origin.month
    over = not endless and contract.last <= origin.month
    return Terms(
        kind="change_order" if contract.parent else "sow",
        status="terminated" if ended else "completed" if over else "active",
        billing="retainer",
        currency=CURRENCY,
        amount=Decimal(f"{contract.monthly * months:.2f}"),
        start=shape.month(contract.start),
        end=end,
        ended_on=shape.month(contract.ended + 1) - timedelta(days=1) if ended and contract.ended is not None else None,
    )


def deals_at(origin: Origin) -> Iterator[Opportunity]:
    for deal in origin.book.deals:
        if deal.opened <= origin.month:
            yield deal_at(origin, deal)


def deal_at(origin: Origin, deal: SeededDeal) -> Opportunity:
    """An open one whose stated close has passed is stated to close in the coming month."""
    shape, closed = origin.book.shape, deal.closed <= origin.month
    number = deal.stage_in(origin.month)
    close = deal.closed if closed else max(deal.expected, origin.month + 1)
    stated = Decimal(f"{shape.win_rates[number] + shape.stated_bias:.2f}")
    return Opportunity(
        client=client_name(deal.client),
        key=deal.key,
        stage=("won" if deal.won else "lost") if closed else STAGES[number],
        category=CATEGORIES[number],
        amount=Decimal(f"{deal.amount:.2f}"),
        currency=CURRENCY,
        probability=Decimal(int(deal.won)) if closed else stated,
        close_on=shape.month(close) + timedelta(days=CLOSE_DAY),
        delivery_months=deal.delivery,
        contract=deal.contract if closed else "",
        opened=shape.month(deal.opened),
    )
