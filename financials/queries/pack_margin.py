"""What the forecast and the call leave: contribution and margin of the year, for the leadership pack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from common.figures import Figure
from common.money import quantise, ratio
from financials.calc.forecast_cost import called
from financials.calc.margin_findings import call_finding
from financials.figures_margin import margin_figure
from financials.queries.basis import Basis
from financials.queries.forecast import cut_of
from financials.queries.forecast_margin import Earned, load_sides, together

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class PackMargin:
    """contribution, margin: of the forecast. call, call_margin: of the call, None without one or where a cost is not
    known. called: the call itself; beyond: what it is more than the forecast; ahead: the margin that counts for that.
    """

    finding: str
    contribution: Figure
    margin: Figure
    call: Figure
    call_margin: Figure
    called: Decimal | None
    beyond: Decimal | None
    ahead: Decimal | None


def load_pack_margin(user: User, basis: Basis, year: int, call: Decimal | None) -> PackMargin:
    """Two queries. call: net revenue of the year as called, None without one."""
    first, last = date(year, 1, 1), date(year, 12, 1)
    layers = next(iter(load_sides(basis, cut_of(user, "", first, last), ()).values()), {})
    whole = together(layers.values())
    ahead = together(earned for layer, earned in layers.items() if layer != "recognised")
    contribution = _of_call(whole, ahead, call, basis.currency)
    left = whole.contribution if layers else None
    return PackMargin(
        finding=call_finding(left, whole.margin, contribution, call, str(year), basis.currency),
        contribution=margin_figure(
            "contribution", whole.contribution if layers else None, basis, first=first, last=last
        ),
        margin=margin_figure("margin", whole.margin, basis, first=first, last=last),
        call=Figure("call.contribution", "Contribution of the call", contribution, basis.currency),
        call_margin=Figure("call.margin", "Margin of the call", ratio(contribution, call), "ratio"),
        called=call,
        beyond=None if call is None or whole.revenue is None else call - whole.revenue,
        ahead=ahead.margin,
    )


def _of_call(whole: Earned, ahead: Earned, call: Decimal | None, currency: str) -> Decimal | None:
    if call is None or whole.revenue is None or whole.contribution is None:
        return None
    found = called(whole.revenue, whole.contribution, ahead.margin, call)
    return None if found is None else quantise(found, currency)
