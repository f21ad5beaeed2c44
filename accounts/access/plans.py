"""Plans, their parts and versions, and planning sessions: fetch and check in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.access.clients import (
    NOT_FOUND,
    by_key,
    get_client_for,
    get_editable_client_for,
    get_manageable_client_for,
    or_not_found,
)
from accounts.models import (
    PARTS,
    PLAN_PATHS,
    Client,
    Idea,
    MeasureReading,
    Objective,
    Plan,
    PlanningSession,
    PlanPart,
    PlanVersion,
    SessionItem,
)
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


def plans_for(user: User) -> QuerySet[Plan]:
    if not abilities_of(user).see_relationships:
        return Plan.objects.none()
    return Plan.objects.filter(client__in=Client.objects.visible_to(user))


def get_plan_for(user: User, client_key: str) -> Plan:
    """With its client, in one query."""
    return by_key(plans_for(user).select_related("client__owner", "client__parent"), client_key, "client__key")


def get_editable_plan_for(user: User, client_key: str) -> Plan:
    plan = get_plan_for(user, client_key)
    if not abilities_of(user).edit_relationships:
        raise PermissionDenied("Your role reads this client but does not change it.")
    return plan


def parts_for(user: User, kind: str) -> QuerySet[Any]:
    """Imperatives, objectives, actions and the other parts of plans in sight; kind: one of `PARTS`."""
    rows: QuerySet[Any] = PARTS[kind]._default_manager.all()
    if not abilities_of(user).see_relationships:
        return rows.none()
    return rows.filter(**{f"{PLAN_PATHS[kind]}__client__in": Client.objects.visible_to(user)})


def readings_for(user: User) -> QuerySet[MeasureReading]:
    return MeasureReading.objects.filter(measure__in=parts_for(user, "measure"))


def get_part_for(user: User, client_key: str, kind: str, pk: int) -> PlanPart:
    """With the parts above it. A kind that is none is not found either."""
    client = get_client_for(user, client_key)
    if kind not in PARTS or not abilities_of(user).see_relationships:
        raise Http404(NOT_FOUND)
    path = PLAN_PATHS[kind]
    rows: QuerySet[Any] = PARTS[kind]._default_manager.select_related(f"{path}__client", *_owner_of(kind))
    found: PlanPart | None = rows.filter(**{f"{path}__client": client}, pk=pk).first()
    return or_not_found(found)


def get_editable_part_for(user: User, client_key: str, kind: str, pk: int) -> PlanPart:
    get_editable_client_for(user, client_key)
    return get_part_for(user, client_key, kind, pk)


def _owner_of(kind: str) -> tuple[str, ...]:
    return tuple(name for name in ("owner",) if any(field.name == name for field in PARTS[kind]._meta.fields))


def get_editable_objective_for(user: User, client_key: str, pk: int) -> Objective:
    client = get_editable_client_for(user, client_key)
    return or_not_found(Objective.objects.filter(plan__client=client, pk=pk).first())


def get_plan_version_for(user: User, client_key: str, number: int) -> PlanVersion:
    client = get_client_for(user, client_key)
    if not abilities_of(user).see_relationships:
        raise Http404(NOT_FOUND)
    who = ("made_by", "submitted_by", "decided_by")
    found = PlanVersion.objects.select_related("plan__client", *who).filter(plan__client=client, number=number).first()
    return or_not_found(found)


def get_editable_plan_version_for(user: User, client_key: str, number: int) -> PlanVersion:
    get_editable_client_for(user, client_key)
    return get_plan_version_for(user, client_key, number)


def get_decidable_plan_version_for(user: User, client_key: str, number: int) -> PlanVersion:
    """To be approved or sent back: by a director of the client, and not by whoever asked for it."""
    get_manageable_client_for(user, client_key)
    found = get_plan_version_for(user, client_key, number)
    if found.submitted_by_id == user.pk:
        raise PermissionDenied("Whoever asks for approval does not give it: another director decides.")
    return found


def sessions_for(user: User) -> QuerySet[PlanningSession]:
    if not abilities_of(user).see_relationships:
        return PlanningSession.objects.none()
    return PlanningSession.objects.filter(client__in=Client.objects.visible_to(user))


def get_session_for(user: User, client_key: str, pk: int) -> PlanningSession:
    client = get_client_for(user, client_key)
    linked = ("client__owner", "client__parent", "facilitator")
    found = sessions_for(user).select_related(*linked).filter(client=client, pk=pk).first()
    return or_not_found(found)


def get_session_by_key_for(user: User, client_key: str, key: str) -> PlanningSession:
    client = get_client_for(user, client_key)
    rows = sessions_for(user).select_related("client", "facilitator").filter(client=client)
    return or_not_found(None if "\x00" in key else rows.filter(key=key).first())


def get_editable_session_for(user: User, client_key: str, pk: int) -> PlanningSession:
    get_editable_client_for(user, client_key)
    return get_session_for(user, client_key, pk)


def get_editable_item_for(user: User, client_key: str, pk: int) -> SessionItem:
    client = get_editable_client_for(user, client_key)
    found = SessionItem.objects.select_related("session__client").filter(session__client=client, pk=pk).first()
    return or_not_found(found)


def ideas_for(user: User) -> QuerySet[Idea]:
    """Of sessions in sight; while others' ideas are covered, one's own alone."""
    uncovered = Q(item__session__hidden=False) | Q(item__session__revealed_at__isnull=False) | Q(author_id=user.pk)
    return Idea.objects.filter(uncovered, item__session__in=sessions_for(user).order_by())


def get_editable_idea_for(user: User, client_key: str, pk: int) -> Idea:
    client = get_editable_client_for(user, client_key)
    rows = ideas_for(user).select_related("item__session__client", "author")
    return or_not_found(rows.filter(item__session__client=client, pk=pk).first())
