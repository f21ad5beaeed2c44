"""What the margin ahead says, as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from common.formats import money, plural, ratio
from common.money import ZERO

_LEVEL = Decimal("0.005")
"""Within half a percent of the plan is on plan."""


def margin_finding(
    contribution: Decimal | None, margin: Decimal | None, plan: Decimal | None, span: str, currency: str
) -> str:
    """'2026 brings $21.3M of contribution, 38.2% of net revenue, $0.4M under budget'."""
    if contribution is None:
        return f"Contribution of {span} is not known: some clients have no known cost"
    said = f"{span} brings {money(contribution, currency)} of contribution"
    if margin is not None:
        said += f", {ratio(margin)} of net revenue"
    if plan is None or plan <= 0:
        return said
    gap = contribution - plan
    if abs(gap) < plan * _LEVEL:
        return f"{said}, in line with budget"
    return f"{said}, {money(abs(gap), currency)} {'over' if gap > 0 else 'under'} budget"


def months_finding(margins: Sequence[tuple[str, Decimal | int]], year: str) -> str:
    """'The margin runs from 34.1% in Mar 2026 to 41.9% in Nov 2026'; margins: month and fraction, in order."""
    if len(margins) < 2:
        return f"Margin of {year} by month"
    low, high = min(margins, key=lambda one: one[1]), max(margins, key=lambda one: one[1])
    if ratio(low[1]) == ratio(high[1]):
        return f"The margin stays at {ratio(low[1])}"
    return f"The margin runs from {ratio(low[1])} in {low[0]} to {ratio(high[1])} in {high[0]}"


def clients_finding(margins: Sequence[tuple[str, Decimal | int]], unknown: int) -> str:
    """'Corvus leaves least, 12.4%'; 'two clients' costs are not known'."""
    missing = f"{plural(unknown, 'client')} without a known cost" if unknown else ""
    if not margins:
        return missing.capitalize() or "Margin by client"
    name, least = min(margins, key=lambda one: (one[1], one[0]))
    verb = "loses" if least < ZERO else "leaves least,"
    said = f"{name} {verb} {ratio(abs(Decimal(least)))} of its net revenue"
    return f"{said}; {missing}" if missing else said


def layers_finding(signed: tuple[Decimal, Decimal] | None, weighted: tuple[Decimal, Decimal] | None) -> str:
    """'Signed work ahead leaves 41.6%, what is weighted 40.9%'. Each: contribution and net revenue of what is ahead."""
    first, second = (None if one is None or one[1] <= ZERO else ratio(one[0] / one[1]) for one in (signed, weighted))
    if first is None or second is None:
        return "Margin by layer"
    if first == second:
        return f"Signed and weighted work ahead leave the same, {first}"
    return f"Signed work ahead leaves {first}, what is weighted {second}"


def call_finding(
    contribution: Decimal | None,
    margin: Decimal | None,
    call: Decimal | None,
    revenue: Decimal | None,
    year: str,
    currency: str,
) -> str:
    """'The call leaves $29.9M of contribution, 41.1%; the forecast $30.1M, 41.2%'."""
    if contribution is None:
        return f"What {year} leaves is not known: some clients have no known cost"
    forecast = f"{money(contribution, currency)}" + ("" if margin is None else f", {ratio(margin)}")
    if call is None or revenue is None or revenue <= 0:
        return (
            f"The forecast leaves {forecast} of net revenue"
            if margin is not None
            else f"The forecast leaves {forecast}"
        )
    return f"The call leaves {money(call, currency)} of contribution, {ratio(call / revenue)}; the forecast {forecast}"


def moved_finding(start: Decimal, end: Decimal, costs: Decimal, currency: str) -> str:
    """'Contribution fell by $0.2M to $29.9M; costs took $0.1M'."""
    change = end - start
    if not change:
        return f"Contribution stays at {money(end, currency)}"
    said = (
        f"Contribution {'rose' if change > 0 else 'fell'} by {money(abs(change), currency)} to {money(end, currency)}"
    )
    if not costs:
        return said
    return f"{said}; costs {'took' if costs < 0 else 'gave'} {money(abs(costs), currency)}"
