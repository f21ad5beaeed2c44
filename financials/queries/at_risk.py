"""What rests on one person at a client, and how well each client is covered.

Source: docs/definitions.md#revenue-if-lost
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import QuerySet

from accounts.calc.coverage import COVERED_FROM, coverage
from accounts.calc.network import StrongTie, threads
from accounts.models import Bond, BuyingRole, Client, Stakeholding
from accounts.queries.stakeholders import tie_of, with_last_touch
from common.figures import Figure
from common.money import ZERO
from common.periods import Month, month_add
from financials.figures import forecast_figure
from financials.queries.basis import Basis, load_basis
from financials.queries.cells import load_cells
from financials.queries.cuts import Cut

if TYPE_CHECKING:
    from people.models import User

CARRIERS: Final = frozenset({BuyingRole.ECONOMIC, BuyingRole.SPONSOR, BuyingRole.CHAMPION})
MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class AtRisk:
    """figure: forecast net revenue of the next twelve open months, None when nobody else is missing.

    others: who else would still carry the client.
    """

    alone: bool
    carries: bool
    others: tuple[str, ...]
    figure: Figure | None
    first: Month
    last: Month


def ahead(basis: Basis) -> tuple[Month, Month]:
    return basis.open_month, month_add(basis.open_month, MONTHS - 1)


def carriers(rows: QuerySet[Stakeholding]) -> QuerySet[Stakeholding]:
    """Economic buyers, sponsors and champions with whom we stand at level 2 or above."""
    return rows.filter(buying_role__in=CARRIERS, level__gte=COVERED_FROM)


def load_at_risk(user: User, client: Client, stake_id: int, *, now: datetime) -> AtRisk:
    """Four queries at most. The client has been fetched in the reader's sight."""
    found = {row.pk: row.contact.name for row in carriers(client.stakeholdings.select_related("contact"))}
    basis = load_basis(user, now=now, newest_entry=False)
    first, last = ahead(basis)
    carries = stake_id in found
    alone = carries and len(found) == 1
    figure = None
    if alone:
        amount = _expected(basis, [client.pk]).get(client.key, ZERO)
        figure = forecast_figure(amount, basis, first=first, last=last, client=client.key)
    others = tuple(name for pk, name in found.items() if pk != stake_id)
    return AtRisk(alone, carries, others, figure, first, last)


def _expected(basis: Basis, ids: Collection[int]) -> Mapping[str, Decimal | None]:
    """Forecast net revenue of the next twelve months by client key; None where a rate is missing."""
    first, last = ahead(basis)
    cut = Cut(("SELECT unnest(%s::bigint[])", [list(ids)]), first, last, client_ids=tuple(ids))
    cells = load_cells("forecast", basis, cut, ("client",))
    return {cell.group[0] or "": None if cell.missing else cell.amount for cell in cells}


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """single_threaded: None where no relationship was judged. revenue_if_lost: of the one person who alone carries
    the client; 0 where there are several, or none.
    """

    client: str
    stakeholders: int
    coverage: Decimal | None
    single_threaded: bool | None
    revenue_if_lost: Decimal | None


def load_coverage(basis: Basis, clients: QuerySet[Client]) -> list[CoverageRow]:
    """By client key; five queries. clients: in the reader's sight."""
    keys = dict(clients.order_by().values_list("pk", "key"))
    by_client: dict[int, list[Stakeholding]] = {pk: [] for pk in keys}
    for stake in with_last_touch(Stakeholding.objects.filter(client__in=list(keys))):
        by_client[stake.client_id].append(stake)
    bonds: dict[int, list[StrongTie]] = {}
    for client, stake_id, person, level in Bond.objects.filter(stake__client__in=list(keys)).values_list(
        "stake__client_id", "stake_id", "person_id", "level"
    ):
        bonds.setdefault(client, []).append(StrongTie(stake_id, person, level))
    carried: dict[int, int] = {}
    for pk in carriers(Stakeholding.objects.filter(client__in=list(keys))).values_list("client_id", flat=True):
        carried[pk] = carried.get(pk, 0) + 1
    alone = [pk for pk, count in carried.items() if count == 1]
    expected = _expected(basis, alone) if alone else {}
    rows = []
    for pk, key in sorted(keys.items(), key=lambda pair: pair[1]):
        stakes = by_client[pk]
        ties = [StrongTie(s.pk, s.owner_id, s.level) for s in stakes if s.owner_id is not None]
        rows.append(
            CoverageRow(
                client=key,
                stakeholders=len(stakes),
                coverage=coverage((tie_of(stake) for stake in stakes), basis.today).share,
                single_threaded=threads([*ties, *bonds.get(pk, ())]).single,
                revenue_if_lost=expected.get(key, ZERO) if carried.get(pk) == 1 else ZERO,
            )
        )
    return rows
