"""What needs a person today, over all the clients in sight, ranked."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import CharField, DateField, ExpressionWrapper, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.urls import reverse

from accounts.calc.coverage import days_late
from accounts.models import Action, Ask, Client, Commitment, Opportunity, Outcome, Stage, Stakeholding, WorkStatus
from accounts.queries.asks import LONG
from accounts.queries.attention_intel import INTEL_KINDS, note_item, notes_asking
from accounts.queries.attention_kpi import KPI_KINDS, kpi_items, kpis_asking
from accounts.queries.attention_plan import PLAN_KINDS, plan_item, plans_asking
from accounts.queries.attention_voice import KINDS, Asked, asking, items_of
from accounts.queries.hygiene import with_since
from accounts.queries.plans import CLOSED
from accounts.queries.stakeholders import tie_of, with_last_touch
from common.attention import (
    HORIZON,
    TODAY,
    WEEK,
    AttentionItem,
    attention_sources,
    due_sources,
    due_words,
    group_of,
)
from common.formats import day, day_short, money
from common.policies import CLIENT_READERS, FINANCE, LEGAL
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User
__all__ = ["TODAY", "AttentionItem", "attention"]

ACCOUNT_PEOPLE = CLIENT_READERS - {FINANCE, LEGAL}
"""Whom a late promise, a silent stakeholder or a stale deal concerns; finance has invoices, orders and the close."""
DUE_READ = 150
POWERFUL = 4
"""From this power on, a missed touch is everybody's business."""
_RANK = {"at_risk": 0, "watch": 1, "unknown": 2}


def attention(user: User, today: date, *, limit: int = 12) -> list[AttentionItem]:
    """The most pressing first: late things before coming ones, at risk before watch.

    Three queries, and at most two for each source of a higher app.
    """
    if not abilities_of(user).see_relationships:
        return []
    found = [*_due(user, today), *_touches(user, today), *_deals(user, today)] if user.role in ACCOUNT_PEOPLE else []
    found += [item for _, source in attention_sources if user.role in source.roles for item in source.read(user, today)]
    order = {TODAY: 0, WEEK: 1}
    found.sort(key=lambda item: (order.get(item.group, 2), _RANK[item.shape], item.due, item.client_name))
    return found[:limit]


class _Due(NamedTuple):
    """An action of a plan, or a promise: `kind` is action, ours or theirs. why: the next step, of an action."""

    client_key: str
    client_name: str
    title: str
    why: str
    owner: str | None
    status: str
    due: date
    pk: int
    kind: str


def _due(user: User, today: date) -> list[AttentionItem]:
    """Actions, promises, and what plans, KPIs, notes, the voice and health of clients ask, in one query."""
    visible, blank = Client.objects.visible_to(user), Value("", output_field=CharField())
    of_plan = "objective__plan__client"
    actions = (
        Action.objects.filter(**{f"{of_plan}__in": visible}, due__lte=today + HORIZON)
        .exclude(status__in=CLOSED)
        .order_by()
        .values_list(
            f"{of_plan}__key", f"{of_plan}__name", "title", "next_step", "owner__name", "status", "due", "pk",
            Value("action", output_field=CharField()),
        )
    )  # fmt: skip
    promises = (
        Commitment.objects.filter(client__in=visible, due__lte=today + HORIZON, kept_on=None, dropped_on=None)
        .order_by()
        .values_list("client__key", "client__name", "text", blank, "owner__name", blank, "due", "pk", "side")
    )
    waiting = (
        Ask.objects.filter(client__in=visible, answered_on=None)
        .annotate(by=Coalesce("due", ExpressionWrapper(F("asked_on") + Value(LONG), output_field=DateField())))
        .filter(by__lte=today + HORIZON)
        .order_by()
        .values_list(
            "client__key", "client__name", "text", Cast("asked_on", CharField()), "owner__name", blank, "by", "pk",
            Value("ask", output_field=CharField()),
        )
    )  # fmt: skip
    further = {name: source for name, source in due_sources if user.role in source.roles}
    asked_of_us = [
        waiting,
        *asking(user, today),
        *plans_asking(user, today),
        *kpis_asking(user, today),
        *notes_asking(user, today),
        *(source.rows(user, today) for source in further.values()),
    ]
    rows = list(actions.union(promises, *asked_of_us, all=True).order_by("due", "pk")[:DUE_READ])
    voiced = items_of([Asked(*row) for row in rows if row[-1] in KINDS], today)
    planned = [plan_item(Asked(*row), today) for row in rows if row[-1] in PLAN_KINDS]
    measured = kpi_items([Asked(*row) for row in rows if row[-1] in KPI_KINDS], today)
    noted = [note_item(Asked(*row), today) for row in rows if row[-1] in INTEL_KINDS]
    more = [further[row[-1]].item(row, today) for row in rows if row[-1] in further]
    others = KINDS | PLAN_KINDS | KPI_KINDS | INTEL_KINDS | further.keys()
    due = [_due_item(_Due(*row), today) for row in rows if row[-1] not in others]
    return [*voiced, *planned, *measured, *noted, *(item for item in more if item is not None), *due]


