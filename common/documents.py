"""Whether a file may be kept beside a record: a PDF or a DOCX that is what its name says, and of a size.

Nothing of the content is shown or run: the bytes are looked at only as far as it takes to tell what they are.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from typing import Final, NamedTuple

MOST_ENTRIES: Final = 2_000
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_RATIO: Final = 200
LONGEST_NAME: Final = 120

_PDF: Final = b"%PDF-"
_ZIP: Final = b"PK\x03\x04"
_PARTS: Final = frozenset({"[Content_Types].xml", "word/document.xml"})
_MACROS: Final = ("vbaproject.bin", "vbadata.xml")
_TYPES: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class Refused(ValueError):
    """The file may not be kept. The text says why, to a person."""


class Accepted(NamedTuple):
    name: str
    media_type: str


def accept(name: str, data: bytes, *, most: int) -> Accepted:
    """The name as it is kept and its media type. most: bytes. Raises Refused."""
    clean = clean_name(name)
    ending = clean.rpartition(".")[2].lower()
    if ending not in _TYPES:
        raise Refused("Only PDF and DOCX files are kept here.")
    if not data:
        raise Refused("The file is empty.")
    if len(data) > most:
        raise Refused(f"The file has {len(data) / 1e6:,.1f} MB; {most / 1e6:,.0f} MB is the most.")
    if ending == "pdf":
        _check_pdf(data)
    else:
        _check_docx(data)
    return Accepted(clean, _TYPES[ending])


def clean_name(name: str) -> str:
    """The last part of any path, without control or direction characters, with plain spaces; never a hidden file."""
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(
        " " if unicodedata.category(mark)[0] == "Z" else mark
        for mark in unicodedata.normalize("NFC", last)
        if unicodedata.category(mark)[0] != "C"
    )
    kept = re.sub(r'[<>:"|?*;%]', "_", kept)
    stem, dot, ending = re.sub(r" +", " ", kept).strip(" .").rpartition(".")
    if not dot:
        return ending[:LONGEST_NAME] or "document"
    return f"{stem.strip(' .')[: LONGEST_NAME - len(ending) - 1] or 'document'}.{ending}"


def _check_pdf(data: bytes) -> None:
    if not data.startswith(_PDF):
        raise Refused("The name ends in .pdf, but this is no PDF.")
    if b"%%EOF" not in data[-2048:]:
        raise Refused("The PDF is cut off: its end is missing.")


def _check_docx(data: bytes) -> None:
    """The archive's own list is read, never an entry: nothing is unpacked before its size is known."""
    if not data.startswith(_ZIP):
        raise Refused("The name ends in .docx, but this is no Word document.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        raise Refused("The Word document is damaged: its archive cannot be read.") from None
    if len(entries) > MOST_ENTRIES:
        raise Refused(f"The Word document holds {len(entries):,} parts; {MOST_ENTRIES:,} is the most.")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * len(data):
        raise Refused(f"The Word document would unpack to {unpacked / 1e6:,.0f} MB: it is refused unread.")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names) or any(entry.flag_bits & 1 for entry in entries):
        raise Refused("The Word document is locked or holds a part twice.")
    if not set(names) >= _PARTS:
        raise Refused("The name ends in .docx, but this is no Word document.")
    if any(name.lower().endswith(_MACROS) for name in names):
        raise Refused("The Word document holds macros: save it without them.")
