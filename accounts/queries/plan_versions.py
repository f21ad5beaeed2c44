"""Kept versions of a plan: how it reads now as plain values, what stands in two of them, who said what of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import Case, DateField, DecimalField, F, ForeignKey, JSONField, Max, Q, TextField, Value, When
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse

from accounts.calc.plan_diff import Body, PartChange, compare
from accounts.models import PARTS, PLAN_PATHS, Client, Plan, PlanVersion, VersionState
from accounts.queries.history import word_of
from common.formats import DASH, day, plural
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

KINDS: Final = ("plan", *PARTS)
_LEFT_OUT: Final = frozenset({"id", "version", "created_at", "updated_at", "reviewed_on", "plan", "client"})
LINKS: Final[dict[str, str]] = {
    "owner": "email", "sponsor": "key", "imperative": "key", "objective": "key", "initiative": "key",
}  # fmt: skip
"""How a version names what a part points to, so that it can be found again."""
NAMES: Final[dict[str, str]] = {
    "plan": "Plan", "imperative": "Imperative", "objective": "Objective", "measure": "Measure",
    "initiative": "Initiative", "milestone": "Milestone", "action": "Action", "fact": "Fact", "target": "Year",
}  # fmt: skip


_READINGS: Final = JSONBAgg(
    JSONObject(day="readings__read_on", value=Cast("readings__value", TextField()), note="readings__note"),
    filter=Q(readings__isnull=False),
    order_by="readings__read_on",
    default=Value([], output_field=JSONField()),
)


def fields_of(kind: str) -> list[Any]:
    """The fields a version keeps of a kind, in the model's order."""
    model = Plan if kind == "plan" else PARTS[kind]
    return [field for field in model._meta.concrete_fields if field.name not in _LEFT_OUT]


def read_body(plan: Plan) -> dict[str, dict[str, dict[str, Any]]]:
    """The plan and its parts as plain values, parts by key. A query a kind."""
    found: dict[str, dict[str, dict[str, Any]]] = {"plan": {"plan": _plain(plan, "plan")}}
    for kind, model in PARTS.items():
        fields = fields_of(kind)
        links = tuple(field.name for field in fields if isinstance(field, ForeignKey))
        rows: Any = model._default_manager.filter(**{PLAN_PATHS[kind]: plan}).select_related(*links)
        if kind == "measure":
            rows = rows.annotate(read=_READINGS)
        found[kind] = {row.key: _plain(row, kind) for row in rows.order_by("position", "pk")}
    return found


def _plain(record: Any, kind: str) -> dict[str, Any]:
    told = {field.name: _value(record, field) for field in fields_of(kind) if field.name != "key"}
    if kind == "measure" and record.read:
        told["readings"] = [[one["day"], str(one["value"]), one["note"]] for one in record.read]
    return told


def _value(record: Any, field: Any) -> Any:
    value = getattr(record, field.name)
    if value is None:
        return None
    if isinstance(field, ForeignKey):
        return getattr(value, LINKS[field.name])
    if isinstance(field, DateField):
        return value.isoformat()
    if isinstance(field, DecimalField):
        return format(value.normalize(), "f")
    return value


