"""The P&L page, its client tab and files, and the ledger rows behind its figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import get_client_for
from accounts.queries.header import client_header
from common.exports import About, file_response, query_filters
from common.periods import month_add, month_label, month_of, period_label
from common.policies import MONEY_READERS, allow
from financials.figures import LABELS, is_margin
from financials.forms.pnl import entry_filter, pivot_view, pnl_view
from financials.models import Line
from financials.queries import pivot_page
from financials.queries.basis import load_basis
from financials.queries.entries import HEAD, EntryFilter, amounts_of, entries, entry_rows
from financials.queries.pnl_choices import PnlChoices, load_choices
from financials.queries.pnl_page import SHOWN_WORDS, PnlView, export_rows, load_pnl_page
from financials.queries.pnl_request import NONE, BadRequest, PnlRequest
from financials.queries.pnl_rows import columns_for
from financials.reports_pnl import ladder_filters, pivot_filters, tie_words
from people.requests import signed_in

UNITS = {"k": "thousand", "M": "million", "1": "in full"}
PLACES = {"k": 1, "M": 2, "1": 2}
AGAINST = {"budget": "Budget", "prior_year": "Prior year"}
COLUMN_WORDS = {
    "month": "Month",
    "quarter": "Quarter",
    "year": "Year",
    "fiscal_quarter": "Fiscal quarter",
    "fiscal_year": "Fiscal year",
}
ROWS_A_PAGE = 50
ENTRIES_A_PAGE = 100
MONTHS_LISTED = 24


def _file(request: HttpRequest, view: PnlView, kind: str) -> HttpResponseBase:
    page = load_pnl_page(signed_in(request), view, now=timezone.now())
    head, rows = export_rows(page)
    tied = tie_words(page.tie_out, page.basis.currency)
    about = About(
        "P&L", finding=page.finding, as_of=page.basis.as_of, currency=page.basis.currency, source=page.source,
        period=period_label(page.periods[0].months[0], page.focus.months[-1]), filters=ladder_filters(page),
        notes=(*filter(None, [tied]), *(point.line for point in page.points)),
    )  # fmt: skip
    return file_response(kind, f"pnl-{view.client or 'portfolio'}", head, rows, about)


def _context(request: HttpRequest, view: PnlView, errors: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "page": load_pnl_page(signed_in(request), view, now=timezone.now()),
        "view": view,
        "errors": errors,
        "unit_words": UNITS[view.unit],
        "places": PLACES[view.unit],
        "group_word": COLUMN_WORDS[view.group],
        "column_words": COLUMN_WORDS,
        "against_word": AGAINST[view.against],
        "shown_words": SHOWN_WORDS,
        "shown_word": SHOWN_WORDS[view.shown],
    }


def _pivot(request: HttpRequest) -> HttpResponseBase:
    """Groups in the rows."""
    user, now = signed_in(request), timezone.now()
    view, errors = pivot_view(request.GET, load_basis(user, now=now).through)
    asked = view.request
    client = get_client_for(user, asked.client) if asked.client else None
    if asked.parent:
        get_client_for(user, asked.parent)
    try:
        page = pivot_page.load_pivot_page(user, view, now=now)
    except BadRequest as error:
        view = pivot_page.PivotView(PnlRequest(), rows=view.rows)
        errors, page = [*errors, str(error)], pivot_page.load_pivot_page(user, view, now=now)
    if request.GET.get("format") in ("csv", "xlsx"):
        head, rows = pivot_page.pivot_rows(page)
        first, last = page.view.request.first, page.view.request.last
        about = About(
            f"P&L by {page.row_word.lower()}", finding=page.finding, as_of=page.basis.as_of,
            currency=page.basis.currency, source=page.source, filters=pivot_filters(user, page),
            period=period_label(first, last) if first and last else "",
            notes=(*filter(None, [tie_words(page.tie_out, page.basis.currency)]), *page.missing,
                   *(point.line for point in page.points)),
        )  # fmt: skip
        return file_response(request.GET["format"], f"pnl-by-{view.rows}", head, rows, about)
    choices = load_choices(user)
    errors = [*errors, *_unknown_version(asked.budget_version, choices)]
    context = {
        **_filters(request, page.view.request, choices),
        "page": page,
        "view": page.view,
        "errors": errors,
        "client": client,
        "listed": Paginator(page.rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "heads": [(pivot_page.column_word(view.columns, name), name == page.current) for name in page.columns],
        "row_words": {"": "Ladder", **pivot_page.ROW_WORDS},
        "measures": {name: LABELS[name] for name in LABELS if name in columns_for(user)},
        "measure_word": LABELS[page.view.measure],
        "column_words": COLUMN_WORDS,
        "scenarios": pivot_page.SHOWN_WORDS,
        "unit": request.GET["unit"] if request.GET.get("unit") in UNITS else "k",
        "unit_words": UNITS.get(request.GET.get("unit", "k"), "thousand"),
        "places": PLACES.get(request.GET.get("unit", "k"), 1),
        "is_margin": is_margin(page.view.measure),
    }
    return render(request, "financials/pnl_pivot.html", context)


@require_GET
@allow(roles=MONEY_READERS)
def pnl(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    if request.GET.get("rows") in pivot_page.ROW_WORDS:
        return _pivot(request)
    view, errors = pnl_view(request.GET)
    client = get_client_for(user, view.client) if view.client else None
    if view.parent:
        get_client_for(user, view.parent)
    if request.GET.get("format") in ("csv", "xlsx"):
        return _file(request, view, request.GET["format"])
    choices = load_choices(user)
    errors += _unknown_version(view.version, choices)
    context = {**_context(request, view, errors), **_filters(request, view, choices), "client": client}
    return render(request, "financials/pnl.html", context)


def _filters(request: HttpRequest, wanted: PnlView | PnlRequest, choices: PnlChoices) -> dict[str, Any]:
    """What the filters' chips read: the same over the ladder and over its groups."""
    version = wanted.version if isinstance(wanted, PnlView) else wanted.budget_version
    narrowed = []
    for name in ("contract", "service_line", "industry"):
        if (value := getattr(wanted, name)) or (name == "service_line" and value is not None):
            rest = request.GET.copy()
            for gone in (name, "page", "format"):
                rest.pop(gone, None)
            word = "Not given" if value in (NONE, "") else value
            narrowed.append((pivot_page.ROW_WORDS[name], word, f"?{rest.urlencode()}"))
    return {
        "choices": choices,
        "wanted": wanted,
        "narrowed": narrowed,
        "version_word": version or "Newest",
        "rates": wanted.rates,
        "row_words": pivot_page.ROW_WORDS,
    }


