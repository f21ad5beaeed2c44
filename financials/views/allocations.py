"""Planning people in place: a grid of weeks for one client or one person."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.access import clients_for, get_client_for
from accounts.models import Client
from common.formats import plural
from common.policies import DELIVERY, DIRECTOR, allow
from financials.actions.allocations import copy_week, save_plan
from financials.forms.allocations import read_grid
from financials.forms.time import week_of
from financials.queries.allocation_grid import Grid, load_grid, person_in_reach, plain, rows_of, with_typed
from people.models import User
from people.requests import signed_in

PLANNERS: Final = frozenset({DIRECTOR, DELIVERY})


@require_http_methods(["GET", "POST"])
@allow(roles=PLANNERS)
def allocation_plan(request: HttpRequest) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, request.GET["client"]) if request.GET.get("client") else None
    first = week_of(request.GET.get("from", ""), now.date())
    person = None
    if client is None and request.GET.get("person"):
        person = person_in_reach(user, request.GET["person"].lower(), now.date())
    if client is None and person is None:
        return render(request, "financials/allocation_choose.html", {"clients": clients_for(user).order_by("name")})
    grid = load_grid(user, client=client, person=person, first=first, today=now.date())
    errors: list[str] = []
    if request.method == "POST":
        post = read_grid(request.POST, user, grid)
        if not post.errors:
            done = save_plan(cells=post.cells, actor=user.email, now=now)
            if not done.clashes:
                if "copy" in request.POST:
                    return _copy(request, user, grid, client, person)
                messages.success(request, f"Plan saved, {plural(done.changed, 'cell')} changed.")
                return redirect(_address(grid))
            post.errors.append("Somebody changed these weeks since you opened them: nothing was written. ")
            clashes = {post.names[slot]: f"now {plain(hours) or 'empty'}" for slot, hours in done.clashes.items()}
            grid, errors = with_typed(grid, post.typed, clashes), post.errors
        else:
            grid, errors = with_typed(grid, post.typed, {}), post.errors
    context = {"grid": grid, "errors": errors, "this_week": week_of("", now.date())}
    return render(request, "financials/allocation_plan.html", context, status=422 if errors else 200)


def _copy(request: HttpRequest, user: User, grid: Grid, client: Client | None, person: User | None) -> HttpResponse:
    """After what was typed is saved."""
    week = week_of(request.POST["copy"], grid.weeks[0])
    count = copy_week(rows=rows_of(user, client, person), week=week, actor=user.email)
    if count:
        messages.success(request, f"{plural(count, 'row')} copied from the week before.")
    else:
        messages.error(request, "There was nothing to copy: the week before has no rows that this one lacks.")
    return redirect(_address(grid))


def _address(grid: Grid) -> str:
    return f"{reverse('allocation_plan')}?{urlencode({**grid.query, 'from': str(grid.weeks[0])})}"
