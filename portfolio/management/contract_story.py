"""What the demo's contracts have behind them: the steps to signature, signed papers, one that took over another."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from financials.actions.contracts import change_contract
from financials.actions.terms import attach_document
from financials.models import Contract, StatusChange
from portfolio.demo.calendar import month_of, stream
from portfolio.demo.terms import papers, pdf_of

_BEFORE: Final = (("review", 34), ("negotiation", 20), ("signed", 0))
"""Each step with how many days before the signature it was taken."""
PEOPLE: Final = ("manager@demo.example", "legal@demo.example", "director@demo.example", "calendar")


def tell_contracts(as_of: date, seed: int, *, actor: str, now: datetime) -> int:
    anchor = month_of(as_of)
    contracts = {one.number: one for one in Contract.objects.select_related("client").order_by("pk")}
    steps = [step for one in contracts.values() for step in _steps(one, as_of, seed)]
    StatusChange.objects.all().delete()  # the load's own single step, in whose place the whole way stands
    StatusChange.objects.bulk_create(steps, batch_size=2000)
    for paper in papers(anchor, seed):
        one = contracts[paper.contract]
        day = one.signed_on or one.start
        attach_document(
            contract=one, name=paper.name, data=pdf_of(paper.lines), actor=PEOPLE[1], now=_at(min(day, as_of), 15)
        )
    return len(steps) + _supersede(list(contracts.values()), actor=actor, now=now)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)


def _steps(one: Contract, as_of: date, seed: int) -> list[StatusChange]:
    signed = one.signed_on or min(one.start, as_of)
    rng = stream(seed, "steps", one.number)
    way = [(name, signed - timedelta(days=back + rng.randint(0, 5) * (back > 0))) for name, back in _BEFORE]
    if one.status in ("draft", "review", "negotiation"):
        way = way[: ("draft", "review", "negotiation").index(one.status)]
    elif one.status != "signed":
        way.append(("active", max(one.start, signed)))
        if one.status != "active":
            last = one.ended_on or one.end or as_of
            way.append((one.status, min(last + timedelta(days=1), as_of)))
    found, before = [], "draft"
    for number, (name, day) in enumerate(way):
        by = PEOPLE[min(number, 3)] if name != "terminated" else PEOPLE[2]
        note = "The client took the work in house" if name == "terminated" else ""
        day = min(day, as_of)
        found.append(StatusChange(contract=one, before=before, after=name, at=_at(day, 9 + number), by=by, note=note))
        before = name
    return found


def _supersede(contracts: list[Contract], *, actor: str, now: datetime) -> int:
    """The newest completed statement of work that another of the same line took over from the next day."""
    for old in sorted(contracts, key=lambda one: (one.end or date.min, one.number), reverse=True):
        if old.kind != "sow" or old.status != "completed" or old.end is None:
            continue
        following = old.end + timedelta(days=1)
        for new in contracts:
            same = (new.client_id, new.service_line, new.kind) == (old.client_id, old.service_line, "sow")
            if same and new.start == following and new.status == "active":
                change_contract(contract=old, changes={"superseded_by": new}, expected=None, actor=actor, now=now)
                return 1
    return 0
