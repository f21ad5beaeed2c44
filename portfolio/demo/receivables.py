"""What the demo's clients were invoiced in two years, how they paid, and the orders they pay from.

Invoices follow the ledger: each contract's month is billed on its last working day, with what was bought for the
client; a change order that takes away is a credit note. Each client has its own terms and habits; one disputes a large
invoice, one that left never paid its last. Payments after the as-of day are not known yet. An order was written for
the fee of its contract; not every one will last it.
"""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portfolio.demo.calendar import add_months, label, money, month_end, stream
from portfolio.demo.clients import CLIENTS
from portfolio.demo.contracts import all_contracts
from portfolio.demo.spec import Contract

Row = dict[str, str]
MONTHS = 24
# Days to pay by the contract, then the usual delay after them and how far it strays.
HABITS = {
    "halden-pharma": (60, 3, 5),
    "halden-diagnostics": (45, 2, 4),
    "marlow-bank": (30, -2, 4),
    "corvus-retail": (45, 19, 9),
    "northline-rail": (30, 6, 6),
    "ostra-foods": (45, 4, 6),
    "ostra-nordic": (45, 1, 5),
    "kestrel-air": (30, 11, 10),
    "vantora-energy": (30, 9, 7),
    "telmara-mobile": (60, -4, 5),
}
USUAL = (30, 2, 6)
STRAGGLERS = 0.03
# The client that disputes its largest invoice of that many months ago, and the one that left without paying its last.
DISPUTED, DISPUTED_BACK = "kestrel-air", 4
LEFT = "dunmore-media"
# Client -> month of the credit note, its share of an invoice, and whether it was set off already.
CREDITS = {"halden-pharma": (5, 0.06, True), "corvus-retail": (2, 0.11, False), "ostra-foods": (3, 0.04, False)}
# Client -> what its order holds beside what was invoiced, as a share of the fee still to come.
ORDERS = {
    "halden-pharma": 1.25,
    "marlow-bank": 0.22,
    "northline-rail": 0.64,
    "ostra-foods": 1.4,
    "telmara-mobile": 1.1,
    "pell-and-rowe": 1.3,
}
EXPIRES_EARLY = "telmara-mobile"


@dataclass(frozen=True)
class Bill:
    """One invoice before it is numbered."""

    client: str
    contract: str
    month: date
    currency: str
    amount: Decimal


def last_weekday(month: date) -> date:
    day = month_end(month)
    return day - timedelta(days=max(0, day.weekday() - 4))


def bills(anchor: date, ledger: list[Row]) -> list[Bill]:
    """Gross revenue of the closed months by contract; a month's small jobs on one invoice."""
    first, sums = label(add_months(anchor, -MONTHS)), defaultdict[tuple[str, str, str, str], Decimal](Decimal)
    for row in ledger:
        if row["line"] == "gross_revenue" and first <= row["month"] < label(anchor):
            sums[row["client"], row["month"], row["contract"], row["currency"]] += Decimal(row["amount"])
    return [
        Bill(client, contract, date.fromisoformat(f"{month}-01"), currency, amount)
        for (client, month, contract, currency), amount in sorted(sums.items())
        if amount
    ]


def paid_on(bill: Bill, due: date, rng: random.Random) -> date:
    _, usual, stray = HABITS.get(bill.client, USUAL)
    days = rng.gauss(usual, stray) + (rng.uniform(20, 55) if rng.random() < STRAGGLERS else 0)
    return due + timedelta(days=round(max(days, -14)))


def unpaid(bill: Bill, own: list[Bill], anchor: date) -> bool:
    """The disputed invoice, and the last one of the client that left."""
    if bill.client == DISPUTED and bill.month == add_months(anchor, -DISPUTED_BACK):
        return bill.amount == max(other.amount for other in own if other.month == bill.month)
    return bill.client == LEFT and bill.month == max(other.month for other in own)


def invoice_row(bill: Bill, number: str, order: str, issued: date, due: date, paid: date | None) -> Row:
    return {
        "number": number,
        "client": bill.client,
        "contract": bill.contract,
        "issued": issued.isoformat(),
        "due": due.isoformat(),
        "amount": f"{bill.amount:.2f}",
        "currency": bill.currency,
        "paid_on": paid.isoformat() if paid else "",
        "po_number": order,
    }


