"""One unit for a table or a chart, chosen by its largest figure, and figures printed in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from common import formats
from qbr.calc.slides import Cell, FieldClass

DASH = formats.DASH


@dataclass(frozen=True, slots=True)
class Unit:
    """exponent: 0, 3 or 6; places: decimals in it."""

    currency: str
    exponent: int
    places: int = 0

    @property
    def head(self) -> str:
        """As a column head says it: $, $000 or $M; CHF 000."""
        return formats.symbol(self.currency) + {0: "", 3: "000", 6: "M"}[self.exponent]

    def text(self, value: Decimal | None, *, signed: bool = False) -> str:
        if value is None:
            return DASH
        return formats.number(value.scaleb(-self.exponent), self.places, signed=signed)

    def scaled(self, value: Decimal | None) -> Decimal | None:
        return None if value is None else value.scaleb(-self.exponent)

    def cell(
        self, value: Decimal | None, *, signed: bool = False, field: FieldClass = "open", figure: str = ""
    ) -> Cell:
        text = None if value is None else self.text(value, signed=signed)
        return Cell(text, value, self.currency, figure=figure, field=field)


def unit_for(currency: str, values: Iterable[Decimal | None]) -> Unit:
    """Thousands for most books; whole units for small ones; millions with two decimals past half a billion."""
    largest = max((abs(value) for value in values if value is not None), default=Decimal(0))
    if largest >= 500_000_000:
        return Unit(currency, 6, 1)
    return Unit(currency, 3 if largest >= 100_000 else 0)


def less(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return None if part is None or whole is None or whole <= 0 else part / whole


def big(value: Decimal | None, currency: str) -> tuple[str | None, str]:
    """A headline figure and the suffix printed smaller: ('$3.84', 'M')."""
    if value is None:
        return None, ""
    amount = abs(value)
    for exponent, suffix, places in ((9, "B", 2), (6, "M", 2), (3, "k", 0)):
        if amount >= Decimal(1).scaleb(exponent):
            text = formats.number(value.scaleb(-exponent), places, prefix=formats.symbol(currency))
            return text, suffix
    return formats.number(value, 0, prefix=formats.symbol(currency)), ""
