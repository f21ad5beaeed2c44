"""What the demo agency sells, the parts its clients are made of, and what is known of each pair. All invented.

Awkward on purpose: a unit nobody knows the spend of, one whose cells are worth more than it spends, a blocked cell that
runs all the same, potential without an amount, judgements over half a year old, an offering no longer sold that one
client still has, one that leaves too little to be worth having, and a client of whom nobody drew a map.
"""
# ruff: noqa: E501 - a table reads best with one row a line

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from portfolio.demo.clients import CLIENTS
from portfolio.demo.contracts import all_contracts
from portfolio.demo.people import email

Row = dict[str, str]
OFFERINGS: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    # key, name, service line, price, margin, roles, active
    ("brand", "Brand and campaigns", "Brand and campaigns", "900000", "0.44", "Strategist: 260; Designer: 420; Writer: 220; Producer: 180", ""),
    ("media", "Media", "Media", "1200000", "0.31", "Analyst: 300; Producer: 200", ""),
    ("content", "Content", "Content", "450000", "0.38", "Writer: 420; Designer: 160", ""),
    ("digital", "Digital product", "Digital product", "800000", "0.42", "Engineer: 520; Designer: 260; Strategist: 80", ""),
    ("crm", "CRM and loyalty", "CRM and loyalty", "600000", "0.46", "Strategist: 180; Analyst: 160; Writer: 120", ""),
    ("data", "Data and analytics", "Data and analytics", "550000", "0.52", "Analyst: 360; Engineer: 140", ""),
    ("retail-media", "Retail media", "Media", "380000", "0.17", "Analyst: 200", ""),
    ("advice", "Marketing technology advice", "Data and analytics", "160000", "", "", ""),
    ("events", "Events", "Brand and campaigns", "250000", "0.12", "Producer: 300", "no"),
)  # fmt: skip


class Unit(NamedTuple):
    """suffix: of the key. spend: a year, in the client's currency; None where nobody knows. under: another's suffix."""

    suffix: str
    name: str
    spend: int | None
    owner: str = ""
    under: str = ""


class Cell(NamedTuple):
    """days: before the story's day on which somebody said it."""

    unit: str
    offering: str
    state: str
    why: str = ""
    amount: int | None = None
    days: int = 40
    note: str = ""


class Map(NamedTuple):
    """at: the unit of a piece of work by its code, or of an open deal by the first words of its name; the rest is with
    the first unit.
    """

    units: tuple[Unit, ...]
    cells: tuple[Cell, ...]
    at: dict[str, str]


