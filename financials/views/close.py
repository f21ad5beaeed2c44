"""The close of a month: the page finance signs, what it ticks and posts there, and what a restatement moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import NOT_FOUND
from common.exports import About, file_response
from common.periods import InvalidPeriod, Month, format_month, month_label, month_of, parse_month
from common.policies import FINANCE, LEADERSHIP, allow
from financials.access import CLOSE_READERS, require_closing
from financials.actions import closing
from financials.actions.closing import Refused
from financials.actions.periods import CannotClose, close_month, reopen_month
from financials.forms.close import CheckForm, DriverForm
from financials.queries.close_files import PARTS, file_rows
from financials.queries.close_list import load_months
from financials.queries.close_page import load_close_page
from financials.queries.overhead import overhead_rules
from financials.queries.overhead_page import load_pool_page
from financials.queries.restatement import HEAD, load_restatement
from people.access import abilities_of
from people.requests import signed_in

WHOLE_BOOK = frozenset({FINANCE, LEADERSHIP})
CLOSERS = frozenset({FINANCE})


def _month(text: str) -> Month:
    """A month that has begun; anything else is no page."""
    try:
        month = parse_month(text)
    except InvalidPeriod:
        raise Http404(NOT_FOUND) from None
    if month > month_of(timezone.now().date()):
        raise Http404(NOT_FOUND)
    return month


@require_GET
@allow(roles=CLOSE_READERS)
def close_list(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    months = load_months(timezone.now().date())
    waiting = [line for line in months if line.state == "open"]
    context = {"months": months, "waiting": waiting[-1] if waiting else None, "can": abilities_of(user)}
    return render(request, "financials/close_list.html", {**context, "whole_book": user.role in WHOLE_BOOK})


def _page(request: HttpRequest, month: Month, errors: tuple[str, ...] = (), reason: str = "") -> HttpResponse:
    page = load_close_page(signed_in(request), month, now=timezone.now())
    context = {"page": page, "errors": errors, "reason": reason, "now": timezone.now()}
    return render(request, "financials/close.html", context, status=422 if errors else 200)


@require_GET
@allow(roles=CLOSE_READERS)
def close(request: HttpRequest, month: str) -> HttpResponse:
    return _page(request, _month(month))


def _act(request: HttpRequest, month: Month, act: Callable[[], str], *, reason: str = "") -> HttpResponse:
    """Do it and show the page again; refused, the page says why and nothing was written."""
    try:
        said = act()
    except CannotClose as error:
        return _page(request, month, error.reasons, reason)
    except Refused as error:
        return _page(request, month, (str(error),), reason)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("close", args=[format_month(month)]))


@require_POST
@allow(roles=CLOSERS)
def close_now(request: HttpRequest, month: str) -> HttpResponse:
    user, day = signed_in(request), _month(month)
    require_closing(user)

    def act() -> str:
        made = close_month(month=day, actor=user.email, now=timezone.now())
        return f"{month_label(day)} is closed." if made else f"{month_label(day)} was closed already."

    return _act(request, day, act)


@require_POST
@allow(roles=CLOSERS)
def reopen(request: HttpRequest, month: str) -> HttpResponse:
    user, day = signed_in(request), _month(month)
    require_closing(user)
    reason = request.POST.get("reason", "").replace("\x00", "")

    def act() -> str:
        reopen_month(month=day, reason=reason, actor=user.email, now=timezone.now())
        return f"{month_label(day)} is open again."

    return _act(request, day, act, reason=reason)


@require_POST
@allow(roles=CLOSERS)
def check(request: HttpRequest, month: str) -> HttpResponse:
    user, day = signed_in(request), _month(month)
    require_closing(user)
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _page(request, day, tuple(str(error) for several in form.errors.values() for error in several))

    def act() -> str:
        kept = closing.tick_check(month=day, **form.cleaned_data, actor=user.email, now=timezone.now())
        return "Ticked." if kept.done else "Open again."

    return _act(request, day, act)


@require_POST
@allow(roles=CLOSERS)
def accruals(request: HttpRequest, month: str) -> HttpResponse:
    user, day = signed_in(request), _month(month)
    require_closing(user)

    def act() -> str:
        done = closing.post_accruals(month=day, actor=user, now=timezone.now())
        said = f"Accruals of {done.posted} contract{'' if done.posted == 1 else 's'} posted."
        return said + (f" Left out, unknown: {len(done.unknown)}." if done.unknown else "")

    return _act(request, day, act)


@require_GET
@allow(roles=CLOSE_READERS)
def close_file(request: HttpRequest, month: str, part: str, form: str) -> HttpResponseBase:
    day = _month(month)
    if part not in PARTS:
        raise Http404(NOT_FOUND)
    page = load_close_page(signed_in(request), day, now=timezone.now())
    head, rows = file_rows(page, part)
    about = About(
        f"{PARTS[part]}, {page.label}",
        finding=page.finding,
        as_of=page.basis.as_of,
        period=page.label,
        currency=page.basis.currency,
        source=page.source,
    )
    return file_response(form, f"close-{format_month(day)}-{part}", head, rows, about)


@require_GET
@allow(roles=CLOSE_READERS)
def restatement(request: HttpRequest, month: str) -> HttpResponseBase:
    user, day = signed_in(request), _month(month)
    chosen = {name: _number(request.GET.get(name, "")) for name in ("before", "after")}
    found = load_restatement(user, day, now=timezone.now(), **chosen)
    kind = request.GET.get("format")
    if kind:
        about = About(
            f"Restatement of {found.label}",
            as_of=found.basis.as_of,
            period=found.label,
            currency=found.basis.currency,
            source=" against ".join(one.words for one in (found.after, found.before) if one is not None),
        )
        return file_response(kind, f"restatement-{format_month(day)}", list(HEAD), found.cells(), about)
    return render(request, "financials/restatement.html", {"page": found, "now": timezone.now()})


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


@require_http_methods(["GET", "POST"])
@allow(roles=WHOLE_BOOK)
def overhead(request: HttpRequest) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    months = load_months(now.date(), limit=1000)
    closed = max((line.month for line in months if line.state == "closed"), default=None)
    form = DriverForm(request.POST or None, initial={"starts": format_month(month_of(now.date()))})
    errors: list[str] = []
    if request.method == "POST":
        require_closing(user)
        if form.is_valid():
            try:
                closing.set_overhead_driver(**form.cleaned_data, actor=user.email, now=now)
            except Refused as error:
                errors.append(str(error))
            else:
                messages.success(request, "The driver is set; overhead is spread by it from that month on.")
                return HttpResponseRedirect(reverse("overhead"))
    context: dict[str, Any] = {
        "rules": overhead_rules(),
        "pool": load_pool_page(user, now=now),
        "form": form,
        "errors": errors,
        "closed": closed,
        "may_change": abilities_of(user).close_months,
    }
    status = 422 if errors or form.errors else 200
    return render(request, "financials/overhead.html", context, status=status)
