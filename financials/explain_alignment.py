"""How the shares of fees and hours that serve the client's imperatives explain themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.access import get_client_for
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.periods import InvalidPeriod, parse_month
from financials.figures import definition_of
from financials.queries.alignment_page import load_alignment
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


def _explain(kind: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    can = abilities_of(user)
    if params.keys() != {"client", "from", "to"} or not (can.see_money and can.see_relationships):
        raise UnknownFigure(f"alignment.{kind}")
    try:
        first, last = parse_month(params["from"]), parse_month(params["to"])
    except InvalidPeriod:
        raise UnknownFigure("from and to are months") from None
    if first > last or last.year - first.year > 20:
        raise UnknownFigure("from comes after to")
    client = get_client_for(user, params["client"])
    page = load_alignment(user, client, now, first=first, last=last)
    unit = page.basis.currency if kind == "fees" else "hours"
    inputs = [
        Input(aim.title, aim.fees if kind == "fees" else aim.hours, unit, "" if aim.orphan else "+")
        for aim in page.aims
    ]
    return Explanation(
        figure=page.fee_share if kind == "fees" else page.hour_share,
        scope=client.name,
        formula=f"{kind} that serve an imperative ÷ all {kind}",
        formula_id=f"alignment.{kind}",
        formula_version=1,
        inputs=(*inputs, Input(f"All {kind}", page.fees if kind == "fees" else page.hours, unit, "÷")),
        as_of=now,
        period=page.period,
        rows_url=reverse("client_alignment", args=[client.key]),
        definition=definition_of("alignment"),
    )


def _fees(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    return _explain("fees", user, params, now)


def _hours(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    return _explain("hours", user, params, now)


def register() -> None:
    formulae.register("alignment.fees", _fees)
    formulae.register("alignment.hours", _hours)