def _unknown_version(version: str, choices: PnlChoices) -> list[str]:
    known = not version or version in choices.versions
    return [] if known else [f"No budget has the version {version}: its columns are empty. Choose another version."]


@require_GET
@allow(roles=MONEY_READERS, client="key")
def client_financials(request: HttpRequest, key: str) -> HttpResponseBase:
    user = signed_in(request)
    client = get_client_for(user, key)
    view, errors = pnl_view(request.GET, client.key)
    if request.GET.get("format") in ("csv", "xlsx"):
        return _file(request, view, request.GET["format"])
    header = client_header(user, client, active="financials")
    return render(request, "financials/client_financials.html", {**_context(request, view, errors), "header": header})


@require_GET
@allow(roles=MONEY_READERS, client="key")
def client_pnl_panel(request: HttpRequest, key: str) -> HttpResponse:
    """The overview's P&L block; without htmx, a page of its own."""
    user = signed_in(request)
    client = get_client_for(user, key)
    context = {**_context(request, PnlView(client=client.key)), "client": client}
    if request.headers.get("HX-Request"):
        return render(request, "financials/client_pnl_panel.html", context)
    context["header"] = client_header(user, client, active="overview")
    return render(request, "financials/client_pnl_panel_page.html", context)


def _months_word(wanted: EntryFilter) -> str:
    if wanted.first and wanted.last:
        return period_label(wanted.first, wanted.last)
    if wanted.first:
        return f"from {month_label(wanted.first)}"
    return f"to {month_label(wanted.last)}" if wanted.last else "All"


@require_GET
@allow(roles=MONEY_READERS)
def ledger_entries(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    wanted, errors = entry_filter(request.GET)
    client = get_client_for(user, wanted.client) if wanted.client else None
    rows = entries(user, wanted)
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx"):
        about = About("Ledger entries", as_of=timezone.now(), filters=query_filters(request.GET))
        return file_response(kind, "ledger-entries", HEAD, entry_rows(rows), about)
    page = Paginator(rows, ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "wanted": wanted,
        "client": client,
        "errors": errors,
        "row_word": LABELS.get(wanted.row, ""),
        "amounts": amounts_of(user, wanted) if wanted.is_line else (),
        "clients": load_choices(user).clients,
        "lines": [(line.value, line.label) for line in Line],
        "month_word": _months_word(wanted),
        "months": [month_add(month_of(timezone.now().date()), -back) for back in range(MONTHS_LISTED)],
    }
    return render(request, "financials/entries.html", context)
