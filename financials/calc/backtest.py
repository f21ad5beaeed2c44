"""The forecast made again as of a past month, beside naive ones, and held against what came.

Every method sees the same inputs, those of one origin; leads count from the last open month. One currency.
Source: docs/definitions.md#back-test
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from common.money import minor_places, quantise
from common.periods import Month, month_add, month_index
from financials.calc.accuracy import Score, last_twelve, of_arrays, of_sums, seasonal_naive
from financials.calc.forecast import Contract, ForecastInputs, ForecastResult, ForecastRow, compute
from financials.calc.naive import weighted_pipeline
from financials.calc.runrate import run_rate_with_bands
from financials.calc.seasonality import Flags, Floats
from financials.calc.simulation import draw
from financials.calc.uncertainty import uncertain

OURS: Final = "ours"
RUN_RATE: Final = "run_rate_alone"
PIPELINE: Final = "weighted_pipeline"
SEASONAL: Final = "seasonal_naive"
LAST_TWELVE: Final = "last_twelve"
LEVELS: Final = (0.8, 0.95)
TRIALS: Final = 2_000
"""Enough for a share of months inside to stand still at its third digit; the product's own bands take more."""
METHODS: Final = (OURS, RUN_RATE, PIPELINE, SEASONAL, LAST_TWELVE)
UP_TO: Final = {
    "contracted": frozenset({"recognised", "contracted"}),
    "renewal": frozenset({"recognised", "contracted", "renewal"}),
    "pipeline": frozenset({"recognised", "contracted", "renewal", "commit", "best_case", "pipeline"}),
    "run_rate": frozenset({"recognised", "contracted", "renewal", "commit", "best_case", "pipeline", "run_rate"}),
}
"""Layers laid on one after the other: what the forecast says with all of them up to this one."""


class Tally(NamedTuple):
    """Sums that add up over clients, leads and origins; ratios are taken of them at the end.

    banded: months that had an 80% band, inside: those it held.
    """

    n: int = 0
    missed: float = 0.0
    signed: float = 0.0
    actual: float = 0.0
    size: float = 0.0
    banded: int = 0
    inside: int = 0

    def plus(self, other: Tally) -> Tally:
        return Tally(
            self.n + other.n, self.missed + other.missed, self.signed + other.signed, self.actual + other.actual,
            self.size + other.size, self.banded + other.banded, self.inside + other.inside,
        )  # fmt: skip

    @property
    def mae(self) -> float | None:
        return self.missed / self.n if self.n else None


def ratios_of(tally: Tally) -> Score:
    return of_sums(tally.missed, tally.signed, tally.actual, tally.size, tally.inside, tally.banded, tally.n)


@dataclass(frozen=True, slots=True)
class Trial:
    """One origin. clients: the rows of every array; columns are leads. actual: NaN where it is not known.

    methods: forecasts by name. layers: the forecast with all layers up to this one. bands: (lower, upper) by method and
    level.
    """

    clients: tuple[str, ...]
    actual: Floats
    methods: Mapping[str, Floats]
    layers: Mapping[str, Floats]
    bands: Mapping[tuple[str, float], tuple[Floats, Floats]] = field(default_factory=dict)

    def inside(self, method: str, level: float) -> Flags | None:
        """None where the method gave no band."""
        if (method, level) not in self.bands:
            return None
        lower, upper = self.bands[method, level]
        return np.asarray((self.actual >= lower) & (self.actual <= upper))

    def banded(self, method: str, level: float) -> Flags:
        """The cells that have a band."""
        if (method, level) not in self.bands:
            return np.zeros(self.actual.shape, dtype=bool)
        return np.asarray(~np.isnan(self.bands[method, level][0]))