def digest_of(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class VersionLine:
    number: int
    state: str
    state_word: str
    shape: str
    note: str
    made: str
    made_at: datetime
    asked: str
    decided: str
    decision_note: str
    version: int
    url: str
    against_now: str
    may_submit: bool
    may_decide: bool
    may_restore: bool


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """changed: how many parts differ now from the newest version; None where nothing was kept yet."""

    finding: str
    lines: tuple[VersionLine, ...]
    changed: int | None
    approved: int | None
    has_plan: bool


_SHAPES: Final = {"approved": "on_track", "submitted": "watch", "returned": "at_risk"}


def load_versions(user: User, client: Client) -> VersionsPage:
    """A dozen queries: the versions, and the plan as it reads now."""
    plan = Plan.objects.filter(client=client).first()
    if plan is None:
        return VersionsPage("Nothing is kept yet", (), None, None, False)
    who = ("made_by", "submitted_by", "decided_by")
    rows = list(PlanVersion.objects.filter(plan=plan).select_related(*who).order_by("-number")[:100])
    changed = len(compare(rows[0].body, read_body(plan), KINDS)) if rows else None
    approved = next((row.number for row in rows if row.state == VersionState.APPROVED), None)
    return VersionsPage(
        _finding(rows, changed, approved),
        tuple(_line(user, client.key, row) for row in rows),
        changed,
        approved,
        True,
    )


def _finding(rows: list[PlanVersion], changed: int | None, approved: int | None) -> str:
    if not rows:
        return "No version of this plan is kept yet"
    if rows[0].state == VersionState.SUBMITTED:
        return f"Version {rows[0].number} waits for approval"
    if approved is None:
        return "No version of this plan was approved yet"
    if rows[0].number == approved and not changed:
        return f"The plan reads as approved in version {approved}"
    return f"The plan has moved on since version {approved} was approved"


def _line(user: User, key: str, row: PlanVersion) -> VersionLine:
    can = abilities_of(user)
    waits = row.state == VersionState.SUBMITTED
    return VersionLine(
        number=row.number,
        state=row.state,
        state_word=row.get_state_display(),
        shape=_SHAPES.get(row.state, ""),
        note=row.note,
        made=row.made_by.name if row.made_by else DASH,
        made_at=row.made_at,
        asked=_who(row.submitted_by, row.submitted_at),
        decided=_who(row.decided_by, row.decided_at),
        decision_note=row.decision_note,
        version=row.version,
        url=reverse("plan_version", args=[key, row.number]),
        against_now=f"{reverse('plan_difference', args=[key])}?from={row.number}",
        may_submit=can.edit_relationships and row.state in (VersionState.KEPT, VersionState.RETURNED),
        may_decide=can.edit_client and waits and row.submitted_by_id != user.pk,
        may_restore=can.edit_relationships,
    )


def _who(person: User | None, at: datetime | None) -> str:
    return f"{person.name}, {day(at.date())}" if person and at else ""


@dataclass(frozen=True, slots=True)
class ShownField:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownChange:
    kind: str
    verb: str
    title: str
    fields: tuple[ShownField, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two readings side by side. before, after: what each is called."""

    finding: str
    before: str
    after: str
    changes: tuple[ShownChange, ...]
    choices: tuple[int, ...]
    left: str
    right: str


def number_before(version: PlanVersion) -> int:
    """Of the version kept before this one; 0 is the empty plan."""
    earlier = PlanVersion.objects.filter(plan=version.plan_id, number__lt=version.number)
    return earlier.aggregate(top=Max("number"))["top"] or 0


def difference(plan: Plan, first: int | None, second: int | None) -> Difference | None:
    """Versions by number; None is the plan as it reads now, 0 the empty plan before the first. None where there is no
    such version.
    """
    chosen = Case(When(number__in=[first or 0, second or 0], then=F("body")), default=None, output_field=JSONField())
    kept = PlanVersion.objects.filter(plan=plan).order_by("-number").values_list("number", chosen)
    bodies: dict[int | None, Body] = {number: body for number, body in kept if number in (first, second)}
    bodies[0] = {}
    if None in (first, second):
        bodies[None] = read_body(plan)
    if first not in bodies or second not in bodies:
        return None
    found = compare(bodies[first], bodies[second], KINDS)
    before, after = _called(first), _called(second)
    words = plural(len(found), "part")
    finding = f"{words} {'differs' if len(found) == 1 else 'differ'}" if found else "Nothing differs"
    between = f" between {before[:1].lower()}{before[1:]} and {after[:1].lower()}{after[1:]}"
    return Difference(
        finding=f"{finding}{between}" if kept else "There is nothing to hold the plan against",
        before=before,
        after=after,
        changes=tuple(_shown_change(change) for change in found),
        choices=tuple(number for number, _ in kept),
        left="now" if first is None else str(first),
        right="now" if second is None else str(second),
    )


def _shown_change(change: PartChange) -> ShownChange:
    fields = tuple(ShownField(_word(one.name), _shown(one.before), _shown(one.after)) for one in change.fields)
    return ShownChange(NAMES[change.kind], change.verb, change.title, fields)


def _called(number: int | None) -> str:
    if number is None:
        return "Now"
    return f"Version {number}" if number else "An empty plan"


def _word(name: str) -> str:
    word = word_of(name)
    return word[:1].upper() + word[1:]


def _shown(value: Any) -> str:
    return DASH if value in (None, "") else str(value)
