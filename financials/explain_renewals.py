"""How the renewal board's judgements and walk-away fee explain themselves: who said what, what the system counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse

from accounts.access import NOT_FOUND
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.formats import day_short
from financials.access import get_contract_for
from financials.calc.renewals import LEAST_HISTORY, USUAL
from financials.figures import JUDGED_LABELS, definition_of, judged_figure
from financials.models import Contract, RenewalPlan
from financials.queries.inputs import decided_renewals
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
FORMULAE: Final = {
    "system": f"renewed ÷ ended of the kind, from {LEAST_HISTORY} ended terms on; under that the default of the kind",
    "owner": "what the owner of the renewal says; it counts nowhere until it is made final",
    "final": "the contract's own probability, which the forecast takes; without one the system's",
    "walk_away": "the fee under which we do not renew, as its owner wrote it",
}


def _explain(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.keys() != {"contract", "ends"}:
        raise UnknownFigure(f"renewal.{name}")
    try:
        ends = date.fromisoformat(params["ends"])
    except ValueError:
        raise UnknownFigure("ends is a day") from None
    if not abilities_of(user).see_contracts:
        raise Http404(NOT_FOUND)
    contract = get_contract_for(user, params["contract"])
    plan = RenewalPlan.objects.filter(contract=contract, term_end=ends).first()
    value, inputs, notes = _system(contract) if name == "system" else _said(name, contract, plan)
    return Explanation(
        figure=judged_figure(name, contract.number, ends, value, contract.currency),
        scope=str(contract),
        formula=FORMULAE[name],
        formula_id=f"renewal.{name}",
        formula_version=VERSION,
        inputs=inputs,
        as_of=now,
        period=f"Term to {day_short(ends)} {ends.year}",
        rows_url=reverse("contract", args=[contract.number]),
        rows_count=1,
        definition=definition_of("renewals-board"),
        notes=notes,
    )


def _system(contract: Contract) -> tuple[Decimal, tuple[Input, ...], tuple[str, ...]]:
    kind = contract.renewal or "fixed"
    renewed, ended = decided_renewals().get(kind, (0, 0))
    usual = USUAL[kind]
    value = Decimal(renewed) / ended if ended >= LEAST_HISTORY else usual
    note = f"Fewer than {LEAST_HISTORY} terms of ours ended: the default counts."
    return (
        value,
        (
            Input(f"Terms of {kind} contracts renewed", renewed, "count"),
            Input("Terms that ended", ended, "count", "÷"),
            Input("Default of the kind", usual, "ratio"),
        ),
        () if ended >= LEAST_HISTORY else (note,),
    )


def _said(
    name: str, contract: Contract, plan: RenewalPlan | None
) -> tuple[Decimal | None, tuple[Input, ...], tuple[str, ...]]:
    if name == "walk_away":
        value = plan.walk_away if plan else None
        fees = (
            Input("Fee now", contract.amount, contract.currency),
            Input("Walk away under", value, contract.currency),
        )
        return value, fees, ()
    if name == "owner":
        value, by, at = (plan.owner_says, plan.owner_said_by, plan.owner_said_at) if plan else (None, "", None)
    else:
        value, by, at = contract.probability, plan.final_by if plan else "", plan.final_at if plan else None
    said = f"By {by}, {day_short(at.date())} {at.year}" if by and at else "Nobody is named for it"
    return value, (Input(said, value, "ratio"),), () if value is not None else ("Nobody has said so far.",)


def _handler(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return _explain(name, user, params, now)

    formulae.register(f"renewal.{name}", handle)


def register() -> None:
    for name in JUDGED_LABELS:
        _handler(name)
