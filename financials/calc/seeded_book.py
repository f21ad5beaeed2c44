"""A made-up company whose truth is known, to prove the forecast on: drawn once from a seed, never from the forecaster.

Every number of the draw is a field of `Shape`, as docs/definitions.md#seeded-book states them. Months count from 0.
What a month knew of the book, and what came of it later, is `seeded_view`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from common.periods import Month, month_add
from financials.calc.seasonality import Floats

STAGES: Final = ("qualify", "discover", "propose", "negotiate")
OPEN: Final = 10_000
"""Last month of a contract that runs on."""
BACK: Final = 24
"""Months before the first in which the longest contract may have begun."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Rates by month unless said otherwise; shares and probabilities are fractions."""

    clients: int = 1000
    months: int = 60
    beyond: int = 18
    before: int = 18
    first: Month = date(2021, 11, 1)
    median_revenue: float = 80_000.0
    sigma_revenue: float = 0.9
    trend_mean: float = 0.003
    trend_sigma: float = 0.006
    damping: float = 0.98
    seasonal_share: float = 0.5
    amplitude: float = 0.25
    noise: float = 0.12
    missed_billing: float = 0.05
    shifted_share: float = 0.10
    shift: float = 0.30
    one_off: float = 0.03
    one_off_size: tuple[float, float] = (0.5, 3.0)
    covered: tuple[float, float] = (0.60, 0.95)
    terms: tuple[int, ...] = (6, 12, 24)
    renewal: tuple[tuple[str, float], ...] = (("fixed", 0.65), ("auto", 0.85), ("evergreen", 0.95))
    uplift: float = 0.05
    deals_a_quarter: float = 1.2
    median_deal: float = 150_000.0
    sigma_deal: float = 0.8
    win_rates: tuple[float, ...] = (0.12, 0.25, 0.45, 0.70)
    stated_bias: float = 0.10
    mean_slip: float = 1.3
    delivery: tuple[int, int] = (3, 12)
    cycle: tuple[int, int] = (2, 6)

    @property
    def span(self) -> int:
        """All months drawn: the book's own and those beyond it, which no month of the book knows."""
        return self.months + self.beyond

    def month(self, index: int) -> Month:
        return month_add(self.first, index)


class SeededContract(NamedTuple):
    """start, last, known, ended: months. last: OPEN for evergreen. monthly: signed, at its start; of a change order the
    change. known: the month it was signed in. renews: the number before it. ended: last month of a terminated one."""

    client: int
    number: str
    kind: str
    start: int
    last: int
    monthly: float
    known: int
    parent: str = ""
    renews: str = ""
    deal: str = ""
    uplift: float = 0.0
    ended: int | None = None


class SeededDeal(NamedTuple):
    """entered: stage number it came in at. steps: the months of its moves up, the last is the decision. closed: the
    month in which it was won or lost. expected: the close first stated."""

    client: int
    key: str
    opened: int
    entered: int
    steps: tuple[int, ...]
    closed: int
    won: bool
    amount: float
    expected: int
    delivery: int
    contract: str = ""

    @property
    def left_at(self) -> int:
        """The stage at which it was decided."""
        return self.entered + (len(self.steps) - 1 if self.won else self.steps.index(self.closed))

    def stage_in(self, month: int) -> int:
        return self.entered + sum(step <= month for step in self.steps[:-1])


@dataclass(frozen=True, slots=True)
class SeededBook:
    """billed: one row a contract in their order, then one a client for what no contract covers; columns are months.

    Change orders are billed under their contract: their rows hold nothing.
    """

    shape: Shape
    seed: int
    contracts: tuple[SeededContract, ...]
    deals: tuple[SeededDeal, ...]
    billed: Floats
    level: Floats = field(repr=False)
    covered: Floats = field(repr=False)

    def revenue(self) -> Floats:
        """Net revenue, clients × months: the truth."""
        total = np.array(self.billed[len(self.contracts) :])
        owners = [contract.client for contract in self.contracts]
        np.add.at(total, owners, self.billed[: len(self.contracts)])
        return total


class _Work(NamedTuple):
    """How clients' work goes: level and season by month, noise around 1."""

    level: Floats
    season: Floats
    noise: Floats


