"""A table as the file that was asked for."""

from __future__ import annotations

from django.http import HttpResponseBase

from accounts.queries.tables import Table
from common.exports import csv_response, xlsx_response


def file_response(table: Table, file_kind: str, name: str, about: str = "") -> HttpResponseBase:
    """file_kind: csv or xlsx."""
    if file_kind == "csv":
        return csv_response(name, table.head, table.rows)
    return xlsx_response(name, table.head, table.rows, about=about)
