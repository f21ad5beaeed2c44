"""Every difference of two runs lands in one term: the worked example, each term by itself, and 200 random pairs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from common.money import ZERO
from common.periods import Month, month_add
from financials.calc.forecast import Contract, ForecastInputs, LedgerCell, Opportunity, compute
from financials.calc.movement import TERMS, DealKnown, Moved, RunLine, Side, deals_known, moved, sums
from financials.calc.schedule import Terms

JAN = date(2027, 1, 1)
OPEN = date(2026, 12, 1)


def line(layer: str, amount: str, *, deal: str = "", contract: str = "", month: Month = JAN, fx: str = "0") -> RunLine:
    return RunLine(contract, deal, month, layer, Decimal(amount), Decimal(fx))


def side(lines: Sequence[RunLine], closed: Month = date(2026, 11, 1), **deals: DealKnown) -> Side:
    return Side(lines, deals, closed, month_add(closed, 1))


def worth(amount: str, outcome: str = "open", *contracts: str) -> DealKnown:
    return DealKnown(outcome, Decimal(amount), contracts)


def told(start: Side, end: Side, first: Month = OPEN, last: Month = date(2027, 12, 1)) -> dict[str, Decimal]:
    return {term: amount for term, amount in sums(moved(start, end, first, last, "USD")).items() if amount}


def test_the_worked_example() -> None:
    """Contracts 600, D1 200×50%, D2 300×60%, run-rate 120 = 1,000. D1 signed as a 210 SOW, D2 lost, D3 new 100×30%,
    a SOW cut by 20, run-rate 125: 1,000 + 30 + 110 − 180 − 20 + 5 = 945."""
    start = side(
        [line("contracted", "600", contract="S1"), line("best_case", "100", deal="D1"),
         line("commit", "180", deal="D2"), line("run_rate", "120")],
        D1=worth("100"), D2=worth("180"),
    )  # fmt: skip
    end = side(
        [line("contracted", "580", contract="S1"), line("contracted", "210", contract="S2"),
         line("pipeline", "30", deal="D3"), line("run_rate", "125")],
        D1=worth("0", "won", "S2"), D3=worth("30"),
    )  # fmt: skip
    assert told(start, end) == {"new": 30, "won": 110, "lost": -180, "contracted": -20, "run_rate": 5}
    assert 1000 + sum(told(start, end).values()) == 945


def test_the_details_name_the_deal_and_the_contract() -> None:
    start = side([line("pipeline", "100", deal="D1")], D1=worth("100"))
    end = side([line("contracted", "210", contract="S2")], D1=worth("0", "won", "S2"))
    assert moved(start, end, OPEN, JAN, "USD") == [Moved("won", "D1", "S2", Decimal(100), Decimal(210), Decimal(110))]


def test_a_deal_worth_more_and_a_deal_worth_less() -> None:
    start = side([line("pipeline", "40", deal="A"), line("pipeline", "40", deal="B")], A=worth("80"), B=worth("80"))
    end = side([line("pipeline", "60", deal="A"), line("pipeline", "10", deal="B")], A=worth("120"), B=worth("20"))
    assert told(start, end) == {"increased": 20, "decreased": -30}


def test_a_deal_that_slips_over_the_edge() -> None:
    """90 over January to March, of which the window holds all; it slips by two months, and 30 are left in it."""
    march = date(2027, 3, 1)
    start = side([line("commit", "30", deal="A", month=month_add(JAN, n)) for n in range(3)], A=worth("90"))
    end = side([line("commit", "30", deal="A", month=month_add(JAN, n + 2)) for n in range(3)], A=worth("90"))
    assert told(start, end, last=march) == {"slipped": -60}
    assert told(end, start, last=march) == {"pulled_in": 60}


def test_a_deal_that_grows_and_slips_is_told_in_two_terms() -> None:
    """90 becomes 120; at the new worth the window would hold 120, after the slip it holds 40."""
    march = date(2027, 3, 1)
    start = side([line("commit", "30", deal="A", month=month_add(JAN, n)) for n in range(3)], A=worth("90"))
    end = side([line("commit", "40", deal="A", month=month_add(JAN, n + 2)) for n in range(3)], A=worth("120"))
    assert told(start, end, last=march) == {"increased": 30, "slipped": -80}


def test_months_closed_between_are_actuals_whole() -> None:
    """December held 70 + 30 + 20 forecast; it closed at 110."""
    start = Side(
        [line("contracted", "70", contract="S1", month=OPEN), line("pipeline", "30", deal="A", month=OPEN),
         line("run_rate", "20", month=OPEN), line("contracted", "70", contract="S1")],
        {"A": worth("30")}, date(2026, 10, 1), date(2026, 11, 1),
    )  # fmt: skip
    end = Side(
        [line("recognised", "110", contract="S1", month=OPEN), line("contracted", "70", contract="S1")],
        {"A": worth("30")}, OPEN, JAN,
    )  # fmt: skip
    assert told(start, end) == {"actuals": -10}


def test_billing_in_the_open_month_moves_nothing_between_schedule_and_ledger() -> None:
    """60 of a scheduled 100 were billed, 40 are left: nothing moved. Of 130 billed, 30 are actuals."""
    start = side([line("contracted", "100", contract="S1", month=OPEN)])
    part = side(
        [line("recognised", "60", contract="S1", month=OPEN), line("contracted", "40", contract="S1", month=OPEN)]
    )
    over = side([line("recognised", "130", contract="S1", month=OPEN)])
    assert told(start, part) == {}
    assert told(start, over) == {"actuals": 30}


def test_rates_are_told_apart() -> None:
    start = side([line("contracted", "100", contract="S1")])
    end = side([line("contracted", "110", contract="S1", fx="4")])
    assert told(start, end) == {"contracted": 10, "fx": 4}


def test_renewal_and_override_are_terms_of_their_own() -> None:
    start = side([line("renewal", "70", contract="S1"), line("override", "-5")])
    end = side([line("renewal", "90", contract="S1"), line("override", "10")])
    assert told(start, end) == {"renewal": 20, "override": 15}


def test_a_deal_won_without_a_contract_leaves_the_forecast_as_won() -> None:
    start = side([line("commit", "80", deal="A")], A=worth("80"))
    assert told(start, side([], A=worth("80", "won"))) == {"won": -80}


def test_a_client_without_a_first_run_starts_from_nothing() -> None:
    end = side([line("contracted", "50", contract="S1"), line("pipeline", "20", deal="A")], A=worth("20"))
    assert told(Side(), end) == {"new": 20, "contracted": 50}


def test_what_a_run_knew_of_its_deals() -> None:
    """Worth is amount × probability; an unpriced, undated or omitted one has none; signed contracts are named."""
    terms = Terms("sow", "signed", "retainer", "USD", Decimal(90), OPEN, date(2027, 3, 1))
    deal = Opportunity("C", "A", "propose", "commit", Decimal(200), "USD", Decimal("0.4"), OPEN)
    several = [
        deal,
        replace(deal, key="B", probability=None),
        replace(deal, key="D", close_on=None),
        replace(deal, key="E", category="omitted"),
        replace(deal, key="F", stage="Won", contract="S9"),
        replace(deal, key="G", stage="LOST"),
    ]
    contracts = [Contract("C", "S9", terms), Contract("C", "S8", terms, opportunity="F")]
    found = deals_known(ForecastInputs([], contracts, several, OPEN))
    assert {key: known[:3] for key, known in found.items()} == {
        "A": ("open", Decimal("80.00"), ()),
        "B": ("open", None, ()),
        "D": ("open", None, ()),
        "E": ("open", None, ()),
        "F": ("won", None, ("S8", "S9")),
        "G": ("lost", None, ()),
    }


def test_win_rates_that_moved_are_told_apart_from_the_deal_that_changed() -> None:
    """200 at a stated 50%: own history said 50%, says 40% now: −20. Raised to 300 as well: +50, then 300 × −10% = −30.
    A step to another stage is the deal's own: 200 × 70% − 100 = +40."""
    deal = Opportunity("C", "D1", "propose", "commit", Decimal(200), "USD", Decimal("0.5"), OPEN)
    before = replace(deal, own=Decimal("0.5"), usual=Decimal("0.5"))
    after = replace(deal, own=Decimal("0.4"), usual=Decimal("0.5"))

    def run(one: Opportunity, amount: str) -> Side:
        known = deals_known(ForecastInputs([], [], [one], OPEN))
        return Side([line("commit", amount, deal="D1")], known, date(2026, 11, 1), OPEN)

    def terms(one: Opportunity, amount: str) -> list[tuple[str, Decimal, bool]]:
        moves = moved(run(before, "100"), run(one, amount), OPEN, date(2027, 12, 1), "USD")
        return [(move.term, move.amount, move.by_rates) for move in moves]

    assert terms(after, "80") == [("decreased", Decimal(-20), True)]
    raised = replace(after, amount=Decimal(300))
    assert terms(raised, "120") == [("increased", Decimal(50), False), ("decreased", Decimal(-30), True)]
    stepped = replace(deal, stage="negotiate", own=Decimal("0.7"), usual=Decimal("0.5"))
    assert terms(stepped, "140") == [("increased", Decimal(40), False)]


