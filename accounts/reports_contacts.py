"""Contacts to take away, as the list shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from accounts.queries.contacts import contact_rows, find_contacts
from common.formats import plural
from common.policies import CLIENT_READERS, LEGAL
from common.reports import Report, ReportColumn, ReportKind, report_kinds

if TYPE_CHECKING:
    from people.models import User


def contacts(user: User, query: Mapping[str, str], now: datetime) -> Report:
    q, kind = query.get("q", ""), query.get("kind", "")
    rows = contact_rows(user, list(find_contacts(user, q=q, kind=kind)))
    return Report(
        name="contacts",
        title="Contacts",
        finding=plural(len(rows), "person", "people") if rows else "Nobody matches",
        as_of=now,
        columns=(
            ReportColumn("key", "Key"), ReportColumn("name", "Name"), ReportColumn("title", "Title"),
            ReportColumn("where", "Where"), ReportColumn("kind", "Who they are"), ReportColumn("email", "E-mail"),
            ReportColumn("last_touch", "Last touch", "day"),
        ),
        rows=[[row.key, row.name, row.title, row.where, row.kind, row.email, row.last_touch] for row in rows],
        filters=(("Search", q), ("Who", kind)),
        source="contacts and touchpoints as they stand now",
    )  # fmt: skip


def register() -> None:
    report_kinds.register("contacts", ReportKind("Contacts", CLIENT_READERS - {LEGAL}, contacts))
