"""What an hour brings against what the card says: net revenue ÷ hours, value at card ÷ hours carded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection
from django.utils.dateparse import parse_date

from common.figures import Figure, figure_id
from common.fx import apply
from common.money import ZERO, ratio
from common.periods import Month, format_month, months_between, period_label
from financials.calc.servicing import realised
from financials.queries.basis import Basis, load_basis
from financials.queries.cuts import Cut, listed
from financials.queries.ladders import load_ladders

if TYPE_CHECKING:
    from accounts.models import Client
    from people.models import User


@dataclass(frozen=True, slots=True)
class HourSums:
    """net, value: in the basis's currency; None where an exchange rate is missing. carded: billable with a rate."""

    hours: Decimal
    billable: Decimal
    carded: Decimal
    net: Decimal | None
    value: Decimal | None
    entries: int

    @property
    def realised(self) -> Decimal | None:
        return realised(self.net, self.hours)

    @property
    def card(self) -> Decimal | None:
        return realised(self.value, self.carded)

    @property
    def share(self) -> Decimal | None:
        """Realised rate ÷ card rate."""
        return ratio(self.realised, self.card)


@dataclass(frozen=True, slots=True)
class RateMonth:
    month: Month
    hours: Figure
    realised: Figure
    card: Figure
    share: Figure


@dataclass(frozen=True, slots=True)
class RatesOfHours:
    """Over the last twelve closed months: the whole and each month that has hours."""

    basis: Basis
    first: Month
    last: Month
    total: HourSums
    hours: Figure
    realised: Figure
    card: Figure
    share: Figure
    months: tuple[RateMonth, ...]

    @property
    def finding(self) -> str:
        made, card = self.total.realised, self.total.card
        if made is None or card is None or not card:
            return "Rate an hour"
        gap = (made - card) / card
        if abs(gap) < Decimal("0.005"):
            return "Hours bring what the card says"
        return f"An hour brings {abs(gap):.0%} {'more' if gap > 0 else 'less'} than the card says"


LABELS: Final = {
    "worked": "Hours worked",
    "realised_rate": "Realised rate an hour",
    "card_rate": "Card rate an hour",
    "realisation": "Realised of card",
}

_HOURS: Final = """
SELECT t.month, coalesce(k.number, ''), t.value_currency, sum(t.hours), sum(t.billable_hours),
       sum(t.billable_hours - t.uncarded_hours), sum(t.value), sum(t.entries)
FROM financials_timemonth t LEFT JOIN financials_contract k ON k.id = t.contract_id
WHERE t.month BETWEEN %(first)s AND %(last)s AND
  CASE WHEN %(contracts)s::bigint[] IS NULL THEN t.client_id = %(client)s
       ELSE t.contract_id = ANY(%(contracts)s::bigint[]) END
GROUP BY 1, 2, 3
"""


class _Row(NamedTuple):
    currency: str
    hours: Decimal
    billable: Decimal
    carded: Decimal
    value: Decimal
    entries: int


def load_hour_sums(
    basis: Basis, first: Month, last: Month, *, client_id: int, contract_ids: tuple[int, ...] | None = None
) -> dict[Month, HourSums]:
    """Month → sums, for months with hours. contract_ids: of these alone. Two queries.

    Revenue is that of the contracts and months which have hours: work sold without hours would flatter the rate.
    """
    with connection.cursor() as cursor:
        params: dict[str, Any] = {"first": first, "last": last, "client": client_id}
        params["contracts"] = None if contract_ids is None else list(contract_ids)
        cursor.execute(_HOURS, params)
        rows: dict[tuple[Month, str], list[_Row]] = defaultdict(list)
        for month, number, *rest in cursor.fetchall():
            rows[month, number].append(_Row(*rest))
    net = _net_revenue(basis, first, last, client_id, contract_ids)
    of_month: dict[Month, list[HourSums]] = defaultdict(list)
    for (month, number), several in sorted(rows.items()):
        of_month[month].append(_sums(basis, month, several, net.get((month, number), ZERO)))
    return {month: total_of(several) for month, several in of_month.items()}


