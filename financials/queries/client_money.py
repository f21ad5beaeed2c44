"""What the client list and a client's overview show of money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from common import formats
from common.columns import Column
from common.figures import Figure
from common.formats import day, month_short
from common.money import ZERO, ratio
from common.panels import Fact
from common.periods import Month
from financials.calc.ladder import ladder
from financials.figures import forecast_figure, pnl_figure
from financials.queries.basis import Basis, load_basis, reporting_currency
from financials.queries.cells import Cut, Source, load_cells
from financials.queries.renewals import renewals_ahead

if TYPE_CHECKING:
    from people.models import User

NOTICE_DAYS = 400
Lines = dict[str, Decimal | None]


def columns(user: User, today: date) -> Sequence[Column]:
    symbol = formats.symbol(reporting_currency(user))
    return (
        Column("revenue", "Revenue to date", f"{symbol}M"),
        Column("full_year", "Full-year forecast", f"{symbol}M"),
        Column("margin", "Contribution margin", "%", style="pct"),
    )


def cells(user: User, clients: Mapping[int, str], today: date) -> Mapping[int, Mapping[str, Figure]]:
    """Four queries for any number of clients. clients: id → key, already fetched in the reader's sight."""
    basis = load_basis(user, now=_instant(today), newest_entry=False)
    book = _load(basis, clients)
    return {pk: book.figures(key) for pk, key in book.keys.items()}


def facts(user: User, client_id: int, client_key: str, today: date) -> Sequence[Fact]:
    """The money part of a client's headline strip, already fetched in the reader's sight. Seven queries."""
    basis = load_basis(user, now=_instant(today), newest_entry=False)
    book = _load(basis, {client_id: client_key}, budgets=True)
    figures = book.figures(client_key)
    span = basis.year_to_date()
    words = f"Net revenue, {_span(*span)}" if span else "Net revenue"
    found = [
        Fact(words, figures.get("revenue"), note=book.note(client_key, "revenue")),
        Fact("Full-year forecast", figures.get("full_year"), note=book.note(client_key, "full_year")),
        Fact("Contribution margin", figures.get("margin"), note="of net revenue"),
    ]
    due = renewals_ahead(user, today=today, days=NOTICE_DAYS, client_id=client_id)
    if due:
        first = due[0]
        words = "Notice deadline" if first.notice_on else "Term ends"
        found.append(Fact(words, text=f"{first.days_left} days", note=f"{day(first.due_on)}, {first.number}"))
    return found


def _instant(today: date) -> datetime:
    return datetime.combine(today, time(23, 59), tzinfo=UTC)


def _span(first: Month, last: Month) -> str:
    return f"{month_short(first)}–{month_short(last)}" if first != last else month_short(first)


@dataclass(frozen=True, slots=True)
class _Book:
    """Sums by client key. to_date: actual of the year so far; budgets only where asked for."""

    basis: Basis
    keys: Mapping[int, str]
    to_date: Mapping[str, Lines]
    forecast: Mapping[str, Lines]
    budget_to_date: Mapping[str, Lines]
    budget: Mapping[str, Lines]

    @property
    def year(self) -> tuple[Month, Month]:
        return date(self.basis.today.year, 1, 1), date(self.basis.today.year, 12, 1)

    def figures(self, key: str) -> dict[str, Figure]:
        made: dict[str, Figure] = {}
        span = self.basis.year_to_date()
        lines = self.to_date.get(key)
        if span and lines is not None:
            row = ladder({name: amount for name, amount in lines.items() if amount is not None})
            months = list(span)
            revenue = (lines.get("gross_revenue", ZERO), lines.get("pass_through", ZERO))
            net = None if None in revenue else row.net_revenue
            margin = row.contribution_margin if None not in lines.values() else None
            made["revenue"] = pnl_figure("net_revenue", net, self.basis, months=months, client=key)
            made["margin"] = pnl_figure("contribution_margin", margin, self.basis, months=months, client=key)
        ahead = self.forecast.get(key)
        if ahead is not None:
            first, last = self.year
            made["full_year"] = forecast_figure(ahead["net_revenue"], self.basis, first=first, last=last, client=key)
        return made

    def note(self, key: str, name: str) -> str:
        """'−4.1% on budget': the figure against its budget; blank without one."""
        figure = self.figures(key).get(name)
        lines = (self.budget_to_date if name == "revenue" else self.budget).get(key)
        if figure is None or figure.value is None or lines is None or None in lines.values():
            return ""
        budget = (lines.get("gross_revenue") or ZERO) - (lines.get("pass_through") or ZERO)
        share = ratio(Decimal(figure.value) - budget, budget)
        return (
            ""
            if share is None
            else f"{formats.ratio(share, signed=True)} on budget {formats.money(budget, figure.unit)}"
        )


def _load(basis: Basis, keys: Mapping[int, str], *, budgets: bool = False) -> _Book:
    year = date(basis.today.year, 1, 1), date(basis.today.year, 12, 1)
    span = basis.year_to_date()

    def cut(first: Month, last: Month) -> Cut:
        return Cut(("SELECT unnest(%s::bigint[])", [list(keys)]), first, last, client_ids=tuple(keys))

    return _Book(
        basis=basis,
        keys=keys,
        to_date=_sums("actual", basis, cut(*span)) if span else {},
        forecast=_sums("forecast", basis, cut(*year)),
        budget_to_date=_sums("budget", basis, cut(*span)) if span and budgets else {},
        budget=_sums("budget", basis, cut(*year)) if budgets else {},
    )


def _sums(source: Source, basis: Basis, cut: Cut) -> dict[str, Lines]:
    by_client: dict[str, Lines] = {}
    for cell in load_cells(source, basis, cut, ("client",)):
        by_client.setdefault(cell.group[0] or "", {})[cell.line] = None if cell.missing else cell.amount
    return by_client
