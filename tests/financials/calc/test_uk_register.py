"""Every valued contract of the United Kingdom's register, as published: its schedule sums exactly, whatever changed."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal as D
from pathlib import Path
from typing import NamedTuple

import pytest

from common.money import is_currency, quantise
from financials.calc.billing import Plan, billing_plan
from financials.calc.schedule import Move, Terms, contract_schedule

ROOT = Path(__file__).resolve().parents[3]
FOUND = [folder / "shared" / "data" / "uk_contracts_finder_ocds" / "contracts_register.csv" for folder in ROOT.parents]
REGISTER = next((path for path in FOUND if path.is_file()), None)
HORIZON = date(2199, 12, 1)


class Published(NamedTuple):
    amount: D
    currency: str
    start: date
    end: date


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def published() -> list[Published]:
    assert REGISTER is not None
    rows = []
    with REGISTER.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            start, end = _day(row["contract_start"]), _day(row["contract_end"])
            value, currency = (row["award_value"] or row["tender_value"]).strip(), row["currency"].strip()
            if start and end and start <= end and value and is_currency(currency):
                rows.append(Published(D(value), currency, start, end))
    return rows


@pytest.mark.skipif(REGISTER is None, reason="the register is not beside this checkout")
def test_every_schedule_of_the_register_sums_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    rows = published()
    assert rows
    for one in rows:
        terms = Terms("sow", "active", "retainer", one.currency, one.amount, one.start, one.end)
        whole = quantise(one.amount, one.currency)
        lines = contract_schedule(terms, horizon=HORIZON)
        assert sum((line.amount for line in lines), D(0)) == whole, one
        dues = billing_plan(Plan("quarterly_advance", "retainer", one.currency, one.start, one.end, lines))
        assert sum((due.amount for due in dues), D(0)) == whole, one
        half = one.start + timedelta(days=(one.end - one.start).days // 2)
        moved = contract_schedule(
            Terms(
                "sow", "active", "retainer", one.currency, one.amount, one.start, one.end,
                moves=(Move(half, one.end + timedelta(days=90)),),
            ),
            horizon=HORIZON,
        )  # fmt: skip
        assert sum((line.amount for line in moved), D(0)) == whole, one
    with capsys.disabled():
        print(f"\n{len(rows):,} schedules of the register sum exactly, also in billing and with the end moved")
