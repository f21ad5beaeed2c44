"""The P&L to take away, cut as its page is: the ladder down, or groups down and periods across; and the bridge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from accounts.access import get_client_for
from common.formats import ledger
from common.money import ZERO
from common.periods import period_label
from common.reports import Report, ReportColumn
from financials.calc.ladder import TieOut
from financials.figures import LABELS
from financials.forms.pnl import bridge_request, pivot_view, pnl_view
from financials.queries.basis import load_basis
from financials.queries.bridge import MEASURES
from financials.queries.bridge_page import load_bridge_page
from financials.queries.labour import WITHHELD
from financials.queries.pivot_page import ROW_WORDS, PivotPage, PivotView, chips, column_word, load_pivot_page
from financials.queries.pnl_page import PnlPage, load_pnl_page
from financials.queries.pnl_request import BadRequest, PnlRequest
from financials.reports import given

if TYPE_CHECKING:
    from people.models import User


def pnl(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """The page's own table: with `rows` in the address the pivot, without it the ladder."""
    return _pivot(user, query, now) if query.get("rows") in ROW_WORDS else _ladder(user, query, now)


def _ladder(user: User, query: Mapping[str, str], now: datetime) -> Report:
    view, errors = pnl_view(given(query))
    for key in (view.client, view.parent):
        if key:
            get_client_for(user, key)
    page = load_pnl_page(user, view, now=now)
    months, year = page.focus.months, page.spans["year"]
    columns = [
        ReportColumn("line", "Line"),
        *(ReportColumn(one.label, one.label, "amount") for one in page.periods),
        ReportColumn("against", page.spans["against"], "amount"),
        ReportColumn("variance", "Variance", "amount"),
        ReportColumn("share", "Variance, %", "ratio"),
        ReportColumn("prior", page.spans["prior"], "amount"),
        ReportColumn("year", f"{year}, {page.spans['shown'].lower()}", "amount"),
        ReportColumn("year_variance", f"{year}, variance", "amount"),
    ]
    rows: list[list[Any]] = [
        [line.label, *(figure for figure, _ in line.cells), line.budget, line.variance, line.share, line.prior,
         line.ytd, line.ytd_variance]
        for line in page.lines
    ]  # fmt: skip
    return Report(
        name=f"pnl-{view.client or 'portfolio'}",
        title="Profit and loss",
        finding=page.finding,
        as_of=page.basis.as_of,
        period=period_label(page.periods[0].months[0], months[-1]),
        currency=page.basis.currency,
        filters=ladder_filters(page),
        columns=tuple(columns),
        rows=rows,
        strong=frozenset(at for at, line in enumerate(page.lines) if line.kind == "total"),
        source=page.source,
        notes=(
            "Costs negative; a plus is favourable.",
            *_defaults(errors), *page.missing, *(point.line for point in page.points), *_pooled(page.pooled),
        ),
        tie_out=tie_words(page.tie_out, page.basis.currency),
    )  # fmt: skip


def ladder_filters(page: PnlPage) -> tuple[tuple[str, str], ...]:
    view = page.view
    return (
        ("Show", page.spans["shown"]),
        ("Columns", view.group.replace("_", " ")),
        ("Client", view.client),
        ("Service line", view.service_line or ""),
        *((ROW_WORDS[name], value) for name, value in view.scope.items()),
        ("Rates", view.rates_word),
        ("Budget", view.version),
    )


def _pivot(user: User, query: Mapping[str, str], now: datetime) -> Report:
    view, errors = pivot_view(given(query), load_basis(user, now=now).through)
    for key in (view.request.client, view.request.parent):
        if key:
            get_client_for(user, key)
    try:
        page = load_pivot_page(user, view, now=now)
    except BadRequest as error:
        errors = [*errors, str(error)]
        page = load_pivot_page(user, PivotView(PnlRequest(), rows=view.rows), now=now)
    view = page.view
    first, last = view.request.first, view.request.last
    return Report(
        name=f"pnl-by-{view.rows}",
        title=f"Profit and loss by {page.row_word.lower()}",
        finding=page.finding,
        as_of=page.basis.as_of,
        period=period_label(first, last) if first and last else "",
        currency=page.basis.currency,
        filters=pivot_filters(user, page),
        columns=(
            ReportColumn(view.rows, page.row_word),
            *(ReportColumn(name, column_word(view.columns, name), "amount") for name in page.columns),
            ReportColumn("total", "Total", "amount", strong=True),
        ),
        rows=[[row.name, *(figure for figure, _ in row.cells), row.total] for row in page.rows],
        total=["Total", *(figure for figure, _ in page.total.cells), page.total.total],
        source=page.source,
        notes=(*_defaults(errors), *page.missing, *(point.line for point in page.points), *_pooled(page.pooled)),
        tie_out=tie_words(page.tie_out, page.basis.currency),
    )


def pivot_filters(user: User, page: PivotPage) -> tuple[tuple[str, str], ...]:
    view = page.view
    return (
        ("Measure", LABELS[view.measure]),
        ("Show", page.shown_word),
        ("Columns", page.column_word),
        ("Rates", page.rates_word),
        ("Budget", view.request.budget_version),
        *((label, word) for _, label, word in chips(user, view)),
    )


def bridge(user: User, query: Mapping[str, str], now: datetime) -> Report:
    asked, errors = bridge_request(given(query))
    if asked.client:
        get_client_for(user, asked.client)
    try:
        page = load_bridge_page(user, asked, now=now)
    except BadRequest as error:
        asked, errors = replace(asked, start=None, end=None), [*errors, str(error)]
        page = load_bridge_page(user, asked, now=now)
    total, currency = page.found.total, page.found.basis.currency
    rest = total.end - total.start - sum(total.parts().values(), ZERO)
    return Report(
        name="margin-bridge",
        title="Bridge",
        finding=page.finding,
        as_of=page.found.basis.as_of,
        period=f"{page.heads[0]} to {page.heads[-1]}",
        currency=currency,
        filters=(("Measure", MEASURES[asked.measure]), ("Client", asked.client)),
        columns=(
            ReportColumn("client", "Client"),
            *(
                ReportColumn(head, head, "amount", strong=place in (0, len(page.heads) - 1))
                for place, head in enumerate(page.heads)
            ),
        ),
        rows=[[row.name, *row.figures] for row in page.rows],
        total=[page.total.name if not asked.client else "Total", *page.total.figures],
        source=page.source,
        notes=(
            "Price = change in rate × hours after; volume = change in hours × what an hour earned before.",
            *_defaults(errors), *page.found.missing, *([f"Not bridged: {WITHHELD}."] if page.found.withheld else []),
        ),
        tie_out=f"End − start − parts = {ledger(rest, currency)} {currency}",
    )  # fmt: skip


def tie_words(tie: TieOut | None, currency: str) -> str:
    """Blank where the ledger is not what is shown."""
    return "" if tie is None else f"Ledger − shown = {ledger(tie.difference, currency)} {currency}"


def _defaults(errors: list[str]) -> list[str]:
    return [f"{text} The default is shown." for text in errors]


def _pooled(pooled: str) -> list[str]:
    return [f"Overhead without a client: {pooled}."] if pooled else []
