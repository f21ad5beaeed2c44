"""Price indexes: their levels, what they say of uplifts, and which contracts name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet

from common.figures import Figure, figure_id
from common.formats import plural
from common.periods import Month, month_label, month_of
from financials.access import contracts_for, index_readings_for
from financials.calc.index_readings import IndexChange, newest_change
from financials.calc.notice import InvalidUplift, Uplift, parse_uplift
from financials.models import Contract, IndexReading
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

HEAD: Final = ("index", "month", "value", "source")
"""The columns of the import kind: the file loads again as it is."""
WAYS: Final = ("", "", "rate", "")
SHOWN: Final = 13
MOST_CONTRACTS: Final = 12


def load_changes(through: date) -> dict[str, IndexChange]:
    """By index, its newest change known in the month of the day. One query."""
    month = month_of(through)
    levels: dict[str, dict[Month, Any]] = defaultdict(dict)
    for index, of, value in IndexReading.objects.filter(month__lte=month).values_list("index", "month", "value"):
        levels[index][of] = value
    found = {index: newest_change(index, several, month) for index, several in levels.items()}
    return {index: change for index, change in found.items() if change is not None}


def uplift_of(text: str) -> Uplift | None:
    """None for none, and for an old one that can no longer be read."""
    try:
        return parse_uplift(text)
    except InvalidUplift:
        return None


def contracts_naming(indexes: Iterable[str], contracts: QuerySet[Contract]) -> list[Contract]:
    """Of these contracts, those whose uplift goes by one of the indexes. One query."""
    wanted = set(indexes)
    rows = contracts.filter(uplift__contains=":").select_related("client").order_by("client__name", "number")
    return [one for one in rows if (uplift := uplift_of(one.uplift)) is not None and uplift.index in wanted]


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One index: its newest change, its latest months, and the contracts in sight that name it."""

    index: str
    change: Figure
    month: Month | None
    readings: tuple[IndexReading, ...]
    contracts: tuple[Contract, ...]
    more: int

    @property
    def label(self) -> str:
        return self.index.upper()


@dataclass(frozen=True, slots=True)
class IndexPage:
    rows: tuple[IndexRow, ...]
    can_edit: bool

    @property
    def finding(self) -> str:
        unread = [row.label for row in self.rows if row.change.value is None and row.contracts]
        if unread:
            return f"{', '.join(unread)} without a reading: contracts that name it count at their floor"
        if not self.rows:
            return "No price index yet"
        newest = max(row.month for row in self.rows if row.month is not None)
        return f"{plural(len(self.rows), 'price index', 'price indexes')}, the newest of {month_label(newest)}"


def change_figure(index: str, change: IndexChange | None) -> Figure:
    label = f"{index.upper()}, change over twelve months"
    return Figure(figure_id("index.change", index=index), label, change.change if change else None, "ratio")


def load_index_page(user: User, *, today: date) -> IndexPage:
    """Two queries, whatever the number of readings and contracts."""
    readings: dict[str, list[IndexReading]] = defaultdict(list)
    for one in index_readings_for(user).order_by("index", "-month"):
        readings[one.index].append(one)
    named: dict[str, list[Contract]] = defaultdict(list)
    for contract in contracts_for(user).filter(uplift__contains=":").select_related("client").order_by("number"):
        uplift = uplift_of(contract.uplift)
        if uplift is not None and uplift.index:
            named[uplift.index].append(contract)
    rows = []
    for index in sorted(readings.keys() | named.keys()):
        levels = {one.month: one.value for one in readings[index]}
        change = newest_change(index, levels, month_of(today))
        rows.append(
            IndexRow(
                index=index,
                change=change_figure(index, change),
                month=change.month if change else None,
                readings=tuple(readings[index][:SHOWN]),
                contracts=tuple(named[index][:MOST_CONTRACTS]),
                more=max(0, len(named[index]) - MOST_CONTRACTS),
            )
        )
    return IndexPage(tuple(rows), abilities_of(user).edit_rates)


def file_rows(user: User) -> list[tuple[object, ...]]:
    rows = index_readings_for(user).order_by("index", "month").values_list("index", "month", "value", "source")
    return [(index, f"{month:%Y-%m}", value, source) for index, month, value, source in rows]


def fractions(changes: Mapping[str, IndexChange]) -> dict[str, Any]:
    """As the forecast reads them."""
    return {index: one.change for index, one in changes.items()}
