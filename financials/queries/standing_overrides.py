"""Figures of people's own that count today, beside the forecast they change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from common.figures import Figure
from common.periods import period_label
from financials.access import overrides_for
from financials.figures import override_figure

if TYPE_CHECKING:
    from people.models import User

MOST_OVERRIDES: Final = 100


@dataclass(frozen=True, slots=True)
class StandingOverride:
    key: str
    client: str
    level: str
    level_label: str
    months: str
    amount: Decimal | None
    delta: Decimal | None
    currency: str
    reason: str
    expires_on: date
    author: str

    @property
    def given(self) -> Figure:
        return override_figure(self.key, self.amount if self.amount is not None else self.delta, self.currency)


def standing_overrides(user: User, client: str, today: date) -> tuple[StandingOverride, ...]:
    """Those that count today, parts under their whole; one query."""
    rows = overrides_for(user).filter(revoked_at=None, expires_on__gte=today, parent=None)
    if client:
        rows = rows.filter(client__key=client)
    return tuple(
        StandingOverride(
            key=one.key,
            client=one.client.name if one.client else "Your portfolio",
            level=one.level,
            level_label=one.get_level_display(),
            months=period_label(one.first_month, one.last_month),
            amount=one.amount,
            delta=one.delta,
            currency=one.currency,
            reason=one.reason,
            expires_on=one.expires_on,
            author=one.author,
        )
        for one in rows.select_related("client").order_by("-made_at", "-pk")[:MOST_OVERRIDES]
    )
