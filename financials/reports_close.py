"""A month's close and its restatement on paper: every row of every block, and who signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404

from accounts.access import NOT_FOUND
from common.formats import ledger
from common.periods import InvalidPeriod, Month, month_add, month_of, parse_month
from common.reports import Report, ReportColumn, ReportTable, Way
from financials.queries.close_files import PARTS, file_rows
from financials.queries.close_page import ClosePage, load_close_page
from financials.queries.restatement import Restatement, load_restatement

if TYPE_CHECKING:
    from people.models import User

Columns = tuple[tuple[str, str, Way], ...]
_STATES: Final = {"ok": "Done", "open": "Open", "blocking": "Keeps the month open"}
_CHECKS: Final[Columns] = (
    ("check", "Check", "text"), ("kind", "Made by", "text"), ("state", "State", "text"), ("open", "Open", "count"),
    ("detail", "What is open, or the note", "text"), ("by", "By", "text"), ("at", "At", "text"),
)  # fmt: skip
_TIES: Final[Columns] = (
    ("currency", "Currency", "text"), ("ledger", "Ledger", "amount"), ("shown", "Shown", "amount"),
    ("difference", "Difference", "amount"), ("converted", "Converted", "amount"),
)  # fmt: skip
_ACCRUALS: Final[Columns] = (
    ("contract", "Contract", "text"), ("currency", "Currency", "text"), ("recognised", "Recognised", "amount"),
    ("billed", "Billed", "amount"), ("earned_not_billed", "Earned, not billed", "amount"),
    ("billed_not_earned", "Billed, not earned", "amount"), ("booked", "Booked", "amount"),
    ("accrual_posted", "Accrual posted", "amount"), ("to_post", "To post", "amount"),
    ("unknown_because", "Unknown because", "text"),
)  # fmt: skip
_LABOUR: Final[Columns] = (
    ("name", "Client", "text"), ("ledger", "Ledger", "amount"), ("time", "Hours × rate", "amount"),
    ("difference", "Difference", "amount"), ("hours", "Hours", "days"),
    ("unpriced_hours", "Hours without a rate", "days"), ("used", "Counts", "text"),
)  # fmt: skip
_LATE: Final[Columns] = (
    ("belongs_to", "Belongs to", "text"), ("name", "Client", "text"), ("line", "Line", "text"),
    ("amount", "Amount", "amount"), ("currency", "Currency", "text"), ("source_ref", "Reference", "text"),
    ("description", "Description", "text"),
)  # fmt: skip
MOST_LATE: Final = 1_000
"""As many late entries as the page reads."""


def month_asked(query: Mapping[str, str], now: datetime) -> Month:
    """`month`; without it the last one that has ended. Raises Http404 for one that has not begun, or is no month."""
    text = query.get("month", "")
    if not text:
        return month_add(month_of(now.date()), -1)
    try:
        month = parse_month(text)
    except InvalidPeriod:
        raise Http404(NOT_FOUND) from None
    if month > month_of(now.date()):
        raise Http404(NOT_FOUND)
    return month


def close(user: User, query: Mapping[str, str], now: datetime) -> Report:
    page = load_close_page(user, month_asked(query, now), now=now)
    checks = _table(page, "checklist", _CHECKS)
    return Report(
        name="close",
        title="Close",
        finding=page.finding,
        as_of=page.basis.as_of,
        period=page.label,
        currency=page.basis.currency,
        filters=() if page.whole_book else (("Clients", "in your sight"),),
        heading="Checklist",
        columns=checks.columns,
        rows=[
            [label, {"computed": "Product", "ticked": "Finance"}.get(kind, kind), _STATES.get(state, state), open_,
             detail if open_ or kind == "ticked" else "", by, at or ""]
            for label, kind, state, open_, detail, by, at in checks.rows
        ],
        more=tuple(_blocks(page)),
        source=page.source,
        tie_out=_tie_words(page),
        notes=tuple(page.problems),
        signatures=("Prepared by, date", "Approved by, date"),
    )  # fmt: skip


def _tie_words(page: ClosePage) -> str:
    currency, difference = page.basis.currency, page.ties[-1].difference.value
    return f"Ledger − shown = {ledger(difference, currency)} {currency}"


def _blocks(page: ClosePage) -> Iterator[ReportTable]:
    yield _ties(page)
    yield _profit(page)
    net = page.accrual_net
    yield _table(
        page, "accruals", _ACCRUALS,
        f"Earned less billed, all contracts, at closing rates: {ledger(net.value, net.unit)} {net.unit}."
        if page.accruals_all else "No signed work was in force.",
    )  # fmt: skip
    withheld = "Time of fewer than three people is not shown." if any(one.withheld for one in page.labour_all) else ""
    none = "" if page.labour_all else "Neither the ledger nor the time sheets hold labour of this month."
    yield _table(page, "labour", _LABOUR, withheld or none)
    if page.overhead is not None:
        yield _overhead(page)
    cut = f"The newest {MOST_LATE:,}; the ledger has more." if len(page.late) >= MOST_LATE else ""
    yield _table(page, "late", _LATE, cut if page.late else "None landed in this month.")
    yield _history(page)


def _table(page: ClosePage, part: str, columns: Columns, note: str = "") -> ReportTable:
    """A block of the month's files, in the columns that are printed."""
    head, rows = file_rows(page, part)
    places = [head.index(key) for key, _, _ in columns]
    printed = [[row[at] for at in places] for row in rows]
    return ReportTable(PARTS[part], _columns(columns), printed, note=note)


