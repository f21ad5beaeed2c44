"""The chip of a page's saved views: open one, keep the present filters, rename, share, delete."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from common.models import ViewPin
from common.saved_views import pages, plain_query, views_of

register = template.Library()


@register.inclusion_tag("components/saved_views.html", takes_context=True, name="saved_views")
def saved_views(context: Context, page: str) -> dict[str, Any]:
    """The view whose filters are the address's own is the open one, one's own before a colleague's."""
    request = context["request"]
    query, home = plain_query(request.META.get("QUERY_STRING", "")), reverse(pages[page].route)
    views = views_of(page, request.user)
    current = next((view for view in views if query and view.query == query), None)
    links = [
        {
            "name": view.name,
            "url": f"{home}?{view.query}",
            "active": view is current,
            "own": view.owner_id == request.user.pk,
        }
        for view in views
    ]
    mine = current if current is not None and current.owner_id == request.user.pk else None
    can_pin = current is not None and pages[page].tile is not None
    pinned = can_pin and ViewPin.objects.filter(owner_id=request.user.pk, view=current).exists()
    return {"page": page, "query": query, "home": home, "links": links, "current": current, "mine": mine,
            "can_pin": can_pin, "pinned": pinned,
            "csrf_token": context.get("csrf_token")}  # fmt: skip
