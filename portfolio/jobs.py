"""Work of the roof: an uploaded file or bundle loaded, a report set on paper."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from common.jobs import JobKind, Lease, LeaseLost, kinds
from common.models import ImportBatch
from common.reports import report_kinds
from people.models import User
from portfolio.imports.files import SourceFile
from portfolio.imports.queueing import IMPORT
from portfolio.imports.requests import Options
from portfolio.imports.runner import load_files
from portfolio.models import PackSend, ReportFile
from portfolio.pack_mail import PACK, deliver_all, made_by, may_send, pack_text
from portfolio.pdf import render_report
from portfolio.queries.report_files import PRINT
from qbr.pdf import WALL_SECONDS


class _Progress:
    """Tells of a load, and holds its lease, from a connection of its own: nobody sees yet what the load has written."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._latest = (0, 1, "Starting")
        self._changed, self._over = threading.Event(), False
        self._lost: LeaseLost | None = None
        self._thread = threading.Thread(target=self._tell, name="import-progress", daemon=True)

    def __call__(self, done: int, total: int, doing: str) -> None:
        self._latest = (done, total, doing)
        self._changed.set()

    def __enter__(self) -> _Progress:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._changed.set()
        self._thread.join()

    def settle(self) -> None:
        """Ends the telling. Raises LeaseLost if the lease went meanwhile."""
        self.__exit__()
        if self._lost is not None:
            raise self._lost

    def _tell(self) -> None:
        try:
            while not self._over:
                self._changed.wait(timeout=settings.JOB_LEASE_SECONDS / 3)
                self._changed.clear()
                self._lease.progress(*self._latest)
        except LeaseLost as lost:
            self._lost = lost
        finally:
            connection.close()


def run_import(leases: Sequence[Lease]) -> None:
    for lease in leases:
        with _Progress(lease) as progress, transaction.atomic():
            result = _load(lease, progress)
            progress.settle()
            # Inside the load's transaction: a lost lease takes the load back with it.
            with lease.finish(result):
                pass


def _load(lease: Lease, progress: _Progress) -> dict[str, int]:
    waiting = ImportBatch.objects.filter(pk__in=lease.params["batches"], state=ImportBatch.State.QUEUED)
    batches = list(waiting.order_by("pk"))
    if not batches:  # done before: the job was delivered again
        return {}
    user = User.objects.get(pk=lease.params["user"])
    options = Options(**lease.params["options"])
    files = [
        SourceFile(batch.file_name, data=bytes(batch.upload or b""), encoding=options.encoding) for batch in batches
    ]
    reports = load_files(
        lease.params["kind"],
        files,
        options=options,
        actor=user.email,
        now=timezone.now(),
        user=user,
        batches=batches,
        progress=progress,
    )
    return {"files": len(reports), "rejected": sum(report.rejected for report in reports)}


def print_reports(leases: Sequence[Lease]) -> None:
    """Safe to run twice: a file that is there already is left as it is."""
    for lease in leases:
        file = ReportFile.objects.select_related("user").filter(pk=int(lease.object_id)).first()
        if file is None or file.made_at is not None or not file.user.is_active:
            with lease.finish():
                continue
        kind = report_kinds[file.name]
        if file.user.role not in kind.roles:
            with lease.finish():
                continue
        lease.progress(0, 2, "Reading the figures")
        report = kind.read(file.user, file.query, timezone.now())
        lease.progress(1, 2, "Setting the pages")
        made = render_report(report)
        with lease.finish({"findings": list(made.findings), "pages": made.pages}):
            ReportFile.objects.filter(pk=file.pk).update(
                pdf=made.pdf, pages=made.pages, title=f"{report.title}, {report.period}"[:200], made_at=timezone.now()
            )


def mail_packs(leases: Sequence[Lease]) -> None:
    """Set each pack once, then mail it. Safe to run twice: what is made stays, and a mail is claimed before it goes."""
    for lease in leases:
        send = PackSend.objects.select_related("owner").filter(pk=int(lease.object_id)).first()
        sent = _mail_pack(send, lease) if send is not None and may_send(send.owner) else 0
        with lease.finish({"sent": sent}):
            pass


def _mail_pack(send: PackSend, lease: Lease) -> int:
    if send.made_at is None:
        lease.progress(0, 2, "Reading the figures")
        report = report_kinds[PACK].read(send.owner, {}, timezone.now())
        lease.progress(1, 2, "Setting the pages")
        made = render_report(report)
        subject, body = pack_text(report, send.owner, settings.PUBLIC_URL)
        made_by(send, subject=subject, body=body, pdf=made.pdf, now=timezone.now())
    return deliver_all(
        send, now=timezone.now(), told=lambda done, total: lease.progress(done, total, "Mailing the pack")
    )


def register() -> None:
    kinds.register(PACK, JobKind(PACK, "Leadership pack", mail_packs, lease_seconds=int(WALL_SECONDS) + 15))
    kinds.register(PRINT, JobKind(PRINT, "Report file", print_reports, lease_seconds=int(WALL_SECONDS) + 15))
    kinds.register(IMPORT, JobKind(IMPORT, "Import", run_import))
