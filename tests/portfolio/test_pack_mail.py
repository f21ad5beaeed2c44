"""The leadership pack by mail: to whom it may go, once each, by itself when it is due, and never without a server."""

from __future__ import annotations

import smtplib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client as Browser

from accounts.models import Client, ClientMember
from common import jobs
from common.models import AuditEntry, Job
from financials.actions.calls import make_call
from people.models import User
from portfolio.models import PackMail, PackSchedule, PackSend
from portfolio.pack_mail import (
    PACK,
    PackRefused,
    deliver_all,
    end_schedule,
    latest_due,
    may_receive,
    plan_packs,
    possible_recipients,
    queue_due,
    send_pack,
)
from tests.financials.books import NOW
from tests.financials.test_pack import called, kestrel, signed_in
from tests.makers import make_client, make_user
from tests.portfolio.test_api_calls import Caller

__all__ = ["kestrel"]
pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.fixture
def server(settings: Any) -> None:
    settings.MAIL_IS_KEPT = False


def work() -> None:
    Job.objects.filter(kind=PACK).update(run_after=NOW)  # the book stands still at NOW
    while jobs.work(PACK):
        pass


def test_it_goes_to_those_who_see_all_of_it(
    owner: User, manager: User, outsider: User, finance: User, leadership: User, legal: User, kestrel: Client
) -> None:
    above = make_user("director", email="above@example.com", name="Una Over")
    owner.manager = above
    owner.save(update_fields=["manager"])
    called(owner, "950")
    assert [one.email for one in possible_recipients(owner)] == [
        finance.email, leadership.email, "above@example.com", owner.email,
    ]  # fmt: skip
    # A manager of the same client does not see the director's call; the other way round nothing is hidden.
    assert not may_receive(owner, manager)
    assert may_receive(manager, owner)
    assert not may_receive(owner, outsider)
    assert not may_receive(owner, legal)
    make_client("SECRET", owner=manager)
    manager.refresh_from_db()
    assert not may_receive(manager, outsider)


def test_it_is_made_once_and_mailed_to_each_once(
    owner: User, finance: User, leadership: User, kestrel: Client, server: None
) -> None:
    called(owner, "950", asks="Two writers")
    made = send_pack(sender=owner, addresses=[leadership.email, finance.email.upper(), leadership.email])
    assert made.recipients == [leadership.email, finance.email]
    work()
    assert [one.to for one in outbox.outbox] == [[leadership.email], [finance.email]]
    first = outbox.outbox[0]
    assert first.subject == "The call for 2026 is $950, $50 over the forecast"
    assert "- Amara Reyes, director: net revenue 950.00; forecast then 1,000.00; why Agreed" in first.body
    assert "What is asked\nTwo writers\n" in first.body
    ((name, content, kind),) = first.attachments
    assert (name[-4:], bytes(content)[:5], kind) == (".pdf", b"%PDF-", "application/pdf")
    assert first.reply_to == [owner.email]
    # The job delivered again, or begun anew by another worker, mails nobody twice.
    made.refresh_from_db()
    assert deliver_all(made, now=NOW, told=lambda done, total: None) == 0
    assert len(outbox.outbox) == 2
    assert AuditEntry.objects.filter(verb="sent", object_kind="leadership pack").count() == 1


def test_who_lost_sight_since_gets_no_mail(owner: User, leadership: User, kestrel: Client, server: None) -> None:
    made = send_pack(sender=owner, addresses=[leadership.email])
    User.objects.filter(pk=leadership.pk).update(role="legal")
    work()
    assert outbox.outbox == []
    assert PackMail.objects.get(send=made).error == "Does not see everything in the pack"
    assert "Not sent" in signed_in(owner).get("/forecast/pack/mail/").content.decode()


def test_without_a_server_it_is_refused_in_words(owner: User, leadership: User, kestrel: Client) -> None:
    with pytest.raises(PackRefused, match="No mail server"):
        send_pack(sender=owner, addresses=[leadership.email])
    browser = signed_in(owner)
    page = browser.get("/forecast/pack/mail/").content.decode()
    assert "No mail server is set up" in page
    answer = browser.post("/forecast/pack/mail/send/", {"recipients": [leadership.email]})
    assert answer.status_code == 422
    assert Caller(owner)("post", "pack-sends/", {"recipients": [leadership.email]}).status_code == 422
    PackSchedule.objects.create(owner=owner, every="week", day=1, since=date(2026, 1, 1))
    assert queue_due(now=MONDAY) == 0
    assert (PackSend.objects.count(), Job.objects.filter(kind=PACK).count()) == (0, 0)


