"""What the clients and the agency are measured by, and how it went. All invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portfolio.demo.calendar import add_months, month_end, stream
from portfolio.demo.clients import BY_KEY
from portfolio.demo.contacts import contact_key
from portfolio.demo.people import email

Row = dict[str, str]

LIBRARY = (
    # key, name, unit, direction, gathers, frequency, category, how
    ("brand-aware", "Prompted awareness", "ratio", "up", "last", "month", "Brand",
     "Tracker, target group, rolling three months"),
    ("brand-consider", "Consideration", "ratio", "up", "last", "month", "Brand",
     "Tracker, would consider, of those aware"),
    ("sessions-organic", "Sessions from organic search", "sessions", "up", "last", "month", "Digital",
     "Web analytics, channel group Organic Search"),
    ("leads", "Qualified leads", "leads", "up", "sum", "month", "Growth", "CRM, accepted by sales, from content"),
    ("cpa", "Cost of an acquisition", "money", "down", "last", "month", "Growth",
     "Media spend by the ledger over new customers of the month"),
    ("conversion", "Conversion rate", "ratio", "up", "last", "month", "Digital", "Orders over sessions, web shop"),
    ("churn", "Customers lost in the month", "ratio", "down", "last", "month", "Growth",
     "Cancelled over customers at the start of the month"),
    ("share-voice", "Share of voice", "ratio", "range", "last", "month", "Brand",
     "Paid media of the category; above the range the money is wasted"),
    ("approval-days", "Days until the client approves", "days", "down", "last", "month", "Working together",
     "From sending to approval, median of the month"),
    ("on-time", "Deliverables on time", "ratio", "up", "last", "month", "Working together",
     "Accepted by the agreed day over all due"),
    ("employer", "Employer rating", "score", "up", "last", "quarter", "Brand", "Public review site, twelve months"),
)  # fmt: skip
_BY_KEY = {row[0]: row for row in LIBRARY}


class Told(NamedTuple):
    """One KPI. done: how much of the way is gone by now. contact: place among the client's people, 0 nobody.

    silent: months without a reading by now. read: False where nobody ever did.
    """

    client: str
    meaning: str
    baseline: str
    target: str
    done: float
    owner: str
    contact: int
    low: str = ""
    high: str = ""
    silent: int = 0
    read: bool = True
    phased: bool = False


WEB = {"sessions-organic": ("sessions", "Organic Search")}
"""Definitions that read themselves from web analytics."""
TOLD = (
    Told("halden-pharma", "brand-aware", "0.31", "0.38", 0.83, "marcus.bell", 3),
    Told("halden-pharma", "leads", "", "4800", 0.86, "marcus.bell", 1, phased=True),
    Told("halden-pharma", "share-voice", "", "", 0.5, "director", 1, low="0.18", high="0.24"),
    Told("halden-pharma", "approval-days", "10", "6", 0.72, "marcus.bell", 3),
    Told("halden-diagnostics", "leads", "", "900", 0.61, "leila.haddad", 1),
    Told("halden-diagnostics", "sessions-organic", "41000", "60000", 0.9, "leila.haddad", 2),
    Told("marlow-bank", "brand-consider", "0.22", "0.27", 0.95, "manager", 1),
    Told("marlow-bank", "conversion", "0.018", "0.026", 0.78, "manager", 2),
    Told("marlow-bank", "churn", "0.021", "0.015", 0.40, "manager", 2),
    Told("marlow-bank", "on-time", "0.88", "0.96", 0.93, "manager", 3),
    Told("corvus-retail", "cpa", "38", "29", 0.35, "grace.nakamura", 1),
    Told("corvus-retail", "conversion", "0.021", "0.028", 0.45, "grace.nakamura", 2),
    Told("corvus-retail", "approval-days", "", "5", 1.9, "grace.nakamura", 0),
    Told("northline-rail", "brand-aware", "0.54", "0.6", 0.97, "manager", 1),
    Told("northline-rail", "on-time", "0.9", "0.97", 1.02, "manager", 2),
    Told("ostra-foods", "share-voice", "", "", 1.12, "leila.haddad", 1, low="0.11", high="0.15"),
    Told("ostra-foods", "cpa", "14", "11", 0.88, "leila.haddad", 2, silent=3),
    Told("kestrel-air", "conversion", "0.031", "0.04", 0.3, "grace.nakamura", 1),
    Told("kestrel-air", "leads", "", "2400", 0.7, "grace.nakamura", 2, silent=2),
    Told("vantora-energy", "brand-aware", "0.12", "0.2", 1.05, "sofia.castellanos", 1),
    Told("vantora-energy", "employer", "3.6", "4.1", 0.6, "sofia.castellanos", 0),
    Told("brightmere-health", "leads", "", "1500", 0.92, "owen.gallagher", 1),
    Told("telmara-mobile", "churn", "0.019", "0.016", 0.85, "sofia.castellanos", 1),
    Told("telmara-mobile", "sessions-organic", "210000", "260000", 0.7, "sofia.castellanos", 2),
    Told("pell-and-rowe", "conversion", "0.024", "0.03", 0.9, "manager", 1, read=False),
    Told("tesserine-software", "leads", "", "600", 0.5, "owen.gallagher", 0),
)
READ = 16
"""Months read of each, up to the last whole one."""


def definition_rows() -> list[Row]:
    names = ("key", "name", "unit", "direction", "gathers", "frequency", "category", "how")
    return [dict(zip(names, row, strict=True)) for row in LIBRARY]


def kpi_rows(anchor: date) -> list[Row]:
    starts, due = _year(anchor)
    return [
        {
            "key": _key(told, number), "client": told.client, "name": _BY_KEY[told.meaning][1],
            "definition": told.meaning, "baseline": told.baseline, "target": told.target, "target_low": told.low,
            "target_high": told.high, "owner": email(told.owner),
            "contact": contact_key(told.client, told.contact) if told.contact else "",
            "starts_on": starts.isoformat(), "due": due.isoformat(),
            "web_metric": WEB.get(told.meaning, ("", ""))[0], "web_channel": WEB.get(told.meaning, ("", ""))[1],
        }
        for number, told in enumerate(TOLD, 1)
    ]  # fmt: skip


def _year(anchor: date) -> tuple[date, date]:
    """A year that has run for ten months."""
    first = add_months(anchor, -10)
    return first, month_end(add_months(first, 11))


def _key(told: Told, number: int) -> str:
    return f"{BY_KEY[told.client].code}-K{number:02}"


def phase_rows(anchor: date) -> list[Row]:
    """Slow at first: a fifth by the first quarter, then faster."""
    first, _ = _year(anchor)
    return [
        {
            "kpi": _key(told, number), "period": f"{add_months(first, months - 1):%Y-%m}",
            "target": str(int(told.target) * share // 100),
        }
        for number, told in enumerate(TOLD, 1)
        if told.phased
        for months, share in ((3, 18), (6, 42), (9, 70), (12, 100))
    ]  # fmt: skip


def reading_rows(anchor: date, seed: int) -> list[Row]:
    return [
        row
        for number, told in enumerate(TOLD, 1)
        if told.read and told.meaning not in WEB
        for row in _readings(told, number, anchor, seed)
    ]


CHANNELS = (("Direct", 0.71), ("Paid Search", 0.22), ("Organic Social", 0.11), ("Email", 0.05), ("(not set)", 0.02))
"""Beside organic search, by how many sessions for each of its own."""


def web_rows(as_of: date, anchor: date, seed: int) -> list[Row]:
    """Sessions by channel: whole months, and the days of this one so far."""
    rows = []
    for number, told in enumerate(TOLD, 1):
        if told.meaning not in WEB:
            continue
        organic = [(row["period"], int(row["actual"])) for row in _readings(told, number, anchor, seed)]
        spans = [(f"{month}-01", month_end(date.fromisoformat(f"{month}-01")).isoformat(), n) for month, n in organic]
        if as_of > anchor:
            spans.append((anchor.isoformat(), as_of.isoformat(), organic[-1][1] * as_of.day // 31))
        dice = stream(seed, "web", told.client)
        rows += [
            {
                "client": told.client,
                "property": f"{BY_KEY[told.client].code.lower()}.example",
                "report": "Traffic acquisition: Session default channel group",
                "from": first,
                "to": last,
                "dimensions": "channel",
                "value": name,
                "channel": name,
                "metric": "sessions",
                "amount": str(int(sessions * share * dice.uniform(0.9, 1.1)) if name != "Organic Search" else sessions),
            }
            for first, last, sessions in spans
            for name, share in (("Organic Search", 1.0), *CHANNELS)
        ]
    return rows


def _readings(told: Told, number: int, anchor: date, seed: int) -> Iterator[Row]:
    key, meaning = _key(told, number), _BY_KEY[told.meaning]
    dice = stream(seed, "kpi", key)
    for back in range(READ, told.silent, -1):
        month = add_months(anchor, -back)
        gone = max(0.0, (11 - back) / 10)
        wobble = dice.uniform(-0.06, 0.06)
        if meaning[5] == "quarter" and month.month % 3:
            continue
        period = f"{month:%Y}-Q{(month.month + 2) // 3}" if meaning[5] == "quarter" else f"{month:%Y-%m}"
        note = "Holiday weeks" if back == 3 and number % 4 == 1 else ""
        yield {
            "kpi": key,
            "period": period,
            "actual": _value(told, gone, wobble, adds_up=meaning[4] == "sum"),
            "note": note,
        }


def _value(told: Told, gone: float, wobble: float, *, adds_up: bool) -> str:
    if told.low:
        low, high = float(told.low), float(told.high)
        return _text(low + (high - low) * (told.done + wobble * 2))
    aim = float(told.target)
    if adds_up:  # a twelfth of the year, as far as it is reached
        return _text(aim / 12 * told.done * (1 + wobble * 3), whole=True)
    base = float(told.baseline or 0)
    if not told.baseline:  # nobody knows where it began: it hovers where `done` says
        return _text(aim * told.done * (1 + wobble))
    return _text(base + (aim - base) * (gone * told.done + wobble), whole=aim > 1000)


def _text(value: float, *, whole: bool = False) -> str:
    places = Decimal(1) if whole else Decimal("0.01") if value >= 1 else Decimal("0.0001")
    return str(Decimal(str(value)).quantize(places))
