"""The seeded book is drawn as docs/definitions.md#seeded-book says, and no month of it knows what came later."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from financials.calc.schedule import contract_schedule
from financials.calc.seeded_book import OPEN, SeededBook, Shape, draw_book
from financials.calc.seeded_view import Origin, client_name, inputs_at

SHAPE = Shape(clients=400)


@pytest.fixture(scope="module")
def book() -> SeededBook:
    return draw_book(20261, SHAPE)


def test_the_same_seed_gives_the_same_book_and_another_seed_another() -> None:
    small = replace(SHAPE, clients=12)
    first, again, other = draw_book(7, small), draw_book(7, small), draw_book(8, small)
    assert first.contracts == again.contracts
    assert first.deals == again.deals
    assert np.array_equal(first.billed, again.billed)
    assert not np.array_equal(first.revenue(), other.revenue())


def test_revenue_is_log_normal_around_eighty_thousand(book: SeededBook) -> None:
    logs = np.log(book.level[:, 0])
    assert np.exp(np.median(logs)) == pytest.approx(80_000, rel=0.15)
    assert logs.std() == pytest.approx(0.9, abs=0.08)


def test_the_trend_is_a_third_of_a_percent_a_month_and_fades(book: SeededBook) -> None:
    steps = np.diff(np.log(book.level), axis=1)
    quiet = np.abs(steps).max(axis=1) < 0.2  # without the clients whose level shifts
    assert np.median(steps[quiet, 0]) == pytest.approx(0.003 * 0.98**2, abs=0.001)
    assert steps[quiet, 0].std() == pytest.approx(0.006 * 0.98**2, abs=0.001)
    ratio = steps[quiet, 40] / steps[quiet, 0]
    assert ratio == pytest.approx(np.full(quiet.sum(), 0.98**40))


def test_one_client_in_ten_shifts_once_by_thirty_percent(book: SeededBook) -> None:
    steps = np.exp(np.diff(np.log(book.level), axis=1))
    jumps = (np.abs(steps - 1) > 0.2).sum(axis=1)
    assert set(jumps) == {0, 1}
    assert jumps.mean() == pytest.approx(0.10, abs=0.04)
    sizes = steps[np.abs(steps - 1) > 0.2]
    assert np.minimum(np.abs(sizes - 0.7), np.abs(sizes - 1.3)).max() < 0.06  # the trend's own step beside it


def test_contracts_cover_sixty_to_ninety_five_percent_at_first(book: SeededBook) -> None:
    assert 0.60 <= book.covered.min() < 0.62
    assert 0.93 < book.covered.max() <= 0.95
    signed = np.zeros(SHAPE.clients)
    for contract in book.contracts:
        if contract.start <= 0 <= contract.last and not contract.deal and not contract.parent:
            signed[contract.client] += contract.monthly
    opening = book.covered * book.level[:, 0]
    assert (signed > 0).all()
    assert np.median(signed / opening) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(("kind", "chance"), [("fixed", 0.65), ("auto", 0.85)])
def test_contracts_renew_as_often_as_their_kind_says(book: SeededBook, kind: str, chance: float) -> None:
    renewed = {contract.renews for contract in book.contracts if contract.renews}
    ends = [one for one in book.contracts if one.kind == kind and one.last < SHAPE.span - 1]
    assert len(ends) > 800
    assert np.mean([one.number in renewed for one in ends]) == pytest.approx(chance, abs=0.035)
    assert Counter(one.last - one.start + 1 for one in ends).keys() == {6, 12, 24}


def test_one_evergreen_in_twenty_ends_at_its_anniversary(book: SeededBook) -> None:
    running = [one for one in book.contracts if one.kind == "evergreen"]
    raised = Counter(one.parent for one in book.contracts if one.parent)
    ended = [one for one in running if one.ended is not None]
    chances = sum(raised.values()) + len(ended)
    assert len(ended) / chances == pytest.approx(0.05, abs=0.015)
    assert all((one.ended + 1 - one.start) % 12 == 0 for one in ended if one.ended is not None)
    assert all(one.last == OPEN for one in running)


def test_a_renewal_is_raised_by_its_uplift_and_moves_with_the_clients_work(book: SeededBook) -> None:
    by_number = {one.number: one for one in book.contracts}
    for one in [one for one in book.contracts if one.renews][:200]:
        before = by_number[one.renews]
        level = book.level[one.client]
        moved = level[max(one.start, 0)] / level[max(before.start, 0)]
        assert one.start == before.last + 1
        assert one.monthly == pytest.approx(before.monthly * (1 + before.uplift) * moved)
        assert 0 <= before.uplift <= 0.05


def test_deals_come_and_are_won_as_their_stage_says(book: SeededBook) -> None:
    span = SHAPE.span + SHAPE.before
    assert len(book.deals) / SHAPE.clients / span * 3 == pytest.approx(1.2, abs=0.03)
    amounts = np.log([deal.amount for deal in book.deals])
    assert np.exp(np.median(amounts)) == pytest.approx(150_000, rel=0.03)
    assert amounts.std() == pytest.approx(0.8, abs=0.02)
    for stage, rate in enumerate((0.12, 0.25, 0.45, 0.70)):
        # whoever stands in a stage at a month's end, however it came there
        seen = [
            deal.won
            for deal in book.deals
            for month in range(0, 60, 6)
            if deal.opened <= month < deal.closed and deal.stage_in(month) == stage
        ]
        assert len(seen) > 500
        assert np.mean(seen) == pytest.approx(rate, abs=0.05)


def test_won_deals_close_a_little_later_than_stated(book: SeededBook) -> None:
    late = [deal.closed - deal.expected for deal in book.deals if deal.won]
    assert min(late) == 0
    assert np.mean(late) == pytest.approx(1.3, abs=0.08)
    assert {deal.delivery for deal in book.deals} == set(range(3, 13))


def test_three_months_in_a_hundred_hold_a_one_off(book: SeededBook) -> None:
    """What no contract covers is at most 40% of the level and its season; above 45% lies a one-off of 50% or more."""
    loose = book.billed[len(book.contracts) :]
    assert (loose > 0.75 * book.level).mean() == pytest.approx(0.03 * 0.9, abs=0.008)


def test_a_missed_bill_is_caught_up_the_month_after(book: SeededBook) -> None:
    doubled = []
    for place, contract in enumerate(book.contracts):
        row = book.billed[place]
        for month in range(max(contract.start, 0), min(contract.last, SHAPE.span - 2)):
            if row[month] == 0 and row[month + 1] > 0 and contract.deal:
                doubled.append(row[month + 1] / contract.monthly)
    assert np.median(doubled) == pytest.approx(2.0, abs=0.05)
    billing = [place for place, one in enumerate(book.contracts) if not one.parent]
    months = sum(
        ((book.billed[place, :-1] == 0) & (book.billed[place, 1:] > 0))[max(book.contracts[place].start, 0) :].sum()
        for place in billing
    )
    assert months / (SHAPE.clients * (SHAPE.span - 1)) == pytest.approx(0.05, abs=0.01)


def test_an_origin_knows_nothing_of_later_months(book: SeededBook) -> None:
    origin = Origin(book, 35)
    inputs = inputs_at(origin, horizon=12)
    assert inputs.open_month == date(2024, 11, 1)
    assert inputs.last_month == date(2025, 11, 1)
    assert max(cell.month for cell in inputs.ledger) == date(2024, 10, 1)
    known = {contract.number for contract in inputs.contracts}
    assert known == {one.number for one in book.contracts if one.known <= 35}
    assert {deal.key for deal in inputs.opportunities} == {deal.key for deal in book.deals if deal.opened <= 35}
    closed = {deal.key for deal in book.deals if deal.closed <= 35}
    assert {deal.key for deal in inputs.opportunities if deal.stage in ("won", "lost")} & closed
    assert not {deal.key for deal in inputs.opportunities if deal.stage in ("won", "lost")} - closed
    assert all(
        deal.close_on >= date(2024, 11, 1) for deal in inputs.opportunities if deal.key not in closed and deal.close_on
    )


def test_stated_probabilities_are_a_tenth_too_high(book: SeededBook) -> None:
    stated = {deal.stage: deal.probability for deal in inputs_at(Origin(book, 30)).opportunities}
    assert stated == {
        "qualify": Decimal("0.22"), "discover": Decimal("0.35"), "propose": Decimal("0.55"),
        "negotiate": Decimal("0.80"), "won": Decimal(1), "lost": Decimal(0),
    }  # fmt: skip


def test_the_ledger_of_an_origin_adds_up_to_the_truth(book: SeededBook) -> None:
    origin = Origin(book, 40, history=12)
    sums = np.zeros((SHAPE.clients, 12))
    for client, _, month, _, amount in inputs_at(origin).ledger:
        sums[int(client[1:]), (month.year - 2021) * 12 + month.month - 11 - 29] += float(amount)
    assert sums == pytest.approx(book.revenue()[:, 29:41])
    assert origin.truth(6) == pytest.approx(book.revenue()[:, 42:48])


def test_schedules_bill_what_was_signed(book: SeededBook) -> None:
    """A won deal of so many months has a schedule over just these, and bills it within the noise."""
    origin = Origin(book, 50)
    by_number = {contract.number: contract for contract in inputs_at(origin).contracts}
    deal = next(one for one in book.deals if one.won and 30 < one.closed < 35 and one.delivery == 6)
    contract = by_number[deal.contract]
    lines = contract_schedule(contract.terms, horizon=date(2026, 12, 1))
    assert contract.client == client_name(deal.client)
    assert len(lines) == 6
    assert sum(line.amount for line in lines) == Decimal(f"{deal.amount:.2f}")
    place = next(n for n, one in enumerate(book.contracts) if one.number == deal.contract)
    assert book.billed[place].sum() == pytest.approx(deal.amount, rel=0.25)
