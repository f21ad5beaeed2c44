"""Net and gross revenue retention. Source: docs/definitions.md#nrr"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from common.money import ZERO, ratio


@dataclass(frozen=True, slots=True)
class Retention:
    """then, now: net revenue of the clients that had revenue then. kept: Σ min(now, then)."""

    clients: int
    then: Decimal
    now: Decimal
    kept: Decimal
    nrr: Decimal | None
    grr: Decimal | None


def retention(then: Mapping[str, Decimal], now: Mapping[str, Decimal]) -> Retention:
    """then, now: net revenue by client, twelve months before and now, in one currency. New clients do not count."""
    clients = [client for client, revenue in then.items() if revenue > 0]
    before = sum((then[client] for client in clients), ZERO)
    after = sum((now.get(client, ZERO) for client in clients), ZERO)
    kept = sum((min(now.get(client, ZERO), then[client]) for client in clients), ZERO)
    return Retention(len(clients), before, after, kept, ratio(after, before), ratio(kept, before))
