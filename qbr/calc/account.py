"""What a review is drawn from besides money: the plan, the voice of the client, the relationships. Plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from accounts.calc.coverage import Coverage
from accounts.calc.voice import Csat, Loop, Nps
from qbr.calc.slides import FieldClass, Status
from qbr.calc.value import Value


@dataclass(frozen=True, slots=True)
class Gauge:
    """A measure of an objective as it stands. now, expected, target: printed in `unit`; before: the reading before.

    field: whose number it is; a measure of cost or of relationships is never the client's to see.
    """

    title: str
    unit: str
    now: Decimal | None
    before: Decimal | None
    expected: Decimal | None
    target: Decimal
    due: date | None
    standing: Status
    field: FieldClass = "open"


@dataclass(frozen=True, slots=True)
class Goal:
    """What we mean to achieve. shared: part of its work is shared with the client."""

    title: str
    owner: str
    due: date | None
    status: str
    status_word: str
    shared: bool
    gauges: tuple[Gauge, ...] = ()


@dataclass(frozen=True, slots=True)
class Served:
    """Fees and hours of the period that serve something: an imperative, or nothing of theirs."""

    fees: Decimal | None = None
    share: Decimal | None = None
    before: Decimal | None = None
    hours: Decimal = Decimal(0)
    hour_share: Decimal | None = None


NOTHING: Final = Served()


@dataclass(frozen=True, slots=True)
class Aim:
    """Something the client is trying to do. confirmed: the day they said that we read it right."""

    title: str
    why: str
    confirmed: date | None
    served: Served = NOTHING
    goals: tuple[Goal, ...] = ()


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the client told us and what became of it. state: open, late, done (not told yet) or told."""

    said: str
    action: str
    owner: str
    due: date | None
    told_on: date | None
    state: Literal["open", "late", "done", "told"]


@dataclass(frozen=True, slots=True)
class Voice:
    """nps, csat: of the last window, withheld where too few answered for this audience; before: the window before."""

    nps: Nps
    before: Nps
    csat: Csat
    loop: Loop
    learnt: tuple[Learnt, ...] = ()
    asked: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """One of their people, as we stand with them. stance −2 to +2, level 0 to 4. All of it class STANCE."""

    name: str
    title: str
    power: int | None
    level: int | None
    wanted: int | None
    stance: int | None
    last_touch: date | None
    owner: str
    covered: bool


@dataclass(frozen=True, slots=True)
class People:
    coverage: Coverage
    known: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk or a competitor of the plan. score: likelihood × impact, None where either is unknown."""

    kind: Literal["risk", "competitor"]
    title: str
    response: str
    owner: str
    score: int | None


@dataclass(frozen=True, slots=True)
class HealthPart:
    label: str
    score: Decimal | None
    before: Decimal | None
    weight: int
    field: FieldClass


@dataclass(frozen=True, slots=True)
class HealthSeen:
    """day: of the reading; caps: why the score may not be higher."""

    day: date
    score: Decimal | None
    before: Decimal | None
    status: Status
    parts: tuple[HealthPart, ...]
    caps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KpiSeen:
    """A number both sides agreed to be measured by, at the end of the review's months. word: of its unit; series: its
    last eight readings, as they add up where they do, and the last day of each; aim: the target as people read it;
    ahead: where the readings lead by the year's end; low, high: what it is to stay between.
    """

    name: str
    unit: str
    word: str
    direction: str
    now: Decimal | None
    expected: Decimal | None
    before: Decimal | None
    year_ago: Decimal | None
    aim: Decimal | None
    ahead: Decimal | None
    standing: Status
    series: tuple[Decimal | None, ...] = ()
    ends: tuple[date, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """Something that fell due: ours or theirs, a promise or a milestone. done_on: None while it is not."""

    side: Literal["ours", "theirs"]
    kind: Literal["promise", "milestone", "point"]
    title: str
    due: date
    done_on: date | None
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class WorkSeen:
    """An initiative. aim: the title of what it serves, '' for none; gate: its first milestone not reached."""

    title: str
    aim: str
    owner: str
    starts: date | None
    ends: date | None
    status: str
    gate: str = ""
    gate_on: date | None = None


@dataclass(frozen=True, slots=True)
class Charter:
    """our_gain: '' in a client's review."""

    field_of_play: str = ""
    our_value: str = ""
    their_gain: str = ""
    our_gain: str = ""


@dataclass(frozen=True, slots=True)
class NoteSeen:
    """for_client: what it means in words the client may read. so_what: ours alone, '' in a client's review. noted_on:
    when it was found or said to hold still; expires_on: until when it holds.
    """

    kind: str
    title: str
    for_client: str
    happens_on: date | None
    source: str = ""
    so_what: str = ""
    noted_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """known_to_client: '', no, partly or yes. orphan: what serves none of the aims. ties: titles of work by aim.

    people, health, risks: None or empty in a client's review, which never reads them.
    """

    known_to_client: str = ""
    ambition: str = ""
    focus: str = ""
    aims: tuple[Aim, ...] = ()
    orphan: Served = NOTHING
    fees: Decimal | None = None
    ties: Mapping[str, Sequence[str]] = field(default_factory=dict)
    voice: Voice | None = None
    people: People | None = None
    health: HealthSeen | None = None
    risks: tuple[Risk, ...] = ()
    kpis: tuple[KpiSeen, ...] = ()
    dues: tuple[Due, ...] = ()
    value: Value | None = None
    works: tuple[WorkSeen, ...] = ()
    charter: Charter = field(default_factory=Charter)
    targets: tuple[tuple[int, Decimal], ...] = ()
    notes: tuple[NoteSeen, ...] = ()
    since: date | None = None
    escalates_to: str = ""
