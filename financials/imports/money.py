"""Ledger rows, budgets and exchange rates from a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings

from accounts.imports.sight import Sight, client_ids
from common.fx import MissingRate, RateRow, Rates, missing_rates
from common.imports import (
    CannotUndo,
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Note,
    Values,
    save_records,
    undo_records,
)
from common.imports.columns import amount, currency, hours_planned, month, rate, reference, text
from common.imports.columns import choice as one_of
from common.models import FxRate, ImportChange
from common.periods import format_month
from common.policies import DIRECTOR, FINANCE
from financials.actions.ledger import (
    BuiltUpon,
    MonthsClosed,
    closed_months,
    post,
    take_back,
)
from financials.models import WORKED_LINES, BudgetLine, Contract, LedgerEntry, Line


def load_ledger(values: Values, context: LoadContext) -> Counts:
    with context.step("look up"):
        sight = Sight(context)
        clients = client_ids(values, sight)
        contracts = contract_ids(values, clients)
        _reject_poolless(values, clients, sight)
        _reject_foreign(values, sight)
    columns = values.columns
    cells = (
        columns["source_ref"],
        clients,
        contracts,
        _blank_as_empty(columns["service_line"]),
        columns["month"],
        columns["line"],
        columns["amount"],
        columns["currency"],
        _blank_as_empty(columns["description"]),
    )
    rejected = values.table.rejected
    rows = (row for position, row in enumerate(zip(*cells, strict=True)) if position not in rejected)
    absent = {"contract_id": "contract", "service_line": "service_line", "description": "description"}
    posted = post(
        rows=rows,
        actor=context.actor,
        now=context.now,
        batch_id=context.batch_id,
        leave_alone=frozenset(field for field, column in absent.items() if not values.has(column)),
        step=context.step,
    )
    notes = [Note("Rows of closed months: posted to the first open month.", posted.late)] if posted.late else []
    notes += _without_rate(values)
    return Counts(posted.created, posted.updated, posted.unchanged, notes)


def _without_rate(values: Values) -> list[Note]:
    """What lands but cannot be converted yet: figures of these months stay unknown. One query."""
    columns, to = values.columns, str(settings.REPORTING_CURRENCY)
    needed = {(columns["currency"][at], columns["month"][at]) for at in values.good()}
    needed = {(code, month) for code, month in needed if code != to}
    if not needed:
        return []
    rows = FxRate.objects.values_list("month", "base", "quote", "average", "closing")
    gaps = missing_rates(Rates(RateRow(*row) for row in rows), needed, to)
    told = tuple(f"{gap.pair} {format_month(gap.month)}" for gap in gaps)
    said = f"Currencies without a rate to {to}: figures of these months stay unknown until one is loaded (fx)."
    return [Note(said, len(told), told)] if told else []


def _blank_as_empty(cells: list[Any]) -> list[str]:
    return ["" if cell is None else cell for cell in cells]


def contract_ids(values: Values, clients: list[int | None]) -> list[int | None]:
    """A contract must be the row's client's own; another's is as unknown as one that is missing."""
    cells = values.columns["contract"]
    named = {cell for cell in cells if cell is not None}
    rows = Contract.objects.filter(number__in=named).values_list("number", "pk", "client_id")
    known: dict[tuple[str, int | None], int] = {(number, client): pk for number, pk, client in rows}
    found = [None if cell is None else known.get((cell, client)) for cell, client in zip(cells, clients, strict=True)]
    if named:
        for position in list(values.good()):
            if found[position] is None and cells[position] is not None:
                values.reject(position, f"contract “{cells[position]}” is unknown at this client")
    return found


def _reject_poolless(values: Values, clients: list[int | None], sight: Sight) -> None:
    """A row without a client is the firm's overhead pool, which finance keeps."""
    if None not in clients:
        return
    lines, may_pool = values.columns["line"], sight.user is None or sight.user.role == FINANCE
    for position in list(values.good()):
        if clients[position] is not None:
            continue
        if lines[position] != Line.OVERHEAD:
            values.reject(position, "client is missing: only overhead may have none")
        elif not may_pool:
            values.reject(position, "overhead without a client is posted by finance")


def _reject_foreign(values: Values, sight: Sight) -> None:
    """A source_ref that stands for a client out of sight is not this loader's to reverse."""
    if sight.user is None or sight.user.role == FINANCE:
        return
    refs = {values.columns["source_ref"][position] for position in values.good()}
    mine = LedgerEntry.objects.filter(source_ref__in=refs)
    foreign = set(mine.exclude(client__in=sight.client_ids).values_list("source_ref", flat=True))
    for position in list(values.good()) if foreign else ():
        ref = values.columns["source_ref"][position]
        if ref in foreign:
            values.reject(position, f"source_ref “{ref}” is already in use by a row that is not yours to change")


def undo_ledger(batch_id: int, context: LoadContext) -> int:
    try:
        return take_back(batch_id=batch_id, actor=context.actor)
    except MonthsClosed as closed:
        raise CannotUndo([f"{day:%Y-%m} has been closed since" for day in closed.months]) from closed
    except BuiltUpon as later:
        raise CannotUndo([f"ledger row “{ref}” was posted again since" for ref in later.refs]) from later


