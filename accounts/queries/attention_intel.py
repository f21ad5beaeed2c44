"""What intelligence asks of us: notes that have gone off, and days that come up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.access import clients_for, intelligence_for
from accounts.queries.attention_voice import Asked
from common.attention import HORIZON, AttentionItem, due_words, group_of
from common.formats import day_short

if TYPE_CHECKING:
    from people.models import User

INTEL_KINDS: Final = frozenset({"note", "event"})


def notes_asking(user: User, today: date) -> list[QuerySet[Any, Any]]:
    """Rows of `Asked`, not read yet. Named for the first of its clients in sight; of an industry, for none."""
    blank = Value("", output_field=CharField())
    about = clients_for(user).filter(intelligence=OuterRef("pk")).order_by("name")
    notes = (
        intelligence_for(user)
        .order_by()
        .annotate(
            client_key=Coalesce(Subquery(about.values("key")[:1]), blank),
            client_name=Coalesce(Subquery(about.values("name")[:1]), blank),
        )
    )
    named = ("client_key", "client_name", "title", "so_what", "owner__name")
    return [
        notes.filter(expires_on__lt=today).values_list(
            *named, blank, "expires_on", "pk", Value("note", output_field=CharField())
        ),
        notes.filter(expires_on__gte=today, happens_on__gte=today, happens_on__lte=today + HORIZON).values_list(
            *named, blank, "happens_on", "pk", Value("event", output_field=CharField())
        ),
    ]


def note_item(row: Asked, today: date) -> AttentionItem:
    """row: of one of INTEL_KINDS. Nothing burns because a note went off: it is asked, not urged."""
    if row.kind == "event":
        lead, label = f"{row.title}, on {day_short(row.due)}", "Read the note"
    else:
        lead, label = f"still true? {row.title}, {due_words(row.due, today)}", "Renew or delete"
    lead = lead if row.client_key else f"{lead[:1].upper()}{lead[1:]}"
    url = f"{reverse('intelligence')}?state={'live' if row.kind == 'event' else 'expired'}#note-{row.pk}"
    return AttentionItem(
        client_key=row.client_key,
        client_name=row.client_name,
        shape="watch",
        lead=lead,
        why=f"{row.why.rstrip('.')}. With {row.owner or 'nobody yet'}.",
        action_label=label,
        url=url,
        due=max(row.due, today),
        group=group_of(max(row.due, today), today),
    )
