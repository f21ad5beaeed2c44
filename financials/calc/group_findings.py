"""What a P&L cut by groups shows, as a sentence. Rules as in `findings`: without support, the plain topic stands."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from common import formats
from financials.calc.findings import Part, amounts, share_of

_LEVEL: Final = Decimal("0.0005")


def largest_group(what: str, total: Decimal | None, parts: Sequence[Part], currency: str, topic: str) -> str:
    """'Halden Pharma has $7.0M of the $29.7M contribution'. parts: the groups that have a name, in the total's unit."""
    if total is None or total <= 0 or len(parts) < 2:
        return topic
    largest = min(parts, key=lambda part: (-part.gap, part.name))
    if largest.gap <= 0:
        return topic
    held, whole = amounts(currency, largest.gap, total)
    return f"{largest.name} has {held} of the {whole} {what}"


def lowest_group(what: str, total: Decimal | None, parts: Sequence[Part], topic: str) -> str:
    """'Corvus Retail has the lowest gross margin, 27.9% against 45.7% in all'. Fractions."""
    if total is None or len(parts) < 2:
        return topic
    lowest = min(parts, key=lambda part: (part.gap, part.name))
    if lowest.gap >= total:
        return topic
    return f"{lowest.name} has the lowest {what}, {formats.ratio(lowest.gap)} against {formats.ratio(total)} in all"


def groups_against(
    what: str, against: str, total: Decimal | None, parts: Sequence[Part], currency: str, topic: str
) -> str:
    """'Contribution is $1.4M worse than budget, most of it in Media'. Favourable is positive; currency "": points."""
    if total is None:
        return topic
    side = "better" if total > 0 else "worse"
    if not currency:
        level = abs(total) < Decimal("0.05")
        return (
            f"{what} is level with {against}" if level else f"{what} is {abs(total):.1f} points {side} than {against}"
        )
    if abs(total) < _LEVEL:
        return f"{what} is level with {against}"
    claim = f"{what} is {amounts(currency, total)[0]} {side} than {against}"
    share = share_of(total, parts)
    return f"{claim}, {share}" if share else claim
