"""The leadership pack: one page with the call, what moved since the last one, why, what may go wrong, what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from accounts.access import opportunities_for
from common import charts
from common.figures import Figure
from common.formats import day, money
from common.money import ZERO
from common.periods import Month, month_label
from financials.access import calls_for
from financials.figures import band_figure, forecast_figure, pnl_figure
from financials.figures_movement import movement_figure
from financials.figures_pack import call_figure, risk_figure
from financials.models import ForecastCall
from financials.queries.accuracy import AccuracyRequest, load_methods, load_standing
from financials.queries.bands import load_bands, span_ahead
from financials.queries.basis import Basis, load_basis
from financials.queries.forecast import cut_of
from financials.queries.ladders import load_ladders
from financials.queries.movement import MovementRequest, MovementResult, load_movement
from financials.queries.movement_page import chart_of
from financials.queries.pack_margin import PackMargin, load_pack_margin
from financials.queries.renewals import renewals_ahead

if TYPE_CHECKING:
    from people.models import User

SINCE: Final = timedelta(weeks=4)
"""How far the pack looks back where nobody has made a call yet."""
AHEAD_DAYS: Final = 120
MOST_RISKS: Final = 6


@dataclass(frozen=True, slots=True)
class CallRow:
    """system: what the forecast said when the call was made."""

    pk: int
    person_id: int
    who: str
    level: str
    amount: Decimal
    system: Decimal | None
    made_at: datetime
    reason: str
    asks: str = ""
    currency: str = ""

    @property
    def amount_figure(self) -> Figure:
        return call_figure("amount", self.amount, self.pk, self.currency)

    @property
    def system_figure(self) -> Figure:
        return call_figure("then", self.system, self.pk, self.currency)


@dataclass(frozen=True, slots=True)
class YearForecast:
    """amount: None where it is unknown."""

    year: int
    amount: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Pack:
    """final: the newest call of the highest level among those in sight. low, high: the forecast's 80% band."""

    basis: Basis
    year: int
    found: MovementResult
    system: Figure
    low: Figure
    high: Figure
    budget: Figure
    calls: tuple[CallRow, ...]
    final: CallRow | None
    asks: str
    finding: str
    chart: charts.ChangeWaterfall | None
    change: Figure
    since: str
    source: str

    @property
    def currency(self) -> str:
        return self.basis.currency


@dataclass(frozen=True, slots=True)
class Risk:
    what: str
    url: str
    client: str
    why: str
    figure: Figure

    @property
    def amount(self) -> Decimal:
        return self.figure.value if isinstance(self.figure.value, Decimal) else ZERO


@dataclass(frozen=True, slots=True)
class PackRisks:
    """record: the track record in one sentence, blank where nothing is measured. margin: of forecast and call."""

    risks: tuple[Risk, ...]
    currency: str
    record: str
    margin: PackMargin


def load_pack(user: User, *, now: datetime) -> Pack:
    """Twelve queries. The movement runs since the newest call, else since four weeks ago."""
    year = now.year
    calls = list(calls_for(user).filter(year=year).select_related("person"))
    standing = standing_calls(calls)
    newest = max((one.made_at for one in standing), default=None)
    months = (date(year, 1, 1), date(year, 12, 1))
    asked = MovementRequest(start=newest if newest and newest < now else now - SINCE, first=months[0], last=months[1])
    found = load_movement(user, asked, now=now)
    basis = found.basis
    system = _system(found)
    edges = _band(user, basis, months, system)
    low, high = (
        band_figure(edge, value, basis, first=months[0], last=months[1])
        for edge, value in zip(("p10", "p90"), edges, strict=True)
    )
    final = _final(standing)
    return Pack(
        basis=basis,
        year=year,
        found=found,
        system=forecast_figure(system, basis, first=months[0], last=months[1]),
        low=low,
        high=high,
        budget=_budget(user, basis, months),
        calls=standing,
        final=final,
        asks=next((one.asks for one in sorted(standing, key=lambda one: one.made_at, reverse=True) if one.asks), ""),
        finding=_finding(final, system, basis.currency, year),
        chart=chart_of(found) if found.clients else None,
        change=movement_figure("end", system, found),
        since="the last call" if newest else "four weeks ago",
        source=f"Ledger to {month_label(basis.through)}, run {found.runs[1] or 'none yet'}",
    )


def standing_calls(calls: Iterable[ForecastCall]) -> tuple[CallRow, ...]:
    """The newest call of each person unless it was withdrawn, directors first. calls: the newest first."""
    seen: dict[int, ForecastCall] = {}
    for one in calls:
        seen.setdefault(one.person_id, one)
    ordered = sorted(seen.values(), key=lambda one: (one.level, one.person.name))
    return tuple(
        CallRow(
            one.pk, one.person_id, one.person.name, one.get_level_display(), one.amount, one.system, one.made_at,
            one.reason, one.asks, one.currency,
        )
        for one in ordered
        if one.withdrawn_at is None
    )  # fmt: skip


