"""The forecasts the demo's people made in the months before: computed from what its story says was known then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from accounts.calc.win_rates import WinRates
from accounts.models import Client, Opportunity, StageMove
from accounts.queries.win_rates import load_win_rates
from common.periods import Month, month_add, month_of
from financials.actions.calls import make_call
from financials.actions.forecast import store_bands, store_forecasts
from financials.actions.overrides import Wanted, make_override
from financials.actions.scenarios import add_step, make_scenario
from financials.calc import forecast as calc
from financials.calc.backtest import as_of_past
from financials.calc.simulation import Band, simulate
from financials.calc.uncertainty import uncertain
from financials.models import Contract
from financials.queries.inputs import Batch, Book, load_book
from financials.queries.pack import forecast_of_year
from people.models import User

MONTHS_BACK: Final = 9
HUNDRED_THOUSAND: Final = Decimal("1e5")
CALLS: Final = (
    ("manager@demo.example", Decimal("0.004"), "Two start dates look late to us", ""),
    (
        "director@demo.example",
        Decimal("0.006"),
        "Media budgets of two clients are not signed yet",
        "A second strategist from January, and a decision on the Halden rate card",
    ),
)
"""Who, how far under the forecast, why, and what is asked."""
LAST_YEAR: Final = (6, 9)
"""Months of the year before in which the forecast was kept as well, for the calls made then."""
CALLED_THEN: Final = (
    (6, "manager@demo.example", Decimal("-0.012"), "The summer retail work comes on top", ""),
    (6, "director@demo.example", Decimal("0.021"), "Two renewals are slower than their owners say", ""),
    (
        9,
        "director@demo.example",
        Decimal("0.008"),
        "The autumn campaigns start as planned; one renewal slips into January",
        "Freelance budget for the fourth quarter",
    ),
)
"""Month, who, how far under the forecast of that day, why, and what was asked: a year that is closed since."""
OVERRIDES: Final = (
    ("manager@demo.example", "manager", 0, Decimal(-40_000), "The spring flight starts a month late"),
    ("director@demo.example", "director", 2, Decimal(90_000), "Agreed by word, the order follows in January"),
)
"""Who, at which level, for which of their clients, how much a quarter, and why."""
BEFORE_ANY_EDIT: Final = 0
"""The version of inputs that every later run comes after."""


def tell_forecasts(as_of: date, *, now: datetime) -> int:
    """A run of every client on the 25th of each of nine months and of two of the year before, and one five weeks ago,
    with bands. Once, before any other run."""
    ids = list(Client.objects.order_by("pk").values_list("pk", flat=True))
    rows = Contract.objects.values_list("number", "signed_on")
    signed = {number: signed_on for number, signed_on in rows if signed_on is not None}
    told = 0
    for at in _instants(as_of):
        book = _as_of(load_book(ids, now=at), at, signed)
        results = [calc.compute(batch.inputs) for batch in book.batches]
        runs = store_forecasts(book=book, results=results, versions=dict.fromkeys(ids, BEFORE_ANY_EDIT), now=at)
        _give_bands(book, results, runs, at)
        told += len(runs)
    return told


def _give_bands(book: Book, results: list[calc.ForecastResult], runs: dict[int, int], at: datetime) -> None:
    """As the job of the bands does after a run: without them nobody could say how often the band held."""
    found: dict[int, list[Band]] = {}
    for batch, result in zip(book.batches, results, strict=True):
        for bands in simulate(uncertain(batch.inputs, result)):
            if bands and int(bands[0].client) in runs:
                found[runs[int(bands[0].client)]] = bands
    store_bands(bands=found, now=at)


def tell_calls(as_of: date) -> int:
    """What the account manager and the director called three weeks ago and last year, and what the director asked."""
    at = datetime.combine(as_of - timedelta(weeks=3), time(10), tzinfo=UTC)
    told = sum(_call(*one, at) for one in CALLS)
    for month, email, down, reason, asks in CALLED_THEN:
        told += _call(email, down, reason, asks, datetime(as_of.year - 1, month, 27, 10, tzinfo=UTC))
    director = User.objects.get(email=CALLS[-1][0])
    asked = make_scenario(owner=director, name="A key client leaves", note="Before the board meets")
    key = Client.objects.visible_to(director).filter(tier="strategic").order_by("name").first()
    if key is not None:
        from_ = f"{month_add(month_of(as_of), 2):%Y-%m}"
        step = {"kind": "lose", "client": key.key, "from": from_}
        add_step(scenario=asked, step=step, actor=director, expected=None)
    return told + 1


def _call(email: str, down: Decimal, reason: str, asks: str, at: datetime) -> int:
    """So much under what the forecast said on the day, in whole hundreds of thousands."""
    person = User.objects.get(email=email)
    held = forecast_of_year(person, now=at)
    if not held.amount:
        return 0
    make_call(
        person=person, year=held.year, amount=(held.amount * (1 - down)).quantize(HUNDRED_THOUSAND),
        system=held.amount, currency=held.currency, reason=reason, asks=asks, now=at,
    )  # fmt: skip
    return 1


def tell_overrides(as_of: date, *, now: datetime) -> int:
    """A figure of the account manager's own for one client, and the director's for another, over what is left."""
    first = month_add(month_of(as_of), 1)
    for email, level, place, delta, reason in OVERRIDES:
        person = User.objects.get(email=email)
        clients = Client.objects.visible_to(person).exclude(status="lost").order_by("name")
        if place < clients.count():
            wanted = Wanted(
                client_id=clients[place].pk, level=level, first=first, last=month_add(first, 2), currency="USD",
                amount=None, delta=delta, reason=reason, expires_on=as_of + timedelta(days=45),
            )  # fmt: skip
            make_override(wanted=wanted, author=person, now=now)
    return len(OVERRIDES)


def _instants(as_of: date) -> list[datetime]:
    anchor = month_of(as_of)
    days = {month_add(anchor, -back).replace(day=25) for back in range(1, MONTHS_BACK + 1)} | {
        as_of - timedelta(weeks=5)
    }
    days |= {date(as_of.year - 1, month, 25) for month in LAST_YEAR}
    return [datetime.combine(day, time(17), tzinfo=UTC) for day in sorted(days)]


def _as_of(book: Book, at: datetime, signed: dict[str, date]) -> Book:
    """The month before that day's is the last closed one."""
    closed = month_add(month_of(at.date()), -1)
    deals = _deals(at)
    batches = []
    for batch in book.batches:
        then = as_of_past(batch.inputs, closed, signed)
        mine = set(batch.client_ids)
        own = [deal for client in sorted(mine) for deal in deals[client]]
        origins = {one.number: one.opportunity for one in batch.inputs.contracts}
        contracts = [replace(one, opportunity=origins[one.number]) for one in then.contracts]
        batches.append(Batch(replace(then, contracts=contracts, opportunities=own), batch.client_ids))
    shown = tuple(cell for cell in book.recognised if cell.month <= closed)
    return replace(book, closed_through=closed, batches=tuple(batches), recognised=shown)


