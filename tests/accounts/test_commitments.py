"""Promises: how they stand, the kept rate, and the page."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.calc.promises import Promise, kept, state_of
from accounts.models import Ask, Commitment
from accounts.queries.attention import attention
from common.models import AuditEntry
from people.models import User
from portfolio.imports.runner import load_rows
from tests.accounts.conftest import World

TODAY = date(2026, 11, 26)


def test_how_a_promise_stands() -> None:
    assert state_of(Promise(date(2026, 11, 26)), TODAY) == "open"  # due today is not late
    assert state_of(Promise(date(2026, 11, 25)), TODAY) == "late"
    assert state_of(Promise(date(2026, 11, 25), kept_on=date(2026, 11, 25)), TODAY) == "kept"
    assert state_of(Promise(date(2026, 11, 25), kept_on=date(2026, 11, 26)), TODAY) == "kept_late"
    assert state_of(Promise(date(2026, 12, 25), dropped_on=TODAY), TODAY) == "dropped"


def test_the_kept_rate_counts_what_fell_due() -> None:
    """Two kept (one early), one late, one open past its day, one dropped, one not due, one too old: 2 of 5."""
    promises = [
        Promise(date(2026, 10, 1), kept_on=date(2026, 9, 30)),
        Promise(date(2026, 12, 24), kept_on=date(2026, 11, 20)),
        Promise(date(2026, 10, 1), kept_on=date(2026, 10, 2)),
        Promise(date(2026, 11, 1)),
        Promise(date(2026, 11, 1), dropped_on=date(2026, 10, 20)),
        Promise(date(2026, 12, 31)),
        Promise(date(2025, 1, 1), kept_on=date(2025, 1, 1)),
    ]
    found = kept(promises, first=date(2025, 11, 26), today=TODAY)
    assert (found.rate, found.kept, found.late, found.open, found.dropped) == (Decimal("0.4"), 2, 1, 1, 1)
    assert kept([Promise(date(2026, 12, 31))], first=date(2025, 11, 26), today=TODAY).rate is None


def page(user: User, sign_in: Any) -> str:
    return str(sign_in(user).get("/clients/HAL/activity/").content.decode())


def test_a_promise_is_noted_kept_and_opened_again(world: World, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    due = (world.today - timedelta(days=3)).isoformat()
    body = {"side": "ours", "text": "Share our media costs", "due": due, "owner": owner.pk}
    assert browser.post("/clients/HAL/promises/add/", body).status_code == 302
    promise = Commitment.objects.get()
    assert "We are late with 1 promise" in page(owner, sign_in)
    assert any("We promised: Share our media costs" in item.lead for item in attention(owner, world.today))
    url = f"/clients/HAL/promises/{promise.pk}/end/"
    assert browser.post(url, {"verb": "keep", "version": "1"}).status_code == 302
    promise.refresh_from_db()
    assert promise.kept_on == world.today
    assert "Kept late" in page(owner, sign_in)
    assert not any("Share our media costs" in item.lead for item in attention(owner, world.today))
    browser.post(url, {"verb": "drop", "version": "1"})  # as it was seen first
    promise.refresh_from_db()
    assert promise.dropped_on is None
    browser.post(url, {"verb": "reopen", "version": str(promise.version)})
    promise = Commitment.objects.get()
    assert promise.kept_on is None
    assert browser.post(url, {"verb": "burn", "version": "1"}).status_code == 422
    verbs = AuditEntry.objects.filter(object_kind="commitment").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["added", "changed", "changed"]


def test_a_promise_is_kept_or_dropped(world: World, owner: User, sign_in: Any) -> None:
    promise = Commitment.objects.create(client=world.client, key="P", side="theirs", text="Brief us", due=world.today)
    body = {"side": "theirs", "text": "Brief us", "due": "2026-12-01", "version": "1"}
    answer = sign_in(owner).post(
        f"/clients/HAL/promises/{promise.pk}/", {**body, "kept_on": "2026-11-02", "dropped_on": "2026-11-03"}
    )
    assert answer.status_code == 422
    assert "not both" in answer.content.decode()


@pytest.mark.django_db
def test_promises_load_once_and_say_what_is_wrong(world: World) -> None:
    row = {"key": "P-1", "client": "HAL", "side": "ours", "text": "Send it", "due": "2026-12-01", "kept_on": ""}

    def load(*rows: dict[str, str]) -> Any:
        return load_rows("commitments", list(rows), actor="test", now=timezone.now(), file_name="test")

    assert load(row).created == 1
    assert load(row).unchanged == 1
    assert load({**row, "kept_on": "2026-11-20"}).updated == 1
    bad = load({**row, "key": "P-2", "side": "both"}, {**row, "key": "P-3", "due": "1 Dec"},
               {**row, "key": "P-1", "kept_on": "2026-11-20", "dropped_on": "2026-11-21"})  # fmt: skip
    assert bad.rejected == 3
    assert any("kept or dropped, not both" in reason for _, reason in bad.rejects)


@pytest.mark.django_db
def test_nothing_is_kept_dropped_or_answered_ahead(world: World, owner: User, sign_in: Any) -> None:
    promise = Commitment.objects.create(client=world.client, key="P", side="theirs", text="Brief us", due=world.today)
    ask = Ask.objects.create(client=world.client, key="A", text="When?", asked_on=world.today)
    later = (world.today + timedelta(days=2)).isoformat()
    kept = {"side": "theirs", "text": "Brief us", "due": "2026-12-01", "version": "1", "kept_on": later}
    asked = {"text": "When?", "asked_on": later, "answered_on": later, "version": "1"}
    browser = sign_in(owner)
    for url, body in ((f"/clients/HAL/promises/{promise.pk}/", kept), (f"/clients/HAL/asks/{ask.pk}/", asked)):
        answer = browser.post(url, body)
        assert (answer.status_code, "That day is still to come." in answer.content.decode()) == (422, True)
