"""Running a load: read, turn neutral, check, write or roll back, report. One transaction; a kill leaves nothing."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import DataError, IntegrityError, connection, transaction

from common.audit import record
from common.imports import Counts, LoadContext, Unusable, kinds, read_values
from common.models import ImportBatch
from people.models import User
from portfolio.imports.files import Sheet, SourceFile, read
from portfolio.imports.reports import Report
from portfolio.imports.requests import BUNDLE, Options, check, check_parts
from portfolio.imports.sources import Part
from portfolio.imports.sources.neutral import table_of

_LOCK: Final = 7_301_003
Progress = Callable[[int, int, str], None]
State = ImportBatch.State


class _Rollback(Exception):
    """Takes the writes back; the report stays."""


def _silent(_done: int, _total: int, _doing: str) -> None:
    return None


def load_files(
    kind: str,
    files: Sequence[SourceFile],
    *,
    options: Options,
    actor: str,
    now: datetime,
    user: User | None = None,
    batches: Sequence[ImportBatch] = (),
    progress: Progress = _silent,
) -> list[Report]:
    """Load one file, or a bundle. user: whose sight holds; None sees everything. batches: those queued for the files.

    Every row of all files or none, unless options.accept_valid. A file that cannot be read refuses the bundle.
    """
    started = time.perf_counter()
    queued = {batch.file_name: batch for batch in batches}
    progress(0, len(files) + 1, f"Reading {files[0].name}" if files else "Reading")
    try:
        source = check(kind, options, user)
        sheets = [(source.read or read)(file) for file in files]
        parts = source.convert(kind, sheets, options.for_kinds())
        check_parts(parts, user)
    except Unusable as error:
        return _refuse(kind, files, str(error), options=options, actor=actor, now=now, queued=queued)
    read_seconds = time.perf_counter() - started
    bundle = next((batch.bundle for batch in batches), "") or (_new_bundle() if kind == BUNDLE else "")
    loader = _Loader(options, actor, now, user, bundle, queued, progress)
    reports = loader.run(parts)
    if reports:
        reports[0].timings = {"read": read_seconds, **reports[0].timings}
    return reports


def load_rows(
    kind: str,
    rows: Iterable[Mapping[str, str]],
    *,
    actor: str,
    now: datetime,
    user: User | None = None,
    accept_valid: bool = False,
    file_name: str = "",
) -> Report:
    """Rows the program itself has, by neutral column. Raises Unusable when a required column is missing."""
    dicts = list(rows)
    header = list(dict.fromkeys(name for row in dicts for name in row))
    cells = [[row.get(name, "") for name in header] for row in dicts]
    digest = hashlib.sha256(repr((header, cells)).encode()).hexdigest()
    sheet = Sheet(file_name or f"{kind} rows", digest, header, cells, list(range(1, len(cells) + 1)), {}, [])
    part = Part(kind, sheet, table_of(sheet, kinds[kind]))
    loader = _Loader(Options(accept_valid=accept_valid), actor, now, user, "", {}, _silent)
    return loader.run([part])[0]


def _new_bundle() -> str:
    return f"b{secrets.token_hex(5)}"


def take_turn(progress: Progress = _silent) -> None:
    """One load or undo at a time: the second waits, and says so. Held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            progress(0, 1, "Another load is running: this one waits for its end")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


