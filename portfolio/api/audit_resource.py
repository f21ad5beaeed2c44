"""The audit trail through REST: read by those who read its page, with the same left out."""

from __future__ import annotations

from portfolio.api.resources import ID_FIELD, Field, Resource
from portfolio.queries.audit import audit_entries_told_to

AUDIT = Resource(
    name="audit",
    label="the audit trail",
    kind="",
    natural_key="id",
    fields=(
        ID_FIELD,
        Field("at", "datetime", writable=False, filter=False),
        Field("actor", writable=False, help="E-mail of the person, or the name of the process."),
        Field("verb", writable=False),
        Field("kind", path="object_kind", writable=False, help="What sort of record."),
        Field("object_id", writable=False, help="The record's id."),
        Field("label", path="object_label", writable=False),
        Field("client", path="told_client", writable=False, help="Key; null for none, or one out of sight."),
        Field("changes", "object", path="told", writable=False, filter=False, help="field: [before, after]"),
        Field("withheld", "boolean", writable=False, help="Something is left out, of a field class you do not have."),
        Field("request_id", writable=False),
        Field("sealed", "boolean", writable=False, help="In the hash chain."),
    ),
    rows=audit_entries_told_to,
    can_read=lambda can: can.see_audit,
    can_write=lambda can: False,
    orderings=("at",),
    search=("actor", "verb", "object_kind", "object_label"),
    versioned=False,
)
