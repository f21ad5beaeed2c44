"""Opportunities: the open pipeline, three years of wins (each with its contract) and losses."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from portfolio.demo.calendar import add_months, day_at, weekday_from
from portfolio.demo.clients import CLIENTS
from portfolio.demo.contracts import all_contracts
from portfolio.demo.deals import LOST, OPEN, Lost, Open
from portfolio.demo.people import email
from portfolio.demo.rates import rate_table, to_dollars
from portfolio.demo.spec import Contract
from portfolio.demo.work import WORK

WON_MONTHS = 36
# Smaller renewals go by letter and are not run as deals.
LARGE_RENEWAL = 1_200_000
NEW_CLIENTS = ("tesserine-software",)
BY_CODE = {client.code: client for client in CLIENTS}
MANAGERS = {client.key: client.manager for client in CLIENTS}


def won_contracts(anchor: date, seed: int) -> list[Contract]:
    """Signed within three years: every project, and running work of some size."""
    since = add_months(anchor, -WON_MONTHS)
    found: list[Contract] = []
    for contract in all_contracts(anchor, seed):
        on = contract.signed_on
        if contract.kind != "sow" or on is None or not since <= on < anchor:
            continue
        large = contract.amount is not None and contract.amount >= LARGE_RENEWAL
        if not contract.renewal or large or contract.client in NEW_CLIENTS:
            found.append(contract)
    return found


def blank(key: str, client_key: str, currency: str) -> dict[str, str]:
    return {
        "key": key,
        "client": client_key,
        "name": "",
        "stage": "",
        "amount": "",
        "currency": currency,
        "close_on": "",
        "probability": "",
        "category": "",
        "delivery_start": "",
        "delivery_months": "",
        "offering": "",
        "kind": "",
        "renews": "",
        "contract": "",
        "next_step": "",
        "owner_email": "",
    }


def won_row(contract: Contract, anchor: date, seed: int) -> dict[str, str]:
    on = contract.signed_on or contract.start
    end = contract.end
    months = 12 if end is None else (end.year - contract.start.year) * 12 + end.month
    months = months if end is None else months - contract.start.month + (1 if end.day > 15 else 0)
    renewed = previous_term(contract, anchor, seed) if contract.renewal else ""
    fresh = "new" if contract.client in NEW_CLIENTS else "expansion"
    code, number = contract.number.split("-")[0], contract.number.split("-")[-1]
    row = blank(f"{code}-OPP-W{number}", contract.client, contract.currency)
    return row | {
        "name": contract.title,
        "stage": "won",
        "amount": f"{contract.amount:.2f}",
        "close_on": on.isoformat(),
        "probability": "1",
        "category": "commit",
        "delivery_start": contract.start.isoformat(),
        "delivery_months": str(max(1, months)),
        "offering": contract.service_line,
        "kind": "renewal" if renewed else fresh,
        "renews": renewed,
        "contract": contract.number,
        "owner_email": email(MANAGERS[contract.client]),
    }


def previous_term(contract: Contract, anchor: date, seed: int) -> str:
    for other in all_contracts(anchor, seed):
        same = other.client == contract.client and other.code == contract.code
        if same and other.kind == "sow" and other.term == contract.term + 1:
            return other.number
    return ""


def open_row(number: int, deal: Open, anchor: date, seed: int) -> dict[str, str]:
    client = BY_CODE[deal.client]
    renews = running_term(client.key, deal.renews, anchor, seed) if deal.renews else ""
    row = blank(f"{deal.client}-OPP-{number:02}", client.key, client.currency)
    return row | {
        "name": deal.name,
        "stage": deal.stage,
        "amount": f"{deal.amount:.2f}" if deal.amount is not None else "",
        "close_on": weekday_from(day_at(anchor, deal.close)).isoformat(),
        "probability": deal.probability,
        "category": deal.category,
        "delivery_start": renewal_start(renews, anchor, seed),
        "delivery_months": str(deal.months),
        "offering": deal.offering,
        "kind": deal.kind,
        "renews": renews,
        "next_step": deal.next_step,
        "owner_email": email(deal.owner),
    }


def renewal_start(renews: str, anchor: date, seed: int) -> str:
    """A renewal begins the day after the term it renews."""
    for contract in all_contracts(anchor, seed):
        if contract.number == renews and contract.end:
            return date.fromordinal(contract.end.toordinal() + 1).isoformat()
    return ""


def running_term(client: str, code: str, anchor: date, seed: int) -> str:
    """The number of the newest term of a client's running work."""
    return next(
        one.number
        for one in all_contracts(anchor, seed)
        if one.client == client and one.code == code and one.kind == "sow" and one.term == 0
    )


def lost_row(number: int, deal: Lost, anchor: date, seed: int) -> dict[str, str]:
    client = BY_CODE[deal.client]
    row = blank(f"{deal.client}-OPP-L{number:02}", client.key, client.currency)
    return row | {
        "name": deal.name,
        "stage": "lost",
        "amount": f"{deal.amount:.2f}",
        "close_on": weekday_from(day_at(anchor, deal.close)).isoformat(),
        "probability": "0",
        "category": "omitted",
        "delivery_months": str(deal.months),
        "offering": deal.offering,
        "kind": deal.kind,
        "renews": running_term(client.key, deal.renews, anchor, seed) if deal.renews else "",
        "owner_email": email(deal.owner),
    }


def opportunity_rows(anchor: date, seed: int) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for code in WORK:
        opens = [deal for deal in OPEN if deal.client == code]
        losts = [deal for deal in LOST if deal.client == code]
        rows += [open_row(n, deal, anchor, seed) for n, deal in enumerate(opens, 1)]
        key = BY_CODE[code].key
        rows += [won_row(contract, anchor, seed) for contract in won_contracts(anchor, seed) if contract.client == key]
        rows += [lost_row(n, deal, anchor, seed) for n, deal in enumerate(losts, 1)]
    return rows


def booked_by_year(anchor: date, seed: int) -> dict[int, Decimal]:
    """Dollars to plan for: what the wins of a full year come to, a little raised each year."""
    table = rate_table(anchor, seed)
    won: dict[date, Decimal] = defaultdict(Decimal)
    for contract in won_contracts(anchor, seed):
        on = contract.signed_on or contract.start
        month = on.replace(day=1)
        won[month] += to_dollars(contract.amount or Decimal(0), contract.currency, month, table)
    trailing = sum((v for m, v in won.items() if m >= add_months(anchor, -12)), Decimal(0))
    raises = {-1: Decimal("0.96"), 0: Decimal("1.03"), 1: Decimal("1.07")}
    return {anchor.year + n: trailing * share for n, share in raises.items()}
