"""The reports this app gives away: each reads the query of its page's address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.http import QueryDict

from accounts.access import get_client_for
from common.formats import day, plural
from common.reports import PRINTED, Report, ReportColumn, Way
from financials.forms.contracts import contract_filter
from financials.forms.receivables import debt_request, retention_request
from financials.queries.basis import load_basis
from financials.queries.contract_trees import filtered
from financials.queries.forecast import forecast_rows, load_forecast_page
from financials.queries.receivables_page import receivables_report
from financials.queries.renewal_board import load_renewal_board, renewal_finding, renewal_scope
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


_CONTRACT: Final[tuple[tuple[str, str, Way], ...]] = (
    ("number", "Number", "text"), ("client", "Client", "text"), ("title", "Title", "text"), ("kind", "Kind", "text"),
    ("start", "Starts", "day"), ("end", "Ends", "day"), ("amount", "Amount", "amount"),
    ("currency", "Currency", "text"), ("billing", "Billing", "text"), ("status", "Status", "text"),
)  # fmt: skip
_RENEWAL: Final[tuple[tuple[str, str, Way], ...]] = (
    ("contract", "Contract", "text"), ("title", "Title", "text"), ("client", "Client", "text"),
    ("notice_on", "Notice by", "day"), ("ends_on", "Term ends", "day"), ("days_left", "Days left", "count"),
    ("kind", "Renewal", "text"), ("amount", "Amount", "amount"), ("currency", "Currency", "text"),
    ("probability", "Probability", "ratio"), ("status", "Status", "text"), ("system", "System says", "ratio"),
    ("owner_says", "Owner says", "ratio"), ("final", "Final", "ratio"), ("renewed", "After uplift", "amount"),
    ("walk_away", "Walk away", "amount"), ("renewal_status", "Renewal status", "text"), ("owner", "Owner", "text"),
    ("next_step", "Next step", "text"),
)  # fmt: skip


def contracts(user: User, query: Mapping[str, str], now: datetime) -> Report:
    wanted = contract_filter(given(query))
    found = filtered(user, wanted)
    rows = [
        [one.number, one.client.name, one.title, one.get_kind_display(), one.start, one.end, one.amount, one.currency,
         one.get_billing_display() or None, one.get_status_display()]
        for one in found[:PRINTED]
    ]  # fmt: skip
    there = found.count() if len(rows) == PRINTED else len(rows)
    return Report(
        name="contracts",
        title="Contracts",
        finding=plural(there, "contract"),
        as_of=now,
        period=f"As of {day(now.date())}",
        filters=(("Search", wanted.q), ("Status", wanted.status), ("Kind", wanted.kind), ("Client", wanted.client)),
        columns=tuple(ReportColumn(*column) for column in _CONTRACT),
        rows=rows,
        count=there,
        source="Contract register; fees without pass-through and tax, each in its own currency",
    )


def renewals(user: User, query: Mapping[str, str], now: datetime) -> Report:
    scope = renewal_scope(query)
    if scope.client:
        get_client_for(user, scope.client)
    basis = load_basis(user, now=now)
    board = load_renewal_board(user, scope, basis=basis, now=now)
    found = board.rows
    return Report(
        name="renewals",
        title="Renewals ahead",
        finding=renewal_finding(board),
        as_of=now,
        period=f"The year from {day(now.date())}",
        filters=tuple((name.capitalize(), value) for name, value in scope.params().items()),
        columns=tuple(ReportColumn(*column) for column in _RENEWAL),
        rows=[
            [one.number, one.title, one.client_name, one.notice_on, one.ends_on, one.days_left, one.renewal, one.amount,
             one.currency, one.probability, one.status.capitalize(), row.system, row.owner_says, row.final,
             row.renewed_amount, row.walk_away, row.status_word, row.owner or None, row.next_step or None]
            for row in found
            for one in [row.row]
        ],
        source="Contract register; notice by each contract's own counting rule",
    )  # fmt: skip


def forecast(user: User, query: Mapping[str, str], now: datetime) -> Report:
    client, year = query.get("client", ""), query.get("year", "")
    found = get_client_for(user, client) if client else None
    wanted = int(year) if year.isdecimal() and len(year) == 4 and 2000 <= int(year) <= now.year + 5 else None
    page = load_forecast_page(user, now=now, client=found, year=wanted)
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


def given(query: Mapping[str, str]) -> QueryDict:
    """The query as the forms of the pages read it."""
    made = QueryDict(mutable=True)
    made.update(query)
    return made
