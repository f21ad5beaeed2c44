"""All that is held of one person, as they may be told it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.forms.models import model_to_dict
from django.utils.crypto import salted_hmac

from accounts.access import clients_for
from accounts.models import (
    Bond,
    Contact,
    Erasure,
    Feedback,
    Influence,
    Introduction,
    Invitation,
    Stakeholding,
    Touchpoint,
)
from accounts.queries.name_remains import places_for
from common.models import AuditEntry
from common.personal import Names, kept, mentions

if TYPE_CHECKING:
    from people.models import User

NOT_SEARCHED = "PDFs kept with contracts, proposals and frozen reviews cannot be searched: an erasure lists them."


def key_hash(text: str) -> str:
    """The same for the same text, and of no use to who reads the table alone."""
    return salted_hmac("erasure", text.strip().casefold(), algorithm="sha256").hexdigest()


def names_of(contact: Contact) -> Names:
    """The clients are those the person has to do with; only there the name is theirs."""
    linked = set(Stakeholding.objects.filter(contact=contact).values_list("client_id", flat=True))
    linked |= set(Touchpoint.objects.filter(theirs=contact).values_list("client_id", flat=True))
    linked |= set(Feedback.objects.filter(contact=contact).values_list("client_id", flat=True))
    linked |= {contact.client_id} if contact.client_id else set()
    whole = contact.name if contact.first_name and contact.last_name else ""
    return Names(whole, contact.email, frozenset(linked))


def erased_among(keys: Iterable[str], emails: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Those of these keys and addresses that belong to people who asked to be erased. One query."""
    by_key = {key_hash(key): key for key in keys if key}
    by_email = {key_hash(email): email for email in emails if email}
    rows = Erasure.objects.filter(Q(key_hash__in=by_key) | Q(email_hash__in=by_email)).values_list(
        "key_hash", "email_hash"
    )
    found = list(rows)
    return (
        frozenset(by_key[one] for one, _ in found if one in by_key),
        frozenset(by_email[one] for _, one in found if one in by_email),
    )


def held_of(user: User, contact: Contact, now: datetime) -> dict[str, Any]:
    """By part; each a list of plain rows. Only of clients the reader sees, which the file says."""
    seen = frozenset(clients_for(user).values_list("pk", flat=True))
    names = names_of(contact)
    own: dict[str, Any] = {
        "contact": [_row(contact)],
        "parts_in_clients": [_row(one) for one in Stakeholding.objects.filter(contact=contact, client__in=seen)],
        "ties_of_our_people": [
            {"person": one.person.email, "level": one.level, "level_wanted": one.level_wanted}
            for one in Bond.objects.filter(stake__contact=contact, stake__client__in=seen).select_related("person")
        ],
        "lines": [
            {"line": str(one), "kind": one.kind, "strength": one.strength}
            for one in Influence.objects.filter(Q(source=contact) | Q(target=contact), client__in=seen).select_related(
                "source", "target"
            )
        ],
        "introductions": [
            {"introduction": str(one), "strength": one.strength, "state": one.state, "evidence": one.evidence}
            for one in Introduction.objects.filter(Q(source=contact) | Q(target=contact)).select_related(
                "source", "target"
            )
        ],
        "touchpoints": [
            {"date": one.date, "kind": one.kind, "client": one.client.key, "notes": one.notes}
            for one in Touchpoint.objects.filter(theirs=contact, client__in=seen).select_related("client")
        ],
        "answers": [
            {"date": one.date, "scale": one.scale, "score": one.score, "comment": one.comment, "quote": one.quote}
            for one in Feedback.objects.filter(contact=contact, client__in=seen)
        ],
        "invitations": [
            {"survey": one.survey.title, "asked_at": one.asked_at, "answered_at": one.answered_at}
            for one in Invitation.objects.filter(contact=contact, client__in=seen).select_related("survey")
        ],
    }
    narrowed = Names(names.name, names.email, names.clients & seen)
    own["named_elsewhere"] = [
        {"what": one.what, "id": str(one.pk), "words": one.fields, "kept_because": one.why_kept}
        for one in mentions(narrowed)
        if one.table != "accounts.contact" and (one.client_id in seen or one.client_id is None)
    ]
    own["history"] = _history(contact, narrowed)
    about = {
        "person": contact.name,
        "as_of": now,
        "held_for": "account relationships of the firm",
        "scope": f"Records of the {len(seen & names.clients)} clients that {user.email} sees and this person is with.",
        "not_searched": NOT_SEARCHED,
        "never_rewritten": dict(kept),
    }
    return {"about": about, **own, "still_named_in": places_for(user, contact)}


def _row(record: Any) -> dict[str, Any]:
    return {**model_to_dict(record), "created_at": record.created_at, "updated_at": record.updated_at}


def _history(contact: Contact, names: Names) -> list[dict[str, Any]]:
    found = Q(object_kind="contact", object_id=str(contact.pk))
    parts = Stakeholding.objects.filter(contact=contact, client__in=names.clients).values_list("pk", flat=True)
    found |= Q(object_kind="stakeholding", object_id__in=[str(pk) for pk in parts])
    if names.name:
        text = Q(text__icontains=names.name) | Q(object_label__icontains=names.name)
        found |= Q(client_id__in=names.clients) & text
    rows = AuditEntry.objects.alias(text=Cast("changes", TextField())).filter(found).order_by("pk")
    return [
        {"at": one.at, "verb": one.verb, "what": f"{one.object_kind} {one.object_label}", "changes": one.changes}
        for one in rows
    ]
