"""Remembered answers are forgotten after two days, and never while a retry may still come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from common.models import IdempotencyKey
from common.tasks import forget_answers
from portfolio.celery import app

pytestmark = pytest.mark.django_db


def remember(key: str, *, hours: float, status: int | None = 201) -> None:
    made = IdempotencyKey.objects.create(user_id=1, key=key, method_path="POST /x", body_hash="0", status=status)
    IdempotencyKey.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(hours=hours))


def left() -> list[str]:
    return sorted(IdempotencyKey.objects.values_list("key", flat=True))


def test_only_old_answers_are_forgotten() -> None:
    remember("old", hours=48.1)
    remember("abandoned", hours=50, status=None)
    remember("young", hours=47.9)
    remember("in flight", hours=0, status=None)
    assert forget_answers() == 2
    assert left() == ["in flight", "young"]
    assert forget_answers() == 0


def test_no_setting_forgets_within_a_day(settings: Any) -> None:
    settings.IDEMPOTENCY_HOURS = 1
    remember("yesterday", hours=24.1)
    remember("today", hours=23.9)
    assert forget_answers() == 1
    assert left() == ["today"]


def test_the_scheduler_knows_of_it() -> None:
    entry = app.conf.beat_schedule["forget-answers"]
    assert (entry["task"], entry["schedule"]) == (forget_answers.name, 3600.0)
