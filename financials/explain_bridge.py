"""How a part of a bridge explains itself: the formula, the two totals and every other part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.http import Http404

from accounts.access import NOT_FOUND, get_client_for
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.money import is_currency
from common.periods import InvalidPeriod, period_label
from financials.calc.bridge import PARTS
from financials.figures import bridge_figure
from financials.queries.bridge import LABELS, MEASURES, BridgeRequest, load_bridge, read_span
from financials.queries.pnl_request import BadRequest
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

FORMULAE: Final = {
    "start": "the measure in the first period",
    "price": "change in net revenue per hour × hours after, by client and month",
    "volume": "change in hours × what an hour earned before, by client and month",
    "cost_mix": "− change in labour and freelancers per hour × hours after, by client and month",
    "pass_through": "change in pass-through, which moves gross revenue alone",
    "fx": "the later period at its own rates − the same at the earlier period's",
    "other": "the whole change of clients and months without hours in both periods",
    "end": "start + price + volume + cost and mix + pass-through + exchange + other",
}
_PARAMS: Final = frozenset({"client", "start", "end", "against", "measure", "owner", "tier", "currency", "budget"})


def _asked(params: Mapping[str, str]) -> BridgeRequest:
    measure = params.get("measure", "gross_profit")
    if params.keys() - _PARAMS or measure not in MEASURES or params.get("against", "budget") != "budget":
        raise UnknownFigure("bridge")
    if params.get("currency") and not is_currency(params["currency"]):
        raise UnknownFigure(params["currency"])
    try:
        start, end = read_span(params.get("start", "")), read_span(params.get("end", ""))
    except InvalidPeriod:
        raise UnknownFigure("start and end are months") from None
    if start is None or end is None:
        raise UnknownFigure("start and end are months")
    return BridgeRequest(
        start=start, end=end, against="budget" if params.get("against") else "period",
        measure=measure, client=params.get("client", ""), owner=params.get("owner", ""), tier=params.get("tier", ""),
        currency=params.get("currency", ""), budget_version=params.get("budget", ""),
    )  # fmt: skip


def _explain(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    asked = _asked(params)
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    scope = get_client_for(user, asked.client).name if asked.client else "All your clients"
    try:
        found = load_bridge(user, asked, now=now)
    except BadRequest:
        raise UnknownFigure("bridge") from None
    values = found.total.as_dict()
    others = tuple(part for part in ("start", *PARTS) if name == "end" or part in ("start", name))
    inputs = [Input(LABELS[part], values[part], found.basis.currency, "+" if part in PARTS else "") for part in others]
    if name not in ("start", "end"):
        inputs.append(Input(LABELS["end"], values["end"], found.basis.currency))
    against = "the budget" if asked.against == "budget" else period_label(*found.start)
    return Explanation(
        figure=bridge_figure(name, None if found.missing else values[name], found, client=asked.client),
        scope=f"{scope}; {MEASURES[asked.measure].lower()}",
        formula=FORMULAE[name],
        formula_id=f"bridge.{name}",
        formula_version=1,
        inputs=tuple(inputs),
        as_of=found.basis.as_of,
        run=f"ledger entry {found.basis.ledger_no:,}",
        period=f"{period_label(*found.end)} against {against}",
        definition="/help/definitions/#bridge",
        notes=(*found.missing, "Favourable is positive in every part"),
    )


def _register(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return _explain(name, user, params, now)

    formulae.register(f"bridge.{name}", handle)


def register() -> None:
    for name in LABELS:
        _register(name)
