"""Stated probabilities against what happened: by stage, by age, and in fifths."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.text import capfirst

from accounts.calc.win_rates import AGES, Bin, Passage, Rate, brier, calibration, win_rates
from accounts.queries.deal_page import own_figure
from accounts.queries.stages import stage_rows
from accounts.queries.win_rates import load_passages
from common.figures import Figure, figure_id
from common.formats import number, plural


@dataclass(frozen=True, slots=True)
class StageLine:
    """deals: closed ones that were at the stage. ages: a figure for each age of AGES, None where no deal stayed that
    long. carried: mean stated on the deals."""

    name: str
    stated: Decimal | None
    carried: Decimal | None
    rate: Rate
    deals: Figure
    figure: Figure
    ages: tuple[tuple[Figure, Rate] | None, ...]

    @property
    def happened(self) -> Decimal | None:
        return Decimal(self.rate.won) / self.rate.deals if self.rate.deals else None


@dataclass(frozen=True, slots=True)
class OddsPage:
    lines: tuple[StageLine, ...]
    bins: tuple[tuple[Bin, Figure, Figure], ...]
    score: Decimal | None
    deals: int
    finding: str
    ages: tuple[int, ...] = AGES


def bin_figure(name: str, one: Bin) -> Figure:
    """How many deals a fifth of stated probabilities holds, or how many of them were won. name: closed or won."""
    label, value = ("Closed deals", one.deals) if name == "closed" else ("Won", one.won)
    return Figure(figure_id(f"pipeline.stated_{name}", low=f"{one.low:.2f}"), label, value, "count")


def load_odds_page(today: date) -> OddsPage:
    """Three queries."""
    passages, stages = load_passages(today), stage_rows()
    stated = {row.key: row.probability for row in stages if row.probability is not None}
    rates = win_rates(passages, stated)
    names = {row.key: row.name for row in stages}
    lines = [
        _line(key, names.get(key, capfirst(key)), rates.by_stage[key], passages, stated)
        for key in dict.fromkeys((*names, *rates.by_stage))
        if key in rates.by_stage
    ]
    bins = calibration(passages)
    deals = sum(one.deals for one in passages if one.stated is not None)
    told = tuple((one, bin_figure("closed", one), bin_figure("won", one)) for one in bins)
    return OddsPage(tuple(lines), told, brier(passages), deals, _finding(bins))


def _line(
    key: str, name: str, rates: tuple[Rate, ...], passages: list[Passage], stated: dict[str, Decimal]
) -> StageLine:
    said = [(one.stated, one.deals) for one in passages if one.stage == key and one.stated is not None]
    weight = sum(deals for _, deals in said)
    carried = sum((stated * deals for stated, deals in said), Decimal(0)) / weight if weight else None
    by_age = {rate.age: rate for rate in rates}
    return StageLine(
        name=name,
        stated=stated.get(key),
        carried=carried,
        rate=rates[0],
        deals=Figure(figure_id("pipeline.closed_at_stage", stage=key), "Closed deals", rates[0].deals, "count"),
        figure=own_figure(key, rates[0]),
        ages=tuple((own_figure(key, by_age[age]), by_age[age]) if age in by_age else None for age in AGES),
    )


def _finding(bins: list[Bin]) -> str:
    """The whole against what was stated of it, once there is enough to say so."""
    deals, won = sum(one.deals for one in bins), sum(one.won for one in bins)
    if deals < 20:
        return "Too few closed deals yet to judge what is stated"
    stated = sum((one.stated * one.deals for one in bins), Decimal(0)) / deals
    gap = (stated - Decimal(won) / deals) * 100
    if abs(gap) < 3:
        return "What is stated of deals is what happens, within 3 points"
    word = "higher" if gap > 0 else "lower"
    run = f"{number(abs(gap), 0)} points {word} than what happened"
    return f"Stated probabilities run {run}, at {plural(deals, 'stop')} of closed deals"
