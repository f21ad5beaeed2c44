"""What a review is composed from, read once from the live data: plain values, no rows of the database.

Amounts are in the review's one currency, already converted; None is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from common import formats
from common.money import ZERO
from common.periods import Month, fiscal_quarter, month_add, month_count, month_end, months_between
from financials.calc.ladder import AMOUNTS, MARGINS
from qbr.calc.account import Account

Amounts = Mapping[str, Decimal | None]
"""Lines of the ladder by name; empty when nothing was posted."""

LONG_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
ORDINALS: Final = ("First", "Second", "Third", "Fourth")


@dataclass(frozen=True, slots=True)
class Span:
    """Months of a period, both ends included, and its names: 'Q3 2026', 'Q3 25' and the long form for the cover."""

    first: Month
    last: Month
    label: str
    short: str
    long: str

    @property
    def months(self) -> list[Month]:
        return months_between(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Periods:
    """now as far as it is recorded; before and year_ago the same number of months. whole: the full period asked for."""

    whole: Span
    now: Span | None
    before: Span | None
    year_ago: Span | None

    @property
    def partial(self) -> bool:
        return self.now is not None and self.now.last < self.whole.last


@dataclass(frozen=True, slots=True)
class Figures:
    """months: actual and budget ladders by month and by service line × month."""

    actual: Mapping[Month, Amounts]
    budget: Mapping[Month, Amounts]
    actual_by_line: Mapping[str, Mapping[Month, Amounts]] = field(default_factory=dict)
    budget_by_line: Mapping[str, Mapping[Month, Amounts]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ForecastMonths:
    """layers: net revenue by month and layer, from the current run; run: its number, '' when there is none."""

    layers: Mapping[Month, Mapping[str, Decimal | None]] = field(default_factory=dict)
    run: str = ""
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Deal:
    name: str
    offering: str
    stage: str
    amount: Decimal | None
    probability: Decimal | None
    weighted: Decimal | None
    close_on: date | None
    start: date | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract as the review lists it; amount in the review's currency; notice_on None when no notice applies."""

    number: str
    title: str
    kind: str
    amount: Decimal | None
    start: date
    end: date | None
    renewal: str
    renewal_word: str
    notice_on: date | None
    signed_on: date | None
    in_force: bool
    status_word: str


@dataclass(frozen=True, slots=True)
class Task:
    title: str
    objective: str
    owner: str
    due: date | None
    status: str
    status_word: str
    next_step: str


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """side: ours or theirs. state: as accounts.calc.promises has it. ended_on: kept or dropped then. met_on: the day of
    the last review, where it was made there.
    """

    side: str
    text: str
    due: date
    state: str
    ended_on: date | None
    owner: str
    met_on: date | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """colour, accent: #RRGGBB, '' for the house's. logo: a PNG in base64."""

    colour: str = ""
    accent: str = ""
    logo: str = ""


@dataclass(frozen=True, slots=True)
class ReviewData:
    """Everything a review says, before words. team: name and title of ours. through: the last closed month."""

    client: str
    firm: str
    kind: Literal["qbr", "annual"]
    audience: Literal["client", "internal"]
    currency: str
    periods: Periods
    today: date
    as_of: datetime
    through: Month
    figures: Figures
    forecast: ForecastMonths
    deals: tuple[Deal, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    tasks: tuple[Task, ...] = ()
    promises: tuple[PromiseMade, ...] = ()
    team: tuple[tuple[str, str], ...] = ()
    budget_version: str = ""
    entries: int = 0
    notes: tuple[str, ...] = ()
    held_on: date | None = None
    edition: int = 1
    fiscal_start: int = 1
    account: Account = field(default_factory=Account)
    look: Look = field(default_factory=Look)

    @property
    def internal(self) -> bool:
        return self.audience == "internal"

    def actual(self, span: Span | None) -> Amounts:
        return summed(self.figures.actual, span)

    def compared(self, span: Span | None) -> Amounts:
        """`actual` of an earlier span; empty unless all of it is recorded."""
        return summed(self.figures.actual, span) if self.recorded(span) else {}

    def recorded(self, span: Span | None) -> bool:
        """Whether every month of a span has entries: a part of a period is not compared with a whole one."""
        return span is not None and all(month in self.figures.actual for month in span.months)

    def budget(self, span: Span | None) -> Amounts:
        return summed(self.figures.budget, span)


def summed(months: Mapping[Month, Amounts], span: Span | None) -> Amounts:
    """The ladder of several months: amounts added, margins worked out again. Empty when no month has any."""
    return {} if span is None else summed_rows([months[month] for month in span.months if month in months])


def summed_rows(rows: Sequence[Amounts]) -> Amounts:
    """One ladder of several. A part that is unknown makes its sum unknown."""
    total: dict[str, Decimal | None] = {}
    for name in AMOUNTS:
        parts = [amounts[name] for amounts in rows if name in amounts]
        if parts:
            known = [part for part in parts if part is not None]
            total[name] = sum(known, ZERO) if len(known) == len(parts) else None
    net = total.get("net_revenue")
    for margin, part in zip(MARGINS, ("gross_profit", "contribution", "operating_profit"), strict=True):
        amount = total.get(part)
        if part in total:
            total[margin] = amount / net if amount is not None and net is not None and net > 0 else None
    return total


def periods_of(text: str, first: Month, last: Month, through: Month, fiscal_start: int) -> Periods:
    """text: as parsed ('2026-Q3', 'FY2026-Q3', '2026-09', '2026'). Compared spans have the months recorded so far."""
    whole = span_of(first, last, fiscal_start if text.startswith("FY") else 1)
    if through < first:
        return Periods(whole, None, None, None)
    months = month_count(first, last)
    now = (
        whole
        if through >= last
        else replace(whole, last=through, label=f"{whole.label} to {formats.month_short(through)}")
    )

    def back(count: int) -> Span:
        shifted = span_of(
            month_add(first, -count), month_add(last, -count), fiscal_start if text.startswith("FY") else 1
        )
        if now.last == last:
            return shifted
        until = month_add(now.last, -count)
        label, short = (f"{name} to {formats.month_short(until)}" for name in (shifted.label, shifted.short))
        return replace(shifted, last=until, label=label, short=short)

    return Periods(whole, now, back(months), back(24 if months == 12 else 12))


def span_of(first: Month, last: Month, fiscal_start: int = 1) -> Span:
    months = month_count(first, last)
    year = str(last.year)
    if months == 1:
        name = LONG_MONTHS[first.month - 1]
        return Span(first, last, formats.month(first), f"{formats.month_short(first)} {year[2:]}", f"{name} {year}")
    if months == 3:
        fiscal = fiscal_quarter(first, fiscal_start)
        named, number = fiscal.removeprefix("FY").split("-Q")
        label = f"Q{number} {'FY' if fiscal_start != 1 else ''}{named}"
        from_to = f"{LONG_MONTHS[first.month - 1]} to {LONG_MONTHS[last.month - 1]}"
        return Span(
            first, last, label, f"Q{number} {named[2:]}", f"{ORDINALS[int(number) - 1]} quarter {named}, {from_to}"
        )
    if (first.month, last.month) == (1, 12):
        return Span(first, last, year, year, f"The year {year}")
    from_to = f"{LONG_MONTHS[first.month - 1]} {first.year} to {LONG_MONTHS[last.month - 1]} {last.year}"
    return Span(first, last, f"FY{year}", f"FY{year[2:]}", f"Fiscal year {year}, {from_to}")


def last_day(span: Span) -> date:
    return month_end(span.last)
