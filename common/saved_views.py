"""Views of a page kept under a name: private, or shared within the company. Any page can have them.

An app registers its page in `ready`; the page shows them by `{% saved_views "name" %}`. A view grants nothing: opening
it asks the page for what the reader may see anyhow. Of a shared one, colleagues read the name and the filters: so one
that is filtered on a client is there only for those who see that client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.http import QueryDict

from common import audit
from common.figures import Figure, Number
from common.models import SavedView, ViewPin
from common.records import update_versioned
from common.registry import Registry

if TYPE_CHECKING:
    from people.models import User  # types only: common imports no app at run time

MOST = 50
"""Of one person and page."""
MOST_PINS = 6
"""On one cockpit."""
_PASSING = frozenset({"page", "format", "cursor", "csrfmiddlewaretoken"})
_LONGEST = SavedView._meta.get_field("query").max_length or 2000


@dataclass(frozen=True, slots=True)
class TileRow:
    """One of a tile's first rows. figure: None where the reader's list has no figure; then note says what it is."""

    name: str
    url: str
    figure: Figure | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A saved view small, on the cockpit: what the page would say first. series: drawn as a line, oldest first."""

    finding: str
    headline: Figure
    rows: Sequence[TileRow] = ()
    series: Sequence[Number] = ()
    source: str = ""


MakeTile = Callable[["User", QueryDict, datetime], Tile]
"""From the reader, the view's address and the instant. Raises Http404 for what is out of the reader's sight."""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """route: the URL name a view leads to. roles: who may open the page, and so keep views of it.

    tile: how a pinned view of it looks on the cockpit; without one the view cannot be pinned.
    """

    label: str
    route: str
    roles: frozenset[str]
    tile: MakeTile | None = None


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
    found = _in_sight(user, list(SavedView.objects.filter(Q(owner_id=user.pk) | Q(shared=True), page=page)))
    return sorted(found, key=lambda view: (view.owner_id != user.pk, view.name.casefold(), view.pk))[: 4 * MOST]


def _in_sight(user: User, found: list[SavedView]) -> list[SavedView]:
    """One's own, and those shared ones that are filtered on nothing out of sight."""
    for name, sight in sights:
        named = {view.pk: _values(view.query, name) for view in found if view.owner_id != user.pk}
        asked: frozenset[str] = frozenset().union(*named.values())
        seen = sight(user, asked) if asked else asked
        found = [view for view in found if named.get(view.pk, frozenset()) <= seen]
    return found


def views_in_sight(user: User) -> QuerySet[SavedView]:
    """One's own and shared ones in sight, of pages this person may open. One query, and one for each of `sights`."""
    open_to = [name for name, page in pages if user.role in page.roles]
    found = list(SavedView.objects.filter(Q(owner_id=user.pk) | Q(shared=True), page__in=open_to))
    return SavedView.objects.filter(pk__in=[view.pk for view in _in_sight(user, found)])


def view_in_sight(user: User, pk: int) -> SavedView | None:
    """One's own, or a shared one whose name and filters this person may read."""
    view = SavedView.objects.filter(Q(owner_id=user.pk) | Q(shared=True), pk=pk).first()
    return view if view is not None and _in_sight(user, [view]) else None


def own_view(user: User, pk: int) -> SavedView | None:
    """A view is changed by its owner alone; anybody else's is not there."""
    return SavedView.objects.filter(pk=pk, owner_id=user.pk).first()


def pinned_views(user: User) -> list[SavedView]:
    """In the order of the cockpit: of pages this person may open, and still theirs to see. One query, and one for each
    filter of `sights` in shared views.
    """
    roles = [name for name, page in pages if page.tile is not None and user.role in page.roles]
    mine = SavedView.objects.filter(Q(owner_id=user.pk) | Q(shared=True), pins__owner_id=user.pk, page__in=roles)
    return _in_sight(user, list(mine.order_by("pins__position", "pins__pk")))


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


def pin_view(*, view: SavedView, owner_id: int, actor: str) -> None:
    """Put the view last on the person's cockpit; nothing if it is there already."""
    with transaction.atomic():
        own = ViewPin.objects.select_for_update().filter(owner_id=owner_id)
        held = list(own.values_list("view_id", flat=True))
        if view.pk in held:
            return
        if len(held) >= MOST_PINS:
            raise Refused(f"There are {MOST_PINS} views on your cockpit already: take one off first.")
        last = own.order_by().aggregate(last=Max("position"))["last"] or 0
        ViewPin.objects.create(view=view, owner_id=owner_id, position=last + 1)
        _told("pinned view", view, actor, (None, last + 1))


def unpin_view(*, view: SavedView, owner_id: int, actor: str) -> None:
    with transaction.atomic():
        pin = ViewPin.objects.select_for_update().filter(owner_id=owner_id, view=view).first()
        if pin is None:
            return
        pin.delete()
        _told("unpinned view", view, actor, (pin.position, None))


def move_pin(*, view: SavedView, owner_id: int, actor: str) -> None:
    """One place towards the front of the person's cockpit; nothing if it is not pinned, or first."""
    with transaction.atomic():
        pins = list(ViewPin.objects.select_for_update().filter(owner_id=owner_id).order_by("position", "pk"))
        at = next((place for place, pin in enumerate(pins) if pin.view_id == view.pk), 0)
        if at == 0:
            return
        pins[at - 1], pins[at] = pins[at], pins[at - 1]
        for place, pin in enumerate(pins, start=1):
            pin.position = place
        ViewPin.objects.bulk_update(pins, ["position"])
        _told("moved pinned view", view, actor, (at + 1, at))


def _told(verb: str, view: SavedView, actor: str, position: tuple[object, object]) -> None:
    changes: audit.Changes = {"position": position}
    audit.record(actor=actor, verb=verb, kind="saved view", object_id=view.pk, label=view.name, changes=changes)
