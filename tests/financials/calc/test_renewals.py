"""What follows a term: worked by hand from docs/definitions.md#renewal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from financials.calc.forecast import Contract, ForecastInputs, ForecastRow, LedgerCell, Opportunity, compute
from financials.calc.renewals import Renewable, own_rates, renewed_terms, uplift_rate
from financials.calc.schedule import Terms

NOV = date(2026, 11, 1)


def contract(number: str = "S-1", **changes: Any) -> Contract:
    links: dict[str, Any] = {
        name: changes.pop(name)
        for name in ("renewal", "probability", "uplift", "successor", "service_line", "opportunity", "client")
        if name in changes
    }
    values: dict[str, Any] = {
        "kind": "sow",
        "status": "active",
        "billing": "retainer",
        "currency": "USD",
        "amount": D(240000),
        "start": date(2026, 1, 1),
        "end": date(2026, 12, 31),
    }
    linked: dict[str, Any] = {"client": "HALDEN", "renewal": "auto", **links}
    return Contract(number=number, terms=Terms(**values | changes), **linked)


def deal(**changes: Any) -> Opportunity:
    values: dict[str, Any] = {
        "client": "HALDEN",
        "key": "D-1",
        "stage": "Proposal",
        "category": "commit",
        "amount": D(120000),
        "currency": "USD",
        "probability": D("0.5"),
        "close_on": date(2026, 12, 1),
        "delivery_start": date(2027, 1, 1),
        "delivery_months": 12,
        "renews": "S-1",
    }
    return Opportunity(**values | changes)


def run(
    contracts: list[Contract], deals: list[Opportunity] | None = None, open_month: date = NOV, **more: Any
) -> list[ForecastRow]:
    return compute(ForecastInputs([], contracts, deals or [], open_month, **more)).rows


def year(rows: list[ForecastRow], layer: str, of: int = 2027) -> D:
    return sum((row.amount for row in rows if row.layer == layer and row.month.year == of), D(0))


def test_the_worked_uplift_times_the_chance() -> None:
    """240,000, index 6.2% capped at 4% → 249,600.00; automatic, 0.90 → 224,640.00 over 2027."""
    rows = run([contract(uplift="cpi:0.02:0.04")], readings={"cpi": D("0.062")})
    renewal = [row for row in rows if row.layer == "renewal" and row.month.year == 2027]
    assert sum(row.amount for row in renewal) == D("224640.00")
    assert (renewal[0].month, renewal[0].contract, len(renewal)) == (date(2027, 1, 1), "S-1", 12)
    assert renewal[0].amount == D("19079.01")  # 224,640 × 31 ÷ 365
    low = run([contract(uplift="cpi:0.02:0.04")], readings={"cpi": D("0.011")})
    assert year(low, "renewal") == D("220320.00")  # 244,800.00 × 0.90


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("fixed", "168000.00"), ("auto", "216000.00"), ("", "0.00")],
    ids=["fixed", "auto", "project"],
)
def test_the_usual_chances(kind: str, expected: str) -> None:
    assert year(run([contract(renewal=kind)]), "renewal") == D(expected)


def test_the_contracts_own_chance_comes_first_then_history_then_the_usual() -> None:
    assert year(run([contract(probability=D("0.25"))], renewal_rates={"auto": D("0.8")}), "renewal") == D("60000.00")
    assert year(run([contract()], renewal_rates={"auto": D("0.8")}), "renewal") == D("192000.00")
    assert year(run([contract(renewal="", probability=D("0.25"))]), "renewal") == D("60000.00")


def test_history_counts_from_twenty_ended_terms_on() -> None:
    assert own_rates({"fixed": (15, 20), "auto": (18, 19)}) == {"fixed": D("0.75")}


def test_an_evergreen_is_contracted_for_its_year_and_renews_for_the_next() -> None:
    rows = run([contract(renewal="evergreen", end=None, start=date(2026, 4, 1), amount=D(365000))])
    assert [row.month for row in rows if row.layer == "contracted"][-1] == date(2027, 3, 1)
    renewal = [row for row in rows if row.layer == "renewal"]
    assert (renewal[0].month, renewal[-1].month) == (date(2027, 4, 1), date(2028, 4, 1))
    # 365,000 × 0.97 = 354,050 over the 366 days from 1 April 2027; then 0.97² from 1 April 2028 on.
    assert renewal[0].amount == D("29020.49")
    assert sum(row.amount for row in renewal[:12]) == D("354050.00")
    assert renewal[12].amount == D("28227.00")  # 365,000 × 0.9409 = 343,428.50 × 30 ÷ 365


def test_each_further_term_costs_the_chance_again() -> None:
    """Ends 30 November: December to November at 0.7, the December after at 0.49."""
    rows = run([contract(renewal="fixed", start=date(2025, 12, 1), end=date(2026, 11, 30), amount=D(365000))])
    assert year(rows, "renewal", 2026) + year(rows, "renewal", 2027) - _month(rows, date(2027, 12, 1)) == D("255500.00")
    assert _month(rows, date(2027, 12, 1)) == D("15148.50")  # 178,850.00 × 31 ÷ 366


def _month(rows: list[ForecastRow], month: date) -> D:
    return sum((row.amount for row in rows if row.layer == "renewal" and row.month == month), D(0))


def test_a_term_under_a_year_renews_whole_terms_to_a_year_at_least() -> None:
    one = Renewable(contract(start=date(2026, 7, 1), end=date(2026, 12, 31)).terms, "fixed")
    terms = renewed_terms(
        one, open_month=NOV, last_open=NOV, last=date(2028, 4, 1), rates={}, readings={}
    )  # fmt: skip
    assert [(term.first, term.last, term.amount, term.chance) for term in terms] == [
        (date(2027, 1, 1), date(2027, 12, 31), D(480000), D("0.70")),
        (date(2028, 1, 1), date(2028, 12, 31), D(480000), D("0.4900")),
    ]


def test_terms_of_odd_days_follow_each_other_day_by_day() -> None:
    one = Renewable(contract(start=date(2026, 1, 15), end=date(2027, 1, 31)).terms, "fixed")
    first, second = renewed_terms(one, open_month=NOV, last_open=NOV, last=date(2028, 4, 1), rates={}, readings={})
    assert (first.first, first.last, second.first) == (date(2027, 2, 1), date(2028, 2, 17), date(2028, 2, 18))


@pytest.mark.parametrize("status", ["draft", "negotiation", "terminated"])
def test_what_is_not_in_force_does_not_renew(status: str) -> None:
    assert year(run([contract(status=status)]), "renewal") == 0


def test_change_orders_and_frames_do_not_renew() -> None:
    assert year(run([contract(kind="change_order")]), "renewal") == 0
    assert year(run([contract(kind="msa")]), "renewal") == 0


def test_a_fixed_term_that_ended_in_a_closed_month_has_had_its_chance() -> None:
    assert run([contract(renewal="fixed", end=date(2026, 10, 31), status="completed")]) == []
    within = run([contract(renewal="fixed", end=date(2026, 11, 15), status="completed")])
    assert {row.layer for row in within} >= {"renewal"}
    assert min(row.month for row in within if row.layer == "renewal") == date(2026, 12, 1)


def test_an_automatic_term_begun_in_a_closed_month_is_contracted() -> None:
    rows = run([contract(start=date(2025, 10, 1), end=date(2026, 9, 30), amount=D(365000))])
    assert [row.layer for row in rows if row.month == date(2026, 12, 1)] == ["contracted"]
    assert [row.amount for row in rows if row.month == date(2026, 12, 1)] == [D("31000.00")]
    assert [row.layer for row in rows if row.month == date(2027, 10, 1)] == ["renewal"]


def test_a_signed_successor_takes_the_place() -> None:
    old = contract(service_line="Media")
    named = [contract(successor="S-2"), contract("S-2", start=date(2027, 1, 1), end=date(2027, 12, 31), renewal="")]
    assert year(run(named), "renewal") == 0
    same_work = contract("S-2", start=date(2027, 1, 1), end=date(2027, 12, 31), renewal="", service_line="Media")
    assert year(run([old, same_work]), "renewal") == 0
    other_work = contract("S-2", start=date(2027, 1, 1), end=date(2027, 12, 31), renewal="", service_line="Brand")
    assert year(run([old, other_work]), "renewal") == D("216000.00")
    unsigned = contract("S-2", start=date(2027, 1, 1), renewal="", service_line="Media", status="draft")
    assert year(run([old, unsigned]), "renewal") == D("216000.00")


def test_one_contract_follows_one() -> None:
    two = [contract("S-1", service_line="Media"), contract("S-2", service_line="Media")]
    new = contract("S-3", start=date(2027, 1, 1), end=date(2027, 12, 31), renewal="", service_line="Media")
    renewal = {row.contract for row in run([*two, new]) if row.layer == "renewal"}
    assert renewal == {"S-2"}


def test_an_open_renewal_deal_replaces_the_implicit_one() -> None:
    rows = run([contract()], [deal()])
    assert year(rows, "renewal") == 0
    assert year(rows, "commit") == D("60000.00")


def test_a_lost_renewal_leaves_nothing() -> None:
    assert year(run([contract()], [deal(stage="Lost")]), "renewal") == 0


@pytest.mark.parametrize("changes", [{"amount": None}, {"category": "omitted"}, {"stage": "Won"}])
def test_a_deal_in_no_layer_leaves_the_expectation_standing(changes: dict[str, Any]) -> None:
    assert year(run([contract()], [deal(**changes)]), "renewal") == D("216000.00")


def test_once_signed_the_deal_becomes_the_contract_and_nothing_is_counted_twice() -> None:
    new = contract("S-2", amount=D(130000), start=date(2027, 1, 1), end=date(2027, 12, 31), renewal="")
    rows = run([contract(), new], [deal(stage="Won", contract="S-2")])
    assert {layer: year(rows, layer) for layer in ("renewal", "commit", "contracted")} == {
        "renewal": D(0),
        "commit": D(0),
        "contracted": D("130000.00"),
    }


def test_an_index_without_a_reading_adds_its_floor() -> None:
    assert uplift_rate("cpi:0.02:0.04", {}) == D("0.02")
    assert uplift_rate("cpi::", {}) == D(0)
    assert uplift_rate("0.03", {}) == D("0.03")
    assert uplift_rate("", {}) == D(0)
    assert uplift_rate("as agreed", {}) == D(0)


def test_an_open_month_holds_no_renewal() -> None:
    rows = run([contract(end=date(2026, 11, 10), start=date(2025, 11, 11))], through=NOV)
    assert min(row.month for row in rows if row.layer == "renewal") == date(2026, 12, 1)


def test_the_ledger_of_the_term_that_renewed_by_itself_is_not_run_rate_too() -> None:
    """20,000 a month billed on after a term that renews by itself: contracted, and nothing beyond it."""
    history = [LedgerCell("HALDEN", "S-1", date(2026, month, 1), "USD", D(20000)) for month in range(1, 11)]
    one = contract(start=date(2025, 1, 1), end=date(2025, 12, 31), amount=D(240000))
    rows = compute(ForecastInputs(history, [one], [], NOV)).rows
    december = {row.layer: row.amount for row in rows if row.month == date(2026, 12, 1)}
    assert december["contracted"] == D("20383.56")
    assert abs(december.get("run_rate", D(0))) < 1500
