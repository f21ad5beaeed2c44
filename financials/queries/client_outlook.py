"""A client's year at a glance: revenue by month with last year's, the budget and what is ahead, and the next notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from common import charts
from common.formats import Scale, day, day_short, month_short, ratio
from common.money import ZERO
from common.periods import Month, format_month, month_add, month_label, months_between
from financials.calc import findings
from financials.calc.simulation import BandSpan
from financials.queries.bands import load_bands
from financials.queries.basis import Basis, load_basis
from financials.queries.cells import Cell, load_cells
from financials.queries.cuts import Cut, of_client
from financials.queries.ladder_sql import Source
from financials.queries.ladders import load_ladders
from financials.queries.notice_chart import notice_chart
from financials.queries.renewals import RenewalRow, renewals_ahead

if TYPE_CHECKING:
    from accounts.models import Client
    from people.models import User

AHEAD: Final = 6
"""Months of the forecast beside the closed ones."""
NOTICE_DAYS: Final = 400
TELLING: Final = Decimal("0.10")
"""From which share of what is ahead a sentence says that it rests on renewals."""

MILLION: Final = 1_000_000

Amount = Decimal | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """notice: None where no contract in force has a notice period still to come."""

    bars: charts.MonthlyBars
    notice: charts.Timeline | None


def load_outlook(user: User, client: Client, *, now: datetime) -> Outlook:
    """Nine queries. client: fetched in the reader's sight."""
    basis = load_basis(user, now=now, newest_entry=False)
    today = client.local_date(now)
    year = date(basis.today.year, 1, 1)
    ahead = months_between(month_add(basis.through, 1), month_add(basis.through, AHEAD))
    cut = of_client(client.pk, month_add(year, -12), ahead[-1])
    done = _net("actual", basis, of_client(client.pk, month_add(year, -12), basis.through))
    budget = _net("budget", basis, of_client(client.pk, year, ahead[-1]))
    layers = load_cells("layers", basis, of_client(client.pk, ahead[0], ahead[-1]), ("month",))
    forecast = _by_month(layers)
    bands = load_bands(basis, cut, (), [BandSpan(month, month) for month in ahead], state=False)
    due = renewals_ahead(user, today=today, days=NOTICE_DAYS, client_id=client.pk, basis=basis)
    months = []
    for month in months_between(month_add(year, -12), ahead[-1]):
        closed = month <= basis.through
        value = (done if closed else forecast).get(format_month(month))
        reach = None if closed else bands.reach((), BandSpan(month, month))
        low, _, high = reach.around(value) if reach else (None, None, None)
        months.append(
            charts.Month(
                label=month_label(month) if month.month == 1 else month_short(month),
                value=value,
                budget=budget.get(format_month(month)),
                low=low,
                high=high,
                kind=("prior" if month < year else "actual") if closed else "forecast",
                strong=month == basis.through,
            )
        )
    banded = any(month.low is not None for month in months)
    return Outlook(
        bars=charts.MonthlyBars(
            finding=_finding(basis, year, done, budget, layers, forecast),
            sub="Net revenue by month; grey is last year" + ("; the band holds 80%" if banded else ""),
            source=f"Ledger to {month_label(basis.through)}, budget {basis.budget_version or 'none'}",
            months=tuple(months),
            unit=basis.currency,
            scale=_scale(months),
            band="ribbon",
            events=_ends(due, months, month_add(year, -12), ahead),
            budget_label=f"Budget {year.year}",
            size="l",
            height=230,
        ),
        notice=_notice(due, today),
    )


def _net(source: Source, basis: Basis, cut: Cut) -> dict[str, Amount]:
    found = load_ladders(source, basis, cut, ("month",))
    return {one.group[0] or "": one.net_revenue for one in found}


def _by_month(cells: Sequence[Cell]) -> dict[str, Amount]:
    found: dict[str, Amount] = defaultdict(lambda: ZERO)
    for cell in cells:
        month, before = cell.group[0] or "", found[cell.group[0] or ""]
        found[month] = None if before is None or cell.missing else before + cell.amount
    return dict(found)


def _scale(months: Sequence[charts.Month]) -> Scale:
    largest = max((abs(Decimal(month.value)) for month in months if month.value is not None), default=ZERO)
    return "M" if largest >= MILLION else "k"


def _finding(
    basis: Basis,
    year: Month,
    done: Mapping[str, Amount],
    budget: Mapping[str, Amount],
    layers: Sequence[Cell],
    forecast: Mapping[str, Amount],
) -> str:
    """'Revenue runs 4% under budget; 31% of the next six months rests on renewals'."""
    closed = [format_month(month) for month in months_between(year, basis.through)] if year <= basis.through else []
    claim = findings.against_budget("Revenue", _sum(done, closed), _sum(budget, closed), "Net revenue by month")
    whole = _sum(forecast, list(forecast))
    renewed = sum((cell.amount for cell in layers if cell.line == "renewal"), ZERO)
    if not whole or whole < 0 or renewed / whole < TELLING:
        return claim
    return f"{claim}; {ratio(renewed / whole, 0)} of the next six months rests on renewals"


def _sum(amounts: Mapping[str, Amount], months: Sequence[str]) -> Amount:
    """None where one of them is unknown, or none is there at all."""
    known = [amounts[month] for month in months if month in amounts]
    return None if not known or None in known else sum((one for one in known if one is not None), ZERO)


def _ends(
    due: Sequence[RenewalRow], months: Sequence[charts.Month], first: Month, ahead: Sequence[Month]
) -> tuple[charts.Event, ...]:
    """The largest contract whose term ends in the months ahead."""
    inside = [row for row in due if ahead[0] <= row.ends_on.replace(day=1) < ahead[-1]]
    largest = max(inside, key=lambda row: (row.amount_reporting or ZERO, row.number), default=None)
    if largest is None:
        return ()
    end = largest.ends_on.replace(day=1)
    index = len(months_between(first, end))
    return (charts.Event(index, f"{largest.number} ends {day_short(largest.ends_on)}"),)


def _notice(due: Sequence[RenewalRow], today: date) -> charts.Timeline | None:
    row = next((row for row in due if row.notice_on is not None and row.notice_on >= today), None)
    if row is None or row.notice_on is None:
        return None
    sub = f"{row.number}, {row.title}; the term ends {day(row.ends_on)}"
    return notice_chart(on=row.notice_on, end=row.ends_on, today=today, sub=sub, size="l")
