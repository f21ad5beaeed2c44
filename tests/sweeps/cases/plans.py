"""Account plans: their parts, versions, sessions and white space."""

from __future__ import annotations

from typing import Any

from tests.sweeps.cases.base import DIRECTOR, MONEY, RELATIONS, WRITERS, Case, Kwargs, fixed, fixed_body, key, under
from tests.sweeps.world import World

SESSION: Kwargs = {"title": "Qvsession", "held_on": "2026-12-01", "dots": "4"}


def _pair(world: World) -> Kwargs:
    return {"key": world.own.client.key, "unit": world.own.unit.pk, "offering": world.own.offering.pk}


PART_WORDS: dict[str, Kwargs] = {
    "imperative": {"title": "Grow"},
    "objective": {"title": "Grow", "status": "on_track"},
    "measure": {"title": "Leads", "source": "reading", "unit": "count", "direction": "up", "target": "9"},
    "initiative": {"title": "Build", "status": "on_track"},
    "milestone": {"title": "Half way", "due": "2026-12-24"},
    "action": {"title": "Call", "status": "on_track"},
    "fact": {"kind": "risk", "title": "It rains"},
    "target": {"year": "2027", "amount": "100", "currency": "USD"},
}

ABOVE_OF = {"measure": "objective", "initiative": "objective", "milestone": "initiative", "action": "objective"}


def _part(world: World, kind: str) -> Any:
    return world.own.parts.get(kind) or getattr(world.own, kind)


def _of_parts() -> tuple[Case, ...]:
    """Every kind of part: added, changed, moved, taken out."""
    found: list[Case] = []
    for kind, words in PART_WORDS.items():

        def named(world: World, kind: str = kind) -> Kwargs:
            return {"key": "HAL", "kind": kind, "pk": _part(world, kind).pk}

        def whole(world: World, kind: str = kind) -> Kwargs:
            return {"key": "HAL", "kind": kind}

        def body(world: World, words: Kwargs = words) -> Kwargs:
            return {**words, "version": "1"}

        if kind not in ABOVE_OF:
            found.append(
                Case(
                    "plan_part_add",
                    whole,
                    get=WRITERS,
                    post=WRITERS,
                    record=True,
                    strange=404,
                    body=body,
                )
            )
        found.append(Case("plan_part", named, get=WRITERS, post=WRITERS, record=True, strange=404, body=body))
        found.append(
            Case(
                "plan_part_move",
                named,
                post=WRITERS,
                record=True,
                strange=404,
                body=lambda world: {"to": "down"},
            )
        )
        if kind in ("measure", "milestone", "fact", "target", "action"):
            found.append(Case("plan_part_remove", named, get=WRITERS, post=WRITERS, record=True, strange=404))
    return tuple(found)


