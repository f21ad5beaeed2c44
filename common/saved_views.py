"""Views of a page kept under a name: private, or shared within the company. Any page can have them.

An app registers its page in `ready`; the page shows them by `{% saved_views "name" %}`. A view grants nothing: opening
it asks the page for what the reader may see anyhow. Of a shared one, colleagues read the name and the filters: so one
that is filtered on a client is there only for those who see that client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q

from common import audit
from common.models import SavedView
from common.records import update_versioned
from common.registry import Registry

if TYPE_CHECKING:
    from people.models import User  # types only: common imports no app at run time

MOST = 50
"""Of one person and page."""
_PASSING = frozenset({"page", "format", "cursor", "csrfmiddlewaretoken"})
_LONGEST = SavedView._meta.get_field("query").max_length or 2000


@dataclass(frozen=True, slots=True)
class SavedPage:
    """route: the URL name a view leads to. roles: who may open the page, and so keep views of it."""

    label: str
    route: str
    roles: frozenset[str]


pages: Registry[SavedPage] = Registry("pages with saved views")
Sight = Callable[["User", frozenset[str]], frozenset[str]]
"""Of these keys, the ones whose record a person sees."""
sights: Registry[Sight] = Registry("sight of what a view is filtered on")
"""By the filter's name, on whatever page."""


class Refused(ValueError):
    """A view that cannot be kept. Carries the sentence to show."""


def plain_query(text: str) -> str:
    """An address's parameters in one spelling, without what belongs to a single visit (its page, its file format)."""
    pairs = parse_qsl(text.replace("\x00", "").lstrip("?"), keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if name not in _PASSING])


def views_of(page: str, user: User) -> list[SavedView]:
    """One's own and those colleagues share, by name. One query, and one for each filter of `sights` in shared views."""
    found = list(SavedView.objects.filter(Q(owner_id=user.pk) | Q(shared=True), page=page))
    for name, sight in sights:
        named = {view.pk: _values(view.query, name) for view in found if view.owner_id != user.pk}
        asked: frozenset[str] = frozenset().union(*named.values())
        seen = sight(user, asked) if asked else asked
        found = [view for view in found if named.get(view.pk, frozenset()) <= seen]
    return sorted(found, key=lambda view: (view.owner_id != user.pk, view.name.casefold(), view.pk))[: 4 * MOST]


def _values(query: str, name: str) -> frozenset[str]:
    return frozenset(value for given, value in parse_qsl(query) if given == name)


def _clean(name: str, query: str) -> tuple[str, str]:
    name, query = " ".join(name.replace("\x00", "").split()), plain_query(query)
    if not 1 <= len(name) <= 60:
        raise Refused("Give the view a name of 1 to 60 characters.")
    if len(query) > _LONGEST:
        raise Refused("The filters of this view are too long to keep.")
    return name, query


def save_view(*, page: str, name: str, query: str, shared: bool, owner_id: int, actor: str) -> SavedView:
    """Keep the address under a name; one's own view of that name is replaced."""
    name, query = _clean(name, query)
    with transaction.atomic():
        own = SavedView.objects.select_for_update().filter(owner_id=owner_id, page=page)
        held = {view.name: view for view in own}
        if name in held:
            return _change(held[name], {"query": query, "shared": shared}, actor)
        if len(held) >= MOST:
            raise Refused(f"There are {MOST} views of this page already: delete one first.")
        view = SavedView.objects.create(page=page, name=name, query=query, shared=shared, owner_id=owner_id)
        changes: audit.Changes = {"query": (None, query), "shared": (None, shared)}
        audit.record(actor=actor, verb="saved view", kind="saved view", object_id=view.pk, label=name, changes=changes)
    return view


def change_view(*, view: SavedView, name: str, shared: bool, actor: str) -> SavedView:
    name, _ = _clean(name, "")
    try:
        with transaction.atomic():
            return _change(view, {"name": name, "shared": shared}, actor)
    except IntegrityError as error:
        raise Refused(f"You have a view named {name} already.") from error


def _change(view: SavedView, after: Mapping[str, object], actor: str) -> SavedView:
    changes = audit.changes_between({field: getattr(view, field) for field in after}, dict(after))
    if not changes:
        return view
    fresh = update_versioned(view, dict(after), expected=None)
    audit.record(
        actor=actor, verb="changed view", kind="saved view", object_id=view.pk, label=fresh.name, changes=changes
    )
    return fresh


def delete_view(*, view: SavedView, actor: str) -> None:
    with transaction.atomic():
        changes: audit.Changes = {"query": (view.query, None)}
        audit.record(
            actor=actor, verb="deleted view", kind="saved view", object_id=view.pk, label=view.name, changes=changes
        )
        view.delete()
