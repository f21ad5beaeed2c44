"""Only the rules that a document's classes use go into it, and what they say is not changed by that."""

from __future__ import annotations

from dataclasses import replace

from qbr.calc.stylesheet import used_of
from qbr.pdf import RULES, deck_html
from tests.qbr import samples


def test_rules_of_classes_that_no_page_has_are_left_out() -> None:
    css = "/* words */ h1{a:1}\n.here td, .gone td , .here.gone th{b:2}\n.gone{c:3}\n@page { size: 1px }\n"
    page = '<table class="step-a here"><td class="right"></table>'
    assert used_of(css, page).split("\n") == ["h1{a:1}", ".here td{b:2}", "@page{ size: 1px }", ""]


def test_the_place_of_the_rules_cannot_be_said_by_a_text() -> None:
    deck = replace(samples.CLIENT_DECK, client=f"Northvale {RULES} Grocers")
    html = deck_html(deck)
    assert html.count("<style") == 1
    assert html.index("@font-face") > html.index("<style")
    assert "Northvale &lt;rules&gt; Grocers" in html
