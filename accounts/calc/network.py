"""Who counts in a network of people: influence rank, single threads, go-betweens.

Source: docs/definitions.md#influence-rank and #single-threaded
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple

import networkx
import numpy as np

from accounts.calc.coverage import COVERED_FROM
from common.money import ratio

DAMPING: Final = 0.85
UNJUDGED: Final = 1
"""The weight of a line whose strength nobody has judged: it is there, and counts least."""
TOP_SHARE: Final = Decimal("0.6")
FEWEST: Final = 2


class Line(NamedTuple):
    """strength: 1–5, None where not judged. An influence runs from source to target."""

    source: int
    target: int
    kind: Literal["influence", "alliance", "conflict"]
    strength: int | None


def influence_rank(people: Sequence[int], lines: Iterable[Line]) -> dict[int, float]:
    """Each person's share of influence, Σ = 1: PageRank, damping 0.85, over the influence lines turned round.

    Alliances and conflicts are left out. Empty without an influence line: then nobody's rank is known.
    """
    place = {person: at for at, person in enumerate(people)}
    weights = np.zeros((len(place), len(place)))
    for line in lines:
        if line.kind == "influence" and line.source in place and line.target in place:
            weights[place[line.target], place[line.source]] += line.strength or UNJUDGED
    if not weights.any():
        return {}
    given = weights.sum(axis=1)
    share = np.divide(weights, given[:, None], out=np.zeros_like(weights), where=given[:, None] > 0)
    rank = np.full(len(place), 1 / len(place))
    for _ in range(1000):
        kept = rank[given == 0].sum() / len(place)  # who is led by nobody gives to all alike
        following = (1 - DAMPING) / len(place) + DAMPING * (rank @ share + kept)
        if np.abs(following - rank).sum() < 1e-12:
            break
        rank = following
    return {person: float(following[at]) for person, at in place.items()}


class Standing(NamedTuple):
    """A person's place in the network. listened_to, listens_to: people, not strength. go_between: betweenness, the
    shortest ways between two others that lead past them. closeness: 0–1, 1 is one step from everybody.
    """

    listened_to: int
    listens_to: int
    go_between: float
    closeness: float


def standings(people: Sequence[int], lines: Iterable[Line]) -> dict[int, Standing]:
    """Over influences in their direction and alliances both ways, each counted once whatever its strength."""
    graph: networkx.DiGraph[int] = networkx.DiGraph()
    graph.add_nodes_from(people)
    for line in lines:
        if line.kind != "conflict":
            graph.add_edge(line.source, line.target)
        if line.kind == "alliance":
            graph.add_edge(line.target, line.source)
    between = networkx.betweenness_centrality(graph, normalized=False)
    close = networkx.closeness_centrality(graph)
    return {
        person: Standing(
            graph.out_degree(person), graph.in_degree(person), float(between[person]), float(close[person])
        )
        for person in people
    }


class StrongTie(NamedTuple):
    theirs: int
    ours: int
    level: int | None


@dataclass(frozen=True, slots=True)
class Threads:
    """single: None where nothing was judged. top_share: of the strong ties, by the one of ours with most."""

    single: bool | None
    ours: int
    theirs: int
    ties: int
    top_share: Decimal | None
    holder: int | None


def threads(ties: Iterable[StrongTie]) -> Threads:
    """Single-threaded: fewer than two of ours, or of theirs, hold strong ties, or one of ours holds over 60% of them.

    A tie is strong from level 2, credible source.
    """
    judged = [tie for tie in ties if tie.level is not None]
    strong = {(tie.theirs, tie.ours) for tie in judged if tie.level is not None and tie.level >= COVERED_FROM}
    if not judged:
        return Threads(None, 0, 0, 0, None, None)
    held = Counter(ours for _, ours in strong)
    holder, most = min(held.items(), key=lambda pair: (-pair[1], pair[0])) if held else (None, 0)
    share = ratio(most, len(strong))
    theirs = len({theirs for theirs, _ in strong})
    single = len(held) < FEWEST or theirs < FEWEST or (share is not None and share > TOP_SHARE)
    return Threads(single, len(held), theirs, len(strong), share, holder)


def leads_to(person: int | None, end: int, boss_of: Mapping[int, int | None]) -> bool:
    """Whether going up from `person`, boss by boss, one comes to `end`. A ring elsewhere ends the way."""
    seen: set[int] = set()
    while person is not None and person not in seen:
        if person == end:
            return True
        seen.add(person)
        person = boss_of.get(person)
    return False
