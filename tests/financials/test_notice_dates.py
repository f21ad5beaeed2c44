"""Forty notice deadlines worked by hand on the calendar, and what runs on or has no end."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from financials.calc.notice import earliest_end, notice_deadline, term_under_way, window_of
from financials.queries.inputs import local_day
from financials.queries.renewals import holidays_of

CALENDAR = [
    (date(2026, 12, 31), 90, date(2026, 10, 2)),
    (date(2027, 2, 28), 60, date(2026, 12, 30)),
    (date(2026, 12, 31), 0, date(2026, 12, 31)),  # no notice: the last day itself
    (date(2026, 12, 31), 30, date(2026, 12, 1)),
    (date(2026, 12, 31), 365, date(2025, 12, 31)),
    (date(2027, 3, 31), 30, date(2027, 3, 1)),
    (date(2028, 3, 31), 31, date(2028, 2, 29)),  # back to a leap day
    (date(2028, 2, 29), 1, date(2028, 2, 28)),  # a leap day as the end
    (date(2028, 3, 1), 1, date(2028, 2, 29)),
    (date(2027, 3, 1), 1, date(2027, 2, 28)),
    (date(2028, 3, 1), 366, date(2027, 3, 1)),  # over a leap day
    (date(2029, 2, 28), 365, date(2028, 2, 29)),  # to a leap day
    (date(2026, 6, 30), 180, date(2026, 1, 1)),
    (date(2026, 6, 30), 90, date(2026, 4, 1)),
    (date(2027, 1, 31), 31, date(2026, 12, 31)),
    (date(2026, 5, 31), 92, date(2026, 2, 28)),  # a Saturday stays one
    (date(2100, 3, 1), 1, date(2100, 2, 28)),  # 2100 has none
    (date(2024, 12, 31), 366, date(2023, 12, 31)),
]
COUNTRY = {"ENGLAND": "GB-ENG", "SCOTLAND": "GB-SCT", "US": "US", "BAVARIA": "DE-BY"}
BUSINESS = [
    ("ENGLAND", date(2026, 12, 31), 30, date(2026, 11, 17)),
    ("ENGLAND", date(2026, 12, 31), 1, date(2026, 12, 30)),
    ("ENGLAND", date(2026, 12, 31), 3, date(2026, 12, 24)),  # over Christmas
    ("ENGLAND", date(2026, 12, 31), 5, date(2026, 12, 22)),
    ("ENGLAND", date(2027, 1, 1), 1, date(2026, 12, 31)),
    ("ENGLAND", date(2027, 1, 4), 1, date(2026, 12, 31)),  # over New Year and the weekend
    ("ENGLAND", date(2027, 3, 30), 1, date(2027, 3, 25)),  # over Easter
    ("ENGLAND", date(2027, 3, 31), 2, date(2027, 3, 25)),
    ("ENGLAND", date(2027, 5, 31), 20, date(2027, 4, 30)),
    ("ENGLAND", date(2027, 8, 31), 1, date(2027, 8, 27)),
    ("ENGLAND", date(2026, 11, 22), 1, date(2026, 11, 20)),  # an end on a Sunday
    ("ENGLAND", date(2026, 11, 21), 5, date(2026, 11, 16)),
    ("SCOTLAND", date(2026, 12, 31), 30, date(2026, 11, 16)),
    ("SCOTLAND", date(2027, 1, 5), 1, date(2026, 12, 31)),  # 2 January falls on Saturday: kept on Monday
    ("SCOTLAND", date(2026, 12, 1), 1, date(2026, 11, 27)),  # over St Andrew’s
    ("US", date(2026, 11, 30), 2, date(2026, 11, 25)),  # over Thanksgiving
    ("US", date(2026, 12, 31), 30, date(2026, 11, 17)),
    ("US", date(2027, 1, 31), 20, date(2026, 12, 31)),
    ("US", date(2027, 7, 6), 1, date(2027, 7, 2)),  # the 4th is a Sunday: kept on Monday
    ("BAVARIA", date(2027, 1, 8), 3, date(2027, 1, 4)),  # over Epiphany
    ("BAVARIA", date(2027, 3, 31), 5, date(2027, 3, 22)),
    ("BAVARIA", date(2027, 6, 30), 60, date(2027, 4, 2)),
]


def test_there_are_forty() -> None:
    assert len(CALENDAR) + len(BUSINESS) == 40


@pytest.mark.parametrize(("end", "days", "deadline"), CALENDAR)
def test_calendar_days(end: date, days: int, deadline: date) -> None:
    assert notice_deadline(end, days, "calendar") == deadline


@pytest.mark.parametrize(("country", "end", "days", "deadline"), BUSINESS)
def test_business_days_by_the_country(country: str, end: date, days: int, deadline: date) -> None:
    free = holidays_of(COUNTRY[country], end.year - 2, end.year)
    assert notice_deadline(end, days, "business", free) == deadline


@pytest.mark.parametrize(
    ("given", "days", "rule", "country", "last"),
    [
        (date(2026, 11, 26), 90, "calendar", "", date(2027, 2, 24)),
        (date(2026, 11, 26), 0, "calendar", "", date(2026, 11, 26)),
        (date(2028, 2, 28), 1, "calendar", "", date(2028, 2, 29)),
        (date(2026, 12, 23), 3, "business", "GB-ENG", date(2026, 12, 30)),  # 24th, 29th, 30th
        (date(2026, 11, 25), 1, "business", "US", date(2026, 11, 27)),  # over Thanksgiving
        (date(2026, 11, 28), 1, "business", "GB-ENG", date(2026, 11, 30)),  # given on a Saturday
    ],
)
def test_an_evergreen_ends_so_long_after_the_notice(
    given: date, days: int, rule: str, country: str, last: date
) -> None:
    free = holidays_of(country, given.year, given.year + 1)
    assert earliest_end(given, days, "business" if rule == "business" else "calendar", free) == last


@pytest.mark.parametrize(
    ("start", "end", "as_of", "last"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), date(2025, 12, 31), date(2025, 12, 31)),
        (date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31)),
        (date(2023, 3, 1), date(2024, 2, 29), date(2026, 11, 26), date(2027, 2, 28)),
        (date(2023, 3, 1), date(2024, 2, 29), date(2027, 6, 1), date(2028, 2, 29)),
        (date(2026, 1, 1), date(2026, 6, 30), date(2027, 2, 1), date(2027, 6, 30)),
        (date(2026, 1, 15), date(2026, 4, 10), date(2026, 4, 11), date(2026, 7, 5)),  # 86 days again
    ],
)
def test_a_contract_that_renews_itself_stands_by_the_term_under_way(
    start: date, end: date, as_of: date, last: date
) -> None:
    assert term_under_way(start, end, as_of) == last


@pytest.mark.parametrize(
    ("as_of", "window"),
    [
        (date(2026, 4, 4), None),  # 181 days before 2 October
        (date(2026, 4, 5), 180),
        (date(2026, 6, 4), 120),
        (date(2026, 7, 3), 120),
        (date(2026, 7, 4), 90),
        (date(2026, 8, 3), 60),
        (date(2026, 9, 2), 30),
        (date(2026, 10, 2), 30),
    ],
)
def test_the_checkpoint_reached(as_of: date, window: int | None) -> None:
    assert window_of(date(2026, 10, 2), as_of) == window


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Pacific/Auckland", date(2026, 10, 3)),
        ("Europe/London", date(2026, 10, 2)),
        ("UTC", date(2026, 10, 2)),
        ("America/New_York", date(2026, 10, 2)),
    ],
)
def test_the_day_is_the_client_s(zone: str, day: date) -> None:
    """At 13:30 UTC the deadline of 2 October has passed in Auckland and nowhere else here."""
    assert local_day(datetime(2026, 10, 2, 13, 30, tzinfo=UTC), zone) == day


def test_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="negative"):
        earliest_end(date(2026, 1, 1), -1, "calendar")
    with pytest.raises(ValueError, match="before it starts"):
        term_under_way(date(2026, 1, 2), date(2026, 1, 1), date(2026, 1, 3))
