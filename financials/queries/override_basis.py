"""What an override is held against: the forecast of a person's clients over months, and the overrides in sight."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from accounts.access import clients_for
from accounts.models import Client
from common.periods import Month
from financials.queries.basis import ids_sql, load_basis
from financials.queries.cells import load_cells
from financials.queries.cuts import Cut

if TYPE_CHECKING:
    from people.models import User


def portfolio_by_client(owner: User, first: Month, last: Month, currency: str, *, now: datetime) -> dict[int, Decimal]:
    """Client id → net revenue forecast over the months, of the clients the person owns. Four queries."""
    clients = clients_for(owner).filter(owner=owner).order_by()
    basis = load_basis(owner, now=now, currency=currency)
    cells = load_cells("forecast", basis, Cut(ids_sql(clients.values("pk")), first, last), ("client",))
    ids = dict(Client.objects.filter(key__in=[cell.group[0] for cell in cells]).values_list("key", "pk"))
    return {ids[cell.group[0] or ""]: cell.amount for cell in sorted(cells, key=lambda cell: cell.group[0] or "")}
