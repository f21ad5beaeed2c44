"""How far a forecast may be off: seeded trials of wins, slips, renewals and what history leaves unexplained.

Each client is simulated by itself from its own stream of the seed, so neither the order nor the company of others
changes a cent. Amounts are whole minor units held in float64, which adds them exactly in any order. Percentiles do not
add up: over several clients the spreads do, as squares. Source: docs/definitions.md#band
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.random import Generator

from common.money import minor_places
from common.periods import Month, month_add, quarter_bounds
from financials.calc.seasonality import Flags, Floats

TRIALS: Final = 10_000
SEED: Final = 20261126
SLIPS: Final = 6
"""Months a deal may slip; what is later still counts as the last."""
MEAN_SLIP: Final = 1.3
"""Months by which a won deal starts later than it says, on average; geometric."""
TOGETHER: Final = 0.15
"""Correlation of a client's deals and renewals."""
LASTING: Final = 0.35
"""Share of the variance of the unexplained that stays from month to month; the rest is each month's own."""
STRAYS: Final = 0.15
FURTHER: Final = 6.0
"""Share of the months whose own surprise, where it is a good one, is so many times as large: one-offs, and bills sent
twice as late. A normal distribution knows neither."""
EDGES: Final = (0.1, 0.5, 0.9)
_NORMAL: Final = NormalDist()


class Event(NamedTuple):
    """What happens or not. chances: rising; amounts[k]: minor units by month that the chance k adds to the one before.

    A draw under chances[k] brings amounts[k] and all after it, so the likeliest outcome is the sum of the last ones.
    """

    chances: tuple[float, ...]
    amounts: Floats


@dataclass(frozen=True, slots=True)
class Uncertain:
    """One client in one currency. expected: what the layers come to by month ahead, certain: what of it is no event,
    spread: standard deviation of the unexplained by month; all in minor units."""

    client: str
    currency: str
    first: Month
    expected: Floats
    certain: Floats
    events: tuple[Event, ...]
    spread: Floats


class BandSpan(NamedTuple):
    first: Month
    last: Month


@dataclass(frozen=True, slots=True)
class Band:
    """Of one client over a span. low, mid, high and mean are less what the layers come to over it."""

    client: str
    currency: str
    span: BandSpan
    low: Decimal
    mid: Decimal
    high: Decimal
    mean: Decimal
    spread: Decimal
    lean: Decimal


def deal_event(chance: float, profile: Floats, ahead: slice, *, mean_slip: float = MEAN_SLIP) -> Event:
    """A deal won with this chance whose months start up to SLIPS later. profile: minor units by month; ahead: which of
    its columns are the months forecast, the SLIPS before them may slip in."""
    stay = mean_slip / (1 + mean_slip)
    shifted = np.stack([_later(profile, slip)[ahead] for slip in range(SLIPS + 1)])
    steps = shifted - np.vstack([shifted[1:], np.zeros(shifted.shape[1])])
    slips = [1 - stay ** (slip + 1) for slip in range(SLIPS)] + [1.0]
    return Event(tuple(chance * share for share in slips), steps)


def renewal_event(chances: Sequence[float], amounts: Sequence[Floats]) -> Event:
    """Terms that follow each other: who reaches the third has had the first two. chances: falling, by term."""
    return Event(tuple(reversed(chances)), np.stack(list(reversed(amounts))))


def spans_of(first: Month, months: int) -> list[BandSpan]:
    """Every month, every span from the first month on, and the quarters and years that begin later."""
    last = month_add(first, months - 1)
    ahead = [month_add(first, number) for number in range(months)]
    spans = [BandSpan(month, month) for month in ahead]
    spans += [BandSpan(first, month) for month in ahead[1:]]
    for month in ahead[1:]:
        quarter = quarter_bounds(month)
        if month == quarter[0]:
            spans.append(BandSpan(month, min(quarter[1], last)))
        if month.month == 1:
            spans.append(BandSpan(month, min(month_add(month, 11), last)))
    return list(dict.fromkeys(spans))


def simulate(several: Iterable[Uncertain], *, trials: int = TRIALS, seed: int = SEED) -> Iterator[list[Band]]:
    """One client's bands after the other; memory is that of one client, whatever their number."""
    room: dict[tuple[int, int], tuple[Floats, Floats]] = {}
    for one in several:
        yield bands_of(one, draw(one, trials=trials, seed=seed), room)


_AT_ONCE: Final = 500
"""Trials whose fates fit in the processor's own memory."""


def draw(one: Uncertain, *, trials: int = TRIALS, seed: int = SEED) -> Floats:
    """months × trials: net revenue ahead in minor units, whole numbers."""
    dice = _stream(one, seed)
    total = np.repeat(one.certain[:, None], trials, axis=1)
    if one.events:
        shared = dice.standard_normal(trials)
        fates = dice.standard_normal((len(one.events), trials))
        fates *= math.sqrt(1 - TOGETHER)
        fates += math.sqrt(TOGETHER) * shared
        # Each event's chances under each other: whether a trial's fate lies under each of them, times what that adds.
        place = np.repeat(np.arange(len(one.events)), [len(event.chances) for event in one.events])
        limits = np.array([_limit(chance) for event in one.events for chance in event.chances])
        adds = np.ascontiguousarray(np.vstack([event.amounts for event in one.events]).T)
        for start in range(0, trials, _AT_ONCE):  # whole minor units: exact, however they are cut up
            some = slice(start, start + _AT_ONCE)
            total[:, some] += adds @ (fates[:, some][place] < limits[:, None]).astype(np.float64)
    if one.spread.any():
        lasting = dice.standard_normal(trials)
        fresh = dice.standard_normal(total.shape)
        np.multiply(fresh, FURTHER, out=fresh, where=_strays(total.shape) & (fresh > 0))
        fresh -= STRAYS * (FURTHER - 1) / math.sqrt(2 * math.pi)  # their mean: the middle stays where the layers are
        fresh *= math.sqrt(1 - LASTING)
        fresh += math.sqrt(LASTING) * lasting
        fresh *= one.spread[:, None]
        total += np.rint(fresh, out=fresh)
    return np.asarray(np.maximum(total, np.minimum(one.expected, 0.0)[:, None], out=total))