def _deals(at: datetime) -> dict[int, list[calc.Opportunity]]:
    """Deals as they stood: at the stage of their last step by then, with the probability they left it with."""
    rates = load_win_rates(at.date())
    moves: dict[int, list[StageMove]] = defaultdict(list)
    for move in StageMove.objects.order_by("at", "pk"):
        moves[move.opportunity_id].append(move)
    found: dict[int, list[calc.Opportunity]] = defaultdict(list)
    for deal in Opportunity.objects.order_by("pk"):
        way = moves[deal.pk]
        taken = [move for move in way if move.at <= at]
        if taken and taken[-1].outcome != "lost":
            found[deal.client_id].append(_stood(deal, taken[-1], way[len(taken) :], at.date(), rates))
    return found


def _stood(
    deal: Opportunity, last: StageMove, later: Iterable[StageMove], day: date, rates: WinRates
) -> calc.Opportunity:
    is_open = last.outcome == "open"
    rate = rates.of(last.after, (day - last.at.date()).days) if is_open else None
    own = rate if rate is not None and rate.own else None
    left_with = next((move.stated for move in later), None)
    probability = deal.probability if left_with is None else left_with
    close_on: Month | date | None = deal.close_on
    if is_open and close_on is not None and close_on <= day:
        close_on = month_add(day, 1)
    return calc.Opportunity(
        client=str(deal.client_id), key=deal.key, stage=last.after, category=deal.category, amount=deal.amount,
        currency=deal.currency, probability=probability, close_on=close_on, delivery_start=deal.delivery_start,
        delivery_months=deal.delivery_months, contract="" if is_open else deal.contract, renews=deal.renews,
        own=own.value if own else None, usual=own.usual if own else None,
    )  # fmt: skip
