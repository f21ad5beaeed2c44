"""Logging from anywhere, from a calendar file, what clients ask of us, and who hears from us too often."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone

from accounts import calendar_files
from accounts.actions.asks import add_ask, answer_ask
from accounts.calc.contact_load import too_often
from accounts.calc.ics import NotACalendar, read_meetings
from accounts.calendar_files import read_apart
from accounts.models import Ask, Contact, Touchpoint
from accounts.queries.asks import load_asks
from accounts.queries.attention import attention
from common.imports import Unusable
from common.models import AuditEntry
from people.models import User
from portfolio.imports.files import SourceFile
from portfolio.imports.requests import Options, check
from portfolio.imports.runner import load_files, load_rows
from tests.accounts.conftest import World
from tests.makers import make_client, make_contact, make_stakeholding, make_user

BACKEND = "django.contrib.auth.backends.ModelBackend"
FIXTURES = Path(__file__).resolve().parent.parent / "data" / "icalendar"


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend=BACKEND)
    return browser


def calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//EN", *events, "END:VCALENDAR", ""]).encode()


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


# Reading calendar files


def test_a_meeting_is_read_with_its_guests() -> None:
    body = calendar(
        event(
            "UID:1@x", "SUMMARY:Budget", "DESCRIPTION:Spring\\nand summer", "DTSTART;TZID=Asia/Tokyo:20261102T080000",
            "ORGANIZER;CN=Ana Reyes:mailto:Ana@firm.example", "ATTENDEE;CN=\"Ravi Menon\":MAILTO:r.menon@hal.example",
            "ATTENDEE;CUTYPE=ROOM:mailto:room3@firm.example", "ATTENDEE:mailto:r.menon@hal.example",
            "RRULE:FREQ=SECONDLY",
        ),
        event("UID:1@x", "RECURRENCE-ID:20261109T080000Z", "DTSTART:20261109T090000Z", "SUMMARY:Budget, moved"),
        event("UID:2@x", "DTSTART;VALUE=DATE:20261103", "STATUS:CANCELLED"),
        event("UID:3@x", "SUMMARY:No start"),
    )  # fmt: skip
    meetings, left_out = read_meetings(body)
    assert left_out == 2
    first = meetings[0]
    assert (first.title, first.notes, first.repeats) == ("Budget", "Spring\nand summer", True)
    assert [(guest.email, guest.name) for guest in first.guests] == [
        ("ana@firm.example", "Ana Reyes"), ("r.menon@hal.example", "Ravi Menon")
    ]  # fmt: skip
    assert meetings[1].uid != first.uid


@pytest.mark.parametrize(
    "body", [b"", b"\x00\x01\xff", b"%PDF-1.7", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"x" * 9999]
)
def test_what_is_no_calendar_says_so(body: bytes) -> None:
    with pytest.raises(NotACalendar):
        read_meetings(body)


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.glob("*.ics")))
def test_real_files_are_read_or_refused_in_words(name: str) -> None:
    try:
        meetings, _ = read_meetings((FIXTURES / name).read_bytes())
    except NotACalendar:
        return
    assert all(meeting.uid and "\x00" not in meeting.title for meeting in meetings)


def test_a_zone_that_recurs_every_minute_since_the_year_one_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a kilobyte that would keep a reader busy for hours; and a zone of the file's own is no other file's."""
    rules = ("BEGIN:STANDARD", "DTSTART:00010101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0000")
    held = event("UID:1@x", "DTSTART;TZID=Here:20261102T003000")

    def zone(*lines: str) -> str:
        return "\r\n".join(["BEGIN:VTIMEZONE", "TZID:Here", *lines, "END:VTIMEZONE"])

    [meeting], _ = read_apart(calendar(zone(*rules, "END:STANDARD"), held))
    assert meeting.start == datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
    [other], _ = read_apart(calendar(held))
    assert other.start == datetime(2026, 11, 2, 0, 30)  # noqa: DTZ001  as written: nobody knows the zone
    monkeypatch.setattr(calendar_files, "SECONDS", 1)
    with pytest.raises(NotACalendar, match="takes too long"):
        read_apart(calendar(zone(*(*rules, "RRULE:FREQ=MINUTELY", "END:STANDARD") * 2), held))


