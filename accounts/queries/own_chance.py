"""What open deals count at in the forecast, in SQL: `accounts.calc.win_rates.chance_of` over many rows at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Case, DecimalField, F, Func, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower, Trim

from accounts.calc.win_rates import Rate, WinRates

_ONE: Final = Decimal(1)
_RATIO: Final = DecimalField(max_digits=38, decimal_places=18)


def own_chance(rates: WinRates, today: date) -> Combinable:
    """Of deals that came `with_since`. What is certain, or of a stage with too few closed deals, stays as stated."""
    stated = F("probability")
    whens = [
        When(
            Q(stage_key=stage, since__lt=_reached(today, rate), probability__gt=0, probability__lt=1),
            then=_moved(rate),
        )
        for stage, several in rates.by_stage.items()
        for rate in reversed([one for one in several if one.own])  # the oldest a deal has reached counts
    ]
    return Case(*whens, default=stated, output_field=_RATIO) if whens else stated


STAGE_KEY: Final = Lower(Trim("stage"))
"""What `own_chance` reads as stage_key."""


def _reached(today: date, rate: Rate) -> datetime:
    """The moment before which a deal came to its stage if it has been there for the age of the rate."""
    if not rate.age:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(today - timedelta(days=rate.age - 1), time.min, tzinfo=UTC)


def _moved(rate: Rate) -> Combinable:
    """odds stated × odds won ÷ odds carried, to six places."""
    own, usual = rate.value, rate.usual
    if usual is None or not 0 < usual < 1 or not 0 < own < 1:
        return Value(own, output_field=_RATIO)
    factor = Value(own / (_ONE - own) / (usual / (_ONE - usual)), output_field=_RATIO)
    odds = F("probability") * factor
    moved = odds / (Value(_ONE, output_field=_RATIO) - F("probability") + odds)
    return Func(moved, Value(6), function="half_even", output_field=_RATIO)
