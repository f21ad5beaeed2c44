"""The private calendar address, and the daily mail that nobody gets twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail as outbox
from django.test import Client as Browser
from django.utils import timezone
from icalendar import Calendar

from accounts.models import Client
from common.models import AuditEntry
from people.models import User
from portfolio.models import CalendarFeed, DigestChoice, Mail
from portfolio.reminders import claim, feed_of, reset_feed, send_digests, token_of
from qbr.actions.decks import create_deck
from tests.makers import make_client, make_contract, make_user

pytestmark = pytest.mark.django_db
BASE = "https://principal.example"
MORNING = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
def client_a(owner: User) -> Client:
    return make_client("A", owner=owner, name="Alder, Finch; & Söhne", timezone="UTC")


def events(body: bytes) -> dict[str, Any]:
    """By what stands before the @ of their uid; parsed by the library, so what is no calendar fails here."""
    calendar = Calendar.from_ical(body)
    return {str(event["uid"]).partition("@")[0]: event for event in calendar.walk("VEVENT")}


def feed(user: User) -> str:
    return f"/calendar/{token_of(feed_of(user, timezone.now()))}.ics"


def test_the_calendar_has_notice_dates_ends_and_reviews(client_a: Client, owner: User, outsider: User) -> None:
    today = timezone.now().date()
    end = today + timedelta(days=100)
    one = make_contract(client_a, number="S1", title="Studio", end=end, renewal="auto", notice_days=60)
    make_contract(client_a, number="S2", end=end + timedelta(days=1))
    make_contract(make_client("B", owner=outsider), number="HIDDEN", end=end)
    deck = create_deck(
        client=client_a, period="2026-Q3", kind="qbr", audience="client", held_on=today + timedelta(days=9), actor=owner
    )
    answer = Browser().get(feed(owner))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert b"HIDDEN" not in answer.content
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    found = events(answer.content)
    notice = found[f"notice-{one.pk}-{end:%Y%m%d}"]
    assert notice.decoded("dtstart") == end - timedelta(days=60)
    assert notice.decoded("dtend") == end - timedelta(days=59)
    assert str(notice["summary"]) == "Last day for notice: Alder, Finch; & Söhne, S1"
    assert str(notice["url"]) == "http://testserver/contracts/S1/"
    assert found[f"end-{one.pk}-{end:%Y%m%d}"].decoded("dtstart") == end
    assert str(found[f"end-{one.pk}-{end:%Y%m%d}"]["summary"]).startswith("Term renews after")
    assert found[f"review-{deck.pk}"].decoded("dtstart") == today + timedelta(days=9)
    assert len(found) == 4  # S2 has no notice period
    assert events(Browser().get(feed(outsider)).content).keys() != found.keys()


def test_a_new_address_makes_the_old_one_worthless(client_a: Client, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    assert "Make my address" in browser.get("/settings/calendar/").text
    assert browser.post("/settings/calendar/reset/").status_code == 302
    old = feed(owner)
    assert old.partition(":")[0] in browser.get("/settings/calendar/").text  # what follows is when it was signed
    assert Browser().get(old).status_code == 200
    assert browser.post("/settings/calendar/reset/").status_code == 302
    assert Browser().get(old).status_code == 404
    assert Browser().get(feed(owner)).status_code == 200
    assert AuditEntry.objects.filter(verb="reset the calendar address of").count() == 1


@pytest.mark.parametrize("token", ["x", "W10:1abc:x", "a" * 300, "%00", "bnVsbA:1t:z"])
def test_nobody_s_address(token: str) -> None:
    assert Browser().get(f"/calendar/{token}.ics").status_code == 404


def test_an_address_of_somebody_gone_or_altered(client_a: Client, owner: User) -> None:
    address = feed(owner)
    assert Browser().get(address[:-6] + "xx.ics").status_code == 404
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert Browser().get(address).status_code == 404
    assert Browser().post(address).status_code in (404, 405)


def test_an_administrator_reads_no_client_in_it(client_a: Client, administrator: User) -> None:
    make_contract(client_a, number="S1", end=timezone.now().date() + timedelta(days=50))
    assert events(Browser().get(feed(administrator)).content) == {}


# The daily mail


def due(client: Client, days: int, number: str = "S1") -> None:
    """A contract whose notice date lies so many days ahead of the morning."""
    end = MORNING.date() + timedelta(days=days + 30)
    make_contract(client, number=number, title="Studio", end=end, notice_days=30)


def test_a_checkpoint_is_told_once(client_a: Client, owner: User, settings: Any) -> None:
    settings.MAIL_IS_KEPT = False
    due(client_a, 60)
    due(client_a, 61, "S2")
    assert send_digests(MORNING, BASE) == 1
    assert send_digests(MORNING + timedelta(hours=3), BASE) == 0
    (sent,) = outbox.outbox
    assert (sent.to, sent.subject) == ([owner.email], "Principal: 1 renewal")
    assert "S1 Studio: 60 days to notice, by 25 Jan 2027." in sent.body
    assert "S2" not in sent.body
    assert f"{BASE}/contracts/S1/" in sent.body
    mail = Mail.objects.exclude(subject="").get()
    assert (mail.user, mail.day, mail.sent_at) == (owner, date(2026, 11, 26), MORNING)


def test_the_last_week_reminds_every_day(client_a: Client, owner: User) -> None:
    due(client_a, 2)
    assert send_digests(MORNING, BASE) == 1
    assert send_digests(MORNING + timedelta(days=1), BASE) == 1
    assert send_digests(MORNING + timedelta(days=2), BASE) == 1
    bodies = list(Mail.objects.exclude(subject="").order_by("day").values_list("body", flat=True))
    assert "2 days to notice" in bodies[0]
    assert "1 day to notice" in bodies[1]
    assert "today is the last day for notice" in bodies[2]


def test_without_a_server_it_is_kept_on_its_page(client_a: Client, owner: User, outsider: User, sign_in: Any) -> None:
    due(client_a, 30)
    send_digests(MORNING, BASE)
    assert outbox.outbox == []
    mail = Mail.objects.exclude(subject="").get()
    assert mail.sent_at is None
    page = sign_in(owner).get("/settings/calendar/").text
    assert "mails are kept here and sent nowhere" in page
    assert "S1 Studio" in sign_in(owner).get(f"/settings/calendar/mail/{mail.pk}/").text
    assert sign_in(outsider).get(f"/settings/calendar/mail/{mail.pk}/").status_code == 404


def test_who_turned_it_off_gets_none(client_a: Client, owner: User, sign_in: Any) -> None:
    due(client_a, 30)
    assert sign_in(owner).post("/settings/calendar/mail/", {"wanted": "0"}).status_code == 302
    assert send_digests(MORNING, BASE) == 0
    sign_in(owner).post("/settings/calendar/mail/", {"wanted": "1"})
    assert send_digests(MORNING, BASE) == 1
    changes = [
        entry.changes for entry in AuditEntry.objects.filter(verb="changed", object_kind="person").order_by("pk")
    ]
    assert changes == [{"daily_mail": [True, False]}, {"daily_mail": [False, True]}]
    assert DigestChoice.objects.count() == 1


def test_morning_is_the_reader_s_own() -> None:
    early = make_user("director", email="nz@example.com", timezone="Pacific/Auckland")
    late = make_user("director", email="la@example.com", timezone="America/Los_Angeles")
    for key, person in (("N", early), ("L", late)):
        due(make_client(key, owner=person, timezone="UTC"), 30, f"{key}-1")
    send_digests(MORNING, BASE)  # 22:00 in Auckland, 01:00 in Los Angeles
    assert list(Mail.objects.exclude(subject="").values_list("user__email", flat=True)) == ["nz@example.com"]
    send_digests(MORNING + timedelta(hours=6), BASE)  # 07:00 in Los Angeles
    assert Mail.objects.exclude(subject="").filter(user=late).count() == 1


def test_a_server_that_refuses_is_told_and_not_tried_again(client_a: Client, owner: User, settings: Any) -> None:
    settings.MAIL_IS_KEPT, settings.EMAIL_BACKEND = False, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    due(client_a, 30)
    send_digests(MORNING, BASE)
    mail = Mail.objects.exclude(subject="").get()
    assert mail.sent_at is None
    assert "refused" in mail.error
    assert send_digests(MORNING, BASE) == 0


def test_a_claim_is_given_once(client_a: Client, owner: User) -> None:
    due(client_a, 30)
    first, second = (claim(owner, MORNING.date(), MORNING, BASE) for _ in range(2))
    assert first is not None
    assert second is None
    assert Mail.objects.count() == 1


def test_resetting_is_one_row(owner: User) -> None:
    first = feed_of(owner, MORNING).word
    assert feed_of(owner, MORNING).word == first
    assert reset_feed(owner, MORNING).word != first
    assert CalendarFeed.objects.count() == 1
