"""The movement of contribution: worked by hand, and always exact."""

from __future__ import annotations

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from financials.calc.margin_findings import moved_finding
from financials.calc.movement_margin import MovedSide, margin_move


def test_terms_at_the_margin_of_the_start_and_costs_by_themselves() -> None:
    """1,000 at 40% loses 200 (−80) and wins 100 (+40); 900 then cost 600: 300 left, so costs took 60."""
    found = margin_move([MovedSide(D(1000), D(600), D(900), D(600), {"lost": D(-200), "won": D(100)})], "USD")
    told = {name: amount for name, amount in found.contribution.items() if amount}
    assert told == {"start": D(400), "lost": D("-80.00"), "won": D("40.00"), "costs": D("-60.00"), "end": D(300)}
    assert (found.revenue["start"], found.revenue["end"], found.unknown) == (D(1000), D(900), 0)


def test_a_client_of_unknown_cost_is_left_out_and_counted() -> None:
    sides = [MovedSide(D(10), None, D(20), D(5), {"new": D(10)}), MovedSide(D(0), D(0), D(100), D(70), {"new": D(100)})]
    found = margin_move(sides, "USD")
    assert (found.unknown, found.contribution["start"], found.contribution["end"]) == (1, D(0), D(30))
    assert found.contribution["new"] == D("30.00")
    assert found.contribution["costs"] == 0


def test_what_is_said() -> None:
    assert moved_finding(D(400), D(300), D(-60), "USD") == "Contribution fell by $100 to $300; costs took $60"
    assert moved_finding(D(400), D(500), D(-60), "USD") == "Contribution rose by $100 to $500; costs took $60"
    assert moved_finding(D(400), D(400), D(0), "USD") == "Contribution stays at $400"


_MONEY = st.decimals("-1000000", "1000000", places=2)


@given(st.lists(st.tuples(_MONEY, _MONEY, _MONEY, _MONEY, _MONEY), min_size=1, max_size=8))
def test_the_terms_sum_exactly(rows: list[tuple[D, D, D, D, D]]) -> None:
    sides = [
        MovedSide(start, cost, start + new + lost, after, {"new": new, "lost": lost})
        for start, cost, new, lost, after in rows
    ]
    found = margin_move(sides, "USD")
    for amounts in (found.revenue, found.contribution):
        moves = sum(amount for name, amount in amounts.items() if name not in ("start", "end"))
        assert amounts["start"] + moves == amounts["end"]