def _net_revenue(
    basis: Basis, first: Month, last: Month, client_id: int, contract_ids: tuple[int, ...] | None
) -> dict[tuple[Month, str], Decimal | None]:
    """By month and contract number; None where an exchange rate is missing."""
    contracts = None if contract_ids is None else listed(contract_ids)
    cut = Cut(listed([client_id]), first, last, contracts=contracts, client_ids=(client_id,))
    net: dict[tuple[Month, str], Decimal | None] = {}
    for one in load_ladders("actual", basis, cut, ("month", "contract")):
        month, number = one.group
        net[parse_date(f"{month}-01") or first, number or ""] = one.net_revenue
    return net


def _sums(basis: Basis, month: Month, rows: list[_Row], net: Decimal | None) -> HourSums:
    value: Decimal | None = ZERO
    for row in rows:
        if not row.currency:
            continue
        rate = basis.rate(row.currency, month)
        value = None if rate is None or value is None else value + apply(row.value, rate, basis.currency)
    return HourSums(
        hours=sum((row.hours for row in rows), ZERO),
        billable=sum((row.billable for row in rows), ZERO),
        carded=sum((row.carded for row in rows), ZERO),
        net=net,
        value=value,
        entries=sum(row.entries for row in rows),
    )


def total_of(sums: list[HourSums]) -> HourSums:
    def add(name: str) -> Decimal | None:
        several = [getattr(one, name) for one in sums]
        return None if None in several else sum(several, ZERO)

    return HourSums(
        hours=add("hours") or ZERO,
        billable=add("billable") or ZERO,
        carded=add("carded") or ZERO,
        net=add("net"),
        value=add("value"),
        entries=sum(one.entries for one in sums),
    )


def rate_figure(
    name: str, sums: HourSums, basis: Basis, first: Month, last: Month, *, client: str = "", contract: str = ""
) -> Figure:
    value = {
        "worked": sums.hours,
        "realised_rate": sums.realised,
        "card_rate": sums.card,
        "realisation": sums.share,
    }[name]
    unit = {"worked": "hours", "realisation": "ratio"}.get(name, basis.currency)
    identity = figure_id(
        f"time.{name}",
        client=client,
        contract=contract,
        **{"from": format_month(first), "to": format_month(last)},
        currency=basis.currency,
    )
    return Figure(identity, f"{LABELS[name]}, {period_label(first, last)}", value, unit)


def load_rates_of_hours(
    user: User,
    client: Client,
    *,
    now: datetime,
    contract: str = "",
    contract_ids: tuple[int, ...] | None = None,
    currency: str = "",
) -> RatesOfHours | None:
    """None where no hour was booked in these months. Four queries."""
    basis = load_basis(user, now=now, currency=currency)
    first, last = basis.last_twelve()
    sums = load_hour_sums(basis, first, last, client_id=client.pk, contract_ids=contract_ids)
    if not sums:
        return None
    total = total_of(list(sums.values()))
    where = {"contract": contract} if contract else {"client": client.key}

    def fig(name: str, of: HourSums, begin: Month, end: Month) -> Figure:
        return rate_figure(name, of, basis, begin, end, **where)

    months = tuple(
        RateMonth(
            month,
            fig("worked", sums[month], month, month),
            fig("realised_rate", sums[month], month, month),
            fig("card_rate", sums[month], month, month),
            fig("realisation", sums[month], month, month),
        )
        for month in months_between(first, last)
        if month in sums
    )
    whole = {name: fig(name, total, first, last) for name in LABELS}
    return RatesOfHours(
        basis=basis,
        first=first,
        last=last,
        total=total,
        hours=whole["worked"],
        realised=whole["realised_rate"],
        card=whole["card_rate"],
        share=whole["realisation"],
        months=months,
    )