PLANS = (
    Case("client_plan", key, get=RELATIONS, record=True),
    Case(
        "plan_ambition", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"ambition": "More", "horizon_years": "3", "version": "1"},
    ),
    Case(
        "objective_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"title": "Grow", "status": "on_track"},
    ),
    Case(
        "objective", under("objective"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"title": "Grow", "status": "on_track", "version": "1"},
    ),
    Case(
        "objective_cell", under("objective"), query="field=title", get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"field": "title", "title": "Grow", "version": "1"},
    ),
    Case(
        "action_add", under("objective"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"title": "Call", "status": "on_track"},
    ),
    Case(
        "action", under("action"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"title": "Call", "status": "on_track", "version": "1"},
    ),
    Case(
        "action_cell", under("action"), query="field=title", get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"field": "title", "title": "Call", "version": "1"},
    ),
    Case("plan_measures", key, get=RELATIONS, record=True),
    Case("plan_context", key, get=RELATIONS, record=True),
    Case("client_plan_targets", key, get=MONEY, record=True),
    Case(
        "plan_reading", lambda world: {"key": "HAL", "pk": world.own.parts["measure"].pk}, get=WRITERS, post=WRITERS,
        record=True, strange=404, body=lambda world: {"read_on": "2026-11-20", "value": "31"},
    ),
    Case(
        "plan_versions", key, get=RELATIONS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"note": "Now"},
    ),
    Case("plan_version", fixed(key="HAL", number=1), get=RELATIONS, record=True),
    Case("plan_difference", key, query="from=1", get=RELATIONS, record=True),
    Case(
        "plan_version_submit", fixed(key="HAL", number=1), post=WRITERS, record=True, strange=404,
        body=lambda world: {"version": "2"},
    ),
    Case(
        "plan_version_decide", fixed(key="HAL", number=1), post=DIRECTOR, record=True, strange=404,
        body=lambda world: {"version": "2", "verdict": "approve", "note": "Agreed"},
    ),
    Case("plan_version_restore", fixed(key="HAL", number=1), post=WRITERS, record=True, strange=404),
    Case("plan_board", key, get=RELATIONS, record=True),
    Case("plan_roadmap", key, get=RELATIONS, record=True),
    Case("plan_document", key, get=RELATIONS, record=True),
    Case("plan_freshness", key, get=RELATIONS, record=True),
    Case(
        "plan_action_status", under("action"), post=WRITERS, record=True, strange=404,
        body=lambda world: {"to": "done", "version": "1"},
    ),
    Case(
        "plan_confirm", lambda world: {"key": "HAL", "kind": "objective", "pk": world.own.objective.pk}, post=WRITERS,
        record=True, strange=404,
    ),
    Case("client_alignment", key, get=MONEY, record=True),
    Case("client_alignment", key, query="format=csv", get=MONEY, record=True),
    Case(
        "alignment_tie", key, query="contract=HAL-SOW", get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"imperative": world.own.parts["imperative"].pk, "share": "0.4"},
    ),
    Case("alignment_untie", under("tie"), post=WRITERS, record=True, strange=404),
    *_of_parts(),
    Case("plan_sessions", key, get=RELATIONS, record=True),
    Case("plan_session_add", key, get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed_body(**SESSION)),
    Case("plan_session", under("session"), get=RELATIONS, record=True),
    Case("plan_session_board", under("session"), get=RELATIONS, record=True),
    Case("session_minutes", under("session"), get=RELATIONS, record=True),
    Case(
        "plan_session_edit", under("session"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(**SESSION, version="1"),
    ),
    Case(
        "plan_session_outcome", under("session"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(outcome="Qvagreed", version="1"),
    ),
    Case("plan_session_remove", under("session"), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case(
        "plan_session_phase", under("session"), post=WRITERS, record=True, strange=404,
        body=fixed_body(to="vote", version="1"),
    ),
    Case(
        "session_item_add", under("session"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(title="Break", kind="talk", minutes="10"),
    ),
    Case(
        "session_item", under("item"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(title="Qvwhere", kind="ideas", minutes="20", version="1"),
    ),
    Case("session_item_remove", under("bare"), post=WRITERS, record=True, strange=404),
    Case(
        "session_idea_add", under("item"), post=WRITERS, record=True, strange=404, body=fixed_body(text="Qvmore"),
    ),
    Case(
        "session_idea", under("idea"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(text="Qvother", version="1"),
    ),
    Case("session_idea_remove", under("idea"), post=WRITERS, record=True, strange=404),
    Case("session_dots", under("idea"), post=WRITERS, record=True, strange=404, body=fixed_body(count="1")),
    Case(
        "session_turn", under("chosen"), post=WRITERS, record=True, strange=404, body=fixed_body(kind="objective"),
    ),
    Case("client_white_space", key, get=MONEY, record=True),
    Case("client_white_space", key, query="sort=state", get=MONEY, record=True),
    Case("client_white_space", key, query="format=csv", get=MONEY, record=True),
    Case("client_white_space", key, query="format=xlsx", get=MONEY, record=True),
    Case("client_white_space_panel", key, get=MONEY, record=True),
    Case(
        "white_space_cell", _pair, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(state="competitor", why="Qvrival", amount="90000", currency="USD", version="1"),
    ),
    Case("white_space_pursue", _pair, post=WRITERS, record=True, strange=404),
    Case(
        "business_unit_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(key="U-9", name="Travel"),
    ),
    Case(
        "business_unit", under("unit"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(name="Qvretailing", version="1"),
    ),
    Case("business_unit_remove", under("unit"), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case("client_activity", key, get=RELATIONS, record=True),
)  # fmt: skip
