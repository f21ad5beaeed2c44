"""How a margin explains itself that leaves out what the reader is not told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from common.figures import Explanation, Figure, Input, formulae
from common.periods import month_label, period_label
from financials.calc.shown_margin import ShownMargin
from financials.explain_forecast import asked_months, asked_scope
from financials.figures import definition_of, shown_margin_figure
from financials.queries.basis import Basis, load_basis
from financials.queries.shown_margin import load_shown_margin

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
_LISTED: Final = 6


def _left_out_words(found: ShownMargin) -> str:
    several = [f"{key} {month_label(month)}" for key, month in found.left_out[:_LISTED]]
    rest = len(found.left_out) - len(several)
    more = f" and {rest} more" if rest > 0 else ""
    return f"Left out, as their labour is not shown to your role: {', '.join(several)}{more}"


def _said(
    user: User, params: Mapping[str, str], basis: Basis, figure: Figure, inputs: tuple[Input, ...], found: ShownMargin
) -> Explanation:
    first, last = asked_months(params)
    name = figure.id.partition(":")[0]
    return Explanation(
        figure=figure,
        scope=asked_scope(user, params),
        formula="contribution ÷ net revenue, over the months of clients whose labour is shown to you"
        if name == "margin.shown"
        else "margin of what is shown − budget margin of the same months of the same clients",
        formula_id=name,
        formula_version=VERSION,
        inputs=inputs,
        as_of=basis.as_of,
        period=f"{period_label(first, last)}, closed to {month_label(basis.through)}",
        definition=definition_of("margin_of_what_is_shown"),
        notes=(_left_out_words(found),) if found.left_out else (),
    )


def _asked(user: User, params: Mapping[str, str], now: datetime) -> tuple[Basis, ShownMargin, ShownMargin]:
    """Raises Http404 where this person sees no money, or not this client."""
    first, last = asked_months(params)
    asked_scope(user, params)
    basis = load_basis(user, now=now, currency=params.get("currency", ""))
    return basis, *load_shown_margin(user, basis, first, last, params.get("client", ""))


def _figure(name: str, params: Mapping[str, str], value: object) -> Figure:
    first, last = asked_months(params)
    return shown_margin_figure(name, value, [first, last], params.get("client", ""), params.get("currency", ""))  # type: ignore[arg-type]  # a number or None


def explain_margin(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    basis, actual, _ = _asked(user, params, now)
    inputs = (
        Input("Contribution of what is shown", actual.contribution, basis.currency),
        Input("Net revenue of what is shown", actual.net, basis.currency, "÷"),
        Input("Months of clients left out", len(actual.left_out), "count"),
    )
    return _said(user, params, basis, _figure("shown", params, actual.ratio), inputs, actual)


def explain_gap(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    basis, actual, budget = _asked(user, params, now)
    inputs = (
        Input("Margin of what is shown", actual.ratio, "ratio"),
        Input(f"Budget {basis.budget_version}, the same months".strip(), budget.ratio, "ratio", "−"),
        Input("Months of clients left out", len(actual.left_out), "count"),
    )
    known = actual.ratio is not None and budget.ratio is not None
    value = (actual.ratio - budget.ratio) * 100 if known else None  # type: ignore[operator]  # both known here
    return _said(user, params, basis, _figure("shown_gap", params, value), inputs, actual)


def register() -> None:
    formulae.register("margin.shown", explain_margin)
    formulae.register("margin.shown_gap", explain_gap)
