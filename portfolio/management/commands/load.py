"""`manage.py load`: files in, a report out. Exit 0 when all landed, 1 with refused rows, 2 when a file is unusable."""

from __future__ import annotations

import json
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.imports import CannotUndo
from portfolio.imports.files import SourceFile
from portfolio.imports.reports import Report, joined
from portfolio.imports.requests import BUNDLE, Options, all_kinds
from portfolio.imports.runner import load_files
from portfolio.imports.sources import sources
from portfolio.imports.undoing import batches_of, undo

ACTOR = "command line"
_SHOWN = 10


class Command(BaseCommand):
    help = "Load files: load KIND FILE…, load bundle DIR, load --undo BATCH."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "kind", nargs="?", metavar="KIND", help=f"{', '.join(kind.name for kind in all_kinds())}, or bundle"
        )
        parser.add_argument("files", nargs="*", metavar="FILE", help="files, or the bundle's folder")
        parser.add_argument("--source", default="neutral", help=f"whose columns: {', '.join(sources.names())}")
        parser.add_argument("--currency", default="", help="for amounts whose file names none")
        parser.add_argument("--owner", default="", metavar="EMAIL", help="of new clients that name none")
        parser.add_argument("--client", default="", metavar="KEY", help="whose, of exports that do not say")
        parser.add_argument("--from", dest="first", default="", metavar="DATE", help="first day, where none is said")
        parser.add_argument("--to", dest="last", default="", metavar="DATE", help="last day, where none is said")
        parser.add_argument("--encoding", default="", help="of the file when it is not UTF-8, for example cp1252")
        parser.add_argument("--dry-run", action="store_true", help="check and report, write nothing")
        parser.add_argument("--accept-valid", action="store_true", help="load the good rows beside refused ones")
        parser.add_argument("--json", action="store_true", help="the report as JSON")
        parser.add_argument("--timings", action="store_true", help="print the seconds of each step")
        parser.add_argument("--undo", metavar="BATCH", help="take a batch or bundle back")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["undo"]:
            self._undo(options["undo"], as_json=options["json"])
            return
        if not options["kind"] or not options["files"]:
            raise CommandError("Say what: load KIND FILE…, load bundle DIR, or load --undo BATCH.", returncode=2)
        reports = self._load(options)
        for report in reports:
            _keep_rejects(report)
        self._print(reports, options)
        code = max(report.exit_code for report in reports)
        if code:
            sys.exit(code)

    def _load(self, options: dict[str, Any]) -> list[Report]:
        kind, chosen = (
            options["kind"],
            Options(
                source=options["source"],
                currency=options["currency"],
                owner=options["owner"].strip().lower(),
                dry_run=options["dry_run"],
                accept_valid=options["accept_valid"],
                encoding=options["encoding"],
                client=options["client"].strip(),
                first=options["first"],
                last=options["last"],
            ),
        )
        files = [SourceFile(Path(name).name, Path(name), encoding=chosen.encoding) for name in options["files"]]
        groups = [self._bundle(files, chosen)] if kind == BUNDLE else [[file] for file in files]
        return [
            report
            for group in groups
            for report in load_files(
                kind, group, options=chosen, actor=ACTOR, now=timezone.now(), progress=self._say_waiting
            )
        ]

    def _bundle(self, files: list[SourceFile], options: Options) -> list[SourceFile]:
        """The files of one folder, or those named. What else lies in the folder is left out, and said."""
        folder = files[0].path
        if len(files) > 1 or folder is None or not folder.is_dir():
            return files
        source = sources.get(options.source)
        wanted = source.bundle if source else ()
        there = sorted(path for path in folder.iterdir() if path.is_file())
        taken = [path for path in there if any(fnmatch(path.name.lower(), name) for name in wanted)]
        if strange := [path.name for path in there if path not in taken]:
            self.stderr.write(f"Not part of the bundle: {', '.join(strange)}.")
        return [SourceFile(path.name, path, encoding=options.encoding) for path in taken]

    def _say_waiting(self, _done: int, _total: int, doing: str) -> None:
        if doing.startswith("Another load"):
            self.stderr.write(f"{doing}.")

    def _print(self, reports: list[Report], options: dict[str, Any]) -> None:
        if options["json"]:
            several = len(reports) > 1 or options["kind"] == BUNDLE
            whole = joined(reports, reports[0].bundle) if several else reports[0].as_dict()
            if options["timings"]:
                whole["timings"] = {
                    name: round(seconds, 4) for report in reports for name, seconds in report.timings.items()
                }
            self.stdout.write(json.dumps(whole, indent=2, ensure_ascii=False))
            return
        for report in reports:
            self._print_one(report)
            if options["timings"]:
                steps = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in report.timings.items())
                self.stdout.write(f"  time: {steps}")
        if reports[0].bundle:
            self.stdout.write(f"Bundle {reports[0].bundle}")

    def _print_one(self, report: Report) -> None:
        self.stdout.write(
            f"{report.kind}, {report.file}: read {report.read:,}, created {report.created:,}, "
            f"updated {report.updated:,}, unchanged {report.unchanged:,}, rejected {report.rejected:,} "
            f"(batch {report.batch}, {report.state})"
        )
        for note in report.notes:
            examples = f": {', '.join(note.examples)}" if note.examples else ""
            self.stdout.write(f"  note: {note.text} ({note.count:,}){examples}")
        for line, reason in report.rejects[:_SHOWN]:
            self.stdout.write(f"  line {line}: {reason}")
        if report.rejects_file:
            more = f"{report.rejected - _SHOWN:,} more; " if report.rejected > _SHOWN else ""
            self.stdout.write(f"  {more}all refused rows with their reasons: {report.rejects_file}")
        if report.error:
            self.stderr.write(report.error)

    def _undo(self, reference: str, *, as_json: bool) -> None:
        batches = batches_of(reference)
        if not batches:
            raise CommandError(f"There is no batch {reference}.", returncode=2)
        try:
            count = undo(batches=batches, actor=ACTOR, now=timezone.now())
        except CannotUndo as error:
            raise CommandError(f"Batch {reference} cannot be undone: {error}.", returncode=1) from error
        if as_json:
            self.stdout.write(json.dumps({"batch": reference, "undone": count, "files": [str(b) for b in batches]}))
        else:
            self.stdout.write(f"Undone: {count:,} rows of {', '.join(str(batch) for batch in batches)}.")


def _keep_rejects(report: Report) -> None:
    if not report.rejects:
        return
    folder = Path(settings.DATA_DIR) / "rejects"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"batch-{report.batch}-{report.kind}-rejects.csv"
    path.write_bytes(report.rejects_csv())
    report.rejects_file = str(path)
