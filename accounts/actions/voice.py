"""What we make of answers: themes, replies, permission to quote, insights and the loop back to the client."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.actions.surveys import HEALTH
from accounts.models import Client, Feedback, Insight, Theme
from common import audit, jobs
from people.models import User

ANSWER_FIELDS = ("contact", "date", "scale", "score", "comment", "quote", "insight", "replied_on")
INSIGHT_FIELDS = ("theme", "said", "kind", "action", "owner", "raised_on", "due", "done_on", "told_on", "told_how")
THEME_FIELDS = ("name", "words")


def _about(answer: Feedback) -> Subject:
    return Subject("feedback", f"answer of {answer.date.isoformat()}", answer.client_id)


def _of(insight: Insight) -> Subject:
    return Subject("insight", insight.said[:120], insight.client_id)


@transaction.atomic
def add_feedback(*, client: Client, values: Mapping[str, Any], actor: User) -> Feedback:
    """What somebody said outside a survey."""
    given = {name: values[name] for name in ANSWER_FIELDS if name in values}
    answer = Feedback(client=client, source_ref=f"said:{uuid.uuid4().hex[:16]}", **given)
    made = add(answer, actor=actor.email, subject=_about(answer), values=given)
    jobs.mark_dirty(HEALTH, [f"health:{client.pk}"])
    return made


@transaction.atomic
def change_feedback(*, answer: Feedback, values: Mapping[str, Any], expected: int | None, actor: User) -> Feedback:
    """Raises StaleRecord when somebody saved it meanwhile."""
    given = {name: values[name] for name in ANSWER_FIELDS if name in values}
    saved = save_changes(answer, given, expected=expected, actor=actor.email, subject=_about(answer))
    if {"score", "scale", "date", "contact"} & given.keys():
        jobs.mark_dirty(HEALTH, [f"health:{answer.client_id}"])
    return saved


@transaction.atomic
def remove_feedback(*, answer: Feedback, actor: User) -> None:
    told = {name: getattr(answer, name) for name in ANSWER_FIELDS}
    client_id = answer.client_id
    remove(answer, actor=actor.email, subject=_about(answer), values=told)
    jobs.mark_dirty(HEALTH, [f"health:{client_id}"])


@transaction.atomic
def tag(*, answer: Feedback, theme: Theme, on: bool, actor: User) -> None:
    """Say that an answer is about a theme, or that it is not. Saying it again changes nothing."""
    has = answer.themes.filter(pk=theme.pk).exists()
    if has == on:
        return
    (answer.themes.add if on else answer.themes.remove)(theme)
    subject = _about(answer)
    audit.record(
        actor=actor.email, verb="tagged" if on else "untagged", kind=subject.kind, object_id=answer.pk,
        label=subject.label, client_id=subject.client_id,
        changes={"theme": (None, theme.name) if on else (theme.name, None)}, field_class="STANCE",
    )  # fmt: skip


def reply(*, answer: Feedback, expected: int, actor: User, now: datetime) -> Feedback:
    """We came back to the person today, where the client is."""
    values = {"replied_on": answer.client.local_date(now)}
    return change_feedback(answer=answer, values=values, expected=expected, actor=actor)


@transaction.atomic
def add_insight(*, client: Client, values: Mapping[str, Any], answer: Feedback | None, actor: User) -> Insight:
    """answer: what it was learnt from, if it was one."""
    given = {name: values[name] for name in INSIGHT_FIELDS if name in values}
    insight = Insight(client=client, key=f"I-{uuid.uuid4().hex[:12]}", **given)
    made = add(insight, actor=actor.email, subject=_of(insight), values=given)
    if answer is not None:
        change_feedback(answer=answer, values={"insight": made}, expected=None, actor=actor)
    return made


def change_insight(*, insight: Insight, values: Mapping[str, Any], expected: int | None, actor: User) -> Insight:
    """Raises StaleRecord when somebody saved it meanwhile."""
    given = {name: values[name] for name in INSIGHT_FIELDS if name in values}
    return save_changes(insight, given, expected=expected, actor=actor.email, subject=_of(insight))


def remove_insight(*, insight: Insight, actor: User) -> None:
    told = {name: getattr(insight, name) for name in INSIGHT_FIELDS}
    remove(insight, actor=actor.email, subject=_of(insight), values=told)


def finish_insight(*, insight: Insight, expected: int, actor: User, today: date) -> Insight:
    return change_insight(insight=insight, values={"done_on": today}, expected=expected, actor=actor)


def save_theme(*, theme: Theme | None, values: Mapping[str, Any], expected: int | None, actor: User) -> Theme:
    """A new theme, or the words of one. Raises StaleRecord when somebody saved it meanwhile."""
    given = {name: values[name] for name in THEME_FIELDS if name in values}
    subject = Subject("theme", given.get("name", "") or (theme.name if theme else ""), None)
    if theme is None:
        return add(Theme(**given), actor=actor.email, subject=subject, values=given)
    return save_changes(theme, given, expected=expected, actor=actor.email, subject=subject)


def remove_theme(*, theme: Theme, actor: User) -> None:
    remove(theme, actor=actor.email, subject=Subject("theme", theme.name, None), values={"words": theme.words})
