"""Parts sum to their whole, in currencies of no, two and three decimals, whatever the order they come in."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal as D
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from common.fx import RateRow, Rates, convert
from common.money import allocate, cumulative_round, minor_places, quantise
from common.periods import month_add
from financials.calc.retention import Successor, concentration, escalators, retention
from financials.calc.schedule import anniversary, evergreen, straight_line

EXAMPLES = 400
CURRENCIES = st.sampled_from(["JPY", "USD", "EUR", "KWD"])
AMOUNTS = st.decimals(min_value=D("-1e9"), max_value=D("1e9"), places=4)
CLIENTS = st.dictionaries(st.sampled_from("ABCDEFGH"), st.decimals(D("-1e6"), D("1e7"), places=2), max_size=8)
DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))
several = settings(max_examples=EXAMPLES, deadline=None)


@several
@given(total=AMOUNTS, weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any), currency=CURRENCIES)
def test_an_allocation_sums_to_its_total(total: D, weights: list[int], currency: str) -> None:
    """Each part is whole in the minor unit, within one of it of the exact share, and none where the weight is none."""
    parts, whole, unit = (
        allocate(total, weights, currency),
        quantise(total, currency),
        D(1).scaleb(-minor_places(currency)),
    )
    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert part == quantise(part, currency)
        assert abs(part - whole * weight / sum(weights)) <= unit
        if not weight:
            assert part == 0


@several
@given(total=AMOUNTS, steps=st.lists(st.integers(0, 1000), min_size=1, max_size=40).filter(any), currency=CURRENCIES)
def test_cumulative_shares_sum_at_every_step(total: D, steps: list[int], currency: str) -> None:
    """Not only at the end: what is due up to a step is the rounded whole up to it, so no cent is ever ahead."""
    reached = [sum(steps[: at + 1]) for at in range(len(steps))]
    shares, whole, upto = cumulative_round(total, reached, reached[-1], currency), quantise(total, currency), D(0)
    for share, done in zip(shares, reached, strict=True):
        upto += share
        assert abs(upto - whole * done / reached[-1]) <= D("0.5").scaleb(-minor_places(currency))
    assert upto == whole


@several
@given(amount=AMOUNTS, start=DAYS, length=st.integers(0, 4000), currency=CURRENCIES)
def test_a_schedule_sums_in_every_currency(amount: D, start: date, length: int, currency: str) -> None:
    lines = straight_line(amount, start, start + timedelta(days=length), currency)
    assert sum(line.amount for line in lines) == quantise(amount, currency)
    assert [line.month for line in lines] == [month_add(start.replace(day=1), at) for at in range(len(lines))]


@several
@given(per_year=AMOUNTS, start=DAYS, years=st.integers(1, 6), currency=CURRENCIES)
def test_every_year_of_an_evergreen_contract_is_its_amount(per_year: D, start: date, years: int, currency: str) -> None:
    """Also from 29 February: so many whole years, cut on the day before the anniversary, are so many amounts."""
    last = anniversary(start, years) - timedelta(days=1)
    lines = evergreen(per_year, start, last.replace(day=1), currency, until=last)
    assert sum(line.amount for line in lines) == years * quantise(per_year, currency)


@several
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from("AB"), st.integers(0, 3), st.sampled_from(["EUR", "GBP", "USD", "KWD"]),
            st.decimals(D("-1e6"), D("1e6"), places=4),
        ),
        max_size=30,
    ),
    to=st.sampled_from(["USD", "JPY"]),
    dice=st.randoms(use_true_random=False),
)  # fmt: skip
def test_cells_are_converted_once_in_any_order(rows: list[tuple[str, int, str, D]], to: str, dice: Random) -> None:
    """A cell is rounded once and larger figures are sums of cells: by client or by month, the whole is the same."""
    january = date(2026, 1, 1)
    quotes = [
        RateRow(month_add(january, at), base, "USD", D(average))
        for at in range(4)
        for base, average in (("EUR", "1.0845"), ("GBP", "1.27133"), ("KWD", "3.2517"), ("JPY", "0.00661"))
    ]

    def cells(given_rows: list[tuple[str, int, str, D]], known: list[RateRow]) -> dict[tuple[str, int, str], D]:
        sums: dict[tuple[str, int, str], D] = defaultdict(D)
        for client, month, currency, amount in given_rows:
            sums[client, month, currency] += amount
        rates = Rates(known)
        return {
            cell: convert(amount, cell[2], to, month_add(january, cell[1]), rates, via="USD")
            for cell, amount in sums.items()
        }

    first = cells(rows, quotes)
    shuffled, turned = list(rows), list(quotes)
    dice.shuffle(shuffled)
    dice.shuffle(turned)
    assert cells(shuffled, turned) == first
    for at in range(3):
        by_part: dict[object, D] = defaultdict(D)
        for cell, amount in first.items():
            by_part[cell[at]] += amount
        assert sum(by_part.values()) == sum(first.values())


@several
@given(then=CLIENTS, now=CLIENTS)
def test_retention_keeps_its_bounds(then: dict[str, D], now: dict[str, D]) -> None:
    """GRR is never above 100% nor above NRR; both count only clients with revenue then, whatever the others do."""
    found = retention(then, now)
    had = {client: revenue for client, revenue in then.items() if revenue > 0}
    assert (found.nrr is None) == (not had)
    if found.nrr is None or found.grr is None:
        return
    assert found.grr <= 1
    assert found.grr <= found.nrr
    assert found.kept <= found.then == sum(had.values())
    assert retention(had, {**now, "NEW": D(10**9)}) == found
    assert retention(dict(reversed(then.items())), dict(reversed(now.items()))) == found
    same = retention(had, had)
    assert (same.nrr, same.grr) == (D(1), D(1))


@several
@given(
    growth=st.decimals(D("-1e6"), D("1e6"), places=2),
    parts=st.lists(
        st.tuples(
            st.decimals(D(0), D(1), places=4), st.decimals(D(0), D("1e6"), places=2),
            st.decimals(D(0), D("1e6"), places=2),
        ),
        max_size=5,
    ),
)  # fmt: skip
def test_escalators_never_exceed_growth(growth: D, parts: list[tuple[D, D, D]]) -> None:
    """What contracts foresaw and what is real expansion are the growth together; neither is below zero."""
    foreseen = escalators(growth, [Successor(*part) for part in parts])
    assert foreseen >= 0
    assert foreseen <= max(growth, D(0))
    assert escalators(growth, [Successor(*part) for part in reversed(parts)]) - foreseen < D("1e-15")


@several
@given(amounts=CLIENTS)
def test_shares_of_a_concentration_are_the_whole(amounts: dict[str, D]) -> None:
    found = concentration(amounts)
    shares = [one.share for one in found.shares if one.share is not None]
    if not any(amount > 0 for amount in amounts.values()):
        assert shares == []
        return
    assert abs(sum(shares, D(0)) - 1) <= D("0.000001") * len(shares)
    assert found.hhi is not None
    assert found.hhi <= 10_000
    assert found.hhi >= D(10_000) / len(shares) - 1
