"""Keeping, renaming, sharing, pinning and deleting the views of any page that has them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import NOT_FOUND
from common import saved_views as views
from common.models import SavedView
from common.policies import allow
from common.saved_views import MakeTile, Refused, SavedPage, own_view
from people.models import User
from people.requests import signed_in


def _page(user: User, name: str) -> SavedPage:
    page = views.pages.get(name)
    if page is None:
        raise Http404(NOT_FOUND)
    if user.role not in page.roles:
        raise PermissionDenied("Your role does not include this page.")
    return page


def _own(user: User, pk: int) -> tuple[SavedView, SavedPage]:
    view = own_view(user, pk)
    if view is None:
        raise Http404(NOT_FOUND)
    return view, _page(user, view.page)


def _back(page: SavedPage, query: str) -> HttpResponse:
    return redirect(f"{reverse(page.route)}?{query}" if query else reverse(page.route))


@require_POST
@allow()
def save(request: HttpRequest, page: str) -> HttpResponse:
    user = signed_in(request)
    found, query = _page(user, page), views.plain_query(request.POST.get("query", ""))
    try:
        view = views.save_view(
            page=page,
            name=request.POST.get("name", ""),
            query=query,
            shared=bool(request.POST.get("shared")),
            owner_id=user.pk,
            actor=user.email,
        )
        messages.success(request, f"View {view.name} is kept.")
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(found, query)


@require_POST
@allow()
def change(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    view, page = _own(user, pk)
    try:
        shared = bool(request.POST.get("shared"))
        fresh = views.change_view(view=view, name=request.POST.get("name", ""), shared=shared, actor=user.email)
        messages.success(request, f"View {fresh.name} is changed.")
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(page, view.query)


@require_POST
@allow()
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    view, page = _own(user, pk)
    views.delete_view(view=view, actor=user.email)
    messages.success(request, f"View {view.name} is deleted.")
    return _back(page, view.query)


def _seen(user: User, pk: int) -> tuple[SavedView, SavedPage, MakeTile]:
    """One's own or a shared one in sight, of a page whose views can be pinned."""
    view = views.view_in_sight(user, pk)
    if view is None:
        raise Http404(NOT_FOUND)
    page = _page(user, view.page)
    if page.tile is None:
        raise Http404(NOT_FOUND)
    return view, page, page.tile


@require_POST
@allow()
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    """On one's own cockpit with `pinned`, off it without; back to where it was asked."""
    user = signed_in(request)
    view, page, _ = _seen(user, pk)
    try:
        if request.POST.get("pinned"):
            views.pin_view(view=view, owner_id=user.pk, actor=user.email)
            messages.success(request, f"View {view.name} is on your cockpit.")
        else:
            views.unpin_view(view=view, owner_id=user.pk, actor=user.email)
            messages.success(request, f"View {view.name} is off your cockpit.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("cockpit") if request.POST.get("cockpit") else _back(page, view.query)


@require_POST
@allow()
def move(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    view, _, _ = _seen(user, pk)
    views.move_pin(view=view, owner_id=user.pk, actor=user.email)
    return redirect("cockpit")


@require_GET
@allow()
def pinned(request: HttpRequest) -> HttpResponse:
    """The tiles of one's own cockpit, each loaded by itself; or as a page of their own."""
    partial = "#pins" if request.headers.get("HX-Request") else ""
    context = {"pins": views.pinned_views(signed_in(request))}
    return render(request, f"portfolio/pinned_views.html{partial}", context)


@require_GET
@allow()
def tile(request: HttpRequest, pk: int) -> HttpResponse:
    """What a pinned view says now, to this reader: for the cockpit, or as a page of its own."""
    user = signed_in(request)
    view, page, make = _seen(user, pk)
    context = {
        "view": view,
        "tile": make(user, QueryDict(view.query), timezone.now()),
        "url": f"{reverse(page.route)}?{view.query}",
        "label": page.label,
    }
    partial = "#tile" if request.headers.get("HX-Request") else ""
    return render(request, f"portfolio/view_tile.html{partial}", context)
