"""A stated probability held against what deals like it came to.

Source: docs/definitions.md#win-rate and #probability-in-the-forecast
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

STRENGTH: Final = 10
"""How many deals the stated probability counts for."""
ENOUGH: Final = 20
"""Closed deals from which a rate is the company's own; under it what is stated counts."""
_ONE: Final = Decimal(1)
_SIX: Final = Decimal("0.000001")


def smoothed_share(won: int, deals: int, prior: Decimal) -> Decimal:
    """(won + STRENGTH × prior) ÷ (deals + STRENGTH), so that three lucky deals are no certainty."""
    return ((won + STRENGTH * prior) / Decimal(deals + STRENGTH)).quantize(_SIX, ROUND_HALF_EVEN)


def weighed(stated: Decimal, own: Decimal | None, usual: Decimal | None) -> Decimal:
    """The probability a deal counts at: its odds × the odds that deals came to ÷ the odds they carried.

    own: the share of deals like it that were won, None where too few closed to say: then what is stated counts.
    usual: what those deals carried; a deal that carries just that counts at `own`. What is certain stays certain.
    """
    if own is None or not 0 < stated < 1:
        return stated
    if usual is None or not 0 < usual < 1 or not 0 < own < 1:
        return own
    if stated == usual:
        return own
    odds = stated / (_ONE - stated) * (own / (_ONE - own)) / (usual / (_ONE - usual))
    return (odds / (_ONE + odds)).quantize(_SIX, ROUND_HALF_EVEN)
