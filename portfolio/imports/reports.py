"""What a load says about itself: counts, notes, and the refused rows as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from common.exports import safe_text
from common.imports import Note, Table
from common.models import ImportBatch


@dataclass(slots=True)
class Report:
    """One file's outcome. error: why all of it was refused. rejects: line and reason; refused: those rows."""

    kind: str
    file: str
    batch: int | None = None
    bundle: str = ""
    state: str = ImportBatch.State.REFUSED
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    header: list[str] = field(default_factory=list)
    rejects: list[tuple[int, str]] = field(default_factory=list)
    refused: list[Sequence[str]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    error: str = ""
    unusable: bool = False
    rejects_file: str | None = None
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        return len(self.rejects)

    @property
    def exit_code(self) -> int:
        return 2 if self.unusable else 1 if self.rejects else 0

    def take_rejects(self, table: Table) -> None:
        self.header = table.header
        found = sorted(table.rejected.items())
        self.rejects = [(table.lines[position], "; ".join(dict.fromkeys(reasons))) for position, reasons in found]
        self.refused = [table.rows[position] for position, _ in found]

    def nothing_written(self) -> None:
        self.created = self.updated = self.unchanged = 0

    def as_dict(self) -> dict[str, Any]:
        """The promised keys, and the file's name, state and error beside them."""
        return {
            "batch": self.batch,
            "kind": self.kind,
            "file": self.file,
            "state": str(self.state),
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "notes": [note.as_dict() for note in self.notes],
            "rejects_file": self.rejects_file,
            "error": self.error,
        }

    def rejects_csv(self) -> bytes:
        """Each refused row with its line and reason. No cell can act as a formula in a spreadsheet."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        place = "file_line" if "line" in self.header else "line"  # the ledger has a column of that name
        writer.writerow([place, "reason", *map(safe_text, self.header)])
        for (line, reason), row in zip(self.rejects, self.refused, strict=True):
            writer.writerow([line, safe_text(reason), *map(safe_text, row)])
        return out.getvalue().encode("utf-8-sig")


def joined(reports: list[Report], bundle: str) -> dict[str, Any]:
    """Several files as one report: the promised keys summed, each file's own under `files`."""
    total: dict[str, Any] = {"batch": bundle or None, "kind": "bundle"}
    for name in ("read", "created", "updated", "unchanged", "rejected"):
        total[name] = sum(getattr(report, name) for report in reports)
    total["notes"] = [note.as_dict() for report in reports for note in report.notes]
    total["rejects_file"] = next((report.rejects_file for report in reports if report.rejects_file), None)
    total["error"] = "; ".join(dict.fromkeys(report.error for report in reports if report.error))
    total["files"] = [report.as_dict() for report in reports]
    return total
