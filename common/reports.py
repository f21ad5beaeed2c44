"""Reports to take away: one shape for the page's file, its workbook and its print.

A report is what finance would sign: a title that states the finding, as of when, in what currency, cut how, from
where, whether it ties; then columns and rows. Each app hands its reports over here by name, in its `ready`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from django.http import HttpResponseBase

from common.exports import About, file_response
from common.figures import Figure
from common.registry import Registry

if TYPE_CHECKING:
    from people.models import User  # types only: common imports no app at run time

PRINTED: Final = 1_000
"""Rows of a table that are printed; a list that may be longer reads no more than these and says how many there are."""
Way = Literal["text", "amount", "ratio", "count", "days", "day"]
"""How a column prints: amounts at the minor unit, ratios as percentages, days with a tenth."""


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """key: as files head it. label: as people read it. strong: set bold in print, a total or result."""

    key: str
    label: str
    way: Way = "text"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table under its heading. rows: cells by column, None unknown; a Figure prints by its own unit.

    total: a last row of the same columns. strong: places of rows that are results. count: how many rows there are,
    where `rows` holds only the first of them. note: what stands below, and alone where there are no rows.
    """

    heading: str
    columns: tuple[ReportColumn, ...]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] = ()
    strong: frozenset[int] = frozenset()
    count: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """rows: cells by column, None unknown; a Figure prints by its own unit, and is its value in a file.

    total: a last row of the same columns, printed but in no file. filters: label and value, blank reads "all".
    tie_out: what it is tied to, in words, blank where nothing is. heading, strong, count: as of a ReportTable.
    more: further tables, printed but in no file. signatures: who signs below, each a line. picture: an SVG drawing
    with fixed colours, printed above the table, which says the same. dense: the further tables in two columns and
    small, so that a report of many short ones is one sheet. beside: in two columns at the size of the first.
    """

    name: str
    title: str
    finding: str
    as_of: datetime
    columns: tuple[ReportColumn, ...]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] = ()
    period: str = ""
    currency: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    source: str = ""
    notes: tuple[str, ...] = ()
    tie_out: str = ""
    heading: str = ""
    strong: frozenset[int] = frozenset()
    count: int | None = None
    more: tuple[ReportTable, ...] = ()
    signatures: tuple[str, ...] = ()
    picture: str = ""
    dense: bool = False
    beside: bool = False

    @property
    def tables(self) -> tuple[ReportTable, ...]:
        own = ReportTable(self.heading, self.columns, self.rows, self.total, self.strong, self.count)
        return (own, *self.more)

    @property
    def head(self) -> list[str]:
        return [column.key for column in self.columns]

    def about(self) -> About:
        notes = (*([self.tie_out] if self.tie_out else []), *self.notes)
        ways = tuple("" if column.way in ("text", "day") else column.way for column in self.columns)
        return About(
            self.title, self.finding, self.as_of, self.period, self.currency, self.filters, self.source, notes, ways
        )


@dataclass(frozen=True, slots=True)
class ReportKind:
    """roles: who may ask. read: the report as this reader may see it, from the query of the page's address.

    read raises Http404 for what is out of sight. Field classes hold inside it: a column out of class is not there.
    check raises Http404 for a query that no report can be made of, before a worker is asked.
    """

    label: str
    roles: frozenset[str]
    read: Callable[[User, Mapping[str, str], datetime], Report]
    check: Callable[[Mapping[str, str], datetime], object] | None = None


report_kinds: Registry[ReportKind] = Registry("report kinds")


def report_file(name: str, user: User, query: Mapping[str, str], now: datetime, file_kind: str) -> HttpResponseBase:
    """The rows of a report as CSV or XLSX."""
    report = report_kinds[name].read(user, query, now)
    rows = ([cell.value if isinstance(cell, Figure) else cell for cell in row] for row in report.rows)
    return file_response(file_kind, report.name, report.head, rows, report.about())
