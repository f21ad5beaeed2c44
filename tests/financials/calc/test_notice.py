from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from financials.calc.notice import (
    InvalidUplift,
    Uplift,
    checkpoints,
    next_checkpoint,
    notice_deadline,
    parse_uplift,
)

ENGLAND_2026 = {date(2026, 12, 25), date(2026, 12, 28), date(2026, 8, 31)}


@pytest.mark.parametrize(
    ("term_end", "days", "deadline"),
    [
        (date(2026, 12, 31), 90, date(2026, 10, 2)),
        (date(2027, 2, 28), 60, date(2026, 12, 30)),
        (date(2024, 3, 1), 1, date(2024, 2, 29)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
    ],
)
def test_calendar_days(term_end: date, days: int, deadline: date) -> None:
    assert notice_deadline(term_end, days, "calendar", ENGLAND_2026) == deadline


def test_business_days_skip_weekends_and_holidays() -> None:
    assert notice_deadline(date(2026, 12, 31), 30, "business", ENGLAND_2026) == date(2026, 11, 17)
    assert notice_deadline(date(2026, 12, 31), 30, "business") == date(2026, 11, 19)
    assert notice_deadline(date(2026, 11, 23), 1, "business") == date(2026, 11, 20)
    assert notice_deadline(date(2026, 11, 22), 0, "business") == date(2026, 11, 22)


def test_a_negative_notice_period_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        notice_deadline(date(2026, 12, 31), -1, "calendar")


def test_checkpoints_count_back_from_the_notice_deadline() -> None:
    assert checkpoints(date(2026, 10, 2)) == [
        (180, date(2026, 4, 5)),
        (120, date(2026, 6, 4)),
        (90, date(2026, 7, 4)),
        (60, date(2026, 8, 3)),
        (30, date(2026, 9, 2)),
    ]
    assert next_checkpoint(date(2026, 10, 2), date(2026, 6, 5)) == (90, date(2026, 7, 4))
    assert next_checkpoint(date(2026, 10, 2), date(2026, 7, 4)) == (90, date(2026, 7, 4))
    assert next_checkpoint(date(2026, 10, 2), date(2026, 9, 3)) is None


@pytest.mark.parametrize(
    ("text", "reading", "value"),
    [
        ("cpi:0.02:0.04", D("0.062"), D("249600.00")),
        ("cpi:0.02:0.04", D("0.011"), D("244800.00")),
        ("cpi:0.02:0.04", D("0.03"), D("247200.00")),
        ("CPI::0.04", D("-0.01"), D("237600.00")),
        ("cpi:0.02:", D("0.062"), D("254880.00")),
        ("0.03", None, D("247200.00")),
        ("0", None, D("240000.00")),
    ],
)
def test_the_value_after_an_uplift(text: str, reading: D | None, value: D) -> None:
    uplift = parse_uplift(text)
    assert uplift is not None
    assert uplift.applied(D("240000.00"), "USD", reading) == value


def test_an_index_not_yet_known_leaves_the_value_unknown() -> None:
    uplift = parse_uplift(" cpi:0.02:0.04 ")
    assert uplift == Uplift(index="cpi", floor=D("0.02"), cap=D("0.04"))
    assert uplift.applied(D("240000.00"), "USD") is None


def test_no_uplift_is_unknown() -> None:
    assert parse_uplift("  ") is None


@pytest.mark.parametrize(
    "text", ["3%", "60", "-0.01", "cpi", "cpi:0.02", ":0.02:0.04", "cpi:2:4", "cpi:a:b", "nan", "1:2:3:4"]
)
def test_what_is_not_an_uplift(text: str) -> None:
    with pytest.raises(InvalidUplift, match="fraction"):
        parse_uplift(text)


def test_a_floor_above_its_cap_is_refused() -> None:
    with pytest.raises(InvalidUplift, match="floor above its cap"):
        parse_uplift("cpi:0.05:0.04")
