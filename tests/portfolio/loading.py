"""Running `manage.py load` as a person would, and reading its answer."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    report: dict[str, Any]
    errors: str

    @property
    def error(self) -> str:
        return str(self.report["error"])

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """read, created, updated, unchanged, rejected"""
        names = ("read", "created", "updated", "unchanged", "rejected")
        read, created, updated, unchanged, rejected = (int(self.report[name]) for name in names)
        return read, created, updated, unchanged, rejected

    @property
    def notes(self) -> list[str]:
        return [note["text"] for note in self.report["notes"]]


def load(kind: str, *files: Path | str, **options: Any) -> Answer:
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("load", kind, *map(str, files), json=True, stdout=out, stderr=err, **options)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return Answer(code, json.loads(out.getvalue()), err.getvalue())


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def rejects(answer: Answer) -> list[tuple[str, str]]:
    """Line and reason of each refused row."""
    with Path(answer.report["rejects_file"]).open(encoding="utf-8-sig", newline="") as file:
        return [(row.get("file_line") or row["line"], row["reason"]) for row in csv.DictReader(file)]