def _due_item(found: _Due, today: date) -> AttentionItem:
    if found.kind == "ask":
        return _ask_item(found, today)
    late = (today - found.due).days
    when = due_words(found.due, today)
    owner = found.owner or "nobody yet"
    why = f"{found.why}. " if found.why else ""
    lead = {"action": found.title, "ours": f"We promised: {found.title}", "theirs": f"They promised: {found.title}"}
    is_action = found.kind == "action"
    page = reverse("client_plan" if is_action else "client_activity", args=[found.client_key])
    return AttentionItem(
        client_key=found.client_key,
        client_name=found.client_name,
        shape="at_risk" if late > 7 or found.status == WorkStatus.AT_RISK else "watch",
        lead=f"{lead[found.kind]}, {when}",
        why=f"{why.replace('..', '.')}With {owner}.",
        action_label=("Set new date" if late > 0 else "Open plan") if is_action else "Open promises",
        url=f"{page}#action-{found.pk}" if is_action else f"{page}#promises",
        due=found.due,
        group=group_of(found.due, today),
    )


def _ask_item(found: _Due, today: date) -> AttentionItem:
    """why: the day they asked. Without a day of theirs it presses after a week."""
    late = (today - found.due).days
    return AttentionItem(
        client_key=found.client_key,
        client_name=found.client_name,
        shape="at_risk" if late > 0 else "watch",
        lead=f"They asked: {found.title}, {due_words(found.due, today)}",
        why=f"Asked {day(date.fromisoformat(found.why))}. With {found.owner or 'nobody yet'}.",
        action_label="Answer",
        url=f"{reverse('client_activity', args=[found.client_key])}#asks",
        due=found.due,
        group=group_of(found.due, today),
    )


def _touches(user: User, today: date) -> list[AttentionItem]:
    """Powerful people whose agreed rhythm has passed, and those we never met."""
    stakes = with_last_touch(
        Stakeholding.objects.filter(
            client__in=Client.objects.visible_to(user), power__gte=POWERFUL, cadence_days__isnull=False
        ).exclude(client__status="lost")
    )
    agreed = ExpressionWrapper(F("last_touch") + F("cadence_days"), output_field=DateField())
    stakes = stakes.annotate(agreed=agreed).filter(Q(last_touch=None) | Q(agreed__lt=today))
    rows = stakes.select_related("contact", "client").order_by("-power", F("last_touch").asc(nulls_first=True), "pk")
    return [_touch_item(stake, today) for stake in rows[:40]]


def _touch_item(stake: Stakeholding, today: date) -> AttentionItem:
    tie = tie_of(stake)
    late, cadence = days_late(tie, today), stake.cadence_days or 0
    said = "never touched" if tie.last_touch is None else f"{late} d past the agreed {cadence}"
    title = f"{stake.contact.title}, " if stake.contact.title else ""
    due = today if tie.last_touch is None else tie.last_touch + timedelta(days=cadence)
    return AttentionItem(
        client_key=stake.client.key,
        client_name=stake.client.name,
        shape="at_risk" if late is None or late > cadence else "watch",
        lead=f"{stake.contact.name} {said}",
        why=f"{title}power {stake.power} of 5. Last touch {day(tie.last_touch)}.",
        action_label="Log touchpoint",
        url=f"{reverse('client_log', args=[stake.client.key])}?with={stake.contact_id}",
        due=due,
        group=TODAY,
    )


def _deals(user: User, today: date) -> list[AttentionItem]:
    """Open deals past their close date, too old for their stage or without an owner; and those that close within the
    horizon without a next step or a price. One item for each, by its worst fault. One query.
    """
    stale = Subquery(Stage.objects.filter(name__iexact=OuterRef("stage")).values("stale_days")[:1])
    deals = with_since(Opportunity.objects.filter(client__in=Client.objects.visible_to(user), outcome=Outcome.OPEN))
    old = ExpressionWrapper(TruncDate("since") + F("stale"), output_field=DateField())
    soon = Q(close_on__lte=today + HORIZON)
    rows = (
        deals.annotate(stale=stale)
        .annotate(stale_on=old)
        .filter(
            Q(close_on__lt=today)
            | Q(stale_on__lt=today)
            | Q(owner=None)
            | soon & (Q(next_step="") | Q(amount=None) | Q(probability=None))
        )
        .select_related("client")
        .order_by(F("amount").desc(nulls_last=True), "close_on", "key")[:40]
    )
    return [_deal_item(deal, today) for deal in rows]


def _deal_item(deal: Any, today: date) -> AttentionItem:
    """deal: with the day from which it is too old, as `_deals` reads it."""
    said, action, due, shape = _worst(deal, today)
    stage = deal.stage.lower()
    worth = "Not priced yet" if deal.amount is None else f"{money(deal.amount, deal.currency)} at stage {stage}"
    return AttentionItem(
        client_key=deal.client.key,
        client_name=deal.client.name,
        shape=shape,
        lead=f"{deal.name} {said}",
        why=f"{worth}. {f'Next: {deal.next_step}' if deal.next_step else 'No next step is written down.'}",
        action_label=action,
        url=reverse("opportunity", args=[deal.key]),
        due=due,
        group=group_of(due, today),
    )


def _worst(deal: Any, today: date) -> tuple[str, str, date, str]:
    """What to say of it, the action, when it was due, and the shape."""
    if deal.close_on is not None and deal.close_on < today:
        past = (today - deal.close_on).days
        said = f"should have closed {past}\u00a0d ago"
        return said, "Set new date", deal.close_on, "at_risk" if past > 30 else "watch"
    if deal.stale_on is not None and deal.stale_on < today:
        days = (today - deal.since.astimezone(UTC).date()).days
        return f"has been at {deal.stage} for {days}\u00a0d", "Move or close it", today, "watch"
    if deal.owner_id is None:
        return "has no owner", "Give it an owner", today, "watch"
    if not deal.next_step:
        return f"closes {day_short(deal.close_on)} and has no next step", "Add next step", deal.close_on, "watch"
    return f"closes {day_short(deal.close_on)} and is not priced", "Price it", deal.close_on, "watch"