POTENTIAL, BLOCKED, RIVAL = "potential", "blocked", "competitor"
MAPS: dict[str, Map] = {
    "HAL": Map(
        (
            Unit("US", "Medicines, United States", 26_000_000, "marcus.bell"), Unit("EU", "Medicines, Europe", 14_500_000, "marcus.bell"),
            Unit("CONS", "Consumer health", 9_000_000, "director"), Unit("RD", "Research and medical affairs", 7_500_000, "marcus.bell"),
        ),
        (
            Cell("US", "crm", POTENTIAL, amount=1_400_000, days=25, note="Patient support asks for it"),
            Cell("US", "data", POTENTIAL, amount=3_000_000, days=60), Cell("US", "content", RIVAL, "Brightpage", 1_200_000, 75),
            Cell("EU", "brand", POTENTIAL, amount=2_200_000, days=33), Cell("EU", "media", RIVAL, "Wavelength Media", 4_800_000, 210),
            Cell("EU", "data", POTENTIAL, amount=700_000, days=130, note="Same model as in the United States"),
            Cell("CONS", "media", RIVAL, "Wavelength Media", 1_650_000, 120), Cell("CONS", "retail-media", POTENTIAL, amount=900_000, days=28),
            Cell("CONS", "brand", POTENTIAL, days=50, note="A pitch is rumoured for spring"), Cell("CONS", "digital", BLOCKED, "In-house team of forty", days=90),
            Cell("RD", "crm", BLOCKED, "No contact allowed before approval", days=200), Cell("RD", "advice", POTENTIAL, amount=160_000, days=15),
        ),
        {"MEDAF": "RD", "DATA": "US", "MEDIA": "US", "Medical affairs": "RD", "Cardiology": "EU", "Patient support": "US"},
    ),
    "HDX": Map(
        (Unit("LAB", "Laboratories", 2_600_000, "leila.haddad"), Unit("POC", "Point of care", 1_400_000, "leila.haddad")),
        (
            Cell("LAB", "crm", POTENTIAL, amount=420_000, days=22), Cell("LAB", "data", POTENTIAL, amount=260_000, days=190),
            Cell("POC", "content", POTENTIAL, amount=300_000, days=44), Cell("POC", "media", RIVAL, "Krone & Lindt", 350_000, 95),
        ),
        {"Point-of-care": "POC"},
    ),
    "MAR": Map(
        (
            Unit("RET", "Retail banking", 11_000_000, "manager"), Unit("MORT", "Mortgages", 4_200_000, "manager", "RET"),
            Unit("SME", "Small business banking", 3_600_000, "manager"), Unit("WEALTH", "Private bank", 2_000_000, "director"),
        ),
        (
            Cell("RET", "media", BLOCKED, "Group media contract until next year", 3_100_000, 80), Cell("MORT", "crm", POTENTIAL, amount=650_000, days=20),
            Cell("MORT", "data", POTENTIAL, amount=480_000, days=105, note="Pilot segment responded"), Cell("SME", "digital", POTENTIAL, amount=1_100_000, days=35),
            Cell("SME", "crm", POTENTIAL, amount=400_000, days=35), Cell("SME", "content", RIVAL, "Lantern Studio", 320_000, 60),
            Cell("WEALTH", "content", POTENTIAL, amount=280_000, days=150), Cell("WEALTH", "events", POTENTIAL, amount=275_000, days=230),
            Cell("WEALTH", "data", BLOCKED, "Bank secrecy: no data leaves", days=45),
        ),
        {"CX": "MORT", "Mortgage": "MORT", "Small business": "SME", "WEALTH": "WEALTH"},
    ),
    "COR": Map(
        (Unit("STORES", "Stores", 6_800_000, "grace.nakamura"), Unit("ONLINE", "Online", 4_400_000, "grace.nakamura"), Unit("OWN", "Own brands", None)),
        (
            Cell("STORES", "data", POTENTIAL, amount=520_000, days=70), Cell("STORES", "crm", BLOCKED, "Loyalty is run from Online", days=30),
            Cell("ONLINE", "retail-media", POTENTIAL, amount=1_120_000, days=26), Cell("ONLINE", "content", POTENTIAL, amount=380_000, days=110),
            Cell("OWN", "brand", POTENTIAL, days=18), Cell("OWN", "content", RIVAL, "Packhouse", 430_000, 240),
        ),
        {"LOYAL": "ONLINE", "Loyalty": "ONLINE", "RETMED": "ONLINE", "MEDIA": "ONLINE"},
    ),
    "NOR": Map(
        (Unit("PASS", "Passenger", 6_000_000, "manager"), Unit("DIG", "Digital and ticketing", 3_400_000, "manager"), Unit("FRT", "Freight", 700_000)),
        (
            Cell("PASS", "media", BLOCKED, "Public tender only", 2_200_000, 140), Cell("PASS", "crm", POTENTIAL, amount=450_000, days=48),
            Cell("DIG", "data", POTENTIAL, amount=390_000, days=95), Cell("DIG", "crm", POTENTIAL, amount=300_000, days=30),
            Cell("FRT", "brand", POTENTIAL, amount=900_000, days=185, note="More than they spend: ask again"), Cell("FRT", "digital", RIVAL, "Railworks Digital", 240_000, 160),
        ),
        {"APP": "DIG", "Accessibility": "DIG", "ACCESS": "PASS", "Share-of-voice": "DIG"},
    ),
    "OST": Map(
        (Unit("CORE", "Core brands", 7_200_000, "leila.haddad"), Unit("PLANT", "Plant-based", 1_900_000, "leila.haddad"), Unit("FOOD", "Food service", 1_500_000)),
        (
            Cell("CORE", "media", RIVAL, "Wavelength Media", 3_900_000, 100), Cell("CORE", "crm", POTENTIAL, amount=520_000, days=40),
            Cell("PLANT", "content", POTENTIAL, amount=340_000, days=21), Cell("PLANT", "data", POTENTIAL, amount=240_000, days=115),
            Cell("FOOD", "brand", POTENTIAL, amount=520_000, days=260), Cell("FOOD", "digital", POTENTIAL, days=33),
        ),
        {"SHOP": "CORE", "RECIPE": "PLANT", "PLANT": "PLANT", "Barista": "PLANT"},
    ),
    "OSN": Map((Unit("NORD", "Nordic markets", 1_700_000, "leila.haddad"),), (Cell("NORD", "media", BLOCKED, "Bought by the parent", days=70), Cell("NORD", "crm", POTENTIAL, amount=120_000, days=98)), {}),
    "KES": Map(
        (Unit("PAX", "Passenger", 6_500_000, "grace.nakamura"), Unit("CARGO", "Cargo", 900_000), Unit("FFP", "Frequent flyer programme", 2_400_000, "director")),
        (
            Cell("PAX", "brand", BLOCKED, "New chief marketing officer brings her own agency", 1_800_000, 20), Cell("PAX", "data", POTENTIAL, amount=450_000, days=120),
            Cell("FFP", "crm", RIVAL, "Skyloop, since spring", 1_380_000, 55), Cell("CARGO", "content", POTENTIAL, amount=150_000, days=200),
            Cell("PAX", "content", BLOCKED, "Procurement froze new work", days=35),
        ),
        {"LOYAL": "FFP"},
    ),
    "VAN": Map(
        (Unit("HOME", "Homes", 3_800_000, "sofia.castellanos"), Unit("CHARGE", "Charging", 1_600_000, "sofia.castellanos")),
        (
            Cell("HOME", "data", POTENTIAL, amount=420_000, days=24), Cell("HOME", "media", RIVAL, "Krone & Lindt", 1_300_000, 130),
            Cell("CHARGE", "digital", POTENTIAL, amount=760_000, days=41), Cell("CHARGE", "crm", POTENTIAL, amount=260_000, days=41),
        ),
        {"Charging": "CHARGE"},
    ),
    "BRI": Map(
        (Unit("HOSP", "Hospitals", 3_000_000, "owen.gallagher"), Unit("BEH", "Behavioural health", 900_000, "owen.gallagher")),
        (
            Cell("HOSP", "data", POTENTIAL, amount=360_000, days=37), Cell("HOSP", "content", POTENTIAL, amount=280_000, days=92),
            Cell("BEH", "digital", POTENTIAL, amount=240_000, days=37), Cell("BEH", "media", POTENTIAL, days=37),
        ),
        {"Behavioural": "BEH"},
    ),
    "TEL": Map(
        (Unit("MOB", "Mobile", 3_100_000, "sofia.castellanos"), Unit("FIB", "Fibre", 1_300_000, "sofia.castellanos"), Unit("BIZ", "Business", None)),
        (
            Cell("MOB", "retail-media", POTENTIAL, amount=260_000, days=58), Cell("FIB", "crm", POTENTIAL, amount=310_000, days=27),
            Cell("BIZ", "brand", RIVAL, "Northmark", 460_000, 150), Cell("MOB", "digital", BLOCKED, "In-house squads", days=64),
        ),
        {"Fibre": "FIB"},
    ),
    "PEL": Map((Unit("ALL", "All hotels", 950_000, "manager"),), (Cell("ALL", "crm", POTENTIAL, amount=180_000, days=45), Cell("ALL", "events", POTENTIAL, amount=60_000, days=300)), {}),
    "TES": Map((Unit("MKT", "Marketing", 1_500_000, "owen.gallagher"),), (Cell("MKT", "digital", POTENTIAL, amount=300_000, days=19), Cell("MKT", "advice", POTENTIAL, amount=90_000, days=19)), {}),
}  # fmt: skip
STILL_SOLD = {"User conference": "events"}
"""A deal for what is no longer in the catalogue."""
UNPLACED = ("Congress season", "Spring value")
"""Deals nobody has said the unit of."""
_CLIENTS = {client.code: client for client in CLIENTS}
_CODES = {client.key: client.code for client in CLIENTS}
_KEYS = {name: key for key, name, *_ in OFFERINGS}


