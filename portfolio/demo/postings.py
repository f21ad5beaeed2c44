"""The words and parts of ledger postings: who worked, what was bought, what was travelled."""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from portfolio.demo.calendar import money
from portfolio.demo.spec import Client, Contract

Posting = tuple[str, Decimal, str, str]

# Service line -> teams that do the work, with their part of it.
TEAMS: dict[str, tuple[tuple[str, float], ...]] = {
    "Brand and campaigns": (("creative", 0.46), ("account and strategy", 0.3), ("production", 0.24)),
    "Media": (("planning", 0.42), ("activation", 0.38), ("account and strategy", 0.2)),
    "Content": (("editorial", 0.5), ("design studio", 0.32), ("account and strategy", 0.18)),
    "Digital product": (("design", 0.34), ("engineering", 0.46), ("product management", 0.2)),
    "CRM and loyalty": (("lifecycle marketing", 0.48), ("engineering", 0.3), ("account and strategy", 0.22)),
    "Data and analytics": (("data science", 0.52), ("data engineering", 0.34), ("account and strategy", 0.14)),
}  # fmt: skip

# What is bought for the client and billed on, with its weight beside the client's own share.
BOUGHT: dict[str, tuple[float, tuple[str, ...]]] = {
    "Brand and campaigns": (0.7, ("Film production", "Photography and usage rights", "Print", "Music licence")),
    "Media": (1.9, ("Paid social", "Paid search", "Connected television", "Out-of-home sites", "Display")),
    "Content": (0.4, ("Stock images", "Translation", "Illustration")),
    "Digital product": (0.2, ("Hosting", "User testing panel")),
    "CRM and loyalty": (0.3, ("Messaging platform fees", "Direct mail print and post")),
    "Data and analytics": (0.3, ("Survey panel", "Data licence")),
}  # fmt: skip

FREELANCERS: dict[str, tuple[str, ...]] = {
    "Brand and campaigns": ("art director", "copywriter", "producer", "motion designer"),
    "Media": ("programmatic trader", "paid social specialist", "media planner"),
    "Content": ("medical writer", "editor", "illustrator"),
    "Digital product": ("front-end developer", "interaction designer", "test engineer"),
    "CRM and loyalty": ("campaign developer", "lifecycle copywriter"),
    "Data and analytics": ("data engineer", "analyst"),
}
_WHO = (
    "A. Lindgren", "B. Osei", "C. Moreau", "D. Varga", "E. Castillo", "F. Hughes", "G. Petrova",
    "H. Iyer", "J. Mbeki", "K. Sato", "L. Romano", "M. Farouk", "N. Dubois", "P. Novak", "R. Silva",
    "S. Chaudhry", "T. Aalto", "V. Schmidt", "W. Achebe", "Y. Cohen",
)  # fmt: skip
EXPENSES = (
    "Travel to client offices", "Workshop venue and catering", "Research incentives", "Courier and props",
    "Software licences for the team", "Travel to shoot", "Hotel, quarterly planning days",
)  # fmt: skip
# Dollars an hour a team costs, for the hours told in the text.
HOUR_COST = {"USD": 84, "EUR": 71, "GBP": 63}
# Monthly overhead of the whole agency: dollars in the ledger's first month, growth a year.
POOL = (
    ("Studio rent and services, New York", 96_000, 0.03),
    ("Studio rent and services, London and Amsterdam", 71_500, 0.04),
    ("Finance, legal and people teams", 148_000, 0.05),
    ("Systems and security", 57_500, 0.07),
)


def fee_text(contract: Contract, month: date, is_open: bool) -> str:
    if contract.kind == "change_order":
        return f"Change order: {contract.title}"
    if contract.billing == "retainer":
        return f"Retainer fee {month:%B %Y}"
    if contract.billing == "milestone":
        return "Milestone billed on acceptance"
    if contract.billing == "fixed_fee":
        return f"Fixed fee, instalment {month:%B %Y}"
    return f"Time and materials {month:%B %Y}" + (", first half" if is_open else "")


def labour_postings(client: Client, contract: Contract, effort: float, rng: random.Random) -> Iterator[Posting]:
    total = effort * client.economics.labour * rng.gauss(1.0, 0.03)
    teams = TEAMS[contract.service_line][: 3 if effort > 60_000 else 2]
    weight = sum(part for _, part in teams)
    for team, part in teams:
        amount = money(total * part / weight * rng.gauss(1.0, 0.04))
        hours = round(float(amount) / HOUR_COST[client.currency])
        yield "delivery_labour", amount, f"Labour, {team} team, {hours:,} h", ""


def freelance_postings(contract: Contract, effort: float, share: float, rng: random.Random) -> Iterator[Posting]:
    total = effort * share * rng.lognormvariate(-0.02, 0.22)
    if total < 900:
        return
    people = 1 if total < 9_000 else 2 if total < 40_000 else 3
    for _ in range(people):
        what, who = rng.choice(FREELANCERS[contract.service_line]), rng.choice(_WHO)
        yield "freelancers", money(total / people * rng.gauss(1, 0.08)), f"Freelance {what}, {who}", ""


def cost_postings(
    client: Client, contract: Contract, effort: float, freelance: float, rng: random.Random
) -> Iterator[Posting]:
    """Postings of one contract's month; `effort` is the fee value of the work done.

    A posting is (line, amount, text, currency); a blank currency is the client's own.
    """
    if effort <= 0:
        return
    weight, items = BOUGHT[contract.service_line]
    bought = effort * client.economics.pass_through * weight * rng.lognormvariate(-0.02, 0.2)
    if bought > 1_500:
        parts = 1 if bought < 60_000 else 2
        for item in rng.sample(items, parts):
            yield "pass_through", money(bought / parts * rng.gauss(1, 0.05)), item, ""
    yield from labour_postings(client, contract, effort, rng)
    yield from freelance_postings(contract, effort, freelance, rng)
    expenses = effort * client.economics.expenses * rng.lognormvariate(-0.05, 0.3)
    if expenses > 400:
        # Now and then the New York office pays for a European client.
        currency = "USD" if client.currency != "USD" and rng.random() < 0.12 else ""
        yield "direct_expenses", money(expenses), rng.choice(EXPENSES), currency


def pool_postings(month: date, anchor: date, rng: random.Random) -> Iterator[tuple[Decimal, str]]:
    years = 3 - ((anchor.year - month.year) * 12 + anchor.month - month.month) / 12
    for text, base, growth in POOL:
        yield money(base * (1 + growth) ** years * rng.gauss(1, 0.015)), text
