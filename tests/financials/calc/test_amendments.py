"""What change orders and terminations do to a schedule, and that every part still sums to its whole."""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.money import minor_places, quantise
from common.periods import month_add, month_end, month_of
from financials.calc.billing import Due, Plan, billing_plan, by_month
from financials.calc.recognition import Facts, earned
from financials.calc.schedule import (
    Line,
    Milestone,
    Move,
    Terms,
    contract_schedule,
    end_in_force,
    evergreen,
    moved_line,
    straight_line,
)

HORIZON = date(2060, 12, 1)
EXAMPLES = 10_000 if os.environ.get("PRINCIPAL_SOAK") == "full" else 600
"""Of each property: 3,000 cases with every run of the tests, 50,000 in the soak."""
JAN, APR = date(2026, 1, 15), date(2026, 4, 10)


def terms(**changes: object) -> Terms:
    values: dict[str, object] = {
        "kind": "sow",
        "status": "active",
        "billing": "retainer",
        "currency": "USD",
        "amount": D("100000.00"),
        "start": JAN,
        "end": APR,
        **changes,
    }
    return Terms(**values)  # type: ignore[arg-type]  # a test's keyword table


def amounts(lines: list[Line]) -> list[str]:
    return [f"{line.month:%Y-%m} {line.amount}" for line in lines]


# --- worked by hand ---------------------------------------------------------------------------------------------------


def test_a_termination_keeps_what_was_earned_to_the_day() -> None:
    # 86 days in all; 45 of them by 28 February, 50 by 5 March: 100,000 × 50 ÷ 86 = 58,139.53.
    lines = contract_schedule(terms(status="terminated", ended_on=date(2026, 3, 5)), horizon=HORIZON)
    assert amounts(lines) == ["2026-01 19767.44", "2026-02 32558.14", "2026-03 5813.95"]
    assert sum(line.amount for line in lines) == D("58139.53")


def test_a_termination_without_a_last_day_leaves_nothing() -> None:
    assert contract_schedule(terms(status="terminated"), horizon=HORIZON) == []


def test_a_terminated_evergreen_stops_within_its_year() -> None:
    # 36,500 a year from 1 January 2026: 100 a day, 31 + 28 + 10 of them.
    lines = evergreen(D("36500"), date(2026, 1, 1), HORIZON, "USD", until=date(2026, 3, 10))
    assert amounts(lines) == ["2026-01 3100.00", "2026-02 2800.00", "2026-03 1000.00"]


def test_a_change_order_that_extends_spreads_what_is_left() -> None:
    # 90 days from 1 January to 31 March 2026 at 100 a day; from 1 March the last 3,100 run to 30 April, 61 days.
    lines = moved_line(
        D("9000"), date(2026, 1, 1), date(2026, 3, 31), [Move(date(2026, 3, 1), date(2026, 4, 30))], "USD"
    )
    assert amounts(lines) == ["2026-01 3100.00", "2026-02 2800.00", "2026-03 1575.41", "2026-04 1524.59"]


def test_a_change_order_that_shortens_brings_the_rest_forward() -> None:
    lines = moved_line(
        D("9000"), date(2026, 1, 1), date(2026, 3, 31), [Move(date(2026, 2, 1), date(2026, 2, 28))], "USD"
    )
    assert amounts(lines) == ["2026-01 3100.00", "2026-02 5900.00"]


def test_the_later_of_two_moves_has_the_last_word() -> None:
    moved = terms(moves=(Move(date(2026, 3, 1), date(2026, 6, 30)), Move(date(2026, 2, 1), date(2026, 5, 31))))
    assert end_in_force(moved) == date(2026, 6, 30)
    assert sum(line.amount for line in contract_schedule(moved, horizon=HORIZON)) == D("100000.00")
    assert contract_schedule(moved, horizon=HORIZON)[-1].month == date(2026, 6, 1)


def test_a_move_after_the_end_extends_the_term_but_finds_nothing_to_spread() -> None:
    moved = terms(moves=(Move(date(2026, 5, 1), date(2026, 12, 31)),))
    assert end_in_force(moved) == date(2026, 12, 31)
    assert contract_schedule(moved, horizon=HORIZON) == straight_line(D("100000.00"), JAN, APR, "USD")


def test_accepted_milestones_stay_when_a_contract_ends_early() -> None:
    milestones = (
        Milestone(date(2026, 2, 1), D("40000"), date(2026, 2, 10)),
        Milestone(date(2026, 3, 1), D("30000"), date(2026, 3, 20)),
        Milestone(date(2026, 4, 1), D("30000")),
    )
    ended = terms(billing="milestone", milestones=milestones, status="terminated", ended_on=date(2026, 3, 5))
    assert amounts(contract_schedule(ended, horizon=HORIZON)) == ["2026-02 40000.00"]


def test_ten_years_from_a_leap_day() -> None:
    lines = straight_line(D("3653.00"), date(2024, 2, 29), date(2034, 2, 28), "USD")
    assert len(lines) == 121
    assert amounts(lines)[:2] == ["2024-02 1.00", "2024-03 31.00"]
    assert sum(line.amount for line in lines) == D("3653.00")


