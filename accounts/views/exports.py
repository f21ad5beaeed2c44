"""A table as the file that was asked for."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponseBase

from accounts.queries.tables import Table
from common.exports import About, csv_response, query_filters, xlsx_response


def file_response(table: Table, file_kind: str, name: str, about: About) -> HttpResponseBase:
    """file_kind: csv or xlsx. about: what the list shows, for the workbook's second sheet."""
    if file_kind == "csv":
        return csv_response(name, table.head, table.rows)
    return xlsx_response(name, table.head, table.rows, about=about)


def about_of(request: HttpRequest, title: str, now: datetime, *, source: str = "") -> About:
    return About(title, as_of=now, filters=query_filters(request.GET), source=source)
