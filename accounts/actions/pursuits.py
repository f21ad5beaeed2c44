"""Proposals and pitches: each change with its entry in the trail."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.actions.edits import Subject, add, plain, remove, save_changes
from accounts.models import Decision, Pitch, PitchStatus, Proposal, ProposalDocument
from common import audit
from common.documents import accept
from people.models import User

_PROPOSAL = ("key", "title", "edition", "amount", "currency", "status", "sent_on", "valid_until", "note")


def _told(proposal: Proposal) -> Subject:
    return Subject("proposal", proposal.title, proposal.opportunity.client_id)


def add_proposal(*, proposal: Proposal, actor: User) -> Proposal:
    values = {name: getattr(proposal, name) for name in _PROPOSAL}
    return add(proposal, actor=actor.email, subject=_told(proposal), values=values)


def change_proposal(*, proposal: Proposal, changes: Mapping[str, Any], expected: int, actor: User) -> Proposal:
    """Raises StaleRecord."""
    return save_changes(proposal, changes, expected=expected, actor=actor.email, subject=_told(proposal))


def remove_proposal(*, proposal: Proposal, actor: User) -> None:
    values = {name: getattr(proposal, name) for name in _PROPOSAL}
    remove(proposal, actor=actor.email, subject=_told(proposal), values=values)


@transaction.atomic
def attach_to_proposal(*, proposal: Proposal, name: str, data: bytes, actor: User, now: datetime) -> ProposalDocument:
    """Keep a PDF or DOCX beside its proposal; the same file again is the one there. Raises documents.Refused."""
    accepted = accept(name, data, most=settings.DOCUMENT_MAX_BYTES)
    digest = hashlib.sha256(data).hexdigest()
    fields: dict[str, Any] = {
        "name": accepted.name,
        "media_type": accepted.media_type,
        "size": len(data),
        "body": data,
        "added_by": actor.email,
        "added_at": now,
    }
    made, created = ProposalDocument.objects.get_or_create(proposal=proposal, sha256=digest, defaults=fields)
    if created:
        audit.record(
            actor=actor.email,
            verb="added",
            kind="document",
            object_id=made.pk,
            label=f"{proposal.title} {made.name}",
            client_id=proposal.opportunity.client_id,
            changes={"name": (None, made.name), "size": (None, made.size), "sha256": (None, digest)},
        )
    return made


_PITCH = (
    "key", "name", "status", "due_on", "cost", "currency", "fit", "relationship", "odds", "margin", "capacity",
    "strategic", "note",
)  # fmt: skip


def _pitched(pitch: Pitch) -> Subject:
    return Subject("pitch", pitch.name, pitch.client_id)


@transaction.atomic
def add_pitch(*, pitch: Pitch, team: Sequence[User], actor: User) -> Pitch:
    add(pitch, actor=actor.email, subject=_pitched(pitch), values={name: getattr(pitch, name) for name in _PITCH})
    _set_team(pitch, team, actor)
    return pitch


@transaction.atomic
def change_pitch(
    *, pitch: Pitch, changes: Mapping[str, Any], team: Sequence[User], expected: int, actor: User
) -> Pitch:
    """Raises StaleRecord."""
    fresh = save_changes(pitch, changes, expected=expected, actor=actor.email, subject=_pitched(pitch))
    _set_team(fresh, team, actor)
    return fresh


def _set_team(pitch: Pitch, team: Sequence[User], actor: User) -> None:
    before = sorted(pitch.team.values_list("name", flat=True))
    after = sorted(person.name for person in team)
    if before == after:
        return
    pitch.team.set(team)
    subject = _pitched(pitch)
    audit.record(
        actor=actor.email,
        verb="changed",
        kind=subject.kind,
        object_id=pitch.pk,
        label=subject.label,
        client_id=subject.client_id,
        changes={"team": (plain(", ".join(before)), plain(", ".join(after)))},
    )


def decide_pitch(*, pitch: Pitch, decision: str, expected: int, actor: User, today: date) -> Pitch:
    """Go or no-go, with who said so and when. Raises StaleRecord."""
    status = PitchStatus.PITCHING if decision == Decision.GO else PitchStatus.DECLINED
    changes = {"decision": decision, "decided_on": today, "decided_by": actor.email, "status": status}
    return save_changes(pitch, changes, expected=expected, actor=actor.email, subject=_pitched(pitch), verb="decided")
