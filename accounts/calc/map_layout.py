"""Where each person stands on a stakeholder map: the org chart and the network of influence. Pixels, no drawing.

Boxes never overlap, whatever the number of people; the same people give the same picture in any order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import networkx

BOX: Final = (152.0, 74.0)
GAP: Final = (18.0, 44.0)
ACROSS: Final = 92.0
"""Between columns of the network: the words of a line stand there."""
STACK_FROM: Final = 3
"""That many people without people of their own stand under each other where side by side would be too wide."""
ROOMY: Final = 1190.0
"""As wide as a page: up to this, everybody stands in a row of their own rank."""
INDENT: Final = 14.0
STACK_GAP: Final = 10.0
ROW_OF_LONERS: Final = 6
SEED: Final = 7


class Spot(NamedTuple):
    """Top left corner of a box."""

    x: float
    y: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + BOX[0] / 2, self.y + BOX[1] / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """elbows: reporting lines as polylines, from the boss down."""

    width: float
    height: float
    spots: Mapping[int, Spot]
    elbows: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(slots=True)
class _Tree:
    people: Mapping[int, Sequence[int]]
    stacks: bool = False
    spots: dict[int, Spot] = field(default_factory=dict)
    elbows: list[tuple[tuple[float, float], ...]] = field(default_factory=list)

    def place(self, person: int, left: float, top: float) -> float:
        """Puts the person and all below; returns the right edge."""
        crowd = self.people.get(person, ())
        leaves = [one for one in crowd if not self.people.get(one)]
        stacked = leaves if self.stacks and len(leaves) >= STACK_FROM else []
        beside = [one for one in crowd if one not in stacked]
        below = top + BOX[1] + GAP[1]
        right, heads = left, []
        for one in beside:
            right = self.place(one, right, below) + GAP[0]
            heads.append(self.spots[one].middle[0])
        if stacked:
            at = right if beside else left + INDENT
            self._stack(stacked, at, below)
            heads.append(at + (BOX[0] / 2 if beside else 0))
            right = at + BOX[0] + GAP[0]
        right = max(right - GAP[0], left + BOX[0])
        middle = (heads[0] + heads[-1]) / 2 if beside and heads else left + BOX[0] / 2
        self.spots[person] = Spot(min(max(middle - BOX[0] / 2, left), right - BOX[0]), top)
        self._join(person, beside, stacked)
        return right

    def _stack(self, people: Sequence[int], x: float, top: float) -> None:
        for number, one in enumerate(people):
            self.spots[one] = Spot(x, top - GAP[1] / 2 + number * (BOX[1] + STACK_GAP))

    def _join(self, boss: int, beside: Sequence[int], stacked: Sequence[int]) -> None:
        x, foot = self.spots[boss].middle[0], self.spots[boss].y + BOX[1]
        bar = foot + GAP[1] / 2
        for one in beside:
            spot = self.spots[one]
            self.elbows.append(((x, foot), (x, bar), (spot.middle[0], bar), (spot.middle[0], spot.y)))
        for one in stacked:
            spot = self.spots[one]
            down = spot.x - INDENT / 2
            way = ((down, spot.middle[1]), (spot.x, spot.middle[1]))
            self.elbows.append(((x, foot), (x, foot + 8), (down, foot + 8), *way))


def org_chart(people: Sequence[int], boss_of: Mapping[int, int]) -> Layout:
    """people: in the order siblings are to stand. boss_of: by person, of bosses among the people.

    A ring of bosses is cut at its first person, so that everybody is drawn once.
    """
    known = set(people)
    roots: list[int] = []
    crowd: dict[int, list[int]] = {}
    for person in people:
        boss = boss_of.get(person)
        if boss is None or boss not in known or _in_ring(person, boss_of, people):
            roots.append(person)
        else:
            crowd.setdefault(boss, []).append(person)
    loners = [root for root in roots if not crowd.get(root)]
    tree, wide = _planted(_Tree(crowd), roots)
    if wide > ROOMY:
        tree, wide = _planted(_Tree(crowd, stacks=True), roots)
    _settle_loners(tree, loners, wide)
    return Layout(*_size(tree.spots), tree.spots, tuple(tree.elbows))


def _planted(tree: _Tree, roots: Sequence[int]) -> tuple[_Tree, float]:
    """The trees side by side, and how wide they are."""
    right = 0.0
    for root in roots:
        if tree.people.get(root):
            right = tree.place(root, right, 0.0) + GAP[0] * 2
    return tree, max(right - GAP[0] * 2, 0.0)


def _in_ring(person: int, boss_of: Mapping[int, int], people: Sequence[int]) -> bool:
    """Whether this person is the one at whom a ring of bosses is cut: the first of it in the order given."""
    ring, at = [person], boss_of.get(person)
    while at is not None and at != person:
        if at in ring:
            return False  # leads into a ring further up
        ring.append(at)
        at = boss_of.get(at)
    return at == person and person == min(ring, key=list(people).index)


def _settle_loners(tree: _Tree, loners: Sequence[int], wide: float) -> None:
    top = max((spot.y + BOX[1] for spot in tree.spots.values()), default=-GAP[1]) + GAP[1]
    step = BOX[0] + GAP[0]
    row = max(ROW_OF_LONERS, int((wide + GAP[0]) // step))
    for number, one in enumerate(loners):
        tree.spots[one] = Spot(number % row * step, top + number // row * (BOX[1] + STACK_GAP))


def _size(spots: Mapping[int, Spot]) -> tuple[float, float]:
    wide = max((spot.x for spot in spots.values()), default=0.0) + BOX[0]
    return wide, max((spot.y for spot in spots.values()), default=0.0) + BOX[1]


def network(people: Sequence[int], pairs: Sequence[tuple[int, int]]) -> Layout:
    """Who is joined stands near; people without a line stand below. Snapped to a grid, so that nothing overlaps."""
    joined = {person for pair in pairs for person in pair}
    inside = sorted(person for person in people if person in joined)
    graph: networkx.Graph[int] = networkx.Graph()
    graph.add_nodes_from(inside)
    graph.add_edges_from(sorted({(min(pair), max(pair)) for pair in pairs}))
    columns = max(1, math.ceil(math.sqrt(len(inside) * 1.1)))
    rows = max(1, math.ceil(len(inside) / columns) + (len(inside) > columns))
    wanted = networkx.spring_layout(graph, seed=SEED, iterations=200) if len(inside) > 1 else {}
    free = {(column, row) for column in range(columns) for row in range(rows)}
    spots: dict[int, Spot] = {}
    for person in sorted(inside, key=lambda one: (-graph.degree(one), one)):
        x, y = wanted.get(person, (0.0, 0.0))
        at = ((x + 1) / 2 * (columns - 1), (y + 1) / 2 * (rows - 1))
        cell = min(free, key=lambda spot: ((spot[0] - at[0]) ** 2 + (spot[1] - at[1]) ** 2, spot))
        free.remove(cell)
        shift = (BOX[0] + GAP[0]) * 0.3 if cell[1] % 2 else 0.0  # every other row is set in: lines miss the boxes
        spots[person] = Spot(cell[0] * (BOX[0] + ACROSS) + shift, cell[1] * (BOX[1] + GAP[1] * 1.3))
    spots = _pulled_together(spots)
    tree = _Tree({}, spots=spots)
    loners = [person for person in people if person not in joined]
    _settle_loners(tree, loners, _size(spots)[0] if spots else 0.0)
    return Layout(*_size(spots), spots)


def _pulled_together(spots: dict[int, Spot]) -> dict[int, Spot]:
    """Without the empty columns and rows at the left and top."""
    left = min((spot.x for spot in spots.values()), default=0.0)
    top = min((spot.y for spot in spots.values()), default=0.0)
    return {person: Spot(spot.x - left, spot.y - top) for person, spot in spots.items()}
