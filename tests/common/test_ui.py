"""How figures read, and what the components put on the page."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory

from common import formats, samples
from common.figures import Explanation, Figure, Input, Point

ROOT = Path(__file__).resolve().parents[2]


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (Decimal("71803977.61"), "USD", "$71.8M"),
        (Decimal(-84500), "USD", "−$84.5k"),
        (Decimal(999950), "GBP", "£1.0M"),
        (Decimal(950000), "GBP", "£950.0k"),
        (Decimal("999.6"), "EUR", "€1.0k"),
        (Decimal(640), "EUR", "€640"),
        (Decimal(1200000), "CHF", "CHF\u00a01.2M"),
        (Decimal(1234567890), "USD", "$1.2B"),
        (Decimal("0.383"), "ratio", "38.3%"),
        (Decimal("-0.8"), "points", "−0.8 pts"),
        (37, "days", "37 days"),
        (1, "days", "1 day"),
        (2064, "count", "2,064"),
        (Decimal(0), "USD", "$0"),
        (None, "USD", "—"),
        (float("nan"), "USD", "—"),
    ],
)
def test_compact(value: formats.Value, unit: str, said: str) -> None:
    assert formats.compact(value, unit) == said


def test_ledger_and_exact_round_half_even() -> None:
    assert formats.ledger(Decimal("4218430.165"), "USD") == "4,218,430.16"
    assert formats.ledger(Decimal("-1000.01"), "USD") == "−1,000.01"
    assert formats.ledger(Decimal("1234.5"), "JPY") == "1,234"
    assert formats.ledger(Decimal("1.0005"), "KWD") == "1.000"
    assert formats.exact(Decimal("71803977.61"), "USD") == "$71,803,977.61"
    assert formats.exact(Decimal("0.38299"), "ratio") == "38.2990%"
    assert formats.scaled(Decimal("-450000"), "k") == "−450.0"
    assert formats.number(Decimal("-0.04"), 1) == "0.0"


@pytest.mark.parametrize(
    ("change", "text", "arrow", "tone"),
    [
        (formats.delta(Decimal(-600000)), "−0.6", "↓", "bad"),
        (formats.delta(Decimal(700000)), "+0.7", "↑", "good"),
        (formats.delta(Decimal(0)), "±0.0", "", "flat"),
        (formats.delta(Decimal(-40000)), "±0.0", "", "flat"),
        (formats.delta(Decimal("0.014"), "ratio"), "+1.4 pts", "↑", "good"),
        (formats.delta(Decimal("-6.9"), "points", bare=True), "−6.9", "↓", "bad"),
        (formats.delta(Decimal("-0.206"), "percent"), "−20.6%", "↓", "bad"),
        (formats.delta(Decimal(-500), scale="auto"), "−$500", "↓", "bad"),
        (formats.delta(3, "days", good="down"), "+3 d", "↑", "bad"),
        (formats.delta(3, "count", good="none"), "+3", "↑", "good"),
        (formats.delta(None), "—", "", "unknown"),
    ],
)
def test_delta(change: formats.Delta, text: str, arrow: str, tone: str) -> None:
    assert (change.text, change.arrow, change.tone) == (text, arrow, tone)


def test_dates() -> None:
    assert formats.day(date(2026, 12, 30)) == "30 Dec 2026"
    assert formats.day_long(date(2026, 11, 23)) == "Monday 23 November 2026"
    assert formats.month(date(2026, 10, 1)) == "Oct 2026"
    assert formats.moment(datetime(2026, 11, 23, 6, 0, tzinfo=UTC)) == "23 Nov 2026, 06:00 UTC"
    east = timezone(timedelta(hours=9))
    assert formats.moment(datetime(2026, 11, 23, 6, 0, tzinfo=east)) == "22 Nov 2026, 21:00 UTC"
    assert formats.day(None) == "—"
    assert formats.plural(1, "row") == "1 row"
    assert formats.plural(2064, "row") == "2,064 rows"


def test_figure_links_to_its_explanation() -> None:
    fig = Figure("pnl.net:client=A%26B;month=2026-10", "Net <revenue>", Decimal("71803977.61"), "USD")
    drawn = render('{% figure fig as_of="run 118" %}', fig=fig)
    assert 'href="/figures/pnl.net:client=A%2526B;month=2026-10/"' in drawn
    assert 'data-exact="$71,803,977.61"' in drawn
    assert 'data-label="Net &lt;revenue&gt;"' in drawn
    assert drawn.endswith(">$71.8M</a>")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('style="cell"', "71.8"),
        ('style="cell" scale="k"', "71,804.0"),
        ('style="ledger"', "71,803,977.61"),
        ('style="exact" signed=True', "+$71,803,977.61"),
    ],
)
def test_figure_styles(arguments: str, said: str) -> None:
    fig = Figure("x", "Net", Decimal("71803977.61"), "USD")
    assert render("{% figure fig " + arguments + " %}", fig=fig).endswith(f">{said}</a>")


def test_unknown_figure_is_a_dash_and_a_wrong_style_an_error() -> None:
    assert render("{% figure fig %}", fig=None) == '<span class="fig">—</span>'
    assert ">—</a>" in render("{% figure fig %}", fig=Figure("x", "Net", None, "USD"))
    assert "<a" not in render("{% figure fig %}", fig=Figure("", "Net", Decimal(1), "USD"))
    with pytest.raises(TemplateSyntaxError):
        render('{% figure fig style="big" %}', fig=Figure("x", "Net", Decimal(1), "USD"))


def test_status_is_shape_and_word() -> None:
    drawn = render('{% status "at_risk" word=word %}', word="<3 d late>")
    assert '<svg class="shape at_risk"' in drawn
    assert "&lt;3 d late&gt;" in drawn
    assert 'aria-label="Watch"' in render('{% shape "watch" %}')
    assert 'class="shape' not in render('{% badge "Draft" %}')


def test_kpi_strip() -> None:
    fig = Figure("x", "Forecast", Decimal(86600000), "USD")
    drawn = render(
        '{% strip %}{% kpi label="Full-year forecast" fig=fig %}{% delta gap %} on budget{% endkpi %}'
        '{% kpi label="Health" %}Unknown{% endkpi %}{% endstrip %}',
        fig=fig,
        gap=Decimal(-600000),
    )
    assert "$86.6M" in drawn
    assert '<span class="delta bad">−0.6' in drawn
    assert "—" in drawn


def test_sort_head_keeps_the_filters_and_turns_round() -> None:
    source = '{% sort_th "Full year" key="full" sub="$M" numeric=True %}'
    first = render(source, request=RequestFactory().get("/?tier=key&page=3"))
    assert 'href="?tier=key&amp;sort=-full"' in first
    assert "aria-sort" not in first
    again = render(source, request=RequestFactory().get("/?sort=-full"))
    assert 'href="?sort=full"' in again
    assert 'aria-sort="descending"' in again


def test_pager_keeps_the_query() -> None:
    page = Paginator(range(120), 50).page(2)
    drawn = render("{% pager page %}", page=page, request=RequestFactory().get("/?q=a%26b&page=2"))
    assert 'href="?q=a%26b&amp;page=1"' in drawn
    assert 'href="?q=a%26b&amp;page=3"' in drawn
    assert "51–100 of 120" in drawn


class NoteForm(forms.Form):
    text = forms.CharField(label="Next step", help_text="One line.")
    agree = forms.BooleanField(label="Client agreed", required=False)
    stance = forms.ChoiceField(choices=[("1", "For"), ("0", "Against")], widget=forms.RadioSelect)


def test_field_ties_label_help_and_error_to_the_control() -> None:
    form = NoteForm({"stance": "1"})
    drawn = render("{% field form.text %}", form=form)
    assert '<label for="id_text">Next step</label>' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_text-error id_text-help"' in drawn
    assert 'id="id_text-error"' in drawn
    assert 'id="id_text-help"' in drawn
    assert "<legend>Stance</legend>" in render("{% field form.stance %}", form=form)
    assert "check-label" in render("{% field form.agree %}", form=form)
    summary = render("{% form_errors form %}", form=form)
    assert 'href="#id_text"' in summary
    assert render("{% form_errors form %}", form=NoteForm()).strip() == ""


def test_boxes_escape_their_titles() -> None:
    assert "&lt;b&gt;" in render("{% error_box title %}Kept.{% enderror_box %}", title="<b>")
    assert "&lt;b&gt;" in render("{% empty_state title %}{{ title }}{% endempty_state %}", title="<b>")
    running = render('{% progress label="Run 119" value=64 %}Simulating.{% endprogress %}')
    assert 'max="100" value="64"' in running
    assert "64%" in running
    assert " value=" not in render('{% progress label="Run 119" %}Waiting.{% endprogress %}')


def test_explanation_shows_every_part() -> None:
    explanation = Explanation(
        figure=Figure("pnl.contribution:month=2026-10", "Contribution, October 2026", Decimal(158500), "USD"),
        scope="Kestrel Air, all contracts",
        formula="net revenue − labour",
        formula_id="contribution",
        formula_version=3,
        inputs=(
            Input("Gross revenue", Decimal(520000), "USD", "", 38, "/rows/"),
            Input("Labour", Decimal(361500), "USD", "−", 1),
        ),
        as_of=datetime(2026, 11, 23, 6, 0, tzinfo=UTC),
        run="118, by schedule",
        tie_out=Decimal(0),
        series=(Point("Sep 2026", Decimal(202500), Decimal(243000)), Point("Oct 2026", Decimal(158500), None)),
        rows_url="/rows/",
        rows_count=2064,
        xlsx_url="/rows.xlsx",
        notes=("39.6% of net revenue",),
    )
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    drawn = render_to_string("components/explain.html", {"explanation": explanation, "request": request})
    for said in (
        "$158,500.00",
        "net revenue − labour",
        "contribution, version 3",
        "38 rows",
        "1 row<",
        "361,500.00",
        "Ties to the ledger",
        "difference 0.00",
        "118, by schedule",
        "23 Nov 2026, 06:00 UTC",
        "Open 2,064 rows",
        'href="/rows.xlsx"',
        'aria-label="Contribution, October 2026, twelve months"',
    ):
        assert said in drawn, said


def test_component_sheet_has_no_inline_style_or_script() -> None:
    request = RequestFactory().get("/help/components/")
    page = render_to_string("portfolio/components.html", samples.sheet() | {"request": request})
    assert not re.search(r"\sstyle=", page)
    assert not re.search(r"\son[a-z]+=", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert "NaN" not in page
    for name in re.findall(r'(?:href|src)="/static/([^"]+)"', page):
        if not name.startswith("django_htmx/"):
            assert (ROOT / "static" / name).is_file(), name


def test_error_pages_stand_without_context() -> None:
    for name, said in (("403.html", "may not do this"), ("404.html", "nothing here"), ("500.html", "on our side")):
        assert said in render_to_string(name)


def test_text_colours_reach_contrast() -> None:
    """WCAG 2.2: 4.5:1 for words on paper, hover and surface, 3:1 for the edges of fields, in both themes."""
    css = (ROOT / "static/css/tokens.css").read_text()

    def tokens(selector: str) -> dict[str, str]:
        block = css[css.index(selector) :]
        return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block[: block.index("}")]))

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: str, other: str) -> float:
        high, low = sorted((luminance(one), luminance(other)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for theme in (tokens('[data-theme="light"] {'), tokens('[data-theme="dark"] {')):
        for ground in ("paper", "surface", "hover", "sunken"):
            for words in ("ink", "ink2", "ink3", "accent-ink", "ok", "watch", "risk"):
                assert contrast(theme[words], theme[ground]) >= 4.5, (words, ground)
            assert contrast(theme["field"], theme[ground]) >= 3, ground
        for pair in (("on-accent", "accent"), ("ok", "ok-soft"), ("watch", "watch-soft"), ("risk", "risk-soft")):
            assert contrast(theme[pair[0]], theme[pair[1]]) >= 4.5, pair
