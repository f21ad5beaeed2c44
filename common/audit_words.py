"""Changes of the audit trail in words, for the pages that tell of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def told(changes: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each change in words; of a change within a group of values only the values that moved."""
    for name, (before, after) in changes.items():
        word = name.replace("_", " ")
        if not isinstance(before or {}, dict) or not isinstance(after or {}, dict):
            if _words(before) or _words(after):  # nothing that stayed nothing is no news
                yield word, _words(before), _words(after)
            continue
        was, now = before or {}, after or {}
        for key in dict.fromkeys((*was, *now)):
            if was.get(key) != now.get(key) and (was.get(key) or now.get(key)):
                yield f"{word}, {key.replace('_', ' ')}", _words(was.get(key)), _words(now.get(key))


def _words(value: Any) -> str:
    """Values without the marks of a programming language."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(filter(None, map(_words, value.values())))
    if isinstance(value, (list, tuple)):
        return " / ".join(filter(None, map(_words, value)))
    return str(value)