def test_a_layer_no_term_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="holds the layer wishes"):
        moved(side([]), side([line("wishes", "1")]), OPEN, JAN, "USD")


# ── two hundred random pairs of runs ────────────────────────────────────────────────────────────────────────────────


def cents(dice: random.Random, low: int, high: int) -> Decimal:
    return Decimal(dice.randint(low * 100, high * 100)) / 100


def some_contract(dice: random.Random, number: str, opportunity: str = "") -> Contract:
    start = month_add(date(2026, 1, 1), dice.randint(-6, 14)).replace(day=dice.randint(1, 28))
    end = month_add(start, dice.randint(2, 18)).replace(day=dice.randint(1, 28))
    status = dice.choice(("active", "active", "signed", "completed", "draft"))
    terms = Terms("sow", status, "retainer", "USD", cents(dice, 1, 90000), start, end)
    return Contract("C", number, terms, opportunity=opportunity)


def some_deal(dice: random.Random, key: str) -> Opportunity:
    return Opportunity(
        client="C",
        key=key,
        stage=dice.choice(("qualify", "propose", "propose", "won", "lost")),
        category=dice.choice(("commit", "best_case", "pipeline", "", "omitted")),
        amount=dice.choice((None, cents(dice, 1, 90000), cents(dice, 1, 90000))),
        currency="USD",
        probability=dice.choice((None, Decimal(dice.randint(0, 100)) / 100, Decimal("0.35"))),
        close_on=dice.choice((None, month_add(date(2026, 6, 1), dice.randint(0, 16)))),
        delivery_start=dice.choice((None, None, month_add(date(2026, 9, 1), dice.randint(0, 12)))),
        delivery_months=dice.choice((None, 1, 3, 7)),
        own=dice.choice((None, Decimal("0.31"), Decimal(dice.randint(1, 99)) / 100)),
        usual=dice.choice((None, Decimal("0.5"), Decimal(dice.randint(1, 99)) / 100)),
    )


