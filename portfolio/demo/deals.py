"""Open and lost deals. Won ones are read off the contracts they became (see opportunities)."""
# ruff: noqa: E501 - a table reads best with one row a line

from typing import NamedTuple

from portfolio.demo.calendar import Offset


class Open(NamedTuple):
    """`renews` is the code of the running work it renews; a blank amount is not priced yet."""

    client: str
    name: str
    stage: str
    amount: int | None
    close: Offset
    probability: str
    category: str
    kind: str
    offering: str
    months: int
    next_step: str
    owner: str
    renews: str = ""


class Lost(NamedTuple):
    client: str
    name: str
    amount: int
    close: Offset
    kind: str
    offering: str
    months: int
    owner: str
    renews: str = ""


O = Open  # noqa: E741 - one letter keeps the table readable, and it is only used here
OPEN: tuple[Open, ...] = (
    O("HAL", "Brand and campaign retainer renewal", "negotiation", 5_875_000, (2, 18), "0.72", "commit", "renewal", "Brand and campaigns", 12, "Answer the finance team's 6% rate request before the notice date", "director", "BRAND"),
    O("HAL", "Medical affairs studio renewal", "negotiation", 4_080_000, (1, 12), "0.85", "commit", "renewal", "Content", 12, "Agree the role mix with Imani Foster", "marcus.bell", "MEDAF"),
    O("HAL", "Patient support programme", "proposal", 1_150_000, (2, 25), "0.40", "best_case", "expansion", "Digital product", 10, "Present pilot scope and data protection answers", "marcus.bell"),
    O("HAL", "Cardiology launch, two markets", "qualified", 2_300_000, (5, 20), "0.25", "pipeline", "expansion", "Brand and campaigns", 14, "Meet the cardiology lead with Dana Whitfield", "director"),
    O("HAL", "Congress season programme, third year", "proposal", 470_000, (-1, 24), "0.60", "best_case", "renewal", "Brand and campaigns", 6, "Chase Sheila Marcus for the budget line", "marcus.bell"),
    O("HDX", "Laboratory insights, next term", "negotiation", 815_000, (1, 17), "0.90", "commit", "renewal", "Content", 12, "Send the renewal letter with the 3% uplift", "leila.haddad", "INSIGHT"),
    O("HDX", "Point-of-care campaign", "qualified", 380_000, (3, 14), "0.30", "pipeline", "expansion", "Brand and campaigns", 7, "Scope workshop with Jörg Pelletier", "leila.haddad"),
    O("MAR", "Small business banking launch", "proposal", 1_240_000, (1, 28), "0.50", "best_case", "expansion", "Brand and campaigns", 9, "Submit the revised fee table", "manager"),
    O("MAR", "Mortgage journeys, second squad", "negotiation", 920_000, (1, 8), "0.80", "commit", "expansion", "Digital product", 12, "Procurement to confirm rate card", "manager"),
    O("MAR", "Data platform, second year", "proposal", 1_690_000, (2, 20), "0.70", "commit", "renewal", "Data and analytics", 12, "Show the uplift in response from the pilot segment", "manager", "DATA"),
    O("MAR", "Branch content network", "lead", None, (4, 30), "0.10", "omitted", "new", "Content", 9, "Find out who owns branch screens", "manager"),
    O("COR", "In-store and seasonal renewal", "proposal", 3_150_000, (1, 9), "0.60", "best_case", "renewal", "Brand and campaigns", 12, "Rework roles: margin must pass 28% before we sign", "grace.nakamura", "STORE"),
    O("COR", "Spring value campaign", "qualified", 540_000, (2, 15), "0.35", "pipeline", "expansion", "Brand and campaigns", 5, "Wait for the store plan", "grace.nakamura"),
    O("COR", "Loyalty app relaunch", "lead", 1_100_000, (6, 30), "0.10", "pipeline", "expansion", "CRM and loyalty", 11, "First meeting with Yolanda Reyes-Marín and her product owner", "grace.nakamura"),
    O("NOR", "Signalling works passenger programme", "proposal", 680_000, (1, 22), "0.55", "best_case", "expansion", "Brand and campaigns", 10, "Clarify framework lot with Edmund Clarke", "manager"),
    O("NOR", "Accessibility of the ticketing app", "negotiation", 265_000, (-1, 13), "0.75", "commit", "expansion", "Digital product", 6, "Signature promised twice; ask Jamal Idris for a date", "manager"),
    O("NOR", "Share-of-voice model", "qualified", 190_000, (3, 6), "0.30", "pipeline", "new", "Data and analytics", 5, "Return the model promised to Hester Lyle", "manager"),
    O("OST", "Masterbrand renewal", "proposal", 2_720_000, (1, 15), "0.75", "commit", "renewal", "Brand and campaigns", 12, "Legal review of liability cap under way", "leila.haddad", "BRAND"),
    O("OST", "Barista range launch", "negotiation", 620_000, (1, 19), "0.70", "best_case", "expansion", "Brand and campaigns", 8, "Final costs for the film", "leila.haddad"),
    O("OST", "Retail media measurement", "lead", None, (4, 18), "0.10", "pipeline", "new", "Data and analytics", 6, "Discovery call with Luca Ferrante", "leila.haddad"),
    O("OSN", "Winter promotion, four countries", "qualified", 145_000, (2, 10), "0.40", "pipeline", "expansion", "Content", 4, "Waiting for Elin Sjöberg's budget", "leila.haddad"),
    O("KES", "Media renewal", "negotiation", 1_900_000, (1, 11), "0.35", "pipeline", "renewal", "Media", 12, "Notice date has passed: agree an extension or an end with Tariq Mansour", "director", "MEDIA"),
    O("KES", "Summer schedule campaign", "qualified", 410_000, (3, 20), "0.20", "pipeline", "expansion", "Brand and campaigns", 6, "Hold until the media decision", "grace.nakamura"),
    O("VAN", "Charging network roll-out", "proposal", 760_000, (1, 26), "0.60", "best_case", "expansion", "Brand and campaigns", 9, "Pitch to the board with Beatriz Quintero", "sofia.castellanos"),
    O("VAN", "Home battery launch", "qualified", 520_000, (4, 8), "0.30", "pipeline", "new", "Brand and campaigns", 8, "Send two comparable cases", "sofia.castellanos"),
    O("BRI", "Patient portal, next term", "proposal", 1_240_000, (2, 12), "0.70", "commit", "renewal", "Digital product", 12, "Security questionnaire to Raj Bhattacharya", "owen.gallagher", "PORTAL"),
    O("BRI", "Behavioural health line", "qualified", 480_000, (3, 27), "0.30", "pipeline", "expansion", "Brand and campaigns", 8, "Meet Lorraine Pike on growth priorities", "owen.gallagher"),
    O("TEL", "Fibre winter offer", "negotiation", 230_000, (1, 5), "0.80", "commit", "expansion", "Media", 4, "Countersign the order", "sofia.castellanos"),
    O("TEL", "Customer data platform", "lead", None, (5, 14), "0.10", "pipeline", "new", "Data and analytics", 10, "Ask Niamh Corrigan about their tender", "sofia.castellanos"),
    O("PEL", "Website care renewal", "proposal", 285_000, (2, 24), "0.80", "commit", "renewal", "Content", 12, "Send the short-form renewal", "manager", "WEB"),
    O("TES", "User conference", "negotiation", 142_000, (1, 10), "0.75", "commit", "new", "Brand and campaigns", 3, "Settle the venue deposit clause", "owen.gallagher"),
    O("TES", "Analyst relations programme", "lead", 180_000, (4, 22), "0.15", "pipeline", "expansion", "Content", 12, "Introduce Solveig Nygaard to Arjun Pillai", "owen.gallagher"),
)  # fmt: skip

