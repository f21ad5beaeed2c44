"""The audit trail as a reader may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, F, Func, JSONField, OuterRef, Q, QuerySet, Subquery, TextField, Value, When

from accounts.access import clients_for
from accounts.models import Client
from common import audit, audit_words
from common.models import AuditEntry
from common.policies import ADMINISTRATOR, FINANCE, LEADERSHIP
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

COST_KINDS = frozenset(
    {
        "ledger", "budget", "estimate", "estimates", "rate", "rates", "pitch", "pitches", "forecast call", "override",
        "overrides",
    }
)  # fmt: skip
PRIVATE_KINDS = frozenset({"scenario"})
"""Told to whoever did it and nobody else: a scenario's name may say what nobody is to know yet."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    pk: int
    at: datetime
    actor: str
    verb: str
    kind: str
    label: str
    changes: tuple[tuple[str, str, str], ...]
    """What, before, after; in words, blank for nothing."""
    hidden: bool
    """The change touches a field class the reader does not have: who and when stay, what is left out."""
    sealed: bool


def audit_entries_for(user: User) -> QuerySet[AuditEntry]:
    """Entries of clients in sight and of one's own acts; administrators see those that belong to no client. What is
    private is its maker's alone."""
    can = abilities_of(user)
    entries = AuditEntry.objects.order_by("-id").exclude(~Q(actor=user.email), object_kind__in=PRIVATE_KINDS)
    if not can.see_audit:
        return entries.none()
    if not can.see_stance:
        entries = entries.exclude(object_kind__in=audit.STANCE_KINDS)
    if user.role in (FINANCE, LEADERSHIP):
        return entries
    if user.role == ADMINISTRATOR:
        return entries.filter(client_id=None)
    seen = Client.objects.visible_to(user).values_list("pk", flat=True)
    return entries.filter(Q(client_id__in=seen) | Q(actor=user.email))


class _Without(Func):
    """A JSON object without some of its names."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = JSONField()


def audit_entries_told_to(user: User) -> QuerySet[AuditEntry]:
    """The same entries with what this reader may know of each: told, withheld, sealed and told_client (its key)."""
    withheld = _withheld_from(user)
    hidden = Q(field_class__in=withheld)
    if "COST" in withheld:
        hidden |= Q(object_kind__in=COST_KINDS)
    of_judgement = Q(field_class="STANCE", field_class__in=withheld) & ~Q(object_kind__in=COST_KINDS)
    judged = Value(sorted(audit.STANCE_FIELDS), output_field=ArrayField(TextField()))
    nothing = Value({}, output_field=JSONField())
    seen = clients_for(user).order_by().filter(pk=OuterRef("client_id")).values("key")
    return audit_entries_for(user).annotate(
        told=Case(
            When(of_judgement, then=_Without(F("changes"), judged)),
            When(hidden, then=nothing),
            default=F("changes"),
            output_field=JSONField(),
        ),
        withheld=Case(When(hidden, then=Value(True)), default=Value(False)),
        sealed=Case(When(seal_no=None, then=Value(False)), default=Value(True)),
        told_client=Subquery(seen),
    )


def _withheld_from(user: User) -> set[str]:
    can = abilities_of(user)
    rights = {"STANCE": can.see_stance, "COST": can.see_money, "SALARY": can.see_salary}
    return {name for name, right in rights.items() if not right}


def audit_page(user: User, *, text: str, before: int | None, limit: int = 100) -> list[AuditRow]:
    """The newest entries under `before` (keyset), one query."""
    entries = audit_entries_for(user)
    if text:
        entries = entries.filter(
            Q(actor__icontains=text)
            | Q(verb__icontains=text)
            | Q(object_kind__icontains=text)
            | Q(object_label__icontains=text)
        )
    if before:
        entries = entries.filter(pk__lt=before)
    withheld = _withheld_from(user)
    return [_row(entry, withheld) for entry in entries[:limit]]


def _row(entry: AuditEntry, withheld: set[str]) -> AuditRow:
    hidden = entry.field_class in withheld or (entry.object_kind in COST_KINDS and "COST" in withheld)
    shown = entry.changes
    if hidden:  # of a judgement the other fields stay; of money nothing
        kept = entry.field_class == "STANCE" and entry.object_kind not in COST_KINDS
        shown = {name: pair for name, pair in shown.items() if kept and name not in audit.STANCE_FIELDS}
    changes = tuple(audit_words.told(shown))
    return AuditRow(
        pk=entry.pk,
        at=entry.at,
        actor=entry.actor,
        verb=entry.verb,
        kind=entry.object_kind,
        label=entry.object_label or entry.object_id,
        changes=changes,
        hidden=hidden,
        sealed=entry.seal_no is not None,
    )
