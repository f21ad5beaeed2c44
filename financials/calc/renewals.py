"""What signed contracts bring after their term: each renewed term, its chance and its uplift.

A contract renews for terms like its own, but never for less than a year at once. Every further term is as likely as the
one before it, and costs its factor again. Source: docs/definitions.md#renewal
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from common.money import ZERO, quantise
from common.periods import Month, month_end, month_of
from financials.calc.notice import InvalidUplift, parse_uplift
from financials.calc.schedule import Terms, anniversary, end_in_force

USUAL: Final[Mapping[str, Decimal]] = {"fixed": Decimal("0.70"), "auto": Decimal("0.90"), "evergreen": Decimal("0.97")}
"""Probability of renewal a year by kind, until own history decides."""
LEAST_HISTORY: Final = 20
"""Ended terms of a kind from which its own share of renewals counts."""
RENEWABLE_STATUSES: Final = frozenset({"signed", "active", "completed", "expired"})
"""A terminated contract does not renew. One that came to its end within the open month may yet."""
_YEAR: Final = 12
_ONE_DAY: Final = timedelta(days=1)


class RenewedTerm(NamedTuple):
    """amount: the whole term's, uplift in it, before the chance. chance: that the contract reaches this term."""

    first: date
    last: date
    amount: Decimal
    chance: Decimal


@dataclass(frozen=True, slots=True)
class Renewable:
    """probability: the contract's own; None takes the kind's. uplift: as written, blank for none."""

    terms: Terms
    kind: str
    probability: Decimal | None = None
    uplift: str = ""


def own_rates(ended: Mapping[str, tuple[int, int]]) -> dict[str, Decimal]:
    """Share of ended terms that were renewed, by kind; kinds with fewer than 20 of them are left out.

    ended: (renewed, ended in all) by kind.
    """
    return {kind: Decimal(renewed) / all_of for kind, (renewed, all_of) in ended.items() if all_of >= LEAST_HISTORY}


def chance_of(one: Renewable, rates: Mapping[str, Decimal]) -> Decimal:
    """The contract's own probability, else the kind's from history, else the usual one."""
    if one.probability is not None:
        return one.probability
    kind = one.kind or "fixed"
    return rates.get(kind, USUAL.get(kind, ZERO))


def is_renewable(one: Renewable) -> bool:
    """A contract that names neither a kind of renewal nor a probability is a project: it ends with its term."""
    terms = one.terms
    named = bool(one.kind) or one.probability is not None
    return named and terms.kind == "sow" and bool(terms.amount) and terms.status in RENEWABLE_STATUSES


def certain_until(one: Renewable, last_open: Month) -> date | None:
    """The last day of the term that is signed: an evergreen's contract year under way, else the end in force."""
    end = end_in_force(one.terms)
    if end is not None or one.kind != "evergreen":
        return end
    through, years = month_end(last_open), 1
    while anniversary(one.terms.start, years) <= through:
        years += 1
    return anniversary(one.terms.start, years) - _ONE_DAY


def uplift_rate(text: str, readings: Mapping[str, Decimal]) -> Decimal:
    """The fraction each renewal adds. An index without a reading adds its floor, the least that was agreed."""
    try:
        uplift = parse_uplift(text)
    except InvalidUplift:
        return ZERO  # it can no longer be written; an old row that holds one is worth its old price
    if uplift is None:
        return ZERO
    rate = uplift.rate(readings.get(uplift.index))
    return rate if rate is not None else (uplift.floor or ZERO)


def renewed_terms(
    one: Renewable,
    *,
    open_month: Month,
    last_open: Month,
    last: Month,
    rates: Mapping[str, Decimal],
    readings: Mapping[str, Decimal],
) -> list[RenewedTerm]:
    """The terms after the signed one, to `last`.

    A term that renewed by itself in a month now closed is certain. Any other contract whose term ended before the open
    month has had its chance: its ledger shows what came of it.
    """
    end = certain_until(one, last_open) if is_renewable(one) else None
    amount = one.terms.amount
    if end is None or amount is None or end < one.terms.start:
        return []
    goes_on = one.kind == "auto" and one.terms.status in ("signed", "active")
    if end < open_month and not goes_on:
        return []
    probability, rate = chance_of(one, rates), uplift_rate(one.uplift, readings)
    spans = _spans(one, end)
    terms: list[RenewedTerm] = []
    price, chance = amount, Decimal(1)
    for (first, through), times in spans:
        if month_of(first) > last:
            break
        price = quantise(price * (1 + rate), one.terms.currency)
        if not (goes_on and first < open_month):
            chance *= probability
        terms.append(RenewedTerm(first, through, price * times, chance))
    return terms


def _spans(one: Renewable, end: date) -> Iterator[tuple[tuple[date, date], int]]:
    """The days of each renewed term, and how many of the contract's own terms it holds."""
    start = one.terms.start
    if one.terms.end is None:
        yield from _monthly(end + _ONE_DAY, _YEAR, 1)
    months = _whole_months(start, end)
    if months:
        times = -(-_YEAR // months)
        yield from _monthly(end + _ONE_DAY, months * times, times)
    days = (end - start).days + 1
    times = -(-365 // days)
    first = end + _ONE_DAY
    while True:
        following = first + timedelta(days=days * times)
        yield (first, following - _ONE_DAY), times
        first = following


def _monthly(first: date, months: int, times: int) -> Iterator[tuple[tuple[date, date], int]]:
    number = 0
    while True:
        number += 1
        begins, following = (_months_on(first, months * n) for n in (number - 1, number))
        yield (begins, following - _ONE_DAY), times


def _whole_months(start: date, end: date) -> int:
    """0 where the term is not a whole number of months."""
    following = end + _ONE_DAY
    count = (following.year - start.year) * 12 + following.month - start.month
    return count if count > 0 and _months_on(start, count) == following else 0


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))