def test_guests_of_a_real_file() -> None:
    meetings, _ = read_meetings((FIXTURES / "calendars__property_params.ics").read_bytes())
    assert [guest.email for guest in meetings[0].guests][:2] == ["rembrand@daxlab.com", "rembrand@xs4all.nl"]


@pytest.mark.django_db
def test_a_calendar_is_loaded_as_touchpoints_of_one_client(world: World, owner: User) -> None:
    """One with a known guest, one with a stranger of the same firm; none of others, to come, or logged before."""
    Contact.objects.filter(pk=world.contact.pk).update(email="R.Menon@hal.example")
    body = calendar(
        event("UID:1@x", "DTSTART:20261102T080000Z", "SUMMARY:Budget", "ATTENDEE:mailto:r.menon@hal.example",
              f"ORGANIZER:mailto:{owner.email}"),
        event("UID:2@x", "DTSTART:20261103T080000Z", "SUMMARY:Hello", "ATTENDEE:mailto:new@hal.example"),
        event("UID:3@x", "DTSTART:20261104T080000Z", "ATTENDEE:mailto:somebody@else.example"),
        event("UID:4@x", "DTSTART:20991104T080000Z", "ATTENDEE:mailto:r.menon@hal.example"),
    )  # fmt: skip

    def load(client: str = "") -> Any:
        files = [SourceFile("m.ics", data=body)]
        options = Options(source="ics", client=client)
        return load_files("touchpoints", files, options=options, actor="t", now=timezone.now())[0]

    assert "--client" in load().error
    with pytest.raises(Unusable, match="no client here"):  # nobody learns whose people write from there
        check("touchpoints", Options(source="ics", client="HAL"), make_user("director"))
    report = load(client="HAL")
    assert (report.error, report.created) == ("", 2)
    budget, hello = Touchpoint.objects.filter(source_ref__contains=":ics-").order_by("date")
    assert (budget.notes, list(budget.theirs.all()), list(budget.ours.all())) == ("Budget", [world.contact], [owner])
    assert (hello.notes, list(hello.theirs.all())) == ("Hello", [])
    Touchpoint.objects.filter(pk=budget.pk).update(notes="Said more")
    again = load(client="HAL")
    assert (again.created, again.updated) == (0, 0)
    assert "logged before" in str(again.notes)
    budget.refresh_from_db()
    assert budget.notes == "Said more"


# Logging them


def post_file(browser: Browser, body: bytes) -> Any:
    return browser.post("/log/calendar/", {"file": SimpleUploadedFile("m.ics", body, content_type="text/calendar")})


