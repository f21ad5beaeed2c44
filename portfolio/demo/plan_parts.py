"""What the plans of the demo clients stand on: what each client is trying to do, what is measured, what is true around.

`aims` names which of the client's objectives (by place) an imperative carries; one that none carries is an orphan, as
real plans have them. Yearly targets follow the budget of the first year.
"""
# ruff: noqa: E501 - a table reads best with one row a line

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portfolio.demo.ahead import AHEAD
from portfolio.demo.calendar import Offset, day_at, weekday_from
from portfolio.demo.clients import CLIENTS
from portfolio.demo.people import email

Rows = list[dict[str, str]]
GROWTH = (Decimal("1.03"), Decimal("1.10"), Decimal("1.18"))
"""What a plan asks of its years, on the first year's budget."""


KINDS = (
    "imperatives", "plan_measures", "plan_readings", "initiatives", "plan_milestones", "plan_facts", "plan_targets",
)  # fmt: skip


class Drive(NamedTuple):
    """An imperative of theirs. confirmed: when they said that we read it right."""

    title: str
    why: str
    aims: tuple[int, ...]
    confirmed: Offset | None = None


class Gauge(NamedTuple):
    """A measure under an objective. read: what it read on the first day of this month, for typed ones."""

    aim: int
    title: str
    source: str
    unit: str
    baseline: str
    target: str
    read: str = ""
    direction: str = "up"


class Work(NamedTuple):
    """An initiative and its milestones, each with the day it is due and whether it was reached."""

    aim: int
    title: str
    owner: str
    first: Offset
    last: Offset
    status: str
    stones: tuple[tuple[str, Offset, bool], ...]


class Fact(NamedTuple):
    kind: str
    title: str
    response: str = ""
    likelihood: str = ""
    impact: str = ""


class Parts(NamedTuple):
    drives: tuple[Drive, ...]
    gauges: tuple[Gauge, ...]
    works: tuple[Work, ...]
    facts: tuple[Fact, ...]
    known: str = ""
    focus: str = ""
    charter: tuple[str, str, str, str] = ("", "", "", "")