def test_what_the_server_refuses_is_told(
    owner: User, leadership: User, kestrel: Client, server: None, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "tests.portfolio.test_pack_mail.Refusing"
    send_pack(sender=owner, addresses=[leadership.email])
    work()
    found = PackMail.objects.get()
    assert (found.sent_at, found.error) == (None, "The mail server refused it: no such box")


class Refusing(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPException("no such box")


@pytest.mark.parametrize(
    ("every", "day", "today", "due"),
    [
        ("week", 1, date(2026, 11, 30), date(2026, 11, 30)),
        ("week", 1, date(2026, 12, 6), date(2026, 11, 30)),
        ("week", 7, date(2026, 12, 5), date(2026, 11, 29)),
        ("month", 1, date(2026, 12, 1), date(2026, 12, 1)),
        ("month", 28, date(2027, 3, 1), date(2027, 2, 28)),
        ("month", 15, date(2027, 1, 14), date(2026, 12, 15)),
    ],
)
def test_the_newest_due_day(every: str, day: int, today: date, due: date) -> None:
    assert latest_due(every, day, today) == due


def test_a_schedule_sends_once_a_week_and_a_missed_day_late(
    owner: User, leadership: User, kestrel: Client, server: None
) -> None:
    owner.timezone = "Europe/Berlin"
    owner.save(update_fields=["timezone"])
    plan_packs(owner=owner, every="week", day=1, addresses=[leadership.email], today=date(2026, 11, 24))
    before = [queue_due(now=MONDAY - timedelta(days=4)), queue_due(now=MONDAY.replace(hour=5, minute=59))]
    at_seven = [queue_due(now=MONDAY.replace(hour=6)), queue_due(now=MONDAY.replace(hour=6, minute=15))]
    assert (before, at_seven) == ([0, 0], [1, 0])
    assert queue_due(now=MONDAY + timedelta(days=17)) == 1  # two Mondays later, a Thursday: the newest only
    assert list(PackSend.objects.order_by("due_on").values_list("due_on", flat=True)) == [
        date(2026, 11, 30), date(2026, 12, 14),
    ]  # fmt: skip
    work()
    assert len(outbox.outbox) == 2
    assert end_schedule(owner=owner)
    assert queue_due(now=MONDAY + timedelta(days=28)) == 0
    trail = AuditEntry.objects.filter(object_kind="pack schedule").order_by("pk")
    assert list(trail.values_list("verb", flat=True)) == ["made", "deleted"]


def test_on_the_page_and_through_rest(
    owner: User, leadership: User, outsider: User, kestrel: Client, server: None
) -> None:
    browser = signed_in(owner)
    wrong = browser.post("/forecast/pack/mail/send/", {"recipients": [outsider.email]})
    assert wrong.status_code == 422
    assert browser.post("/forecast/pack/mail/send/", {}).status_code == 422
    assert browser.post("/forecast/pack/mail/send/", {"recipients": [leadership.email]}).status_code == 302
    assert "waiting" in browser.get("/forecast/pack/mail/").content.decode()
    work()
    sent = PackSend.objects.get()
    assert browser.get(f"/forecast/pack/mail/{sent.pk}.pdf").content[:5] == b"%PDF-"
    assert signed_in(outsider).get(f"/forecast/pack/mail/{sent.pk}.pdf").status_code == 404
    assert signed_in(leadership).get("/forecast/pack/mail/").status_code == 403
    assert (
        browser.post("/forecast/pack/mail/plan/", {"when": "month-3", "recipients": [leadership.email]}).status_code
        == 302
    )
    assert "every month on day 3" in browser.get("/forecast/pack/mail/").content.decode()

    call = Caller(owner)
    (row,) = call("get", "pack-sends/").json()["results"]
    assert (row["recipients"], row["sent"], row["refused"]) == ([leadership.email], 1, 0)
    made = call("post", "pack-sends/", {"recipients": [leadership.email]}, Idempotency_Key="p1")
    assert made.status_code == 201
    assert call("post", "pack-sends/", {"recipients": [leadership.email]}, Idempotency_Key="p1").json() == made.json()
    assert PackSend.objects.count() == 2
    assert call("post", "pack-sends/", {"recipients": [outsider.email]}).status_code == 422
    assert call("post", "pack-sends/", {"recipients": "x"}).status_code == 422
    plan = call("get", "pack-schedules/").json()["results"][0]
    assert (plan["every"], plan["day"]) == ("month", 3)
    assert call("post", "pack-schedules/", {"every": "week", "day": 1, "recipients": ["x"]}).status_code == 409
    place = f"pack-schedules/{plan['id']}/"
    assert call("patch", place, {"day": 29}).status_code == 422
    assert call("patch", place, {"every": "week", "day": 5}).json()["day"] == 5
    assert Caller(outsider)("get", place).status_code == 404
    assert call("delete", place).status_code == 204
    assert browser.post("/forecast/pack/mail/stop/").status_code == 302


def test_a_manager_sends_their_own_sight_only(
    manager: User, leadership: User, outsider: User, kestrel: Client, server: None
) -> None:
    """The pack that leaves holds what its sender sees: another's call and client are not in it."""
    hidden = make_client("SECRET", owner=outsider, name="Hidden Works")
    ClientMember.objects.filter(client=hidden).delete()
    make_call(
        person=outsider, year=2026, amount=77777, system=None, currency="USD", reason="Hidden", asks="", now=NOW,  # type: ignore[arg-type]
    )  # fmt: skip
    send_pack(sender=manager, addresses=[leadership.email])
    work()
    (one,) = outbox.outbox
    assert "Hidden" not in one.body
    assert "77,777" not in one.body
    assert Browser().get("/forecast/pack/mail/").status_code == 302