def trial(inputs: ForecastInputs, clients: Sequence[str], actual: Floats) -> Trial:
    """Every method from one month's inputs. actual: clients × leads, the months after the last open one."""
    leads = actual.shape[1]
    history = history_of(inputs, clients)
    skipped = month_index(inputs.last_open) - month_index(inputs.open_month) + 1
    result = compute(inputs)
    rows = result.rows
    layers = {name: of_rows(rows, clients, inputs, leads, held) for name, held in UP_TO.items()}
    naive = np.zeros_like(actual)
    place = {client: number for number, client in enumerate(clients)}
    for (client, month), amount in weighted_pipeline(inputs).items():
        lead = month_index(month) - month_index(inputs.last_open) - 1
        if client in place and lead < leads:
            naive[place[client], lead] = float(amount)
    steps = leads + skipped
    alone = run_rate_with_bands(history, steps)
    return Trial(
        tuple(clients),
        actual,
        {
            OURS: of_rows(rows, clients, inputs, leads, None),
            RUN_RATE: alone.point[:, skipped:],
            PIPELINE: naive,
            SEASONAL: seasonal_naive(history, steps)[:, skipped:],
            LAST_TWELVE: last_twelve(history, steps)[:, skipped:],
        },
        layers,
        {
            **{(RUN_RATE, at): (band.lower[:, skipped:], band.upper[:, skipped:]) for at, band in alone.bands.items()},
            **our_bands(inputs, result, clients, leads),
        },
    )


def our_bands(
    inputs: ForecastInputs, result: ForecastResult, clients: Sequence[str], leads: int
) -> dict[tuple[str, float], tuple[Floats, Floats]]:
    """The bands that the product shows, by client and month; NaN for a client that could not be simulated."""
    place = {client: number for number, client in enumerate(clients)}
    after = month_add(inputs.last_open, 1)
    edges = [edge for level in LEVELS for edge in ((1 - level) / 2, (1 + level) / 2)]
    table = np.full((len(edges), len(clients), leads), np.nan)
    for one in uncertain(inputs, result):
        skip = month_index(after) - month_index(one.first)
        drawn = draw(one, trials=TRIALS)[skip : skip + leads]
        scale = 10 ** minor_places(one.currency)
        if one.client in place and skip >= 0:
            table[:, place[one.client], : len(drawn)] = np.quantile(drawn, edges, axis=1) / scale
    return {(OURS, level): (table[2 * at], table[2 * at + 1]) for at, level in enumerate(LEVELS)}


def history_of(inputs: ForecastInputs, clients: Sequence[str]) -> Floats:
    """Net revenue by client over the closed months of the ledger given. A month without a posting is nothing earned;
    what stands before a client's first is NaN."""
    place = {client: number for number, client in enumerate(clients)}
    closed = [cell for cell in inputs.ledger if cell.month < inputs.open_month]
    first = min((cell.month for cell in closed), default=month_add(inputs.open_month, -1))
    table = np.zeros((len(clients), month_index(inputs.open_month) - month_index(first)))
    begun = np.full(len(clients), table.shape[1])
    for client, _, month, _, amount in closed:
        if client in place:
            column = month_index(month) - month_index(first)
            table[place[client], column] += float(amount)
            begun[place[client]] = min(begun[place[client]], column)
    table[np.arange(table.shape[1])[None, :] < begun[:, None]] = np.nan
    return table


def of_rows(
    rows: Iterable[ForecastRow],
    clients: Sequence[str],
    inputs: ForecastInputs,
    leads: int,
    layers: frozenset[str] | None,
) -> Floats:
    """clients × leads, of these layers; None for all."""
    place = {client: number for number, client in enumerate(clients)}
    before = month_index(inputs.last_open) + 1
    table = np.zeros((len(clients), leads))
    for row in rows:
        lead = month_index(row.month) - before
        if 0 <= lead < leads and row.client in place and (layers is None or row.layer in layers):
            table[place[row.client], lead] += float(row.amount)
    return table


class Cell(NamedTuple):
    """method is blank in a row about layers, layer blank in one about a method. lead counts from 1."""

    client: str
    method: str
    layer: str
    lead: int


