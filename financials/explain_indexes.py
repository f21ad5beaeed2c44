"""How an index's change and a fee after its uplift explain themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse

from accounts.access import NOT_FOUND
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.imports.columns import BadValue, fraction
from common.periods import month_add, month_label
from financials.access import contracts_for, get_contract_for
from financials.calc.index_readings import IndexChange
from financials.calc.notice import Uplift
from financials.figures import definition_of, uplifted_figure
from financials.models import Contract
from financials.queries.index_readings import change_figure, contracts_naming, load_changes, uplift_of
from financials.queries.terms import decided, load_terms
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1


def _explain_change(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.keys() != {"index"} or params["index"] != params["index"].lower():
        raise UnknownFigure("index.change")
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    name = params["index"]
    change = load_changes(now.date()).get(name)
    naming = contracts_naming([name], contracts_for(user))
    if change is None and not naming:
        raise UnknownFigure(name)
    return Explanation(
        figure=change_figure(name, change),
        scope=name.upper(),
        formula="level of the newest month ÷ level of the same month a year before − 1",
        formula_id="index.change",
        formula_version=VERSION,
        inputs=() if change is None else _levels(change),
        as_of=now,
        period=month_label(change.month) if change else "",
        rows_url=reverse("indexes"),
        rows_count=len(naming),
        definition=definition_of("index_change"),
        notes=() if change else ("No month is known together with the same month a year before.",),
    )


def _levels(change: IndexChange) -> tuple[Input, ...]:
    where = reverse("indexes")
    return (
        Input(f"Level of {month_label(change.month)}", change.level, "index", "", None, where),
        Input(f"Level of {month_label(month_add(change.month, -12))}", change.before, "index", "÷", None, where),
    )


def _explain_uplifted(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.keys() - {"contract", "reading"} or "contract" not in params:
        raise UnknownFigure("contract.uplifted")
    typed = _typed(params.get("reading", ""))
    contract = get_contract_for(user, params["contract"])
    uplift = uplift_of(uplift_in_force(contract, now))
    if uplift is None:
        raise UnknownFigure(contract.number)
    change = load_changes(now.date()).get(uplift.index) if uplift.index else None
    notes = []
    if uplift.index and change is None and typed is not None:
        notes.append(f"Nobody published {uplift.index.upper()}: the reading is the one typed in the renewal's plan.")
    elif uplift.index and change is None:
        notes.append(f"{uplift.index.upper()} has no reading: the fee is unknown. The forecast takes the floor.")
    elif change is not None:
        notes.append(f"The newest reading known, of {month_label(change.month)}; it holds until a newer one comes.")
    return Explanation(
        figure=uplifted_figure(contract.number, contract.amount, contract.currency, uplift, change, typed),
        scope=f"{contract.client.name}: {contract.number}",
        formula="fee × (1 + clamp(index, floor, cap))" if uplift.index else "fee × (1 + uplift)",
        formula_id="contract.uplifted",
        formula_version=VERSION,
        inputs=tuple(_inputs(contract, uplift, change.change if change else typed)),
        as_of=now,
        rows_url=reverse("contract", args=[contract.number]),
        definition=definition_of("index_change"),
        notes=tuple(notes),
    )


def _typed(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        return fraction(text)
    except BadValue:
        raise UnknownFigure(text) from None


def _inputs(contract: Contract, uplift: Uplift, told: Decimal | None) -> list[Input]:
    several = [Input("Fee now", contract.amount, contract.currency)]
    if not uplift.index:
        return [*several, Input("Uplift", uplift.fixed, "ratio", "×")]
    several.append(Input(f"{uplift.index.upper()} over twelve months", told, "ratio", "×", None, reverse("indexes")))
    several += [
        Input(label, value, "ratio")
        for label, value in (("At least", uplift.floor), ("At most", uplift.cap))
        if value is not None
    ]
    return several


def uplift_in_force(contract: Contract, now: datetime) -> str:
    today = contract.client.local_date(now)
    return decided(load_terms([contract]).on(contract, today, ("uplift",))).get("uplift", "")


def register() -> None:
    formulae.register("index.change", _explain_change)
    formulae.register("contract.uplifted", _explain_uplifted)
