"""A reader's report files: the one asked for, how far it is, and the others of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import QuerySet
from django.http import Http404

from accounts.access import NOT_FOUND
from common import formats
from common.models import Job
from common.reports import ReportKind, report_kinds
from portfolio.models import ReportFile

if TYPE_CHECKING:
    from people.models import User

PRINT: Final = "report_file"
SHOWN: Final = 8
KEPT: Final = 20
"""Files of one reader that are kept; older ones go when a new one is asked for."""


@dataclass(frozen=True, slots=True)
class Making:
    """state: done, failed or working. value: percent, None while nothing is known."""

    state: str
    doing: str
    value: int | None = None
    error: str = ""


def kind_for(user: User, name: str) -> ReportKind | None:
    """None where the role may not ask for it. Raises Http404 where there is no such report."""
    kind = report_kinds.get(name)
    if kind is None:
        raise Http404(NOT_FOUND)
    return kind if user.role in kind.roles else None


def files_of(user: User) -> QuerySet[ReportFile]:
    return ReportFile.objects.filter(user=user).defer("pdf")


def file_for(user: User, pk: int) -> ReportFile:
    """One's own only: what a file holds was in its reader's sight, and no one else's."""
    found = files_of(user).filter(pk=pk).first()
    if found is None or kind_for(user, found.name) is None:
        raise Http404(NOT_FOUND)
    return found


def others_of(user: User, name: str, *, but: int = 0) -> list[ReportFile]:
    """The newest files of one's own by the same report."""
    return list(files_of(user).filter(name=name).exclude(pk=but)[:SHOWN])


def body_of(file: ReportFile) -> bytes:
    """Raises Http404 until it is made."""
    body = ReportFile.objects.filter(pk=file.pk).values_list("pdf", flat=True).first()
    if body is None:
        raise Http404(NOT_FOUND)
    return bytes(body)


def making_of(file: ReportFile) -> Making:
    """One query."""
    if file.made_at is not None:
        return Making("done", formats.plural(file.pages or 0, "page"), 100)
    job = Job.objects.filter(kind=PRINT, object_ref=f"report:{file.pk}").order_by("-pk").first()
    if job is not None and job.state == "dead":
        return Making("failed", "", None, job.error)
    share = job.share_done if job else None
    doing = job.doing if job and job.doing else "Waiting for a free worker"
    return Making("working", doing, None if share is None else int(share * 100))