def load_budgets(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients = client_ids(values, sight)
    contracts = contract_ids(values, clients)
    columns, good = values.columns, list(values.good())
    lines = BudgetLine.objects.select_for_update(of=("self",)).filter(
        client__in={clients[position] for position in good}, version_name__in={columns["version"][p] for p in good}
    )
    existing = {
        (row.version_name, row.client_id, row.contract_id, row.service_line, row.month, row.line): row for row in lines
    }
    reader = FieldReader(BudgetLine, values, {"amount": "amount", "currency": "currency", "hours": "hours"})
    incoming = []
    for position in list(values.good()):
        if columns["hours"][position] is not None and columns["line"][position] not in WORKED_LINES:
            values.reject(position, f"hours stand on {' and '.join(WORKED_LINES)} alone: leave them blank here")
            continue
        own = {
            "version_name": columns["version"][position],
            "client_id": clients[position],
            "contract_id": contracts[position],
            "service_line": columns["service_line"][position] or "",
            "month": columns["month"][position],
            "line": columns["line"][position],
        }
        incoming.append(Incoming(position, tuple(own.values()), reader.at(position), own))
    return Counts.of(save_records(context, BudgetLine, incoming, existing).status.values())


def load_fx(values: Values, context: LoadContext) -> Counts:
    columns = values.columns
    months = {columns["month"][position] for position in values.good()}
    rates = FxRate.objects.select_for_update().filter(month__in=months)
    existing = {(row.month, row.base, row.quote): row for row in rates}
    reader, closed = FieldReader(FxRate, values, {"average": "average", "closing": "closing"}), closed_months()
    known = Rates(RateRow(*row) for row in FxRate.objects.values_list("month", "base", "quote", "average", "closing"))
    incoming = []
    for position in list(values.good()):
        key = (columns["month"][position], columns["base"][position], columns["quote"][position])
        fields = reader.at(position)
        reason = _fx_fault(key, existing.get(key), fields, closed, known)
        if reason:
            values.reject(position, reason)
            continue
        incoming.append(Incoming(position, key, fields, dict(zip(("month", "base", "quote"), key, strict=True))))
    return Counts.of(save_records(context, FxRate, incoming, existing).status.values())


def _fx_fault(
    key: tuple[date, str, str], stands: FxRate | None, fields: dict[str, Any], closed: frozenset[date], known: Rates
) -> str:
    """A closed month's figures do not move: neither by another rate, nor by a first one where the pair had already been
    found by its inverse, by a cross or held over."""
    day, base, quote = key
    if base == quote:
        return "base and quote are the same currency"
    if day not in closed:
        return ""
    if stands is not None:
        moved = any(getattr(stands, name) != value for name, value in fields.items())
        return f"{day:%Y-%m} is closed: its rate no longer moves" if moved else ""
    try:
        known.rate(base, quote, day, via=settings.REPORTING_CURRENCY)
    except MissingRate:
        return ""
    return f"{day:%Y-%m} is closed: its figures stand on another rate of {base} and {quote}"


def undo_fx(batch_id: int, context: LoadContext) -> int:
    """By the recorded changes, unless a month they are of was closed since."""
    rows = ImportChange.objects.filter(batch=batch_id, table="common.fxrate").values_list("object_id", flat=True)
    shut = FxRate.objects.filter(pk__in=list(rows), month__in=closed_months()).order_by("month")
    if months := list(dict.fromkeys(shut.values_list("month", flat=True))):
        raise CannotUndo([f"{day:%Y-%m} has been closed since" for day in months])
    return sum(len(ids) for ids in undo_records(batch_id).values())


_CLIENT = Column("client", reference(80), required=True, sample="kestrel-air")
_CONTRACT = Column("contract", reference(60), about="number of a contract of this client", sample="")
_SERVICE_LINE = Column("service_line", text(80), sample="Media")
_MONTH = Column("month", month, required=True, sample="2026-10")
_LINE = Column("line", one_of(Line.values), required=True, about="costs are positive amounts", sample="gross_revenue")
_AMOUNT = Column("amount", amount, required=True, sample="84500.00")
_CURRENCY = Column("currency", currency, required=True, sample="GBP")

LEDGER = ImportKind(
    name="ledger",
    label="Ledger",
    about="Posted revenue and cost. Match on source_ref. Rows are never updated: a changed row is reversed and posted "
    "anew; in a closed month both post to the first open month.",
    columns=(
        Column("source_ref", reference(120), required=True, about="your system's id of the row", sample="JRN-20418-3"),
        Column("client", reference(80), about="blank only on overhead", sample="kestrel-air"),
        _CONTRACT,
        _SERVICE_LINE,
        _MONTH,
        _LINE,
        _AMOUNT,
        _CURRENCY,
        Column("description", text(300), sample="October retainer"),
    ),
    key=("source_ref",),
    load=load_ledger,
    roles=frozenset({DIRECTOR, FINANCE}),
    undo=undo_ledger,
)

BUDGETS = ImportKind(
    name="budgets",
    label="Budgets",
    about="A version of the plan in money. Match on version, client, contract, service_line, month and line.",
    columns=(
        Column("version", reference(40), required=True, sample="2027 v1"),
        _CLIENT,
        _CONTRACT,
        _SERVICE_LINE,
        _MONTH,
        _LINE,
        _AMOUNT,
        _CURRENCY,
        Column("hours", hours_planned, about="on delivery_labour and freelancers; blank: not planned", sample=""),
    ),
    key=("version", "client", "contract", "service_line", "month", "line"),
    load=load_budgets,
    roles=frozenset({DIRECTOR, FINANCE}),
)

FX = ImportKind(
    name="fx",
    label="Exchange rates",
    about="Quote units for one base, by month. Match on month, base and quote.",
    columns=(
        _MONTH,
        Column("base", currency, required=True, sample="GBP"),
        Column("quote", currency, required=True, sample="USD"),
        Column("average", rate, required=True, about="of the month", sample="1.3342"),
        Column("closing", rate, about="at the month's end", sample="1.3291"),
    ),
    key=("month", "base", "quote"),
    load=load_fx,
    roles=frozenset({FINANCE}),
    undo=undo_fx,
)
