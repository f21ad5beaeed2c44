"""Contracts of the demo: master, statements of work term by term, projects, change orders."""

import calendar
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from portfolio.demo.calendar import (
    LEDGER_MONTHS,
    add_months,
    day_at,
    month_end,
    stream,
    weekday_from,
)
from portfolio.demo.clients import CLIENTS
from portfolio.demo.spec import Change, Client, Contract, Project, Running, Work
from portfolio.demo.work import WORK

DAY = timedelta(days=1)
TIMINGS = {
    "retainer": "monthly_advance",
    "time_and_materials": "as_worked",
    "fixed_fee": "quarterly_arrears",
    "milestone": "milestones",
}


def leap_day_before(day: date) -> date:
    year = day.year
    while not calendar.isleap(year) or date(year, 2, 29) > day:
        year -= 1
    return date(year, 2, 29)


def rounded(amount: float, step: int) -> Decimal:
    return Decimal(round(amount / step) * step)


def term(running: Running, anchor: date, back: int) -> tuple[date, date]:
    """First and last day of the term `back` terms before the current one (-1 is the next)."""
    months, day = running.turn
    end = day_at(anchor, (months - back * running.months, day))
    before = day_at(anchor, (months - (back + 1) * running.months, day))
    return before + DAY, end


def years(start: date, end: date) -> str:
    return f"{start.year}" if start.year == end.year else f"{start.year}–{end:%y}"


def term_fee(running: Running, back: int) -> Decimal:
    return rounded(running.annual * running.months / 12 / (1 + running.growth) ** back, 500)


def master_start(client: Client, work: Work, anchor: date) -> date:
    """The stated start, or earlier where a project of the ledger's time came before it."""
    if work.master.leap_day:
        return leap_day_before(add_months(anchor, -LEDGER_MONTHS - 1))
    stated = day_at(anchor, work.master.start)
    projects = [project_dates(project, anchor)[0] for project in work.projects]
    return min([stated, *(start - timedelta(days=21) for start in projects)])


def project_dates(project: Project, anchor: date) -> tuple[date, date]:
    start = leap_day_before(add_months(anchor, -1)) if project.leap_day else day_at(anchor, project.start)
    months_on = add_months(start.replace(day=1), project.months)
    return start, min(months_on + timedelta(days=start.day - 1), month_end(months_on)) - DAY


def status_of(start: date, end: date | None, anchor: date) -> str:
    if end is not None and end < anchor:
        return "completed"
    return "signed" if start > month_end(anchor) else "active"


def master_of(client: Client, work: Work, anchor: date) -> Contract:
    master = work.master
    start = master_start(client, work, anchor)
    end = day_at(anchor, master.end) if master.end else None
    return Contract(
        number=f"{client.code}-MSA-01",
        kind="msa",
        parent="",
        client=client.key,
        title=master.title,
        start=start,
        end=end,
        amount=None,
        currency=client.currency,
        billing="",
        service_line="",
        status=master.status or status_of(start, end, anchor),
        signed_on=start - timedelta(days=11),
        country=client.country,
        renewal=master.renewal,
        notice_days=str(master.notice),
        notice_rule=master.rule,
        probability=master.probability,
        code="MASTER",
    )


def term_of(client: Client, running: Running, anchor: date, back: int, first: date) -> Contract:
    """`first`: the day the master begins, before which nothing is signed under it."""
    start, end = term(running, anchor, back)
    amount = term_fee(running, back)
    if start < first:
        amount = rounded(float(amount) * ((end - first).days + 1) / ((end - start).days + 1), 500)
        start = first
    stopped = day_at(anchor, running.ended) if running.ended else None
    cut = stopped is not None and start <= stopped < end
    status = status_of(start, end, anchor)
    return Contract(
        number="",
        kind="sow",
        parent=f"{client.code}-MSA-01",
        client=client.key,
        title=f"{running.title} {years(start, end)}",
        start=start,
        end=end,
        amount=amount,
        currency=client.currency,
        billing=running.billing,
        service_line=running.service_line,
        status=running.successor if back < 0 else "terminated" if cut else status,
        signed_on=None,
        country=client.country,
        renewal=running.renewal,
        notice_days=str(running.notice),
        notice_rule=running.rule,
        uplift=running.uplift,
        probability=running.probability if back == 0 else "",
        code=running.code,
        term=back,
        stopped=stopped if cut else None,
        burn=running.burn if back <= 0 else 1.0,
    )


