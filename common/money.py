"""Money: a Decimal with a currency, and sums that come out exactly.

Amounts keep four decimal places in store; `quantise` brings them to the currency's minor unit where they are
shown or posted, always ROUND_HALF_EVEN. Nothing here uses a float. Source: docs/definitions.md#money
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Final

ZERO: Final = Decimal(0)
STORED: Final = Decimal("0.0001")
"""What the database keeps: four decimal places."""

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_TWO_DECIMALS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW "
    "CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV "
    "MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD "
    "SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)

MINOR_UNITS: Final[dict[str, int]] = {
    **dict.fromkeys(_NO_DECIMALS.split(), 0),
    **dict.fromkeys(_TWO_DECIMALS.split(), 2),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
    **dict.fromkeys(_FOUR_DECIMALS.split(), 4),
}
"""Decimal places of each ISO 4217 currency's minor unit."""

SIX_PLACES: Final = Decimal("0.000001")
_QUANTA: Final = {code: Decimal(1).scaleb(-places) for code, places in MINOR_UNITS.items()}


class UnknownCurrency(ValueError):
    """Not an ISO 4217 code of money in use."""


class MixedCurrency(ValueError):
    """Two currencies met where one was needed. They are converted first, never added."""


def is_currency(code: str) -> bool:
    return code in MINOR_UNITS


def minor_places(currency: str) -> int:
    try:
        return MINOR_UNITS[currency]
    except KeyError:
        raise UnknownCurrency(f"{currency!r} is not an ISO 4217 currency code.") from None


def quantise(amount: Decimal, currency: str) -> Decimal:
    """The amount at the currency's minor unit, HALF_EVEN. Never minus zero."""
    minor_places(currency)
    return amount.quantize(_QUANTA[currency], rounding=ROUND_HALF_EVEN) + ZERO


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount as whole minor units (cents), HALF_EVEN."""
    return int(quantise(amount, currency).scaleb(minor_places(currency)))


def to_minors(amounts: Iterable[Decimal], currency: str) -> list[int]:
    """`to_minor` of each, for the long rows of a history."""
    places = minor_places(currency)
    quantum = _QUANTA[currency]
    return [int(amount.quantize(quantum, rounding=ROUND_HALF_EVEN).scaleb(places)) for amount in amounts]


def from_minor(units: int, currency: str) -> Decimal:
    return Decimal(units).scaleb(-minor_places(currency))


def ratio(numerator: Decimal | int | None, denominator: Decimal | int | None) -> Decimal | None:
    """numerator ÷ denominator as a fraction, six places; None where the denominator is missing, 0 or less."""
    if numerator is None or denominator is None or denominator <= 0:
        return None
    return (numerator / Decimal(denominator)).quantize(SIX_PLACES, rounding=ROUND_HALF_EVEN) + ZERO


def half_even(numerator: int, denominator: int) -> int:
    """numerator ÷ denominator to the nearest whole number, ties to the even one; exact at any size."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def cumulative_round(total: Decimal, done: Sequence[int], whole: int, currency: str) -> list[Decimal]:
    """Shares of a total by progress: what is due up to each step is rounded, and a share is the difference.

    done: progress reached at the end of each step, rising towards `whole` (days elapsed of total days). When the
    last step reaches `whole` the shares sum exactly to quantise(total, currency).
    """
    units, shares, before = to_minor(total, currency), [], 0
    made: dict[int, Decimal] = {}  # a straight line has but two or three different shares
    for reached in done:
        upto = half_even(units * reached, whole)
        share = upto - before
        if share not in made:
            made[share] = from_minor(share, currency)
        shares.append(made[share])
        before = upto
    return shares


def allocate(total: Decimal, weights: Sequence[Decimal | int], currency: str) -> list[Decimal]:
    """The total shared out by weight, in the order given, summing exactly to quantise(total, currency).

    Raises ValueError on a negative weight or when all weights are zero: there is nothing to share by.
    """
    shares = [Fraction(weight) for weight in weights]
    if any(share < 0 for share in shares):
        raise ValueError("A weight cannot be negative.")
    whole = sum(shares, Fraction(0))
    if whole == 0:
        raise ValueError("At least one weight must be above zero.")
    units, parts, before, reached = to_minor(total, currency), [], 0, Fraction(0)
    for share in shares:
        reached += share
        progress = reached / whole
        upto = half_even(units * progress.numerator, progress.denominator)
        parts.append(from_minor(upto - before, currency))
        before = upto
    return parts


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency. Adding, subtracting or comparing two currencies raises MixedCurrency."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        minor_places(self.currency)

    def _same(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise MixedCurrency(f"{self.currency} and {other.currency} cannot be combined without a rate.")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def quantised(self) -> Money:
        return Money(quantise(self.amount, self.currency), self.currency)


def add_up(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts, all of them in `currency`; zero when there are none. Raises MixedCurrency."""
    total = Money(ZERO, currency)
    for amount in amounts:
        total = total + amount
    return total