@pytest.mark.django_db
def test_a_calendar_file_is_matched_and_logged_once(world: World, owner: User, manager: User) -> None:
    Contact.objects.filter(pk=world.contact.pk).update(email="r.menon@hal.example")
    day = world.today - timedelta(days=3)
    body = calendar(
        event(
            "UID:1@x", "SUMMARY:Budget", f"DTSTART;VALUE=DATE:{day:%Y%m%d}", "ATTENDEE:mailto:R.Menon@hal.example",
            f"ATTENDEE:mailto:{manager.email}", f"ORGANIZER:mailto:{owner.email}",
            "ATTENDEE;CN=Lea Ving:mailto:l.ving@hal.example",
        ),
        event("UID:2@x", "SUMMARY:Ahead", f"DTSTART;VALUE=DATE:{world.today + timedelta(days=2):%Y%m%d}"),
    )  # fmt: skip
    browser = browser_of(owner)
    shown = post_file(browser, body)
    text = shown.content.decode()
    assert shown.status_code == 200
    for word in ("Budget", "With Ravi Menon", "Of ours: Jon Park", "Lea Ving", "Still to come"):
        assert word in text
    kept = shown.context["kept"]
    said = {"calendar_text": kept, "m0-take": "on", "m0-client": "HAL", "m0-add": ["l.ving@hal.example"]}
    assert browser.post("/log/calendar/", said).status_code == 302
    point = Touchpoint.objects.get(source_ref__contains=":ics-")
    assert (point.date, point.kind, point.notes) == (day, "meeting", "Budget")
    assert sorted(one.name for one in point.theirs.all()) == ["Lea Ving", "Ravi Menon"]
    assert set(point.ours.all()) == {owner, manager}
    assert Contact.objects.get(email="l.ving@hal.example").client == world.client

    again = post_file(browser, body)
    assert "Logged already" in again.content.decode()
    assert browser.post("/log/calendar/", {**said, "calendar_text": again.context["kept"]}).status_code in (302, 422)
    assert Touchpoint.objects.filter(source_ref__contains=":ics-").count() == 1
    assert Contact.objects.filter(email="l.ving@hal.example").count() == 1


@pytest.mark.django_db
def test_a_file_says_what_is_wrong_and_writes_nothing(world: World, owner: User) -> None:
    browser = browser_of(owner)
    assert post_file(browser, b"no calendar").status_code == 422
    assert post_file(browser, b"x" * 1_000_001).status_code == 422
    assert browser.post("/log/calendar/", {"calendar_text": "forged"}).status_code == 302
    shown = post_file(browser, calendar(event("UID:9", "DTSTART;VALUE=DATE:20261101", "SUMMARY:Talk")))
    refused = browser.post("/log/calendar/", {"calendar_text": shown.context["kept"], "m0-take": "on", "m0-client": ""})
    assert refused.status_code == 422
    assert "Say which client" in refused.content.decode()
    out = make_client("OUT")
    theirs = browser.post(
        "/log/calendar/", {"calendar_text": shown.context["kept"], "m0-take": "on", "m0-client": out.key}
    )
    assert theirs.status_code == 422
    assert not Touchpoint.objects.filter(source_ref__contains=":ics-").exists()


@pytest.mark.django_db
def test_whom_to_log_is_found_by_name_beside_any_page(world: World, owner: User) -> None:
    browser = browser_of(owner)
    panel = browser.get("/log/", headers={"HX-Request": "true", "HX-Target": "panel"}).content.decode()
    assert "Ravi Menon" in panel  # met lately
    assert "<html" not in panel
    make_contact(make_client("OUT"), first_name="Ravi", last_name="Elsewhere")
    found = browser.get("/log/?q=rav", headers={"HX-Request": "true", "HX-Target": "log-found"}).content.decode()
    assert f"/clients/HAL/log/?with={world.contact.pk}" in found
    assert "Elsewhere" not in found
    assert "data-panel" in browser.get("/").content.decode()


# What they asked


@pytest.mark.django_db
def test_an_ask_is_noted_with_the_touch_and_waits_until_answered(world: World, owner: User) -> None:
    browser = browser_of(owner)
    day = world.today - timedelta(days=9)
    said = {
        "ref": "r1",
        "date": day,
        "kind": "call",
        "theirs": [world.contact.pk],
        "asked": "What would two more cost?",
    }
    wrong = browser.post("/clients/HAL/log/", {**said, "asked_due": day - timedelta(days=1)})
    assert wrong.status_code == 422
    assert not Ask.objects.exists()
    assert browser.post("/clients/HAL/log/", said).status_code == 302
    assert browser.post("/clients/HAL/log/", said).status_code == 302  # sent twice
    ask = Ask.objects.get()
    assert (ask.contact, ask.owner, ask.asked_on) == (world.contact, owner, day)
    items = [item for item in attention(owner, world.today, limit=50) if item.action_label == "Answer"]
    assert [item.lead for item in items] == ["They asked: What would two more cost?, 2\u00a0d late"]
    assert load_asks(world.client, world.today).waiting[0].words == "waiting 9\u00a0d"
    answered = browser.post(f"/clients/HAL/asks/{ask.pk}/answer/", {"answer": "40,000 a year", "version": 1})
    assert answered.status_code == 302
    ask.refresh_from_db()
    assert (ask.answered_on, ask.answer) == (world.today, "40,000 a year")
    assert load_asks(world.client, world.today).finding == "Nobody waits for our answer"
    assert AuditEntry.objects.filter(object_kind="ask").count() == 2


