"""The overhead pool of the last months: what there was, what clients carry of it, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from common.figures import Figure
from common.money import ZERO
from common.periods import Month, month_add, month_label
from financials.figures import close_figure
from financials.queries.basis import load_basis
from financials.queries.cuts import Cut
from financials.queries.overhead import Pool
from financials.queries.pnl_words import missing_words
from financials.queries.pool_shares import load_pool, load_spread

if TYPE_CHECKING:
    from people.models import User

MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class PoolMonth:
    month: Month
    pool: Figure
    spread: Figure
    left: Figure
    driver: str


@dataclass(frozen=True, slots=True)
class PoolPage:
    months: Sequence[PoolMonth]
    currency: str
    finding: str
    source: str
    missing: Sequence[str]


def load_pool_page(user: User, *, now: datetime) -> PoolPage:
    """The last twelve months the ledger holds, the newest first. Four queries."""
    basis = load_basis(user, now=now)
    cut = Cut(("SELECT id FROM accounts_client", []), month_add(basis.through, 1 - MONTHS), basis.through)
    pool, gaps = load_pool(basis, cut)
    carried = load_spread(basis, cut, pool) if pool else {}
    months = []
    for month in sorted(pool.amounts, reverse=True):
        amount, spread = pool.amounts[month], carried.get(month, ZERO)
        months.append(
            PoolMonth(
                month,
                close_figure("pool", amount, basis.currency, month),
                close_figure("spread", spread, basis.currency, month),
                close_figure("unallocated", amount - spread, basis.currency, month),
                Pool({month: amount}, {month: pool.drivers[month]}).words,
            )
        )
    short = next((one for one in months if one.left.value), None)
    finding = "No overhead without a client in these months"
    if months:
        finding = f"{month_label(short.month)} left some of it with no client" if short else "Clients carry all of it"
    source = f"Ledger to {month_label(basis.through)}, {basis.currency} at each month's average rate"
    return PoolPage(months, basis.currency, finding, source, missing_words(gaps, basis))
