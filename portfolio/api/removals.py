"""Removing a record through REST."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from common import audit, jobs
from people.models import User
from portfolio.api.problems import Problem


def delete_record(user: User, record: Any) -> None:
    """Remove a record, leaving an audit entry; what it hung on is recomputed."""
    kind = str(type(record)._meta.verbose_name)
    with transaction.atomic():
        audit.record(
            actor=user.email,
            verb="deleted",
            kind=kind,
            object_id=record.pk,
            label=str(record),
            client_id=record.client_id,
        )
        try:
            record.delete()
        except ProtectedError as error:
            raise Problem(409, "Other records hang on it: remove those first.") from error
        if kind == "opportunity":
            jobs.mark_dirty("recompute", [f"client:{record.client_id}"], asked_by=user.email)
