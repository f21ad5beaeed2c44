"""How the sample slides are written."""

from __future__ import annotations

from decimal import Decimal

from qbr.calc.slides import (
    Cell,
    Row,
)

D = Decimal


def figure(text: str | None, value: str | None = None, **more: object) -> Cell:
    return Cell(text, D(value) if value is not None else None, **more)  # type: ignore[arg-type]  # test data


def row(*texts: str | Cell | None, style: str = "") -> Row:
    cells = tuple(item if isinstance(item, Cell) else Cell(item) for item in texts)
    return Row(cells, style)  # type: ignore[arg-type]  # test data


SPARK = tuple(D(n) for n in (3120, 3180, 3260, 3310, 3480, 3560, 3690, 3842))