def _columns(columns: Columns) -> tuple[ReportColumn, ...]:
    return tuple(ReportColumn(*column) for column in columns)


def _ties(page: ClosePage) -> ReportTable:
    rows: list[list[Any]] = [
        [tie.currency or "All, converted", tie.ledger, tie.shown, tie.difference, tie.converted] for tie in page.ties
    ]
    words = "Operating profit by the ledger's entries, one by one, less what the ladder shows of it."
    return ReportTable("Tie-out", _columns(_TIES), rows[:-1], total=rows[-1], note=words)


def _profit(page: ClosePage) -> ReportTable:
    columns: Columns = (
        ("line", "Line", "text"), ("now", page.label, "amount"), ("before", f"{page.previous:%b %Y}", "amount"),
        ("moved", "Moved", "amount"),
    )  # fmt: skip
    return ReportTable(
        f"Profit and loss, {page.basis.currency}",
        _columns(columns),
        [[line.label, line.now, line.before, line.move] for line in page.pnl],
        strong=frozenset(at for at, line in enumerate(page.pnl) if line.kind == "total"),
        note="Costs negative; a plus is favourable.",
    )


def _overhead(page: ClosePage) -> ReportTable:
    pool = page.overhead
    assert pool is not None  # noqa: S101  # asked only where it is
    rows: list[Sequence[Any]] = [["Pool", pool.pool], [f"Of it {_spread(pool.driver)}", pool.spread]]
    rows += [[f"Share of {name}", share] for _, name, share in pool.shares]
    columns: Columns = (("what", "Overhead without a client", "text"), ("amount", "Amount", "amount"))
    note = "The largest shares." if len(pool.shares) > 1 else ""
    total = ["Not allocated", pool.unallocated]
    return ReportTable("Overhead pool", _columns(columns), rows, total=total, note=note)


def _spread(driver: str) -> str:
    return "spread" if driver == "not spread" else driver


def _history(page: ClosePage) -> ReportTable:
    rows = [
        [event.at, "Closed" if event.kind == "closed" else "Opened again", event.by, event.reason]
        for event in page.events
    ]
    columns: Columns = (("at", "At", "text"), ("what", "What", "text"), ("by", "By", "text"), ("why", "Why", "text"))
    return ReportTable("History", _columns(columns), rows, note="" if rows else _no_history(page))


def _no_history(page: ClosePage) -> str:
    return "Not closed yet." if page.whole_book else "With finance."


def restatement(user: User, query: Mapping[str, str], now: datetime) -> Report:
    month = month_asked(query, now)
    chosen = {name: _number(query.get(name, "")) for name in ("before", "after")}
    found = load_restatement(user, month, now=now, before=chosen["before"], after=chosen["after"])
    amounts: Columns = (
        ("before", "Before", "amount"), ("after", "After", "amount"), ("difference", "Difference", "amount"),
        ("late", "Late, in later months", "amount"),
    )  # fmt: skip
    return Report(
        name="restatement",
        title="Restatement",
        finding=found.finding,
        as_of=found.basis.as_of,
        period=found.label,
        currency=found.basis.currency,
        heading="What moved, by client and line",
        columns=_columns((("client", "Client", "text"), ("line", "Line", "text"), *amounts)),
        rows=[[row.name, row.label, row.before, row.after, row.difference, row.late] for row in found.rows],
        more=tuple(_sums(found, amounts)),
        source=" against the ".join(one.words for one in (found.after, found.before) if one is not None),
        notes=_notes(found),
    )


def _sums(found: Restatement, amounts: Columns) -> Iterator[ReportTable]:
    sums = [[one.label, one.before, one.after, one.difference, one.late] for one in found.totals]
    yield ReportTable(
        "All clients", _columns((("line", "Line", "text"), *amounts)), sums[:-1], total=sums[-1],
        note="Lines as posted, costs positive; operating profit over the whole month.",
    )  # fmt: skip
    if found.reasons:
        columns: Columns = (("at", "At", "text"), ("by", "By", "text"), ("why", "Why", "text"))
        yield ReportTable("Why it was opened again", _columns(columns), [list(one) for one in found.reasons])


def _notes(found: Restatement) -> tuple[str, ...]:
    late = f"Late: entries of {found.label} that stand in later months."
    missing = f"Cells in a currency without a rate for {found.label} are left out of these sums."
    return (late, missing) if found.missing else (late,)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