def draw_book(seed: int, shape: Shape | None = None) -> SeededBook:
    """The same seed gives the same book on every machine."""
    shape = shape or Shape()
    dice = np.random.default_rng(seed)
    work = _work(dice, shape)
    covered = dice.uniform(*shape.covered, shape.clients)
    contracts = [
        contract
        for client in range(shape.clients)
        for contract in _contracts_of(dice, shape, client, covered[client], work.level[client])
    ]
    deals = [deal for client in range(shape.clients) for deal in _deals_of(dice, shape, client)]
    contracts += [_of_deal(deal) for deal in deals if deal.won and deal.closed < shape.span]
    billed = _billed(dice, shape, contracts, covered, work)
    return SeededBook(shape, seed, tuple(contracts), tuple(deals), billed, work.level, covered)


def _work(dice: Generator, shape: Shape) -> _Work:
    n, span = shape.clients, shape.span
    base = shape.median_revenue * np.exp(shape.sigma_revenue * dice.standard_normal(n))
    trend = dice.normal(shape.trend_mean, shape.trend_sigma, n)
    fading = np.cumsum(shape.damping ** np.arange(1, span + 1))
    level = base[:, None] * np.exp(trend[:, None] * fading[None, :])
    shifted = dice.random(n) < shape.shifted_share
    when, size = dice.integers(1, span, n), np.where(dice.random(n) < 0.5, 1 - shape.shift, 1 + shape.shift)
    level = np.where(shifted[:, None] & (np.arange(span)[None, :] >= when[:, None]), level * size[:, None], level)
    amplitude = np.where(dice.random(n) < shape.seasonal_share, dice.uniform(0, shape.amplitude, n), 0.0)
    angle = 2 * np.pi * (np.arange(span)[None, :] + dice.uniform(0, 12, n)[:, None]) / 12
    season = base[:, None] * amplitude[:, None] * np.sin(angle)
    noise = np.exp(shape.noise * dice.standard_normal((n, span)) - shape.noise**2 / 2)
    return _Work(level, season, noise)


def _contracts_of(
    dice: Generator, shape: Shape, client: int, covered: float, level: Floats
) -> Iterator[SeededContract]:
    """Two to four engagements from before the first month, each renewed until it once is not."""
    count = int(dice.integers(2, 5))
    shares = dice.dirichlet(np.full(count, 4.0)) * covered
    for place, share in enumerate(shares):
        kind, chance = shape.renewal[int(dice.integers(len(shape.renewal)))]
        head = f"K{client:04}-{place}"
        if kind == "evergreen":
            yield from _evergreen(dice, shape, client, head, chance, float(share), level)
        else:
            yield from _renewed(dice, shape, client, head, (kind, chance), float(share), level)


def _renewed(
    dice: Generator, shape: Shape, client: int, head: str, how: tuple[str, float], share: float, level: Floats
) -> Iterator[SeededContract]:
    kind, chance = how
    term = int(dice.choice(shape.terms))
    start, turn, before, raised = -int(dice.integers(term)), 0, "", 1.0
    uplift = float(dice.uniform(0, shape.uplift))
    while start < shape.span:
        number = f"{head}.{turn}"
        monthly = share * raised * float(level[max(start, 0)])
        yield SeededContract(
            client, number, kind, start, start + term - 1, monthly, start - 1, renews=before, uplift=uplift
        )
        if dice.random() >= chance:
            return
        start, turn, before, raised = start + term, turn + 1, number, raised * (1 + uplift)


def _evergreen(
    dice: Generator, shape: Shape, client: int, head: str, chance: float, share: float, level: Floats
) -> Iterator[SeededContract]:
    """Runs on; each anniversary it is raised by a change order, or terminated."""
    start = -int(dice.integers(12))
    uplift = float(dice.uniform(0, shape.uplift))
    signed = share * float(level[0])
    raises: list[SeededContract] = []
    raised, standing, month, ended = 1.0, signed, start + 12, None
    while month < shape.span:
        if dice.random() >= chance:
            ended = month - 1
            break
        raised *= 1 + uplift
        monthly = share * raised * float(level[max(month, 0)])
        number = f"{head}.{len(raises) + 1}"
        raises.append(SeededContract(client, number, "", month, OPEN, monthly - standing, month - 1, parent=head))
        standing, month = monthly, month + 12
    yield SeededContract(client, head, "evergreen", start, OPEN, signed, start - 1, uplift=uplift, ended=ended)
    yield from (order._replace(ended=ended) for order in raises)


