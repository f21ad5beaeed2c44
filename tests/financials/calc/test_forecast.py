from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from financials.calc.forecast import (
    Contract,
    ForecastInputs,
    ForecastRow,
    LedgerCell,
    LeftOut,
    Opportunity,
    compute,
    delivery_span,
    is_closed,
    weighted,
)
from financials.calc.schedule import Terms

SEP, OCT, NOV, DEC = (date(2026, month, 1) for month in range(9, 13))


def contract(number: str = "SOW-1", amount: str | None = "1200.00", **changes: object) -> Contract:
    """A calendar-2026 retainer of 100 or so a month; change orders and others by keyword."""
    values: dict[str, object] = {
        "kind": "sow",
        "status": "signed",
        "billing": "milestone",
        "currency": "USD",
        "start": date(2026, 11, 1),
        "end": date(2026, 12, 31),
    }
    links = {name: changes.pop(name) for name in ("client", "parent", "opportunity") if name in changes}
    terms = Terms(amount=None if amount is None else D(amount), **values | changes)  # type: ignore[arg-type]  # a table
    return Contract(number=number, terms=terms, **{"client": "HALDEN"} | links)  # type: ignore[arg-type]


def deal(key: str = "D1", **changes: object) -> Opportunity:
    values: dict[str, object] = {
        "client": "HALDEN",
        "stage": "Proposal",
        "category": "commit",
        "amount": D(120000),
        "currency": "USD",
        "probability": D("0.40"),
        "close_on": date(2026, 8, 20),
        "delivery_start": date(2026, 9, 1),
        "delivery_months": 3,
        **changes,
    }
    return Opportunity(key=key, **values)  # type: ignore[arg-type]  # a test's keyword table


def booked(
    month: date, amount: str, contract: str = "SOW-1", client: str = "HALDEN", currency: str = "USD"
) -> LedgerCell:
    return LedgerCell(client, contract, month, currency, D(amount))


def run(
    ledger: list[LedgerCell] | None = None,
    contracts: list[Contract] | None = None,
    deals: list[Opportunity] | None = None,
    open_month: date = NOV,
    **options: object,
) -> list[ForecastRow]:
    inputs = ForecastInputs(ledger or [], contracts or [], deals or [], open_month, **options)  # type: ignore[arg-type]
    return compute(inputs).rows


def brief(rows: list[ForecastRow]) -> list[tuple[str, date, D]]:
    return [(row.layer, row.month, row.amount) for row in rows]


def test_pipeline_is_weighted_and_phased_over_the_delivery() -> None:
    assert run(deals=[deal()], open_month=date(2026, 8, 1)) == [
        ForecastRow("HALDEN", "", "D1", SEP, "commit", "USD", D("15824.18")),
        ForecastRow("HALDEN", "", "D1", OCT, "commit", "USD", D("16351.64")),
        ForecastRow("HALDEN", "", "D1", NOV, "commit", "USD", D("15824.18")),
    ]


def test_pipeline_falls_in_months_after_the_open_one() -> None:
    assert brief(run(deals=[deal()], open_month=SEP)) == [
        ("commit", OCT, D("16351.64")),
        ("commit", NOV, D("15824.18")),
    ]
    assert run(deals=[deal()], open_month=NOV) == []


def test_the_defaults_of_delivery() -> None:
    assert delivery_span(deal(delivery_start=None, delivery_months=None)) == (date(2026, 9, 1), date(2027, 8, 31))
    assert delivery_span(deal(delivery_start=date(2026, 1, 31), delivery_months=1)) == (
        date(2026, 1, 31),
        date(2026, 2, 27),
    )
    assert delivery_span(deal(delivery_start=None, close_on=None)) is None


def test_closed_months_hold_the_ledger_only() -> None:
    signed = contract(start=date(2026, 9, 1), end=date(2026, 12, 31), amount="12200.00", billing="retainer")
    rows = run([booked(SEP, "2500.00"), booked(OCT, "2900.00"), booked(OCT, "-100.00")], [signed])
    assert brief(rows) == [
        ("recognised", SEP, D("2500.00")),
        ("recognised", OCT, D("2800.00")),
        ("contracted", NOV, D("3000.00")),
        ("contracted", DEC, D("3100.00")),
    ]


def test_the_open_month_holds_the_ledger_and_what_the_schedule_has_beyond_it() -> None:
    signed = contract(start=NOV, end=date(2026, 11, 30), amount="1000.00")
    assert brief(run([booked(NOV, "400.00")], [signed])) == [
        ("recognised", NOV, D("400.00")),
        ("contracted", NOV, D("600.00")),
    ]
    assert brief(run([booked(NOV, "1400.00")], [signed])) == [("recognised", NOV, D("1400.00"))]


