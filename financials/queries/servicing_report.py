"""The over-servicing meter of every statement of work in force that a person sees, for a report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from accounts.access import clients_for
from financials.access import contracts_for
from financials.calc.servicing import Service
from financials.models import Contract, ContractKind, ContractStatus
from financials.queries.basis import load_basis
from financials.queries.servicing import load_services
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """Money of `service` is in the contract's own currency."""

    contract: Contract
    service: Service


def load_service_lines(
    user: User, *, now: datetime, client: str = "", owner: str = "", tier: str = ""
) -> list[ServiceLine]:
    """By contract number; those with neither hours nor a scope are left out. Four queries a currency, and one."""
    if not abilities_of(user).see_money:
        return []
    given = {"key": client, "owner__email": owner, "tier": tier}
    clients = clients_for(user).filter(**{path: value for path, value in given.items() if value})
    rows = contracts_for(user).filter(
        kind=ContractKind.SOW,
        status__in=(ContractStatus.SIGNED, ContractStatus.ACTIVE),
        client__in=clients.order_by().values("pk"),
    )
    by_currency: dict[str, list[Contract]] = defaultdict(list)
    for contract in rows.select_related("client").order_by("number"):
        by_currency[contract.currency].append(contract)
    found: list[ServiceLine] = []
    for currency, several in by_currency.items():
        basis = load_basis(user, now=now, currency=currency)
        services = load_services(several, basis.today, basis)
        lines = (ServiceLine(contract, services[contract.pk]) for contract in several if contract.pk in services)
        found += [line for line in lines if line.service.hours or line.service.scope_hours is not None]
    return sorted(found, key=lambda line: line.contract.number)
