"""A client's health from 0 to 100, higher is healthier. Source: docs/definitions.md#health"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from common.money import ratio

Status = Literal["on_track", "watch", "at_risk", "unknown"]
ON_TRACK: Final = Decimal(75)
WATCH: Final = Decimal(60)
ENOUGH: Final = Decimal("0.60")
"""Under this known share a score is no verdict: shown as not enough known, never green."""
NO_SCORE: Final = Decimal(0)


class Part(NamedTuple):
    """weight: 0 or more. score: None unknown."""

    weight: int
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Health:
    """score: after caps, None when nothing is known. uncapped: before them. known: share of the weights, 0 to 1;
    None without any weight. status: unknown when too little is known, whatever the score.
    """

    score: Decimal | None
    uncapped: Decimal | None
    known: Decimal | None
    status: Status


def health(parts: Iterable[Part], caps: Iterable[int] = ()) -> Health:
    """Σ weight × score ÷ Σ weight over the known; then at most the lowest cap."""
    listed = list(parts)
    known = [part for part in listed if part.score is not None]
    whole, weighed = sum(part.weight for part in listed), sum(part.weight for part in known)
    uncapped = ratio(sum((part.weight * (part.score or NO_SCORE) for part in known), NO_SCORE), weighed)
    share = ratio(weighed, whole)
    score = None if uncapped is None else min([uncapped, *(Decimal(cap) for cap in caps)])
    return Health(score, uncapped, share, status_of(score, share))


def status_of(score: Decimal | None, known: Decimal | None) -> Status:
    if score is None or known is None or known < ENOUGH:
        return "unknown"
    return "on_track" if score >= ON_TRACK else "watch" if score >= WATCH else "at_risk"


def clamped(share: Decimal | None) -> Decimal | None:
    """A share as a score: below 0 counts as 0, above 1 as 1, × 100."""
    return None if share is None else max(Decimal(0), min(Decimal(1), share)) * 100


def relationship(coverage: Decimal | None, *, single_threaded: bool | None) -> Decimal | None:
    """100 × coverage, less 25 if the relationship hangs on one thread; not under 0."""
    if coverage is None:
        return None
    return max(Decimal(0), coverage * 100 - (25 if single_threaded else 0))


def sentiment(nps: Decimal | None) -> Decimal | None:
    return None if nps is None else (nps + 100) / 2


class Move(NamedTuple):
    """What a component did to the score between two readings. points: of the whole score, None where either score is
    unknown.
    """

    name: str
    before: Decimal | None
    after: Decimal | None
    points: Decimal | None


def moves(before: Mapping[str, Part], after: Mapping[str, Part]) -> list[Move]:
    """What changed, or counts for more or less since another became known; largest first.

    The points sum to the change of the uncapped score: each is how far a component pulls away from the score before, so
    that one newly known with that very score moves nothing.
    """
    was, now = health(before.values()), health(after.values())
    found = []
    for name in after:
        old, new = before.get(name, Part(0, None)), after[name]
        points = None
        if was.uncapped is not None and now.uncapped is not None:
            points = _pull(new, after, was.uncapped) - _pull(old, before, was.uncapped)
        if old == new and not points:
            continue
        found.append(Move(name, old.score, new.score, points))
    return sorted(found, key=lambda move: (-abs(move.points or NO_SCORE), move.name))


def _pull(part: Part, of: Mapping[str, Part], level: Decimal) -> Decimal:
    """How far a component pulls the score away from `level`."""
    weighed = sum(one.weight for one in of.values() if one.score is not None)
    if part.score is None or not weighed:
        return Decimal(0)
    return part.weight * (part.score - level) / weighed


class Judged(NamedTuple):
    """What was read before an outcome, and how it ended. status: None where nothing was read."""

    score: Decimal | None
    status: Status | None
    kept: bool


@dataclass(frozen=True, slots=True)
class Band:
    status: Status
    kept: int
    lost: int

    @property
    def share_kept(self) -> Decimal | None:
        return ratio(self.kept, self.kept + self.lost)


@dataclass(frozen=True, slots=True)
class Proof:
    """auc: how often, of one kept and one lost, the kept had the higher score; 0.5 is chance, None without both."""

    bands: tuple[Band, ...]
    auc: Decimal | None
    judged: int
    unread: int


def proof(found: Sequence[Judged]) -> Proof:
    """unread: outcomes before which nothing was read; in no band."""
    read = [one for one in found if one.status is not None]
    statuses: tuple[Status, ...] = ("on_track", "watch", "at_risk", "unknown")
    bands = tuple(
        Band(
            status,
            sum(one.kept for one in read if one.status == status),
            sum(not one.kept for one in read if one.status == status),
        )
        for status in statuses
    )
    scored = [one for one in read if one.score is not None and one.status != "unknown"]
    kept = [one.score for one in scored if one.kept and one.score is not None]
    lost = [one.score for one in scored if not one.kept and one.score is not None]
    halves = sum(2 if high > low else 1 if high == low else 0 for high in kept for low in lost)
    return Proof(bands, ratio(halves, 2 * len(kept) * len(lost)), len(read), len(found) - len(read))
