"""What account plans ask of us: milestones that fall due, and versions that wait for somebody else's approval."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse

from accounts.access import clients_for
from accounts.models import PlanMilestone, PlanVersion, VersionState
from accounts.queries.attention_voice import Asked
from accounts.queries.plans import CLOSED
from common.attention import HORIZON, TODAY, AttentionItem, due_words, group_of
from common.formats import day
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

PLAN_KINDS: Final = frozenset({"milestone", "version"})


def plans_asking(user: User, today: date) -> list[QuerySet[Any, Any]]:
    """Rows of `Asked`, not read yet. Versions only for those who may decide, and never the sender's own."""
    visible, blank = clients_for(user), Value("", output_field=CharField())
    of_plan = "initiative__objective__plan__client"
    found: list[QuerySet[Any, Any]] = [
        PlanMilestone.objects.filter(**{f"{of_plan}__in": visible}, due__lte=today + HORIZON, reached_on=None)
        .exclude(initiative__status__in=CLOSED)
        .order_by()
        .values_list(
            f"{of_plan}__key", f"{of_plan}__name", "title", "initiative__title", "owner__name", blank, "due", "pk",
            Value("milestone", output_field=CharField()),
        )
    ]  # fmt: skip
    if abilities_of(user).edit_client:
        found.append(
            PlanVersion.objects.filter(plan__client__in=visible, state=VersionState.SUBMITTED)
            .exclude(submitted_by=user)
            .order_by()
            .values_list(
                "plan__client__key", "plan__client__name", Cast("number", CharField()), blank, "submitted_by__name",
                blank, TruncDate("submitted_at"), "pk", Value("version", output_field=CharField()),
            )
        )  # fmt: skip
    return found


def plan_item(row: Asked, today: date) -> AttentionItem:
    """row: of one of PLAN_KINDS."""
    if row.kind == "version":
        return AttentionItem(
            client_key=row.client_key,
            client_name=row.client_name,
            shape="watch",
            lead=f"version {row.title} of the plan waits for approval",
            why=f"Sent by {row.owner or 'somebody who has left'} {day(row.due)}. Whoever asks does not decide.",
            action_label="Read and decide",
            url=reverse("plan_versions", args=[row.client_key]),
            due=row.due,
            group=TODAY,
        )
    late = (today - row.due).days
    when = due_words(row.due, today)
    return AttentionItem(
        client_key=row.client_key,
        client_name=row.client_name,
        shape="at_risk" if late > 7 else "watch",
        lead=f"Milestone: {row.title}, {when}",
        why=f"{row.why}. With {row.owner or 'nobody yet'}.".replace("..", "."),
        action_label="Open roadmap",
        url=f"{reverse('plan_roadmap', args=[row.client_key])}#milestone-{row.pk}",
        due=row.due,
        group=group_of(row.due, today),
    )
