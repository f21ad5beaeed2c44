"""The ledger of the demo: what each contract earned and cost, month by month.

Fees follow the contract's schedule: retainers exactly (a bill missed now and then is caught up the
month after), time and materials with the season and chance, milestones in four stages. Costs follow
the work, not the bills, so a month with a milestone shows a better margin than the one before.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from portfolio.demo.calendar import (
    add_months,
    label,
    ledger_months,
    money,
    month_end,
    month_of,
    straight_line,
    stream,
)
from portfolio.demo.clients import CLIENTS, STARTS
from portfolio.demo.contracts import all_contracts
from portfolio.demo.postings import cost_postings, fee_text, pool_postings
from portfolio.demo.spec import Client, Contract

STAGES = (0.2, 0.3, 0.3, 0.2)
# Share of the open month's work that is in the books while the month runs.
OPEN_SHARE = 0.45
# Retainers up to this a month are now and then billed a month late.
LATE_LIMIT = 90_000
# Corvus: freelancers as a share of fees, by months before the open one; half of the rise elsewhere.
SLUMP_CLIENT, SLUMP_LINE = "corvus-retail", "Media"
SLUMP = {5: 0.14, 4: 0.2, 3: 0.26, 2: 0.3, 1: 0.32, 0: 0.32}


@dataclass
class Book:
    """Rows of one client as they are written; numbered within the month."""

    client: Client
    rows: list[dict[str, str]] = field(default_factory=list)
    count: dict[date, int] = field(default_factory=dict)

    def post(
        self,
        month: date,
        contract: str,
        service_line: str,
        line: str,
        amount: Decimal,
        text: str,
        currency: str = "",
    ) -> None:
        if not amount:
            return
        number = self.count.get(month, 0) + 1
        self.count[month] = number
        self.rows.append(
            {
                "source_ref": f"AF-{self.client.code}-{month:%Y%m}-{number:04}",
                "client": self.client.key,
                "contract": contract,
                "service_line": service_line,
                "month": label(month),
                "line": line,
                "amount": f"{amount:.2f}",
                "currency": currency or self.client.currency,
                "description": text,
            }
        )  # fmt: skip


def work_by_month(contract: Contract, anchor: date) -> dict[date, Decimal]:
    """The scheduled fee of each ledger month, up to the day work stopped."""
    amount = contract.amount
    if amount is None or contract.status in ("draft", "review", "negotiation"):
        return {}
    months = [*ledger_months(anchor), anchor]
    if contract.end is None:
        monthly = money(amount / 12)
        return {m: monthly for m in months if m >= month_of(contract.start)}
    shares = straight_line(amount, contract.start, contract.end)
    if contract.stopped:
        stopped = month_of(contract.stopped)
        part = Decimal(contract.stopped.day) / month_end(stopped).day
        shares = {m: v for m, v in shares.items() if m <= stopped}
        shares[stopped] = money(shares[stopped] * part)
    return {m: shares[m] for m in months if m in shares}


def retainer_fees(work: dict[date, Decimal], rng: random.Random, anchor: date) -> dict[date, Decimal]:
    fees: dict[date, Decimal] = {}
    missed = Decimal(0)
    last = add_months(anchor, -1)
    for month, share in work.items():
        late = rng.random() < 0.025 and share < LATE_LIMIT
        if late and not missed and month < last and add_months(month, 1) in work:
            missed = share
            continue
        fees[month] = share + missed
        missed = Decimal(0)
    return fees


def time_fees(
    contract: Contract, client: Client, work: dict[date, Decimal], rng: random.Random, anchor: date
) -> dict[date, Decimal]:
    burn = contract.burn * rng.gauss(1.0, 0.012)
    fees: dict[date, Decimal] = {}
    for month, share in work.items():
        season = client.economics.season.get(month.month, 1.0)
        noise = rng.lognormvariate(0, 0.045)
        part = OPEN_SHARE if month == anchor else 1.0
        fees[month] = money(float(share) * season * burn * noise * part)
    return fees


def milestone_fees(contract: Contract, work: dict[date, Decimal]) -> dict[date, Decimal]:
    """Billed at a quarter, half, three quarters and the end of the time; the last stage completes."""
    amount, end = contract.amount, contract.end
    if amount is None or end is None:
        return {}
    months = list(straight_line(amount, contract.start, end))
    fees: dict[date, Decimal] = {}
    left = amount
    for stage, share in enumerate(STAGES, 1):
        due = months[max(0, len(months) * stage // 4 - 1)]
        part = left if stage == len(STAGES) else money(amount * Decimal(str(share)))
        left -= part
        fees[due] = fees.get(due, Decimal(0)) + part
    return {m: v for m, v in fees.items() if m in work}


def fees_by_month(
    contract: Contract, client: Client, work: dict[date, Decimal], seed: int, anchor: date
) -> dict[date, Decimal]:
    rng = stream(seed, "fees", contract.client, contract.code, contract.number, str(contract.term))
    if contract.billing == "milestone":
        return {m: v for m, v in milestone_fees(contract, work).items() if m < anchor}
    if contract.billing == "time_and_materials" and (contract.amount or 0) > 0:
        return time_fees(contract, client, work, rng, anchor)
    if contract.billing == "retainer" and contract.kind == "sow":
        return retainer_fees(work, rng, anchor)
    return dict(work)


def freelance_share(contract: Contract, client: Client, month: date, anchor: date) -> float:
    normal = client.economics.freelancers
    if client.key != SLUMP_CLIENT:
        return normal
    back = (anchor.year - month.year) * 12 + anchor.month - month.month
    slump = SLUMP.get(back, normal)
    return slump if contract.service_line == SLUMP_LINE else (slump + normal) / 2


def post_contract(book: Book, contract: Contract, changed: Decimal, month: date, fee: Decimal,
                  work: Decimal, rng: random.Random, anchor: date) -> None:  # fmt: skip
    """`changed`: scheduled fees of its change orders this month, worked by the same people."""
    client = book.client
    number, line = contract.number, contract.service_line
    book.post(month, number, line, "gross_revenue", fee, fee_text(contract, month, month == anchor))
    if contract.kind == "change_order":
        return
    effort = float(work + changed) * (OPEN_SHARE if month == anchor else 1.0)
    freelance = freelance_share(contract, client, month, anchor)
    for name, amount, text, currency in cost_postings(client, contract, effort, freelance, rng):
        if name == "pass_through":
            book.post(month, number, line, "gross_revenue", amount, f"{text}, billed on", currency)
        book.post(month, number, line, name, amount, text, currency)


def post_ad_hoc(book: Book, month: date, earned: Decimal, rng: random.Random, line: str) -> None:
    """Small jobs without a contract: quoted by mail, billed the same month."""
    client = book.client
    share = client.economics.ad_hoc * rng.lognormvariate(0, 0.35)
    fee = money(float(earned) * share)
    if fee < 500 or rng.random() < 0.15:
        return
    job = rng.choice(("Sales presentation", "Award entry", "Event stand", "Photo retouching", "Survey", "Training day"))
    book.post(month, "", line, "gross_revenue", fee, f"{job}, by letter of engagement")
    labour = money(float(fee) * client.economics.labour * rng.gauss(1.05, 0.08))
    book.post(month, "", line, "delivery_labour", labour, f"{job}: team time")


def client_ledger(client: Client, anchor: date, seed: int) -> list[dict[str, str]]:
    book = Book(client)
    contracts = [c for c in all_contracts(anchor, seed) if c.client == client.key and c.kind != "msa"]
    work = {c.number: work_by_month(c, anchor) for c in contracts}
    fees = {c.number: fees_by_month(c, client, work[c.number], seed, anchor) for c in contracts}
    changes = {c.number: [x.number for x in contracts if x.parent == c.number] for c in contracts}
    rng = stream(seed, "ledger", client.key)
    main = contracts[0].service_line
    first = add_months(anchor, STARTS.get(client.key, -36))
    for month in (m for m in [*ledger_months(anchor), anchor] if m >= first):
        earned = Decimal(0)
        for c in contracts:
            if month not in work[c.number]:
                continue
            fee = fees[c.number].get(month, Decimal(0))
            changed = sum((work[n].get(month, Decimal(0)) for n in changes[c.number]), Decimal(0))
            post_contract(book, c, changed, month, fee, work[c.number][month], rng, anchor)
            earned += work[c.number][month]
        if earned and month < anchor:
            post_ad_hoc(book, month, earned, rng, main)
            overhead = money(float(earned) * client.economics.overhead * rng.gauss(1, 0.03))
            book.post(month, "", "", "overhead", overhead, "Account overhead: management and systems")
    return book.rows


def pool_ledger(anchor: date, seed: int) -> Iterator[dict[str, str]]:
    """Overhead of no client: spread over clients by the driver of the P&L."""
    rng = stream(seed, "ledger", "pool")
    for month in ledger_months(anchor):
        for number, (amount, text) in enumerate(pool_postings(month, anchor, rng), 1):
            yield {
                "source_ref": f"AF-POOL-{month:%Y%m}-{number:04}",
                "client": "",
                "contract": "",
                "service_line": "",
                "month": label(month),
                "line": "overhead",
                "amount": f"{amount:.2f}",
                "currency": "USD",
                "description": text,
            }


def ledger_rows(anchor: date, seed: int) -> list[dict[str, str]]:
    rows = [row for client in CLIENTS for row in client_ledger(client, anchor, seed)]
    return [*rows, *pool_ledger(anchor, seed)]
