"""Asking for a report as a file."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from common.jobs import enqueue
from people.models import User
from portfolio.models import ReportFile
from portfolio.queries.report_files import KEPT, PRINT


@transaction.atomic
def ask_for_report(*, name: str, query: Mapping[str, str], actor: User) -> ReportFile:
    """Queue the file; the reader's oldest beyond those kept go."""
    file = ReportFile.objects.create(user=actor, name=name, query=dict(query))
    old = ReportFile.objects.filter(user=actor).order_by("-pk").values_list("pk", flat=True)[KEPT:]
    ReportFile.objects.filter(pk__in=list(old)).delete()
    enqueue(PRINT, f"report:{file.pk}", input_version=1, asked_by=actor.email)
    return file
