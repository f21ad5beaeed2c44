"""A deck tells nothing that came after the moment it is composed at."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Client, Commitment, Feedback, IntelligenceNote, Opportunity
from people.models import User
from qbr.models import Benefit, BenefitAmount, ValueAsk
from qbr.queries.review import ReviewRequest, load_review
from tests.financials.books import NOW
from tests.makers import make_contact

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 10, 13, 9, tzinfo=UTC)
DAY = date(2026, 10, 13)
AFTER = DAY + timedelta(days=4)


@pytest.fixture
def told(client: Client) -> Client:
    """On the 17th a promise was kept, a benefit confirmed, a score given, a note found and a proposal begun."""
    Commitment.objects.create(
        key="P", client=client, side="ours", text="Benchmark", due=DAY + timedelta(days=3), kept_on=AFTER
    )
    contact = make_contact(client)
    at = datetime(2026, 10, 17, 9, tzinfo=UTC)
    ask = ValueAsk.objects.create(
        client=client, contact=contact, expires_on=AFTER, made_at=THEN - timedelta(days=5), made_by="a@x.example"
    )
    worth = Benefit.objects.create(
        key="B", client=client, title="Faster review", driver="time", hard=True, currency="USD", state="accepted",
        confirmed=Decimal(900), ask=ask, answered_at=at, answered_by="Dana",
    )  # fmt: skip
    BenefitAmount.objects.create(benefit=worth, month=date(2026, 8, 1), amount=Decimal(900))
    Feedback.objects.create(source_ref="F", client=client, date=AFTER, scale="nps", score=9)
    note = IntelligenceNote.objects.create(
        kind="industry", title="New rules", so_what="Ours", for_client="Yours", noted_on=AFTER,
        expires_on=AFTER + timedelta(days=90),
    )  # fmt: skip
    note.clients.add(client)
    Opportunity.objects.create(key="O", client=client, name="Second studio", stage="lead", opened_on=AFTER)
    return client


def test_what_came_later_is_not_told(told: Client, owner: User) -> None:
    read = load_review(owner, told, ReviewRequest("2026-Q3"), now=THEN)
    assert [(one.text, one.state, one.ended_on) for one in read.promises] == [("Benchmark", "open", None)]
    assert read.account.value is not None
    assert [one.standing for one in read.account.value.worths] == ["submitted"]
    assert (read.account.voice, read.account.notes) == (None, ())
    assert "Second studio" not in [one.name for one in read.deals]


def test_a_benefit_that_was_not_put_before_them_yet_is_ours_alone(told: Client, owner: User) -> None:
    before = THEN - timedelta(days=8)
    assert load_review(owner, told, ReviewRequest("2026-Q3"), now=before).account.value is None


def test_today_everything_is_told(told: Client, owner: User) -> None:
    read = load_review(owner, told, ReviewRequest("2026-Q3"), now=NOW)
    assert NOW.date() >= AFTER
    assert [(one.state, one.ended_on) for one in read.promises] == [("kept_late", AFTER)]
    assert read.account.value is not None
    assert [one.standing for one in read.account.value.worths] == ["signed"]
    assert read.account.voice is not None
    assert [one.title for one in read.account.notes] == ["New rules"]
    assert "Second studio" in [one.name for one in read.deals]