@lru_cache(maxsize=8)
def _strays(shape: tuple[int, int]) -> Flags:
    """The trials of each month that may stray further: the same for every client, each of whom draws by itself."""
    return np.asarray(np.random.Generator(np.random.SFC64(SEED)).random(shape) < STRAYS)


def bands_of(
    one: Uncertain, drawn: Floats, room: dict[tuple[int, int], tuple[Floats, Floats]] | None = None
) -> list[Band]:
    """room: what the next client of as many spans writes over, so that memory need not be asked for again."""
    spans = spans_of(one.first, len(one.expected))
    so_far = np.empty_like(drawn)  # row by row: what cumsum along the months would give, but quicker
    for month, added in enumerate(drawn):
        np.add(so_far[month - 1] if month else 0.0, added, out=so_far[month])
    starts = [_months(one.first, span.first) for span in spans]
    afters = [_months(one.first, span.last) + 1 for span in spans]
    expected = np.concatenate([[0.0], np.cumsum(one.expected)])
    layers = expected[afters] - expected[starts]
    shape = (len(spans), drawn.shape[1])
    outcomes, away = (room if room is not None else {}).setdefault(shape, (np.empty(shape), np.empty(shape)))
    for row, start, after in zip(outcomes, starts, afters, strict=True):
        np.subtract(so_far[after - 1], so_far[start - 1] if start else 0.0, out=row)
    mean = outcomes.mean(axis=1)
    spread, lean = _moments(np.subtract(outcomes, mean[:, None], out=away))
    low, mid, high = _edges(outcomes) - layers
    places = minor_places(one.currency)

    def money(values: Floats) -> list[Decimal]:
        return [Decimal(round(value)).scaleb(-places) for value in values.tolist()]

    columns = (money(values) for values in (low, mid, high, mean - layers, spread))
    leans = (Decimal(f"{value:.6f}") for value in lean.tolist())
    return [Band(one.client, one.currency, *row) for row in zip(spans, *columns, leans, strict=True)]


_LEAN_FROM: Final = 4
"""The lean is a small correction: it is taken from every so many-th trial."""


def _moments(away: Floats) -> tuple[Floats, Floats]:
    spread = np.sqrt(np.einsum("ij,ij->i", away, away) / away.shape[1])
    some = np.ascontiguousarray(away[:, ::_LEAN_FROM])
    third = np.einsum("ij,ij,ij->i", some, some, some) / some.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return spread, np.where(spread > 0, third / spread**3, 0.0)


def _edges(outcomes: Floats) -> Floats:
    """EDGES × spans: the outcomes at these places of their order. Leaves them in another one, cheaper to find."""
    trials = outcomes.shape[1]
    first, middle, last = (min(int(edge * trials), trials - 1) for edge in EDGES)
    outcomes.partition(middle, axis=1)
    if first < middle:
        outcomes[:, :middle].partition(first, axis=1)
    if middle < last:
        outcomes[:, middle + 1 :].partition(last - middle - 1, axis=1)
    return outcomes[:, [first, middle, last]].T


class Together(NamedTuple):
    """Several clients' band over one span, less what their layers come to."""

    low: float
    mid: float
    high: float


def together(mean: float, variance: float, third: float) -> Together:
    """The percentiles of a sum of independent clients from the sums of their means, variances and third moments.

    Cornish and Fisher's correction for lean, without which a portfolio of few large deals would look even.
    """
    if variance <= 0:
        return Together(mean, mean, mean)
    spread = math.sqrt(variance)
    # Beyond one the correction no longer rises with the percentile.
    lean = max(-1.0, min(1.0, third / spread**3))
    return Together(*(mean + spread * (z + (z * z - 1) * lean / 6) for z in (_NORMAL.inv_cdf(edge) for edge in EDGES)))


def portfolio(several: Iterable[Uncertain], *, trials: int = TRIALS, seed: int = SEED) -> Floats:
    """months × trials of all together, drawn and not approximated. All in one currency, over the same months."""
    total: Floats | None = None
    for one in several:
        drawn = draw(one, trials=trials, seed=seed)
        total = drawn if total is None else total + drawn
    return np.zeros((0, trials)) if total is None else total


def _stream(one: Uncertain, seed: int) -> Generator:
    """Of the client's name: its trials stay the same from run to run, so a band moves only when the inputs do."""
    name = hashlib.sha256(f"{one.client}/{one.currency}".encode()).digest()
    return np.random.Generator(np.random.SFC64([seed, int.from_bytes(name[:8])]))


def _limit(chance: float) -> float:
    return -math.inf if chance <= 0 else math.inf if chance >= 1 else _NORMAL.inv_cdf(chance)


def _later(profile: Floats, months: int) -> Floats:
    return np.concatenate([np.zeros(months), profile[: len(profile) - months]]) if months else profile


def _months(first: Month, month: Month) -> int:
    return (month.year - first.year) * 12 + month.month - first.month
