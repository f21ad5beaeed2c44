"""The product's own columns: one file, one kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from rapidfuzz import process

from common.imports import ImportKind, Note, Table, Unusable, kinds
from portfolio.imports.files import Sheet
from portfolio.imports.sources import Part, Source, sources

FROM_REJECTS = frozenset({"line", "file_line", "reason"})
"""Columns a rejects file carries: mended, it is loaded as it is."""


LOAD_ORDER = (
    "people",
    "clients",
    "teams",
    "contacts",
    "influences",
    "bonds",
    "introductions",
    "touchpoints",
    "asks",
    "commitments",
    "reviews",
    "themes",
    "insights",
    "feedback",
    "intelligence",
    "web_analytics",
    "kpi_definitions",
    "kpis",
    "kpi_targets",
    "readings",
    "campaigns",
    "campaign_spend",
    "benefits",
    "benefit_amounts",
    "value_costs",
    "plans",
    "imperatives",
    "objectives",
    "plan_measures",
    "plan_readings",
    "initiatives",
    "plan_milestones",
    "actions",
    "plan_facts",
    "plan_targets",
    "offerings",
    "business_units",
    "whitespace",
    "opportunities",
    "contracts",
    "milestones",
    "estimates",
    "terms",
    "alignment",
    "fx",
    "index_readings",
    "rates",
    "time",
    "ledger",
    "budgets",
    "targets",
    "purchase_orders",
    "invoices",
)
"""What refers to something comes after it."""


def convert(kind: str, sheets: Sequence[Sheet], options: Mapping[str, str]) -> list[Part]:
    if kind != "bundle":
        return [Part(kind, sheet, table_of(sheet, kinds[kind])) for sheet in sheets]
    strange = [sheet.name for sheet in sheets if _kind_of(sheet) not in LOAD_ORDER]
    if strange or not sheets:
        raise Unusable(
            f"{', '.join(strange) or 'The folder'} names no kind: the files of a bundle are called "
            f"{', '.join(f'{name}.csv' for name in LOAD_ORDER)}, or .xlsx; not all need be there."
        )
    return [
        Part(_kind_of(sheet), sheet, table_of(sheet, kinds[_kind_of(sheet)]))
        for sheet in sorted(sheets, key=lambda sheet: LOAD_ORDER.index(_kind_of(sheet)))
    ]


def _kind_of(sheet: Sheet) -> str:
    return PurePath(sheet.name).stem.lower()


def table_of(sheet: Sheet, kind: ImportKind) -> Table:
    """Known columns only. Raises Unusable when a required one is missing."""
    known = [column.name for column in kind.columns]
    strange = [name for name in sheet.header if name not in known and name not in FROM_REJECTS]
    missing = [name for name in kind.required if name not in sheet.header]
    if missing:
        raise Unusable(
            f"{sheet.name} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}, which {kind.name} needs"
            f"{_meant(missing, strange)}. It has: {', '.join(name or '(unnamed)' for name in sheet.header)}."
        )
    columns = {name: sheet.column(name) for name in sheet.header if name in known}
    table = Table(sheet.header, sheet.rows, sheet.lines, columns)
    for position, reason in sheet.short.items():
        table.rejected[position].append(reason)
    table.notes.extend(sheet.notes)
    if strange:
        names = tuple(name or "(unnamed)" for name in strange)
        table.notes.append(Note(f"Columns not read, as {kind.name} has none of that name.", len(names), names))
    return table


def _meant(missing: list[str], strange: list[str]) -> str:
    pairs = []
    for name in missing:
        near = process.extractOne(name, strange, score_cutoff=75) if strange else None
        if near:
            pairs.append(f"“{near[0]}” is {name}?")
    return f" ({' '.join(pairs)})" if pairs else ""


_FILES = tuple(f"{name}.{ending}" for name in LOAD_ORDER for ending in ("csv", "xlsx"))

sources.register("neutral", Source("neutral", "Neutral CSV or XLSX", convert, bundle=_FILES))