@pytest.mark.parametrize("end", [date(2026, 1, 14), date(2025, 1, 1)])
def test_an_end_before_the_start_is_refused(end: date) -> None:
    with pytest.raises(ValueError, match="comes before the start"):
        contract_schedule(terms(end=end), horizon=HORIZON)


# --- billing plans ----------------------------------------------------------------------------------------------------


def plan(timing: str, **changes: object) -> list[str]:
    schedule = straight_line(D("100000.00"), JAN, APR, "USD")
    values: dict[str, object] = {
        "timing": timing, "billing": "retainer", "currency": "USD", "start": JAN, "end": APR, "schedule": schedule,
        **changes,
    }  # fmt: skip
    return [f"{due.day} {due.amount}" for due in billing_plan(Plan(**values))]  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ("monthly_advance",
         ["2026-01-15 19767.44", "2026-02-01 32558.14", "2026-03-01 36046.51", "2026-04-01 11627.91"]),
        ("monthly_arrears",
         ["2026-01-31 19767.44", "2026-02-28 32558.14", "2026-03-31 36046.51", "2026-04-10 11627.91"]),
        ("", ["2026-01-31 19767.44", "2026-02-28 32558.14", "2026-03-31 36046.51", "2026-04-10 11627.91"]),
        ("quarterly_advance", ["2026-01-15 88372.09", "2026-04-01 11627.91"]),
        ("quarterly_arrears", ["2026-03-31 88372.09", "2026-04-10 11627.91"]),
        ("upfront", ["2026-01-15 100000.00"]),
        ("completion", ["2026-04-10 100000.00"]),
    ],
)  # fmt: skip
def test_the_plan_follows_the_timing(timing: str, expected: list[str]) -> None:
    assert plan(timing) == expected


def test_milestones_are_billed_when_accepted_and_never_beyond_the_fee() -> None:
    milestones = (Milestone(date(2026, 2, 1), D("90000"), date(2026, 2, 10)), Milestone(date(2026, 3, 1), D("30000")))
    assert plan("milestones", milestones=milestones) == ["2026-02-10 90000.00", "2026-03-01 10000.00"]
    assert plan("", billing="milestone", milestones=milestones[:1]) == ["2026-02-10 90000.00", "2026-04-10 10000.00"]


def test_a_line_by_hand_stands_and_the_others_share_the_rest() -> None:
    by_hand = (Due(date(2026, 1, 20), D("50000.00"), "Deposit", True),)
    # Half of each share, rounded cumulatively: 9,883.72 · 16,279.07 · 18,023.25 · 5,813.96.
    assert plan("monthly_arrears", by_hand=by_hand) == [
        "2026-01-20 50000.00", "2026-01-31 9883.72", "2026-02-28 16279.07", "2026-03-31 18023.25", "2026-04-10 5813.96",
    ]  # fmt: skip
    assert plan("upfront", by_hand=(Due(date(2026, 2, 1), D("100000.00"), "", True),)) == ["2026-02-01 100000.00"]


# --- whatever happens to it, the parts sum to the whole ---------------------------------------------------------------

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD", "EUR"])
DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))
AMOUNTS = st.decimals(min_value=D("-1e9"), max_value=D("1e9"), places=4)
LENGTHS = st.integers(0, 1_500)


@st.composite
def contracts(draw: st.DrawFn) -> Terms:
    """Any contract, any calendar, any order of change orders, ended early or not."""
    start = draw(DAYS)
    end = start + timedelta(days=draw(LENGTHS))
    kind = draw(st.sampled_from(["sow", "change_order"]))
    amount = draw(AMOUNTS)
    moves = draw(
        st.lists(
            st.builds(
                lambda after, length: Move(
                    start + timedelta(days=after), start + timedelta(days=after) + timedelta(days=length)
                ),
                st.integers(-60, 2_000),
                LENGTHS,
            ),
            max_size=4,
        )
    )
    milestones = draw(
        st.lists(
            st.builds(
                Milestone,
                DAYS,
                st.decimals(min_value=D(0), max_value=D("1e8"), places=4),
                st.one_of(st.none(), DAYS),
            ),
            max_size=4,
        )
    )
    ended = draw(st.one_of(st.none(), st.integers(0, 2_000)))
    return Terms(
        kind=kind,
        status="active" if ended is None else "terminated",
        billing=draw(st.sampled_from(["retainer", "milestone", "fixed_fee", ""])),
        currency=draw(CURRENCIES),
        amount=amount if kind == "change_order" else abs(amount),
        start=start,
        end=end,
        milestones=tuple(milestones),
        moves=tuple(draw(st.permutations(moves))),
        ended_on=None if ended is None else start + timedelta(days=ended),
    )


