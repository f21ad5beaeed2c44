"""The components of every page. Tags format; they never compute a figure. Numbers read as common.formats says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput, RadioSelect, Select, Textarea
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from common import charts, formats
from common.charts import marks
from common.figures import Explanation, Figure
from common.formats import Good, Scale, Value
from common.markup import escape

register = template.Library()


# Numbers


def _format(value: Value, unit: str, style: str, scale: Scale, places: int, signed: bool) -> str:
    match style:
        case "cell":
            if formats.is_money(unit):
                return formats.scaled(value, scale, places, signed=signed)
            if unit in ("ratio", "percent"):
                return formats.ratio(value, places, signed=signed).removesuffix("%")
            return formats.number(value, places if unit == "points" else 0, signed=signed)
        case "ledger":
            return formats.ledger(value, unit, signed=signed)
        case "exact":
            return formats.exact(value, unit, signed=signed)
        case "pct":
            return formats.ratio(value, places, signed=signed).removesuffix("%")
        case "pct%":
            return formats.ratio(value, places, signed=signed)
        case "compact" | "health":
            return formats.compact(value, unit, signed=signed)
    raise template.TemplateSyntaxError(f"No figure style {style!r}: compact, cell, ledger, exact, pct or pct%.")


_needs_no_quoting = re.compile(r"[A-Za-z0-9_.~:;=,-]*").fullmatch  # nor escaping


def figure_url(fig: Figure) -> str:
    return f"/figures/{fig.id if _needs_no_quoting(fig.id) else quote(fig.id, safe=':;=,')}/"


def _link(fig: Figure, inner: str, as_of: str, css: str = "") -> SafeString:
    """A figure leads to its explanation; without an id, or where nothing is known of it, it is only text."""
    classes = escape(f"fig {css}" if css else "fig")
    shown = inner if isinstance(inner, SafeString) else escape(inner)
    if not fig.id:
        return mark_safe(f'<span class="{classes}">{shown}</span>')  # noqa: S308  # escaped above
    known = f' data-as-of="{escape(as_of)}"' if as_of else ""
    return mark_safe(  # noqa: S308  # every part is escaped
        f'<a class="{classes}" href="{escape(figure_url(fig))}" data-figure '
        f'data-exact="{escape(formats.exact(fig.value, fig.unit))}" data-label="{escape(fig.label)}"{known}>{shown}</a>'
    )


@register.simple_tag
def figure(
    fig: Figure | None,
    style: str = "compact",
    scale: Scale = "M",
    places: int = 1,
    signed: bool = False,
    as_of: str = "",
) -> SafeString:
    if fig is None:
        return format_html('<span class="fig">{}</span>', formats.DASH)
    return _link(fig, _format(fig.value, fig.unit, style, scale, places, signed), as_of)


@register.simple_tag
def figure_as(fig: Figure, text: str, as_of: str = "") -> SafeString:
    """A figure in words its page has made: a unit that no style knows."""
    return _link(fig, text, as_of)


@register.simple_tag
def money(
    value: Value, currency: str, style: str = "compact", scale: Scale = "M", places: int = 1, signed: bool = False
) -> str:
    return _format(value, currency, style, scale, places, signed)


@register.simple_tag
def delta(
    value: Value,
    unit: str = "USD",
    good: Good = "up",
    scale: Scale = "M",
    places: int = 1,
    bare: bool = False,
    fig: Figure | None = None,
    as_of: str = "",
) -> SafeString:
    change = formats.delta(value, unit, good=good, scale=scale, places=places, bare=bare)
    arrow = format_html('{}<span class="arrow" aria-hidden="true">{}</span>', formats.NBSP, change.arrow)
    inner = format_html("{}{}", change.text, arrow if change.arrow else "")
    if fig is not None:
        return _link(fig, inner, as_of, f"delta {change.tone}")
    return format_html('<span class="delta {}">{}</span>', change.tone, inner)


@register.filter
def day(value: date | None) -> str:
    return formats.day(value)


@register.filter
def day_short(value: date | None) -> str:
    return formats.day_short(value)


@register.filter
def day_long(value: date | None) -> str:
    return formats.day_long(value)


@register.filter
def month(value: date | None) -> str:
    return formats.month(value)


@register.filter
def month_short(value: date | None) -> str:
    return formats.month_short(value)


@register.filter
def moment(value: datetime | None) -> str:
    return formats.moment(value)


@register.filter
def pct(value: Value, places: int = 1) -> str:
    return formats.ratio(value, places)


@register.filter
def grouped(value: Value, places: int = 0) -> str:
    return formats.number(value, places)


@register.filter
def compact(value: Value, unit: str) -> str:
    return formats.compact(value, unit)


@register.filter
def exact(value: Value, unit: str) -> str:
    return formats.exact(value, unit)


@register.filter
def plain(value: Value, unit: str) -> str:
    """As a ledger line: to the minor unit, without the currency."""
    return formats.ledger(value, unit) if formats.is_money(unit) else formats.exact(value, unit)


@register.filter
def dash(value: object) -> object:
    return formats.DASH if value is None or value == "" else value


# Status and small marks


@register.simple_tag
def shape(code: str | None, title: str = "") -> SafeString:
    """Shape alone: where the word stands elsewhere, or in the rail with its text alternative."""
    words = title or marks.STATUS_WORDS[marks.status_code(code)]
    return mark_safe(marks.shape(code, title=words))  # noqa: S308  # escaped by marks


@register.simple_tag
def status(code: str | None, word: str = "") -> SafeString:
    name = marks.status_code(code)
    drawn = mark_safe(marks.shape(name))  # noqa: S308  # fixed markup
    words = word or ("Unknown" if name == "unknown" else marks.STATUS_WORDS[name])
    return format_html('<span class="status {}">{} {}</span>', name, drawn, words)


@register.simple_tag
def badge(text: str, tone: str = "neutral") -> SafeString:
    if tone in ("neutral", "accent"):
        return format_html('<span class="badge {}">{}</span>', tone, text)
    name = marks.status_code(tone)
    drawn = mark_safe(marks.shape(name))  # noqa: S308  # fixed markup
    return format_html('<span class="badge {}">{} {}</span>', name, drawn, text)


@register.simple_tag
def meter(value: Value, tick: float | None = None, tone: str = "", width: int = 40) -> SafeString:
    return mark_safe(marks.meter(value, tick=tick, tone=tone, width=width))  # noqa: S308  # escaped by marks


@register.simple_tag
def variance_bar(value: Value, largest: Value, width: int = 48) -> SafeString:
    return mark_safe(marks.variance_bar(value, largest, width=width))  # noqa: S308  # numbers only


@register.simple_tag
def spark(
    series: Sequence[Value] | None, label: str = "", forecast_from: int | None = None, width: int = 108
) -> SafeString:
    drawn = marks.spark(series or (), label=label, forecast_from=forecast_from, width=width)
    return mark_safe(drawn)  # noqa: S308  # escaped by marks


@register.inclusion_tag("components/chart.html")
def chart(spec: charts.Spec, level: str = "minor", id: str = "") -> dict[str, Any]:
    variants = [(name, mark_safe(drawn)) for name, drawn in charts.variants(spec)]  # noqa: S308  # escaped by charts
    return {"spec": spec, "level": level, "id": id, "variants": variants, "table": charts.as_table(spec)}


@register.simple_tag
def explain_series(explanation: Explanation) -> SafeString:
    """The months under an explanation, actual against what it is held against."""
    spec = charts.of_explanation(explanation)
    return mark_safe(charts.svg(spec, width=302))  # noqa: S308  # escaped by charts


# Page parts


@register.simple_block_tag
def section(
    content: str,
    finding: str = "",
    sub: str = "",
    level: str = "major",
    id: str = "",
    source: str = "",
    link_url: str = "",
    link_label: str = "",
    lead: bool = False,
) -> SafeString:
    names = ("content", "finding", "sub", "level", "id", "source", "link_url", "link_label", "lead")
    values = (content, finding, sub, level, id, source, link_url, link_label, lead)
    return render_to_string("components/section.html", dict(zip(names, values, strict=True)))


@register.simple_block_tag
def strip(content: str, label: str = "Headline figures") -> SafeString:
    return format_html('<div class="strip" role="group" aria-label="{}">{}</div>', label, content)


@register.simple_block_tag
def kpi(
    content: str,
    label: str,
    fig: Figure | None = None,
    text: str = "",
    style: str = "compact",
    status: str = "",
    aside: str = "",
    as_of: str = "",
    secondary: bool = False,
    places: int = 1,
) -> SafeString:
    value: str | SafeString = text
    if fig is not None:
        value = figure(fig, style=style, places=places, as_of=as_of)
    shown = formats.DASH if value in ("", None) else value
    context: dict[str, Any] = {"content": content, "label": label, "value": shown}
    context |= {"status": status, "aside": aside, "secondary": secondary}
    return render_to_string("components/kpi.html", context)


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: str = "Sections") -> dict[str, Any]:
    return {"items": items, "label": label}


@register.simple_block_tag
def empty_state(content: str, title: str, action_url: str = "", action: str = "") -> SafeString:
    context = {"content": content, "title": title, "action_url": action_url, "action": action}
    return render_to_string("components/empty.html", context)


# The first name of the tag; inside a for loop it would be read as that loop's own "empty".
register.simple_block_tag(empty_state, name="empty", end_name="endempty")


@register.simple_block_tag
def error_box(content: str, title: str, action_url: str = "", action: str = "") -> SafeString:
    context = {"content": content, "title": title, "action_url": action_url, "action": action}
    return render_to_string("components/error_box.html", context)


@register.simple_block_tag
def progress(content: str, label: str, value: Value = None, max: float = 100, id: str = "") -> SafeString:
    share = None if value is None or not max else formats.ratio(formats.decimal(value) / formats.decimal(max), 0)
    context = {"content": content, "label": label, "value": value, "max": max, "share": share, "id": id}
    return render_to_string("components/progress.html", context)


@register.inclusion_tag("components/skeleton.html")
def skeleton(title: str = "Loading", lines: int = 4) -> dict[str, Any]:
    return {"title": title, "lines": range(lines)}


@register.inclusion_tag("components/conflict.html")
def conflict(who: str, when: str, text: str, keep_url: str = "", take_url: str = "") -> dict[str, Any]:
    return {"who": who, "when": when, "text": text, "keep_url": keep_url, "take_url": take_url}


# Tables and filters


def _query(context: Context, **changes: str | None) -> str:
    """The page's own query string with these parameters set, or taken out where None."""
    request = context.get("request")
    params = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for key, value in changes.items():
        params.pop(key, None)
        if value is not None:
            params[key] = value
    return f"?{params.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_th(context: Context, label: str, key: str, sub: str = "", numeric: bool = False) -> SafeString:
    """A column head that sorts. Figures start from the largest, words from A."""
    request = context.get("request")
    current = request.GET.get("sort", "") if request is not None else ""
    first, second = (f"-{key}", key) if numeric else (key, f"-{key}")
    url = _query(context, sort=second if current == first else first, page=None)
    sorted_, arrow, css = "", "", ' class="num"' if numeric else ""
    if current in (key, f"-{key}"):
        direction, sign = ("ascending", "↑") if current == key else ("descending", "↓")
        sorted_, arrow = f' aria-sort="{direction}"', f' <span class="arrow" aria-hidden="true">{sign}</span>'
    return mark_safe(  # noqa: S308  # every part is escaped
        f'<th scope="col"{css}{sorted_}><a class="sort" href="{escape(url)}">'
        f"{escape(label)}{arrow}{f'<br>{escape(sub)}' if sub else ''}</a></th>\n"
    )


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], param: str = "page") -> dict[str, Any]:
    previous = _query(context, **{param: str(page.previous_page_number())}) if page.has_previous() else ""
    following = _query(context, **{param: str(page.next_page_number())}) if page.has_next() else ""
    return {"page": page, "previous": previous, "next": following}


@register.simple_tag
def chip(label: str, value: str = "", url: str = "", active: bool = False) -> SafeString:
    strong = format_html(" <b>{}</b>", value) if value else ""
    return format_html('<a class="chip{}" href="{}">{}{}</a>', " on" if active else "", url, label, strong)


@register.simple_block_tag
def chip_menu(content: str, label: str, value: str = "", active: bool = False) -> SafeString:
    context = {"content": content, "label": label, "value": value, "active": active}
    return render_to_string("components/chip_menu.html", context)


# Forms


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, RadioSelect):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, Textarea):
        return "area"
    return "select" if isinstance(widget, Select) else "line"


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, size: str = "", hide_label: bool = False) -> dict[str, Any]:
    """Label, control, help and error, tied together for a screen reader."""
    name = bound.id_for_label or bound.html_name
    about = [f"{name}-error"] if bound.errors else []
    about += [f"{name}-help"] if bound.help_text else []
    attrs: dict[str, Any] = {}
    if about:
        attrs["aria-describedby"] = " ".join(about)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs),
        "kind": _kind(bound),
        "size": size,
        "name": name,
        "hide_label": hide_label,
    }


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    wrong = [bound for bound in form if bound.errors]
    return {"form": form, "wrong": wrong}
