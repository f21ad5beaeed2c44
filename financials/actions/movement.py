"""Remembering when a person last looked at what moved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from financials.models import ForecastLook
from financials.queries.movement import FEWEST_MINUTES

if TYPE_CHECKING:
    from people.models import User


@transaction.atomic
def note_look(*, person: User, now: datetime) -> None:
    """A look within an hour of the last one is the same look. It is the reader's own mark: no audit row, no right."""
    look, made = ForecastLook.objects.select_for_update().get_or_create(person=person, defaults={"looked_at": now})
    if not made and now - look.looked_at >= timedelta(minutes=FEWEST_MINUTES):
        look.before, look.looked_at = look.looked_at, now
        look.save(update_fields=["before", "looked_at"])
