"""What a JSON of Google Analytics 4 says of the report of its name: days, totals, and rows of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from common.imports import Unusable
from portfolio.imports.files import Sheet
from portfolio.imports.sources.ga4_words import DIGITS, day_of


@dataclass(frozen=True, slots=True)
class Beside:
    """What a JSON says of the report of the same name. parts: totals by the values of a dimension, by its name."""

    property: str
    first: date | None
    last: date | None
    totals: Mapping[str, Decimal]
    parts: Mapping[str, Mapping[str, Decimal]]
    data: Sequence[Mapping[str, Any]]
    sampled: bool


def stem_of(sheet: Sheet) -> str:
    return PurePath(sheet.name).stem.lower()


def is_json(sheet: Sheet) -> bool:
    return sheet.rows[0][0].lstrip("\ufeff \r\n\t").startswith("{")


def beside_of(sheet: Sheet) -> Beside:
    try:
        told = json.loads(sheet.rows[0][0], parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{sheet.name} is no whole JSON: {str(error)[:100]}.") from error
    query, totals = told.get("query"), told.get("totals") or {}
    if not isinstance(query, dict) or not isinstance(totals, dict):
        raise Unusable(f"{sheet.name} has no query and totals as reports of Google Analytics have.")
    first, last = _asked(query, str(told.get("taken_at") or ""))
    data = told.get("data") or []
    return Beside(
        property=str(told.get("agency") or ""),
        first=first,
        last=last,
        totals=_decimals(totals),
        parts={name.removeprefix("by_"): _decimals(part) for name, part in totals.items() if isinstance(part, dict)},
        data=[row for row in data if isinstance(row, dict)] if isinstance(data, list) else [],
        sampled=bool(told.get("sampling")),
    )


def _decimals(cells: Mapping[str, Any]) -> dict[str, Decimal]:
    """Those that are numbers."""
    return {
        name: Decimal(cell)
        for name, cell in cells.items()
        if isinstance(cell, int | Decimal) and not isinstance(cell, bool) and Decimal(cell).adjusted() < DIGITS
    }


def _asked(query: Mapping[str, Any], taken: str) -> tuple[date | None, date | None]:
    """The days a query asked for, told from the day it was taken."""
    asked = query.get("dateRanges")
    ranges = asked[0] if isinstance(asked, list) and asked and isinstance(asked[0], dict) else {}
    day = day_of(taken[:10])

    def told(word: str) -> date | None:
        back = re.fullmatch(r"(\d{1,4})daysAgo", word)
        steps = int(back[1]) if back else {"yesterday": 1, "today": 0}.get(word)
        return day_of(word) if steps is None else day - timedelta(days=steps) if day else None

    return told(str(ranges.get("startDate") or "")), told(str(ranges.get("endDate") or ""))
