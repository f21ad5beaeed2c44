"""The associates of the demo: most of the agency's hours, at each client as many as its labour in the ledger costs.

They book through the studio's own system and have no sign-in. A month's hours cost five to ten per cent more or less
than the ledger's labour of the client, as two honest sources do; where the ledger has none, they are all there is.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from portfolio.demo.calendar import add_months, label, month_end, stream
from portfolio.demo.clients import CLIENTS
from portfolio.demo.contracts import all_contracts
from portfolio.demo.people import email
from portfolio.demo.rates import rate_table, to_dollars
from portfolio.demo.time import CARD, QUARTER, RAISE, RAISED_BACK, timed, working_days

MONTHS_BACK = 18
A_DAY = 7.75
MOST_A_DAY = Decimal("8.75")
TEAM = {
    "HAL": 69, "HDX": 10, "MAR": 54, "COR": 40, "NOR": 27, "OST": 25, "OSN": 7, "KES": 24, "VAN": 13, "BRI": 14,
    "TEL": 12, "PEL": 6, "TES": 5, "DUN": 9,
}  # fmt: skip
"""How many at each client: its busiest month's labour at the card's cost of about seventy dollars an hour."""
ROLES = ("Designer", "Engineer", "Strategist", "Writer", "Producer", "Analyst", "Designer", "Engineer")
_FIRST = (
    "Ada", "Bruno", "Carla", "Dario", "Edda", "Farid", "Greta", "Henrik", "Imani", "Jonas", "Katya", "Luca", "Maren",
    "Nils", "Odile", "Paolo", "Quinn", "Rosa", "Stefan", "Thea",
)  # fmt: skip
_LAST = (
    "Adler", "Barros", "Castell", "Drummond", "Eklund", "Ferrante", "Gruber", "Holm", "Ivanov", "Jarvis", "Keller",
    "Lindqvist", "Moreau", "Novak", "Ortiz", "Petrov", "Quiroga", "Rossi", "Sandoval", "Thorne",
)  # fmt: skip
_NOTES = (
    "Production",
    "Research",
    "Design rounds",
    "Build",
    "Review with the client",
    "Content",
    "Testing",
    "Planning",
)

Row = dict[str, str]


@dataclass(frozen=True)
class Associate:
    local: str
    name: str
    role: str
    country: str


@dataclass
class _Month:
    """What one client's month has to cost, by contract, and what is booked of it; in dollars."""

    wanted: dict[str, float]
    booked: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def neediest(self) -> str:
        """The contract whose booked share lags most; the first by number of equals."""
        return max(sorted(self.wanted), key=lambda number: self.wanted[number] - self.booked[number])


def teams() -> dict[str, list[Associate]]:
    """By client code. The same people whatever the day and seed."""
    names = [(first, last) for last in _LAST for first in _FIRST]
    found: dict[str, list[Associate]] = {}
    at = 0
    for client in CLIENTS:
        size = TEAM[client.code]
        found[client.code] = [
            Associate(f"{first}.{last}".lower(), f"{first} {last}", ROLES[number % len(ROLES)], client.country)
            for number, (first, last) in enumerate(names[at : at + size])
        ]
        at += size
    return found


def associate_rows() -> list[Row]:
    return [
        {
            "email": email(one.local), "name": one.name, "role": "delivery", "manager_email": email("delivery"),
            "country": one.country, "weekly_hours": "37.5", "starts": "2023-01-09", "ends": "", "discipline": one.role,
        }
        for team in teams().values()
        for one in team
    ]  # fmt: skip


def associate_hours(as_of: date, anchor: date, seed: int, ledger: Iterable[Row], booked: Iterable[Row]) -> list[Row]:
    """An entry a person and working day. ledger: with the labour that is not posted. booked: the studio's hours."""
    wanted = _wanted(anchor, seed, ledger, booked)
    found: list[Row] = []
    for client in CLIENTS:
        team = teams()[client.code]
        for back in range(MONTHS_BACK, -1, -1):
            month = add_months(anchor, -back)
            if (client.key, month) in wanted:
                days = working_days(month, min(month_end(month), as_of))
                found += _booked(client.key, team, month, days, wanted[client.key, month], anchor, seed)
    return found


def _wanted(anchor: date, seed: int, ledger: Iterable[Row], booked: Iterable[Row]) -> dict[tuple[str, date], _Month]:
    """Dollars of labour by contract, less what the studio's own hours cost; hours of its contracts stay its own."""
    table, first = rate_table(anchor, seed), add_months(anchor, -MONTHS_BACK)
    own = {contract.number for several in timed(anchor, seed).values() for contract in several}
    stopped = {contract.number: contract.stopped for contract in all_contracts(anchor, seed) if contract.stopped}
    sums: dict[tuple[str, date], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in ledger:
        month = date.fromisoformat(f"{row['month']}-01")
        if row["line"] == "delivery_labour" and row["client"] and month >= first:
            amount = float(to_dollars(Decimal(row["amount"]), row["currency"], month, table))
            over = stopped.get(row["contract"], month_end(month)) < month_end(month)
            number = "" if over or row["contract"] in own else row["contract"]
            sums[row["client"], month][number] += amount
    spent: dict[tuple[str, date], float] = defaultdict(float)
    for row in booked:
        day = date.fromisoformat(row["date"])
        spent[row["client"], day.replace(day=1)] += float(row["hours"]) * _cost(row["role"], day, anchor)
    return {place: _scaled(place, parts, spent[place], seed) for place, parts in sums.items()}


def _scaled(place: tuple[str, date], parts: dict[str, float], spent: float, seed: int) -> _Month:
    rng = stream(seed, "associates", place[0], label(place[1]))
    factor = 1 + rng.choice((-1, 1)) * rng.uniform(0.05, 0.1)
    total = sum(parts.values())
    left = max(total * factor - spent, 0) / total if total > 0 else 0
    return _Month({number: amount * left for number, amount in parts.items() if amount > 0})


def _cost(role: str, day: date, anchor: date) -> float:
    return CARD[role][1] * (RAISE if day >= add_months(anchor, -RAISED_BACK) else 1.0)


def _booked(
    client: str, team: list[Associate], month: date, days: list[date], wanted: _Month, anchor: date, seed: int
) -> Iterator[Row]:
    total = sum(wanted.wanted.values())
    average = sum(_cost(one.role, month, anchor) for one in team) / len(team)
    slots = [(day, one) for day in days for one in team]
    count = min(len(slots), math.ceil(total / average / A_DAY))
    rng = stream(seed, "associates", client, label(month), "days")
    done = 0.0
    for number in range(count):
        day, one = slots[number * len(slots) // count]
        cost = _cost(one.role, month, anchor)
        due = total * (number + 1) / count - done
        hours = (Decimal(str(due / cost * rng.uniform(0.93, 1.07))) / QUARTER).quantize(Decimal(1), ROUND_HALF_EVEN)
        hours = min(max(hours * QUARTER, QUARTER), MOST_A_DAY)
        done += float(hours) * cost
        contract = wanted.neediest()
        wanted.booked[contract] += float(hours) * cost
        yield {
            "source_ref": f"S-{client[:3]}-{one.local}-{day:%y%m%d}", "date": day.isoformat(),
            "person_email": email(one.local), "client": client, "contract": contract, "hours": f"{hours:.2f}",
            "billable": "yes" if rng.random() > 0.04 else "no", "role": one.role, "notes": rng.choice(_NOTES),
        }  # fmt: skip
