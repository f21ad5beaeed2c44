"""What is held of one person taken out, for who asks that: names and words go, numbers stay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, TextField
from django.db.models.functions import Cast

from accounts.models import (
    Contact,
    ContactMerge,
    DistinctPair,
    Erasure,
    Feedback,
    Influence,
    Introduction,
    Invitation,
    LineState,
    Rating,
    Stakeholding,
    StakeState,
)
from accounts.queries.name_remains import remains
from accounts.queries.personal import key_hash, names_of
from common import audit
from common.models import AuditEntry, IdempotencyKey, ImportBatch, ImportChange
from common.personal import Names, endings, purge, replaced
from people.models import User

FIRST, LAST = "Erased", "person"


class CannotErase(Exception):
    """Says why, in words for the person who asked."""


def erase_contact(*, contact: Contact, reason: str, actor: User, now: datetime) -> Erasure:
    """The contact becomes a seat without a holder. Touches, powers, levels and scores keep counting.

    Raises CannotErase where somebody else bears the same name at the same client: their words would go too.
    """
    with transaction.atomic():
        contact = Contact.objects.select_for_update(of=("self",)).select_related("client").get(pk=contact.pk)
        if Erasure.objects.filter(contact=contact).exists():
            raise CannotErase("This person is erased already.")
        names = names_of(contact)
        _refuse_namesakes(contact, names)
        counts = _own_rows(contact, names)
        counts |= {what: end(contact, actor, now) for what, end in endings}
        hashes = key_hash(contact.key), key_hash(contact.email) if contact.email else ""
        owned = {f"contact:{contact.pk}", *(f"stakeholding:{pk}" for pk in _parts(contact))}
        Contact.objects.filter(pk=contact.pk).update(
            key=f"erased-{contact.pk}", first_name=FIRST, last_name=LAST, title="", email="", employer="",
            identified=False, version=F("version") + 1, updated_at=now,
        )  # fmt: skip
        counts |= purge(names)
        counts |= _imports(contact, names)
        counts["audit entry"] = _trail(contact, names, owned, actor, reason)
        made = Erasure.objects.create(
            contact=contact, reason=reason, done_at=now, done_by=actor.email, key_hash=hashes[0], email_hash=hashes[1],
            counts={what: count for what, count in counts.items() if count},
            remains=remains(names, contact.last_name),
        )  # fmt: skip
        audit.record(
            actor=actor.email, verb="erased", kind="contact", object_id=contact.pk, label=audit.REDACTED,
            client_id=contact.client_id, changes={"reason": (None, reason), "rows": (None, made.counts)},
        )  # fmt: skip
    return made


def _refuse_namesakes(contact: Contact, names: Names) -> None:
    same = Contact.objects.filter(
        Q(client__in=names.clients) | Q(stakeholdings__client__in=names.clients),
        first_name__iexact=contact.first_name, last_name__iexact=contact.last_name,
    )  # fmt: skip
    if names.name and same.exclude(pk=contact.pk).exists():
        raise CannotErase(
            f"Another contact there is called {contact.name}. Merge the two if they are one person, or change the "
            "spelling of one, so that nobody else's words are taken out."
        )


def _parts(contact: Contact) -> list[int]:
    return list(Stakeholding.objects.filter(contact=contact).values_list("pk", flat=True))


def _own_rows(contact: Contact, names: Names) -> dict[str, int]:
    """Opinions of the person, and the person's own words."""
    Stakeholding.objects.filter(contact=contact).update(
        stance=None, evidence="", judged_by="", judged_on=None, version=F("version") + 1
    )
    Rating.objects.filter(stake__contact=contact).delete()
    StakeState.objects.filter(contact_id=contact.pk).update(name=audit.REDACTED, title="", stance=None)
    LineState.objects.filter(Q(source_id=contact.pk) | Q(target_id=contact.pk)).delete()
    counts = {
        "influence": Influence.objects.filter(Q(source=contact) | Q(target=contact)).delete()[0],
        "introduction": Introduction.objects.filter(Q(source=contact) | Q(target=contact)).delete()[0],
        "open invitation": Invitation.objects.filter(contact=contact, answered_at=None).delete()[0],
        "merge": ContactMerge.objects.filter(kept=contact).delete()[0],
        "answer": 0,
    }
    DistinctPair.objects.filter(Q(one=contact) | Q(other=contact)).delete()
    Invitation.objects.filter(contact=contact).update(mail_error="")
    for answer in Feedback.objects.filter(contact=contact).exclude(comment=""):
        comment = "" if answer.score is not None else audit.REDACTED  # an answer says something
        Feedback.objects.filter(pk=answer.pk).update(comment=comment, quote="", version=F("version") + 1)
        counts["answer"] += 1
    return counts