def tallies(trials: Iterable[Trial], *, level: float = 0.8) -> dict[Cell, Tally]:
    """By client, method or layer, and lead; months whose actual is not known are left out."""
    found: dict[Cell, Tally] = defaultdict(Tally)
    for one in trials:
        known = ~np.isnan(one.actual)
        for method, layer, forecast in _named(one):
            usable = known & ~np.isnan(forecast)
            held = one.inside(method, level)
            inside = np.zeros_like(usable) if held is None else held
            banded = one.banded(method, level)
            for row, lead in np.argwhere(usable):
                told, came = float(forecast[row, lead]), float(one.actual[row, lead])
                cell = Cell(one.clients[row], method, layer, int(lead) + 1)
                found[cell] = found[cell].plus(
                    Tally(
                        1,
                        abs(told - came),
                        told - came,
                        came,
                        abs(came),
                        int(banded[row, lead]),
                        int(inside[row, lead]),
                    )
                )
    return dict(found)


def _named(one: Trial) -> Iterable[tuple[str, str, Floats]]:
    yield from ((name, "", forecast) for name, forecast in one.methods.items())
    yield from (("", name, forecast) for name, forecast in one.layers.items())


def as_of_past(inputs: ForecastInputs, origin: Month, signed: Mapping[str, date]) -> ForecastInputs:
    """The inputs as the end of a past month knew them, as far as that can be told: ledger to the month, and contracts
    signed by then, with no later end, acceptance or successor. Deals are left out: how they stood is not kept. Nobody
    had left yet: that a client would is what no origin may know.

    signed: the day by contract number; a contract without one counts from its start.
    """
    opens = month_add(origin, 1)
    known = [one for one in inputs.contracts if signed.get(one.number, one.terms.start) < opens]
    numbers = {one.number for one in known}
    return replace(
        inputs,
        ledger=[cell for cell in inputs.ledger if cell.month <= origin],
        contracts=[_unaware(one, opens, numbers) for one in known],
        opportunities=[],
        overrides=(),
        unopened=(),
        departed=frozenset(),
        open_month=opens,
        through=opens,
    )


def _unaware(contract: Contract, opens: Month, numbers: set[str]) -> Contract:
    terms = contract.terms
    if terms.status in ("draft", "review", "negotiation"):
        return contract
    ended = terms.ended_on if terms.ended_on is not None and terms.ended_on < opens else None
    over = terms.end is not None and terms.end < opens
    return replace(
        contract,
        opportunity="",
        successor=contract.successor if contract.successor in numbers else "",
        terms=replace(
            terms,
            status="terminated" if ended else "completed" if over else "active",
            ended_on=ended,
            moves=tuple(move for move in terms.moves if move.starts < opens),
            milestones=tuple(
                one if one.accepted_on is not None and one.accepted_on < opens else one._replace(accepted_on=None)
                for one in terms.milestones
            ),
        ),
    )


def in_currency(inputs: ForecastInputs, currency: str, rates: Mapping[str, Decimal]) -> ForecastInputs:
    """All amounts in one currency at one rate each; what has no rate is left out. Exchange is no part of the test."""
    return replace(
        inputs,
        ledger=[
            cell._replace(currency=currency, net_revenue=quantise(cell.net_revenue * rates[cell.currency], currency))
            for cell in inputs.ledger
            if cell.currency in rates
        ],
        contracts=[_priced(one, currency, rates) for one in inputs.contracts if one.terms.currency in rates],
    )


def _priced(contract: Contract, currency: str, rates: Mapping[str, Decimal]) -> Contract:
    terms, rate = contract.terms, rates[contract.terms.currency]
    amount = None if terms.amount is None else quantise(terms.amount * rate, currency)
    milestones = tuple(one._replace(amount=quantise(one.amount * rate, currency)) for one in terms.milestones)
    return replace(contract, terms=replace(terms, currency=currency, amount=amount, milestones=milestones))


def scores(one: Trial, forecast: Floats) -> list[Score]:
    """All leads together, then each."""
    leads = range(one.actual.shape[1])
    return [of_arrays(forecast, one.actual), *(of_arrays(forecast[:, [n]], one.actual[:, [n]]) for n in leads)]


def year_error(one: Trial, forecast: Floats) -> float:
    """Mean absolute error of each client's sum over all leads."""
    return float(np.abs((forecast - one.actual).sum(axis=1)).mean())