PARTS: dict[str, Parts] = {
    "HAL": Parts(
        (Drive("Launch three respiratory products without losing a month", "Two patents end in 2028", (2,), (-2, 14)),
         Drive("Take 15% out of what marketing costs by 2027", "Procurement reports to the chief financial officer now", (1,)),
         Drive("Bring medical and marketing onto one content process", "Reviews take eleven days on average", (3,))),
        (Gauge(1, "Net revenue", "net_revenue", "money", "", ""), Gauge(1, "Coverage of those who decide", "coverage", "ratio", "0.45", "0.75"),
         Gauge(2, "Days in medical review", "reading", "count", "11", "7", "9.5", "down")),
        (Work(2, "One shared review queue", "clara.jensen", (-3, 1), (3, 20), "on_track", (("Queue open to both teams", (-1, 10), True), ("Pilot on the second film", (1, 15), False), ("All markets in the queue", (3, 15), False))),
         Work(1, "Volume-tier offer for 2027", "director", (-1, 1), (2, 28), "watch", (("Finance models both cases", (0, 29), False), ("Offer on their table", (1, 20), False)))),
        (Fact("strength", "We know every market's review rules"), Fact("weakness", "Nobody of ours has met the new head of procurement", "Ask Dana Whitfield for an introduction"),
         Fact("opportunity", "Patient programmes have no agency yet"), Fact("threat", "In-house studio hires twelve people"),
         Fact("competitor", "Brightwater Health", "Offer the measurement framework they lack"),
         Fact("risk", "Rate cut taken over our head by procurement", "Bring value delivered to the chief financial officer first", "4", "5"), Fact("risk", "Film shoot slips past the launch", "Second studio on hold", "2", "4")),
        "partly", "Sign the volume-tier offer before the master agreement ends",
        ("Brand and launch work in Europe, respiratory first", "One plan for all markets, medically safe", "Launch in half the review time", "A reference every pharma client asks about"),
    ),
    "HDX": Parts(
        (Drive("Grow laboratory sales outside Germany", "The home market is full", (1,), (-4, 9)),),
        (Gauge(1, "Qualified laboratory leads a month", "reading", "count", "40", "90", "61"), Gauge(1, "Promises we keep", "kept_promises", "ratio", "0.7", "0.95")),
        (Work(1, "Open Austria and Poland", "leila.haddad", (-2, 1), (6, 30), "on_track", (("Austrian results shown", (2, 5), False), ("Polish pages live", (4, 20), False))),),
        (Fact("strength", "Demand engine proven in Germany"), Fact("opportunity", "Service contracts are sold by nobody"), Fact("risk", "Data rules in Poland change", "Counsel reads the draft law", "3", "3")),
        "yes", "Agree the budget of two more countries",
    ),
    "MAR": Parts(
        (Drive("Move half of branch visits to the phone", "Forty branches close by next summer", (1,), (-5, 20)),
         Drive("Answer for every customer outcome to the regulator", "Consumer duty is audited in spring", ())),
        (Gauge(1, "Net revenue", "net_revenue", "money", "", ""), Gauge(1, "Contribution margin", "contribution_margin", "ratio", "0.31", "0.34"),
         Gauge(2, "Coverage of those who decide", "coverage", "ratio", "0.5", "0.8")),
        (Work(1, "From three squads to five", "manager", (-4, 1), (9, 30), "on_track", (("Fourth squad at work", (-2, 12), True), ("Mortgage squad staffed", (1, 15), False), ("Rate card signed", (1, 8), False))),),
        (Fact("strength", "Trusted by retail banking"), Fact("weakness", "No tie to operations", "Results review with Gareth Prosser"), Fact("threat", "Big four firm sits with the chief operating officer"),
         Fact("competitor", "Calder and Moss", "Show cost per journey, they sell days"), Fact("risk", "Two designers leave mid-squad", "Name deputies now", "3", "4")),
        "partly", "Staff the second mortgage squad",
        ("Customer experience of retail banking", "Squads that ship every two weeks", "Journeys that need no branch", "Five squads on one rate card"),
    ),
    "COR": Parts(
        (Drive("Pay for price cuts with retail media income", "Discounters took two points of share", (2,), (-1, 18)),),
        (Gauge(1, "Contribution margin", "contribution_margin", "ratio", "0.16", "0.24"), Gauge(2, "Brands in retail media", "reading", "count", "4", "25", "10")),
        (Work(2, "Proof on the first ten brands", "anika.bose", (-2, 10), (4, 12), "watch", (("Sales data agreed", (-1, 25), False), ("Effect of ten brands shown", (1, 22), False))),),
        (Fact("weakness", "Margin eaten by freelancers", "Two permanent planners"), Fact("opportunity", "Suppliers ask for measurement"), Fact("competitor", "Holding group's retail desk", "Independent measurement"),
         Fact("risk", "Account goes to pitch in spring", "Meet the chief financial officer before", "4", "5")),
        "no", "Bring margin back above a third",
        ("Media and retail media in North America", "Media that pays for itself", "Income from shelf and screen", ""),
    ),
    "NOR": Parts(
        (Drive("Keep passengers informed while the line is rebuilt", "Three years of closures begin in March", (1,), (-3, 6)),
         Drive("Lift app rating above 4.5", "Complaints go to the ministry", (2,), (-3, 6))),
        (Gauge(2, "App rating", "reading", "score", "4.1", "4.6", "4.5"), Gauge(1, "Net revenue", "net_revenue", "money", "", "")),
        (Work(1, "Signalling works programme", "manager", (-1, 5), (2, 28), "on_track", (("Framework lot response", (0, 25), False), ("Interview", (1, 28), False))),),
        (Fact("strength", "Every message tested with passengers"), Fact("threat", "Framework asks for lowest price"), Fact("risk", "Closure moves and all posters are wrong", "Print late, screen first", "3", "3")),
        "partly", "Win the framework lot",
    ),
    "OST": Parts(
        (Drive("One masterbrand in nineteen markets", "Local brands dilute the shelf", (1, 2), (-6, 11)),),
        (Gauge(1, "Net revenue", "net_revenue", "money", "", ""), Gauge(1, "Promises we keep", "kept_promises", "ratio", "0.75", "0.95")),
        (Work(2, "Nordic adaptation in the global plan", "leila.haddad", (1, 10), (6, 30), "not_started", (("Joint planning day", (3, 10), False),)),),
        (Fact("strength", "Masterbrand work sells in five markets"), Fact("risk", "Liability clause stalls the renewal", "Cap at annual fee", "3", "4"), Fact("competitor", "Their global media agency's studio", "Shopper insight")),
        "yes", "Close the liability clause",
        ("Masterbrand, shopper, social", "One idea, nineteen shelves", "Less adaptation cost", "One agency"),
    ),
    "OSN": Parts(
        (Drive("Win winter promotions in four countries", "Retailers fix shelves in January", (1,)),),
        (Gauge(1, "Weeks from brief to shelf", "reading", "count", "9", "5", "7", "down"),),
        (),
        (Fact("risk", "Winter budget is decided in Amsterdam", "Brief the masterbrand team", "3", "3"),),
        "yes", "Retail activation for the winter promotion",
    ),
    "KES": Parts(
        (Drive("Win back business travellers", "A third of corporate bookings went in two years", (2,), (-7, 2)),
         Drive("Cut what media costs per booking", "The loss is reported every quarter", (1,))),
        (Gauge(2, "Bookings that follow content", "reading", "count", "1200", "3000", "1650"), Gauge(1, "Net revenue", "net_revenue", "money", "", "")),
        (Work(2, "Content views to booking data", "liam.forster", (-2, 1), (3, 30), "at_risk", (("Data agreement signed", (-1, 22), False), ("First linked report", (2, 15), False))),),
        (Fact("weakness", "Media statement of work ends without a successor", "Two budget levels on the table"), Fact("threat", "Tariq Mansour favours a network agency"), Fact("competitor", "Meridian Network", "Show cost per booking"),
         Fact("risk", "The media account ends in January", "Plan for people and dates", "5", "5")),
        "no", "Extend the media work or end it in writing",
    ),
    "VAN": Parts(
        (Drive("Put a charger within ten minutes of every customer", "The network fund pays by sockets opened", (1,), (-2, 2)),),
        (Gauge(1, "Net revenue", "net_revenue", "money", "", ""),),
        (Work(1, "Pitch for the roll-out", "sofia.castellanos", (-1, 3), (1, 26), "on_track", (("Board pitch", (0, 28), False),)),),
        (Fact("opportunity", "Home batteries have no campaign"), Fact("risk", "Fund is paused after the election", "Ask for a phased start", "2", "5")),
        "yes", "Win the charging network roll-out",
    ),
    "BRI": Parts(
        (Drive("Let patients do by phone what they queue for", "Waiting times are published", (1,), (-4, 4)),),
        (Gauge(1, "Share of appointments booked online", "reading", "ratio", "0.38", "0.6", "0.49"),),
        (Work(1, "Test results in the portal", "owen.gallagher", (-1, 15), (3, 22), "on_track", (("Security questionnaire", (0, 30), False), ("First ward live", (2, 20), False))),),
        (Fact("risk", "Security review stops the release", "Meet the information security officer", "3", "4"),),
        "yes", "Complete the security questionnaire",
    ),
    "TEL": Parts(
        (Drive("Keep customers when fibre arrives", "Two rivals build in the same streets", (1,)),),
        (Gauge(1, "Cost per order", "reading", "count", "148", "120", "139", "down"), Gauge(1, "Coverage of those who decide", "coverage", "ratio", "0.4", "0.7")),
        (Work(1, "Two new channels", "liam.forster", (-1, 8), (3, 12), "on_track", (("Test budget agreed", (-1, 12), True), ("First read", (1, 12), False))),),
        (Fact("weakness", "New base management lead is unknown to us"), Fact("risk", "Budget goes to promotions", "Show value of kept customers", "3", "3")),
        "", "Make cost per order fall again",
    ),
    "PEL": Parts(
        (Drive("Sell rooms without booking sites", "Commission takes a sixth of room income", (1,), (-3, 15)),),
        (Gauge(1, "Share of direct bookings", "reading", "ratio", "0.39", "0.45", "0.42"),),
        (),
        (Fact("risk", "Season ends before the pages are fast", "The two slowest pages first", "2", "3"),),
        "yes", "Speed up the two slowest pages and send the renewal",
    ),
    "TES": Parts(
        (Drive("Be on every developer's shortlist", "Growth came from one partner", (1,), (-1, 9)),),
        (Gauge(1, "Developer sign-ups a week", "reading", "count", "210", "400", "265"),),
        (Work(1, "First year proven", "owen.gallagher", (-1, 2), (4, 8), "on_track", (("Five measures agreed", (-1, 24), False), ("First half read", (3, 5), False))),),
        (Fact("risk", "Positioning is set aside by a new chief", "Ties to the head of developer relations", "2", "4"),),
        "yes", "Agree the measures of the first year",
    ),
    "DUN": Parts(
        (),
        (),
        (),
        (Fact("risk", "Nobody there remembers us", "Coffee with Elaine Sugarman each half-year", "3", "2"),),
        "no", "Nothing; keep the door open",
    ),
}  # fmt: skip