def _imports(contact: Contact, names: Names) -> dict[str, int]:
    """What stood in the person's rows before files changed them, and rows of files that were refused."""
    own = Q(table="accounts.contact", object_id=contact.pk)
    own |= Q(table="accounts.stakeholding", object_id__in=_parts(contact))
    wiped = ImportChange.objects.filter(own).exclude(before=None)
    count = 0
    for change in wiped:
        before: dict[str, Any] = change.before or {}
        for field in ("first_name", "last_name", "title", "email", "employer", "evidence", "judged_by"):
            if before.get(field):
                before[field] = ""
        if "first_name" in before:
            before |= {"first_name": FIRST, "last_name": LAST, "key": f"erased-{contact.pk}"}
        change.before = replaced(before, names, True)
        count += 1
    ImportChange.objects.bulk_update(wiped, ["before"], batch_size=500)
    refused = 0
    words = [word.encode() for word in (names.email, names.name) if word]
    for batch in ImportBatch.objects.exclude(rejects=None).only("pk", "rejects").iterator(chunk_size=20):
        if any(word.lower() in bytes(batch.rejects or b"").lower() for word in words):
            refused += ImportBatch.objects.filter(pk=batch.pk).update(rejects=None)
    _answers_of_rest(contact)
    return {"earlier state": count, "file of refused rows": refused}


def _answers_of_rest(contact: Contact) -> None:
    """Those that would be given again. They hold the names of a person apart, so the surname alone is enough."""
    for word in filter(None, (contact.email, contact.last_name, contact.key)):
        IdempotencyKey.objects.extra(
            where=["position(lower(encode(convert_to(%s, 'UTF8'), 'escape')) in lower(encode(body, 'escape'))) > 0"],
            params=[word],
        ).delete()


def _trail(contact: Contact, names: Names, owned: set[str], actor: User, reason: str) -> int:
    # What is not sealed yet would be sealed as it reads after this, with nothing to show that it changed.
    while audit.seal() >= audit.SEALED_AT_ONCE:
        pass
    rows = AuditEntry.objects.alias(text=Cast("changes", TextField()))
    found = Q(object_kind="contact", object_id=str(contact.pk))
    found |= Q(object_kind="stakeholding", object_id__in=[str(pk) for pk in _parts(contact)])
    if names.email:
        found |= Q(text__icontains=names.email) | Q(object_label__icontains=names.email)
    if names.name:
        here = Q(client_id__in=names.clients) | (Q(client_id=None) if contact.client_id is None else Q(pk__in=[]))
        found |= here & (Q(text__icontains=names.name) | Q(object_label__icontains=names.name))
    return audit.redact(
        rows.filter(found, redacted_by=None).exclude(verb="redacted"),
        names.clean,
        wipe=lambda entry: f"{entry.object_kind}:{entry.object_id}" in owned,
        actor=actor.email,
        kind="contact",
        object_id=contact.pk,
        client_id=contact.client_id,
        reason=reason,
    )


def tell_export(*, contact: Contact, actor: User, rows: Mapping[str, Any]) -> None:
    audit.record(
        actor=actor.email, verb="gave out what is held of", kind="contact", object_id=contact.pk, label=contact.name,
        client_id=contact.client_id, changes={"parts": (None, ", ".join(rows))},
    )  # fmt: skip
