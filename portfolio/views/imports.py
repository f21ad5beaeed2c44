"""Loading files: choose, watch, read the report, take back."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from common.exports import file_name
from common.imports import CannotUndo, kinds
from common.models import ImportBatch
from common.policies import DIRECTOR, FINANCE, allow
from people.models import User
from people.requests import signed_in
from portfolio.forms import ImportForm
from portfolio.imports.queueing import get_batch_for, progress_of, queue
from portfolio.imports.requests import all_kinds, batches_for
from portfolio.imports.undoing import batches_of, may_undo, undo

LOADERS = frozenset({DIRECTOR, FINANCE})
PAGE = 25
SHOWN = 20
SEEN_AT = {
    "clients": "client_list", "leave": "leave", "contacts": "contact_list",
    "contracts": "contract_list", "opportunities": "pipeline", "ledger": "entries", "budgets": "pnl",
    "targets": "cockpit", "invoices": "invoices", "purchase_orders": "purchase_orders", "rates": "rates",
    "time": "time_list", "allocations": "capacity", "fx": "pnl", "index_readings": "indexes", "offerings": "offerings",
    "kpis": "kpis", "kpi_targets": "kpis", "readings": "kpis", "feedback": "voice",
}  # fmt: skip
"""The page on which what a kind of file brought is read."""
TONES = {"loaded": "on_track", "refused": "at_risk", "queued": "accent", "running": "accent"}


@require_GET
@allow(roles=LOADERS)
def imports(request: HttpRequest) -> HttpResponse:
    return _page(request, ImportForm(signed_in(request)))


@require_POST
@allow(roles=LOADERS)
def load(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = ImportForm(user, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    batch = queue(
        kind=form.cleaned_data["kind"], uploads=form.cleaned_data["upload"], options=form.options(), user=user
    )
    return redirect("import_batch", pk=batch.pk)


def _page(request: HttpRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    page = Paginator(batches_for(signed_in(request)), PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": [_row(batch) for batch in page]}
    return render(request, "portfolio/imports.html", context, status=status)


def _row(batch: ImportBatch) -> dict[str, Any]:
    known = kinds.get(batch.kind)
    return {
        "batch": batch,
        "kind": known.label if known else batch.kind.replace("_", " ").capitalize(),
        "tone": TONES.get(batch.state, "neutral"),
    }


@require_GET
@allow(roles=LOADERS)
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_batch_for(user, pk)
    together = batches_of(str(pk), user)
    context = {
        **_row(found),
        "progress": progress_of(found),
        "together": [_row(one) for one in together if one.pk != pk],
        "refused": _first_refused(found),
        "shown": SHOWN,
        "seen_at": reverse(SEEN_AT[found.kind]) if found.kind in SEEN_AT and found.state == "loaded" else "",
        "may_undo": found.state == "loaded" and may_undo(together, user),
    }
    return render(request, "portfolio/import_batch.html", context)


def _first_refused(found: ImportBatch) -> list[list[str]]:
    """Line and reason of the first refused rows."""
    if not found.rejected or found.rejects is None:
        return []
    rows = csv.reader(io.StringIO(bytes(found.rejects).decode("utf-8-sig"), newline=""))
    return [row[:2] for row in islice(rows, 1, SHOWN + 1)]


@require_GET
@allow(roles=LOADERS)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress box alone; when the load has ended, the page is asked to show its report."""
    found = get_batch_for(signed_in(request), pk)
    now = progress_of(found)
    if not request.headers.get("HX-Request"):
        return redirect("import_batch", pk=pk)
    response = render(request, "portfolio/import_progress.html", {"batch": found, "progress": now})
    if not now.going:
        response.headers["HX-Refresh"] = "true"
    return response


@require_GET
@allow(roles=LOADERS)
def rejects(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_batch_for(signed_in(request), pk)
    if found.rejects is None:
        raise Http404("This load refused no row.")
    name = file_name(f"{found.kind}-{found.pk}-rejects")
    return _download(bytes(found.rejects), name)


def _download(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@require_GET
@allow(roles=LOADERS)
def ask_undo(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_batch_for(user, pk)
    rows = [_row(one) for one in _undoable(found, user)]
    return render(request, "portfolio/import_undo.html", {**_row(found), "together": rows})


@require_POST
@allow(roles=LOADERS)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_batch_for(user, pk)
    together = _undoable(found, user)
    try:
        count = undo(batches=together, actor=user.email, now=timezone.now(), user=user)
    except CannotUndo as error:
        rows = [_row(one) for one in together]
        context = {**_row(found), "together": rows, "reasons": error.reasons}
        return render(request, "portfolio/import_undo.html", context, status=409)
    messages.success(request, f"Undone: {count:,} rows taken back.")
    return redirect("import_batch", pk=pk)


def _undoable(found: ImportBatch, user: User) -> list[ImportBatch]:
    together = batches_of(str(found.pk), user)
    if not may_undo(together, user):
        raise PermissionDenied("Your role does not undo this load.")
    return together


@require_GET
@allow(roles=LOADERS)
def columns(request: HttpRequest) -> HttpResponse:
    return render(request, "portfolio/import_columns.html", {"kinds": all_kinds()})


@require_GET
@allow(roles=LOADERS)
def sample(request: HttpRequest, kind: str) -> HttpResponse:
    """A file of one row that reads, to start from."""
    known = kinds.get(kind)
    if known is None:
        raise Http404("No such kind of file.")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in known.columns])
    writer.writerow([column.sample for column in known.columns])
    return _download(out.getvalue().encode("utf-8-sig"), f"{kind}-sample")
