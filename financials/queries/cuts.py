"""Which cells a report reads, and the same in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from common.periods import Month, month_add
from financials.queries.basis import Basis, Sql
from financials.queries.labour import TimeCut

_OF_PARTS: Final = frozenset({"contract", "service_line"})
"""Groups that part a client."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Which cells: clients (a subquery of ids), months, and optionally some contracts (the same) or one service line.

    years_back: read the same months that many years earlier and label them with these.
    raw: read the entries themselves, not the kept monthly sums.
    client_ids: the same clients as a list, where the caller has read them already. everyone: they are all there are.
    no_contract: only what stands under no contract. fiscal: only months of this fiscal_year or fiscal_quarter of each
    client's own, named by the first month it would have if its year began in January.
    """

    clients: Sql
    first: Month
    last: Month
    contracts: Sql | None = None
    service_line: str | None = None
    years_back: int = 0
    raw: bool = False
    client_ids: tuple[int, ...] | None = None
    no_contract: bool = False
    everyone: bool = False
    fiscal: tuple[str, Month] | None = None

    @property
    def read_first(self) -> Month:
        return month_add(self.first, -12 * self.years_back)

    @property
    def read_last(self) -> Month:
        return month_add(self.last, -12 * self.years_back)

    @property
    def whole(self) -> bool:
        """Everything of every client."""
        narrowed = self.client_ids is not None or self.contracts is not None or self.service_line is not None
        return self.everyone and not (narrowed or self.no_contract or self.fiscal)

    def worked(self, basis: Basis, group_by: Iterable[str] = ()) -> TimeCut:
        """The hours whose cost is labour of these cells."""
        of_parts = self.contracts is not None or self.no_contract or self.service_line is not None
        parts = of_parts or not _OF_PARTS.isdisjoint(group_by)
        return TimeCut(basis, self.read_first, self.read_last, self.client_ids, parts)


def of_clients(cut: Cut, column: str) -> Sql:
    """Whether the column is a client of the cut's. A list goes through the index; a subquery of unknown size is planned
    as a scan of everything.
    """
    if cut.client_ids is not None:
        return f"{column} = ANY(%s::bigint[])", [list(cut.client_ids)]
    return f"{column} IN ({cut.clients[0]})", cut.clients[1]


def listed(ids: Iterable[int]) -> Sql:
    """Ids read already, as a subquery."""
    return "SELECT unnest(%s::bigint[])", [list(ids)]


def narrowed(cut: Cut) -> Sql:
    """What else holds of a row m of the cut, beside its months and its client: ' AND …', or blank."""
    text = ""
    params: list[Any] = []
    if cut.contracts is not None:
        text += f" AND m.contract_id IN ({cut.contracts[0]})"
        params += cut.contracts[1]
    if cut.no_contract:
        text += " AND m.contract_id IS NULL"
    if cut.service_line is not None:
        text += " AND m.service_line = %s"
        params.append(cut.service_line)
    return text, params


def of_fiscal(cut: Cut) -> Sql:
    """The same for the fiscal year or quarter of each client's own, looked up a row at a time."""
    if cut.fiscal is None:
        return "", []
    name, start = cut.fiscal
    shift = "make_interval(months => (13 - f.fiscal_year_start) %% 12)"
    month = f"m.month + make_interval(years => {int(cut.years_back)}) + {shift}"
    return (
        f" AND (SELECT date_trunc('{name.removeprefix('fiscal_')}', {month}) FROM accounts_client f "  # noqa: S608
        "WHERE f.id = m.client_id) = %s::timestamp",
        [start],
    )


def of_client(client_id: int, first: Month, last: Month) -> Cut:
    """Of one client that the caller has read in the reader's sight, so that no statement asks again."""
    return Cut(("SELECT %s::bigint", [client_id]), first, last, client_ids=(client_id,))
