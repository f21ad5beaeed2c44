"""Every template compiles, and none says what the page's security policy would refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
INLINE = re.compile(
    r"<[a-z][^>]*\s(?:style|on[a-z]+|hx-on[:\w-]*)\s*=|<style\b(?![^>]*nonce)|<script\b(?![^>]*\bsrc=)|javascript:",
    re.IGNORECASE,
)
_EXPRESSIONS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}")
LONGEST = 150
PRINTED = ("qbr/deck/", "portfolio/report_print.html")
"""Documents of their own, which no browser is sent but as a preview: their one style sheet stands inside."""


def test_there_are_templates() -> None:
    assert len(NAMES) > 80


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles_and_holds_no_inline_code(name: str) -> None:
    get_template(name)
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST
    if not name.startswith(PRINTED):
        found = INLINE.search(_EXPRESSIONS.sub("", text))
        assert found is None


def test_only_our_own_drawings_and_style_sheet_go_unescaped() -> None:
    texts = {name: (FOLDER / name).read_text(encoding="utf-8") for name in NAMES}
    assert [name for name, text in texts.items() if re.search(r"\|\s*safe\b|autoescape\s+off", text)] == [
        "portfolio/report_print.html",  # the style sheet for paper, a file of ours
        "qbr/deck/deck.html",  # the style sheet made from our own tokens
        "qbr/deck/picture.html",  # the chart as SVG, whose texts the drawing escapes
    ]
