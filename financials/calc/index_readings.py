"""What a price index says of an indexed uplift: its change over twelve months.

Source: docs/definitions.md#index-change
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from common.periods import Month, month_add

_SIX: Final = Decimal("0.000001")
YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class IndexChange:
    """change: a fraction. level and before: the index of `month` and of the same month a year earlier."""

    index: str
    month: Month
    level: Decimal
    before: Decimal

    @property
    def change(self) -> Decimal:
        return (self.level / self.before - 1).quantize(_SIX, ROUND_HALF_EVEN)

    def is_held(self, day: Month) -> bool:
        """Whether a price that changes in a month after the reading is told by it for want of a newer one."""
        return self.month < day


def newest_change(index: str, levels: Mapping[Month, Decimal], through: Month) -> IndexChange | None:
    """Of the newest month up to `through` that is known with the month a year before; None where there is none."""
    for month in sorted(levels, reverse=True):
        before = levels.get(month_add(month, -YEAR))
        if month <= through and before:
            return IndexChange(index, month, levels[month], before)
    return None
