"""Nothing of a closed field class reaches the client: asked of every deck before it is kept, printed or given out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from qbr.calc.slides import Deck, FieldClass, Row, Slide


class NotClientSafe(ValueError):
    """A deck for the client holds items of a closed field class. offenders: where, and which class."""

    def __init__(self, offenders: list[str]) -> None:
        self.offenders = offenders
        super().__init__(f"{len(offenders)} items may not be shown to the client: {'; '.join(offenders[:5])}")


def client_safe(deck: Deck) -> None:
    """Raise NotClientSafe when a client's deck holds anything of class cost, salary or stance."""
    if deck.audience != "client":
        return
    offenders = [
        f"slide {number} ({slide.kind}), {where}: {field.upper()}"
        for number, slide in enumerate(deck.slides, 1)
        for where, field in closed_items(slide)
    ]
    if offenders:
        raise NotClientSafe(offenders)


def closed_items(slide: Slide) -> list[tuple[str, FieldClass]]:
    """Where a slide holds items that are not open. [] for a slide that may be shown to the client."""
    return list(_closed(slide, "the slide"))


def _closed(item: object, where: str) -> Iterator[tuple[str, FieldClass]]:
    if isinstance(item, tuple):
        for part in item:
            yield from _closed(part, where)
    elif is_dataclass(item) and not isinstance(item, type):
        name = _name_of(item) or where
        declared: FieldClass = getattr(item, "field", "open")
        if declared != "open":
            yield name, declared
        for part in fields(item):
            yield from _closed(getattr(item, part.name), name)


def _name_of(item: Any) -> str:
    if isinstance(item, Row):
        return f"row {item.cells[0].text}" if item.cells else ""
    for attribute in ("label", "title", "head", "lead", "what"):
        name = getattr(item, attribute, "")
        if isinstance(name, str) and name:
            return name
    return ""
