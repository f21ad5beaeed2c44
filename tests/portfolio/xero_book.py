"""A real Xero ledger turned into neutral CSV: 1,685 journals of a small consultancy, 4,033 lines, three currencies.

How accounts become ledger lines, so that operating profit is the ledger's own result: REVENUE → gross_revenue,
DIRECTCOSTS → direct_expenses, the accounts Subcontracting and Consulting → freelancers, every other EXPENSE → overhead.
Whose a line is: revenue is its invoice's contact's; a cost with a supplier's invoice is the house's own client's; a
cost without one (bank, manual) is the pool where it is overhead, the house's where it is not. The account's name is the
service line. Balance sheet accounts are no ledger lines; they are counted, and make the trial balance.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "api_exports" / "xero_api"
HOUSE: Final = "house"
HOME: Final = "CAD"
"""The currency the organisation keeps its journals in."""
LINES: Final = {"REVENUE": "gross_revenue", "DIRECTCOSTS": "direct_expenses", "EXPENSE": "overhead"}
FREELANCERS: Final = frozenset({"Subcontracting", "Consulting & Accounting"})
TIERS: Final = ("strategic", "key", "growth", "maintain")
Rows = list[dict[str, str]]


def table(name: str) -> Rows:
    with (DATA / f"xero_{name}_data.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True, slots=True)
class Posted:
    """A journal line with its journal's month and its invoice. net: debits above zero, in the home currency."""

    journal: str
    month: str
    line: dict[str, str]
    invoice: dict[str, str] | None

    @property
    def net(self) -> Decimal:
        return Decimal(self.line["net_amount"])

    @property
    def of_profit(self) -> bool:
        return self.line["account_type"] in LINES

    @property
    def kind(self) -> str:
        return "freelancers" if self.line["account_name"] in FREELANCERS else LINES[self.line["account_type"]]

    @property
    def client(self) -> str:
        if self.kind == "gross_revenue":
            return self.invoice["contact_id"] if self.invoice else HOUSE
        return HOUSE if self.invoice or self.kind != "overhead" else ""

    def amount(self, *, as_invoiced: bool) -> tuple[Decimal, str]:
        """As the ladder takes it; in the invoice's currency, at the invoice's own rate, when asked for."""
        own = -self.net if self.kind == "gross_revenue" else self.net
        if self.invoice is None or not as_invoiced:
            return own, HOME
        rate = Decimal(self.invoice["currency_rate"])
        return (own * rate).quantize(Decimal("0.01"), ROUND_HALF_EVEN), self.invoice["currency_code"]


def posted() -> list[Posted]:
    journals = {row["journal_id"]: row for row in table("journal")}
    invoices = {row["invoice_id"]: row for row in table("invoice")}
    found = []
    for line in table("journal_line"):
        journal = journals[line["journal_id"]]
        found.append(Posted(line["journal_id"], journal["journal_date"][:7], line, invoices.get(journal["source_id"])))
    return found


def rates() -> dict[tuple[str, str, str], Decimal]:
    """(month, base, quote) → quote units for one base: the plain mean of the rates of that month's invoices, and the
    pound in US dollars as the quotient of the two means.
    """
    seen: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for row in table("invoice"):
        if row["currency_code"] != HOME:
            seen[row["date"][:7], row["currency_code"]].append(Decimal(row["currency_rate"]))
    means = {key: sum(some, Decimal(0)) / len(some) for key, some in seen.items()}
    crosses = {
        (month, "GBP", "USD"): rate / means[month, "GBP"]
        for (month, quote), rate in means.items()
        if quote == "USD" and (month, "GBP") in means
    }
    both = {(month, HOME, quote): rate for (month, quote), rate in means.items()} | crosses
    return {key: rate.quantize(Decimal("0.00000001")) for key, rate in both.items()}


def clients(lines: Iterable[Posted]) -> list[dict[str, str]]:
    """The contacts with revenue, and the house. Tiers and industries go round, so that each grouping has several."""
    keys = sorted({one.client for one in lines if one.of_profit and one.client} | {HOUSE})
    return [
        {
            "key": key,
            "name": f"Contact {number}",
            "tier": TIERS[number % 4],
            "industry": ("Retail", "Health", "")[number % 3],
            "parent": keys[0] if number in (2, 3) else "",
            "currency": HOME,
            "fiscal_year_start": "3",  # the organisation's year ends with February
            "owner_email": "dana@firm.example" if number % 2 else "",
        }
        for number, key in enumerate(keys)
    ]


def contracts(lines: Iterable[Posted]) -> list[dict[str, str]]:
    """One statement of work for each client with revenue, over the months it was billed."""
    months: dict[str, list[str]] = defaultdict(list)
    for one in lines:
        if one.of_profit and one.kind == "gross_revenue" and one.client != HOUSE:
            months[one.client].append(one.month)
    return [
        {
            "number": f"SOW-{number}",
            "kind": "sow",
            "client": client,
            "title": "Work as billed",
            "start": f"{min(span)}-01",
            "end": f"{max(span)}-28",
            "currency": HOME,
            "status": "active",
            "billing": "time_and_materials",
        }
        for number, (client, span) in enumerate(sorted(months.items()))
    ]


def ledger(lines: Iterable[Posted], numbers: dict[str, str], *, as_invoiced: bool) -> list[dict[str, str]]:
    rows = []
    for one in lines:
        if not one.of_profit:
            continue
        amount, currency = one.amount(as_invoiced=as_invoiced)
        rows.append(
            {
                "source_ref": one.line["journal_line_id"],
                "client": one.client,
                "contract": numbers.get(one.client, "") if one.kind == "gross_revenue" else "",
                "service_line": one.line["account_name"],
                "month": one.month,
                "line": one.kind,
                "amount": str(amount),
                "currency": currency,
            }
        )
    return rows


def write_bundle(folder: Path, *, as_invoiced: bool) -> None:
    lines = posted()
    deals = contracts(lines)
    book = {
        "people": [{"email": "dana@firm.example", "name": "Dana", "role": "director"}],
        "clients": clients(lines),
        "contracts": deals,
        "fx": [
            {"month": month, "base": base, "quote": quote, "average": str(rate)}
            for (month, base, quote), rate in sorted(rates().items())
        ],
        "ledger": ledger(lines, {row["client"]: row["number"] for row in deals}, as_invoiced=as_invoiced),
    }
    for kind, rows in book.items():
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
