"""Campaigns of the clients: one on pace, one too fast, one too slow, one over, one not begun. All invented."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from portfolio.demo.calendar import add_months, month_end
from portfolio.demo.clients import BY_KEY
from portfolio.demo.people import email

Row = dict[str, str]


class Run(NamedTuple):
    """first, last: months from the story's. speed: spent by month as a share of an even one; kpis: places in its
    client's list, counted over all of the story.
    """

    client: str
    name: str
    aim: str
    owner: str
    first: int
    last: int
    channels: tuple[tuple[str, int], ...]
    speed: tuple[float, ...]
    kpis: tuple[int, ...]


RUNS = (
    Run("halden-pharma", "Know the signs", "Awareness among people over fifty", "marcus.bell", -4, 1,
        (("Television", 420_000), ("Online video", 180_000), ("Paid search", 60_000)), (1.0, 1.02, 0.97, 1.0), (1, 3)),
    Run("corvus-retail", "Autumn sale", "Orders from lapsed customers", "grace.nakamura", -2, 1,
        (("Paid social", 150_000), ("Paid search", 90_000)), (1.6, 1.5), (11, 12)),
    Run("kestrel-air", "Winter sun", "Bookings for the winter timetable", "grace.nakamura", -3, 2,
        (("Paid search", 240_000), ("Out of home", 110_000)), (0.5, 0.6, 0.7), (18,)),
    Run("northline-rail", "Leave the car", "Weekend journeys", "manager", -11, -6,
        (("Out of home", 95_000), ("Radio", 40_000)), (0.9, 1.1, 1.0, 1.05, 0.95, 0.98), (14,)),
    Run("vantora-energy", "Switch in spring", "Sign-ups before the price cap", "sofia.castellanos", 3, 6,
        (("Online video", 130_000),), (), (20,)),
)  # fmt: skip


def campaign_rows(anchor: date) -> list[Row]:
    return [
        {
            "key": _key(run), "client": run.client, "name": run.name, "aim": run.aim, "state": _state(run),
            "starts_on": add_months(anchor, run.first).isoformat(),
            "ends_on": month_end(add_months(anchor, run.last)).isoformat(),
            "currency": BY_KEY[run.client].currency, "owner": email(run.owner),
            "kpis": ";".join(f"{BY_KEY[run.client].code}-K{place:02}" for place in run.kpis),
        }
        for run in RUNS
    ]  # fmt: skip


def _key(run: Run) -> str:
    return f"{BY_KEY[run.client].code}-CA01"


def _state(run: Run) -> str:
    return "ended" if run.last < 0 else "planned" if run.first > 0 else "running"


def spend_rows(anchor: date) -> list[Row]:
    """Whole months only: this one is not known yet."""
    rows = []
    for run in RUNS:
        length = run.last - run.first + 1
        for channel, budget in run.channels:
            rows.append({"campaign": _key(run), "channel": channel, "budget": str(budget), "month": "", "spent": ""})
            rows += [
                {
                    "campaign": _key(run), "channel": channel, "budget": str(budget),
                    "month": f"{add_months(anchor, run.first + place):%Y-%m}",
                    "spent": f"{budget / length * speed:.2f}",
                }
                for place, speed in enumerate(run.speed)
                if run.first + place < 0
            ]  # fmt: skip
    return rows