def client_invoices(
    client: str, code: str, own: list[Bill], as_of: date, seed: int, orders: dict[str, str]
) -> list[Row]:
    anchor, rng, rows = as_of.replace(day=1), stream(seed, "invoices", client), []
    terms = HABITS.get(client, USUAL)[0]
    count: dict[date, int] = defaultdict(int)
    for bill in own:
        count[bill.month] += 1
        issued = last_weekday(bill.month)
        due = issued + timedelta(days=terms)
        paid = paid_on(bill, due, rng)
        open_still = paid > as_of or unpaid(bill, own, anchor)
        number = f"{code}-{bill.month:%y%m}-{count[bill.month]:02}"
        order = orders.get(bill.contract, "")
        rows.append(invoice_row(bill, number, order, issued, due, None if open_still else max(paid, issued)))
    if client in CREDITS:
        rows.append(credit_row(code, own, as_of, CREDITS[client]))
    return rows


def credit_row(code: str, own: list[Bill], as_of: date, told: tuple[int, float, bool]) -> Row:
    """A credit note against the largest invoice of its month, issued ten days after it."""
    back, share, settled = told
    month = add_months(as_of.replace(day=1), -back)
    on = max((bill for bill in own if bill.month == month), key=lambda bill: bill.amount)
    issued = last_weekday(month) + timedelta(days=10)
    given = Bill(on.client, on.contract, month, on.currency, -money(float(on.amount) * share))
    paid = issued + timedelta(days=20)
    return invoice_row(
        given, f"{code}-{month:%y%m}-CN", "", issued, issued, paid if settled and paid <= as_of else None
    )


def order_contract(client: str, anchor: date, seed: int) -> Contract | None:
    """The largest work under way that still runs for two months."""
    running = [
        contract
        for contract in all_contracts(anchor, seed)
        if contract.client == client
        and contract.kind == "sow"
        and contract.status == "active"
        and contract.end is not None
        and contract.end >= add_months(anchor, 2)
        and contract.billing in ("retainer", "time_and_materials")
    ]
    return max(running, key=lambda contract: (contract.amount or 0, contract.number), default=None)


def order_of(client: str, contract: Contract, own: list[Bill], anchor: date, seed: int) -> Row:
    """For what was invoiced of the contract so far, and a share of the fee still to come."""
    if contract.end is None or contract.amount is None:
        raise ValueError(contract.number)
    days = (contract.end - contract.start).days + 1
    to_go = float(contract.amount) * (contract.end - max(anchor, contract.start)).days / days
    invoiced = sum((bill.amount for bill in own if bill.contract == contract.number), Decimal(0))
    amount = round((float(invoiced) + to_go * ORDERS[client]) / 5_000) * 5_000
    expires = anchor + timedelta(days=58) if client == EXPIRES_EARLY else contract.end + timedelta(days=60)
    return {
        "number": f"PO-{stream(seed, 'orders', client).randrange(41_000, 79_000)}",
        "client": client,
        "contract": contract.number,
        "amount": f"{amount:.2f}",
        "currency": contract.currency,
        "issued": (contract.start - timedelta(days=6)).isoformat(),
        "expires": expires.isoformat(),
    }


def receivable_rows(as_of: date, seed: int, ledger: list[Row]) -> tuple[list[Row], list[Row]]:
    """Purchase orders and invoices."""
    anchor, by_client = as_of.replace(day=1), defaultdict[str, list[Bill]](list)
    for bill in bills(anchor, ledger):
        by_client[bill.client].append(bill)
    orders, numbers = [], {}
    for client in ORDERS:
        contract = order_contract(client, anchor, seed)
        if contract is not None:
            order = order_of(client, contract, by_client[client], anchor, seed)
            orders.append(order)
            numbers[contract.number] = order["number"]
    invoices = [
        row
        for client in CLIENTS
        if by_client[client.key]
        for row in client_invoices(client.key, client.code, by_client[client.key], as_of, seed, numbers)
    ]
    return orders, invoices
