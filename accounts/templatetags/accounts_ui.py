"""Components of the account pages: power and level marks, and the client list's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.calc.health import ENOUGH, status_of
from accounts.queries.clients import ClientRow, ListColumn
from accounts.queries.health import WORDS
from common import formats
from common.charts import marks
from common.charts.people import PeopleMap, people_map
from common.figures import Figure
from common.markup import escape
from common.templatetags.ui import delta, figure, shape

register = template.Library()


@register.simple_tag
@cache
def power_bars(power: int | None) -> SafeString:
    """Five bars, as many filled as the power says; unknown is a dash."""
    if power is None:
        return mark_safe('<span class="dim">—</span>')  # fixed markup
    bars = "".join(f'<rect x="{n * 5}" y="0" width="3.5" height="12"{"" if n < power else OFF}/>' for n in range(5))
    return mark_safe(  # noqa: S308  # a number and fixed markup
        f'<svg class="power" viewBox="0 0 24 12" width="24" height="12" role="img" aria-label="Power {power} of 5">'
        f"{bars}</svg>"
    )


OFF = ' fill-opacity="0.18"'


@register.simple_tag
@cache
def level_dots(level: int | None, wanted: int | None) -> SafeString:
    """Four circles: filled up to the level now, ringed in the accent up to the one wanted."""
    words = f"Level {'not judged' if level is None else f'{level} of 4'}"
    if wanted is not None:
        words += f", wanted {wanted}"
    dots = []
    for n in range(1, 5):
        css = "now" if n <= (level or 0) else "wanted" if n <= (wanted or 0) else "off"
        dots.append(f'<circle class="{css}" cx="{n * 12 - 6}" cy="6" r="4.25"/>')
    return mark_safe(  # noqa: S308  # numbers and fixed markup
        f'<svg class="levels" viewBox="0 0 48 12" width="48" height="12" role="img" aria-label="{words}">'
        f"{''.join(dots)}</svg>"
    )


@register.simple_tag
def people_picture(spec: PeopleMap) -> SafeString:
    return mark_safe(people_map(spec))  # noqa: S308  # escaped as it is drawn


# The client list has a hundred rows: plain text joined is several times quicker than a template that looks up and
# escapes a thousand variables.

_AT_RISK = f'<span class="status at_risk">{marks.shape("at_risk")} At risk</span>'


def _td(text: str, css: str = "") -> str:
    return f'<td class="{css}">{escape(text)}</td>' if css else f"<td>{escape(text)}</td>"


def _short(name: str) -> str:
    """A. Reyes: whole names would break every row in two."""
    first, _, last = name.rpartition(" ")
    return f"{first[:1]}. {last}" if first else last or formats.DASH


def _status(row: ClientRow) -> str:
    words = _AT_RISK if row.status == "at_risk" else escape(row.status_word)
    return f'<td class="c-status">{words}</td>'


def _overdue(row: ClientRow) -> str:
    if not row.overdue:
        return '<td class="num dim">0</td>'
    return f'<td class="num"><span class="status at_risk">{marks.shape("at_risk")} {row.overdue}</span></td>'


def _next(row: ClientRow) -> str:
    if not row.next:
        return '<td class="dim">—</td>'
    return f'<td class="next">{escape(row.next)} <span class="dim nowrap">{formats.day_short(row.next_due)}</span></td>'


_CELLS: dict[str, Callable[[ClientRow], str]] = {
    "tier": lambda row: _td(row.tier or formats.DASH),
    "status": _status,
    "industry": lambda row: _td(row.industry or formats.DASH),
    "owner": lambda row: _td(_short(row.owner), "nowrap"),
    "country": lambda row: _td(row.country or formats.DASH),
    "parent": lambda row: _td(row.parent or formats.DASH),
    "open": lambda row: f'<td class="num">{row.open}</td>',
    "touch": lambda row: f'<td class="num">{formats.day_short(row.touch)}</td>',
    "overdue": _overdue,
    "next": _next,
}


def _figure_cell(column: ListColumn, found: Figure | None, first: bool) -> str:
    """first: the one that stays on a phone, where its unit stands beside it because there is no head."""
    money = column.money
    css = f'"num c-figure" data-unit="{escape(column.sub)}"' if first else '"num"'
    if money is None or found is None:
        return f"<td class={css}>{formats.DASH}</td>"
    if money.style == "health":
        return f"<td class={css}>{health_mark(found)}</td>"
    if money.delta:
        drawn = delta(found.value, found.unit, scale=money.scale, places=money.places, bare=True, fig=found)
    else:
        drawn = figure(found, style=money.style, scale=money.scale, places=money.places)
    return f"<td class={css}>{drawn}</td>"


@register.simple_tag
def health_mark(found: Figure | None) -> SafeString:
    """The score behind its shape; no number where too little is known for a verdict, a dash before any reading."""
    if found is None:
        return format_html("{}", formats.DASH)
    if found.value is None:
        return shape("unknown", "Not enough known")
    code = status_of(Decimal(found.value), ENOUGH)
    return format_html("{} {}", shape(code, WORDS[code]), figure(found))


@register.simple_tag
def client_rows(rows: Iterable[ClientRow], columns: Sequence[ListColumn]) -> SafeString:
    """The rows of the client list."""
    return mark_safe("".join([_client_row(row, columns) for row in rows]))  # noqa: S308  # every value is escaped below


def _client_row(row: ClientRow, columns: Sequence[ListColumn]) -> str:
    cells = [f'<tr><th scope="row" class="c-name"><a href="{escape(row.url)}">{escape(row.name)}</a></th>']
    first = True
    for column in columns:
        if column.money is None:
            cells.append(_CELLS[column.key](row))
        else:
            cells.append(_figure_cell(column, row.figures.get(column.key), first))
            first = False
    return "".join([*cells, "</tr>\n"])


@register.simple_tag(takes_context=True)
def choice_menu(
    context: Context,
    label: str,
    name: str,
    current: object,
    choices: Iterable[tuple[Any, Any]],
    all_value: str = "",
) -> SafeString:
    """A filter chip that opens to its values, each a link that keeps the others. all_value: what "All" must say."""
    params = context["request"].GET.copy()
    for gone in (name, "page", "format"):
        params.pop(gone, None)
    base = params.urlencode()
    joint = "&" if base else ""
    chosen = "" if current is None else str(current)
    shown, links = chosen, []
    for key, text in choices:
        active = str(key).casefold() == chosen.casefold()
        if active:
            shown = str(text)
        links.append(_choice(f"?{base}{joint}{urlencode({name: key})}", str(text), active))
    every = _choice(f"?{base}{joint}{urlencode({name: all_value})}" if all_value else f"?{base}", "All", not shown)
    return mark_safe(  # noqa: S308  # every part is escaped
        f'<details class="chip-menu">\n  <summary class="chip{" on" if shown else ""}">{escape(label)} '
        f'<b>{escape(shown or "All")}</b></summary>\n  <div class="menu">{every}{"".join(links)}</div>\n</details>\n'
    )


def _choice(url: str, text: str, active: bool) -> str:
    current = ' aria-current="true"' if active else ""
    return f'<a href="{escape(url)}"{current}>{escape(text)}</a>'
