"""What the lists of a review are read against, and how their days and amounts come back out of JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.calc.coverage import Tie
from financials.queries.basis import Basis
from people.models import User
from qbr.calc.review import Figures, Periods
from qbr.queries.facts import Row


@dataclass(frozen=True, slots=True)
class Around:
    """What the lists are read against. figures: what computed measures are worked out from."""

    basis: Basis
    periods: Periods
    figures: Figures
    today: date
    internal: bool


def day_of(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def exact(value: str | None) -> Decimal | None:
    return Decimal(value) if value is not None else None


def short(name: str | None) -> str:
    return User(name=name).initials_name if name else ""


def bond_of(row: Row) -> Tie:
    return Tie(row["power"], row["level"], row["cadence_days"], day_of(row["last_touch"]))
