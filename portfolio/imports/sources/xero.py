"""Xero's tables of contacts, invoices and invoice lines, as its connectors export them.

What we are owed becomes invoices: type ACCREC, approved or paid. Bills of suppliers, voided and deleted rows are left
out, and said. A client's key is the contact's id. Where the lines are at hand, each invoice is checked against them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from common.imports import Note, Table, Unusable
from common.money import ZERO
from portfolio.imports.files import Sheet
from portfolio.imports.sources import Part, Source, sources

CONTACTS: Final = "xero_contact_data.csv"
INVOICES: Final = "xero_invoice_data.csv"
LINES: Final = "xero_invoice_line_item_data.csv"
FILES: Final[dict[str, tuple[str, ...]]] = {
    CONTACTS: ("contact_id", "name"),
    INVOICES: (
        "invoice_id",
        "contact_id",
        "invoice_number",
        "date",
        "due_date",
        "fully_paid_on_date",
        "sub_total",
        "total_tax",
        "total",
        "currency_code",
        "status",
        "type",
        "reference",
    ),
    LINES: ("invoice_id", "line_amount"),
}
_KINDS: Final = {"clients": CONTACTS, "invoices": INVOICES}
OWED: Final = "ACCREC"
COUNTED: Final = frozenset({"AUTHORISED", "PAID"})
TOLERANCE: Final = Decimal("0.01")
"""Xero rounds tax by line: subtotal and tax may miss the total by a cent."""


def convert(kind: str, sheets: Sequence[Sheet], options: Mapping[str, str]) -> list[Part]:
    if kind != "bundle":
        return _parts({_KINDS[kind]: sheets[0]})
    found = {sheet.name.lower(): sheet for sheet in sheets}
    missing = [name for name in (CONTACTS, INVOICES) if name not in found]
    if missing:
        raise Unusable(
            f"The bundle lacks {', '.join(missing)}. A Xero bundle is {', '.join(FILES)}; the last may lack."
        )
    return _parts(found)


def _parts(found: Mapping[str, Sheet]) -> list[Part]:
    for name, columns in FILES.items():
        lacking = [column for column in columns if name in found and column not in found[name].header]
        if lacking:
            raise Unusable(f"{found[name].name} lacks the column {', '.join(lacking)}.")
    parts, invoices = [], found.get(INVOICES)
    if CONTACTS in found:
        parts.append(Part("clients", found[CONTACTS], _clients(found[CONTACTS], invoices)))
    if invoices:
        parts.append(Part("invoices", invoices, _invoices(invoices, found.get(LINES))))
    return parts


def _clients(sheet: Sheet, invoices: Sheet | None) -> Table:
    """With invoices at hand, the contacts who owe; suppliers are none of ours."""
    ids, names = sheet.column("contact_id"), sheet.column("name")
    places = list(range(len(ids)))
    if invoices is not None:
        owing = {invoices.column("contact_id")[place] for place in _owed(invoices)}
        places = [place for place in places if ids[place] in owing]
    table = _picked(sheet, places, {"key": ids, "name": names})
    if invoices is not None:
        table.notes.append(Note("Contacts we only buy from are left out.", len(ids) - len(places)))
    return table


def _owed(sheet: Sheet) -> list[int]:
    types, states = sheet.column("type"), sheet.column("status")
    return [place for place in range(len(types)) if types[place] == OWED and states[place] in COUNTED]


def _invoices(sheet: Sheet, lines: Sheet | None) -> Table:
    places = _owed(sheet)
    columns = {
        "number": sheet.column("invoice_number"),
        "client": sheet.column("contact_id"),
        "issued": sheet.column("date"),
        "due": [due or issued for due, issued in zip(sheet.column("due_date"), sheet.column("date"), strict=True)],
        "amount": sheet.column("total"),
        "currency": sheet.column("currency_code"),
        "paid_on": sheet.column("fully_paid_on_date"),
        "po_number": sheet.column("reference"),
    }
    table = _picked(sheet, places, columns)
    left_out = Counter(zip(sheet.column("type"), sheet.column("status"), strict=True))
    for (what, state), count in sorted(left_out.items()):
        if what != OWED or state not in COUNTED:
            table.notes.append(Note(f"{what} {state.lower()}: not owed to us, left out.", count))
    _check(table, sheet, places, lines)
    return table


def _check(table: Table, sheet: Sheet, places: Sequence[int], lines: Sheet | None) -> None:
    """An invoice whose parts do not make its total is refused: nobody knows which figure is meant."""
    by_invoice = _sums(lines) if lines is not None else None
    ids, parts = sheet.column("invoice_id"), [sheet.column(name) for name in ("sub_total", "total_tax", "total")]
    off = 0
    for position, place in enumerate(places):
        subtotal, tax, total = (_decimal(column[place]) for column in parts)
        gap = abs(subtotal + tax - total)
        off += ZERO < gap <= TOLERANCE
        if gap > TOLERANCE:
            table.rejected[position].append(f"sub_total {subtotal} + total_tax {tax} is not total {total}")
        if by_invoice is not None and by_invoice[ids[place]] != subtotal:
            table.rejected[position].append(f"its lines come to {by_invoice[ids[place]]}, sub_total is {subtotal}")
    if by_invoice is None:
        table.notes.append(Note("Without the invoice lines, totals were checked against subtotal and tax only."))
    if off:
        table.notes.append(Note("Subtotal and tax miss the total by a cent, as tax is rounded by line.", off))


def _sums(lines: Sheet) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for invoice, amount in zip(lines.column("invoice_id"), lines.column("line_amount"), strict=True):
        sums[invoice] += _decimal(amount)
    return sums


def _decimal(text: str) -> Decimal:
    """A cell that is no number counts as nothing here: the column's own rule refuses its row by name."""
    try:
        value = Decimal(text.strip() or "0")
    except InvalidOperation:
        return ZERO
    return value if value.is_finite() else ZERO


def _picked(sheet: Sheet, places: Sequence[int], columns: Mapping[str, Sequence[str]]) -> Table:
    table = Table(
        sheet.header,
        [sheet.rows[place] for place in places],
        [sheet.lines[place] for place in places],
        {name: tuple(cells[place] for place in places) for name, cells in columns.items()},
    )
    table.notes.extend(sheet.notes)
    for position, place in enumerate(places):
        if place in sheet.short:
            table.rejected[position].append(sheet.short[place])
    return table


sources.register("xero", Source("xero", "Xero", convert, bundle=tuple(FILES), kinds=tuple(_KINDS)))
