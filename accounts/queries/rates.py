"""Deals in the reporting currency, at the rate last known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Case, DecimalField, F, Func, Value, When
from django.db.models.expressions import Combinable

from common.fx import MissingRate, Rate, RateRow, Rates, apply
from common.models import FxRate
from common.money import is_currency, minor_places
from common.periods import month_of
from people.queries import reporting_currency

if TYPE_CHECKING:
    from people.models import User

_RESULT = DecimalField(max_digits=30, decimal_places=4)


@dataclass(frozen=True, slots=True)
class DealRates:
    """currency: what deals are shown in. by_currency: the rate of each source currency that has one."""

    currency: str
    month: date
    by_currency: dict[str, Rate]

    def convert(self, amount: Decimal | None, currency: str) -> Decimal | None:
        """None where the amount or the rate is unknown."""
        rate = self.by_currency.get(currency)
        return None if amount is None or rate is None else apply(amount, rate, self.currency)

    def in_sql(self, amount: str = "amount", currency: str = "currency") -> Combinable:
        """The same conversion, each row rounded HALF_EVEN to the minor unit; NULL without a rate."""
        whens = [
            When(**{currency: code}, then=half_even(F(amount) * Value(rate.value, output_field=_WIDE), self.currency))
            for code, rate in sorted(self.by_currency.items())
        ]
        return Case(*whens, default=None, output_field=_RESULT)

    def note(self) -> str:
        foreign = {code: rate for code, rate in self.by_currency.items() if code != self.currency}
        if not foreign:
            return ""
        parts = (f"1 {code} = {rate.value:f} {self.currency}" for code, rate in sorted(foreign.items()))
        held = ", held from the last month known" if any(rate.held for rate in foreign.values()) else ""
        return f"{'; '.join(parts)}{held}"


_WIDE = DecimalField(max_digits=38, decimal_places=18)


def half_even(expression: Combinable, currency: str) -> Func:
    """The database's own half_even(), as every posted amount is rounded."""
    return Func(expression, Value(minor_places(currency)), function="half_even", output_field=_RESULT)


def deal_rates(user: User, today: date, currency: str = "") -> DealRates:
    """currency: what to convert to; blank is the reader's own. At most two queries."""
    target = currency or reporting_currency(user, settings.REPORTING_CURRENCY)
    rows = [
        RateRow(month, base, quote, average, closing)
        for month, base, quote, average, closing in FxRate.objects.filter(month__lte=month_of(today)).values_list(
            "month", "base", "quote", "average", "closing"
        )
    ]
    book, month = Rates(rows), month_of(today)
    found = {target: Rate(Decimal(1), held=False)}
    for code in {row.base for row in rows} | {row.quote for row in rows}:
        if not is_currency(code):
            continue
        try:
            found[code] = book.rate(code, target, month, via=settings.REPORTING_CURRENCY, kind="closing")
        except MissingRate:
            continue
    return DealRates(target, month, found)
