"""The part of the deck's stylesheet that follows from the layout: type sizes, places, column widths, brand."""

from __future__ import annotations

import re
from typing import Final

from qbr.calc.blocks import STYLES, Block, Layout, Logo, TableBlock, Text
from qbr.calc.colour import Brand
from qbr.calc.tables import ROOMY, STEPS

_FONT: Final = {
    "regular": (400, '"Inter Deck",sans-serif'),
    "medium": (500, '"Inter Deck",sans-serif'),
    "bold": (600, '"Inter Deck",sans-serif'),
    "serif": (600, '"Serif Deck",serif'),
}
_CLASSES: Final = re.compile(r'class="([^"]*)"')
_RULE: Final = re.compile(r"([^{}]+)\{([^{}]*)\}\s*")
_NAMED: Final = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
FONT_FILES: Final = (
    ("Inter Deck", 400, "Inter-400.ttf"),
    ("Inter Deck", 500, "Inter-500.ttf"),
    ("Inter Deck", 600, "Inter-600.ttf"),
    ("Serif Deck", 600, "SourceSerif4-600.ttf"),
)


def font_faces(base: str) -> str:
    """@font-face rules with the files under base, a URL that ends in a slash or a scheme of our own."""
    return "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:url("{base}{file}")}}\n'
        for family, weight, file in FONT_FILES
    )


def stylesheet(layout: Layout, brand: Brand) -> str:
    rules = [_type(), _steps(), _brand(brand)]
    places: dict[str, str] = {}
    for page in layout.pages:
        for region in page.regions:
            box = f"left:{region.x}px;top:{region.y}px;width:{region.width}px;height:{region.height}px"
            places[f".{region.place}"] = box
            for block in region.blocks:
                places.update(_block_rules(block))
    rules += [f"{name}{{{body}}}" for name, body in sorted(places.items())]
    return "\n".join(rules)


def used_of(css: str, page: str) -> str:
    """The rules whose classes stand on the page: each that does not would be tried on every cell of every table.

    css: rules without nesting, as ours are. page: the document, with its classes in double quotes.
    """
    there = set(" ".join(_CLASSES.findall(page)).split())
    return _RULE.sub(lambda found: _kept(found[1], found[2], there), _COMMENT.sub("", css))


def _kept(selectors: str, body: str, there: set[str]) -> str:
    kept = [one for one in selectors.split(",") if there.issuperset(_NAMED.findall(one))]
    return f"{','.join(kept).strip()}{{{body}}}\n" if kept else ""


def _block_rules(block: Block) -> dict[str, str]:
    if isinstance(block, TableBlock):
        return {f".w{width}": f"width:{width}px" for width in block.widths}
    if isinstance(block, Logo):
        return {f".{block.place}": f"width:{block.width}px;height:{block.height}px"}
    if isinstance(block, Text) and block.gap:
        return {f".m{block.gap}": f"margin-bottom:{block.gap}px"}
    return {}


def _type() -> str:
    rules = []
    for name, style in STYLES.items():
        figures = ';font-feature-settings:"tnum"' if style.tabular else ""
        weight, family = _FONT[style.face]
        # Each in its own words: the shorthand would set nine more properties of every cell.
        size = f"font-size:{style.size}px;line-height:{style.line}px"
        rules.append(f".s-{name}{{font-family:{family};font-weight:{weight};{size}{figures}}}")
    return "\n".join(rules)


def _steps() -> str:
    rules = [
        f".step-{step.name} tbody td,.step-{step.name} tbody th{{padding:{step.pad}px 0}}" for step in (*ROOMY, *STEPS)
    ]
    rules += [f".step-{name} tbody td,.step-{name} tbody th{{padding:{pad}px 0}}" for name, pad in DECISION_PADS]
    rules += [
        f".step-{name} tbody .total td,.step-{name} tbody .total th{{padding:10px 0}}" for name, _ in DECISION_PADS
    ]
    return "\n".join(rules)


DECISION_PADS: Final = (("x", 25), ("w", 16), ("v", 11))


def _brand(brand: Brand) -> str:
    return f".panel,.tick{{background:{brand.pure}}}\n.t-onpanel{{color:{brand.panel_text}}}"