def some_ledger(dice: random.Random, open_month: Month, contracts: Sequence[Contract]) -> list[LedgerCell]:
    numbers = ["", *(contract.number for contract in contracts)]
    return [
        LedgerCell("C", dice.choice(numbers), month_add(open_month, -back), "USD", cents(dice, -2000, 9000))
        for back in range(8)
        for _ in range(dice.randint(0, 3))
    ]


def some_inputs(dice: random.Random) -> ForecastInputs:
    contracts = [some_contract(dice, f"S{n}", dice.choice(("", f"D{n}"))) for n in range(dice.randint(0, 5))]
    deals = [some_deal(dice, f"D{n}") for n in range(dice.randint(0, 7))]
    open_month = month_add(date(2026, 9, 1), dice.randint(0, 4))
    return ForecastInputs(some_ledger(dice, open_month, contracts), contracts, deals, open_month)


def edited(dice: random.Random, inputs: ForecastInputs) -> ForecastInputs:
    """Some deals change, some come, some go; contracts change, are signed for deals; time may pass."""
    deals = [deal if dice.random() < 0.4 else some_deal(dice, deal.key) for deal in inputs.opportunities]
    deals = [deal if dice.random() < 0.5 else replace(deal, own=Decimal("0.44")) for deal in deals]
    deals = [deal for deal in deals if dice.random() < 0.9] + [
        some_deal(dice, f"N{n}") for n in range(dice.randint(0, 2))
    ]
    contracts = [
        contract if dice.random() < 0.6 else some_contract(dice, contract.number, contract.opportunity)
        for contract in inputs.contracts
    ]
    for deal in deals:
        if dice.random() < 0.2:
            contracts.append(some_contract(dice, f"W{deal.key}", deal.key))
    open_month = month_add(inputs.open_month, dice.choice((0, 0, 1, 3)))
    ledger = [*inputs.ledger, *some_ledger(dice, open_month, contracts)]
    return replace(inputs, ledger=ledger, contracts=contracts, opportunities=deals, open_month=open_month)


def run_of(dice: random.Random, inputs: ForecastInputs, *, fx: bool) -> Side:
    """The run as it is kept, with the layers that history and people add, and rates that moved."""
    rows = compute(inputs).rows
    lines = [
        RunLine(row.contract, row.opportunity, row.month, row.layer, row.amount, cents(dice, -9, 9) if fx else ZERO)
        for row in rows
    ]
    for layer in ("renewal", "run_rate", "override"):
        lines += [
            RunLine(
                "S1" if layer == "renewal" else "", "", month_add(inputs.last_open, n), layer, cents(dice, -50, 500)
            )
            for n in range(1, dice.randint(2, 9))
        ]
    deals = deals_known(inputs)
    return Side(lines, deals, month_add(inputs.open_month, -1), inputs.last_open)


@pytest.mark.parametrize("seed", range(200))
def test_random_edits_sum_exactly(seed: int) -> None:
    dice = random.Random(seed)
    inputs = some_inputs(dice)
    start, end = run_of(dice, inputs, fx=False), run_of(dice, edited(dice, inputs), fx=True)
    first, last = month_add(inputs.open_month, dice.randint(-3, 3)), month_add(inputs.open_month, dice.randint(4, 20))

    def held(one: Side) -> Decimal:
        return sum((line.amount + line.fx for line in one.lines if first <= line.month <= last), ZERO)

    moves = moved(start, end, first, last, "USD")
    assert held(start) + sum(one.amount for one in moves) == held(end)
    assert held(start) + sum(sums(moves).values()) == held(end)
    assert {one.term for one in moves} <= set(TERMS)
    assert moved(start, start, first, last, "USD") == []


def test_the_random_pairs_reach_every_term() -> None:
    seen: set[str] = set()
    for seed in range(400):
        dice = random.Random(seed)
        inputs = some_inputs(dice)
        start, end = run_of(dice, inputs, fx=False), run_of(dice, edited(dice, inputs), fx=True)
        seen |= {one.term for one in moved(start, end, inputs.open_month, month_add(inputs.open_month, 5), "USD")}
    assert seen == set(TERMS)