@settings(max_examples=EXAMPLES, deadline=None)
@given(one=contracts())
def test_a_schedule_sums_to_the_amount_whatever_changed_it(one: Terms) -> None:
    assert one.amount is not None
    lines = contract_schedule(one, horizon=HORIZON)
    total, whole = sum((line.amount for line in lines), D(0)), quantise(one.amount, one.currency)
    assert all(line.amount == quantise(line.amount, one.currency) for line in lines)
    assert [line.month for line in lines] == sorted({line.month for line in lines})
    if one.status == "terminated":
        assert one.ended_on is not None
        assert abs(total) <= abs(whole)
        assert all(line.month <= one.ended_on for line in lines)
        if one.billing != "milestone" and one.ended_on >= max([one.end or one.start, *(m.end for m in one.moves)]):
            assert total == whole
    else:
        assert total == whole


@settings(max_examples=EXAMPLES, deadline=None)
@given(one=contracts())
def test_the_order_in_which_change_orders_come_in_changes_nothing(one: Terms) -> None:
    turned = Terms(**{name: getattr(one, name) for name in one.__slots__} | {"moves": tuple(reversed(one.moves))})
    assert contract_schedule(turned, horizon=HORIZON) == contract_schedule(one, horizon=HORIZON)


@settings(max_examples=EXAMPLES, deadline=None)
@given(amount=AMOUNTS, start=DAYS, length=LENGTHS, cut=LENGTHS, currency=CURRENCIES)
def test_what_came_before_a_termination_is_as_it_was(
    amount: D, start: date, length: int, cut: int, currency: str
) -> None:
    end, last = start + timedelta(days=length), start + timedelta(days=cut)
    whole = straight_line(amount, start, end, currency)
    kept = straight_line(amount, start, end, currency, until=last)
    done = [line for line in whole if month_end(line.month) <= last]
    assert kept[: len(done)] == done
    moved = moved_line(amount, start, end, [], currency, until=last)
    assert moved == kept  # the two ways to a schedule are one


TIMINGS = st.sampled_from(
    ["", "monthly_advance", "monthly_arrears", "quarterly_advance", "quarterly_arrears", "upfront", "completion",
     "milestones", "as_worked"]
)  # fmt: skip


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    one=contracts(),
    timing=TIMINGS,
    by_hand=st.lists(st.tuples(DAYS, st.decimals(min_value=D("-1e6"), max_value=D("1e6"), places=2)), max_size=3),
)
def test_a_billing_plan_sums_to_its_schedule(one: Terms, timing: str, by_hand: list[tuple[date, D]]) -> None:
    schedule = contract_schedule(one, horizon=HORIZON)
    hand = [Due(day, quantise(amount, one.currency), "by hand", True) for day, amount in by_hand]
    dues = billing_plan(
        Plan(timing, one.billing, one.currency, one.start, end_in_force(one), schedule, one.milestones, hand)
    )
    if schedule:
        assert sum((due.amount for due in dues), D(0)) == sum(line.amount for line in schedule)
        assert sum(by_month(dues).values(), D(0)) == sum(line.amount for line in schedule)
    assert [due for due in dues if due.by_hand] == sorted(hand)
    assert dues == sorted(dues)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    fees=st.lists(st.decimals(min_value=D(0), max_value=D("1e9"), places=3), min_size=1, max_size=4),
    costs=st.lists(st.decimals(min_value=D(0), max_value=D("1e8"), places=4), min_size=1, max_size=6),
    to_go=st.decimals(min_value=D(0), max_value=D("1e9"), places=4),
    currency=CURRENCIES,
)
def test_the_parts_of_a_fixed_fee_sum_to_it_at_any_progress(
    fees: list[D], costs: list[D], to_go: D, currency: str
) -> None:
    first = date(2026, 1, 1)
    cost = tuple(Line(month_add(first, number), amount) for number, amount in enumerate(costs))
    through = month_add(first, len(costs) - 1)

    def facts(fee: D, **more: object) -> Facts:
        kind = "change_order" if not more else "sow"
        return Facts(kind, "active", "fixed_fee", currency, first, fee, **more)  # type: ignore[arg-type]  # a table

    family = [facts(fees[0], cost=cost, estimates=(Line(through, to_go),)), *(facts(fee) for fee in fees[1:])]
    found = earned(family[0], through, orders=family[1:])
    spent = sum(costs, D(0))
    if not spent + to_go:
        assert {one.recognised for one in found} == {None}
        return
    parts = [one.recognised or D(0) for one in found]
    whole = quantise(sum(fees, D(0)), currency)
    assert sum(parts) == sum(parts, D(0)).quantize(D(1).scaleb(-minor_places(currency)))
    assert D(0) <= sum(parts) <= whole
    if not to_go and spent:
        assert sum(parts) == whole
    for one, fee in zip(found, fees, strict=True):
        assert (one.recognised or D(0)) + (one.backlog or D(0)) == quantise(fee, currency)
    if spent + to_go > sum(fees):
        assert found[0].expected_loss == max(D(0), quantise(spent + to_go - sum(fees, D(0)), currency))


def test_each_month_of_a_plan_is_counted_once() -> None:
    dues = [Due(date(2026, 1, 1), D(1), ""), Due(date(2026, 1, 31), D(2), ""), Due(date(2026, 2, 1), D(4), "")]
    assert by_month(dues) == {month_of(JAN): D(3), date(2026, 2, 1): D(4)}
