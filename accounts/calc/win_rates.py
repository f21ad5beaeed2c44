"""How often deals at a stage were won, from the company's own closed deals. Source: docs/definitions.md#win-rate

Smoothed by a Beta prior worth ten deals at the stated probability, so that three lucky deals are no certainty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from common.odds import ENOUGH, smoothed_share, weighed

AGES: Final = (0, 30, 60, 90, 180)
"""Days in a stage at which its rate is taken again."""
BINS: Final = 5
_SIX: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Passage:
    """One stay of a deal, closed by now, at a stage; or `deals` stays that are alike in all of it.

    stage: casefolded. days: how long it stayed, to the age of AGES it reached at least. stated: the probability it
    carried as it left, None where not said.
    """

    stage: str
    days: int
    won: bool
    stated: Decimal | None = None
    deals: int = 1


@dataclass(frozen=True, slots=True)
class Rate:
    """value: (won + STRENGTH × prior) ÷ (deals + STRENGTH). own: the deals are enough to speak for themselves.

    age: the deals are those that stayed at least so many days. usual: the mean probability that those of the whole
    stage carried as they left it; where none said, the prior of the stage.
    """

    value: Decimal
    won: int
    deals: int
    prior: Decimal
    age: int = 0
    usual: Decimal | None = None

    @property
    def own(self) -> bool:
        return self.deals >= ENOUGH


def smoothed(won: int, deals: int, prior: Decimal, age: int = 0, usual: Decimal | None = None) -> Rate:
    return Rate(smoothed_share(won, deals, prior), won, deals, prior, age, usual)


@dataclass(frozen=True, slots=True)
class WinRates:
    """by_stage: the rates of a stage from the youngest age on."""

    by_stage: Mapping[str, tuple[Rate, ...]] = field(default_factory=dict)

    def of(self, stage: str, days: int | None = None) -> Rate | None:
        """The rate of a deal that has been at the stage for so many days; None where nothing is known of the stage.

        An age with too few deals of its own answers with the age below it.
        """
        rates = self.by_stage.get(stage.strip().casefold())
        if not rates:
            return None
        reached = [rate for rate in rates if rate.age <= max(days or 0, 0)]
        grown = [rate for rate in reached if rate.own]
        return grown[-1] if grown else rates[0]


def chance_of(stated: Decimal | None, rate: Rate | None) -> Decimal | None:
    """What a deal counts at in the forecast; None where nothing is stated of it. Source:
    docs/definitions.md#probability-in-the-forecast"""
    if stated is None or rate is None or not rate.own:
        return stated
    return weighed(stated, rate.value, rate.usual)


def win_rates(passages: Iterable[Passage], stated: Mapping[str, Decimal]) -> WinRates:
    """stated: the company's probability of each stage, by its casefolded name.

    A stage without one takes the mean its deals carried; without that either, the share of all passages won.
    """
    groups: dict[str, list[Passage]] = defaultdict(list)
    everything = list(passages)
    for one in everything:
        groups[one.stage].append(one)
    overall = _share(everything)
    found = {}
    for stage in dict.fromkeys((*stated, *groups)):
        carried = _mean_stated(groups[stage])
        prior = stated.get(stage, carried)
        prior = overall if prior is None else prior
        if prior is not None:
            usual = (prior if carried is None else carried).quantize(_SIX, ROUND_HALF_EVEN)
            found[stage] = _by_age(groups[stage], prior, usual)
    return WinRates(found)


def _by_age(passages: Sequence[Passage], prior: Decimal, usual: Decimal) -> tuple[Rate, ...]:
    """Each age leans on the age below it, as the first leans on the stated probability."""
    rates: list[Rate] = []
    for age in AGES:
        stayed = [one for one in passages if one.days >= age]
        if age and not stayed:
            break
        leaning = rates[-1].value if rates else prior
        rates.append(smoothed(_won(stayed), _deals(stayed), leaning, age, usual))
    return tuple(rates)


def _share(passages: Sequence[Passage]) -> Decimal | None:
    return Decimal(_won(passages)) / _deals(passages) if passages else None


def _won(passages: Iterable[Passage]) -> int:
    return sum(one.deals for one in passages if one.won)


def _deals(passages: Iterable[Passage]) -> int:
    return sum(one.deals for one in passages)


def _mean_stated(passages: Sequence[Passage]) -> Decimal | None:
    said = [(one.stated * one.deals, one.deals) for one in passages if one.stated is not None]
    return sum((part for part, _ in said), Decimal(0)) / sum(deals for _, deals in said) if said else None


@dataclass(frozen=True, slots=True)
class Bin:
    """Passages whose stated probability lay from low up to high: what was stated on average, and what happened."""

    low: Decimal
    high: Decimal
    deals: int
    won: int
    stated: Decimal

    @property
    def happened(self) -> Decimal:
        return Decimal(self.won) / self.deals

    @property
    def marks(self) -> tuple[float, float]:
        """Happened and stated as a bar from 0 to 100 draws them."""
        return float(self.happened * 100), float(self.stated * 100)

    @property
    def gap(self) -> Decimal:
        """Stated less happened, in points: above zero where hopes were too high."""
        return (self.stated - self.happened) * 100


def calibration(passages: Iterable[Passage]) -> list[Bin]:
    """Stated against happened, in fifths; empty fifths are left out. Passages that said nothing are too."""
    groups: dict[int, list[Passage]] = defaultdict(list)
    for one in passages:
        if one.stated is not None:
            groups[min(int(one.stated * BINS), BINS - 1)].append(one)
    return [
        Bin(
            low=Decimal(at) / BINS,
            high=Decimal(at + 1) / BINS,
            deals=_deals(found),
            won=_won(found),
            stated=_mean_stated(found) or Decimal(0),
        )
        for at, found in sorted(groups.items())
    ]


def brier(passages: Iterable[Passage]) -> Decimal | None:
    """Mean (stated − outcome)²: 0 is perfect, 0.25 what saying 50% every time earns. None where nothing was stated."""
    said = [((one.stated - int(one.won)) ** 2 * one.deals, one.deals) for one in passages if one.stated is not None]
    if not said:
        return None
    total = sum((square for square, _ in said), Decimal(0))
    return (total / sum(deals for _, deals in said)).quantize(_SIX, ROUND_HALF_EVEN)