LOST: tuple[Lost, ...] = (
    Lost("HAL", "Oncology education platform", 980_000, (-31, 14), "expansion", "Digital product", 12, "marcus.bell"),
    Lost("HAL", "Consumer health media", 1_650_000, (-16, 22), "new", "Media", 12, "director"),
    Lost("HAL", "Internal communications", 210_000, (-7, 9), "new", "Content", 6, "marcus.bell"),
    Lost("HDX", "Veterinary line campaign", 260_000, (-12, 18), "expansion", "Brand and campaigns", 6, "leila.haddad"),
    Lost("MAR", "Student account campaign", 390_000, (-27, 5), "expansion", "Brand and campaigns", 5, "manager"),
    Lost("MAR", "Private bank events", 275_000, (-4, 26), "new", "Brand and campaigns", 8, "manager"),
    Lost("COR", "In-store media network", 1_120_000, (-2, 12), "expansion", "Media", 12, "grace.nakamura"),
    Lost("COR", "Own-brand packaging", 430_000, (-20, 7), "new", "Content", 9, "grace.nakamura"),
    Lost("NOR", "Freight division website", 240_000, (-14, 29), "new", "Digital product", 7, "manager"),
    Lost("NOR", "Customer panel", 160_000, (-24, 16), "new", "Data and analytics", 12, "manager"),
    Lost("OST", "Food service brand", 520_000, (-9, 3), "expansion", "Brand and campaigns", 9, "leila.haddad"),
    Lost("OSN", "Cookbook", 85_000, (-18, 20), "new", "Content", 4, "leila.haddad"),
    Lost("KES", "Loyalty programme extension", 1_380_000, (-4, 18), "renewal", "CRM and loyalty", 12, "grace.nakamura", "LOYAL"),
    Lost("KES", "Airport lounge content", 220_000, (-10, 11), "expansion", "Content", 6, "grace.nakamura"),
    Lost("VAN", "Supplier portal", 310_000, (-22, 24), "new", "Digital product", 8, "sofia.castellanos"),
    Lost("BRI", "Fundraising campaign", 190_000, (-13, 6), "new", "Brand and campaigns", 5, "owen.gallagher"),
    Lost("TEL", "Business segment launch", 460_000, (-8, 15), "expansion", "Brand and campaigns", 8, "sofia.castellanos"),
    Lost("DUN", "Audience growth renewal", 1_420_000, (-13, 21), "renewal", "Media", 12, "director", "AUD"),
)  # fmt: skip
