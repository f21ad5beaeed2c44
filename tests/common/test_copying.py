"""Rows by COPY come out as they went in, whatever is in them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from common import copying
from common.copying import Cell, copy_rows

TEXTS = ["", "plain", "a b", "\\N", "\\", "tab\there", "two\r\nlines", "Ünïcode", "plain"]


@pytest.mark.django_db
def test_every_kind_of_cell_over_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_BLOCK", 4)
    amounts = [Decimal("1.50"), None, Decimal("-0.0001"), Decimal(7)]
    rows: list[tuple[Cell, ...]] = [
        (
            number,
            text,
            amounts[number % 4],
            date(2026, 1, 1 + number % 2),
            bool(number % 2),
            None if number % 3 else number,
        )
        for number, text in enumerate(TEXTS)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE copied (number int, text text, amount numeric, day date, flag boolean, spare int)"
        )
        assert copy_rows("copied", ("number", "text", "amount", "day", "flag", "spare"), rows) == len(TEXTS)
        assert copy_rows("copied", ("number",), []) == 0
        cursor.execute("SELECT * FROM copied ORDER BY number")
        assert cursor.fetchall() == rows
