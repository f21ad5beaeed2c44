"""Explainable numbers: what people see is a Figure, and every Figure can say how it was made.

A figure's id is its formula and parameters, e.g. ``pnl.contribution:client=HALDEN;from=2026-01;to=2026-10``.
The id holds no value and grants no right: explaining it computes the figure again with the reader's own access.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from common.registry import Registry

if TYPE_CHECKING:
    from people.models import User  # types only: common imports no app at run time

Number = Decimal | int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as shown.

    value: None is unknown and prints as a dash. unit: a currency code, or ratio, points, count, days, score.
    """

    id: str
    label: str
    value: Number
    unit: str


@dataclass(frozen=True, slots=True)
class Input:
    """One line of an explanation. sign: "+", "−", "×", "÷" or "" as the formula reads; rows: how many lie behind it."""

    label: str
    value: Number
    unit: str
    sign: str = ""
    rows: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One month of the small series under an explanation."""

    label: str
    value: Number
    comparison: Number = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that the panel, the REST answer and the print of a figure say."""

    figure: Figure
    scope: str
    formula: str
    formula_id: str
    formula_version: int
    inputs: tuple[Input, ...]
    as_of: datetime
    run: str = ""
    period: str = ""
    rates: str = ""
    tie_out: Decimal | None = None
    series: tuple[Point, ...] = ()
    series_label: str = ""
    rows_url: str = ""
    rows_count: int | None = None
    xlsx_url: str = ""
    definition: str = ""
    notes: tuple[str, ...] = field(default=())


class UnknownFigure(LookupError):
    """No such formula, or parameters it does not take. Pages and REST answer 404."""


Explain = Callable[["User", Mapping[str, str], datetime], Explanation]
"""Registered under a formula id. Raises Http404 where the reader may not see the client."""

formulae: Registry[Explain] = Registry("figure formulae")


# A page has hundreds of ids, nearly all of them with nothing in them to quote.
_needs_no_quoting = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def _quoted(text: str) -> str:
    return text if _needs_no_quoting(text) else quote(text, safe="")


def figure_id(formula: str, **params: object) -> str:
    """The id of a figure; parameters in the order given, empty ones left out."""
    parts = [f"{key}={_quoted(str(value))}" for key, value in params.items() if value not in (None, "")]
    return f"{formula}:{';'.join(parts)}" if parts else formula


def parse_figure_id(text: str) -> tuple[str, dict[str, str]]:
    formula, _, rest = text.partition(":")
    params: dict[str, str] = {}
    for part in filter(None, rest.split(";")):
        key, equals, value = part.partition("=")
        if not equals:
            raise UnknownFigure(text)
        params[key] = unquote(value)
    return formula, params


def explain(user: User, text: str, *, now: datetime) -> Explanation:
    formula, params = parse_figure_id(text)
    if any("\x00" in value for value in params.values()):  # the database takes none
        raise UnknownFigure(formula)
    handler = formulae.get(formula)
    if handler is None:
        raise UnknownFigure(text)
    return handler(user, params, now)
