"""Where files come from: each source turns its own files into neutral tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from common.imports import Table
from common.registry import Registry
from portfolio.imports.files import Sheet, SourceFile


@dataclass(frozen=True, slots=True)
class Part:
    """A neutral table of one kind, made from one file. also: shown beside the file's name when a file makes several."""

    kind: str
    sheet: Sheet
    table: Table
    also: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """convert: files by their own name or kind, and the options, to parts in load order. Raises Unusable.

    bundle: names or patterns of files that belong together, in the order they are listed. kinds: what a single file
    may be. read: how a file is read where it is not one table of rows.
    """

    name: str
    label: str
    convert: Callable[[str, Sequence[Sheet], Mapping[str, str]], list[Part]]
    bundle: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    needs_currency: bool = False
    read: Callable[[SourceFile], Sheet] | None = None


sources: Registry[Source] = Registry("import sources")