@pytest.mark.django_db
def test_a_stale_answer_changes_nothing(world: World, owner: User) -> None:
    ask = add_ask(client=world.client, values={"text": "When?", "asked_on": world.today}, actor=owner)
    answer_ask(ask=ask, answer="Now", expected=1, actor=owner, now=timezone.now())
    browser_of(owner).post(f"/clients/HAL/asks/{ask.pk}/answer/", {"answer": "Later", "version": 1})
    ask.refresh_from_db()
    assert ask.answer == "Now"
    assert browser_of(make_user("director")).get(f"/clients/HAL/asks/{ask.pk}/").status_code == 404


@pytest.mark.django_db
def test_who_asked_stays_noted_though_nobody_of_theirs_any_more(world: World, owner: User) -> None:
    gone = make_contact(world.client, identified=False)
    ask = Ask.objects.create(key="ASK-9", client=world.client, contact=gone, text="A price", asked_on=date(2026, 11, 2))
    said = {"text": "A better price", "contact": gone.pk, "asked_on": "2026-11-02", "version": "1"}
    assert browser_of(owner).post(f"/clients/HAL/asks/{ask.pk}/", said).status_code == 302
    ask.refresh_from_db()
    assert (ask.text, ask.contact) == ("A better price", gone)


def test_asks_load_from_a_file(world: World) -> None:
    row = {"key": "A1", "client": "HAL", "text": "When?", "asked_on": "2026-11-02", "contact": world.contact.key}
    wrong = [
        {**row, "contact": make_contact(make_client("OUT")).key},
        {**row, "answered_on": "2026-11-01"},
    ]
    for one in wrong:
        assert load_rows("asks", [one], actor="t", now=timezone.now(), file_name="a.csv").rejected == 1
    assert load_rows("asks", [row], actor="t", now=timezone.now(), file_name="b.csv").created == 1
    assert load_rows("asks", [row], actor="t", now=timezone.now(), file_name="c.csv").unchanged == 1


# Too often


@pytest.mark.parametrize(
    ("ago", "cadence", "words"),
    [
        ((0, 1, 2), None, ""),
        ((0, 1, 2, 6), None, "4 touches in 7 days"),
        ((0, 1, 2, 7), None, ""),
        ((0, 8, 16, 24), 30, "4 touches in 30 days, where one was agreed"),
        ((0, 8, 16, 30), 30, ""),
        ((0, 8, 16, 24), None, ""),
        ((), 30, ""),
    ],
)
def test_too_often(ago: tuple[int, ...], cadence: int | None, words: str) -> None:
    today = date(2026, 11, 20)
    assert too_often([today - timedelta(days=days) for days in ago], cadence, today) == words


@pytest.mark.django_db
def test_the_form_warns_before_a_person_is_called_again(world: World, owner: User) -> None:
    other = make_stakeholding(world.client)
    for number in range(4):
        point = Touchpoint.objects.create(
            client=world.client, source_ref=f"W{number}", date=world.today - timedelta(days=number)
        )
        point.theirs.add(world.contact)
    page = browser_of(owner).get(f"/clients/HAL/log/?with={world.contact.pk}&with={other.contact_id}").content.decode()
    assert "Ravi Menon: 4 touches in 7 days" in page
    assert page.count("Often lately") == 1
