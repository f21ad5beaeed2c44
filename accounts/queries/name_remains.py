"""Where a person's name still stands after it was taken out, or may: for somebody to look, row by row.

Versions of plans and ledger lines are never rewritten, a surname alone may be another's, and no program reads a PDF for
names: all of them are named here exactly, so that a person can act.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from accounts.access import clients_for
from accounts.models import Client, Contact
from common.models import AuditEntry
from common.personal import Names, client_path, mentions, tables

if TYPE_CHECKING:
    from people.models import User

LISTED: Final = 200
_SHORT: Final = 3
"""A surname of fewer letters is in too many words."""
_INSIDE: Final = 20 * 1024 * 1024
"""Bytes read of an unpacked document."""
ALONE = "the surname alone, which others may bear"
NAMED = "a file that names the person"
UNREAD = "a file that no program reads for names"


Place = dict[str, Any]
"""what, which, why; client (blank where of none) and client_id. The texts carry no name."""


def remains(names: Names, surname: str) -> list[Place]:
    """To be asked once the name is taken out."""
    word = surname if len(surname) >= _SHORT else names.name
    alone = Names(word, names.email, names.clients)
    called = dict(Client.objects.filter(pk__in=names.clients).values_list("pk", "name"))
    found = [
        (one.what, _which(one.table, one.pk, alone), one.client_id, one.why_kept or ALONE) for one in mentions(alone)
    ]
    found += _files(alone)
    if entries := _entries(alone):
        found.append(("audit entries", str(entries), None, ALONE))
    return [
        {"what": what, "which": which, "client": called.get(client or 0, ""), "client_id": client, "why": why}
        for what, which, client, why in found[:LISTED]
    ]


def places_for(user: User, contact: Contact) -> list[Place]:
    """Those of an erased person at clients in the reader's sight; none of somebody who was not erased."""
    told: list[Place] = contact.erasure.remains if hasattr(contact, "erasure") else []
    seen = frozenset(clients_for(user).values_list("pk", flat=True)) if told else frozenset()
    return [one for one in told if one["client_id"] is None or one["client_id"] in seen]


def _which(table: str, pk: Any, names: Names) -> str:
    row = apps.get_model(table)._base_manager.filter(pk=pk).first()
    return names.clean(f"{row}" if row is not None else "")[:200]


def _entries(names: Names) -> int:
    if not names.name:
        return 0
    text = Q(text__icontains=names.name) | Q(object_label__icontains=names.name)
    rows = AuditEntry.objects.alias(text=Cast("changes", TextField())).filter(text, client_id__in=names.clients)
    return sum(names.clean(f"{one.object_label} {one.changes}") != f"{one.object_label} {one.changes}" for one in rows)


def _files(names: Names) -> Iterator[tuple[str, str, int | None, str]]:
    """Files of these clients that name the person or cannot be searched. One of them in memory at a time."""
    for model in tables():
        path = client_path(model._meta.label_lower)
        columns = [field.attname for field in model._meta.concrete_fields if isinstance(field, models.BinaryField)]
        if not path or not columns:
            continue
        rows = model._base_manager.filter(**{f"{path}__in": names.clients}).order_by("pk")
        for pk, client in list(rows.values_list("pk", path)):
            bodies = rows.filter(pk=pk).values_list(*columns).first() or ()
            says = [_says(bytes(body), names) for body in bodies if body]
            if any(says):
                yield str(model._meta.verbose_name), _which(model._meta.label_lower, pk, names), client, NAMED
            elif None in says:
                yield str(model._meta.verbose_name), _which(model._meta.label_lower, pk, names), client, UNREAD


def _says(body: bytes, names: Names) -> bool | None:
    """Whether a file names the person; None where that cannot be told."""
    if body[:4] == b"PK\x03\x04":
        try:
            with zipfile.ZipFile(BytesIO(body)) as packed:
                parts = [one for one in packed.infolist() if one.filename.endswith((".xml", ".rels"))]
                if sum(one.file_size for one in parts) > _INSIDE:
                    return None
                return any(_names(packed.read(one), names) for one in parts)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return None
    if b"\x00" in body[:1000] or body[:5] == b"%PDF-":
        return None
    return _names(body, names)


def _names(body: bytes, names: Names) -> bool:
    text = body.decode("utf-8", "replace")
    return names.clean(text) != text
