"""Reading a workbook: judged by its outside first, then parsed in a process of its own with limits."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from common.imports import Note, Unusable

ZIP = b"PK\x03\x04"
_MOST_ENTRIES = 2_000
_MOST_RATIO = 200
_RATIO_FROM = 1024 * 1024
_SECONDS = 120
_PARSER = Path(__file__).with_name("workbook_parser.py")


def read_workbook(name: str, content: bytes) -> tuple[Iterator[tuple[int, list[str]]], list[Note]]:
    """Rows of the first sheet with their line, and what to know of it. Raises Unusable."""
    formulas = _judge(name, content)
    done = subprocess.run(
        [sys.executable, "-I", str(_PARSER)], input=content, capture_output=True, timeout=_SECONDS + 30, check=False
    )
    if done.returncode != 0:
        raise Unusable(f"{name} cannot be read as a workbook: it is damaged or too large. Save the sheet as CSV UTF-8.")
    head, _, body = done.stdout.partition(b"\n")
    if b"\0" in body:  # written as _x0000_ in the sheet
        raise Unusable(f"{name} holds a NUL character: it is damaged. Save the sheet as CSV UTF-8.")
    facts = json.loads(head)
    notes = []
    if facts["sheets"] > 1:
        notes.append(Note(f"Only the first sheet, “{facts['first']}”, of {facts['sheets']} was read."))
    if formulas:
        notes.append(Note("Cells hold formulas: the values last calculated were read, not the formulas.", formulas))
    rows = csv.reader(io.StringIO(body.decode(), newline=""))
    return ((line, row) for line, row in enumerate(rows, 1) if any(row)), notes


def _judge(name: str, content: bytes) -> int:
    """Refuse what is no plain workbook, by the archive's table of contents; returns how many cells hold formulas."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise Unusable(f"{name} is a damaged or cut-off workbook.") from error
    with archive:
        entries = archive.infolist()
        names = {entry.filename for entry in entries}
        if "xl/workbook.xml" not in names:
            raise Unusable(f"{name} is a ZIP archive, not an .xlsx workbook. Unpack it and load the files.")
        _refuse_large(name, entries)
        if any(entry.startswith("/") or ".." in Path(entry).parts for entry in names):
            raise Unusable(f"{name} names parts outside of itself: it was tampered with.")
        if any("vbaproject" in entry.lower() or "macrosheets/" in entry.lower() for entry in names):
            raise Unusable(f"{name} holds macros. Save it as .xlsx or CSV without them.")
        if any("externallinks/" in entry.lower() for entry in names):
            raise Unusable(f"{name} draws on other workbooks. Copy its cells as values into a new one.")
        return _look_inside(name, archive, entries)


def _refuse_large(name: str, entries: list[zipfile.ZipInfo]) -> None:
    whole = sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_ENTRIES or whole > 4 * settings.IMPORT_MAX_BYTES:
        raise Unusable(f"{name} unpacks to {len(entries):,} parts of {whole / 1e6:,.0f} MB: too much to be read.")
    for entry in entries:
        if entry.file_size > _RATIO_FROM and entry.file_size > _MOST_RATIO * max(entry.compress_size, 1):
            raise Unusable(f"{name} is packed {entry.file_size // max(entry.compress_size, 1)}:1: refused as a bomb.")


def _look_inside(name: str, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> int:
    """Unpack once in pieces: a lying size or a damaged part shows here, as does a document type in the XML."""
    formulas = 0
    for entry in entries:
        is_sheet, tail = entry.filename.startswith("xl/worksheets/"), b""
        try:
            with archive.open(entry) as part:
                first = True
                while piece := part.read(1024 * 1024):
                    if first and b"<!DOCTYPE" in piece[:4096]:
                        raise Unusable(f"{name} defines XML of its own: it was tampered with.")
                    if is_sheet:
                        formulas += (tail + piece).count(b"<f>") + (tail + piece).count(b"<f ")
                        tail = piece[-2:]
                    first = False
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise Unusable(f"{name} is a damaged or locked workbook.") from error
    return formulas
