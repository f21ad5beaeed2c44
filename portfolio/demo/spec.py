"""What a demo client is told by: its economics, its running work, its projects."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from portfolio.demo.calendar import Offset


@dataclass(frozen=True)
class Economics:
    """Shares of net revenue, by the client's normal run of work."""

    pass_through: float
    labour: float
    freelancers: float
    expenses: float
    overhead: float
    ad_hoc: float = 0.03
    budget_factor: float = 1.0
    # Month of the year -> weight of time-and-materials work (1 = even).
    season: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    """Work renewed term after term; `annual` is the fee of the current term, a year."""

    code: str
    title: str
    service_line: str
    billing: str
    annual: int
    turn: Offset
    growth: float = 0.03
    months: int = 12
    since: int = 48
    renewal: str = "fixed"
    notice: int = 60
    rule: str = "calendar"
    uplift: str = ""
    probability: str = ""
    successor: str = ""
    ended: Offset | None = None
    burn: float = 1.0


@dataclass(frozen=True)
class Project:
    code: str
    title: str
    service_line: str
    billing: str
    amount: int
    start: Offset
    months: int
    status: str = ""
    leap_day: bool = False


@dataclass(frozen=True)
class Change:
    """A change order on the current term of running work, or on a project."""

    on: str
    title: str
    amount: int
    start: Offset
    end: Offset
    status: str = ""


@dataclass(frozen=True)
class Master:
    title: str
    start: Offset
    end: Offset | None
    renewal: str = "fixed"
    notice: int = 90
    rule: str = "calendar"
    probability: str = ""
    status: str = ""
    leap_day: bool = False


@dataclass(frozen=True)
class Client:
    key: str
    code: str
    name: str
    tier: str
    status: str
    industry: str
    currency: str
    country: str
    timezone: str
    fiscal_year_start: int
    economics: Economics
    manager: str
    parent: str = ""


@dataclass(frozen=True)
class Work:
    master: Master
    running: tuple[Running, ...]
    projects: tuple[Project, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Contract:
    """A contract of the demo, and for the ledger: what it came from and when work on it stopped."""

    number: str
    kind: str
    parent: str
    client: str
    title: str
    start: date
    end: date | None
    amount: Decimal | None
    currency: str
    billing: str
    service_line: str
    status: str
    signed_on: date | None
    country: str
    renewal: str = ""
    notice_days: str = ""
    notice_rule: str = ""
    uplift: str = ""
    probability: str = ""
    code: str = ""
    term: int = 0
    stopped: date | None = None
    burn: float = 1.0
