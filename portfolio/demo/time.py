"""Rates and hours of the demo: one piece of work at each client books time, half a year to the day of the story.

The rest of the agency's work is booked by its associates (see associates). One piece, at Kestrel Air, runs far over its
scope; one person has no cost rate; and the last three weeks wait for approval.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from portfolio.demo.calendar import add_months, day_at, month_end, stream
from portfolio.demo.clients import CLIENTS
from portfolio.demo.contracts import all_contracts
from portfolio.demo.people import LEADS, STUDIO, email
from portfolio.demo.spec import Contract

MONTHS_BACK = 6
OVER_SERVICED = "KES"
OVER = 1.62
"""Hours booked there for each hour its fee pays for."""
QUARTER = Decimal("0.25")
HALF = Decimal("0.5")

# Role -> dollars an hour at card, and what the hour costs, before the year's raise.
CARD = {
    "Delivery lead": (215, 96),
    "Strategist": (190, 84),
    "Designer": (155, 66),
    "Engineer": (170, 74),
    "Producer": (140, 58),
    "Writer": (135, 55),
    "Analyst": (160, 69),
    "Fellow": (85, 0),
}
PER_DOLLAR = {"USD": 1.0, "GBP": 0.78, "EUR": 0.92}
RAISE = 1.04
RAISED_BACK = 4
"""Months before the anchor from which every rate is higher."""
UNPOSTED = {"tesserine-software": 2, "brightmere-health": 4}
"""Clients with a month, so many before the anchor, whose labour is in the hours alone."""
NO_COST_RATE = "jo.abara"
_WORDS = ("Workshop and notes", "First draft", "Review round", "Corrections", "Stand-up and planning", "Hand-over")


def rate_rows(anchor: date) -> list[dict[str, str]]:
    """Cards by role for each client in its currency, cost by role, and by person for some; each raised once."""
    since, raised = add_months(anchor, -30), add_months(anchor, -RAISED_BACK)
    rows: list[dict[str, str]] = []
    for role, (bill, cost) in CARD.items():
        for client in CLIENTS:
            base = bill * PER_DOLLAR[client.currency]
            rows += _raised("bill", base, client.currency, since, raised, role=role, client=client.key)
        if cost:
            rows += _raised("cost", cost, "USD", since, raised, role=role)
    for number, (local, _name, role, country) in enumerate(STUDIO):
        if number % 2 == 0 and local != NO_COST_RATE:
            currency = {"GB": "GBP", "US": "USD"}.get(country[:2], "EUR")
            own = CARD[role][1] * PER_DOLLAR[currency] * (0.94 + 0.02 * (number % 7))
            rows += _raised("cost", own, currency, since, raised, person_email=email(local))
    return rows


def _raised(kind: str, base: float, currency: str, since: date, raised: date, **who: str) -> Iterator[dict[str, str]]:
    blank = {"kind": kind, "person_email": "", "role": "", "client": "", "currency": currency}
    for start, factor in ((since, 1.0), (raised, RAISE)):
        amount = (Decimal(str(base * factor)) / HALF).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * HALF
        yield {**blank, **who, "rate": f"{amount:.2f}", "from": start.isoformat()}


def unposted_labour(row: dict[str, str], anchor: date) -> bool:
    """A month of some clients has hours and no labour in the ledger."""
    back = UNPOSTED.get(row["client"])
    return (
        back is not None and row["line"] == "delivery_labour" and row["month"] == f"{add_months(anchor, -back):%Y-%m}"
    )


def timed(anchor: date, seed: int) -> dict[str, list[Contract]]:
    """Client code -> the statements of work that book time, the smaller ones of the half year."""
    first, code_of = add_months(anchor, -MONTHS_BACK), {client.key: client.code for client in CLIENTS}
    found: dict[str, list[Contract]] = {}
    for contract in all_contracts(anchor, seed):
        if contract.kind == "sow" and contract.end and contract.amount and contract.status in ("active", "completed"):
            monthly = monthly_fee(contract) / PER_DOLLAR[contract.currency]
            if first <= contract.end and contract.start <= month_end(anchor) and 20_000 <= monthly <= 105_000:
                found.setdefault(code_of[contract.client], []).append(contract)
    return {code: sorted(several, key=_running_first)[:1] for code, several in found.items()}


def _running_first(contract: Contract) -> tuple[bool, float]:
    return contract.status != "active", monthly_fee(contract)


def monthly_fee(contract: Contract) -> float:
    days = (contract.end - contract.start).days + 1 if contract.end else 365
    return float(contract.amount or 0) * 30.4 / days


def scope_hours(contract: Contract) -> Decimal:
    """What the fee pays for at an average card."""
    average = 158 * PER_DOLLAR[contract.currency]
    return Decimal(round(float(contract.amount or 0) / average / 10) * 10)


def scopes(anchor: date, seed: int) -> dict[str, str]:
    """Contract number -> hours in scope."""
    return {one.number: f"{scope_hours(one)}" for several in timed(anchor, seed).values() for one in several}


def time_rows(as_of: date, anchor: date, seed: int) -> list[dict[str, str]]:
    """An entry a person and working day; the leads look in twice a week."""
    rows: list[dict[str, str]] = []
    for code, contracts in timed(anchor, seed).items():
        for contract in contracts:
            rows += _work_on(code, contract, as_of, anchor, seed)
    return rows


def _work_on(code: str, contract: Contract, as_of: date, anchor: date, seed: int) -> Iterator[dict[str, str]]:
    first = max(contract.start, add_months(anchor, -MONTHS_BACK))
    if code == OVER_SERVICED:  # its whole story, or the scope would not be spent
        first = max(contract.start, day_at(anchor, (-8, 1)))
    last = min(contract.end or as_of, as_of)
    studio = [entry for entry in STUDIO if entry[0] in TEAMS[code]]
    leads = LEADS[code]
    days = working_days(contract.start, contract.end or as_of)
    daily = float(scope_hours(contract)) / max(len(days), 1) * (OVER if code == OVER_SERVICED else 0.96)
    each = (daily - 0.6 * len(leads)) / max(len(studio), 1)
    for day in working_days(first, last):
        rng = stream(seed, "time", contract.number, day.isoformat())
        for local, _name, role, _country in studio:
            if rng.random() < 0.06:  # leave, or other work
                continue
            hours = max(Decimal(str(each * rng.uniform(0.8, 1.25))), QUARTER)
            yield _entry(contract, local, role, day, min(hours, Decimal(9)), rng.random() > 0.05, rng.choice(_WORDS))
        for local in leads:
            if day.weekday() in (1, 3):
                hours = Decimal(str(rng.uniform(1.0, 2.0)))
                yield _entry(contract, local, "Delivery lead", day, hours, True, "Steering")


def _entry(
    contract: Contract, local: str, role: str, day: date, hours: Decimal, billable: bool, notes: str
) -> dict[str, str]:
    rounded = (hours / QUARTER).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * QUARTER
    return {
        "source_ref": f"D-{contract.number}-{local}-{day:%y%m%d}",
        "date": day.isoformat(),
        "person_email": email(local),
        "client": contract.client,
        "contract": contract.number,
        "hours": f"{rounded:.2f}",
        "billable": "yes" if billable else "no",
        "role": role,
        "notes": notes,
    }


def working_days(first: date, last: date) -> list[date]:
    days = [first + timedelta(days=number) for number in range(max((last - first).days + 1, 0))]
    return [day for day in days if day.weekday() < 5]


TEAMS = {
    client.code: tuple(local for local, *_ in STUDIO[2 * number : 2 * number + 2])
    for number, client in enumerate(CLIENTS)
}
"""Two of the studio at each client, beside its leads."""
