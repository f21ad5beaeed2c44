"""What a laid-out page is made of: absolutely placed regions of broken lines, tables and drawings. Templates print it.

STYLES is the one list of type sizes: the fitting measures with it and the stylesheet is generated from it.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Final, Literal

from qbr.calc.fit import TextStyle

STYLES: Final[dict[str, TextStyle]] = {
    "h28": TextStyle("serif", 28, 35),
    "h25": TextStyle("serif", 25, 32),
    "h22": TextStyle("serif", 22, 28),
    "n42": TextStyle("serif", 42, 46),
    "n34": TextStyle("serif", 34, 38),
    "n28": TextStyle("serif", 28, 32),
    "n24": TextStyle("serif", 24, 28),
    "n20": TextStyle("serif", 20, 24),
    "verdict": TextStyle("serif", 30, 38),
    "firm": TextStyle("serif", 16, 20),
    "coverline": TextStyle("regular", 17, 25),
    "meeting": TextStyle("regular", 12, 18),
    "rank": TextStyle("serif", 20, 26),
    "rankline": TextStyle("serif", 18, 19),
    "aim": TextStyle("serif", 16, 21),
    "aim20": TextStyle("serif", 20, 26),
    "colhead": TextStyle("serif", 18, 24),
    "colhead22": TextStyle("serif", 22, 29),
    "dek": TextStyle("regular", 14, 20),
    "running": TextStyle("medium", 11, 16),
    "big": TextStyle("bold", 30, 34, tabular=True),
    "suffix": TextStyle("bold", 16, 18),
    "inblock": TextStyle("bold", 20, 26, tabular=True),
    "label": TextStyle("medium", 12, 17),
    "small": TextStyle("regular", 12, 17),
    "smallbold": TextStyle("medium", 12, 17),
    "body": TextStyle("regular", 13, 19),
    "lead": TextStyle("bold", 14, 21),
    "list": TextStyle("regular", 14, 21),
    "lead16": TextStyle("bold", 16, 24),
    "list16": TextStyle("regular", 16, 24),
    "lead18": TextStyle("bold", 18, 27),
    "list18": TextStyle("regular", 18, 27),
    "blockhead": TextStyle("bold", 13, 19),
    "title": TextStyle("bold", 12.5, 17),
    "unit": TextStyle("regular", 12.5, 17),
    "source": TextStyle("regular", 10.5, 14),
    "page": TextStyle("bold", 10.5, 14),
    "th": TextStyle("medium", 11, 14),
    "th13": TextStyle("medium", 13, 17),
    "d14": TextStyle("regular", 13.5, 19),
    "d14b": TextStyle("bold", 13.5, 19),
    **{
        f"{step}{suffix}": TextStyle(face, size, line, tabular)
        for step, size, line in (
            ("s", 19, 27),
            ("y", 17, 24),
            ("z", 15, 22),
            ("a", 13.5, 19),
            ("b", 12.5, 17),
            ("c", 12.5, 17),
            ("d", 12, 17),
            ("e", 11.5, 15),
        )
        for suffix, face, tabular in (
            ("r", "regular", False),
            ("h", "bold", False),
            ("f", "regular", True),
            ("g", "bold", True),
        )
    },
}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one line. style: a key of STYLES; tone: a colour class."""

    text: str
    style: str = ""
    tone: str = ""

    @property
    def look(self) -> str:
        """The classes it prints with."""
        return f"s-{self.style}" + (f" t-{self.tone}" if self.tone else "")


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """tag: the element; style: what its lines are set in where a run does not say. flow: they are one paragraph."""

    lines: tuple[Line, ...]
    style: str
    tag: Literal["p", "h1", "h2", "div"] = "p"
    tone: str = ""
    align: Literal["left", "right"] = "left"
    gap: int = 0
    flow: bool = False

    block: Literal["text"] = "text"

    @property
    def height(self) -> int:
        return len(self.lines) * STYLES[self.style].line + self.gap


@dataclass(frozen=True, slots=True)
class Picture:
    svg: str
    alt: str
    width: int
    height: int
    block: Literal["picture"] = "picture"

    @property
    def data(self) -> str:
        """The drawing as a data address, which needs no fetching."""
        return "data:image/svg+xml;base64," + b64encode(self.svg.encode()).decode()


@dataclass(frozen=True, slots=True)
class Logo:
    """A PNG in base64, set into the box without being stretched."""

    png: str
    alt: str
    width: int
    height: int
    block: Literal["logo"] = "logo"

    @property
    def place(self) -> str:
        return f"l{self.width}-{self.height}"


@dataclass(frozen=True, slots=True)
class Td:
    """A cell: lines, or a picture. css: its kind of column."""

    lines: tuple[Line, ...] = ()
    css: str = ""
    picture: Picture | None = None
    head: Literal["", "row", "col"] = ""

    @property
    def style(self) -> str:
        """The look most of its lines have: that of its first run."""
        return self.lines[0][0].look if self.lines else "s-body"

    @property
    def plain(self) -> str | None:
        """The words of a cell of one run, as most are; None where there is more to it."""
        if self.picture is not None or len(self.lines) != 1 or len(self.lines[0]) != 1:
            return None
        return self.lines[0][0].text


@dataclass(frozen=True, slots=True)
class Tr:
    cells: tuple[Td, ...]
    css: str = ""


@dataclass(frozen=True, slots=True)
class TableBlock:
    """widths: px of each column; step: a..e, the size class of its rows; height: what it takes, known beforehand."""

    widths: tuple[int, ...]
    head: Tr
    rows: tuple[Tr, ...]
    step: str
    height: int
    label: str
    block: Literal["table"] = "table"


Block = Text | Picture | TableBlock | Logo


@dataclass(frozen=True, slots=True)
class Region:
    """A box of the page; it never grows. css: rule (an ink rule above), tick, band, panel, hairline."""

    x: int
    y: int
    width: int
    height: int
    blocks: tuple[Block, ...] = ()
    css: str = ""

    @property
    def place(self) -> str:
        return f"g{self.x}-{self.y}-{self.width}-{self.height}"

    @property
    def sole(self) -> Text | None:
        """The text that is all there is in a plain region: it prints as one element, placed itself."""
        if self.css or len(self.blocks) != 1:
            return None
        only = self.blocks[0]
        return only if isinstance(only, Text) and not only.gap else None


@dataclass(frozen=True, slots=True)
class Page:
    """number: from 1. key: of the slide it shows (a long table shows on several). bookmark: its name in the outline."""

    number: int
    key: str
    kind: str
    bookmark: str
    regions: tuple[Region, ...]
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """pages in order. blocked: why the deck may not be frozen yet; cut: texts shortened here, whole in the appendix."""

    pages: tuple[Page, ...]
    blocked: tuple[str, ...] = ()
    cut: tuple[tuple[str, str], ...] = ()


def stack_height(blocks: tuple[Block, ...]) -> int:
    return sum(block.height for block in blocks)
