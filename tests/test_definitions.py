"""Whatever the code says is defined in docs/definitions.md is."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portfolio", "qbr", "financials", "accounts", "people", "common", "templates")


def slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", heading.strip().lower()).replace(" ", "-")


def test_every_definition_linked_to_exists() -> None:
    text = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    headings = [slug(line.lstrip("#")) for line in text.splitlines() if line.startswith("#")]
    assert len(headings) == len(set(headings))
    linked = {
        (anchor, str(path.relative_to(ROOT)))
        for app in APPS
        for path in sorted((ROOT / app).rglob("*"))
        if path.suffix in {".py", ".html"}
        for anchor in re.findall(r"definitions\.md#([a-z0-9-]+)", path.read_text(encoding="utf-8"))
    }
    assert linked
    assert sorted(link for link in linked if link[0] not in headings) == []
