"""A file as rows of text, or a plain word on why it cannot be read. Nothing is guessed without a note."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes
from django.conf import settings

from common.imports import Note, Unusable
from portfolio.imports.sheets import ZIP, read_workbook

_SNIFFED = 64 * 1024
USUAL = "cp1252"
_SIGNS = {
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old or password-protected Office file",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
}
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
csv.field_size_limit(1024 * 1024)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to load: from disk by path, or given whole as data."""

    name: str
    path: Path | None = None
    data: bytes | None = None
    encoding: str = ""

    def size(self) -> int:
        return self.path.stat().st_size if self.path is not None else len(self.data or b"")

    def content(self) -> bytes:
        return self.path.read_bytes() if self.path is not None else self.data or b""


@dataclass(slots=True)
class Sheet:
    """header: as written, trimmed. lines: where each row begins. short: reasons by position of rows of wrong width."""

    name: str
    digest: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    short: dict[int, str]
    notes: list[Note]

    def column(self, name: str) -> Sequence[str]:
        index = self.header.index(name)
        return [row[index] for row in self.rows]


def read(file: SourceFile) -> Sheet:
    """Raises Unusable. The size is judged before a byte is read."""
    content = _content(file)
    digest = hashlib.sha256(content).hexdigest()
    if content.startswith(ZIP):
        rows, notes = read_workbook(file.name, content)
        return _sheet(file.name, digest, iter(rows), notes)
    if Path(file.name).suffix.lower() in (".xlsx", ".xlsm"):
        raise Unusable(f"{file.name} is named as a workbook but is none. Save it again as .xlsx or as CSV UTF-8.")
    text, notes = _text(file, content)
    del content
    separator = _separator(text)
    if separator != ",":
        notes.append(Note(f"Columns are separated by {_SEPARATORS[separator]}, not commas: read as such."))
    if not text.endswith(("\n", "\r", "\x1a")):
        notes.append(Note("The file does not end with a line break: check that its last row is whole."))
    return _sheet(file.name, digest, _parse(file.name, text, separator), notes)


def read_text(file: SourceFile) -> tuple[str, str, list[Note]]:
    """A file of text as it stands, its digest, and what was said of its encoding. Raises Unusable."""
    content = _content(file)
    if content.startswith(ZIP):
        raise Unusable(f"{file.name} is a workbook or an archive: this source reads CSV and JSON.")
    text, notes = _text(file, content)
    return text, hashlib.sha256(content).hexdigest(), notes


def _content(file: SourceFile) -> bytes:
    try:
        size = file.size()
        if size > settings.IMPORT_MAX_BYTES:
            raise Unusable(
                f"{file.name} has {size / 1e6:,.0f} MB; the most that is read is "
                f"{settings.IMPORT_MAX_BYTES / 1e6:,.0f} MB. Split it into several files."
            )
        content = file.content()
    except OSError as error:
        raise Unusable(f"{file.name} cannot be opened: {error.strerror}.") from error
    if not content.strip():
        raise Unusable(f"{file.name} is empty.")
    return content


def _text(file: SourceFile, content: bytes) -> tuple[str, list[Note]]:
    for sign, what in _SIGNS.items():
        if content.startswith(sign):
            raise Unusable(f"{file.name} is {what}, not a CSV file or an .xlsx workbook.")
    return _decode(file, content)


def _decode(file: SourceFile, content: bytes) -> tuple[str, list[Note]]:
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), "")
    if not encoding.startswith("utf-16") and b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise Unusable(
            f"{file.name} holds a NUL byte on line {line}: it is damaged, or no text. Export it again as CSV UTF-8."
        )
    chosen = encoding or file.encoding or "utf-8"
    try:
        text = content.decode(chosen)
    except LookupError as error:
        raise Unusable(f"“{file.encoding}” is not an encoding; write utf-8, cp1252 or utf-16.") from error
    except UnicodeDecodeError as error:
        raise Unusable(_not_decoded(file, content, chosen, error)) from error
    if "\0" in text:
        raise Unusable(f"{file.name} holds a NUL character: it is damaged. Export it again as CSV UTF-8.")
    notes = [] if chosen in ("utf-8", "utf-8-sig") else [Note(f"Read as {chosen.upper()}, not UTF-8.")]
    return text, notes


def _not_decoded(file: SourceFile, content: bytes, chosen: str, error: UnicodeDecodeError) -> str:
    line = content.count(b"\n", 0, error.start) + 1
    where = f"{file.name} is not {chosen.upper()}: byte 0x{content[error.start]:02X} on line {line} does not fit"
    start = max(0, error.start - _SNIFFED // 2)
    sample = content[start : start + _SNIFFED]
    guess, western = from_bytes(sample).best(), from_bytes(sample, cp_isolation=[USUAL]).best()
    name = guess.encoding if guess is not None else ""
    if guess and western and (western.chaos, -western.coherence) <= (guess.chaos, -guess.coherence):
        name = USUAL  # of those that fit alike the first by alphabet is told, and that is Central Europe's
    if not name or chosen != "utf-8":
        return f"{where}. Save it as CSV UTF-8 and load it again."
    return (
        f"{where}; it looks like {name}. Save it as CSV UTF-8, or load it with --encoding {name} "
        "(Encoding on the page) after checking that names read right."
    )


def _separator(text: str) -> str:
    """The one most used in the header line, outside quotes."""
    first = re.sub(r'"[^"]*"', "", text[:_SNIFFED].lstrip("\r\n").partition("\n")[0])
    counts = {sign: first.count(sign) for sign in _SEPARATORS}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] and not counts[","] else ","


def _parse(name: str, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise Unusable(
                f"{name} breaks off: the quote opened in the row of line {line} is never closed. "
                "The file was cut short, or a quote inside a cell is not doubled."
            ) from error
        raise Unusable(f"{name} cannot be read at line {line}: {error}.") from error


def _sheet(name: str, digest: str, rows: Iterator[tuple[int, list[str]]], notes: list[Note]) -> Sheet:
    _, first = next(rows, (1, []))
    header = [cell.strip().lower() for cell in first]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise Unusable(f"{name} has no header row.")
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        raise Unusable(f"{name} has the column {', '.join(twice)} more than once.")
    sheet = Sheet(name, digest, header, [], [], {}, notes)
    width = len(header)
    for line, row in rows:
        if len(row) != width:
            row = _fit(sheet, row, width)
        sheet.rows.append(row)
        sheet.lines.append(line)
    return sheet


def _fit(sheet: Sheet, row: list[str], width: int) -> list[str]:
    """A row of the wrong width is refused: nobody knows which cell is missing. Blank ones past the end do not count."""
    if len(row) > width and not any(row[width:]):
        return row[:width]
    sheet.short[len(sheet.rows)] = f"{len(row)} cells where the header has {width}"
    return (row + [""] * width)[:width]
