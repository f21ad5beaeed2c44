"""Budgets and targets: what was planned before the year began, so without its change orders."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from portfolio.demo.calendar import add_months, day_at, label, month_of, straight_line
from portfolio.demo.clients import CLIENTS, STARTS
from portfolio.demo.contracts import master_start, project_dates, term, term_fee
from portfolio.demo.postings import BOUGHT
from portfolio.demo.rates import rate_table, to_dollars
from portfolio.demo.spec import Client, Running
from portfolio.demo.time import PER_DOLLAR
from portfolio.demo.work import WORK

VERSION = "v1"
# A planned year expects a little less new project work than the last three years brought.
PROJECT_CAUTION = 0.85
# What the next year asks for beyond the work in hand.
AMBITION = 1.045
# The agency's own overhead, planned on delivery labour as the P&L spreads it.
POOL_ON_LABOUR = 0.148
STRETCH = Decimal("1.015")
PLANNED_COST = Decimal(71)
"""Dollars an hour of delivery labour."""

Plan = dict[tuple[str, date], float]


def budget_years(anchor: date) -> tuple[int, int, int]:
    return anchor.year - 1, anchor.year, anchor.year + 1


def planned_running(client: Client, running: Running, anchor: date) -> dict[date, float]:
    """Fee by month as if every term renewed; ended work is planned to the end of that year."""
    if running.renewal == "evergreen":
        start = add_months(anchor, -running.since)
        fees = {add_months(start, n): running.annual / 12 for n in range(running.since + 30)}
    else:
        fees = defaultdict(float)
        for back in range(5, -3 if running.turn[0] >= 0 and not running.ended else -1, -1):
            start, end = term(running, anchor, back)
            for month, share in straight_line(term_fee(running, back), start, end).items():
                fees[month] += float(share)
    first = add_months(anchor, -running.since)
    ended = day_at(anchor, running.ended) if running.ended else None
    timed = running.billing == "time_and_materials"
    season = client.economics.season if timed else {}
    return {
        month: fee * season.get(month.month, 1.0)
        for month, fee in fees.items()
        if month >= first and (ended is None or month.year <= ended.year)
    }


def planned_projects(client: Client, anchor: date) -> Plan:
    """Project fees by month, flat over a stretch of the year; what is not known yet by the yearly average."""
    last, this, after = budget_years(anchor)
    past: Plan = defaultdict(float)
    usual: dict[str, float] = defaultdict(float)
    for project in WORK[client.code].projects:
        if project.status in ("draft", "negotiation"):
            continue
        shares = straight_line(Decimal(project.amount), *project_dates(project, anchor))
        for month, share in shares.items():
            past[project.service_line, month] += float(share)
            if add_months(anchor, -36) <= month < anchor:
                usual[project.service_line] += float(share) / 36 * PROJECT_CAUTION
    plan: Plan = {}
    stretches = [
        [date(last, n, 1) for n in range(1, 13)],
        [date(this, n, 1) for n in range(1, anchor.month)],
        [date(year, n, 1) for year in (this, after) for n in range(1, 13) if date(year, n, 1) >= anchor],
    ]
    for line in sorted({line for line, _ in past}):
        for months in stretches:
            known = sum(past.get((line, m), 0.0) for m in months) / max(1, len(months))
            flat = max(known, usual[line]) if months[-1:] >= [anchor] else known
            plan |= {(line, month): flat for month in months}
    return plan


@lru_cache(maxsize=64)
def _planned_fees(code: str, anchor: date) -> tuple[tuple[tuple[str, date], float], ...]:
    client = next(c for c in CLIENTS if c.code == code)
    work = WORK[code]
    years = budget_years(anchor)
    begin = month_of(master_start(client, work, anchor))
    begin = max(begin, add_months(anchor, STARTS.get(client.key, -72)))
    plan: Plan = defaultdict(float)
    for running in work.running:
        for month, fee in planned_running(client, running, anchor).items():
            if month.year in years and month >= begin:
                plan[running.service_line, month] += fee
    served = {month for _, month in plan}
    for (line, month), fee in planned_projects(client, anchor).items():
        if month in served:
            plan[line, month] += fee
    main = work.running[0].service_line
    for month in served:
        earned = sum(fee for (_, m), fee in plan.items() if m == month)
        plan[main, month] += earned * client.economics.ad_hoc * 0.85
    return tuple(sorted(plan.items()))


def planned_fees(client: Client, anchor: date) -> Plan:
    factor = client.economics.budget_factor
    return {
        key: fee * factor * (AMBITION if key[1].year > anchor.year else 1.0)
        for key, fee in _planned_fees(client.code, anchor)
    }


def tens(value: float) -> Decimal:
    return Decimal(round(value / 10) * 10)


def ladder_of(client: Client, line: str, net: float) -> Iterator[tuple[str, Decimal]]:
    economics = client.economics
    bought = tens(net * economics.pass_through * BOUGHT[line][0])
    yield "gross_revenue", tens(net) + bought
    yield "pass_through", bought
    yield "delivery_labour", tens(net * economics.labour * 0.99)
    yield "freelancers", tens(net * economics.freelancers * 0.95)
    yield "direct_expenses", tens(net * economics.expenses * 0.97)


def planned_hours(line: str, amount: Decimal, currency: str) -> str:
    """Of delivery labour, at what an hour is planned to cost; whole hours."""
    if line != "delivery_labour":
        return ""
    return f"{round(amount / (PLANNED_COST * Decimal(str(PER_DOLLAR[currency]))))}"


def budget_rows(anchor: date) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []

    def add(client: Client, service_line: str, month: date, line: str, amount: Decimal) -> None:
        if amount:
            rows.append(
                {
                    "version": VERSION,
                    "client": client.key,
                    "contract": "",
                    "service_line": service_line,
                    "month": label(month),
                    "line": line,
                    "amount": f"{amount:.2f}",
                    "currency": client.currency,
                    "hours": planned_hours(line, amount, client.currency),
                }
            )

    for client in CLIENTS:
        totals: dict[date, float] = defaultdict(float)
        for (service_line, month), net in planned_fees(client, anchor).items():
            totals[month] += net
            for line, amount in ladder_of(client, service_line, net):
                add(client, service_line, month, line, amount)
        for month, net in totals.items():
            share = client.economics.overhead + client.economics.labour * POOL_ON_LABOUR
            add(client, "", month, "overhead", tens(net * share))
    return rows


def budget_totals(anchor: date, seed: int) -> dict[tuple[str, date], Decimal]:
    """Net revenue and gross profit of the whole budget by month, in dollars."""
    table = rate_table(anchor, seed)
    signs = {"gross_revenue": (1, 1), "pass_through": (-1, -1)}
    signs |= {"delivery_labour": (0, -1), "freelancers": (0, -1)}
    totals: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for row in budget_rows(anchor):
        month = date.fromisoformat(f"{row['month']}-01")
        value = to_dollars(Decimal(row["amount"]), row["currency"], month, table)
        net, profit = signs.get(row["line"], (0, 0))
        totals["net_revenue", month] += net * value
        totals["gross_profit", month] += profit * value
    return totals


def target_rows(anchor: date, seed: int, booked: dict[int, Decimal]) -> list[dict[str, str]]:
    """`booked`: dollars won by calendar year, on which the bookings targets are set."""
    totals = {k: v * STRETCH for k, v in budget_totals(anchor, seed).items()}
    weights = {3: 13, 6: 12, 9: 11, 12: 14}
    for year in budget_years(anchor):
        for number in range(1, 13):
            weight = weights.get(number, 5)
            share = Decimal(weight) / (50 + 8 * 5)
            totals["bookings", date(year, number, 1)] = booked.get(year, Decimal(0)) * share
    return [
        {
            "measure": measure,
            "client": "",
            "owner_email": "director@demo.example",
            "month": label(month),
            "amount": f"{round(amount, -3):.2f}",
            "currency": "USD",
        }
        for (measure, month), amount in sorted(totals.items())
        if amount
    ]
