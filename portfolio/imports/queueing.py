"""Taking uploads in: kept with their batch, loaded by a worker."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404

from common.jobs import enqueue
from common.models import ImportBatch, Job
from people.models import User
from portfolio.imports.requests import BUNDLE, Options, batches_for

IMPORT: Final = "import"


def queue(*, kind: str, uploads: Sequence[UploadedFile[Any]], options: Options, user: User) -> ImportBatch:
    """Keep the files and queue one job for them; returns the first batch."""
    bundle = f"b{secrets.token_hex(5)}" if kind == BUNDLE else ""
    with transaction.atomic():
        batches = [_keep(upload, kind, options, user, bundle) for upload in uploads]
        enqueue(
            IMPORT,
            _ref(batches[0]),
            input_version=1,
            params={
                "batches": [batch.pk for batch in batches],
                "kind": kind,
                "options": asdict(options),
                "user": user.pk,
            },
            asked_by=user.email,
        )
    return batches[0]


def _ref(batch: ImportBatch) -> str:
    return f"import:{batch.bundle or batch.pk}"


def _keep(upload: UploadedFile[Any], kind: str, options: Options, user: User, bundle: str) -> ImportBatch:
    content = upload.read()
    return ImportBatch.objects.create(
        kind=kind,
        source=options.source,
        file_name=(upload.name or "upload")[-255:],
        file_hash=hashlib.sha256(content).hexdigest(),
        bundle=bundle,
        loaded_by=user.email,
        upload=content,
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a queued load is. failed: set aside after repeated failure; nothing of it was written."""

    going: bool
    doing: str
    done: int
    total: int
    failed: str = ""


def progress_of(batch: ImportBatch) -> Progress:
    going = batch.state in (ImportBatch.State.QUEUED, ImportBatch.State.RUNNING)
    job = Job.objects.filter(kind=IMPORT, object_ref=_ref(batch)).order_by("-id").first() if going else None
    if job is None:
        return Progress(False, "", 0, 0)
    if job.state == "dead":
        return Progress(False, "", 0, 0, job.error or "It was stopped again and again.")
    waiting = "Waiting for a worker" if job.state == "ready" else "Tried again soon: the last try failed"
    return Progress(True, job.doing or waiting, job.done_steps, job.total_steps)


def get_batch_for(user: User, pk: int) -> ImportBatch:
    batch = batches_for(user).filter(pk=pk).first()
    if batch is None:
        raise Http404("No such page, or it is not yours to see.")
    return batch
