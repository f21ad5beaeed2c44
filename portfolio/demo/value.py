"""What the agency's work was worth to its clients, and what their people answered. All invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from portfolio.demo.calendar import add_months
from portfolio.demo.clients import BY_KEY
from portfolio.demo.contacts import contact_key
from portfolio.demo.people import email

Row = dict[str, str]


class Told(NamedTuple):
    """One benefit. first, last: months from the story's; base, ramp: thousands in the first month and more in each.

    answer: accept, decline, sent, proposed, or the share of the claim that the client held right.
    """

    client: str
    title: str
    driver: str
    hard: bool
    baseline: str
    method: str
    share: str
    reason: str
    confidence: str
    evidence: str
    first: int
    last: int
    base: int
    ramp: int
    answer: str


TOLD: Final = (
    Told("halden-pharma", "Respiratory launch ahead of plan", "revenue", True, "Launch plan of 2025: 38,000 starts",
         "New patient starts above plan × net price, by brand finance", "0.45", "Field force and price did the rest",
         "high", "Brand finance, October close", -12, -1, 2150, 120, "accept"),
    Told("halden-pharma", "Media bought below the agreed price index", "cost", True, "Index 100, audited 2024",
         "Audited price index × media spend", "1", "", "high", "Media auditor, Q3 report", -12, -1, 610, 25, "accept"),
    Told("halden-pharma", "Medical review in fewer days", "time", True, "11 days, 2025", "Days saved × reviewers’ cost",
         "0.8", "Their new tool saved a fifth", "medium", "Ticket log, 1,840 reviews", -10, -1, 88, 9, "0.85"),
    Told("halden-pharma", "Patients who stay on treatment", "revenue", True, "64% after ninety days, 2025",
         "Persistence above baseline × price", "0.5", "Nurses carry half of it", "medium", "Pilot, two markets", -5, -1,
         240, 60, "sent"),
    Told("halden-pharma", "Awareness among people over fifty", "revenue", False, "31%, 2025",
         "Tracker × category value",
         "0.6", "A rival left the category", "low", "Tracker, wave 9", -8, -1, 150, 0, "accept"),
    Told("halden-pharma", "Fewer claims sent back by the regulator", "risk", False, "Nine a year", "Cost of a recall",
         "0.5", "Legal reads each claim as well", "low", "", -6, -1, 60, 0, "proposed"),
    Told("halden-diagnostics", "Laboratories won through the new site", "revenue", True, "41,000 sessions, 2025",
         "Orders traced to the site × margin", "0.7", "Sales closes them", "high", "CRM export, October", -9, -1, 290,
         24,
         "accept"),
    Told("halden-diagnostics", "Trade fairs replaced by briefings online", "cost", True, "€420,000 a year",
         "Stand cost not spent", "1", "", "high", "Purchase ledger", -6, -1, 31, 0, "sent"),
    Told("marlow-bank", "Mortgage applications online", "revenue", True, "1.8% of visits, 2025",
         "Completed applications above baseline × margin", "0.55", "Rates helped in spring", "high",
         "Analytics, audited",
         -12, -1, 1480, 70, "accept"),
    Told("marlow-bank", "Branch letters moved to the app", "cost", True, "£2.1M a year", "Letters × cost of one", "1",
         "",
         "high", "Print ledger", -11, -1, 118, 4, "accept"),
    Told("marlow-bank", "Customers kept who meant to leave", "revenue", True, "2.1% a month", "Customers kept × margin",
         "0.4", "Service recovery did most of it", "medium", "Churn model 4", -9, -1, 330, 15, "0.7"),
    Told("marlow-bank", "Calls avoided by clearer statements", "time", False, "3.2 calls a customer", "Calls × minutes",
         "0.6", "The app changed as well", "medium", "", -5, -1, 40, 2, "sent"),
    Told("corvus-retail", "Cost of an acquisition", "cost", True, "$38, 2025", "Drop × new customers", "0.6",
         "The loyalty price did the rest", "high", "Finance, September", -11, -1, 940, -20, "0.6"),
    Told("corvus-retail", "Autumn sale, online orders", "revenue", True, "Autumn 2025",
         "Orders above last year × margin",
         "0.5", "Deeper discounts", "medium", "Web shop", -3, -1, 820, 0, "decline"),
    Told("corvus-retail", "Catalogue pages not printed", "cost", True, "184 pages", "Pages × cost", "1", "", "high",
         "Printer’s invoices", -10, -1, 96, 0, "accept"),
    Told("northline-rail", "Weekend journeys", "revenue", True, "2.31M a month, 2025", "Journeys above trend × yield",
         "0.4", "Fares fell in March", "high", "Ticket data", -11, -1, 1020, 45, "accept"),
    Told("northline-rail", "Delay claims answered by the app", "cost", True, "£6.10 a claim", "Claims × saving", "0.9",
         "Their own team wrote the rules", "high", "Claims ledger", -9, -1, 84, 3, "accept"),
    Told("northline-rail", "Staff who would recommend the railway", "time", False, "6.4 of 10",
         "Leavers avoided × cost",
         "0.3", "Pay rose as well", "low", "", -6, -1, 52, 0, "sent"),
    Told("ostra-foods", "Share of shelf in three markets", "revenue", True, "11.2%, 2025", "Facings × margin of one",
         "0.5", "Trade terms did half", "high", "Retail panel", -12, -1, 1250, 35, "accept"),
    Told("ostra-foods", "Media hours wasted above the range", "cost", True, "15% over the range", "Spend above × rate",
         "1", "", "high", "Media ledger", -8, -1, 74, 0, "accept"),
    Told("ostra-foods", "Packaging artwork reused", "cost", True, "1.0 artwork a product", "Artworks not made × price",
         "0.8", "Suppliers helped", "medium", "Studio list", -6, -1, 45, 6, "sent"),
    Told("ostra-nordic", "Recipes that sell the range", "revenue", True, "None before", "Baskets with both × margin",
         "0.6", "A television cook made two famous", "medium", "Loyalty data", -7, -1, 305, 12, "accept"),
    Told("kestrel-air", "Bookings by lapsed flyers", "revenue", True, "3.1% came back, 2025", "Bookings × yield", "0.5",
         "New routes did the rest", "high", "Revenue accounting", -12, -1, 905, 40, "accept"),
    Told("kestrel-air", "Bookings moved off agents", "cost", True, "41% direct", "Commission not paid", "0.7",
         "The agents’ dispute helped", "high", "Commission ledger", -9, -1, 210, 8, "0.9"),
    Told("kestrel-air", "Empty seats on Tuesday", "revenue", True, "71% full", "Seats × fare", "0.4",
         "Timetable changed",
         "low", "", -4, -1, 130, 0, "decline"),
    Told("vantora-energy", "Homes switched in spring", "revenue", True, "18,200, 2025", "Homes above plan × margin",
         "0.55", "The price cap moved people", "high", "Billing", -8, -1, 640, 20, "accept"),
    Told("vantora-energy", "Engineers hired without agencies", "cost", True, "€9,400 a hire", "Hires × fee", "1", "",
         "high", "HR ledger", -10, -1, 58, 2, "accept"),
    Told("brightmere-health", "Check-ups booked online", "revenue", True, "24%, 2025", "Bookings × margin", "0.6",
         "Insurers sent some", "high", "Clinic system", -11, -1, 480, 22, "accept"),
    Told("brightmere-health", "Missed appointments", "cost", True, "9.1%", "Appointments kept × cost", "0.7",
         "Reminders are theirs", "medium", "Clinic system", -7, -1, 66, 0, "sent"),
    Told("telmara-mobile", "Customers kept", "revenue", True, "1.9% left a month", "Customers kept × margin", "0.4",
         "Network and price did most", "medium", "Churn model", -10, -1, 530, 14, "0.8"),
    Told("telmara-mobile", "Shop visits replaced by the site", "cost", True, "€7.20 a visit", "Visits × cost", "0.8",
         "Two shops closed", "high", "Retail finance", -8, -1, 72, 3, "sent"),
    Told("pell-and-rowe", "Direct orders from the new shop", "revenue", True, "Nothing before", "Orders × margin",
         "0.7",
         "The press wrote of it", "medium", "Web shop", -6, -1, 96, 9, "sent"),
    Told("tesserine-software", "Trials that become customers", "revenue", True, "8% of trials",
         "Customers × first year",
         "0.5", "The product changed", "low", "", -4, -1, 41, 5, "proposed"),
)  # fmt: skip
SPENT: Final[tuple[tuple[str, str, int, str], ...]] = (
    ("halden-pharma", "Claims review tool, licences", -11, "380000"),
    ("halden-pharma", "Patient support nurses, pilot", -5, "640000"),
    ("marlow-bank", "Change of the application form, own developers", -10, "720000"),
    ("corvus-retail", "Customer data platform", -9, "1450000"),
    ("northline-rail", "Claims in the app, supplier", -8, "410000"),
    ("ostra-foods", "Trade display material", -7, "530000"),
    ("kestrel-air", "Booking engine, change requests", -8, "690000"),
    ("vantora-energy", "Comparison sites, fees", -6, "240000"),
    ("brightmere-health", "Booking in the clinic system", -8, "180000"),
)
FINANCE: Final = {"halden-pharma": 2, "corvus-retail": 2, "kestrel-air": 2}
"""The place of who signs for money among a client's people, where it is not the first."""