class _Loader:
    """One run over the parts of a file or bundle."""

    def __init__(
        self,
        options: Options,
        actor: str,
        now: datetime,
        user: User | None,
        bundle: str,
        queued: Mapping[str, ImportBatch],
        progress: Progress,
    ) -> None:
        self.options, self.actor, self.now, self.user = options, actor, now, user
        self.bundle, self.progress = bundle, progress
        self.queued = dict(queued)

    def run(self, parts: Sequence[Part]) -> list[Report]:
        with transaction.atomic():
            take_turn(self.progress)
            batches = [self._batch(part) for part in parts]
            reports = [_report(part, batch) for part, batch in zip(parts, batches, strict=True)]
            try:
                with transaction.atomic():
                    self._write(parts, reports)
                    if self.options.dry_run or (any(r.rejects for r in reports) and not self.options.accept_valid):
                        raise _Rollback
                _say(reports, State.LOADED)
            except _Rollback:
                _say(reports, State.CHECKED if self.options.dry_run else State.REFUSED)
            except (IntegrityError, DataError, Unusable) as error:
                _say(reports, State.REFUSED, _in_words(error))
            for report, batch in zip(reports, batches, strict=True):
                self._finish(report, batch)
        return reports

    def _batch(self, part: Part) -> ImportBatch:
        batch = None if part.also else self.queued.pop(part.sheet.name, None)
        if batch is None:
            batch = ImportBatch(source=self.options.source, bundle=self.bundle, loaded_by=self.actor)
        name = f"{part.sheet.name} ({part.also})" if part.also else part.sheet.name
        batch.kind, batch.file_name, batch.file_hash = part.kind, name[-255:], part.sheet.digest
        batch.state = State.RUNNING
        batch.save()
        return batch

    def _write(self, parts: Sequence[Part], reports: Sequence[Report]) -> None:
        for number, (part, report) in enumerate(zip(parts, reports, strict=True), 1):
            self.progress(number, len(parts) + 1, f"Checking and writing {report.read:,} rows of {report.file}")
            context = LoadContext(
                report.batch or 0, self.actor, self.now, self.user, self.options.for_kinds(), report.timings
            )
            counts = _load_part(part, context)
            report.created, report.updated, report.unchanged = counts.created, counts.updated, counts.unchanged
            report.notes = [*part.table.notes, *counts.notes]
            report.take_rejects(part.table)

    def _finish(self, report: Report, batch: ImportBatch) -> None:
        batch.state, batch.error, batch.finished_at = State(report.state), report.error, self.now
        batch.read, batch.rejected = report.read, report.rejected
        batch.created, batch.updated, batch.unchanged = report.created, report.updated, report.unchanged
        batch.notes = [note.as_dict() for note in report.notes]
        batch.rejects = report.rejects_csv() if report.rejects else None
        batch.upload = None
        batch.options = {**self.options.for_kinds(), "accept_valid": self.options.accept_valid}
        batch.save()
        if report.state == State.LOADED:
            counts = {name: (None, getattr(report, name)) for name in ("read", "created", "updated", "rejected")}
            record(actor=self.actor, verb="loaded", kind="import", object_id=batch.pk, label=str(batch), changes=counts)


def _report(part: Part, batch: ImportBatch) -> Report:
    count = len(part.table) if part.also else len(part.sheet.rows)
    return Report(part.kind, batch.file_name, batch.pk, batch.bundle, read=count)


def _load_part(part: Part, context: LoadContext) -> Counts:
    kind = kinds.get(part.kind)
    if kind is None:  # read for its facts alone, as a source's product list
        return Counts(unchanged=len(part.table) - len(part.table.rejected))
    with context.step("check"):
        values = read_values(part.table, kind)
    with context.step("load"):
        return kind.load(values, context)


def _say(reports: Sequence[Report], state: State, error: str = "") -> None:
    for report in reports:
        report.state, report.error = state, error
        report.unusable = bool(error)
        if state == State.REFUSED:
            report.nothing_written()
    refused = sum(report.rejected for report in reports)
    if state == State.REFUSED and not error:
        rows = "1 row was" if refused == 1 else f"{refused:,} rows were"
        for report in reports:
            report.error = f"Nothing was written: {rows} refused. Mend them, or accept the valid ones."


def _in_words(error: Exception) -> str:
    if isinstance(error, Unusable):
        return str(error)
    first = str(error).strip().partition("\n")[0]
    return f"Nothing was written: the database refused a row ({first})."


def _refuse(
    kind: str,
    files: Sequence[SourceFile],
    error: str,
    *,
    options: Options,
    actor: str,
    now: datetime,
    queued: Mapping[str, ImportBatch],
) -> list[Report]:
    """Keep the refusal where people look for it, with no row read."""
    reports = []
    for file in files or [SourceFile(kind)]:
        batch = queued.get(file.name) or ImportBatch(
            kind=kind[:40], source=options.source[:40], file_name=Path(file.name).name[-255:], loaded_by=actor
        )
        batch.state, batch.error, batch.finished_at, batch.upload = State.REFUSED, error, now, None
        batch.save()
        reports.append(Report(kind, file.name, batch.pk, batch.bundle, error=error, unusable=True))
    return reports
