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
from financials.queries.contract_work import POSITION, position_figures, sums_of
from financials.queries.contracts import months_of, span_of
from financials.queries.recognition import Recognised, recognised_by_contract
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
FORMULAE: Final = {
    "amount": "the fee as signed, without pass-through and tax",
    "scheduled": "straight line by day, rounded so that the months sum exactly to the amount; change orders included",
    "recognised": "gross revenue − pass-through posted to the contract and its change orders",
    "to_go": "Σ schedule of the months after the last closed one",
    "earned": "by billing kind: schedule, time at the rate of the day, milestones accepted, or fee × percent complete",
    "billed": "gross revenue − pass-through in the ledger, without accruals",
    "passed_on": "Σ pass-through posted to the contract and its change orders",
    "invoiced": "Σ invoices raised, as they stand: fees, pass-through and tax",
    "earned_not_billed": "earned − billed, where that is above zero",
    "billed_not_earned": "billed − earned, where that is above zero",
    "backlog": "fee − earned",
    "expected_loss": "cost to date + cost to go − fee, where that is above zero",
    "provision": "expected loss − (cost to date − earned), where that is above zero",
    "percent_complete": "cost to date ÷ (cost to date + cost to go), at most 100%",
    "cost_to_date": "labour + freelancers + direct expenses; without posted labour, time at the rate of the day",
}
_OF_POSITION: Final = frozenset({*POSITION, "percent_complete", "cost_to_date"})
_DEFINED: Final = {
    "passed_on": "billed",
    "invoiced": "billed",
    "earned": "recognised",
    "provision": "expected_loss",
    "cost_to_date": "percent_complete",
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
    if (name == "recognised" or name in _OF_POSITION) and not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    basis = load_basis(user, now=now, currency=contract.currency)
    if name in _OF_POSITION:
        made = _of_position(name, user, contract, basis)
    else:
        made = _amount(contract, basis) if name == "amount" else _from_months(name, user, contract, basis, month)
    own = name in _OF_POSITION
    meaning = definition_of(_DEFINED.get(name, name) if own or name == "recognised" else "schedule")
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


def _of_position(name: str, user: User, contract: Contract, basis: Basis) -> Explanation:
    """Each contract of the engagement as one input; of a fixed fee's progress, its cost and what is to go."""
    family, below = family_of(user, contract)
    ids = [one.pk for one in family if one.pk in below and one.currency == contract.currency]
    found = recognised_by_contract(basis, ids, basis.through, salary=abilities_of(user).see_salary)
    shown = position_figures(contract, found)
    own = found.get(contract.pk)
    if own is not None and own.withheld and name in _ATTRIBUTE:
        raise Http404(NOT_FOUND)
    unit = "ratio" if name == "percent_complete" else contract.currency
    figure = getattr(shown, _ATTRIBUTE.get(name, name), None) or contract_figure(name, contract.number, None, unit)
    rows = [found[pk] for pk in ids]
    inputs = [Input(one.number, value_of(name, one), contract.currency, "+") for one in rows]
    if name in _OF_COST and own is not None and own.earned.cost is not None:
        inputs = [
            Input("Cost to date", own.earned.cost, contract.currency, "+"),
            Input("Cost to go, newest estimate", own.earned.cost_to_go, contract.currency, "+"),
        ]
    notes = [
        f"{one.number}: {one.earned.reason}" for one in rows if one.earned.reason and (name == "earned" or one.withheld)
    ]
    if name == "invoiced":
        notes.append("Invoices hold tax and pass-through, so they are never held against what is earned")
    made = _explanation(
        contract,
        basis,
        value=None if figure.value is None else Decimal(figure.value),
        name=name,
        inputs=tuple(inputs[:36]),
        rows_url=reverse("contract_billing", args=[contract.number]),
        notes=tuple(notes),
    )
    return replace(made, figure=figure)


_ATTRIBUTE: Final = {"cost_to_date": "cost", "percent_complete": "percent"}
_OF_COST: Final = frozenset({"percent_complete", "cost_to_date", "expected_loss"})


def value_of(name: str, one: Recognised) -> Decimal | None:
    return sums_of([one])[name] if name in POSITION else None


def _from_months(name: str, user: User, contract: Contract, basis: Basis, month: Month | None) -> Explanation:
    family, below = family_of(user, contract)
    ids = [one.pk for one in family if one.pk in below and one.currency == contract.currency]
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