def evergreen_of(client: Client, running: Running, anchor: date) -> Contract:
    start = add_months(anchor, -running.since)
    base = term_of(client, running, anchor, 0, start)
    return Contract(
        **{
            **base.__dict__,
            "title": running.title,
            "start": start,
            "end": None,
            "amount": Decimal(running.annual),
        }
    )


def terms_of(client: Client, running: Running, anchor: date, first: date) -> list[Contract]:
    if running.renewal == "evergreen":
        return [evergreen_of(client, running, anchor)]
    found: list[Contract] = []
    earliest = add_months(anchor, -min(running.since, LEDGER_MONTHS))
    back = 0
    while True:
        contract = term_of(client, running, anchor, back, first)
        found.append(contract)
        if contract.start <= max(earliest, first) or contract.start.replace(day=1) <= earliest:
            break
        back += 1
    if running.successor:
        found.append(term_of(client, running, anchor, -1, first))
    return found


def project_of(client: Client, project: Project, anchor: date) -> Contract:
    start, end = project_dates(project, anchor)
    return Contract(
        number="",
        kind="sow",
        parent=f"{client.code}-MSA-01",
        client=client.key,
        title=project.title,
        start=start,
        end=end,
        amount=Decimal(project.amount),
        currency=client.currency,
        billing=project.billing,
        service_line=project.service_line,
        status=project.status or status_of(start, end, anchor),
        signed_on=None,
        country=client.country,
        code=project.code,
    )


def change_of(change: Change, on: Contract, anchor: date, count: int) -> Contract:
    start, end = day_at(anchor, change.start), day_at(anchor, change.end)
    end = min(end, on.end) if on.end else end
    return Contract(
        number=f"{on.number}-CO{count}",
        kind="change_order",
        parent=on.number,
        client=on.client,
        title=change.title,
        start=max(start, on.start),
        end=end,
        amount=Decimal(change.amount),
        currency=on.currency,
        billing=on.billing,
        service_line=on.service_line,
        status=change.status or status_of(start, end, anchor),
        signed_on=None,
        country=on.country,
        code=on.code,
        burn=on.burn,
    )


def signed(contract: Contract, seed: int) -> Contract:
    """With its day of signing: some weeks before the start, now and then after it."""
    if contract.status in ("draft", "review", "negotiation") or contract.kind == "msa":
        return contract
    rng = stream(seed, "signed", contract.client, contract.code, str(contract.start))
    days = -6 if rng.random() < 0.08 else rng.randint(4, 27)
    on = weekday_from(contract.start - timedelta(days=days))
    return Contract(**{**contract.__dict__, "signed_on": on})


def contracts_of(client: Client, anchor: date, seed: int) -> list[Contract]:
    work = WORK[client.code]
    master = master_of(client, work, anchor)
    found = [c for r in work.running for c in terms_of(client, r, anchor, master.start)]
    found += [project_of(client, project, anchor) for project in work.projects]
    found.sort(key=lambda c: (c.start, c.code))
    statements = [Contract(**{**c.__dict__, "number": f"{client.code}-SOW-{n:02}"}) for n, c in enumerate(found, 1)]
    result = [master]
    for statement in statements:
        result.append(statement)
        if statement.term == 0:
            changes = [c for c in work.changes if c.on == statement.code]
            result += [change_of(c, statement, anchor, n) for n, c in enumerate(changes, 1)]
    return [signed(contract, seed) for contract in result]


@lru_cache(maxsize=8)
def all_contracts(anchor: date, seed: int) -> tuple[Contract, ...]:
    return tuple(c for client in CLIENTS for c in contracts_of(client, anchor, seed))


def contract_rows(anchor: date, seed: int) -> list[dict[str, str]]:
    return [
        {
            "number": c.number,
            "kind": c.kind,
            "parent": c.parent,
            "client": c.client,
            "title": c.title,
            "start": c.start.isoformat(),
            "end": c.end.isoformat() if c.end else "",
            "amount": f"{c.amount:.2f}" if c.amount is not None else "",
            "currency": c.currency,
            "billing": c.billing,
            "service_line": c.service_line,
            "opportunity": "",
            "status": c.status,
            "signed_on": c.signed_on.isoformat() if c.signed_on else "",
            "country": c.country,
            "renewal": c.renewal,
            "notice_days": c.notice_days,
            "notice_rule": c.notice_rule,
            "uplift": c.uplift,
            "probability": c.probability,
            "billing_timing": TIMINGS.get(c.billing, "") if c.kind == "sow" else "",
            "scope_hours": "",
            "ended_on": c.stopped.isoformat() if c.stopped else "",
        }
        for c in all_contracts(anchor, seed)
    ]
