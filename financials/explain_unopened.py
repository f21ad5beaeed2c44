"""How what is expected of deals not opened yet explains itself: own history, that of clients like it, and the share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from common.figures import Explanation, Input, Point, formulae
from common.money import ZERO
from common.periods import month_add, month_label, period_label
from financials.calc.unopened import Coming
from financials.explain_forecast import asked_months, asked_scope, page_of
from financials.figures import definition_of, unopened_figure
from financials.queries.basis import load_basis
from financials.queries.cells import load_cells
from financials.queries.forecast import cut_of, load_runs
from financials.queries.weighed_deals import load_coming

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
FORMULA: Final = (
    "Σ months (own months × own + months of others × theirs) ÷ (own months + months of others) × the share that comes "
    "of deals opened since"
)
UNTOLD: Final = (
    "Nothing is expected: fewer than twenty contracts out of deals with a noted opening are known, the client's own "
    "history is under six closed months, it is lost, it earned nothing for a year, or a rate is missing."
)
_SHOWN: Final = 12


def explain_unopened(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    (first, last), scope = asked_months(params), asked_scope(user, params)
    client, owner, currency = (params.get(name, "") for name in ("client", "owner", "currency"))
    basis = load_basis(user, now=now, currency=currency)
    cut = cut_of(user, client, first, last, owner)
    cells = [cell for cell in load_cells("layers", basis, cut, ("client", "unopened")) if cell.group[1]]
    value = None if any(cell.missing for cell in cells) else sum((cell.amount for cell in cells), ZERO)
    runs = load_runs(user, client, owner)
    told = load_coming(client) if client else None
    cells.sort(key=lambda cell: (-cell.amount, cell.group))
    inputs = (
        _of_client(told)
        if told
        else [
            Input(cell.group[0] or "", cell.amount, basis.currency, "+", rows=cell.entries) for cell in cells[:_SHOWN]
        ]
    )
    rest = [] if told else cells[_SHOWN:]
    if rest:
        inputs.append(Input(f"{len(rest)} others", sum((cell.amount for cell in rest), ZERO), basis.currency, "+"))
    return Explanation(
        figure=unopened_figure(value, basis, first=first, last=last, client=client, owner=owner, currency=currency),
        scope=scope,
        formula=FORMULA,
        formula_id="forecast.unopened",
        formula_version=VERSION,
        inputs=tuple(inputs),
        as_of=runs.computed_at or basis.as_of,
        run=runs.label.capitalize(),
        period=f"{period_label(first, last)}, closed to {month_label(basis.through)}",
        series=tuple(
            Point(month_label(month_add(told.first, step)), amount) for step, amount in enumerate(told.amounts[:12])
        )
        if told
        else (),
        series_label=f"Months ahead, {told.usual.currency}" if told else "",
        rows_url=page_of(client, owner),
        rows_count=sum(cell.entries for cell in cells),
        definition=definition_of("not-opened-yet"),
        notes=("It is a part of the run-rate; open deals are not in it.", *(() if cells else (UNTOLD,))),
    )


def _of_client(told: Coming) -> list[Input]:
    usual = told.usual
    return [
        Input("Own contracts out of deals, a month", told.own, usual.currency),
        Input("Own closed months", told.known, "count"),
        Input("The same of clients like it, a month", usual.monthly, usual.currency),
        Input("Months that counts as", usual.weight, "count"),
        Input("Weighed, a month", told.monthly, usual.currency, "="),
        *(
            Input(f"Share of deals opened up to {ahead} months before", usual.shares[ahead - 1], "ratio", "×")
            for ahead in (6, 12, 18)
            if ahead <= len(usual.shares)
        ),
    ]


def register() -> None:
    formulae.register("forecast.unopened", explain_unopened)
