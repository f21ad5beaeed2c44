"""Where something is known from: an address that may be followed, or words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

_SCHEME: Final = re.compile(r"^\s*[a-zA-Z][a-zA-Z0-9+.\-]*:(?!\s)")


def link_of(source: str) -> str:
    """The address to follow, '' where the source is words."""
    if not source.lower().startswith(("http://", "https://")):
        return ""
    try:
        return source if urlsplit(source).hostname else ""
    except ValueError:
        return ""


def source_fault(source: str) -> str:
    """Why a source is refused; '' where it is words or an http(s) address."""
    if any(letter in source for letter in "\r\n\t") or not _SCHEME.match(source):
        return "" if source.isprintable() else "Write it on one line."
    if link_of(source) and " " not in source:
        return ""
    return "Only http and https addresses are followed: write one of those, or plain words."


def note_faults(data: Mapping[str, Any], *, tied: bool) -> dict[str, str]:
    """What does not hold of a note, by the field to mend. tied: it names a client. Pages, files and REST alike."""
    found = {}
    if words := source_fault(data.get("source") or ""):
        found["source"] = words
    if not tied and not data.get("industry"):
        found["clients"] = "Say which clients it is about, or which industry."
    noted, expires = data.get("noted_on"), data.get("expires_on")
    if noted and expires and expires < noted:
        found["expires_on"] = "It cannot go off before it was found."
    return found
