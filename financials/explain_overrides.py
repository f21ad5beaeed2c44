"""How a figure that a person gave explains itself: what it says, what the layers say without it, what it adds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db.models import Max, Q, Sum
from django.http import Http404
from django.urls import reverse

from accounts.access import NOT_FOUND
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.formats import day_short
from common.periods import period_label
from financials.access import overrides_for
from financials.figures import definition_of, override_figure
from financials.models import ForecastLine
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1


def _explain(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.keys() != {"key"}:
        raise UnknownFigure("override.given")
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    one = overrides_for(user).filter(key=params["key"]).select_related("client").first()
    if one is None:
        raise Http404(NOT_FOUND)
    lines = ForecastLine.objects.filter(Q(override=one) | Q(override__parent=one), run__is_current=True)
    added = lines.order_by().values_list("currency").annotate(Sum("amount"), Max("run__computed_at"))
    given = one.amount if one.amount is not None else one.delta
    words = "The months come to" if one.amount is not None else "Added to the months"
    return Explanation(
        figure=override_figure(one.key, given, one.currency),
        scope=one.client.name if one.client else "A whole portfolio",
        formula="the figure given − what the other layers of its months come to, spread over those not closed"
        if one.amount is not None
        else "what is added, spread over the months not closed",
        formula_id="override.given",
        formula_version=VERSION,
        inputs=(
            Input(f"{words}, {one.author}", given, one.currency),
            *(Input("It changes the forecast that stands by", amount, currency) for currency, amount, _ in added),
        ),
        as_of=max((at for _, _, at in added), default=one.made_at),
        period=period_label(one.first_month, one.last_month),
        rows_url=f"{reverse('forecast')}#call",
        rows_count=lines.count(),
        definition=definition_of("override"),
        notes=(
            one.reason,
            f"Made {day_short(one.made_at.date())} {one.made_at.year}, counts to {day_short(one.expires_on)} "
            f"{one.expires_on.year}",
        ),
    )


def register() -> None:
    formulae.register("override.given", _explain)
