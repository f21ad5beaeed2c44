"""What the voice of the clients asks of us: replies owed, actions late, clients to be told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import CharField, DateField, F, Q, Value
from django.db.models.functions import Cast
from django.urls import reverse

from accounts.access import feedback_for, insights_for
from accounts.models import Scale
from accounts.queries.answers import sees_answers
from common.attention import HORIZON, AttentionItem, group_of
from common.formats import day_short

if TYPE_CHECKING:
    from people.models import User

TELL_BY = 14
"""Days after an action is done within which the client should hear of it."""

Row = tuple[str, str, str | None, str | None, date | None, date | None, int, str]
"""Client key and name, two texts, two days, id, kind: `insight`, or the score of an answer."""


def voice_items(user: User, today: date) -> list[AttentionItem]:
    """One query. Detractors only for readers who may know who they are."""
    none = Value(None, output_field=DateField())
    late = Q(done_on=None, due__lte=today + HORIZON) | Q(done_on__isnull=False)
    rows = (
        insights_for(user)
        .filter(late, told_on=None)
        .order_by()
        .values_list("client__key", "client__name", "said", "action", "due", "done_on", "pk",
                     Value("insight", output_field=CharField()))
    )  # fmt: skip
    if sees_answers(user):
        words = (F("contact__first_name"), F("contact__last_name"))
        answers = (
            feedback_for(user)
            .filter(scale=Scale.NPS, score__lte=6, replied_on=None)
            .order_by()
            .values_list("client__key", "client__name", *words, "date", none, "pk",
                         Cast("score", CharField()))
        )  # fmt: skip
        rows = rows.union(answers, all=True)
    found = list(rows.order_by("due", "pk")[:120])
    waiting: dict[str, list[Row]] = {}
    for row in found:
        if row[-1] != "insight":
            waiting.setdefault(row[0], []).append(row)
    owed = [_owed(listed, today) for listed in waiting.values()]
    return [*owed, *(_item(row, today) for row in found if row[-1] == "insight")]


def _owed(listed: list[Row], today: date) -> AttentionItem:
    """One for each client: who has waited longest, and how many more wait. listed: the oldest first."""
    key, name, first, last, due, _, pk, score = listed[0]
    on = due or today
    who = f"{first or ''} {last or ''}".strip() or "Somebody"
    more = len(listed) - 1
    others = f", and {more} more {'waits' if more == 1 else 'wait'}" if more else " and waits"
    lead = f"{who} gave {score} of 10{others} for our reply"
    days = (today - on).days
    return AttentionItem(
        key, name, "at_risk", lead,
        f"Answered {day_short(on)}, {days}\u00a0d ago. Detractors who are heard soon often stay.", "Reply",
        f"{reverse('client_voice', args=[key])}#answer-{pk}", on, group_of(on, today),
    )  # fmt: skip


def _item(row: Row, today: date) -> AttentionItem:
    key, name, first, second, due, done, _, _ = row
    page = reverse("client_voice", args=[key])
    if done is not None:
        days = (today - done).days
        return AttentionItem(
            key, name, "at_risk" if days > TELL_BY else "watch", f"they were not told yet: {second}",
            f"They said: {first}. Done {day_short(done)}.", "Tell them", f"{page}#insights", done,
            group_of(done, today),
        )  # fmt: skip
    on = due or today
    late = (today - on).days
    when = f"{late}\u00a0d late" if late > 0 else "due today" if late == 0 else f"due {day_short(on)}"
    return AttentionItem(
        key, name, "at_risk" if late > 7 else "watch", f"{second}, {when}", f"They said: {first}.", "Open voice",
        f"{page}#insights", on, group_of(on, today),
    )  # fmt: skip