def part_rows(anchor: date, contacts: Rows, budgets: Rows) -> dict[str, Rows]:
    """Rows by import kind, of every client; blank is unknown."""
    heads, net = _heads(contacts), _net(anchor, budgets)
    found: dict[str, Rows] = {name: [] for name in KINDS}
    for client in CLIENTS:
        parts, code = PARTS[client.code], client.code
        owner = email(client.manager)
        for n, drive in enumerate(parts.drives, 1):
            found["imperatives"].append({
                "key": f"{code}-I{n}", "client": client.key, "title": drive.title, "why": drive.why,
                "sponsor": heads.get(client.key, ""), "owner": owner,
                "confirmed_on": day_at(anchor, drive.confirmed).isoformat() if drive.confirmed else "",
            })  # fmt: skip
        found["plan_facts"] += _facts(parts, code, client.key, owner)
        _measures(found, parts, code, anchor, net[client.key, client.currency])
        _work(found, parts, code, anchor)
        _ahead(found, code, anchor, len(parts.works))
    found["plan_targets"] = list(_targets(anchor, net))
    return found


def _heads(contacts: Rows) -> dict[str, str]:
    """The most powerful of each client's people."""
    known = [row for row in contacts if row["client"] and row["power"]]
    return {row["client"]: row["key"] for row in sorted(known, key=lambda row: (row["power"], row["key"]))}