def _deals_of(dice: Generator, shape: Shape, client: int) -> Iterator[SeededDeal]:
    """Deals come in at any stage and move up by the odds that make each stage's true win rate what it is."""
    rates = (*shape.win_rates, 1.0)
    for opened in range(-shape.before, shape.span):
        for place in range(int(dice.poisson(shape.deals_a_quarter / 3))):
            entered = int(dice.integers(len(shape.win_rates)))
            expected = opened + int(dice.integers(shape.cycle[0], shape.cycle[1] + 1))
            slip = int(dice.geometric(1 / (1 + shape.mean_slip))) - 1
            decided, moves = expected + slip, len(shape.win_rates) - entered
            steps = tuple(opened + round((decided - opened) * (n + 1) / moves) for n in range(moves))
            passed = [dice.random() < rates[entered + n] / rates[entered + n + 1] for n in range(moves)]
            won = all(passed)
            key = f"D{client:04}-{opened + shape.before:03}.{place}"
            yield SeededDeal(
                client,
                key,
                opened,
                entered,
                steps,
                decided if won else steps[passed.index(False)],
                won,
                round(float(shape.median_deal * np.exp(shape.sigma_deal * dice.standard_normal())), 2),
                expected,
                int(dice.integers(shape.delivery[0], shape.delivery[1] + 1)),
                f"S{key[1:]}" if won else "",
            )


def _of_deal(deal: SeededDeal) -> SeededContract:
    start = deal.closed + 1
    monthly = deal.amount / deal.delivery
    last = start + deal.delivery - 1
    return SeededContract(deal.client, deal.contract, "", start, last, monthly, deal.closed, deal=deal.key)


def _billed(dice: Generator, shape: Shape, contracts: list[SeededContract], covered: Floats, work: _Work) -> Floats:
    n, span = shape.clients, shape.span
    rows = np.zeros((len(contracts) + n, span))
    raised = _raised(contracts)
    days = np.array([(shape.month(n + 1) - shape.month(n)).days for n in range(-BACK, span + BACK)], dtype=np.float64)
    for place, contract in enumerate(contracts):
        if contract.parent:
            continue
        last = min(contract.last, span - 1, OPEN if contract.ended is None else contract.ended)
        months = np.arange(max(contract.start, 0), last + 1)
        signed = _of_contract(contract, raised.get(contract.number, ()), months, work)
        rows[place, months] = signed * _by_days(days, contract, months) * work.noise[contract.client, months]
    rest = (1 - covered)[:, None] * (work.level + work.season) * work.noise
    sizes = dice.uniform(*shape.one_off_size, (n, span))
    rows[len(contracts) :] = rest + np.where(dice.random((n, span)) < shape.one_off, sizes * work.level, 0.0)
    _miss(dice, shape, contracts, rows)
    return np.asarray(np.round(np.maximum(rows, 0.0), 2), dtype=np.float64)


def _of_contract(
    contract: SeededContract, orders: tuple[SeededContract, ...], months: NDArray[np.int64], work: _Work
) -> Floats:
    """What is signed for a mean month, moved as the client's work has moved since signing."""
    signed = np.full(len(months), contract.monthly)
    since = np.full(len(months), max(contract.start, 0))
    for order in orders:
        signed = np.where(months >= order.start, signed + order.monthly, signed)
        since = np.where(months >= order.start, max(order.start, 0), since)
    if contract.deal:
        return signed
    level, season = work.level[contract.client], work.season[contract.client]
    return np.asarray(signed * (level[months] + season[months]) / level[since])


def _by_days(days: Floats, contract: SeededContract, months: NDArray[np.int64]) -> Floats:
    """Each month's days over the mean month of the term (of a year where it runs on)."""
    own = days[months + BACK]
    if contract.last == OPEN:
        return np.asarray(own / (365.25 / 12))
    return np.asarray(own / days[contract.start + BACK : contract.last + BACK + 1].mean())


def _raised(contracts: list[SeededContract]) -> dict[str, tuple[SeededContract, ...]]:
    orders: dict[str, tuple[SeededContract, ...]] = {}
    for contract in contracts:
        if contract.parent:
            orders[contract.parent] = (*orders.get(contract.parent, ()), contract)
    return orders


def _miss(dice: Generator, shape: Shape, contracts: list[SeededContract], rows: Floats) -> None:
    """One contract's bill of a month is forgotten and sent with the next one's."""
    owned: dict[int, list[int]] = {}
    for place, contract in enumerate(contracts):
        owned.setdefault(contract.client, []).append(place)
    missed = dice.random((shape.clients, shape.span - 1)) < shape.missed_billing
    for client, month in np.argwhere(missed):
        running = [place for place in owned.get(int(client), ()) if rows[place, month] > 0]
        if running:
            place = running[int(dice.integers(len(running)))]
            rows[place, month + 1] += rows[place, month]
            rows[place, month] = 0.0
