"""Influence, single threads and centrality: worked figures and published networks."""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from accounts.calc.map_layout import BOX, Layout, network, org_chart
from accounts.calc.network import Line, StrongTie, influence_rank, standings, threads
from common.charts.people import PeopleMap, PersonBox, PersonLine, area_of, curves, labels, people_map

NETWORKS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "org_networks"
here = pytest.mark.skipif(not NETWORKS.is_dir(), reason="the shared data folder is not beside this project")


def edges(name: str) -> list[tuple[str, str]]:
    with (NETWORKS / name).open(newline="") as file:
        return [(row["from"], row["to"]) for row in csv.DictReader(file)]


def test_influence_rank_of_the_worked_example() -> None:
    """domain.md: A→B 5, A→C 3, B→C 2."""
    lines = [Line(1, 2, "influence", 5), Line(1, 3, "influence", 3), Line(2, 3, "influence", 2)]
    found = influence_rank([1, 2, 3], lines)
    assert {who: round(share, 4) for who, share in found.items()} == {1: 0.5310, 2: 0.2686, 3: 0.2004}
    quarrel = Line(3, 1, "conflict", 5)
    assert influence_rank([1, 2, 3], [*lines, quarrel, Line(3, 1, "alliance", 5)]) == found


def test_nobody_is_ranked_without_an_influence_line() -> None:
    assert influence_rank([1, 2], [Line(1, 2, "alliance", 3)]) == {}
    assert influence_rank([], []) == {}


def test_single_threaded_as_worked() -> None:
    """domain.md: Ana ties to four of theirs, Ben to two: 66.7%."""
    ties = [StrongTie(their, 1, 3) for their in (1, 2, 3, 4)] + [StrongTie(their, 2, 2) for their in (1, 2)]
    found = threads(ties)
    assert found.single is True
    assert (found.ours, found.theirs, found.ties, found.holder) == (2, 4, 6, 1)
    assert found.top_share is not None
    assert round(found.top_share, 3) == Decimal("0.667")


def test_threads_that_hold_and_those_that_do_not() -> None:
    even = [StrongTie(1, 1, 2), StrongTie(2, 1, 2), StrongTie(3, 1, 4), StrongTie(1, 2, 2), StrongTie(2, 2, 2)]
    assert threads(even).single is False  # three of five: 60% is not over 60%
    assert threads([StrongTie(1, 1, 3), StrongTie(1, 2, 3)]).single is True  # one of theirs
    assert threads([StrongTie(1, 1, 3), StrongTie(2, 1, 3)]).single is True  # one of ours
    assert threads([StrongTie(1, 1, 1), StrongTie(2, 2, 0)]).single is True  # no strong tie
    assert threads([StrongTie(1, 1, None)]).single is None


@here
def test_advice_among_the_managers() -> None:
    """ht_advice, who asks whom: in-degree and betweenness as published."""
    lines = [Line(int(asks), int(asked), "influence", None) for asks, asked in edges("ht_advice_edges.csv")]
    found = standings(sorted({end for line in lines for end in line[:2]}), lines)
    assert [found[who].listens_to for who in (2, 18, 21, 1, 7)] == [18, 15, 15, 13, 13]
    assert [round(found[who].go_between, 3) for who in (18, 21)] == [88.917, 60.127]


@here
def test_the_kite() -> None:
    """Degree, betweenness and closeness equal the file to three places."""
    with (NETWORKS / "krackhardt_kite_centralities.csv").open(newline="") as file:
        published = {row["name"]: row for row in csv.DictReader(file)}
    place = {name: at for at, name in enumerate(sorted(published))}
    lines = [Line(place[one], place[other], "alliance", 1) for one, other in edges("krackhardt_kite_edges.csv")]
    found = standings(list(place.values()), lines)
    ways = (len(place) - 1) * (len(place) - 2)
    for name, row in published.items():
        stands = found[place[name]]
        assert stands.listened_to == int(row["degree"])
        assert round(stands.go_between / ways, 3) == float(row["betweenness"])
        assert round(stands.closeness, 3) == float(row["closeness"])


