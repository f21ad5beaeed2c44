"""Recommendations: what we would do next, why, what it brings and costs, and what happens if it is not done."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from common import formats
from financials.calc import findings
from qbr.calc.review import Deal, ReviewData
from qbr.calc.slides import NOT_KNOWN, Drawn, Move, Slide
from qbr.calc.units import Unit, unit_for

MOST: Final = 5
MOVE_FIELDS: Final = ("what", "label", "why", "benefit", "cost", "when", "if_not")


def moves(data: ReviewData) -> Slide | None:
    """Drafted from the priced proposals still to be decided, the largest first. None where there are none."""
    open_deals = [deal for deal in data.deals if deal.amount is not None and _is_ahead(data, deal)]
    chosen = sorted(open_deals, key=lambda deal: (-(deal.amount or Decimal(0)), deal.name))[:MOST]
    if not chosen:
        return None
    unit = unit_for(data.currency, [deal.amount for deal in chosen])
    listed = tuple(
        _move(deal, unit) for deal in sorted(chosen, key=lambda deal: (deal.close_on or data.today, deal.name))
    )
    total = sum((deal.amount or Decimal(0) for deal in chosen), Decimal(0))
    return Slide(
        key="moves",
        kind="moves",
        section="Recommendations",
        headline=_finding(data, chosen, total),
        dek="In the order in which they need a decision; fees over the life of each.",
        source=f"proposals on {formats.day(data.today)}",
        moves=listed,
        move_unit=unit.head,
        move_total=(NOT_KNOWN, unit.cell(total)) if len(chosen) > 1 else None,
        drawn=(
            Drawn("Proposals still to be decided", str(len(chosen)), "client_growth"),
            Drawn("Their fees", formats.money(total, data.currency), "client_growth"),
        ),
    )


def _is_ahead(data: ReviewData, deal: Deal) -> bool:
    return deal.close_on is None or deal.close_on >= data.today


def _move(deal: Deal, unit: Unit) -> Move:
    starts = f"starts {formats.month(deal.start)}" if deal.start else ""
    when = f"Decide by {formats.day(deal.close_on)}" if deal.close_on else "No day set yet"
    return Move(deal.name, deal.offering, cost=unit.cell(deal.amount), when="; ".join(filter(None, (when, starts))))


def _finding(data: ReviewData, chosen: list[Deal], total: Decimal) -> str:
    one = len(chosen) == 1
    said = formats.money(total, data.currency)
    claim = f"{findings.count(len(chosen)).capitalize()} {'move is' if one else 'moves are'} open, worth {said} of fees"
    dated = sorted(
        (deal for deal in chosen if deal.close_on), key=lambda deal: (deal.close_on or data.today, deal.name)
    )
    if not dated:
        return claim
    first = dated[0]
    longer = f"{claim}; {'it' if one else 'the first'} needs a decision by {formats.day(first.close_on)}"
    return longer if len(longer) <= findings.LONGEST else claim


# --- as a person writes them -------------------------------------------------------------------------------------


def move_of(item: Mapping[str, Any], cell: Any) -> Move:
    """cell: from a typed text to a cell that also has its value."""
    texts = {name: str(item.get(name, "")).strip() for name in MOVE_FIELDS if name not in ("benefit", "cost")}
    return Move(**texts, benefit=cell(item.get("benefit", "")), cost=cell(item.get("cost", "")))


def written_finding(listed: tuple[Move, ...], unit: str) -> str:
    """'Four moves add $9.5M a year for $2.9M'; plain where not all carry their number."""
    count = findings.count(len(listed)).capitalize()
    one = len(listed) == 1
    benefit, cost = (_sum([getattr(move, name).value for move in listed]) for name in ("benefit", "cost"))
    claim = f"{count} {'move' if one else 'moves'}"
    if benefit is not None and cost is not None:
        verb = "adds" if one else "add"
        return f"{claim} {verb} {in_unit(benefit, unit)} a year for {in_unit(cost, unit)}"
    if benefit is not None:
        return f"{claim} {'adds' if one else 'add'} {in_unit(benefit, unit)} a year"
    if cost is not None:
        return f"{claim} {'costs' if one else 'cost'} {in_unit(cost, unit)} in all"
    return f"{claim} {'is' if one else 'are'} recommended"


def _sum(values: list[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def in_unit(value: Decimal, unit: str) -> str:
    """2.9 in $M is $2.9M; 380 in $000 is $380k; in hours 380 hours."""
    text = formats.number(value, max(-int(value.normalize().as_tuple().exponent), 0))
    symbol, suffix = unit.rstrip("MBk0"), unit[len(unit.rstrip("MBk0")) :]
    if symbol in ("$", "€", "£") and suffix in ("", "k", "M", "B", "000"):
        return f"{symbol}{text}{'k' if suffix == '000' else suffix}"
    return f"{text} {unit}".strip()
