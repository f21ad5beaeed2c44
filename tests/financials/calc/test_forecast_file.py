"""Inputs written, read and computed again: the same cents."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from random import Random

from financials.calc.forecast import Contract, ForecastInputs, LedgerCell, Opportunity, Override, compute
from financials.calc.forecast_file import digest_of, read_inputs, write_inputs
from financials.calc.schedule import Milestone, Move, Terms

NOV = date(2026, 11, 1)


def book(seed: int) -> ForecastInputs:
    """Two clients with every kind of field, in any order."""
    dice = Random(seed)
    ledger = [
        LedgerCell(client, number, date(2025 + n // 12, n % 12 + 1, 1), "USD", D(1000 + 7 * n) / 3)
        for client in ("1", "2")
        for number in ("", "S-1")
        for n in range(3, 22)
    ]
    ledger = [cell._replace(net_revenue=cell.net_revenue.quantize(D("0.0001"))) for cell in ledger]
    milestones = (Milestone(date(2026, 12, 5), D("5000.00")), Milestone(date(2026, 11, 5), D(100), date(2026, 11, 6)))
    moved = (Move(date(2026, 6, 1), date(2027, 3, 31)),)
    year = (date(2026, 1, 1), date(2026, 12, 31))
    contracts = [
        Contract(
            "1", "S-1", Terms("sow", "active", "retainer", "USD", D("120000.0000"), *year, moves=moved),
            renewal="auto", probability=D("0.850000"), uplift="cpi:0.02:0.04", service_line="Media",
        ),
        Contract("1", "S-2", Terms("sow", "signed", "milestone", "EUR", D(9000), NOV, date(2027, 2, 1), milestones)),
        Contract("1", "C-1", Terms("change_order", "active", "", "USD", D(-50), NOV, date(2026, 12, 31)), parent="S-1"),
        Contract(
            "2", "E-1", Terms("sow", "terminated", "retainer", "USD", D(5000), date(2025, 1, 1), None,
                              ended_on=date(2027, 1, 10)), renewal="evergreen", opportunity="D-9", successor="E-2",
        ),
    ]  # fmt: skip
    deals = [
        Opportunity("1", "D-1", "Proposal", "commit", D(120000), "USD", D("0.4"), NOV, date(2027, 1, 1), 3, "", "S-9"),
        Opportunity("2", "D-2", "Idea", "", None, "", None, None),
        Opportunity("2", "D-3", "Idea", "", D(9000), "EUR", D("0.4"), NOV, own=D("0.3"), usual=D("0.5")),
    ]
    overrides = [
        Override("1", "7", "director", NOV, date(2027, 1, 1), "USD", amount=D("50000.0000")),
        Override("1", "8", "manager", NOV, NOV, "USD", delta=D("-10")),
    ]
    for several in (ledger, contracts, deals):
        dice.shuffle(several)
    return ForecastInputs(
        ledger, contracts, deals, NOV, through=date(2026, 12, 1), fiscal_starts={"1": 4, "2": 1},
        renewal_rates={"fixed": D("0.6")}, readings={"cpi": D("0.031")}, overrides=overrides,
        rates={("EUR", "USD"): D("1.0845"), ("USD", "EUR"): D("0.922")},
    )  # fmt: skip


def test_a_run_read_back_gives_the_same_cents() -> None:
    inputs = book(1)
    texts = write_inputs(inputs)
    whole = compute(inputs)
    assert sorted(texts) == ["1", "2"]
    for client, text in texts.items():
        again = compute(read_inputs(text))
        assert again.rows == [row for row in whole.rows if row.client == client]
        assert again.left_out == [one for one in whole.left_out if one.client == client]
    assert {row.layer for row in whole.rows} == {
        "recognised", "contracted", "renewal", "commit", "pipeline", "run_rate", "override"
    }  # fmt: skip


def test_the_text_does_not_depend_on_the_order() -> None:
    texts = [write_inputs(book(seed)) for seed in (1, 2, 3)]
    assert texts[0] == texts[1] == texts[2]
    assert digest_of("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"


def test_reading_and_writing_again_changes_nothing() -> None:
    for text in write_inputs(book(1)).values():
        ((_, again),) = write_inputs(read_inputs(text)).items()
        assert again == text
