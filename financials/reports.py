"""The reports this app gives away: each reads the query of its page's address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.http import QueryDict

from accounts.access import clients_for, get_client_for
from common.formats import day
from common.money import quantise
from common.periods import month_label, period_label
from common.reports import Report, ReportColumn, Way
from financials.calc import findings
from financials.figures import LABELS, is_margin
from financials.forms import contract_filter, debt_request, pnl_view, retention_request
from financials.queries.basis import load_basis
from financials.queries.contract_trees import filtered
from financials.queries.forecast import forecast_rows, load_forecast_page
from financials.queries.pnl import PnlRequest, load_pnl
from financials.queries.receivables_page import receivables_report
from financials.queries.renewals import renewals_ahead
from financials.queries.retention_page import retention_report

if TYPE_CHECKING:
    from people.models import User


def receivables(user: User, query: Mapping[str, str], now: datetime) -> Report:
    asked, _ = debt_request(query)
    if asked.client:
        get_client_for(user, asked.client)
    return receivables_report(user, asked, now=now)


def retention(user: User, query: Mapping[str, str], now: datetime) -> Report:
    asked, _ = retention_request(query)
    if asked.client:
        get_client_for(user, asked.client)
    return retention_report(user, asked, now=now)


RENEWAL_DAYS: Final = 365
MOST: Final = 5_000
"""Contracts of one report; print has fewer, and says so."""
_CONTRACT: Final[tuple[tuple[str, str, Way], ...]] = (
    ("number", "Number", "text"), ("client", "Client", "text"), ("title", "Title", "text"), ("kind", "Kind", "text"),
    ("start", "Starts", "day"), ("end", "Ends", "day"), ("amount", "Amount", "amount"),
    ("currency", "Currency", "text"), ("billing", "Billing", "text"), ("status", "Status", "text"),
)  # fmt: skip
_RENEWAL: Final[tuple[tuple[str, str, Way], ...]] = (
    ("contract", "Contract", "text"), ("title", "Title", "text"), ("client", "Client", "text"),
    ("notice_on", "Notice by", "day"), ("ends_on", "Term ends", "day"), ("days_left", "Days left", "count"),
    ("kind", "Renewal", "text"), ("amount", "Amount", "amount"), ("currency", "Currency", "text"),
    ("probability", "Probability", "ratio"), ("status", "Status", "text"),
)  # fmt: skip


def contracts(user: User, query: Mapping[str, str], now: datetime) -> Report:
    wanted = contract_filter(_given(query))
    rows = [
        [one.number, one.client.name, one.title, one.get_kind_display(), one.start, one.end, one.amount, one.currency,
         one.get_billing_display() or None, one.get_status_display()]
        for one in filtered(user, wanted)[:MOST]
    ]  # fmt: skip
    return Report(
        name="contracts",
        title="Contracts",
        finding=f"{len(rows):,} contracts",
        as_of=now,
        period=f"As of {day(now.date())}",
        filters=(("Search", wanted.q), ("Status", wanted.status), ("Kind", wanted.kind), ("Client", wanted.client)),
        columns=tuple(ReportColumn(*column) for column in _CONTRACT),
        rows=rows,
        source="Contract register; fees without pass-through and tax, each in its own currency",
    )


def renewals(user: User, query: Mapping[str, str], now: datetime) -> Report:
    client = query.get("client", "")
    own = get_client_for(user, client).pk if client else None
    basis = load_basis(user, now=now)
    found = renewals_ahead(user, today=now.date(), days=RENEWAL_DAYS, basis=basis, client_id=own)
    return Report(
        name="renewals",
        title="Renewals ahead",
        finding=findings.renewals_ahead(len(found), None, basis.currency, RENEWAL_DAYS),
        as_of=now,
        period=f"The year from {day(now.date())}",
        filters=(("Client", client),),
        columns=tuple(ReportColumn(*column) for column in _RENEWAL),
        rows=[
            [one.number, one.title, one.client_name, one.notice_on, one.ends_on, one.days_left, one.renewal, one.amount,
             one.currency, one.probability, one.status.capitalize()]
            for one in found
        ],
        source="Contract register; notice by each contract's own counting rule",
    )  # fmt: skip


def forecast(user: User, query: Mapping[str, str], now: datetime) -> Report:
    client, year = query.get("client", ""), query.get("year", "")
    if client:
        get_client_for(user, client)
    wanted = int(year) if year.isdecimal() and len(year) == 4 and 2000 <= int(year) <= now.year + 5 else None
    page = load_forecast_page(user, now=now, client=client, year=wanted)
    head, rows = forecast_rows(page)
    words = ("client", "name", "currency")
    return Report(
        name=f"forecast-{page.year}",
        title=f"Forecast {page.year}",
        finding=page.table_finding,
        as_of=page.basis.as_of,
        period=str(page.year),
        currency=page.basis.currency,
        filters=(("Client", client),),
        columns=tuple(
            ReportColumn(
                name, name.replace("_", " ").capitalize(), "text" if name in words else "amount", name == "total"
            )
            for name in head
        ),
        rows=rows,
        source=page.source,
        notes=tuple(page.missing),
    )


def pnl(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """The ladder by client over the months asked for; the page's own cut is in its files."""
    view, _ = pnl_view(_given(query))
    if view.client:
        get_client_for(user, view.client)
    asked = PnlRequest(first=view.first, last=view.last, client=view.client, group_by=("client",))
    found = load_pnl(user, asked, now=now)
    tie, names = found.tie_out, dict(clients_for(user).values_list("key", "name"))
    return Report(
        name="pnl",
        title="Profit and loss by client",
        finding=f"Profit and loss by client, {period_label(found.first, found.last)}",
        as_of=found.basis.as_of,
        period=period_label(found.first, found.last),
        currency=found.currency,
        filters=(("Client", view.client),),
        columns=(
            ReportColumn("client", "Client"),
            *(ReportColumn(name, LABELS[name], "ratio" if is_margin(name) else "amount") for name in found.columns),
        ),
        rows=[
            [
                names.get(row.group[0] or "", row.group[0]),
                *(_shown(row[name], name, found.currency) for name in found.columns),
            ]
            for row in found.rows
        ],
        source=f"Ledger to {month_label(found.basis.through)}, newest entry {found.basis.ledger_no:,}",
        notes=(*found.missing, *([found.rates_note] if found.rates_note else [])),
        tie_out="" if tie is None else f"Ledger − shown = {quantise(tie.difference, found.currency)}",
    )


def _shown(value: Decimal | None, name: str, currency: str) -> Decimal | None:
    return value if value is None or is_margin(name) else quantise(value, currency)


def _given(query: Mapping[str, str]) -> QueryDict:
    given = QueryDict(mutable=True)
    given.update(query)
    return given


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
