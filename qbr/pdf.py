"""Decks to HTML and PDF. The only module that imports WeasyPrint, and only in a child process with limits.

`python -m qbr.pdf` is that child: a JSON request on standard input; one JSON line, then the PDF on standard output. It
fetches nothing: the kinds of address it answers are our own font files, inline SVG drawings and our own PNG of a logo.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import resource
import subprocess
import sys
from base64 import b64decode, b64encode
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.template.loader import render_to_string

from qbr.calc.colour import brand
from qbr.calc.layout import laid_out
from qbr.calc.measure import FACES, FONT_DIR
from qbr.calc.safety import client_safe
from qbr.calc.slides import Deck
from qbr.calc.stylesheet import font_faces, stylesheet, used_of

if TYPE_CHECKING:
    from qbr.calc.blocks import Layout

ROOT: Final = Path(__file__).resolve().parent.parent
FONT_SCHEME: Final = "deck-font:"
PNG_PREFIX: Final = "data:image/png;base64,"
SVG_PREFIX: Final = "data:image/svg+xml;base64,"
MAX_SLIDES: Final = 60
MAX_ITEMS: Final = 20_000
MAX_TEXT: Final = 4_000
MAX_HTML: Final = 12_000_000
CPU_SECONDS: Final = 30
WALL_SECONDS: Final = 60
ATTACHED: Final = "figures.xlsx"
MEMORY_BYTES: Final = 512 * 1024 * 1024
RULES: Final = "<rules>"
"""Where the stylesheet goes once its classes are known; no text of a deck can say it, since texts are escaped."""
TOLERANCE: Final = 1.5  # px that a box may stand over its region


class RenderError(Exception):
    """A deck that could not be made into a PDF. The message says what happened and what to do."""


class TooLarge(RenderError):
    """More slides, items or text than a deck may hold, refused before any work; or memory ran out."""


class TimedOut(RenderError):
    """The processor or wall time allowed was used up."""


class Failed(RenderError):
    """The renderer ended without a PDF."""


@dataclass(frozen=True, slots=True)
class Limits:
    cpu_seconds: int = CPU_SECONDS
    wall_seconds: float = WALL_SECONDS
    memory_bytes: int = MEMORY_BYTES


@dataclass(frozen=True, slots=True)
class Rendered:
    """findings: what the lint of the box tree found; [] for a sound render."""

    pdf: bytes
    pages: int
    findings: tuple[str, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()


def deck_html(
    deck: Deck, *, preview: bool = False, nonce: str = "", font_base: str = FONT_SCHEME, only: str = ""
) -> str:
    """The document that the PDF is made from; with preview, the same for a browser: drawings inline, fonts by URL.

    only: the key of one slide, whose pages alone are wanted.
    """
    check_size(deck)
    client_safe(deck)
    layout = laid_out(deck)
    if only:
        layout = replace(layout, pages=tuple(page for page in layout.pages if page.key == only))
    return _html_of(deck, layout, preview=preview, nonce=nonce, font_base=font_base)


def _html_of(deck: Deck, layout: Layout, *, preview: bool, nonce: str, font_base: str) -> str:
    static = (ROOT / "static" / "css" / "deck.css").read_text()
    screen = (ROOT / "static" / "css" / "deck-preview.css").read_text() if preview else ""
    rules = "\n".join((static, stylesheet(layout, brand(deck.brand, deck.accent))))
    title = f"{deck.client}: {deck.title}, {deck.period}"
    context = {"deck": deck, "layout": layout, "css": RULES, "title": title, "preview": preview, "nonce": nonce}
    page = render_to_string("qbr/deck/deck.html", context)
    css = "\n".join((font_faces(font_base), used_of(rules, page), screen))
    return page.replace(RULES, css, 1)


def render_pdf(deck: Deck, *, limits: Limits = Limits()) -> Rendered:
    """The deck as PDF/UA-1, the same bytes for the same deck. Raises NotClientSafe, TooLarge, TimedOut or Failed."""
    check_size(deck)
    client_safe(deck)
    from qbr.workbook import workbook  # here: the child, which imports this module, needs none

    layout = laid_out(deck)
    html = _html_of(deck, layout, preview=False, nonce="", font_base=FONT_SCHEME)
    return render_html(html, pages=len(layout.pages), limits=limits, attached=workbook(deck))


def render_html(html: str, *, pages: int = 0, limits: Limits = Limits(), attached: bytes = b"") -> Rendered:
    """pages: how many the lint expects, 0 for any. attached: a workbook for the file to carry."""
    if len(html) > MAX_HTML:
        raise TooLarge(f"The deck is {len(html):,} characters of pages; {MAX_HTML:,} are allowed. Shorten its tables.")
    request = json.dumps(
        {
            "html": html,
            "pages": pages,
            "cpu": limits.cpu_seconds,
            "memory": limits.memory_bytes,
            "attached": b64encode(attached).decode(),
        },
    ).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "qbr.pdf"],
            input=request,
            capture_output=True,
            timeout=limits.wall_seconds,
            cwd=ROOT,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TimedOut(f"Rendering took more than {limits.wall_seconds:g} seconds and was stopped.") from error
    return _answer(done, limits)


def _answer(done: subprocess.CompletedProcess[bytes], limits: Limits) -> Rendered:
    head, _, body = done.stdout.partition(b"\n")
    if done.returncode == 0 and body.startswith(b"%PDF-"):
        said = json.loads(head)
        return Rendered(body, said["pages"], tuple(said["findings"]))
    if done.returncode in (-24, -9):  # SIGXCPU; SIGKILL follows it, or comes from the system when memory is short
        raise TimedOut(f"Rendering used more than {limits.cpu_seconds} seconds of processor time and was stopped.")
    if head == b'{"error": "memory"}':
        raise TooLarge(f"Rendering needed more than {limits.memory_bytes // 2**20} MB of memory and was stopped.")
    # The reason goes to the log of the job; deck text could stand in it, so only its last line is kept.
    reason = done.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1][:300]
    raise Failed(f"The renderer ended without a PDF (status {done.returncode}): {reason}")


def _environment() -> dict[str, str]:
    """Nothing of ours goes to the child: no database address, no keys."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "XDG_CACHE_HOME") if name in os.environ
    }
    return {**kept, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def check_size(deck: Deck) -> None:
    """Raise TooLarge before any work is done."""
    if len(deck.slides) > MAX_SLIDES:
        raise TooLarge(f"The deck has {len(deck.slides)} slides; {MAX_SLIDES} are allowed.")
    items = 0
    waiting: list[Any] = [replace(deck, logo="")]  # a picture of ours, small since it was made
    while waiting:
        item = waiting.pop()
        items += 1
        if items > MAX_ITEMS:
            raise TooLarge(f"The deck holds more than {MAX_ITEMS:,} items. Group its rows or shorten its tables.")
        if isinstance(item, str) and len(item) > MAX_TEXT:
            raise TooLarge(f"A text of {len(item):,} characters is too long; {MAX_TEXT:,} are allowed: “{item[:40]}…”")
        if isinstance(item, tuple):
            waiting.extend(item)
        elif is_dataclass(item) and not isinstance(item, type):
            waiting.extend(
                value
                for part in fields(item)
                if isinstance(value := getattr(item, part.name), (str, tuple)) or is_dataclass(value)
            )


# --- the child -------------------------------------------------------------------------------------------------


def main() -> int:
    """Read a request, answer with the PDF. Limits are set before anything heavy is loaded."""
    request = json.load(sys.stdin.buffer)
    resource.setrlimit(resource.RLIMIT_CPU, (request["cpu"], request["cpu"] + 2))
    resource.setrlimit(resource.RLIMIT_DATA, (request["memory"], request["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**26, 2**26))
    try:
        pdf, pages, findings = _render(request["html"], request["pages"], b64decode(request["attached"]))
    except MemoryError:
        sys.stdout.buffer.write(b'{"error": "memory"}\n')
        return 3
    sys.stdout.buffer.write(json.dumps({"pages": pages, "findings": findings}).encode() + b"\n" + pdf)
    return 0


def _render(html: str, expected: int, attached: bytes) -> tuple[bytes, int, list[str]]:
    # Imported here: 1.5 s and many megabytes that web processes and workers never pay.
    import weasyprint
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
        """Answers our fonts and inline drawings; everything else is refused without a look at the network or a disk."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=("data",), allow_redirects=False)

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith(FONT_SCHEME) and url.removeprefix(FONT_SCHEME) in FACES.values():
                body = (FONT_DIR / url.removeprefix(FONT_SCHEME)).read_bytes()
                return URLFetcherResponse(url, body, {"Content-Type": "font/ttf"})
            if url.startswith((SVG_PREFIX, PNG_PREFIX)):
                return super().fetch(url, headers)
            raise ValueError("the renderer fetches nothing")

    document = weasyprint.HTML(string=html, url_fetcher=OwnFiles()).render()
    document.metadata.attachments = [_attachment(weasyprint, attached)] if attached else []
    findings = lint(document, expected)
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    pdf = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier, finisher=_scoped)
    return pdf, len(document.pages), findings


def _attachment(weasyprint: Any, body: bytes) -> Any:
    """Dated to no clock, so that the same deck is the same bytes."""
    epoch = datetime(1980, 1, 1, tzinfo=UTC)
    about = {"name": ATTACHED, "description": "The figures of these pages", "relationship": "Data"}
    return weasyprint.Attachment(string=body, created=epoch, modified=epoch, **about)


def _scoped(document: Any, pdf: Any) -> None:
    """Each header cell says whether it heads its column or its row: WeasyPrint tells only which cells it heads."""
    import pydyf

    tagged = {one.reference: one for one in pdf.objects if isinstance(one, pydyf.Dictionary)}
    for one in tagged.values():
        if one.get("S") != "/TH":
            continue
        row = tagged.get(one["P"])
        group = tagged.get(row["P"]) if row is not None else None
        scope = "/Column" if group is not None and group.get("S") == "/THead" else "/Row"
        if "A" in one:
            one["A"]["Scope"] = scope
        else:
            one["A"] = pydyf.Dictionary({"O": "/Table", "Scope": scope})


def lint(document: Any, expected: int) -> list[str]:
    """Boxes over their regions, headlines of more than two lines, a page count other than asked for."""
    findings = []
    if expected and len(document.pages) != expected:
        findings.append(f"{len(document.pages)} pages, {expected} expected")
    for number, page in enumerate(document.pages, 1):
        for box in page._page_box.descendants(placeholders=True):
            classes = _classes(box)
            if "r" in classes and _is_block(box):
                findings.extend(f"page {number}: {found}" for found in _over(box, "its region"))
            elif box.element_tag in ("td", "th") and type(box).__name__ == "TableCellBox":
                findings.extend(f"page {number}: {found}" for found in _over(box, "its cell"))
            elif box.element_tag == "h1" and "title" not in _section_classes(page) and _is_block(box):
                lines = sum(type(child).__name__ == "LineBox" for child in box.children)
                if lines > 2:
                    findings.append(f"page {number}: headline of {lines} lines")
    return findings


def _classes(box: Any) -> list[str]:
    element = getattr(box, "element", None)
    return (element.get("class") or "").split() if element is not None else []


def _section_classes(page: Any) -> list[str]:
    for box in page._page_box.descendants():
        if box.element_tag == "section":
            return _classes(box)
    return []


def _is_block(box: Any) -> bool:
    return type(box).__name__ in ("BlockBox", "BlockReplacedBox", "BlockContainerBox")


def _over(outer: Any, what: str) -> list[str]:
    """Text, cells and drawings that stand more than the tolerance over the box."""
    left, top = outer.border_box_x(), outer.border_box_y()
    right, foot = left + outer.border_width(), top + outer.border_height()
    found = []
    for box in outer.descendants(placeholders=True):
        kind = type(box).__name__
        # Across, text counts; down, its line does: the box of a glyph is taller than the line it stands in.
        over = 0.0
        if kind in ("TextBox", "TableCellBox", "InlineReplacedBox", "BlockReplacedBox"):
            hanging = 0.3 * box.style["font_size"] if getattr(box, "text", "").endswith(" ") else 0.0
            over = max(box.position_x + box.width - hanging - right, left - box.position_x)
        if kind in ("LineBox", "TableCellBox", "InlineReplacedBox", "BlockReplacedBox"):
            over = max(over, box.position_y + box.height - foot, top - box.position_y)
        if over > TOLERANCE:
            words = getattr(box, "text", "") or kind
            found.append(f"“{words[:60]}” stands {over:.1f} px over {what}")
    return found


if __name__ == "__main__":
    sys.exit(main())