def unit_key(code: str, suffix: str) -> str:
    return f"{code}-BU-{suffix}"


def offering_rows() -> list[Row]:
    return [
        {"key": key, "name": name, "service_line": line, "price": price, "currency": "USD", "margin": margin,
         "roles": roles, "active": active}
        for key, name, line, price, margin, roles, active in OFFERINGS
    ]  # fmt: skip


def unit_rows() -> list[Row]:
    return [
        {
            "key": unit_key(code, unit.suffix),
            "client": _CLIENTS[code].key,
            "name": unit.name,
            "parent": unit_key(code, unit.under) if unit.under else "",
            "spend": "" if unit.spend is None else str(unit.spend),
            "currency": "" if unit.spend is None else _CLIENTS[code].currency,
            "owner_email": email(unit.owner) if unit.owner else "",
        }
        for code, one in MAPS.items()
        for unit in one.units
    ]


def cell_rows(anchor: date) -> list[Row]:
    """Days are told from the first of the story's month, so that the same month gives the same rows."""
    return [
        {
            "unit": unit_key(code, cell.unit),
            "offering": cell.offering,
            "state": cell.state,
            "why": cell.why,
            "amount": "" if cell.amount is None else str(cell.amount),
            "currency": "" if cell.amount is None else _CLIENTS[code].currency,
            "note": cell.note,
            "judged_on": (anchor - timedelta(days=cell.days)).isoformat(),
        }
        for code, one in MAPS.items()
        for cell in one.cells
    ]