def forecast_of_year(user: User, *, now: datetime) -> YearForecast:
    """What a call is held beside: the forecast of the running year as it stands."""
    asked = MovementRequest(start=now - SINCE, first=date(now.year, 1, 1), last=date(now.year, 12, 1))
    found = load_movement(user, asked, now=now)
    return YearForecast(now.year, _system(found), found.basis.currency)


def _system(found: MovementResult) -> Decimal | None:
    """None while a rate is missing, or where no client is in sight."""
    return None if found.missing or not found.clients else found.total["end"]


def _band(
    user: User, basis: Basis, months: tuple[Month, Month], system: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    span = span_ahead(*months, basis)
    bands = load_bands(basis, cut_of(user, "", *months), (), [span] if span else [])
    reach = bands.reach((), span)
    low, _, high = reach.around(system) if reach else (None, None, None)
    return low, high


def _budget(user: User, basis: Basis, months: tuple[Month, Month]) -> Figure:
    found = load_ladders("budget", basis, cut_of(user, "", *months), ())
    whole = found[0].net_revenue if found else None
    return pnl_figure("net_revenue", whole, basis, months=list(months), scenario="budget")


def _finding(final: CallRow | None, system: Decimal | None, currency: str, year: int) -> str:
    """'The call for 2026 is $73.1M, $0.4M under the forecast'."""
    if final is None:
        return f"No call for {year} yet" + (
            f": the forecast says {money(system, currency)}" if system is not None else ""
        )
    return ", ".join(filter(None, (f"The call for {year} is {money(final.amount, currency)}", beside(final, system))))


def beside(call: CallRow, system: Decimal | None) -> str:
    """'$0.4M under the forecast'. system: the forecast in the call's currency; blank where it is not known."""
    if system is None:
        return ""
    gap = call.amount - system
    if abs(gap) * 1000 < abs(system):
        return "in line with the forecast"
    return f"{money(abs(gap), call.currency)} {'over' if gap > 0 else 'under'} the forecast"


def load_final_call(user: User, year: int) -> CallRow | None:
    """The call that counts of those in sight. One query."""
    return _final(standing_calls(calls_for(user).filter(year=year).select_related("person")))


def load_pack_risks(user: User, *, now: datetime) -> PackRisks:
    """What may take from the forecast: terms that end, late commit deals; and what is left. Nine queries."""
    basis = load_basis(user, now=now, newest_entry=False)
    risks = [
        Risk(
            row.title, row.number, row.client_name,
            f"term ends {day(row.ends_on)}, {_percent(row.probability)} to renew",
            risk_figure(row.at_risk, basis.currency, contract=row.number),
        )
        for row in renewals_ahead(user, today=now.date(), days=AHEAD_DAYS, basis=basis)
    ]  # fmt: skip
    late = opportunities_for(user).filter(outcome="open", category="commit", close_on__lt=now.date())
    for deal in late.select_related("client").order_by("close_on")[:MOST_RISKS]:
        rate = basis.rate(deal.currency, basis.through) if deal.currency else None
        amount = None if deal.amount is None or rate is None else deal.amount * rate.value
        risks.append(
            Risk(
                deal.name,
                "",
                deal.client.name,
                f"commit, should have closed {_day(deal.close_on)}",
                risk_figure(amount, basis.currency, deal=deal.key),
            )
        )
    risks.sort(key=lambda risk: (-risk.amount, risk.what))
    final = load_final_call(user, now.year)
    margin = load_pack_margin(user, basis, now.year, None if final is None else final.amount)
    return PackRisks(tuple(risks[:MOST_RISKS]), basis.currency, _record(user), margin)


def _final(standing: Sequence[CallRow]) -> CallRow | None:
    return next((one for one in standing if one.level == "Director"), standing[0] if standing else None)


def _day(when: date | None) -> str:
    return "long ago" if when is None else day(when)


def _percent(share: Decimal | None) -> str:
    return "unknown chance" if share is None else f"{share:.0%}"


def _record(user: User) -> str:
    request = AccuracyRequest()
    standing = load_standing(user, request)
    scored = load_methods(user, request, standing.source)
    rows = {name: scored[name].score.wape for name in ("ours", "seasonal_naive", "last_twelve") if name in scored}
    ours = rows.get("ours")
    if ours is None:
        return ""
    naive = [wape for name, wape in rows.items() if name != "ours" and wape is not None]
    beside = f"; the best naive one {min(naive):.1%}" if naive else ""
    how = "Past months forecast again were" if standing.source == "backtest" else "Forecasts as made were"
    return f"{how} {ours:.1%} off by client and month{beside}."
