"""How numbers and dates read, everywhere: pages, PDF, e-mail, chart labels. Pure: no Django, no clock.

Rounding is half-even. None is unknown and reads as a dash, never as 0. The minus is U+2212, as wide as a plus.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Literal

DASH = "—"
MINUS = "−"
NBSP = "\u00a0"

Value = Decimal | float | None
Scale = Literal["1", "k", "M", "auto"]
Good = Literal["up", "down", "none"]

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
MINOR_UNITS = {
    "JPY": 0,
    "KRW": 0,
    "CLP": 0,
    "ISK": 0,
    "VND": 0,
    "BHD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}
PLAIN_UNITS = frozenset({"ratio", "percent", "points", "count", "days", "hours", "score", ""})

_SCALES: dict[str, int] = {"1": 0, "k": 3, "M": 6}
_MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_MONTHS_LONG = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)


def is_money(unit: str) -> bool:
    return unit not in PLAIN_UNITS


def decimal(value: Decimal | float) -> Decimal:
    """A float by its shortest text, so that 0.1 stays 0.1."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def known(value: Value) -> bool:
    """False for None and for the NaN and infinities of float frames."""
    return value is not None and decimal(value).is_finite()


def quantize(value: Decimal | float, places: int) -> Decimal:
    return decimal(value).quantize(_unit_of(places), rounding=ROUND_HALF_EVEN)


