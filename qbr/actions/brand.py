"""Colours, logo and order of slides: kept, each change told in the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from accounts.models import Client
from common import audit
from common.records import put_versioned
from qbr.models import Deck, DeckBrand, DeckTemplate

if TYPE_CHECKING:
    from people.models import User

KEPT: Final = b""
"""A logo that is not changed; None takes it away."""


@transaction.atomic
def set_brand(
    *, client: Client | None, colours: Mapping[str, str], logo: bytes | None, expected: int, actor: User
) -> DeckBrand:
    """client: None for the firm's own. expected: the version seen, 0 for none yet. Raises StaleRecord."""
    changes: dict[str, Any] = dict(colours) if logo == KEPT else {**colours, "logo": logo}
    held, saved = put_versioned(DeckBrand, {"client": client}, changes, expected=expected)
    was = {name: getattr(held, name, "") for name in colours}
    told = audit.changes_between(was, dict(colours))
    if logo != KEPT:
        told["logo"] = (bool(held and held.logo), logo is not None)
    if told:
        label = client.name if client else "Our own"
        audit.record(
            actor=actor.email, verb="changed", kind="deck brand", object_id=saved.pk, label=label,
            client_id=client.pk if client else None, changes=told,
        )  # fmt: skip
    return saved


@transaction.atomic
def set_template(*, kind: str, slides: Sequence[str], actor: User) -> DeckTemplate:
    """The slides a new review of the kind begins with; [] for all, as they are composed. Raises StaleRecord."""
    before, held = put_versioned(DeckTemplate, {"kind": kind}, {"slides": list(slides)}, expected=None)
    was = list(before.slides) if before else []
    if was != list(slides):
        audit.record(
            actor=actor.email, verb="changed", kind="deck template", object_id=held.pk,
            label=str(Deck.Kind(kind).label), client_id=None, changes={"slides": (was, list(slides))},
        )  # fmt: skip
    return held
