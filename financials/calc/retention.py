"""Net and gross revenue retention. Source: docs/definitions.md#nrr"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


@dataclass(frozen=True, slots=True)
class Successor:
    """A contract that followed another under an uplift, or an evergreen one past its year. then, now: its revenue."""

    uplift: Decimal
    then: Decimal
    now: Decimal


def escalators(growth: Decimal, successors: Iterable[Successor]) -> Decimal:
    """The part of a client's growth that contracts foresaw: revenue gained on successors × u ÷ (1 + u), at most all.

    Nothing where the client did not grow: what shrank was not escalated.
    """
    foreseen = sum(
        (max(one.now - one.then, ZERO) * one.uplift / (1 + one.uplift) for one in successors if one.uplift > 0), ZERO
    )
    return min(max(growth, ZERO), foreseen)


@dataclass(frozen=True, slots=True)
class Share:
    """share: of the whole; cumulative: with all larger ones. None where the whole is not above zero."""

    key: str
    amount: Decimal
    share: Decimal | None
    cumulative: Decimal | None


@dataclass(frozen=True, slots=True)
class Concentration:
    """hhi: Herfindahl index, 0 (spread thin) to 10,000 (one client). Clients at or below zero have no share."""

    shares: tuple[Share, ...]
    total: Decimal
    hhi: Decimal | None

    @property
    def largest(self) -> Decimal | None:
        return self.shares[0].share if self.shares else None


def concentration(amounts: Mapping[str, Decimal]) -> Concentration:
    """Largest first. Source: docs/definitions.md#concentration"""
    above = [(key, amount) for key, amount in amounts.items() if amount > 0]
    ordered = sorted(above, key=lambda one: (-one[1], one[0]))
    total, running, shares = sum((amount for _, amount in ordered), ZERO), ZERO, []
    for key, amount in ordered:
        running += amount
        shares.append(Share(key, amount, ratio(amount, total), ratio(running, total)))
    if not shares:
        return Concentration((), total, None)
    index = sum(((amount * 100 / total) ** 2 for _, amount in ordered), ZERO)
    return Concentration(tuple(shares), total, index)
