"""Exchange rates: which one applies to a currency and month. Plain data in, plain data out.

A rate is quote units for one base. Found in this order: the pair itself, its inverse, one cross through the
reporting currency; nothing else. Months after a pair's last rate use that rate's closing (else its average) and are
marked held; a month with no rate while a later one has is an error. Source: docs/definitions.md#exchange-rates
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from common.money import quantise
from common.periods import Month, format_month

Kind: TypeAlias = Literal["average", "closing"]
"""P&L converts at the month's average, balances at its closing."""

RATE_PLACES: Final = 18
"""Inverses and crosses are kept to 18 places, so that Python and SQL multiply by the very same number."""

# The default 28 digits would round a large amount times an 18-place rate before it is quantised.
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)


class MissingRate(LookupError):
    """No rate for a pair and month. `pair` reads 'EUR/USD'."""

    def __init__(self, source: str, target: str, month: Month) -> None:
        self.pair = f"{source}/{target}"
        self.month = month
        super().__init__(f"No {self.pair} rate for {format_month(month)}.")


@dataclass(frozen=True, slots=True)
class RateRow:
    """One month's quotation: quote units for one base. closing is None where it is not known."""

    month: Month
    base: str
    quote: str
    average: Decimal
    closing: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """value: target units for one unit of the source, at most 18 decimal places."""

    value: Decimal
    held: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A rate before rounding. known: the month whose row was read; held: that row stands in for another month."""

    value: Fraction
    known: Month
    held: bool


@dataclass(frozen=True, slots=True)
class _Quote:
    average: Fraction
    closing: Fraction | None

    def at(self, kind: Kind) -> Fraction | None:
        return self.average if kind == "average" else self.closing


class Rates:
    """Rates known at an as-of instant, ready for look-ups. Rows may come in any order."""

    def __init__(self, rows: Iterable[RateRow]) -> None:
        direct: dict[tuple[str, str], dict[Month, _Quote]] = {}
        inverse: dict[tuple[str, str], dict[Month, _Quote]] = {}
        for row in rows:
            average, closing = Fraction(row.average), None if row.closing is None else Fraction(row.closing)
            if average <= 0 or (closing is not None and closing <= 0):
                raise ValueError(f"A rate must be above zero: {row.base}/{row.quote} {format_month(row.month)}.")
            direct.setdefault((row.base, row.quote), {})[row.month] = _Quote(average, closing)
            inverse.setdefault((row.quote, row.base), {})[row.month] = _Quote(
                1 / average, None if closing is None else 1 / closing
            )
        self._pairs = {
            pair: dict(sorted({**inverse.get(pair, {}), **direct.get(pair, {})}.items()))
            for pair in direct.keys() | inverse.keys()
        }

    def rate(self, source: str, target: str, month: Month, *, via: str, kind: Kind = "average") -> Rate:
        """Target units for one source unit. via: the reporting currency. Raises MissingRate."""
        if source == target:
            return Rate(Decimal(1), held=False)
        leg = self._leg(source, target, month, kind)
        cross = self._cross(source, target, month, via, kind)
        options = [found for found in (leg, cross) if found is not None]
        if not options:
            raise MissingRate(source, target, month)
        actual = [found for found in options if not found.held]
        if not actual and self._known_later(source, target, month, via, kind):
            raise MissingRate(source, target, month)
        best = actual[0] if actual else max(options, key=lambda found: found.known)
        return Rate(_rounded(best.value), best.held)

    def _leg(self, source: str, target: str, month: Month, kind: Kind) -> _Found | None:
        """The pair or its inverse: the month's own rate, else the last one before it when none comes after."""
        quotes = self._pairs.get((source, target), {})
        own = quotes[month].at(kind) if month in quotes else None
        if own is not None:
            return _Found(own, month, held=False)
        if any(later > month and quote.at(kind) is not None for later, quote in quotes.items()):
            return None
        earlier = [known for known in quotes if known <= month]
        if not earlier:
            return None
        last = quotes[earlier[-1]]
        return _Found(last.average if last.closing is None else last.closing, earlier[-1], held=True)

    def _cross(self, source: str, target: str, month: Month, via: str, kind: Kind) -> _Found | None:
        if via in (source, target):
            return None
        first = self._leg(source, via, month, kind)
        second = self._leg(via, target, month, kind)
        if first is None or second is None:
            return None
        return _Found(first.value * second.value, min(first.known, second.known), first.held or second.held)

    def _known_later(self, source: str, target: str, month: Month, via: str, kind: Kind) -> bool:
        """Whether a later month has the pair or both legs of its cross: then this month's rate is missing, not held."""

        def months(base: str, quote: str) -> set[Month]:
            quotes = self._pairs.get((base, quote), {})
            return {known for known, rate in quotes.items() if known > month and rate.at(kind) is not None}

        return bool(months(source, target) or (months(source, via) & months(via, target)))


def convert(
    amount: Decimal, source: str, target: str, month: Month, rates: Rates, *, via: str, kind: Kind = "average"
) -> Decimal:
    """One cell in the target currency, rounded once to its minor unit. Larger figures are sums of these."""
    return apply(amount, rates.rate(source, target, month, via=via, kind=kind), target)


def apply(amount: Decimal, rate: Rate, target: str) -> Decimal:
    """amount × rate at the target's minor unit, HALF_EVEN, with no rounding in between."""
    return quantise(_EXACT.multiply(amount, rate.value), target)


def rate_table(
    rates: Rates,
    currencies: Iterable[str],
    months: Iterable[Month],
    reporting: str,
    *,
    target: str | None = None,
    kind: Kind = "average",
    constant: Month | None = None,
) -> dict[tuple[str, Month], Rate]:
    """The rate of every currency × month, as a table that SQL can join.

    target: the currency to convert to, the reporting currency unless given. constant: hold every month's rate at that
    month's ("constant currency"). Raises MissingRate for the first gap, by currency then month.
    """
    to = target or reporting
    ordered = sorted(set(months))
    return {
        (currency, month): rates.rate(currency, to, constant or month, via=reporting, kind=kind)
        for currency in sorted(set(currencies))
        for month in ordered
    }


def missing_rates(
    rates: Rates, needed: Iterable[tuple[str, Month]], reporting: str, *, kind: Kind = "average"
) -> list[MissingRate]:
    """Every gap among the (currency, month) pairs needed, so that all can be named at once."""
    gaps = []
    for currency, month in sorted(set(needed)):
        try:
            rates.rate(currency, reporting, month, via=reporting, kind=kind)
        except MissingRate as gap:
            gaps.append(gap)
    return gaps


def _rounded(value: Fraction) -> Decimal:
    """A quoted rate stays as quoted; only inverses and crosses that do not end are cut at 18 places."""
    rate = _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    rate = rate.quantize(Decimal(1).scaleb(-RATE_PLACES), context=_EXACT).normalize(_EXACT)
    return rate.quantize(Decimal(1), context=_EXACT) if rate == rate.to_integral_value() else rate
