"""What a loader may refer to. Out of sight and missing give one and the same reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, Protocol

from django.db.models import QuerySet

from accounts.access import clients_for
from accounts.models import Client
from common.imports import LoadContext, Values
from people.models import User

_FEW = 50
"""Names up to which they alone are looked up: an edit of one record reads no list of everything in sight."""
NOT_YOURS = "{} “{}” is already in use by a record that is not yours to change"
STILL_TO_COME: Final = "that day is still to come where the client is"
_WIDEST: Final = timedelta(hours=14)


class Sight:
    """Keys to ids of what the loader sees, read once a load."""

    def __init__(self, context: LoadContext) -> None:
        self.user: User | None = context.user
        self._met: set[int] = set()

    @cached_property
    def clients(self) -> dict[str, int]:
        return dict(self._rows().order_by().values_list("key", "pk"))

    def _rows(self) -> QuerySet[Client]:
        return Client.objects.all() if self.user is None else clients_for(self.user)

    def clients_named(self, keys: Iterable[str | None]) -> Mapping[str, int]:
        """At least those of these keys that are in sight."""
        wanted = {key for key in keys if key is not None}
        if len(wanted) > _FEW or "clients" in self.__dict__:
            return self.clients
        found = dict(self._rows().order_by().filter(key__in=wanted).values_list("key", "pk")) if wanted else {}
        self._met.update(found.values())
        return found

    def people_named(self, emails: Iterable[str | None]) -> Mapping[str, int]:
        """At least those of these addresses that are of somebody here."""
        wanted = {email for email in emails if email is not None}
        if len(wanted) > _FEW or "people" in self.__dict__:
            return self.people
        return dict(User.objects.order_by().filter(email__in=wanted).values_list("email", "pk")) if wanted else {}

    @cached_property
    def client_names(self) -> dict[str, int]:
        """By name in lower case; of two clients of one name, neither."""
        found: dict[str, int] = {}
        twice = set()
        for name, pk in self._rows().order_by().values_list("name", "pk"):
            if found.setdefault(name.lower(), pk) != pk:
                twice.add(name.lower())
        return {name: pk for name, pk in found.items() if name not in twice}

    @cached_property
    def client_ids(self) -> frozenset[int]:
        return frozenset(self.clients.values())

    @cached_property
    def people(self) -> dict[str, int]:
        return dict(User.objects.order_by().values_list("email", "pk"))

    def sees(self, client_id: int | None) -> bool:
        return client_id is None or client_id in self._met or client_id in self.client_ids


class OfClient(Protocol):
    client_id: int


def fault_of(held: OfClient | None, client_id: int | None, sight: Sight, key: object, what: str) -> str:
    """Why a row may not write the record of its key: it is not the loader's, or it would go to another client.

    Blank where it may, and where there is none yet. what: the record in words, such as “a benefit”.
    """
    if held is None:
        return ""
    if not sight.sees(held.client_id):
        return NOT_YOURS.format("key", key)
    return "" if held.client_id == client_id else f"client: {what} stays with its client"


def client_ids(values: Values, sight: Sight, column: str = "client") -> list[int | None]:
    """Ids by position; a client that is not in sight rejects the row."""
    return _ids(values, column, sight.clients_named(values.columns[column]), "client “{}” is unknown")


def person_ids(values: Values, sight: Sight, column: str = "owner_email") -> list[int | None]:
    return _ids(values, column, sight.people_named(values.columns[column]), column + " “{}” is no one here")


def _ids(values: Values, column: str, known: Mapping[str, int], unknown: str) -> list[int | None]:
    cells = values.columns[column]
    found = [None if cell is None else known.get(cell) for cell in cells]
    if None in found:
        for position in list(values.good()):
            if found[position] is None and cells[position] is not None:
                values.reject(position, unknown.format(cells[position]))
    return found


def refuse_days_ahead(values: Values, clients: list[int | None], columns: Iterable[str], now: datetime) -> None:
    """Reject rows that tell of a day which has not come where the client is: it would count as if it had."""
    told = [(column, values.columns[column]) for column in columns if values.has(column)]
    # No zone is further behind: only clients of rows after that day are asked for theirs.
    first = (now - _WIDEST).date()
    late = [n for n in values.good() if any(days[n] is not None and days[n] > first for _, days in told)]
    found = Client.objects.in_bulk({pk for n in late if (pk := clients[n]) is not None}) if late else {}
    for n in late:
        pk = clients[n]
        if pk is None:
            continue
        today = found[pk].local_date(now)
        for column, days in told:
            if days[n] is not None and days[n] > today:
                values.reject(n, f"{column}: {STILL_TO_COME}")


def link(values: Values, column: str, ids: list[int | None], attname: str, position: int) -> dict[str, int | None]:
    """The foreign key's value, if the file speaks of it."""
    return {attname: ids[position]} if values.has(column) else {}


def still_here(ids: Iterable[int]) -> list[int]:
    return sorted(Client.objects.filter(pk__in=set(ids)).values_list("pk", flat=True))
