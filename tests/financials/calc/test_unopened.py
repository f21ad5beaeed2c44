"""Deals that nobody has opened yet: worked by hand, and what holds of any history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from common.money import quantise
from common.periods import Month, month_add, month_end
from financials.calc.forecast import Contract, ForecastInputs, LedgerCell, Opportunity, compute, engagements, schedules
from financials.calc.forecast_file import read_inputs, write_inputs
from financials.calc.forecast_records import Usual
from financials.calc.schedule import Terms
from financials.calc.unopened import AGES, ENDLESS, Aged, coming, group_of, known_months

NOV, OCT = date(2026, 11, 1), date(2026, 10, 1)
LIKE_IT = Usual("1", "USD", D(625), D(12), (D(0), D(0), D("0.333333"), D("0.666667"), D(1)), D(1000), 3, D("0.5"))


def three_months(number: int, start: Month) -> tuple[Contract, Opportunity]:
    """1,000 a month from a deal opened two months before."""
    terms = Terms("sow", "completed", "milestone", "USD", D(3000), start, month_end(month_add(start, 2)))
    contract = Contract("1", f"S-{number}", terms, opportunity=f"D-{number}")
    deal = Opportunity(
        "1", f"D-{number}", "won", "", D(3000), "USD", D(1), start, opened=month_add(start, -2), contract=f"S-{number}"
    )
    return contract, deal


def inputs(*, months: int = 24, usual: Usual = LIKE_IT, deals: bool = True) -> ForecastInputs:
    """Two contracts out of deals in 24 closed months: 6,000 ÷ 24 = 250 a month."""
    pairs = [three_months(1, date(2025, 4, 1)), three_months(2, date(2026, 4, 1))]
    earned = [LedgerCell("1", "", month_add(NOV, -back), "USD", D(5000)) for back in range(1, months + 1)]
    contracts = [contract for contract, _ in pairs]
    return ForecastInputs(earned, contracts, [deal for _, deal in pairs] if deals else [], NOV, unopened=[usual])


def aged() -> Iterator[Aged]:
    """Four clients of five contracts each over 24 closed months: 60,000 in 96 months."""
    for client in "ABCD":
        for number, back in enumerate((2, 6, 10, 14, 18)):
            for step in range(3):
                yield Aged(client, month_add(OCT, step - back), 2 + step, D(1000), f"{client}-{number}")


def test_what_is_usual_of_a_group() -> None:
    found = group_of(aged(), dict.fromkeys("ABCD", 24), OCT)
    assert found is not None
    assert (found.clients, found.contracts, found.monthly, found.size, found.length) == (4, 20, D(625), D(1000), 3)
    assert found.shares[:6] == (D(0), D(0), D("0.333333"), D("0.666667"), D(1), D(1))
    assert found.weight == ENDLESS  # all clients are alike: none of them differs by more than chance
    assert group_of(list(aged())[3:], dict.fromkeys("ABCD", 24), OCT) is None  # nineteen contracts
    assert group_of([], {}, OCT) is None


def test_clients_that_differ_keep_more_of_their_own() -> None:
    """A earns three times as much in both years: the others' history counts as few months."""
    cells = [cell._replace(amount=cell.amount * 3) if cell.client == "A" else cell for cell in aged()]
    found = group_of(cells, dict.fromkeys("ABCD", 24), OCT)
    # Years of 9,000 and 6,000 (A: 27,000 and 18,000): within (4.5 × 3 + 40.5) ÷ 4 = 13.5M, between 56.25M − 6.75M.
    assert found is not None
    assert found.weight == 3  # 12 × 13.5 ÷ 49.5 = 3.27


def test_a_client_worked_by_hand() -> None:
    given_inputs = inputs()
    (one,) = coming(schedules(engagements(given_inputs)), given_inputs)
    assert (one.own, one.known, one.monthly) == (D(250), 24, D(375))
    assert one.amounts[:6] == (D("0.00"), D("62.50"), D("187.50"), D("312.50"), D("375.00"), D("375.00"))
    rows = [row for row in compute(given_inputs).rows if row.unopened]
    assert [(row.month, row.layer, row.amount) for row in rows[:2]] == [
        (date(2027, 1, 1), "run_rate", D("62.50")),
        (date(2027, 2, 1), "run_rate", D("187.50")),
    ]


def test_nothing_is_expected_where_nothing_is_known() -> None:
    def expected(given_inputs: ForecastInputs) -> bool:
        return bool(coming(schedules(engagements(given_inputs)), given_inputs))

    assert expected(inputs())
    assert not expected(inputs(months=5))  # under six closed months
    old = inputs()
    assert not expected(ForecastInputs(old.ledger[12:], old.contracts, old.opportunities, NOV, unopened=old.unopened))
    assert not expected(ForecastInputs(old.ledger, old.contracts, old.opportunities, NOV))
    # Without deals whose opening was noted the client's own months say that it earns nothing of them.
    (one,) = coming(schedules(engagements(inputs(deals=False))), inputs(deals=False))
    assert (one.own, one.monthly) == (D(0), D(625) * 12 / 36)


def test_a_replay_gives_the_same_cents() -> None:
    given_inputs = inputs()
    text = write_inputs(given_inputs)["1"]
    assert compute(read_inputs(text)).rows == compute(given_inputs).rows


_AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)


@given(
    cells=st.lists(
        st.tuples(st.sampled_from("ABCDE"), st.integers(-3, 40), st.integers(-2, 40), _AMOUNTS, st.integers(0, 60)),
        max_size=80,
    ),
    left=st.decimals(min_value=0, max_value=1, places=4),
    known=st.integers(6, 36),
)
def test_any_history_gives_whole_cents_that_only_grow(
    cells: list[tuple[str, int, int, D, int]], left: D, known: int
) -> None:
    aged_cells = [
        Aged(name, month_add(OCT, -back), age, cash, f"S-{number}") for name, back, age, cash, number in cells
    ]
    found = group_of(aged_cells, dict.fromkeys("ABCDE", known), OCT)
    if found is None:
        return
    assert len(found.shares) == AGES
    assert found.shares == tuple(sorted(found.shares))
    assert found.shares[-1] == 1
    usual = Usual("1", "USD", found.monthly, found.weight, found.shares, found.size, found.length, left)
    given_inputs = inputs(usual=usual)
    (one,) = coming(schedules(engagements(given_inputs)), given_inputs)
    assert list(one.amounts) == sorted(one.amounts)
    assert all(amount.is_finite() and 0 <= amount == quantise(amount, "USD") for amount in one.amounts)
    assert one.amounts[-1] <= quantise(one.monthly, "USD")
    layer = sum(row.amount for row in compute(given_inputs).rows if row.unopened)
    assert layer == sum(one.amounts)


def test_clients_with_enough_history() -> None:
    seen = [("A", month_add(NOV, -40)), ("A", OCT), ("B", month_add(NOV, -5)), ("C", month_add(NOV, -13)), ("D", NOV)]
    assert known_months(seen, NOV) == {"A": 36}