def _facts(parts: Parts, code: str, key: str, owner: str) -> Iterator[dict[str, str]]:
    for n, fact in enumerate(parts.facts, 1):
        yield {"key": f"{code}-F{n}", "client": key, "owner": owner, **fact._asdict()}


def _measures(found: dict[str, Rows], parts: Parts, code: str, anchor: date, net: Decimal) -> None:
    """Net revenue grows from a little under the first year's budget, whatever the client's size."""
    start, due = date(anchor.year, 1, 1).isoformat(), date(anchor.year + 1, 12, 31).isoformat()
    for n, gauge in enumerate(parts.gauges, 1):
        told = gauge._asdict()
        aim, read = told.pop("aim"), told.pop("read")
        if gauge.source == "net_revenue":
            told |= {"baseline": _thousands(net * Decimal("0.94")), "target": _thousands(net * GROWTH[1])}
        key = f"{code}-M{n}"
        found["plan_measures"].append(
            {"key": key, "objective": f"{code}-O{aim}", **told, "starts_on": start, "due": due}
        )
        if read:
            found["plan_readings"].append(
                {"measure": key, "read_on": anchor.isoformat(), "value": read, "note": "From the client's own report"}
            )


def _work(found: dict[str, Rows], parts: Parts, code: str, anchor: date) -> None:
    for n, work in enumerate(parts.works, 1):
        key = f"{code}-N{n}"
        found["initiatives"].append({
            "key": key, "objective": f"{code}-O{work.aim}", "title": work.title, "owner": email(work.owner),
            "starts_on": day_at(anchor, work.first).isoformat(), "ends_on": day_at(anchor, work.last).isoformat(),
            "status": work.status,
        })  # fmt: skip
        for m, (title, offset, reached) in enumerate(work.stones, 1):
            due = weekday_from(day_at(anchor, offset)).isoformat()
            found["plan_milestones"].append({
                "key": f"{key}-S{m}", "initiative": key, "title": title, "owner": email(work.owner), "due": due,
                "reached_on": due if reached else "",
            })  # fmt: skip


