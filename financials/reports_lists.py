"""The long lists to print: ledger entries, hours and rates as their pages are cut, and what all their rows come to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from accounts.access import get_client_for
from common.formats import day, plural
from common.money import ZERO
from common.periods import format_month, month_label
from common.reports import PRINTED, Report, ReportColumn, ReportTable, Way
from financials.figures import LABELS as LINE_LABELS
from financials.forms.pnl import entry_filter
from financials.forms.time import rate_filter, time_filter
from financials.models import RateKind, TimeStatus
from financials.queries.entries import EntryFilter, EntrySum, entries, entry_sums
from financials.queries.rate_cards import filtered as rates_of
from financials.queries.time_list import LABELS as HOUR_LABELS
from financials.queries.time_list import filtered as hours_of
from financials.queries.time_list import sums_of
from financials.reports import given
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

Columns = tuple[tuple[str, str, Way], ...]
_ENTRY: Final[Columns] = (
    ("month", "Month", "text"), ("client", "Client", "text"), ("contract", "Contract", "text"),
    ("service_line", "Service line", "text"), ("line", "Line", "text"), ("description", "Description", "text"),
    ("amount", "Amount", "amount"), ("currency", "Currency", "text"), ("source_ref", "Reference", "text"),
    ("posted", "Posted", "day"),
)  # fmt: skip
_ENTRY_SUM: Final[Columns] = (
    ("line", "Line", "text"), ("currency", "Currency", "text"), ("rows", "Rows", "count"),
    ("amount", "Entries", "amount"), ("kept", "Kept monthly sums", "amount"), ("difference", "Difference", "amount"),
)  # fmt: skip
_HOURS: Final[Columns] = (
    ("date", "Date", "day"), ("month", "Counts in", "text"), ("person", "Person", "text"),
    ("client", "Client", "text"), ("contract", "Contract", "text"), ("role", "Role", "text"),
    ("hours", "Hours", "amount"), ("billable", "Billable", "text"), ("status", "Status", "text"),
    ("notes", "Notes", "text"),
)  # fmt: skip
_HOUR_SUM: Final[Columns] = (("what", "What", "text"), ("hours", "Hours", "amount"))
_RATE: Final[Columns] = (
    ("kind", "Kind", "text"), ("who", "Person or role", "text"), ("client", "Client", "text"),
    ("contract", "Contract", "text"), ("rate", "For one hour", "amount"), ("currency", "Currency", "text"),
    ("from", "From", "day"),
)  # fmt: skip


def entry_report(user: User, query: Mapping[str, str], now: datetime) -> Report:
    wanted, errors = entry_filter(given(query))
    for key in (wanted.client, wanted.parent):
        if key:
            get_client_for(user, key)
    found = entries(user, wanted)
    sums = entry_sums(user, wanted)
    there = sum(one.rows for one in sums)
    rows = [
        [format_month(one.month), one.client.name if one.client else "Overhead pool",
         one.contract.number if one.contract else "", one.service_line, LINE_LABELS[one.line], one.description,
         one.amount, one.currency, one.source_ref, one.posted_at.date()]
        for one in found[:PRINTED]
    ]  # fmt: skip
    return Report(
        name="ledger-entries",
        title="Ledger entries",
        finding=_entry_finding(there, sums),
        as_of=now,
        period=_entry_months(wanted),
        filters=(
            ("Client", wanted.client), ("Contract", wanted.contract), ("Service line", wanted.service_line or ""),
            ("Owner", wanted.owner), ("Tier", wanted.tier), ("Parent", wanted.parent), ("Industry", wanted.industry),
            ("Fiscal period", wanted.fiscal), ("Row of the P&L", LINE_LABELS.get(wanted.row, "")),
            ("Search", wanted.q),
        ),
        columns=_columns(_ENTRY),
        rows=rows,
        count=there,
        more=(
            ReportTable(
                "By line and currency", _columns(_ENTRY_SUM), [_entry_sum(one) for one in sums],
                note="Of every entry, printed or not. Costs are positive amounts; nothing is converted.",
            ),
        ),
        tie_out="" if wanted.q else _tie_out(sums),
        source="Ledger as posted, reversals included",
        notes=tuple(errors),
    )  # fmt: skip


def _entry_finding(there: int, sums: list[EntrySum]) -> str:
    currencies = len({one.currency for one in sums})
    return f"{plural(there, 'entry', 'entries')} in {plural(currencies, 'currency', 'currencies')}"


def _entry_months(wanted: EntryFilter) -> str:
    if wanted.first and wanted.first == wanted.last:
        return month_label(wanted.first)
    if wanted.first and wanted.last:
        return f"{month_label(wanted.first)} to {month_label(wanted.last)}"
    if wanted.first:
        return f"From {month_label(wanted.first)}"
    return f"To {month_label(wanted.last)}" if wanted.last else "Every month"


def _entry_sum(one: EntrySum) -> list[Any]:
    return [LINE_LABELS[one.line], one.currency, one.rows, one.amount, one.kept, one.difference]


def _tie_out(sums: list[EntrySum]) -> str:
    apart = [f"{LINE_LABELS[one.line]} {one.difference:,.2f} {one.currency}" for one in sums if one.difference]
    if apart:
        return f"Entries − kept monthly sums: {', '.join(apart)}. The rest is 0.00."
    return "Entries − kept monthly sums = 0.00 in every line and currency"


def time_report(user: User, query: Mapping[str, str], now: datetime) -> Report:
    wanted = time_filter(given(query))
    if wanted.client:
        get_client_for(user, wanted.client)
    found = hours_of(user, wanted)
    sums, there = sums_of(found), found.count()
    rows: list[list[Any]] = [
        [one.date, format_month(one.month), one.person.name, one.client.name,
         one.contract.number if one.contract else "", one.role, one.hours, "Yes" if one.billable else "No",
         one.get_status_display(), one.notes]
        for one in found.select_related("person", "client", "contract")[:PRINTED]
    ]  # fmt: skip
    printed = sum((row[6] for row in rows if row[8] != TimeStatus.REJECTED.label), ZERO)
    status = dict(TimeStatus.choices).get(wanted.status, "")
    return Report(
        name="time-entries",
        title="Hours",
        finding=f"{sums.hours:,.2f} hours in {plural(there, 'entry', 'entries')}",
        as_of=now,
        period=_hour_months(wanted.params),
        filters=(
            ("Client", wanted.client), ("Person", wanted.person), ("Contract", wanted.contract),
            ("Status", status), ("Billable", wanted.billable), ("Search", wanted.q),
        ),
        columns=_columns(_HOURS),
        rows=rows,
        count=there,
        more=(
            ReportTable(
                "All of them",
                _columns(_HOUR_SUM),
                [[label, getattr(sums, name)] for name, label in HOUR_LABELS.items()],
                note="Of every entry, printed or not. Hours that were sent back count nowhere.",
            ),
        ),
        tie_out=_hours_tie(sums.hours, printed, there),
        source="Time entries as booked",
    )  # fmt: skip


def _hours_tie(hours: Decimal, printed: Decimal, there: int) -> str:
    if there > PRINTED:
        return ""
    return f"Hours that count − the rows printed = {hours - printed:,.2f}"


def _hour_months(params: Mapping[str, str]) -> str:
    if params["month"]:
        return params["month"]
    if params["first"] or params["last"]:
        return f"{params['first'] or 'The first'} to {params['last'] or 'the last'}"
    return "Every month"


def rate_report(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """Cost rates are field class SALARY: without it they are not among the rows, nor counted."""
    wanted = rate_filter(given(query))
    if wanted.client and wanted.client != "-":
        get_client_for(user, wanted.client)
    found = rates_of(user, wanted)
    there = found.count()
    rows = [
        [one.get_kind_display(), one.person.name if one.person else one.role,
         one.client.name if one.client else "All clients", one.contract.number if one.contract else "", one.rate,
         one.currency, one.starts]
        for one in found[:PRINTED]
    ]  # fmt: skip
    what = "bill and cost rate" if abilities_of(user).see_salary else "bill rate"
    return Report(
        name="rates",
        title="Rates",
        finding=plural(there, what) if there else "No rates here yet",
        as_of=now,
        period=f"As of {day(now.date())}, what was and is to come included",
        filters=(
            ("Kind", dict(RateKind.choices).get(wanted.kind, "")), ("Client", wanted.client), ("Search", wanted.q),
        ),
        columns=_columns(_RATE),
        rows=rows,
        count=there,
        source="Rate cards; the newest that has begun is in force",
    )  # fmt: skip


def _columns(columns: Columns) -> tuple[ReportColumn, ...]:
    return tuple(ReportColumn(*column) for column in columns)