@here
def test_the_managers_report_in_one_tree_rooted_at_seven() -> None:
    bosses = {int(who): int(boss) for who, boss in edges("ht_reports_edges.csv")}
    people = sorted({*bosses, *bosses.values()})
    drawn = org_chart(people, bosses)
    assert len(drawn.elbows) == len(people) - 1 == 20
    assert [who for who in people if drawn.spots[who].y == 0] == [7]
    assert apart(drawn)
    for who, boss in bosses.items():
        assert drawn.spots[who].y > drawn.spots[boss].y


def apart(layout: Layout) -> bool:
    return all(
        abs(one.x - other.x) >= BOX[0] or abs(one.y - other.y) >= BOX[1]
        for one, other in combinations(layout.spots.values(), 2)
    )


@pytest.mark.parametrize("count", [1, 5, 23, 60, 80])
def test_boxes_never_overlap(count: int) -> None:
    people = list(range(count))
    by_fours = org_chart(people, {who: (who - 1) // 4 for who in people[1:]})
    one_boss = org_chart(people, dict.fromkeys(people[1:], 0))
    nobody = org_chart(people, {})
    lines = network(people, [(who, who * 7 % count) for who in people if who != who * 7 % count])
    for layout in (by_fours, one_boss, nobody, lines):
        assert set(layout.spots) == set(people)
        assert apart(layout)
        assert all(spot.x >= 0 and spot.y >= 0 for spot in layout.spots.values())
        assert all(spot.x + BOX[0] <= layout.width + 0.01 for spot in layout.spots.values())


def test_a_ring_of_bosses_is_cut_and_everybody_is_drawn() -> None:
    drawn = org_chart([1, 2, 3, 4], {1: 2, 2: 3, 3: 1, 4: 1})
    assert set(drawn.spots) == {1, 2, 3, 4}
    assert len(drawn.elbows) == 3


def test_the_same_people_give_the_same_picture() -> None:
    pairs = [(1, 2), (2, 3), (5, 3)]
    assert network([1, 2, 3, 4, 5], pairs) == network([5, 4, 3, 2, 1], pairs[::-1])


def made_map(count: int) -> PeopleMap:
    people = list(range(count))
    pairs = [(who, (who * 11 + 3) % count) for who in people if who != (who * 11 + 3) % count]
    layout = network(people, pairs)
    return PeopleMap(
        finding="Influence",
        boxes=tuple(
            PersonBox(
                who,
                f"Maximiliane Featherstonehaugh {who}",
                "Vice president, global brand partnerships",
                *layout.spots[who],
                power=who % 5 + 1,
                level=who % 5,
                wanted=4,
                stance="Advocate",
                covered=who % 2 == 0,
                role="Champion",
                url="/x/",
            )
            for who in people
        ),
        width=layout.width,
        height=layout.height,
        lines=tuple(PersonLine(one, other, "influence", one % 5 + 1) for one, other in pairs),
    )


def test_labels_meet_neither_each_other_nor_a_box_at_sixty_people() -> None:
    spec = made_map(60)
    placed = labels(spec, curves(spec))
    assert len(placed) > 20
    areas = [label.area for label in placed] + [area_of(box) for box in spec.boxes]
    assert not [pair for pair in combinations(areas, 2) if pair[0].meets(pair[1])]


def test_a_picture_escapes_and_print_has_no_links() -> None:
    box = PersonBox(1, '<img src=x onerror="1">', "Chief & co", 0, 0, url='/a"b/')
    spec = PeopleMap(finding="A < B", boxes=(box,), width=152, height=74)
    drawn = people_map(spec)
    assert "<img" not in drawn
    assert 'href="/a&quot;b/"' in drawn
    assert "<a " not in people_map(spec, skin="print")


@pytest.mark.parametrize("role", ["Champion", "Influencer", "Technical"])
def test_a_box_of_a_map_says_the_whole_role_and_title(role: str) -> None:
    title = "Head of procurement, marketing and everything else"
    box = PersonBox(1, "Ana Reyes", title, 0, 0, power=3, level=2, covered=False, role=role, url="/contacts/1/")
    drawn = people_map(PeopleMap(finding="All are met", boxes=(box,), width=200, height=100))
    assert f">{role}</text>" in drawn
    assert f"<title>Ana Reyes, {title}, {role}</title>" in drawn
