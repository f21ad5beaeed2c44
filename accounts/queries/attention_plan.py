"""What account plans ask of us: milestones that fall due, versions that wait for somebody else's approval, and white
space that is worth something, goes unpursued and was not looked at for long, and planning sessions under way.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, TruncDate
from django.urls import reverse

from accounts.access import cells_for, clients_for, sessions_for
from accounts.models import CellState, Opportunity, Outcome, Phase, PlanMilestone, PlanVersion, VersionState
from accounts.queries.attention_voice import Asked
from accounts.queries.plans import CLOSED
from common.attention import HORIZON, TODAY, AttentionItem, due_words, group_of
from common.formats import day, money
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

PLAN_KINDS: Final = frozenset({"milestone", "version", "cell", "session"})
UNSEEN: Final = timedelta(days=90)
"""After which a cell that is worth something is looked at again."""


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
    pursued = Opportunity.objects.filter(business_unit=OuterRef("unit"), outcome=Outcome.OPEN).filter(
        Q(offering=OuterRef("offering__key")) | Q(offering__iexact=OuterRef("offering__name"))
    )
    found.append(
        cells_for(user)
        .filter(state=CellState.POTENTIAL, amount__gt=0, judged_on__lte=today - UNSEEN)
        .exclude(Exists(pursued))
        .order_by()
        .values_list(
            "unit__client__key", "unit__client__name", "offering__name", "unit__name", "unit__owner__name",
            Concat(Cast("amount", CharField()), Value(" "), "currency", output_field=CharField()), "judged_on", "pk",
            Value("cell", output_field=CharField()),
        )
    )  # fmt: skip
    found.append(
        sessions_for(user)
        .exclude(phase=Phase.CLOSED)
        .filter(held_on__lte=today + HORIZON)
        .order_by()
        .values_list(
            "client__key", "client__name", "title", "purpose", "facilitator__name", "phase", "held_on", "pk",
            Value("session", output_field=CharField()),
        )
    )  # fmt: skip
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
    if row.kind in ("cell", "session"):
        return _cell_item(row, today) if row.kind == "cell" else _session_item(row, today)
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


def _cell_item(row: Asked, today: date) -> AttentionItem:
    """status: amount and currency. Due at the end of this fortnight, so that it never outranks a broken promise."""
    amount, _, currency = row.status.partition(" ")
    due = today + HORIZON
    return AttentionItem(
        client_key=row.client_key,
        client_name=row.client_name,
        shape="watch",
        lead=f"{row.title} for {row.why}: {money(Decimal(amount), currency)} a year nobody pursues",
        why=f"Last judged {day(row.due)}. With {row.owner or 'nobody yet'}.",
        action_label="Open white space",
        url=reverse("client_white_space", args=[row.client_key]),
        due=due,
        group=group_of(due, today),
    )


def _session_item(row: Asked, today: date) -> AttentionItem:
    """status: its phase."""
    late = (today - row.due).days
    when = "today" if late == 0 else f"{day(row.due)}"
    doing = {"gather": "gathers ideas", "vote": "is voting", "decide": "is to be decided"}[row.status]
    return AttentionItem(
        client_key=row.client_key,
        client_name=row.client_name,
        shape="at_risk" if late > 7 else "watch",
        lead=f"Planning session {row.title}, {when}, {doing}",
        why=f"{row.why or 'No purpose is written down'}. Led by {row.owner or 'nobody yet'}.".replace("..", "."),
        action_label="Close it" if late > 0 else "Open session",
        url=reverse("plan_session", args=[row.client_key, row.pk]),
        due=row.due,
        group=group_of(row.due, today),
    )
