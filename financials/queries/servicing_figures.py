"""The figures of a statement of work's over-servicing meter, and what its page says of them."""

from __future__ import annotations

from typing import Final

from common.figures import Figure, figure_id
from common.formats import day, number
from financials.queries.servicing import ServicePage

LABELS: Final = {
    "hours": "Hours worked",
    "used": "Budget used",
    "done": "Work done",
    "burn": "Burn index",
    "over_hours": "Hours beyond those paid for",
    "over_value": "Value at card beyond the fee to date",
    "left": "Hours of scope left",
}


def service_figure(name: str, page: ServicePage) -> Figure:
    unit = {"used": "ratio", "done": "ratio", "burn": "", "over_value": page.contract.currency}.get(name, "hours")
    return Figure(
        figure_id(f"service.{name}", contract=page.contract.number),
        LABELS[name],
        getattr(page.service, name),
        unit,
    )


def figures(page: ServicePage) -> dict[str, Figure]:
    return {name: service_figure(name, page) for name in LABELS}


def finding(page: ServicePage) -> str:
    service = page.service
    if service.beyond:
        return f"{number(service.beyond)} hours beyond the whole scope"
    if service.over_hours is not None and service.over_hours > 0 and service.status != "on_track":
        return f"{number(service.over_hours)} hours more than the fee has paid for"
    if service.burn is not None and service.status != "on_track":
        return f"Budget is used {number(service.burn, 2)} times as fast as the work is paid for"
    if service.status == "on_track":
        return "Hours keep within what is paid for"
    return "Hours worked"


def dry_words(page: ServicePage) -> tuple[str, str]:
    """The run-dry day and its band, in words; blanks where there is no scope in hours."""
    dry = page.dry
    if dry is None:
        return "", ""
    if not page.service.left:
        return "Used up", "nothing of the scope is left"
    early, late = (day(dry.early) if dry.early else "not in sight"), (day(dry.late) if dry.late else "no end in sight")
    return (day(dry.on) if dry.on else "Not in sight"), f"{early} to {late}, by the busiest and quietest of four weeks"
