"""The stakeholder map, and what changed on it, to take away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import Http404, QueryDict

from accounts.access import NOT_FOUND, get_client_for
from accounts.forms.map_edits import days_of
from accounts.models import Client
from accounts.queries.map_export import picture_of, svg_of
from accounts.queries.map_history import MapChanges, load_changes
from accounts.queries.stakeholders import stakeholder_book
from common.formats import DASH, day
from common.policies import CLIENT_READERS, LEGAL
from common.reports import Report, ReportColumn, ReportKind, report_kinds
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


def _client(user: User, query: Mapping[str, str]) -> Client:
    if not abilities_of(user).see_relationships:
        raise Http404(NOT_FOUND)
    return get_client_for(user, query.get("client", ""))


def org_map(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """audience=client leaves out all that we judge; the table is the picture in words."""
    client = _client(user, query)
    safe = query.get("audience") != "internal"
    book = stakeholder_book(user, client, client.local_date(now))
    picture = picture_of(book, client, "client" if safe else "internal")
    rows = [row for row in book.rows if row.identified or not safe]
    if safe:
        rows.sort(key=lambda row: row.name)
    columns = [ReportColumn("name", "Name"), ReportColumn("title", "Title"), ReportColumn("reports_to", "Reports to")]
    cells: list[list[Any]] = [[row.name, row.title or DASH, row.reports_to or DASH] for row in rows]
    if not safe:
        columns += [ReportColumn("power", "Power", "count"), ReportColumn("level", "Relationship")]
        cells = [[*cell, row.power, row.level_word or DASH] for cell, row in zip(cells, rows, strict=True)]
    return Report(
        name=f"map-{client.key}",
        title=f"People of {client.name}" if safe else f"Stakeholder map of {client.name}",
        finding=picture.finding if picture else "Nobody is on the map",
        as_of=now,
        columns=tuple(columns),
        rows=cells,
        filters=(("Client", client.name),),
        source="the map as it stands now",
        picture=svg_of(picture) if picture else "",
    )


def map_changes(user: User, query: Mapping[str, str], now: datetime) -> Report:
    client = _client(user, query)
    asked = QueryDict(mutable=True)
    asked.update({name: query.get(name, "") for name in ("from", "to")})
    found = load_changes(user, client, *days_of(asked, client.local_date(now)))
    return Report(
        name=f"map-changes-{client.key}",
        title=f"What changed on the map of {client.name}",
        finding=found.finding,
        as_of=now,
        columns=(
            ReportColumn("person", "Person"), ReportColumn("what", "What"), ReportColumn("before", "Before"),
            ReportColumn("after", "After"),
        ),
        rows=change_rows(found),
        period=f"{day(found.first)} to {day(found.last)}",
        filters=(("Client", client.name),),
        source="the history of the map",
    )  # fmt: skip


def change_rows(found: MapChanges) -> list[list[str]]:
    """Person, what, before and after."""
    rows = [[one.name, "Came", DASH, one.title or DASH] for one in found.came]
    rows += [[one.name, "Left", one.title or DASH, DASH] for one in found.left]
    rows += [[one.name, one.what, one.before, one.after] for one in found.moved]
    return rows + [[f"{one.source}, {one.target}", one.what, one.before, one.after] for one in found.lines]


def register() -> None:
    readers = CLIENT_READERS - {LEGAL}
    report_kinds.register("map", ReportKind("Stakeholder map", readers, org_map))
    report_kinds.register("map-changes", ReportKind("Changes of the map", readers, map_changes))
