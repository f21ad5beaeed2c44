"""How a contract's figures explain themselves: fee, schedule, recognised revenue, what is still to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import NOT_FOUND
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.money import ZERO
from common.periods import InvalidPeriod, Month, format_month, month_label, parse_month
from financials.access import get_contract_for
from financials.figures import contract_figure, definition_of
from financials.models import Contract, ScheduleLine
from financials.queries.basis import Basis, load_basis
from financials.queries.contract_trees import family_of
from financials.queries.contracts import months_of, span_of
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
FORMULAE: Final = {
    "amount": "the fee as signed, without pass-through and tax",
    "scheduled": "straight line by day, rounded so that the months sum exactly to the amount; change orders included",
    "recognised": "gross revenue − pass-through posted to the contract and its change orders",
    "to_go": "Σ schedule of the months after the last closed one",
}


def _month(params: Mapping[str, str]) -> Month | None:
    if params.keys() - {"contract", "month"} or not params.get("contract"):
        raise UnknownFigure("a contract's figure names its contract")
    try:
        return parse_month(params["month"]) if params.get("month") else None
    except InvalidPeriod:
        raise UnknownFigure(params["month"]) from None


def explain(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    month = _month(params)
    contract = get_contract_for(user, params["contract"])
    if name == "recognised" and not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    basis = load_basis(user, now=now, currency=contract.currency)
    made = _amount(contract, basis) if name == "amount" else _from_months(name, user, contract, basis, month)
    meaning = definition_of("recognised" if name == "recognised" else "schedule")
    return replace(made, formula=FORMULAE[name], formula_id=f"contract.{name}", definition=meaning)


def _amount(contract: Contract, basis: Basis) -> Explanation:
    orders = contract.children.filter(kind="change_order").order_by("start", "number")
    return _explanation(
        contract,
        basis,
        value=contract.amount,
        name="amount",
        inputs=(Input(str(contract), contract.amount, contract.currency, url=_page(contract)),),
        notes=tuple(f"Change order {order.number} is counted apart" for order in orders),
    )


def _from_months(name: str, user: User, contract: Contract, basis: Basis, month: Month | None) -> Explanation:
    family, ids = family_of(user, contract)
    first, last = (month, month) if month else span_of(family, basis)
    if name == "recognised" and not month:
        last = basis.open_month
    found, missing = months_of("actual" if name == "recognised" else "schedule", basis, ids, first, last)
    if name == "to_go":
        found = {when: amount for when, amount in found.items() if when > basis.through}
    value: Decimal | None = sum(found.values(), ZERO)
    unposted = name == "recognised" and month is not None and month > basis.open_month
    if missing or unposted or (not found and not month and name != "to_go"):
        value = None
    count = _rows(name, ids, first, last)
    entries = f"{reverse('entries')}?{urlencode({'contract': contract.number, 'row': 'net_revenue'})}"
    return _explanation(
        contract,
        basis,
        value=value,
        name=name,
        month=month,
        inputs=tuple(
            Input(month_label(when), amount, contract.currency, "+") for when, amount in sorted(found.items())[:36]
        ),
        rows_url=entries if name == "recognised" else _page(contract),
        rows_count=count,
        notes=("An exchange rate is missing",) if missing else (),
    )


def _rows(name: str, ids: list[int], first: Month, last: Month) -> int | None:
    if name == "recognised":
        return None
    return ScheduleLine.objects.filter(contract__in=ids, month__gte=first, month__lte=last).count()


def _page(contract: Contract) -> str:
    return reverse("contract", args=[contract.number])


def _explanation(
    contract: Contract,
    basis: Basis,
    *,
    value: Decimal | None,
    name: str,
    inputs: tuple[Input, ...],
    month: Month | None = None,
    rows_url: str = "",
    rows_count: int | None = None,
    notes: tuple[str, ...] = (),
) -> Explanation:
    return Explanation(
        figure=contract_figure(name, contract.number, value, contract.currency, month),
        scope=f"{contract.client.name}, {contract.number} {contract.title}",
        formula="",
        formula_id="",
        formula_version=VERSION,
        inputs=inputs,
        as_of=basis.as_of,
        period=f"{format_month(month)}" if month else f"closed to {month_label(basis.through)}",
        rows_url=rows_url,
        rows_count=rows_count,
        notes=notes,
    )


def _handler(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain(name, user, params, now)

    formulae.register(f"contract.{name}", handle)


def register() -> None:
    for name in FORMULAE:
        _handler(name)