def _numbered() -> list[tuple[str, Told]]:
    counted: dict[str, int] = {}
    found = []
    for one in TOLD:
        counted[one.client] = counted.get(one.client, 0) + 1
        found.append((f"{BY_KEY[one.client].code}-B{counted[one.client]:02}", one))
    return found


def benefit_rows() -> list[Row]:
    return [
        {
            "key": key, "client": one.client, "title": one.title, "driver": one.driver,
            "hard": "yes" if one.hard else "no", "baseline": one.baseline, "method": one.method, "share": one.share,
            "share_reason": one.reason, "confidence": one.confidence, "evidence": one.evidence,
            "currency": BY_KEY[one.client].currency, "owner": email(BY_KEY[one.client].manager),
        }
        for key, one in _numbered()
    ]  # fmt: skip


def benefit_amount_rows(anchor: date) -> list[Row]:
    return [
        {
            "benefit": key, "month": f"{add_months(anchor, one.first + place):%Y-%m}",
            "amount": str((one.base + place * one.ramp) * 1000),
        }
        for key, one in _numbered()
        for place in range(one.last - one.first + 1)
    ]  # fmt: skip


def value_cost_rows(anchor: date) -> list[Row]:
    return [
        {
            "key": f"{BY_KEY[client].code}-VC{place}", "client": client, "title": title,
            "month": f"{add_months(anchor, back):%Y-%m}", "amount": amount, "currency": BY_KEY[client].currency,
        }
        for place, (client, title, back, amount) in enumerate(SPENT, 1)
    ]  # fmt: skip


def answers() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """By client: who was asked, and the answer of each benefit that was sent."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for key, one in _numbered():
        if one.answer != "proposed":
            who = contact_key(one.client, FINANCE.get(one.client, 1))
            found.setdefault(one.client, (who, {}))[1][key] = one.answer
    return found


def held_right(answer: str) -> Decimal | None:
    """The share of a claim that the client held right, where they changed it."""
    return Decimal(answer) if answer[:1].isdigit() else None
