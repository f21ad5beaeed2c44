"""Plans and their parts through REST."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import QuerySet

from accounts.access import parts_for, plans_for, readings_for
from accounts.actions.plans import PartInUse, remove_part
from accounts.models import PLAN_PATHS, Audience, Depth, Direction, FactKind, Known, MeasureUnit, WorkStatus
from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource

_OWNER = Field("owner", path="owner__email", help="Who of ours.")
_STATUS = Field("status", choices=tuple(WorkStatus.values))
_TITLE = Field("title", required=True)
_KEY = Field("key", required=True)
_REVIEWED = Field("reviewed_on", "date", writable=False, help="Somebody last said that it still holds.")
_TAIL = (_REVIEWED, *RECORD_FIELDS)
_RATIO = "Shares as fractions."


def _rows(kind: str) -> Callable[[User], QuerySet[Any]]:
    return partial(parts_for, kind=kind)


def _remove(user: User, record: Any) -> None:
    try:
        remove_part(part=record, actor=user)
    except PartInUse as reason:
        raise Problem(409, f"It stays: {reason}.") from reason


def _client(kind: str) -> Field:
    path = f"{PLAN_PATHS[kind]}__client__key"
    return Field("client", path=path, required=PLAN_PATHS[kind] == "plan", writable=PLAN_PATHS[kind] == "plan")


def _part(name: str, label: str, import_kind: str, kind: str, *fields: Field, key: bool = True) -> Resource:
    return Resource(
        name=name,
        label=label,
        kind=import_kind,
        told_as=kind,
        told_label=("title",) if key else ("plan__client__name", "year"),
        natural_key="key" if key else "year",
        within=() if key else ("client",),
        client=f"{PLAN_PATHS[kind]}__client_id",
        fields=(ID_FIELD, *((_KEY,) if key else ()), _client(kind), *fields, *_TAIL),
        rows=_rows(kind),
        can_read=lambda can: can.see_relationships,
        can_write=lambda can: can.edit_relationships,
        orderings=("key" if key else "year", "created_at", "updated_at"),
        search=("title", "key") if key else ("plan__client__name",),
        delete=_remove,
    )


PLANS = Resource(
    name="plans",
    label="account plans",
    kind="plans",
    told_as="plan",
    told_label=("client__name",),
    natural_key="client",
    fields=(
        ID_FIELD,
        Field("client", path="client__key", required=True, help="Key; one plan a client."),
        Field("ambition"),
        Field("starts_on", "date"),
        Field("horizon_years", "integer"),
        Field("depth", choices=tuple(Depth.values), help="Blank follows the client's tier."),
        Field("known_to_client", choices=tuple(Known.values)),
        Field("quarter_focus"),
        Field("field_of_play"),
        Field("our_value"),
        Field("their_gain"),
        Field("our_gain"),
        *_TAIL,
    ),
    rows=plans_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("created_at", "updated_at"),
    search=("ambition", "client__name"),
)
IMPERATIVES = _part(
    "imperatives", "imperatives", "imperatives", "imperative", _TITLE, Field("why"),
    Field("sponsor", path="sponsor__key", help="Key of a contact on the client's map."), _OWNER,
    Field("confirmed_on", "date", help="The client said that we read it right."),
)  # fmt: skip
OBJECTIVES = _part(
    "objectives", "objectives", "objectives", "objective", _TITLE,
    Field("imperative", path="imperative__key", help="Null: it serves none of theirs."), _OWNER, Field("due", "date"),
    _STATUS,
)  # fmt: skip
_OBJECTIVE = Field("objective", path="objective__key", required=True)
MEASURES = _part(
    "plan-measures", "measures of plans", "plan_measures", "measure", _OBJECTIVE, _TITLE,
    Field("source", help="reading, or a number the product computes."),
    Field("unit", choices=tuple(MeasureUnit.values)),
    Field("direction", choices=tuple(Direction.values)), Field("baseline", "decimal", help=_RATIO),
    Field("target", "decimal", required=True, help=_RATIO), Field("starts_on", "date"), Field("due", "date"),
)  # fmt: skip
INITIATIVES = _part(
    "initiatives", "initiatives", "initiatives", "initiative", _OBJECTIVE, _TITLE, _OWNER, Field("starts_on", "date"),
    Field("ends_on", "date"), _STATUS,
)  # fmt: skip
MILESTONES = _part(
    "plan-milestones", "milestones of plans", "plan_milestones", "milestone",
    Field("initiative", path="initiative__key", required=True), _TITLE, _OWNER, Field("due", "date", required=True),
    Field("reached_on", "date", help="Null until it is reached."),
)  # fmt: skip
ACTIONS = _part(
    "actions", "actions", "actions", "action", _OBJECTIVE,
    Field("initiative", path="initiative__key", help="One of the same plan; null for none."), _TITLE, _OWNER,
    Field("due", "date"), Field("next_step"), _STATUS, Field("audience", choices=tuple(Audience.values)),
)  # fmt: skip
FACTS = _part(
    "plan-facts", "facts of plans", "plan_facts", "fact", Field("kind", required=True, choices=tuple(FactKind.values)),
    _TITLE, Field("detail"), Field("response", help="What we do about it."), Field("source", help="How we know."),
    Field("imperative", path="imperative__key"), Field("likelihood", "integer", help="Of a risk, 1 to 5."),
    Field("impact", "integer", help="Of a risk, 1 to 5."), _OWNER,
)  # fmt: skip
TARGETS = _part(
    "plan-targets", "years of plans", "plan_targets", "target", Field("year", "integer", required=True),
    Field("amount", "decimal", required=True, help="Net revenue."), Field("currency", required=True), key=False,
)  # fmt: skip
READINGS = Resource(
    name="plan-readings",
    label="readings of measures",
    kind="plan_readings",
    told_as="reading",
    told_label=("measure__title",),
    natural_key="read_on",
    within=("measure",),
    client="measure__objective__plan__client_id",
    fields=(
        ID_FIELD,
        Field("measure", path="measure__key", required=True),
        Field("read_on", "date", required=True),
        Field("value", "decimal", required=True, help=_RATIO),
        Field("note"),
        *RECORD_FIELDS,
    ),
    rows=readings_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("read_on", "created_at", "updated_at"),
    search=("measure__title", "note"),
)
PLAN_RESOURCES = (
    PLANS, IMPERATIVES, OBJECTIVES, MEASURES, READINGS, INITIATIVES, MILESTONES, ACTIONS, FACTS, TARGETS,
)  # fmt: skip