def _unit(code: str, *words: str) -> str:
    found = MAPS.get(code)
    if found is None:
        return ""
    named = next((suffix for start, suffix in found.at.items() if any(word.startswith(start) for word in words)), "")
    return unit_key(code, named or found.units[0].suffix)


def placed_contracts(rows: list[Row], anchor: date, seed: int) -> list[Row]:
    """Each piece of work with the offering it is and the unit it is for; a change order follows what it changes."""
    codes = {one.number: one.code for one in all_contracts(anchor, seed)}
    return list(_placed(rows, codes))


def _placed(rows: list[Row], codes: dict[str, str]) -> Iterator[Row]:
    for row in rows:
        own = row["kind"] == "sow"
        unit = _unit(_CODES[row["client"]], codes.get(row["number"], "")) if own else ""
        yield {**row, "offering": _KEYS.get(row["service_line"], "") if own else "", "business_unit": unit}


def placed_deals(rows: list[Row]) -> list[Row]:
    """Deals with the unit they are for, where somebody said it."""
    placed = []
    for row in rows:
        known = row["stage"] not in ("won", "lost") and not row["name"].startswith(UNPLACED)
        offering = STILL_SOLD.get(row["name"], row["offering"])
        unit = _unit(_CODES[row["client"]], row["name"]) if known else ""
        placed.append({**row, "offering": offering, "business_unit": unit})
    return placed
