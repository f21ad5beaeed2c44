"""In-app help: the first steps of each role, and every number's definition."""

from __future__ import annotations

import re
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET
from markdown_it import MarkdownIt

from common import samples
from common.policies import CLIENT_READERS, allow

_TITLE = re.compile(r"<h1>.*?</h1>\s*")  # the page has its own
_HEADING = re.compile(r"<h([23])>(.*?)</h\1>")


@lru_cache(maxsize=1)
def _definitions() -> SafeString:
    """docs/definitions.md as HTML, its headings anchored by their words; raw HTML in it is shown as text."""
    text = (settings.BASE_DIR / "docs" / "definitions.md").read_text(encoding="utf-8")
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)

    def anchored(match: re.Match[str]) -> str:
        anchor = re.sub(r"[^a-z0-9]+", "-", re.sub(r"<[^>]+>", "", match[2]).lower()).strip("-")
        return f'<h{match[1]} id="{anchor}">{match[2]}</h{match[1]}>'

    html = _TITLE.sub("", html, count=1)
    return mark_safe(_HEADING.sub(anchored, html))  # noqa: S308  # our own file, raw HTML off


@require_GET
@allow()
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "portfolio/help.html")


@require_GET
@allow()
def definitions(request: HttpRequest) -> HttpResponse:
    return render(request, "portfolio/definitions.html", {"html": _definitions()})


@require_GET
@allow(roles=CLIENT_READERS)
def components(request: HttpRequest) -> HttpResponse:
    """The living style sheet. Its figures explain themselves as all do, to who reads figures."""
    return render(request, "portfolio/components.html", samples.sheet())