@cache
def _unit_of(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def minor_units(currency: str) -> int:
    return MINOR_UNITS.get(currency, 2)


def symbol(currency: str) -> str:
    """What stands before the figure: "$", or the code and a space that does not break."""
    return SYMBOLS.get(currency, f"{currency}{NBSP}")


def number(
    value: Value,
    places: int = 0,
    *,
    signed: bool = False,
    prefix: str = "",
    suffix: str = "",
) -> str:
    """Grouped by thousands. A value that rounds to zero has no minus; signed zero reads ±0."""
    if value is None or not known(value):
        return DASH
    rounded = quantize(value, places)
    sign = MINUS if rounded < 0 else "+" if rounded else "±"
    if not signed and rounded >= 0:
        sign = ""
    return f"{sign}{prefix}{abs(rounded):,.{places}f}{suffix}"


def scaled(value: Value, scale: Scale = "M", places: int = 1, *, signed: bool = False) -> str:
    """A bare table figure in units of the column head: 71.8 for 71,803,977.61 in "M"."""
    if value is None:
        return DASH
    return number(decimal(value).scaleb(-_SCALES.get(scale, 0)), places, signed=signed)


def money(value: Value, currency: str, *, signed: bool = False) -> str:
    """Compact, for cards and sentences: $71.8M, $84.5k, $640, €1.2B, CHF 1.2M."""
    if value is None or not known(value):
        return DASH
    amount = decimal(value)
    for exponent, suffix in ((9, "B"), (6, "M"), (3, "k")):
        # 999,950 is $1.0M, not $1,000.0k: step up when the smaller unit would print a thousand.
        if abs(quantize(amount.scaleb(3 - exponent), 1 if exponent > 3 else 0)) >= 1000:
            return number(
                amount.scaleb(-exponent),
                1,
                signed=signed,
                prefix=symbol(currency),
                suffix=suffix,
            )
    return number(amount, 0, signed=signed, prefix=symbol(currency))


def ledger(value: Value, currency: str = "USD", *, signed: bool = False) -> str:
    """To the minor unit, without the currency: 4,218,430.17."""
    return number(value, minor_units(currency), signed=signed)


def ratio(value: Value, places: int = 1, *, signed: bool = False) -> str:
    """0.383 → 38.3%."""
    if value is None:
        return DASH
    return number(decimal(value) * 100, places, signed=signed, suffix="%")


def points(value: Value, places: int = 1, *, signed: bool = True) -> str:
    """1.4 → +1.4 pts."""
    return number(value, places, signed=signed, suffix="" if not known(value) else " pts")


def compact(value: Value, unit: str, *, signed: bool = False) -> str:
    """By unit, as on a card."""
    if value is None or not known(value):
        return DASH
    if unit in ("ratio", "percent"):
        return ratio(value, signed=signed)
    if unit == "points":
        return points(value)
    if unit == "days":
        word = "day" if abs(quantize(value, 0)) == 1 else "days"
        return number(value, 0, signed=signed, suffix=f" {word}")
    if unit == "hours":
        return number(value, 0, signed=signed, suffix="\u00a0h")
    if unit in ("count", "score", ""):
        return number(value, 0, signed=signed)
    return money(value, unit, signed=signed)


def exact(value: Value, unit: str, *, signed: bool = False) -> str:
    """Nothing rounded away that a ledger keeps: $71,803,977.61, 38.2990%."""
    if is_money(unit):
        return number(value, minor_units(unit), signed=signed, prefix=symbol(unit))
    if value is None or not known(value):
        return DASH
    if unit in ("ratio", "percent"):
        return ratio(value, 4, signed=signed)
    if unit == "points":
        return points(value, 4)
    whole = decimal(value)
    places = 0 if whole == whole.to_integral_value() else 2
    if places and unit == "hours":
        return number(value, places, signed=signed, suffix="\u00a0h")
    return compact(value, unit, signed=signed) if places == 0 else number(value, places, signed=signed)


@dataclass(frozen=True, slots=True)
class Delta:
    """A change as it is read. arrow: ↑, ↓ or nothing. tone: bad takes the risk colour, flat is grey, good is ink."""

    text: str
    arrow: str
    tone: Literal["good", "bad", "flat", "unknown"]

    def __str__(self) -> str:
        return f"{self.text}{NBSP}{self.arrow}" if self.arrow else self.text


def _delta_text(value: Decimal, unit: str, scale: Scale, places: int, bare: bool) -> str:
    if unit == "ratio":
        return number(value * 100, places, signed=True, suffix="" if bare else " pts")
    if unit == "percent":
        return ratio(value, places, signed=True)
    if unit == "points":
        return number(value, places, signed=True, suffix="" if bare else " pts")
    if not is_money(unit):
        return number(value, 0, signed=True, suffix=" d" if unit == "days" else "")
    if scale == "auto":
        return money(value, unit, signed=True)
    return scaled(value, scale, minor_units(unit) if scale == "1" else places, signed=True)


def delta(
    value: Value,
    unit: str = "USD",
    *,
    good: Good = "up",
    scale: Scale = "M",
    places: int = 1,
    bare: bool = False,
) -> Delta:
    """A signed change. unit ratio: the difference of two ratios, said in points; percent: a relative change.

    good: which direction is favourable. Zero as printed is ±0.0 and has no arrow.
    """
    if value is None or not known(value):
        return Delta(DASH, "", "unknown")
    amount = decimal(value)
    text = _delta_text(amount, unit, scale, places, bare)
    if text.startswith("±"):
        return Delta(text, "", "flat")
    rises = not text.startswith(MINUS)
    bad = good != "none" and rises != (good == "up")
    return Delta(text, "↑" if rises else "↓", "bad" if bad else "good")


def day(value: date | None) -> str:
    """30 Dec 2026."""
    return DASH if value is None else f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def day_short(value: date | None) -> str:
    return DASH if value is None else f"{value.day} {_MONTHS[value.month - 1]}"


def day_long(value: date | None) -> str:
    """Monday 23 November 2026."""
    if value is None:
        return DASH
    return f"{_WEEKDAYS[value.weekday()]} {value.day} {_MONTHS_LONG[value.month - 1]} {value.year}"


def month(value: date | None) -> str:
    return DASH if value is None else f"{_MONTHS[value.month - 1]} {value.year}"


def month_short(value: date | None) -> str:
    return DASH if value is None else _MONTHS[value.month - 1]


def moment(value: datetime | None) -> str:
    """23 Nov 2026, 06:00 UTC. A naive time is taken as UTC, which is all that is stored."""
    if value is None:
        return DASH
    utc = value.astimezone(UTC) if value.tzinfo else value
    return f"{day(utc)}, {utc:%H:%M} UTC"


def money_words(currency: str, scale: Scale) -> str:
    """What bare numbers on a chart are in: USD thousand."""
    return currency + {"1": "", "k": " thousand", "M": " million"}[scale]


def plural(count: int, one: str, many: str = "") -> str:
    """1 row, 2,064 rows."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"
