"""The forecast by month, layer and client."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import NOT_FOUND, clients_for, get_client_for, get_client_name_for
from common.exports import About, file_response
from common.periods import format_month
from common.policies import ACCOUNT_MANAGER, DIRECTOR, MONEY_READERS, allow
from financials.access import get_override_for, levels_of
from financials.actions.overrides import make_override, revoke_override
from financials.forms.overrides import OverrideForm, RevokeForm
from financials.queries.backtest import last_closed
from financials.queries.forecast import ForecastPage, forecast_rows, load_forecast_page, load_year_band
from financials.queries.forecast_changes import load_changes
from financials.queries.pack import CallRow, beside, load_final_call
from people.requests import signed_in

CLIENTS_LISTED = 60
CALLERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
"""Who may enter a figure of their own."""


def _page(request: HttpRequest, *, calls: bool = True) -> ForecastPage:
    user, now = signed_in(request), timezone.now()
    key, year = request.GET.get("client", ""), request.GET.get("year", "")
    client = get_client_name_for(user, key) if key else None
    wanted = int(year) if year.isdecimal() and len(year) == 4 and 2000 <= int(year) <= now.year + 5 else None
    owner = "" if key else request.GET.get("owner", "").replace("\x00", "")[:254]
    return load_forecast_page(user, now=now, client=client, year=wanted, owner=owner, calls=calls)


@require_GET
@allow(roles=MONEY_READERS)
def forecast(request: HttpRequest) -> HttpResponse:
    """Whole; or, for a page that reads its figures again after a recompute, these alone."""
    if request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request"):
        return render(request, "financials/forecast/figures.html", {"page": _page(request, calls=False)})
    return _shown(request, None)


def _shown(request: HttpRequest, form: OverrideForm | None, status: int = 200) -> HttpResponse:
    page, user = _page(request), signed_in(request)
    known = list(clients_for(user).order_by("name").values_list("key", "name", "owner__email", "owner__name"))
    owners = sorted({(name, email) for _, _, email, name in known if email})
    levels = levels_of(user)
    if form is None and levels:
        form = OverrideForm(
            levels=levels, today=page.basis.today, closed=page.basis.closed_through, initial=_usual(page)
        )
    call = None if page.client or page.owner else load_final_call(user, page.year)
    context = {
        "page": page,
        "call": call,
        "beside": _beside(call, page),
        "own_call": call is not None and call.person_id == user.pk,
        "choices": [(key, name) for key, name, _, _ in known[:CLIENTS_LISTED]],
        "owners": owners if len(owners) > 1 else [],
        "owner_name": next((name for name, email in owners if email == page.owner), "All"),
        "form": form,
        "levels": levels,
    }
    return render(request, "financials/forecast.html", context, status=status)


def _beside(call: CallRow | None, page: ForecastPage) -> str:
    total = page.total.total.value
    alike = call is not None and call.currency == page.basis.currency
    return beside(call, total) if call and alike and isinstance(total, Decimal) else ""


def _usual(page: ForecastPage) -> dict[str, object]:
    """The rest of the year shown, for a month."""
    first = max(page.basis.open_month, date(page.year, 1, 1))
    return {
        "first": format_month(first),
        "last": format_month(max(first, date(page.year, 12, 1))),
        "currency": page.basis.currency,
        "expires_on": page.basis.today + timedelta(days=30),
    }


@require_GET
@allow(roles=MONEY_READERS)
def changes(request: HttpRequest) -> HttpResponse:
    """The part of the page that reads two earlier forecasts."""
    user, now = signed_in(request), timezone.now()
    key, owner, year = (request.GET.get(name, "").replace("\x00", "") for name in ("client", "owner", "year"))
    if key:
        get_client_for(user, key)
    wanted = int(year) if year.isdecimal() and len(year) == 4 and 2000 <= int(year) <= now.year + 5 else now.year
    found = load_changes(user, now=now, year=wanted, client=key, owner="" if key else owner[:254])
    whole = not request.headers.get("HX-Request")
    template = "financials/forecast/changes_page.html" if whole else "financials/forecast/changes.html"
    return render(request, template, {"found": found})


@require_GET
@allow(roles=MONEY_READERS)
def year_band(request: HttpRequest) -> HttpResponse:
    """Between what the running year may come to, for the cockpit, which has no question of the database to spare."""
    low, high = load_year_band(signed_in(request), now=timezone.now())
    return render(request, "financials/forecast/year_band.html", {"low": low, "high": high})


@require_POST
@allow(roles=CALLERS)
def add_override(request: HttpRequest) -> HttpResponse:
    """A figure of the person's own for a client, or for the whole portfolio where none is named."""
    user, now = signed_in(request), timezone.now()
    key = request.GET.get("client", "")
    client = get_client_for(user, key) if key else None
    form = OverrideForm(request.POST, levels=levels_of(user), today=now.date(), closed=last_closed())
    if not form.is_valid():
        return _shown(request, form, status=422)
    make_override(wanted=form.wanted(client.pk if client else None), author=user, now=now)
    messages.success(request, "Your figure is kept; the forecast is being computed with it.")
    return redirect(f"{reverse('forecast')}?{request.GET.urlencode()}")


@require_POST
@allow(roles=CALLERS)
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    override = get_override_for(user, key)
    form = RevokeForm(request.POST)
    if not form.is_valid():
        said = "Say why in up to 500 letters, without control characters."
        return HttpResponse(said, status=422, content_type="text/plain")
    done = revoke_override(override=override, why=form.cleaned_data["why"], actor=user.email, now=timezone.now())
    if done:
        messages.success(request, "The figure is revoked; it stays in the runs it was in.")
    else:
        messages.info(request, "Somebody has revoked it already; nothing was changed.")
    return redirect("forecast")


@require_GET
@allow(roles=MONEY_READERS)
def forecast_export(request: HttpRequest, form: str) -> HttpResponseBase:
    if form not in ("csv", "xlsx"):
        raise Http404(NOT_FOUND)
    page = _page(request)
    head, rows = forecast_rows(page)
    about = About(
        f"Forecast {page.year}",
        finding=page.table_finding,
        as_of=page.basis.as_of,
        period=str(page.year),
        currency=page.basis.currency,
        filters=(("Client", page.client),),
        source=page.source,
        notes=page.missing,
    )
    return file_response(form, f"forecast-{page.year}", head, rows, about)