def test_one_contract_over_its_schedule_does_not_use_up_another() -> None:
    two = [contract("SOW-1", "1000.00", end=date(2026, 11, 30)), contract("SOW-2", "1000.00", end=date(2026, 11, 30))]
    rows = run([booked(NOV, "1500.00", "SOW-1")], two)
    assert [(row.contract, row.layer, row.amount) for row in rows] == [
        ("SOW-1", "recognised", D("1500.00")),
        ("SOW-2", "contracted", D("1000.00")),
    ]


def test_a_change_order_is_billed_with_its_sow() -> None:
    november = {"end": date(2026, 11, 30), "start": NOV}
    tree = [
        contract("MSA-1", None, kind="msa"),
        contract("SOW-1", "1000.00", parent="MSA-1", **november),
        contract("CO-1", "-200.00", kind="change_order", parent="SOW-1", **november),
        contract("CO-2", "50.00", kind="change_order", parent="CO-1", **november),
    ]
    rows = run([booked(NOV, "800.00", "SOW-1")], tree)
    assert [(row.contract, row.layer, row.amount) for row in rows] == [
        ("SOW-1", "recognised", D("800.00")),
        ("SOW-1", "contracted", D("50.00")),
    ]


def test_a_loop_of_parents_ends() -> None:
    loop = [contract("CO-1", parent="CO-2", kind="change_order"), contract("CO-2", parent="CO-1", kind="change_order")]
    assert sum(row.amount for row in run(contracts=loop)) == D("2400.00")


def test_revenue_that_names_no_contract_is_set_against_what_is_left() -> None:
    two = [contract("SOW-1", "900.00", end=date(2026, 11, 30)), contract("SOW-2", "300.00", end=date(2026, 11, 30))]
    rows = run([booked(NOV, "400.00", "")], two)
    assert [(row.contract, row.layer, row.amount) for row in rows] == [
        ("", "recognised", D("400.00")),
        ("SOW-1", "contracted", D("600.00")),
        ("SOW-2", "contracted", D("200.00")),
    ]
    assert sum(row.amount for row in run([booked(NOV, "1300.00", "")], two)) == D("1300.00")


def test_another_currency_or_client_uses_up_nothing() -> None:
    one = [contract("SOW-1", "900.00", end=date(2026, 11, 30))]
    rows = run([booked(NOV, "400.00", currency="EUR"), booked(NOV, "70.00", "", client="ALDER")], one)
    assert [(row.client, row.layer, row.currency, row.amount) for row in rows] == [
        ("ALDER", "recognised", "USD", D("70.00")),
        ("HALDEN", "recognised", "EUR", D("400.00")),
        ("HALDEN", "contracted", "USD", D("900.00")),
    ]


def test_every_month_still_open_follows_the_same_rule() -> None:
    signed = contract(start=OCT, end=date(2026, 12, 31), amount="920.00", billing="retainer")
    rows = run([booked(OCT, "310.00"), booked(NOV, "100.00")], [signed], [deal(delivery_start=OCT)], OCT, through=NOV)
    assert brief(rows) == [
        ("recognised", OCT, D("310.00")),
        ("recognised", NOV, D("100.00")),
        ("contracted", NOV, D("200.00")),
        ("contracted", DEC, D("310.00")),
        ("commit", DEC, D("16173.91")),
    ]


def recognised(ledger: list[LedgerCell], **options: object) -> list[date]:
    return [row.month for row in run(ledger, **options) if row.layer == "recognised"]  # type: ignore[arg-type]


def test_the_ledger_is_shown_from_the_start_of_the_year() -> None:
    months = [date(2025, 3, 1), date(2025, 4, 1), date(2025, 12, 1), date(2026, 1, 1), NOV, DEC]
    ledger = [booked(month, "1.00") for month in months]
    assert recognised(ledger) == [date(2026, 1, 1), NOV]
    # A fiscal year from December began after January; one from April 2026 too; the calendar year is always whole.
    assert recognised(ledger, fiscal_starts={"HALDEN": 4}) == [date(2026, 1, 1), NOV]
    february = recognised(ledger, open_month=date(2026, 2, 1), fiscal_starts={"HALDEN": 4})
    assert february == [date(2025, 4, 1), date(2025, 12, 1), date(2026, 1, 1)]


def test_the_horizon_counts_the_open_month() -> None:
    rows = run(contracts=[contract(end=None, billing="retainer")])
    assert (rows[0].month, rows[-1].month, len(rows)) == (NOV, date(2028, 4, 1), 18)
    late_close = run(contracts=[contract(end=None, billing="retainer")], open_month=OCT, through=DEC)
    assert (late_close[0].month, late_close[-1].month) == (NOV, date(2028, 5, 1))


@pytest.mark.parametrize("status", ["draft", "review", "negotiation", "terminated", "expired"])
def test_contracts_not_in_force_are_not_contracted(status: str) -> None:
    assert run(contracts=[contract(status=status)]) == []


