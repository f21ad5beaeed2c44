"""Price indexes: their levels, what they say of uplifts, and which contracts go by them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.views.editing import FormPage, expected_version, form_page
from common.exports import About, file_response
from common.periods import month_label
from common.policies import FINANCE, MONEY_READERS, allow
from financials.access import index_readings_for
from financials.actions.index_readings import ReadingThere, add_reading, change_reading
from financials.forms.index_readings import ReadingForm
from financials.models import IndexReading
from financials.queries.index_readings import HEAD, WAYS, file_rows, load_index_page
from people.requests import signed_in


@require_GET
@allow(roles=MONEY_READERS)
def indexes(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx"):
        return file_response(
            kind, "price-indexes", HEAD, file_rows(user), About("Price indexes", as_of=now, columns=WAYS)
        )
    return render(request, "financials/indexes.html", {"page": load_index_page(user, today=now.date())})


@require_http_methods(["GET", "POST"])
@allow(roles=frozenset({FINANCE}))
def add(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = ReadingForm(request.POST or None)

    def save(data: dict[str, Any]) -> IndexReading:
        return add_reading(**data, actor=user.email)

    page = FormPage(
        form=form, title="Add a reading", back=reverse("indexes"), save=save, submit="Add reading",
        said="Reading added; forecasts of contracts that go by it are computed again.",
    )  # fmt: skip
    try:
        return form_page(request, page)
    except ReadingThere as there:
        form.add_error("month", f"{there} Change that one where the office revised it.")
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@allow(roles=frozenset({FINANCE}))
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, seen = signed_in(request), expected_version(request)
    reading = get_object_or_404(index_readings_for(user), pk=pk)
    form = ReadingForm(request.POST or None, reading=reading)

    def save(data: dict[str, Any]) -> IndexReading:
        return change_reading(reading=reading, changes=data, expected=seen, actor=user.email)

    page = FormPage(
        form=form, title=f"{reading.index.upper()}, {month_label(reading.month)}", back=reverse("indexes"), save=save,
        said="Reading changed; forecasts of contracts that go by it are computed again.", version=str(reading.version),
        audited_as=("price index", reading.pk),
    )  # fmt: skip
    return form_page(request, page)
