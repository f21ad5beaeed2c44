"""Printing frozen reviews: the snapshot to PDF in a child process, one deck at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.utils.timezone import now as utc_now

from common.jobs import JobKind, Lease, kinds
from qbr.models import Snapshot
from qbr.pdf import WALL_SECONDS, render_pdf
from qbr.pptx import render_pptx
from qbr.queries.decks import PRESENT, RENDER, content_hash, frozen_deck

_STEPS = 2


class Tampered(Exception):
    """The frozen content no longer has the hash it was frozen with."""


def render_decks(leases: Sequence[Lease]) -> None:
    """Safe to run twice: the same snapshot makes the same bytes."""
    for lease in leases:
        _render(lease)


def _render(lease: Lease) -> None:
    snapshot = _sound(lease)
    lease.progress(1, _STEPS, "Setting the pages")
    made = render_pdf(frozen_deck(snapshot))
    with lease.finish({"findings": list(made.findings), "pages": made.pages}):
        Snapshot.objects.filter(pk=snapshot.pk).update(
            pdf=made.pdf,
            pdf_hash=hashlib.sha256(made.pdf).hexdigest(),
            pages=made.pages,
            rendered_at=utc_now(),
        )


def render_presentations(leases: Sequence[Lease]) -> None:
    """Safe to run twice: the same snapshot makes the same bytes."""
    for lease in leases:
        snapshot = _sound(lease)
        lease.progress(1, _STEPS, "Drawing the slides")
        made = render_pptx(frozen_deck(snapshot))
        with lease.finish({"pages": made.pages}):
            Snapshot.objects.filter(pk=snapshot.pk).update(pptx=made.body, pptx_hash=made.sha256)


def _sound(lease: Lease) -> Snapshot:
    snapshot = Snapshot.objects.defer("pdf", "pptx").get(deck_id=int(lease.object_id))
    if content_hash(snapshot.content) != snapshot.content_hash:
        raise Tampered(f"deck {lease.object_id}")
    return snapshot


def register() -> None:
    kinds.register(PRESENT, JobKind(PRESENT, "Review as slides", render_presentations, lease_seconds=WALL_SECONDS + 15))
    kinds.register(RENDER, JobKind(RENDER, "Review file", render_decks, lease_seconds=WALL_SECONDS + 15))
