"""Scenarios as their pages print them: side by side, and one with its steps drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from common import charts
from common.figures import Figure
from common.formats import Scale, money, money_words
from common.money import ZERO
from common.periods import format_month, month_label, period_label
from financials.figures_pack import scenario_figure
from financials.models import Scenario
from financials.queries.scenarios import ScenarioTold, Told, load_scenarios

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class ClientEffect:
    key: str
    name: str
    revenue: Figure
    profit: Figure


@dataclass(frozen=True, slots=True)
class ScenarioPage:
    told: Told
    one: ScenarioTold
    finding: str
    subtitle: str
    chart: charts.ChangeWaterfall
    months: tuple[tuple[str, Decimal, Decimal, Figure], ...]
    clients: tuple[ClientEffect, ...]
    source: str

    @property
    def currency(self) -> str:
        return self.told.basis.currency

    @property
    def steps(self) -> tuple[tuple[str, Figure, Figure], ...]:
        """What each does, in order."""
        return tuple(
            (step.words, *_figures(self.one, self.currency, step.revenue, step.profit, step=str(number)))
            for number, step in enumerate(self.one.steps, 1)
        )

    @property
    def together(self) -> tuple[Figure, Figure]:
        return _figures(self.one, self.currency, self.one.change, self.one.profit)


@dataclass(frozen=True, slots=True)
class ScenariosPage:
    told: Told
    finding: str
    subtitle: str
    source: str

    @property
    def currency(self) -> str:
        return self.told.basis.currency

    @property
    def rows(self) -> tuple[tuple[ScenarioTold, Figure, Figure], ...]:
        return tuple((one, *_figures(one, self.currency, one.change, one.profit)) for one in self.told.scenarios)


def load_scenarios_page(user: User, scenarios: Sequence[Scenario], *, now: datetime) -> ScenariosPage:
    told = load_scenarios(user, scenarios, now=now)
    worst = min(told.scenarios, key=lambda one: one.change, default=None)
    finding = "What if"
    if worst is not None and worst.change < 0:
        finding = f"“{worst.scenario.name}” would cost {money(-worst.change, told.basis.currency)} of net revenue"
    return ScenariosPage(told, finding, _span(told), _source(told))


def load_scenario_page(user: User, scenario: Scenario, *, now: datetime) -> ScenarioPage:
    told = load_scenarios(user, [scenario], now=now)
    (one,) = told.scenarios
    currency = told.basis.currency
    moved = one.outcome.months
    return ScenarioPage(
        told=told,
        one=one,
        finding=_finding(one, currency),
        subtitle=_span(told),
        chart=_chart(told, one),
        months=tuple(
            (
                month_label(month),
                amount,
                amount + moved.get(month, ZERO),
                scenario_figure(
                    "revenue", moved.get(month, ZERO), currency, one.scenario.pk, month=format_month(month)
                ),
            )
            for month, amount in told.months.items()
        ),
        clients=tuple(
            ClientEffect(
                key, told.names.get(key, key), *_figures(one, currency, effect.revenue, effect.profit, client=key)
            )
            for key, effect in sorted(one.outcome.clients.items(), key=lambda pair: -abs(pair[1].revenue))
        ),
        source=_source(told),
    )


def _figures(
    one: ScenarioTold, currency: str, revenue: Decimal, profit: Decimal | None, **part: str
) -> tuple[Figure, Figure]:
    """The change in net revenue and in contribution. part: of which step or client."""
    return (
        scenario_figure("revenue", revenue, currency, one.scenario.pk, **part),
        scenario_figure("profit", profit, currency, one.scenario.pk, **part),
    )


def _finding(one: ScenarioTold, currency: str) -> str:
    """'“Halden leaves” would cost $4.2M of net revenue and $1.9M of contribution'."""
    name = f"“{one.scenario.name}”"
    if not one.steps:
        return f"{name} has no step yet"
    if not one.change:
        return f"{name} would change nothing"
    verb = "cost" if one.change < 0 else "bring"
    claim = f"{name} would {verb} {money(abs(one.change), currency)} of net revenue"
    if one.profit:
        same = (one.profit < 0) == (one.change < 0)
        second = "" if same else "cost " if one.profit < 0 else "bring "
        claim += f" and {second}{money(abs(one.profit), currency)} of contribution"
    return claim


def _span(told: Told) -> str:
    span = period_label(told.first, told.last)
    return f"Net revenue {span}, {told.basis.currency}, against the forecast that stands, of which no scenario is part"


def _source(told: Told) -> str:
    return f"Ledger to {month_label(told.basis.through)}; costs ahead at each client's rate"


def _chart(told: Told, one: ScenarioTold) -> charts.ChangeWaterfall:
    currency = told.basis.currency
    largest = max((abs(step.revenue) for step in one.steps), default=ZERO)
    scale: Scale = "M" if largest >= 1_000_000 else "k"
    return charts.ChangeWaterfall(
        finding="Step by step",
        sub=f"Change in net revenue, {money_words(currency, scale)}; each step on what the one before left",
        source=_source(told),
        start=charts.Step("The forecast", one.before),
        steps=tuple(charts.Step(step.words, step.revenue) for step in one.steps),
        end=charts.Step(one.scenario.name, one.after),
        unit=currency,
        scale=scale,
        size="l",
    )
