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
from common.money import ratio
from common.panels import Fact
from common.periods import Month
from financials.figures import forecast_figure, pnl_figure
from financials.queries.basis import Basis, load_basis, reporting_currency
from financials.queries.cells import load_cells
from financials.queries.cuts import Cut, listed
from financials.queries.ladder_sql import Source
from financials.queries.ladders import Summed, load_ladders
from financials.queries.renewals import renewals_ahead

if TYPE_CHECKING:
    from people.models import User

NOTICE_DAYS = 400


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
    to_date: Mapping[str, Summed]
    forecast: Mapping[str, Decimal | None]
    budget_to_date: Mapping[str, Summed]
    budget: Mapping[str, Summed]

    @property
    def year(self) -> tuple[Month, Month]:
        return date(self.basis.today.year, 1, 1), date(self.basis.today.year, 12, 1)

    def figures(self, key: str) -> dict[str, Figure]:
        made: dict[str, Figure] = {}
        span = self.basis.year_to_date()
        lines = self.to_date.get(key)
        if span and lines is not None:
            months = list(span)
            net = lines.net_revenue
            margin = ratio(lines.contribution, net)
            made["revenue"] = pnl_figure("net_revenue", net, self.basis, months=months, client=key)
            made["margin"] = pnl_figure("contribution_margin", margin, self.basis, months=months, client=key)
        if key in self.forecast:
            first, last = self.year
            made["full_year"] = forecast_figure(self.forecast[key], self.basis, first=first, last=last, client=key)
        return made

    def note(self, key: str, name: str) -> str:
        """'−4.1% on budget': the figure against its budget; blank without one."""
        figure = self.figures(key).get(name)
        lines = (self.budget_to_date if name == "revenue" else self.budget).get(key)
        budget = None if lines is None else lines.net_revenue
        if figure is None or figure.value is None or budget is None:
            return ""
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
        return Cut(listed(keys), first, last, client_ids=tuple(keys))

    return _Book(
        basis=basis,
        keys=keys,
        to_date=_sums("actual", basis, cut(*span)) if span else {},
        forecast=_expected(basis, cut(*year)),
        budget_to_date=_sums("budget", basis, cut(*span)) if span and budgets else {},
        budget=_sums("budget", basis, cut(*year)) if budgets else {},
    )


def _sums(source: Source, basis: Basis, cut: Cut) -> dict[str, Summed]:
    return {one.group[0] or "": one for one in load_ladders(source, basis, cut, ("client",))}


def _expected(basis: Basis, cut: Cut) -> dict[str, Decimal | None]:
    """Net revenue by client."""
    found = load_cells("forecast", basis, cut, ("client",))
    return {cell.group[0] or "": None if cell.missing else cell.amount for cell in found}