def test_a_deal_whose_contract_is_signed_leaves_the_pipeline() -> None:
    open_deal = deal(delivery_start=DEC, delivery_months=1)
    assert [row.layer for row in run(deals=[open_deal])] == ["commit"]
    by_number = deal(delivery_start=DEC, delivery_months=1, contract="SOW-1")
    assert [row.layer for row in run(contracts=[contract()], deals=[by_number])] == ["contracted", "contracted"]
    assert [row.layer for row in run(contracts=[contract(opportunity="D1")], deals=[open_deal])] == [
        "contracted",
        "contracted",
    ]
    assert [row.layer for row in run(contracts=[contract(status="negotiation")], deals=[by_number])] == ["commit"]
    assert run(contracts=[contract(status="expired")], deals=[by_number]) == []


def test_what_no_layer_holds_is_counted() -> None:
    deals = [
        deal("D1", amount=None),
        deal("D2", probability=None),
        deal("D3", close_on=None, delivery_start=None),
        deal("D4", stage="Won"),
        deal("D5", stage=" LOST "),
        deal("D6", category="omitted"),
        deal("D7", stage="won", contract="SOW-1"),
        deal("A1", client="ALDER", amount=None),
    ]
    result = compute(ForecastInputs([], [contract()], deals, NOV))
    assert [row.layer for row in result.rows] == ["contracted", "contracted"]
    assert result.left_out == [
        LeftOut("ALDER", "A1", "unpriced"),
        LeftOut("HALDEN", "D1", "unpriced"),
        LeftOut("HALDEN", "D2", "unpriced"),
        LeftOut("HALDEN", "D3", "undated"),
        LeftOut("HALDEN", "D4", "won without contract"),
    ]


def test_a_deal_without_category_is_pipeline() -> None:
    assert [row.layer for row in run(deals=[deal(category="", delivery_start=DEC)])] == ["pipeline"] * 3


def test_stages_and_weights() -> None:
    assert is_closed("WON")
    assert is_closed(" lost ")
    assert not is_closed("Engaging")
    assert weighted(D("100.10"), D("0.25"), "USD") == D("25.02")


def test_rows_are_in_a_stable_order_and_zero_is_left_out() -> None:
    deals = [
        deal("D2", category="pipeline", delivery_start=DEC, delivery_months=1),
        deal("D1", category="best_case", delivery_start=DEC, delivery_months=1),
        deal("D0", delivery_start=DEC, delivery_months=1, probability=D(0)),
    ]
    rows = run([booked(NOV, "5.00"), booked(OCT, "0.00")], [contract(start=DEC, amount="31.00")], deals)
    assert [(row.month, row.layer, row.amount) for row in rows] == [
        (NOV, "recognised", D("5.00")),
        (DEC, "contracted", D("31.00")),
        (DEC, "best_case", D("48000.00")),
        (DEC, "pipeline", D("48000.00")),
    ]


months = st.integers(0, 22).map(lambda n: date(2025 + (n + 3) // 12, (n + 3) % 12 + 1, 1))
cells = st.builds(
    LedgerCell,
    st.sampled_from("AB"),
    st.sampled_from(["", "S1", "C1", "gone"]),
    months,
    st.sampled_from(["USD", "EUR"]),
    st.decimals(min_value=-1000, max_value=1000, places=2),
)


@settings(max_examples=100)
@given(ledger=st.lists(cells, max_size=25), seed=st.integers(0, 1000), change=st.integers(-900, 900))
def test_no_order_matters_and_no_more_is_to_come_than_was_scheduled(
    ledger: list[LedgerCell], seed: int, change: int
) -> None:
    november = {"client": "A", "start": NOV, "end": date(2026, 11, 30)}
    contracts = [
        contract("S1", "500.00", **november),
        contract("C1", f"{change}.00", kind="change_order", parent="S1", **november),
        contract("S2", "250.00", **november),
    ]
    deals = [
        deal("D1", client="A", delivery_start=DEC),
        deal("D2", client="B", delivery_start=DEC, category="pipeline"),
    ]
    plain = run(ledger, contracts, deals)
    random = Random(seed)
    mixed = ForecastInputs(
        random.sample(ledger, len(ledger)), random.sample(contracts, 3), random.sample(deals, 2), NOV
    )
    assert compute(mixed).rows == plain

    this_year = [cell for cell in ledger if date(2026, 1, 1) <= cell.month <= NOV]
    recognised = sum((row.amount for row in plain if row.layer == "recognised"), D(0))
    assert recognised == sum((cell.net_revenue for cell in this_year), D(0))
    phased = [row.amount for row in plain if row.layer in ("commit", "pipeline")]
    assert sum(phased) == D("96000.00")
    to_come = [row.amount for row in plain if row.layer == "contracted"]
    assert all(amount > 0 for amount in to_come)
    booked_less = sum((-cell.net_revenue for cell in this_year if cell.net_revenue < 0), D(0))
    assert sum(to_come) <= 250 + max(0, 500 + change) + booked_less