def _ahead(found: dict[str, Rows], code: str, anchor: date, already: int) -> None:
    """Work not begun, each with the gate it has to reach."""
    for n, (aim, title, owner, first, last, gate, by) in enumerate(AHEAD.get(code, ()), already + 1):
        key = f"{code}-N{n}"
        found["initiatives"].append({
            "key": key, "objective": f"{code}-O{aim}", "title": title, "owner": email(owner),
            "starts_on": day_at(anchor, (first, 1)).isoformat(), "ends_on": day_at(anchor, (last, 28)).isoformat(),
            "status": "not_started",
        })  # fmt: skip
        found["plan_milestones"].append({
            "key": f"{key}-S1", "initiative": key, "title": gate, "owner": email(owner),
            "due": weekday_from(day_at(anchor, (by, 15))).isoformat(), "reached_on": "",
        })  # fmt: skip


def _net(anchor: date, budgets: Rows) -> dict[tuple[str, str], Decimal]:
    """Net revenue of the first year's budget by client and currency."""
    net: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in budgets:
        sign = {"gross_revenue": 1, "pass_through": -1}.get(row["line"], 0)
        if sign and row["month"].startswith(str(anchor.year)):
            net[row["client"], row["currency"]] += sign * Decimal(row["amount"])
    return net


def _thousands(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('1E3')):f}"


def _targets(anchor: date, net: dict[tuple[str, str], Decimal]) -> Iterable[dict[str, str]]:
    """Three years, on the first one's budget, to the thousand."""
    for (client, currency), amount in sorted(net.items()):
        for year, growth in enumerate(GROWTH, anchor.year):
            if amount:
                asked = _thousands(amount * growth)
                yield {"client": client, "year": str(year), "amount": asked, "currency": currency}


def alignment_rows(contracts: Rows) -> Rows:
    """What the work is for: a client's statements of work serve the imperatives in turn, and one in each round serves
    none, as it happens; a single one is shared.
    """
    rows = []
    for client in CLIENTS:
        works = [row["number"] for row in contracts if row["client"] == client.key and row["kind"] == "sow"]
        aims = [f"{client.code}-I{n}" for n, _ in enumerate(PARTS[client.code].drives, 1)]
        turns: list[str] = [*aims, ""]
        pairs = [(work, turns[n % len(turns)], "") for n, work in enumerate(works)]
        if len(works) == 1 and len(aims) > 1:
            pairs = [(works[0], aims[0], "0.6"), (works[0], aims[1], "0.25")]
        rows += [{"contract": work, "imperative": aim, "share": share} for work, aim, share in pairs if aim]
    return rows
