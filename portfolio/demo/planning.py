"""Who of the demo is planned for what, half a year back and ahead, and who is away.

A real gap: designers, once Halden's launch begins. One person is planned beyond their hours, two are on the bench, and
the hours of open deals are soft.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import holidays

from portfolio.demo.calendar import add_months, stream
from portfolio.demo.clients import CLIENTS
from portfolio.demo.opportunities import opportunity_rows
from portfolio.demo.people import LEADS, STUDIO, email
from portfolio.demo.spec import Contract
from portfolio.demo.time import TEAMS, timed

WEEKS = 26
"""Before and after the week of the story."""
BENCH = ("wes.tanaka", "vera.nowak")
OVER = ("ruben.ortega", "KES", 5, "16")
"""Who, for which client beside their own, for how many weeks from the next one, hours a week."""
LAUNCH = ("HAL", "Designer", 1, 17, "90")
"""Client, role nobody is named for, first week ahead, weeks, hours a week."""
DEALS = 9
"""Open deals that hours hang on."""
_KEYS = {client.code: client.key for client in CLIENTS}
Row = dict[str, str]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def allocation_rows(as_of: date, anchor: date, seed: int) -> list[Row]:
    week = monday(as_of)
    work = {code: found[0] for code, found in timed(anchor, seed).items()}
    rows = [*_studio(week, work, as_of, seed), *_leads(week, work, as_of, seed)]
    rows += _role(week, *LAUNCH)
    rows += _soft(week, anchor, seed)
    return rows


def _row(week: date, client: str, hours: Decimal | str, **more: str) -> Row:
    return {
        "week": week.isoformat(),
        "person_email": more.get("person_email", ""),
        "role": more.get("role", ""),
        "client": client,
        "contract": more.get("contract", ""),
        "opportunity": more.get("opportunity", ""),
        "hours": f"{hours}",
        "firm": more.get("firm", "yes"),
    }


def _running(contract: Contract | None, week: date) -> str:
    if contract is None or contract.start > week or (contract.end is not None and contract.end < week):
        return ""
    return contract.number


def _studio(week: date, work: dict[str, Contract], as_of: date, seed: int) -> Iterator[Row]:
    """Whoever is away is planned for less."""
    homes = {local: code for code, team in TEAMS.items() for local in team}
    away = {(row["person_email"], day) for row in leave_rows(as_of, seed) if not row["hours"] for day in _days(row)}
    for local, _name, role, country in STUDIO:
        free = _free(country, week)
        code = homes[local]
        rng = stream(seed, "plan", local)
        usual = Decimal(30 if role == "Designer" else rng.choice((25, 28, 30)))
        for number in range(-WEEKS, WEEKS + 1):
            hours = usual if number < 14 else usual - 4
            if local in BENCH and number >= -1:
                hours = Decimal(8)
            at = week + timedelta(weeks=number)
            who = email(local)
            days = [at + timedelta(days=day) for day in range(5)]
            there = sum((who, day) not in away and day not in free for day in days)
            hours = (min(hours, Decimal(5)) if _quiet(at) else hours) * there / 5
            if not hours:
                continue
            yield _row(at, _KEYS[code], hours, person_email=who, contract=_running(work.get(code), at))
            if local == OVER[0] and 1 <= number <= OVER[2]:
                yield _row(at, _KEYS[OVER[1]], OVER[3], person_email=who, contract=_running(work.get(OVER[1]), at))


def _free(country: str, week: date) -> frozenset[date]:
    code, _, part = country.partition("-")
    years = range(week.year - 1, week.year + 2)
    return frozenset(holidays.country_holidays(code, subdiv=part or None, years=years))


def _days(row: Row) -> Iterator[date]:
    first, last = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _quiet(week: date) -> bool:
    """The weeks of Christmas and New Year's Eve."""
    days = {(day.month, day.day) for day in (week + timedelta(days=number) for number in range(7))}
    return bool(days & {(12, 25), (12, 31)})


def _leads(week: date, work: dict[str, Contract], as_of: date, seed: int) -> Iterator[Row]:
    away = {(row["person_email"], day) for row in leave_rows(as_of, seed) for day in _days(row)}
    for code, leads in LEADS.items():
        for local in leads:
            for number in range(-WEEKS, WEEKS + 1):
                at = week + timedelta(weeks=number)
                hours = "1" if _quiet(at) else "7"
                if (email(local), at + timedelta(days=3)) in away:
                    continue
                yield _row(at, _KEYS[code], hours, person_email=email(local), contract=_running(work.get(code), at))


def _role(week: date, code: str, role: str, first: int, weeks: int, hours: str) -> Iterator[Row]:
    for number in range(first, first + weeks):
        yield _row(week + timedelta(weeks=number), _KEYS[code], hours, role=role)


def _soft(week: date, anchor: date, seed: int) -> Iterator[Row]:
    """Two roles for each of the largest open deals, from its delivery on."""
    open_deals = [
        row
        for row in opportunity_rows(anchor, seed)
        if row["stage"].lower() not in ("won", "lost") and row["probability"] and row["amount"] and row["close_on"]
    ]
    largest = sorted(open_deals, key=lambda row: (-Decimal(row["amount"]), row["key"]))[:DEALS]
    roles = ("Strategist", "Designer", "Writer", "Producer", "Engineer", "Analyst")
    taken = {(date.fromisoformat(row["week"]), row["client"], row["role"]) for row in _role(week, *LAUNCH)}
    for place, deal in enumerate(largest):
        closes = date.fromisoformat(deal["close_on"])
        begins = date.fromisoformat(deal["delivery_start"]) if deal["delivery_start"] else add_months(closes, 1)
        first = max(monday(begins + timedelta(days=6)), week + timedelta(weeks=2))
        for role in (roles[place % 6], roles[(place + 1) % 6]):
            for number in range(16):
                at = first + timedelta(weeks=number)
                if at > week + timedelta(weeks=WEEKS) or (at, deal["client"], role) in taken:
                    continue
                taken.add((at, deal["client"], role))
                hours = 24 if number < 4 else 32
                yield _row(at, deal["client"], str(hours), role=role, opportunity=deal["key"], firm="no")


def leave_rows(as_of: date, seed: int) -> list[Row]:
    """The turn of the year for a good half, a week or two of their own for everyone, some hours at the doctor's."""
    year = as_of.year if as_of.month > 1 else as_of.year - 1
    rows = []
    for number, (local, *_rest) in enumerate(STUDIO):
        rng = stream(seed, "leave", local)
        if number % 5 != 2:
            rows.append(_away(local, date(year, 12, 21 if number % 3 else 23), date(year, 12, 31)))
        begins = monday(as_of) + timedelta(weeks=rng.choice((-20, -16, -12, 8, 10, 12, 15, 18)))
        rows.append(_away(local, begins, begins + timedelta(days=rng.choice((4, 11)))))
        if number % 7 == 3:
            day = monday(as_of) + timedelta(weeks=1, days=number % 5)
            rows.append(_away(local, day, day, hours="4"))
    for number, local in enumerate(
        ("director", "manager", "marcus.bell", "grace.nakamura", "delivery", "clara.jensen")
    ):
        begins = monday(as_of) + timedelta(weeks=(0, 2, 9, 4, 12, 0)[number])
        rows.append(_away(local, begins + timedelta(days=3 if not number else 0), begins + timedelta(days=4)))
    return sorted({(row["person_email"], row["from"]): row for row in rows}.values(), key=lambda row: row["from"])


def _away(local: str, first: date, last: date, hours: str = "") -> Row:
    return {"person_email": email(local), "from": first.isoformat(), "to": last.isoformat(), "hours": hours}
